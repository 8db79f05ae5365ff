/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian's update-alternatives(1), asked and told. */
#ifndef SC_WEB_ALTERNATIVES_H
#define SC_WEB_ALTERNATIVES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

struct sc_alternative {
    char *path;
    int priority;
    char **slaves; /* pairs: name, path */
    size_t n_slaves;
};

struct sc_alternatives {
    char *link;  /* NULL: there is no such group, or no update-alternatives */
    char *value; /* in use; NULL for none */
    bool manual;
    char **slave_links; /* pairs: name, link */
    size_t n_slave_links;
    struct sc_alternative *v;
    size_t n;
};

void sc_alternatives_done(struct sc_alternatives *a);

/* `update-alternatives --query NAME`. No group of that name, or no such program: 0 with an empty
 * *ret. */
int sc_alternatives_query(const char *name, struct sc_alternatives *ret, struct sc_error *err);

/* The parser of that answer, for tests. SC_E_NOMEM. */
int sc_alternatives_parse(char *text, struct sc_alternatives *ret, struct sc_error *err);

/* Adds `path` to the group with `like`'s slaves (its manual pages). */
int sc_alternatives_install(const char *name, const struct sc_alternatives *a,
                            const struct sc_alternative *like, const char *path,
                            const char *priority, struct sc_error *err);

/* `--auto`: the best alternative becomes the choice. */
int sc_alternatives_auto(const char *name, struct sc_error *err);

/* `--set` or `--remove` */
int sc_alternatives_call(const char *action, const char *name, const char *path,
                         struct sc_error *err);

#endif
