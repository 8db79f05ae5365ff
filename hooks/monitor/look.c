/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/follow/follow.h"
#include "core/server/monitor_service.h"
#include "core/server/server.h"
#include "hooks/monitor/work.h"

static bool is_resync(const struct sc_event_row *r)
{
    return (!r->user || !r->user[0]) && strcmp(r->kind, SC_KIND_RESYNC_ALL) == 0;
}

/* For the log: "domain-created x.example". */
static const char *event_text(const struct sc_event_row *r, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s%s", r->kind, r->old_name ? " " : "",
             r->old_name ? r->old_name : "", r->new_name ? " " : "",
             r->new_name ? r->new_name : "");
    return text;
}

/* What became of one event. */
static int settle(struct sc_server *s, const char *user, const struct sc_event_row *r,
                  const struct sc_follow *f, const char *error, struct sc_error *err)
{
    int64_t wall = sc_wall_ms();
    char text[600];
    event_text(r, text, sizeof(text));
    enum sc_event_fate fate =
        error ? SC_EVENT_LATER : sc_event_fate(f->agrees, r->created_ms, r->attempts, wall);
    if (fate == SC_EVENT_DONE)
        sc_log("user=%s event %s: done after %lld ms", user, text,
               (long long)(wall - r->created_ms));
    else if (fate == SC_EVENT_GIVE_UP)
        sc_log("user=%s event %s: given up, the panel does not show it: %s", user, text,
               f->missing);
    if (fate != SC_EVENT_LATER)
        return sc_store_events_done(s->store, r, 1, err);
    if (r->not_before_ms > wall)
        return 0;
    sc_log_debug("user=%s event %s: later: %s", user, text, error ? error : f->missing);
    return sc_store_events_defer(s->store, r, 1, wall, error ? error : f->missing, err);
}

static bool made_at(uid_t uid, struct timespec *ret)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u", (unsigned)uid);
    if (uid == (uid_t)-1 || stat(path, &st) < 0)
        return false;
    *ret = st.st_mtim;
    return true;
}

static uid_t uid_of(struct sc_server *s, const char *user)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    return user[0] && sc_store_user_by_name(s->store, user, &row, NULL) == 0 ? row.uid : (uid_t)-1;
}

/* `events` are the account's, due or not: each is a hint. */
static int follow(struct sc_server *s, const char *user, const struct sc_event_list *events,
                  bool alone, struct sc_look *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    struct sc_follow f = {.agrees = true};
    struct timespec before = {0}, after = {0};
    ret->before = uid_of(s, user);
    bool had = made_at(ret->before, &before);
    int rc = alone ? sc_follow_events(s, user, events, &f, &why)
                   : sc_follow_account(s, user, events, &f, &why);
    ret->locked = rc == SC_E_BUSY;
    ret->late = rc == SC_E_LATE;
    if (rc < 0 && err)
        *err = why;
    for (size_t i = 0; i < events->n && !ret->locked; i++) {
        int settled = settle(s, user, &events->rows[i], &f, rc < 0 ? why.text : NULL, err);
        rc = rc == 0 ? settled : rc;
    }
    ret->after = uid_of(s, user);
    uid_t uid = ret->after != (uid_t)-1 ? ret->after : ret->before;
    bool has = made_at(uid, &after);
    ret->changed = had != has || after.tv_sec != before.tv_sec || after.tv_nsec != before.tv_nsec;
    if (rc < 0 && !ret->locked && uid != (uid_t)-1)
        (void)sc_store_user_set_stale(s->store, uid, why.code ? why.text : "", NULL);
    return rc;
}

/* What is due of events that are no hints about anybody: they ask for the full pass. */
static bool take_resync(struct sc_server *s, struct sc_event_list *l)
{
    int64_t wall = sc_wall_ms();
    bool any = false;
    for (size_t i = 0; i < l->n; i++)
        if (is_resync(&l->rows[i]) && l->rows[i].not_before_ms <= wall) {
            any = true;
            (void)sc_store_events_defer(s->store, &l->rows[i], 1, wall, "waits for the full pass",
                                        NULL);
        }
    return any;
}

/* The list without them; the rows stay the list's. */
static struct sc_event_list hints_of(const struct sc_event_list *l, struct sc_event_row *room)
{
    struct sc_event_list hints = {.rows = room};
    for (size_t i = 0; i < l->n; i++)
        if (!is_resync(&l->rows[i]))
            room[hints.n++] = l->rows[i];
    return hints;
}

static int look(struct sc_server *s, const char *user, bool alone, struct sc_look *ret,
                struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list all = {0};
    int rc = sc_store_events_peek(s->store, user, INT64_MAX, &all, err);
    SC_FREE struct sc_event_row *room = calloc(all.n ? all.n : 1, sizeof(*room));
    if (rc < 0 || !room)
        return rc < 0 ? rc : sc_error_set(err, SC_E_NOMEM, "out of memory for events");
    ret->resync = take_resync(s, &all);
    const struct sc_event_list hints = hints_of(&all, room);
    return user[0] || hints.n ? follow(s, user, &hints, alone, ret, err) : 0;
}

void sc_monitor_look(struct sc_server *s, const char *user, bool events_alone, struct sc_look *ret)
{
    *ret = (struct sc_look){.before = (uid_t)-1, .after = (uid_t)-1};
    int rc = look(s, user, events_alone, ret, &ret->why);
    if (rc == 0 || ret->locked || ret->late)
        ret->why.code = 0;
    sc_log_debug("user=%s looked at: %s", user,
                 rc < 0         ? ret->why.text
                 : ret->changed ? "changed"
                                : "nothing changed");
}

/* ---- the full pass ---- */

static void resync_done(struct sc_server *s, const struct sc_event_list *asked, size_t domains)
{
    for (size_t i = 0; i < asked->n; i++)
        if (is_resync(&asked->rows[i]) &&
            sc_store_events_done(s->store, &asked->rows[i], 1, NULL) == 0)
            sc_log("event resync-all: done by a full pass over %zu domains", domains);
}

int sc_monitor_survey(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list asked = {0};
    size_t domains = 0, users = 0;
    int64_t began = sc_clock_ms();
    (void)sc_store_events_peek(s->store, "", INT64_MAX, &asked, NULL);
    int rc = sc_follow_survey(s, found, arg, &domains, &users, err);
    if (rc < 0)
        return rc;
    resync_done(s, &asked, domains);
    char line[128];
    long long ms = (long long)(sc_clock_ms() - began);
    int n = snprintf(line, sizeof(line), "%lld %zu %zu %lld\n", (long long)time(NULL), domains,
                     users, ms);
    (void)sc_replace_file(SC_MONITOR_SURVEY, 0600, line, (size_t)n, NULL);
    sc_log_debug("full pass: %zu domains of %zu users in %lld ms", domains, users, ms);
    return 0;
}
