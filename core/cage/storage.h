/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a site's own files lie: SC_CAGE_STORAGE/<token> below the home. */
#ifndef SC_CAGE_STORAGE_H
#define SC_CAGE_STORAGE_H

#define SC_CAGE_STORAGE  ".cagefs/websites"
#define SC_CAGE_OWN_HOME "home" /* in there: the site's own directories in the home */

#endif
