/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains that a command named, and whose they are. */
#ifndef SC_ENGINE_NAMED_H
#define SC_ENGINE_NAMED_H

#include <stdbool.h>
#include "core/engine/internal.h"

struct sc_named {
    char name[256]; /* canonical */
    char *owner;
};

struct sc_named_list {
    struct sc_named *v;
    const char **owners; /* of each */
    size_t n;
    bool guessed;              /* an owner is the database's word, which the panel has to confirm */
    struct sc_answers answers; /* of the panel, for sc_jobs_open() */
};

void sc_named_done(struct sc_named_list *l);

/* Finds the owners. With `guess` the database is believed first: its accounts are asked for anyway,
 * once they are locked (sc_named_confirm()); else, and for what it does not know, the panel is
 * asked, once for each account. `owner`, not NULL: whom to believe with `guess`, in the database's place. `for_removal`: whom the database last knew, where the panel does
 * not know the domain or cannot say. SC_E_NOTFOUND, naming the domain. sc_named_done() *l after a
 * failure, too. */
int sc_named_find(struct sc_server *s, const char *const *domains, size_t n, bool guess,
                  const char *owner, bool for_removal, struct sc_named_list *l,
                  struct sc_error *err);

/* SC_E_NOTFOUND where a guess was wrong, by what the panel has said of the jobs' accounts. */
int sc_named_confirm(const struct sc_named_list *l, const struct sc_jobs *jobs,
                     struct sc_error *err);

/* Gives each job the names that are its user's, as what it enables or disables. SC_E_NOMEM. */
int sc_named_assign(struct sc_jobs *jobs, const struct sc_named_list *l, bool enable,
                    struct sc_error *err);

/* SC_E_NOTENABLED, SC_E_DENIED: the feature is off, or a user may not use it. */
int sc_named_allowed(const struct sc_server *s, const struct sc_named_list *l,
                     struct sc_error *err);

#endif
