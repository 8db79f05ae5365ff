/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two tables by domain name have in common: a user's rows are replaced as a set. */
#include "db/internal.h"

#include <string.h>

static int check_name(const char *name, struct sc_error *err)
{
    int r = sc_db_limit("domain name", name, SC_STORE_NAME_MAX, err);
    if (r < 0)
        return r;
    if (!*name)
        return sc_error_set(err, SC_E_INVAL, "domain name is empty");
    for (const char *p = name; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            return sc_error_set(err, SC_E_INVAL, "domain name '%s' is not in lower case", name);
    return 0;
}

static const char *name_of(const void *row)
{
    return *(const char *const *)row;
}

int sc_names_cmp(const void *a, const void *b)
{
    return strcmp(name_of(a), name_of(b));
}

int sc_names_sorted(const void *rows, size_t n, size_t size, void *ret, struct sc_error *err)
{
    if (n > SC_STORE_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "a user has more than %u domains",
                            SC_STORE_DOMAINS_MAX);
    SC_FREE char *copy = calloc(n + 1, size);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu domains", n);
    if (n)
        memcpy(copy, rows, n * size);
    for (size_t i = 0; i < n; i++) {
        int r = check_name(name_of(copy + i * size), err);
        if (r < 0)
            return r;
    }
    qsort(copy, n, size, sc_names_cmp);
    for (size_t i = 1; i < n; i++)
        if (sc_names_cmp(copy + (i - 1) * size, copy + i * size) == 0)
            return sc_error_set(err, SC_E_INVAL, "domain '%s' is named twice",
                                name_of(copy + i * size));
    *(void **)ret = sc_steal_ptr(&copy);
    return 0;
}

/* ---- replacing ---- */

struct have {
    const struct sc_names_set *set;
    void *rows;
    size_t n;
};

static void have_done(struct have *h)
{
    sc_rows_done(h->set->kind, h->rows, h->n);
    h->rows = NULL;
    h->n = 0;
}

static int read_have(struct have *h, struct sc_store *store, uid_t uid, struct sc_error *err)
{
    int r = sc_db_have_user(store, uid, err);
    return r < 0 ? r
                 : sc_db_rows(store, h->set->select, SC_PARAMS(SC_INT(uid)), h->set->kind, &h->rows,
                              &h->n, err);
}

static const void *at(const void *rows, size_t i, size_t size)
{
    return (const char *)rows + i * size;
}

static bool is_same(const struct have *h, const void *want, size_t n)
{
    size_t size = h->set->kind->size;
    if (h->n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const void *a = at(h->rows, i, size), *b = at(want, i, size);
        if (sc_names_cmp(a, b) != 0 || !h->set->same(a, b))
            return false;
    }
    return true;
}

static int remove_others(const struct have *h, struct sc_store *store, const void *want, size_t n,
                         size_t *changed, struct sc_error *err)
{
    size_t size = h->set->kind->size;
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, h->set->remove, err);
    for (size_t i = 0; r == 0 && i < h->n; i++) {
        const void *row = at(h->rows, i, size);
        if (bsearch(row, want, n, size, sc_names_cmp))
            continue;
        sc_bind_text(&q, name_of(row));
        r = sc_stmt_run(&q, changed, err);
    }
    return r;
}

static int put_all(const struct sc_names_set *set, struct sc_store *store, uid_t uid,
                   const void *want, size_t n, size_t *changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, set->put, err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        set->bind(&q, uid, at(want, i, set->kind->size));
        r = sc_stmt_run(&q, changed, err);
    }
    return r;
}

/* In one transaction: what was read before it may have changed. */
static int change(struct have *h, struct sc_store *store, uid_t uid, const void *want, size_t n,
                  size_t *changed, struct sc_error *err)
{
    SC_SCOPE struct sc_scope scope = {0};
    int r = sc_scope_enter(&scope, store, err);
    if (r < 0)
        return r;
    have_done(h);
    r = read_have(h, store, uid, err);
    if (r == 0)
        r = h->set->before(store, uid, h->rows, h->n, want, n, err);
    if (r == 0)
        r = remove_others(h, store, want, n, changed, err);
    if (r == 0)
        r = put_all(h->set, store, uid, want, n, changed, err);
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

int sc_names_add(const struct sc_names_set *set, struct sc_store *store, uid_t uid,
                 const void *rows, size_t n, struct sc_error *err)
{
    SC_FREE void *want = NULL;
    size_t changed = 0;
    int r = sc_names_sorted(rows, n, set->kind->size, &want, err);
    return r < 0 ? r : put_all(set, store, uid, want, n, &changed, err);
}

int sc_names_replace(const struct sc_names_set *set, struct sc_store *store, uid_t uid,
                     const void *rows, size_t n, size_t *ret_changed, struct sc_error *err)
{
    SC_FREE void *want = NULL;
    SC_CLEANUP(have_done) struct have h = {.set = set};
    size_t changed = 0;
    int r = sc_names_sorted(rows, n, set->kind->size, &want, err);
    if (r == 0)
        r = read_have(&h, store, uid, err);
    if (r == 0 && !is_same(&h, want, n))
        r = change(&h, store, uid, want, n, &changed, err);
    if (r == 0 && ret_changed)
        *ret_changed = changed;
    return r;
}
