/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths relative to a home, as bytes: "" is the home itself, else components joined by single '/',
 * none of them empty, "." or "..". Any other byte (space, newline, '%', non-UTF-8) is a name's
 * byte.
 *
 * Everything in core/plan is sorted in component order: '/' is lower than every other byte, so that
 * a path comes right before all the paths below it, and those are contiguous. */
#ifndef SC_PLAN_RELPATH_H
#define SC_PLAN_RELPATH_H

#include <stdbool.h>

#define SC_REL_MAX 4095 /* bytes: Linux' PATH_MAX without its NUL */

/* Whether `rel` has the form above and at most SC_REL_MAX bytes. */
bool sc_rel_valid(const char *rel);

/* Component order: negative, 0, positive, as strcmp. */
int sc_rel_cmp(const char *a, const char *b);

/* What of `rel` lies below `above`: "" when they are equal, NULL when `rel` is not at or below it.
 * The result points into `rel`. */
const char *sc_rel_rest(const char *above, const char *rel);

#endif
