/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/told.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/place.h"
#include "core/server/panel.h"

static int by_owner(const void *a, const void *b)
{
    const struct sc_domain *x = *(const struct sc_domain *const *)a,
                           *y = *(const struct sc_domain *const *)b;
    int c = strcmp(x->owner, y->owner);
    return c ? c : strcmp(x->name, y->name);
}

void sc_told_ask(struct sc_server *s, struct sc_told *ret)
{
    struct sc_error why = SC_ERROR_INIT;
    *ret = (struct sc_told){.asked = sc_server_now(s)};
    if (sc_panel_all(s, &ret->d, &why) < 0) {
        sc_log("the panel does not say which domains there are: %s", why.text);
        return;
    }
    if (ret->d.odds.n == 0)
        ret->by_owner = calloc(ret->d.n + 1, sizeof(*ret->by_owner));
    for (size_t i = 0; ret->by_owner && i < ret->d.n; i++)
        ret->by_owner[i] = &ret->d.v[i];
    if (ret->by_owner && ret->d.n)
        qsort(ret->by_owner, ret->d.n, sizeof(*ret->by_owner), by_owner);
}

void sc_told_done(struct sc_told *t)
{
    free(t->by_owner);
    sc_domains_done(&t->d);
    *t = (struct sc_told){0};
}

static int of_owner(const void *domain, const void *owner)
{
    return strcmp((*(const struct sc_domain *const *)domain)->owner, owner);
}

/* The first one that is his, or would be. */
static size_t first_of(const struct sc_told *t, const char *owner)
{
    return sc_place(t->by_owner, t->d.n, sizeof(const struct sc_domain *), owner, of_owner);
}

static int copy_of(const struct sc_told *t, const char *owner, struct sc_domains *ret,
                   struct sc_error *err)
{
    int rc = 0;
    for (size_t i = first_of(t, owner); rc == 0 && i < t->d.n; i++) {
        const struct sc_domain *d = t->by_owner[i];
        if (strcmp(d->owner, owner) != 0)
            break;
        rc = sc_domains_put(ret, d->name, d->owner, d->docroot, d->is_main, err);
        if (rc == 0 && d->site_dir)
            rc = sc_domains_put_dir(ret, d->site_dir, err);
    }
    return rc;
}

int sc_told_of(const struct sc_told *t, struct sc_server *s, const struct sc_account *a,
               bool *ret_use, struct sc_heard *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    *ret_use = t && t->by_owner && sc_store_user_by_uid(s->store, a->uid, &row, NULL) == 0 &&
               row.inventory_time < t->asked;
    int rc = *ret_use ? copy_of(t, a->user, &ret->domains, err) : 0;
    return rc < 0 || !*ret_use ? rc : sc_store_version(s->store, &ret->version, err);
}
