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

int sc_names_remove_others(struct sc_store *store, const char *sql, const void *have, size_t have_n,
                           const void *want, size_t want_n, size_t size, size_t *changed,
                           struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, sql, err);
    for (size_t i = 0; r == 0 && i < have_n; i++) {
        const void *row = (const char *)have + i * size;
        if (bsearch(row, want, want_n, size, sc_names_cmp))
            continue;
        sc_bind_text(&q, name_of(row));
        r = sc_stmt_run(&q, changed, err);
    }
    return r;
}
