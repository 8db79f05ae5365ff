/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENTER_HIDE_H
#define SC_ENTER_HIDE_H

#include "core/enter/why.h"
#include "core/enter/table.h"

/* For a program that answers many requests outside of every site (FastCGI, LSAPI), of which only
 * the first was looked at: gives this process a mount namespace of its own, in which the document
 * roots of closed sites that lie below `site`'s (all, when it is SC_SITE_NONE) are covered. So a
 * request by the outer site's name cannot run an isolated site's code outside of its cage. Nothing
 * happens where there are none; else SC_HIDES_ENV is set in the environment. Needs root. 0, or
 * -SC_EXIT_CANNOT_ENTER with *why. */
int sc_enter_hide(const struct sc_table *t, const struct sc_site_ref *site, uid_t uid,
                  struct sc_enter_why *why);

#endif
