/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking through a site's directories. A part of sc_look_gather(). */
#ifndef SC_LOOK_TREE_H
#define SC_LOOK_TREE_H

#include "core/look/using.h"

/* Looks at the files and links below `rel`, which the site owns, but not below what another site
 * owns: what lies near the top first, libraries of others last. */
void sc_look_tree(struct sc_looking *l, const char *rel);

/* The .htaccess files of the directories above `rel`, which speak for the site, too. */
void sc_look_above(struct sc_looking *l, const char *rel);

#endif
