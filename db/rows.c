/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements from their text to their last row, in one call. */
#include "db/internal.h"

#include <string.h>

static void bind_one(struct sc_stmt *q, const struct sc_param *p)
{
    if (p->kind == SC_PARAM_INT)
        sc_bind_int(q, p->number);
    else if (p->kind == SC_PARAM_TEXT)
        sc_bind_text(q, p->text);
    else
        sc_bind_path(q, p->text);
}

static int begin(struct sc_stmt *q, struct sc_store *store, const char *sql,
                 const struct sc_param *params, struct sc_error *err)
{
    int r = sc_stmt_prepare(q, store, sql, err);
    for (const struct sc_param *p = params; r == 0 && p->kind != SC_PARAM_END; p++)
        bind_one(q, p);
    return r;
}

int sc_db_run(struct sc_store *store, const char *sql, const struct sc_param *params,
              size_t *changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = begin(&q, store, sql, params, err);
    return r < 0 ? r : sc_stmt_run(&q, changed, err);
}

int sc_db_any(struct sc_store *store, const char *sql, const struct sc_param *params,
              struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = begin(&q, store, sql, params, err);
    return r < 0 ? r : sc_stmt_step(&q, err);
}

/* ---- rows ---- */

void sc_rows_done(const struct sc_row_kind *kind, void *rows, size_t n)
{
    for (size_t i = 0; kind->done && i < n; i++)
        kind->done((char *)rows + i * kind->size);
    free(rows);
}

static int read_all(struct sc_stmt *q, const struct sc_row_kind *kind, void **rows, size_t *n,
                    struct sc_error *err)
{
    int r;
    while ((r = sc_stmt_step(q, err)) == 1) {
        void *row = sc_list_add(rows, n, kind->size, err);
        r = row ? kind->read(q, row, err) : SC_E_NOMEM;
        if (r < 0)
            return r;
    }
    return r;
}

int sc_db_rows(struct sc_store *store, const char *sql, const struct sc_param *params,
               const struct sc_row_kind *kind, void *rows, size_t *n, struct sc_error *err)
{
    void *v = NULL;
    size_t count = 0;
    SC_STMT struct sc_stmt q = {0};
    int r = begin(&q, store, sql, params, err);
    if (r == 0)
        r = read_all(&q, kind, &v, &count, err);
    if (r < 0) {
        sc_rows_done(kind, v, count);
        return r;
    }
    memcpy(rows, &v, sizeof(v));
    *n = count;
    return 0;
}

int sc_db_row(struct sc_store *store, const char *sql, const struct sc_param *params,
              const struct sc_row_kind *kind, void *row, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    SC_FREE void *one = calloc(1, kind->size);
    if (!one)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a row of the database");
    int r = begin(&q, store, sql, params, err);
    if (r == 0)
        r = sc_stmt_step(&q, err);
    if (r <= 0)
        return r;
    r = kind->read(&q, one, err);
    if (r < 0) {
        if (kind->done)
            kind->done(one);
        return r;
    }
    memcpy(row, one, kind->size);
    return 1;
}
