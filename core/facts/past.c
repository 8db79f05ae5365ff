/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/past.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

void sc_past_done(struct sc_past *p)
{
    sc_strings_free(p->owned, p->owned ? p->sites.n : 0);
    sc_site_list_done(&p->sites);
    sc_isolated_list_done(&p->names);
    *p = (struct sc_past){0};
}

int sc_past_load(const struct sc_server *s, const struct sc_account *a, struct sc_past *p,
                 struct sc_error *err)
{
    SC_CLEANUP(sc_past_done) struct sc_past new = {.loaded = true};
    if (p->loaded)
        return 0;
    int rc = sc_store_sites_get(s->store, a->uid, &new.sites, err);
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, a->uid, &new.names, err);
    if (rc == 0 && !(new.owned = calloc(new.sites.n + 1, sizeof(*new.owned))))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
    for (size_t i = 0; rc == 0 && i < new.sites.n; i++)
        rc = sc_store_site_owned_get(s->store, new.sites.rows[i].id, &new.owned[i], err);
    if (rc == 0)
        SC_MOVE(p, &new);
    return rc;
}

static int by_id(const void *key, const void *row)
{
    unsigned id = *(const unsigned *)key, of = ((const struct sc_site_row *)row)->id;
    return id < of ? -1 : id > of;
}

const struct sc_site_row *sc_past_site(const struct sc_past *p, unsigned id)
{
    return p->sites.n ? bsearch(&id, p->sites.rows, p->sites.n, sizeof(*p->sites.rows), by_id)
                      : NULL;
}
