/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status of all domains: what is not isolated, too. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/engine/engine.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the status of all domains");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_user(const void *a, const void *b)
{
    const struct sc_status_row *x = a, *y = b;
    int users = strcmp(x->user, y->user);
    return users ? users : strcmp(x->domain, y->domain);
}

static int add(struct sc_status *st, const struct sc_domain *d, struct sc_error *err)
{
    if (!SC_VEC_ROOM(st->v, st->n))
        return no_memory(err);
    struct sc_status_row *r = &st->v[st->n++];
    *r = (struct sc_status_row){
        .domain = strdup(d->name), .user = strdup(d->owner), .docroot = strdup(d->docroot)};
    for (size_t i = 0; r->user && i < st->n_locked; i++)
        r->locked |= strcmp(st->locked[i], r->user) == 0;
    return r->domain && r->user && r->docroot ? 0 : no_memory(err);
}

int sc_engine_status_all(struct sc_server *s, struct sc_status *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    int rc = sc_panel_all(s, &all, err);
    if (rc == 0)
        rc = sc_engine_status(s, NULL, 0, &st, err);
    if (rc < 0)
        return rc;
    size_t n = st.n;
    SC_FREE char **told = calloc(n + 1, sizeof(*told));
    if (!told)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        told[i] = st.v[i].domain;
    qsort(told, n, sizeof(*told), by_text);
    for (size_t i = 0; rc == 0 && i < all.n; i++) {
        const char *name = all.v[i].name;
        if (!bsearch(&name, told, n, sizeof(*told), by_text))
            rc = add(&st, &all.v[i], err);
    }
    if (rc < 0)
        return rc;
    if (st.n)
        qsort(st.v, st.n, sizeof(*st.v), by_user);
    SC_MOVE(ret, &st);
    return 0;
}
