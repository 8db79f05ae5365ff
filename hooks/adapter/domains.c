/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter's list of domains. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "hooks/adapter/adapter.h"

int sc_domains_add(struct sc_domains *d, const char *name, const char *owner, const char *docroot,
                   bool is_main, struct sc_error *err)
{
    char canon[256], root[SC_DOCROOT_MAX + 1];
    if (d->n >= SC_INVENTORY_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the panel has more than %u domains",
                            SC_INVENTORY_DOMAINS_MAX);
    int rc = sc_domain_canon(name ? name : "", canon, err);
    if (rc < 0)
        return rc;
    if (!owner || !sc_owner_valid(owner))
        return sc_error_set(err, SC_E_INVAL, "domain '%s': its owner '%.64s' is not a user name",
                            canon, owner ? owner : "");
    const char *wrong = sc_docroot_clean(docroot ? docroot : "", root);
    if (wrong)
        return sc_error_set(err, SC_E_INVAL, "domain '%s': its document root '%.256s' %s", canon,
                            docroot ? docroot : "", wrong);
    if (!SC_VEC_ROOM(d->v, d->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    SC_FREE char *n = strdup(canon), *o = strdup(owner), *r = strdup(root);
    if (!n || !o || !r)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    d->v[d->n++] = (struct sc_domain){.name = sc_steal_ptr(&n),
                                      .owner = sc_steal_ptr(&o),
                                      .docroot = sc_steal_ptr(&r),
                                      .is_main = is_main};
    return 0;
}

struct numbered {
    struct sc_domain d;
    size_t at;
};

static int by_name_then_order(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int c = strcmp(x->d.name, y->d.name);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* Equal names stay in the order in which they were added; qsort() does not promise that. */
static void sort(struct sc_domains *d)
{
    SC_FREE struct numbered *v = calloc(d->n, sizeof(*v));
    if (v) {
        for (size_t i = 0; i < d->n; i++)
            v[i] = (struct numbered){d->v[i], i};
        qsort(v, d->n, sizeof(*v), by_name_then_order);
        for (size_t i = 0; i < d->n; i++)
            d->v[i] = v[i].d;
        return;
    }
    for (size_t i = 1; i < d->n; i++) { /* without memory: slow, in place */
        struct sc_domain one = d->v[i];
        size_t at = i;
        for (; at > 0 && strcmp(d->v[at - 1].name, one.name) > 0; at--)
            d->v[at] = d->v[at - 1];
        d->v[at] = one;
    }
}

void sc_domains_finish(struct sc_domains *d)
{
    if (d->n < 2)
        return;
    sort(d);
    size_t kept = 1;
    for (size_t i = 1; i < d->n; i++) {
        if (strcmp(d->v[kept - 1].name, d->v[i].name) != 0) {
            d->v[kept++] = d->v[i];
            continue;
        }
        free(d->v[i].name);
        free(d->v[i].owner);
        free(d->v[i].docroot);
    }
    d->n = kept;
}
