/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site has at one place of the server, and what decides so. Asks the plan and the plan file
 * that the view is built from; nobody enters the site. Pure. */
#ifndef SC_EXPLAIN_PLACE_H
#define SC_EXPLAIN_PLACE_H

#include <stdbool.h>
#include "core/plan/plan.h"
#include "core/plan/planfile.h"
#include "core/plan/relpath.h"

struct sc_explain_site {
    const struct sc_plan *plan;
    const struct sc_plan_site *site; /* of that plan */
    const struct sc_planfile *view;
};

enum sc_explain_rule {
    SC_RULE_DOCROOT,       /* the site's own document root */
    SC_RULE_APP,           /* its application */
    SC_RULE_GRANTED,       /* a path that it was given, or that configuration names for it */
    SC_RULE_OWN,           /* a directory of its own stands there */
    SC_RULE_OTHER_DOCROOT, /* another site's */
    SC_RULE_OTHER_APP,
    SC_RULE_OTHER_PATH,
    SC_RULE_UNKNOWN, /* somewhere there lies a document root that cannot be looked at */
    SC_RULE_SECRET,
    SC_RULE_HOME,         /* the account's home, which the site sees */
    SC_RULE_PRIVATE_HOME, /* …, and does not see */
    SC_RULE_SYSTEM,       /* the server's, as it is */
    SC_RULE_SYSTEM_OTHER, /* something else stands there */
    SC_RULE_SYSTEM_CLOSED,
    SC_RULE_SYSTEM_ABSENT
};

struct sc_explained_place {
    enum sc_explain_rule rule;
    /* What the view lets through; what a file's own mode says comes on top. */
    bool read, write;
    bool pass; /* a directory that is not read, but can be walked through */
    bool made; /* stands in the view alone: there is nothing on the server to look at */
    const struct sc_plan_site *whose; /* of the three rules about others; NULL: not known */
    char source[SC_REL_MAX + 1];      /* where on the server what is seen lies; "" where made */
};

/* `path`: absolute, without links, "." and "..". */
void sc_explain_place(const struct sc_explain_site *s, const char *path,
                      struct sc_explained_place *ret);

/* Of a path below a place that is closed: sets rule and whose to what is nearest to it. */
void sc_explain_whose(const struct sc_explain_site *s, const char *path,
                      struct sc_explained_place *ret);

/* The rule in one word, for programs: "document-root", "other-application", … */
const char *sc_explain_rule_name(enum sc_explain_rule rule);

/* Why nothing can give the site this path of the home (`rel`); NULL: a line can. */
const char *sc_explain_no_grant(const struct sc_explain_site *s, const char *rel, bool rw);

#endif
