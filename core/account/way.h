/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account's domain names on their way from what was known to what the panel lists now. For
 * core/account/renames.h, which says what became of them. Pure. */
#ifndef SC_ACCOUNT_WAY_H
#define SC_ACCOUNT_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/dir_id.h"
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "db/store.h"

struct sc_known_name { /* known before; by name, each once */
    const char *name;
    const char *docroot;           /* as the panel said it then; "" when that is not known */
    bool wanted;                   /* it is in the user's configuration */
    const struct sc_dir_ids *dirs; /* of its site, as they were last; NULL: not known */
};

struct sc_listed_names { /* the account's domains, as the panel lists them now */
    const struct sc_domains *panel;
    const bool *foreign; /* per domain: it was another account's, so it is nobody's new name without
                            an event; NULL: none was */
    const struct sc_dir_ids *dirs; /* per domain; NULL: nothing is known */
};

struct sc_way_of_name {
    const char *from; /* its known name; NULL: an event created it */
    const char *docroot;
    const struct sc_dir_ids *dirs; /* NULL: not known */
    char *at;                      /* its name now */
    bool wanted, dead;
};

struct sc_names_way {
    struct sc_way_of_name *v;
    size_t n;
    const struct sc_event_row *events;
    size_t n_events;
    const struct sc_listed_names *listed;
};

/* Who is called so now; NULL. */
struct sc_way_of_name *sc_way_at(const struct sc_names_way *w, const char *name);

/* The name is taken by another domain. Not by one that was never wanted and has not moved: it may
 * be the renamed one itself, which a pass saw before the event came. NULL: nobody has it. */
bool sc_way_is_taken(const struct sc_way_of_name *there);

/* Where no event explained what became of a name that is listed no more: the same document root
 * under a new name, or the same directory, is a rename. Before the directory that the panel keeps
 * for a domain goes the document root. `known`: by name. SC_E_NOMEM. */
int sc_way_infer(struct sc_names_way *w, const struct sc_known_name *known, size_t n_known,
                 struct sc_error *err);

#endif
