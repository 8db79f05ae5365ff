/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/history.h"

#include <stdio.h>
#include <string.h>

#include "core/base/vec.h"
#include "db/internal.h"

#define SAME_S 3600 /* within so long equal events are one */

static int count_latest(struct sc_store *h, const struct sc_history_site *site,
                        const struct sc_history_event *e, size_t *ret_changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    if (!site->events)
        return 0;
    int rc = sc_stmt_prepare(&q, h,
                             "UPDATE event SET n = n + ?, t = ? WHERE site = ? AND slot = ?"
                             " AND kind = ? AND detail = ? AND t BETWEEN ? AND ?",
                             err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, e->n);
    sc_bind_int(&q, e->t);
    sc_bind_int(&q, site->site);
    sc_bind_int(&q, (site->events - 1) % SC_HISTORY_EVENTS);
    sc_bind_text(&q, e->kind);
    sc_bind_text(&q, e->detail);
    sc_bind_int(&q, e->t - SAME_S);
    sc_bind_int(&q, e->t);
    return sc_stmt_run(&q, ret_changed, err);
}

int sc_history_event_add(struct sc_store *h, struct sc_history_site *site,
                         const struct sc_history_event *e, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    size_t changed = 0;
    int rc = count_latest(h, site, e, &changed, err);
    if (rc < 0 || changed)
        return rc;
    rc = sc_stmt_prepare(&q, h,
                         "INSERT OR REPLACE INTO event(site, slot, t, kind, detail, n)"
                         " VALUES(?,?,?,?,?,?)",
                         err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, site->site);
    sc_bind_int(&q, site->events % SC_HISTORY_EVENTS);
    sc_bind_int(&q, e->t);
    sc_bind_text(&q, e->kind);
    sc_bind_text(&q, e->detail);
    sc_bind_int(&q, e->n);
    rc = sc_stmt_run(&q, NULL, err);
    if (rc == 0)
        site->events++;
    return rc;
}

void sc_history_events_done(struct sc_history_events *l)
{
    free(l->v);
    *l = (struct sc_history_events){0};
}

static int read_event(struct sc_stmt *q, struct sc_history_event *e, struct sc_error *err)
{
    const char *kind = NULL, *detail = NULL;
    int rc = sc_col_dup(q, 1, &kind, err);
    if (rc == 0)
        rc = sc_col_dup(q, 2, &detail, err);
    if (rc == 0) {
        *e = (struct sc_history_event){.t = sc_col_int(q, 0), .n = sc_col_int(q, 3)};
        snprintf(e->kind, sizeof(e->kind), "%s", kind ? kind : "");
        snprintf(e->detail, sizeof(e->detail), "%s", detail ? detail : "");
    }
    free((void *)(uintptr_t)kind);
    free((void *)(uintptr_t)detail);
    return rc;
}

int sc_history_events_get(struct sc_store *h, unsigned site, int64_t from, int64_t to,
                          struct sc_history_events *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    SC_CLEANUP(sc_history_events_done) struct sc_history_events l = {0};
    int rc = sc_stmt_prepare(&q, h,
                             "SELECT t, kind, detail, n FROM event WHERE site = ?"
                             " AND t BETWEEN ? AND ? ORDER BY t DESC, slot DESC",
                             err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, site);
    sc_bind_int(&q, from);
    sc_bind_int(&q, to);
    while (rc == 0 && (rc = sc_stmt_step(&q, err)) == 1) {
        if (!SC_VEC_ROOM(l.v, l.n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
        rc = read_event(&q, &l.v[l.n++], err);
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}
