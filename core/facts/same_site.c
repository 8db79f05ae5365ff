/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/same_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/facts/docroots.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the document roots of an account");
}

void sc_same_site_done(struct sc_same_site *l)
{
    for (size_t i = 0; l->real && i < l->there->n; i++)
        free(l->real[i]);
    free(l->real);
    *l = (struct sc_same_site){0};
}

int sc_same_site_of(const struct sc_domains *there, struct sc_same_site *ret, struct sc_error *err)
{
    char **real = calloc(there->n + 1, sizeof(*real));
    if (!real)
        return no_memory(err);
    *ret = (struct sc_same_site){.there = there, .real = real};
    return 0;
}

/* Those of one account, in their order. */
static int those_of(const struct sc_domains *there, const char *owner, struct sc_domains *ret,
                    struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < there->n; i++)
        if (strcmp(there->v[i].owner, owner) == 0)
            rc = sc_domains_put(ret, there->v[i].name, owner, there->v[i].docroot, false, err);
    return rc;
}

/* 1: there is no such account, or it has no home. */
static int open_account(const char *owner, struct sc_account *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    uid_t uid;
    int rc = sc_account_uid(owner, &uid, &why);
    if (rc == 0)
        rc = sc_account_look(uid, ret, &why);
    if (rc == SC_E_NOTFOUND || rc == SC_E_INVAL)
        return 1;
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* `rel`, NULL: it is not in the home, or not there. */
static char *place(const struct sc_account *a, const char *rel, const char *docroot)
{
    char *text;
    if (!rel)
        return strdup(docroot);
    return asprintf(&text, "%s/%s", a->home, rel) < 0 ? NULL : text;
}

static int keep(struct sc_same_site *l, const char *owner, const struct sc_account *a,
                const struct sc_docroots *found, struct sc_error *err)
{
    size_t k = 0;
    for (size_t i = 0; i < l->there->n; i++) {
        const struct sc_domain *d = &l->there->v[i];
        if (strcmp(d->owner, owner) != 0)
            continue;
        l->real[i] = place(a, found->n ? found->rels[k++] : NULL, d->docroot);
        if (!l->real[i])
            return no_memory(err);
    }
    return 0;
}

static int look_at(struct sc_same_site *l, const char *owner, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains own = SC_DOMAINS_INIT;
    SC_CLEANUP(sc_docroots_done) struct sc_docroots found = {0};
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    int rc = open_account(owner, &a, err);
    if (rc == 0)
        rc = those_of(l->there, owner, &own, err);
    if (rc == 0)
        rc = sc_docroots_find(&a, &own, &found, err);
    return rc < 0 ? rc : keep(l, owner, &a, &found, err);
}

int sc_same_site_is(struct sc_same_site *l, const struct sc_domain *a, const struct sc_domain *b,
                    bool *ret, struct sc_error *err)
{
    size_t i = (size_t)(a - l->there->v), k = (size_t)(b - l->there->v);
    if (strcmp(a->owner, b->owner) != 0) {
        *ret = false;
        return 0;
    }
    int rc = l->real[i] ? 0 : look_at(l, a->owner, err);
    if (rc == 0)
        *ret = strcmp(l->real[i], l->real[k]) == 0;
    return rc;
}
