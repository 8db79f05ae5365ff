/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbolic links in the home that lead to what a site owns. In a home of the site's own they have
 * to be there, too: those on the way to its document root as the panel writes it, because that path
 * is the one that the web server asks for; those on the way of further paths as they were written; and those in the home itself, as panels and people make
 * them (~/www, DirectAdmin's ~/public_html), because code names its files by them. */
#ifndef SC_PASS_LINKS_H
#define SC_PASS_LINKS_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/plan/plan.h"
#include "core/plan/planfile.h"

#define SC_LINKS_MAX 256u /* links in a home that are looked at */

struct sc_links { /* of an account */
    struct sc_link {
        char *name; /* in the home itself */
        char *real; /* where it leads, relative to the home */
    } * v;          /* sorted by name */
    size_t n;
};

void sc_links_done(struct sc_links *l);

/* Finds the links in the home itself that lead to something in it, with the owner's rights; none where
 * he may not list it. SC_E_NOMEM, SC_E_SYS. */
int sc_links_find(const struct sc_account *a, struct sc_links *ret, struct sc_error *err);

/* Appends a line "homelink PATH TARGET" (core/cage/ownhome.h) for each to a private site's plan, and a
 * line "link NAME PATH" for each other name of the home by which the panel calls the document root. What
 * cannot be looked at is left out. SC_E_NOMEM, SC_E_SYS. */
int sc_links_lines(const struct sc_account *a, const struct sc_links *links,
                   const struct sc_plan_site *site, struct sc_planfile *p, struct sc_error *err);

#endif
