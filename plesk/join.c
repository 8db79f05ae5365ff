/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The XML API's objects put together to domains. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "plesk/api.h"
#include "plesk/rows.h"
#include "plesk/xml.h"

struct object {
    char *c[SC_PLESK_XML_COLUMNS];
};
enum {
    KIND,
    ID,
    GROUP,
    NAME,
    LOGIN,
    DOCROOT,
    FLAG
};

struct objects {
    struct object *v;
    size_t n;
    const struct object **by_id;    /* webspaces and sites */
    const struct object **by_login; /* those with a login, by their group */
    size_t n_ids, n_logins;
};

static void objects_done(struct objects *o)
{
    for (size_t i = 0; i < o->n; i++)
        free(o->v[i].c[0]);
    SC_FREE_ALL(o->v, o->by_id, o->by_login);
}

static int keep(char *const *columns, void *arg, struct sc_error *err)
{
    struct objects *o = arg;
    if (o->n >= SC_INVENTORY_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the panel has more than %u domains",
                            SC_INVENTORY_DOMAINS_MAX);
    if (!SC_VEC_ROOM(o->v, o->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    size_t size = 0;
    for (size_t i = 0; i < SC_PLESK_XML_COLUMNS; i++)
        size += strlen(columns[i]) + 1;
    char *strings = malloc(size);
    if (!strings)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    struct object *to = &o->v[o->n++];
    for (size_t i = 0; i < SC_PLESK_XML_COLUMNS; i++) {
        to->c[i] = strings;
        strings = stpcpy(strings, columns[i]) + 1;
    }
    return 0;
}

/* Of equal keys the one that was listed first. */
static int by_column(const struct object *a, const struct object *b, int column)
{
    int c = strcmp(a->c[column], b->c[column]);
    return c ? c : (a > b) - (a < b);
}

static int compare_ids(const void *a, const void *b)
{
    return by_column(*(const struct object *const *)a, *(const struct object *const *)b, ID);
}

static int compare_groups(const void *a, const void *b)
{
    return by_column(*(const struct object *const *)a, *(const struct object *const *)b, GROUP);
}

static const struct object *find(const struct object *const *v, size_t n, int column,
                                 const char *key)
{
    size_t low = 0, high = n; /* the first that is not less */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(v[mid]->c[column], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && strcmp(v[low]->c[column], key) == 0 ? v[low] : NULL;
}

static bool is_kind(const struct object *o, const char *kind)
{
    return strcmp(o->c[KIND], kind) == 0;
}

static int index_all(struct objects *o, struct sc_error *err)
{
    o->by_id = calloc(o->n + 1, sizeof(*o->by_id));
    o->by_login = calloc(o->n + 1, sizeof(*o->by_login));
    if (!o->by_id || !o->by_login)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    for (size_t i = 0; i < o->n; i++) {
        const struct object *one = &o->v[i];
        if (!is_kind(one, "webspace") && !is_kind(one, "site"))
            continue;
        o->by_id[o->n_ids++] = one;
        if (one->c[LOGIN][0] && one->c[GROUP][0])
            o->by_login[o->n_logins++] = one;
    }
    qsort(o->by_id, o->n_ids, sizeof(*o->by_id), compare_ids);
    qsort(o->by_login, o->n_logins, sizeof(*o->by_login), compare_groups);
    return 0;
}

/* The system user of a webspace or site: its own, or its webspace's. */
static const char *login(const struct objects *o, const struct object *one)
{
    if (one->c[LOGIN][0])
        return one->c[LOGIN];
    const struct object *with = find(o->by_login, o->n_logins, GROUP, one->c[GROUP]);
    return with ? with->c[LOGIN] : "";
}

static const struct object *by_name(const struct objects *o, const char *name)
{
    for (size_t i = 0; i < o->n; i++) {
        if (strcmp(o->v[i].c[NAME], name) == 0 && !is_kind(&o->v[i], "subdomain"))
            return &o->v[i];
    }
    return NULL;
}

static int add(const struct objects *o, const struct object *one, struct sc_domains *ret,
               struct sc_error *err)
{
    const struct object *of = one; /* whose document root it is */
    const struct object *owner = one;
    bool is_main = one->c[FLAG][0] == '1';
    if (is_kind(one, "site-alias")) {
        owner = of = is_main ? find(o->by_id, o->n_ids, ID, one->c[GROUP]) : NULL;
        is_main = false;
    } else if (is_kind(one, "subdomain")) {
        owner = by_name(o, one->c[GROUP]);
    }
    if (!of || !owner || !of->c[DOCROOT][0]) /* without one it is a domain without hosting */
        return 0;
    return sc_domains_add(ret, one->c[NAME], login(o, owner), of->c[DOCROOT], is_main, err);
}

static int add_odd(const struct object *one, struct sc_domains *ret, struct sc_error *err)
{
    char name[256];
    bool named = sc_domain_canon(one->c[NAME], name, NULL) == 0;
    const struct sc_odd what = {.name = named ? name : NULL,
                                .owner = sc_owner_valid(one->c[LOGIN]) ? one->c[LOGIN] : NULL,
                                .hides = one->c[FLAG][0] == '1'};
    return sc_odds_add(&ret->odds, &what, err, "%s", one->c[DOCROOT]);
}

int sc_plesk_api_join(const char *rows, size_t len, struct sc_domains *ret, struct sc_error *err)
{
    SC_CLEANUP(objects_done) struct objects o = {0};
    const struct sc_rows_reader reader = {SC_PLESK_XML_COLUMNS, "sitecage-plesk-xml", keep, NULL,
                                          &o};
    int rc = sc_rows_parse(rows, len, &reader, err);
    if (rc == 0)
        rc = index_all(&o, err);
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    for (size_t i = 0; rc == 0 && i < o.n; i++)
        rc = is_kind(&o.v[i], SC_PLESK_XML_ODD) ? add_odd(&o.v[i], &d, err)
                                                : add(&o, &o.v[i], &d, err);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}
