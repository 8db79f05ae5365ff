/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of hints. Who reconciles peeks, works for a while, and then declares done what he
 * peeked. The same event may be pushed meanwhile; it must survive that, so a push always ends in a
 * new id and ids are never given again (AUTOINCREMENT). */
#include "db/internal.h"
#include "core/base/cleanup.h"

#include <string.h>

static void row_done(void *of)
{
    struct sc_event_row *row = of;
    free((void *)row->user);
    free((void *)row->kind);
    free((void *)row->old_name);
    free((void *)row->new_name);
    free((void *)row->payload);
    free((void *)row->last_error);
}

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_event_row *row = to;
    row->id = sc_col_int(q, 0);
    row->created_ms = sc_col_int(q, 6);
    row->not_before_ms = sc_col_int(q, 7);
    row->attempts = (int)sc_col_int(q, 8);
    int r = sc_col_dup(q, 1, &row->user, err);
    if (r == 0)
        r = sc_col_dup(q, 2, &row->kind, err);
    if (r == 0)
        r = sc_col_dup(q, 3, &row->old_name, err);
    if (r == 0)
        r = sc_col_dup(q, 4, &row->new_name, err);
    if (r == 0)
        r = sc_col_dup(q, 5, &row->payload, err);
    if (r == 0)
        r = sc_col_dup(q, 9, &row->last_error, err);
    return r;
}

const struct sc_row_kind sc_event_rows = {sizeof(struct sc_event_row), read_row, row_done};

void sc_event_list_done(struct sc_event_list *list)
{
    sc_rows_done(&sc_event_rows, list->rows, list->n);
    *list = (struct sc_event_list){0};
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

/* ---- push ---- */

/* What the new row takes over from the waiting one. */
struct waiting {
    int64_t created_ms, not_before_ms, attempts;
    const char *last_error;
};

static void waiting_done(struct waiting *w)
{
    free((void *)w->last_error);
}

/* Removes the waiting row of the same key. 1: there was one, *w is filled. */
static int take_waiting(struct sc_store *store, const struct sc_event_row *event, struct waiting *w,
                        struct sc_error *err)
{
    SC_STMT struct sc_stmt get = {0};
    int r = sc_stmt_prepare(&get, store,
                            "SELECT id, created_ms, not_before_ms, attempts, last_error FROM event "
                            "WHERE user = ? AND kind = ? AND old_name = ? AND new_name = ?",
                            err);
    if (r < 0)
        return r;
    sc_bind_text(&get, or_empty(event->user));
    sc_bind_text(&get, event->kind);
    sc_bind_text(&get, or_empty(event->old_name));
    sc_bind_text(&get, or_empty(event->new_name));
    r = sc_stmt_step(&get, err);
    if (r <= 0)
        return r;
    int64_t id = sc_col_int(&get, 0);
    w->created_ms = sc_col_int(&get, 1);
    w->not_before_ms = sc_col_int(&get, 2);
    w->attempts = sc_col_int(&get, 3);
    r = sc_col_dup(&get, 4, &w->last_error, err);
    if (r == 0)
        r = sc_db_run(store, "DELETE FROM event WHERE id = ?", SC_PARAMS(SC_INT(id)), NULL, err);
    return r < 0 ? r : 1;
}

/* Makes room for one more event of the user. */
static int drop_oldest(struct sc_store *store, const char *user, struct sc_error *err)
{
    return sc_db_run(store,
                     "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE user = ? "
                     "ORDER BY id DESC LIMIT -1 OFFSET ?)",
                     SC_PARAMS(SC_TEXT(user), SC_INT(SC_STORE_EVENTS_MAX - 1)), NULL, err);
}

static int insert(struct sc_store *store, const struct sc_event_row *event,
                  const struct waiting *times, struct sc_error *err)
{
    return sc_db_run(store,
                     "INSERT INTO event(user, kind, old_name, new_name, payload, created_ms, "
                     "not_before_ms, attempts, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     SC_PARAMS(SC_TEXT(or_empty(event->user)), SC_TEXT(event->kind),
                               SC_TEXT(or_empty(event->old_name)),
                               SC_TEXT(or_empty(event->new_name)), SC_TEXT(event->payload),
                               SC_INT(times->created_ms), SC_INT(times->not_before_ms),
                               SC_INT(times->attempts), SC_TEXT(times->last_error)),
                     NULL, err);
}

/* Whether the queue has no room for one more event. The ids alone tell that it has, nearly always:
 * they are not counted then. */
static int queue_full(struct sc_store *store, bool *ret, struct sc_error *err)
{
    int64_t n = 0;
    int r = sc_db_int(store, "SELECT (SELECT max(id) FROM event) - (SELECT min(id) FROM event) + 1",
                      &n, err);
    if (r == 0 && n >= SC_STORE_QUEUE_MAX)
        r = sc_db_int(store, "SELECT count(*) FROM event", &n, err);
    if (r == 0)
        *ret = n >= SC_STORE_QUEUE_MAX;
    return r;
}

/* Puts one "look at all" in the place of the whole queue. */
static int insert_instead(struct sc_store *store, int64_t created_ms, struct sc_error *err)
{
    int r = sc_db_run(store, "DELETE FROM event", SC_NO_PARAMS, NULL, err);
    const struct sc_event_row all = {.kind = SC_KIND_RESYNC_ALL};
    const struct waiting times = {.created_ms = created_ms, .not_before_ms = created_ms};
    return r < 0 ? r : insert(store, &all, &times, err);
}

static int check(const struct sc_event_row *event, struct sc_error *err)
{
    if (!event->kind || !*event->kind)
        return sc_error_set(err, SC_E_INVAL, "an event has no kind");
    int r = sc_db_limit("user of an event", event->user, SC_STORE_NAME_MAX, err);
    if (r == 0)
        r = sc_db_limit("kind of an event", event->kind, SC_STORE_NAME_MAX, err);
    if (r == 0) /* a name may be a path: a document root that moved */
        r = sc_db_limit("old name of an event", event->old_name, SC_STORE_PATH_MAX, err);
    if (r == 0)
        r = sc_db_limit("new name of an event", event->new_name, SC_STORE_PATH_MAX, err);
    if (r == 0)
        r = sc_db_limit("payload of an event", event->payload, SC_STORE_TEXT_MAX, err);
    return r;
}

int sc_store_event_push(struct sc_store *store, const struct sc_event_row *event,
                        struct sc_error *err)
{
    int r = check(event, err);
    if (r < 0)
        return r;
    SC_CLEANUP(waiting_done)
    struct waiting times = {.created_ms = INT64_MAX, .not_before_ms = INT64_MAX};
    SC_SCOPE struct sc_scope scope = {0};
    r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = take_waiting(store, event, &times, err);
    if (r == 0)
        r = drop_oldest(store, or_empty(event->user), err);
    bool full = false;
    if (r == 0)
        r = queue_full(store, &full, err);
    if (r == 0 && full) {
        r = insert_instead(store, event->created_ms, err);
        return r < 0 ? r : sc_scope_commit(&scope, err);
    }
    if (r < 0)
        return r;
    /* The earlier times: an event that keeps coming must not put its own turn off for ever. */
    if (event->created_ms < times.created_ms)
        times.created_ms = event->created_ms;
    if (event->not_before_ms < times.not_before_ms)
        times.not_before_ms = event->not_before_ms;
    r = insert(store, event, &times, err);
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

/* ---- peek ---- */

int sc_store_events_peek(struct sc_store *store, const char *user, int64_t now_ms,
                         struct sc_event_list *ret, struct sc_error *err)
{
    static const char sql[] =
        "SELECT id, user, kind, nullif(old_name, ''), nullif(new_name, ''), "
        "payload, created_ms, not_before_ms, attempts, last_error FROM event "
        "WHERE user = coalesce(?1, (SELECT user FROM event WHERE not_before_ms "
        "<= ?2 ORDER BY not_before_ms, id LIMIT 1)) AND not_before_ms <= ?2 "
        "ORDER BY id";
    return sc_db_rows(store, sql, SC_PARAMS(SC_TEXT(user), SC_INT(now_ms)), &sc_event_rows,
                      &ret->rows, &ret->n, err);
}

static int read_due(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_due_row *row = to;
    row->created_ms = sc_col_int(q, 1);
    row->attempts = (int)sc_col_int(q, 2);
    row->newest = sc_col_int(q, 3);
    return sc_col_dup(q, 0, &row->user, err);
}

static void due_done(void *row)
{
    free((void *)((struct sc_due_row *)row)->user);
}

static const struct sc_row_kind due = {sizeof(struct sc_due_row), read_due, due_done};

void sc_due_list_done(struct sc_due_list *list)
{
    sc_rows_done(&due, list->rows, list->n);
    *list = (struct sc_due_list){0};
}

static int next_after(struct sc_store *store, int64_t now_ms, int64_t *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            "SELECT coalesce(min(not_before_ms), -1) FROM event WHERE "
                            "not_before_ms > ?1",
                            err);
    if (r < 0)
        return r;
    sc_bind_int(&q, now_ms);
    r = sc_stmt_step(&q, err);
    if (r == 1)
        *ret = sc_col_int(&q, 0);
    return r < 0 ? r : 0;
}

int sc_store_events_due(struct sc_store *store, int64_t now_ms, size_t max, struct sc_due_list *ret,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_due_list_done) struct sc_due_list list = {.next_ms = -1};
    int r = sc_db_rows(store,
                       "SELECT user, min(created_ms), max(attempts), max(id) FROM event WHERE "
                       "not_before_ms <= ?1 GROUP BY user ORDER BY min(not_before_ms), "
                       "min(id) LIMIT ?2",
                       SC_PARAMS(SC_INT(now_ms), SC_INT(max)), &due, &list.rows, &list.n, err);
    if (r == 0)
        r = next_after(store, now_ms, &list.next_ms, err);
    if (r < 0)
        return r;
    SC_MOVE(ret, &list);
    return 0;
}

int sc_store_events_next(struct sc_store *store, int64_t *ret_ms, struct sc_error *err)
{
    return sc_db_int(store, "SELECT coalesce(min(not_before_ms), -1) FROM event", ret_ms, err);
}

/* ---- done, defer ---- */

int sc_store_events_done(struct sc_store *store, const struct sc_event_row *rows, size_t n,
                         struct sc_error *err)
{
    SC_SCOPE struct sc_scope scope = {0};
    SC_STMT struct sc_stmt q = {0};
    int r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = sc_stmt_prepare(&q, store, "DELETE FROM event WHERE id = ?", err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        sc_bind_int(&q, rows[i].id);
        r = sc_stmt_run(&q, NULL, err);
    }
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

int sc_store_events_defer(struct sc_store *store, const struct sc_event_row *rows, size_t n,
                          int64_t now_ms, const char *why, struct sc_error *err)
{
    char cut[SC_ERROR_TEXT_MAX];
    snprintf(cut, sizeof(cut), "%s", why);
    SC_SCOPE struct sc_scope scope = {0};
    SC_STMT struct sc_stmt q = {0};
    int r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = sc_stmt_prepare(&q, store,
                            "UPDATE event SET attempts = attempts + 1, last_error = ?1, "
                            "not_before_ms = ?2 + min(?3, ?4 << min(attempts, 20)) WHERE id = ?5",
                            err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        sc_bind_text(&q, cut);
        sc_bind_int(&q, now_ms);
        sc_bind_int(&q, SC_EVENT_RETRY_MAX_MS);
        sc_bind_int(&q, SC_EVENT_RETRY_MS);
        sc_bind_int(&q, rows[i].id);
        r = sc_stmt_run(&q, NULL, err);
    }
    return r < 0 ? r : sc_scope_commit(&scope, err);
}
