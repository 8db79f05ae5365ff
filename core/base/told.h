/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the entry in suexec's place tells mod_sitecage why no program of the site answers
 * (core/web/apache/told.c): the module gives it a word, and the entry puts a header "WORD REASON"
 * before its answer. */
#ifndef SC_BASE_TOLD_H
#define SC_BASE_TOLD_H

#define SC_TOLD_ENV    "SITECAGE_TELL"
#define SC_TOLD_HEADER "Sitecage-Failed"
#define SC_TOLD_WORD   32 /* hexadecimal digits */

#endif
