/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events without a user: whose the domains are that they name. */
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/account/renames.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/follow/internal.h"
#include "core/server/panel.h"

/* Names beyond which the panel is asked once for all its domains. */
#define ASK_EACH_MAX 4

/* What the panel and the database know of the domains that the events name. */
struct nobodys {
    struct sc_domains listed;
    struct sc_domain_list before;
    uid_t *owners;
    size_t n_owners;
};

static void nobodys_done(struct nobodys *n)
{
    sc_domains_done(&n->listed);
    sc_domain_list_done(&n->before);
    free(n->owners);
}

static int add_owner(struct nobodys *n, uid_t uid, struct sc_error *err)
{
    for (size_t i = 0; i < n->n_owners; i++)
        if (n->owners[i] == uid)
            return 0;
    if (!SC_VEC_ROOM(n->owners, n->n_owners))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the owners of domains");
    n->owners[n->n_owners++] = uid;
    return 0;
}

static int add_name(struct sc_server *s, struct nobodys *n, const char *name, struct sc_error *err)
{
    for (size_t i = 0; i < n->before.n; i++)
        if (strcmp(n->before.rows[i].name, name) == 0)
            return 0;
    struct sc_domain_row row = {0};
    int rc = sc_store_domain_find(s->store, name, &row, err);
    if (rc == 0) {
        if (!SC_VEC_ROOM(n->before.rows, n->before.n)) {
            sc_domain_row_done(&row);
            return sc_error_set(err, SC_E_NOMEM, "out of memory for domains");
        }
        n->before.rows[n->before.n++] = row;
        rc = add_owner(n, row.uid, err);
    }
    const struct sc_domain *d = sc_domains_find(&n->listed, name);
    uid_t uid;
    if ((rc == 0 || rc == SC_E_NOTFOUND) && d) {
        rc = sc_account_uid(d->owner, &uid, err);
        rc = rc == 0 ? add_owner(n, uid, err) : rc;
    }
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain *)a)->name, ((const struct sc_domain *)b)->name);
}

static int ask_each(const struct sc_server *s, const struct sc_event_list *events,
                    struct sc_domains *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = {.v = calloc(2 * events->n + 1, sizeof(*d.v))};
    if (!d.v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for domains");
    for (size_t i = 0; i < 2 * events->n; i++) {
        const struct sc_event_row *e = &events->rows[i / 2];
        const char *name = i % 2 ? e->new_name : sc_event_domain(e);
        SC_DOMAINS struct sc_domains one = SC_DOMAINS_INIT;
        if (!name || sc_domains_find(&d, name))
            continue;
        int rc = sc_panel_domain(s, name, &one, err);
        if (rc < 0 && rc != SC_E_NOTFOUND)
            return rc;
        if (rc == 0) {
            d.v[d.n++] = one.v[0];
            free(one.v);
            one = (struct sc_domains)SC_DOMAINS_INIT;
            qsort(d.v, d.n, sizeof(*d.v), by_name);
        }
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_follow_nobodys(struct sc_server *s, const struct sc_event_list *events,
                      struct sc_follow *ret, struct sc_error *err)
{
    static const struct sc_event_list none;
    SC_CLEANUP(nobodys_done) struct nobodys n = {0};
    int rc = 0;
    if (events->n)
        rc = events->n <= ASK_EACH_MAX ? ask_each(s, events, &n.listed, err)
                                       : sc_panel_all(s, &n.listed, err);
    for (size_t i = 0; rc == 0 && i < events->n; i++) {
        const struct sc_event_row *e = &events->rows[i];
        if (sc_event_domain(e))
            rc = add_name(s, &n, e->old_name, err);
        if (rc == 0 && e->new_name && sc_event_is(e, SC_KIND_DOMAIN_RENAMED))
            rc = add_name(s, &n, e->new_name, err);
    }
    for (size_t i = 0; rc == 0 && i < n.n_owners; i++) {
        if (n.owners[i] == 0)
            continue;
        rc = sc_follow_one(s, n.owners[i], &none, false, ret, err);
        if (rc == SC_E_NOTFOUND) /* gone: his own event, or the full pass, tells */
            rc = 0;
    }
    return rc < 0 ? rc : sc_follow_judge(events, &n.before, &n.listed, ret, err);
}
