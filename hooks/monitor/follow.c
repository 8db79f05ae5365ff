/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One account at a time: its events, what was noticed of it, what the full pass found. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/domain_name.h"
#include "core/base/clock.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/monitor.h"
#include "hooks/events/queue.h"

#define QUEUE_POLL_MS 30000 /* in case nobody woke us */
#define MARKS_MAX     4096  /* in one turn */
#define ERROR_WAIT_MS 5000  /* when the database cannot be asked */

void sc_monitor_error(struct sc_monitor *m, const char *text)
{
    if (!text) {
        if (m->error)
            (void)sc_store_meta_set(m->s->store, SC_META_MONITOR_ERROR, NULL, NULL);
        free(m->error);
        m->error = NULL;
        return;
    }
    if (m->error && strcmp(m->error, text) == 0)
        return;
    free(m->error);
    m->error = strdup(text);
    sc_log_at(SC_LOG_ERROR, "error: %s", text);
    char value[SC_ERROR_TEXT_MAX + 32];
    snprintf(value, sizeof(value), "%lld %s", (long long)time(NULL), text);
    (void)sc_store_meta_set(m->s->store, SC_META_MONITOR_ERROR, value, NULL);
}

/* ---- marks ---- */

/* The event first, then the mark goes: a mark that is left meanwhile is for a change that the look
 * comes after. False: the queue cannot be written. */
static bool take_mark(struct sc_monitor *m, int dirfd, const char *name)
{
    bool all = strcmp(name, SC_RESYNC_ALL) == 0;
    if (!all && !sc_owner_valid(name))
        return unlinkat(dirfd, name, 0) == 0; /* no hook left this */
    int64_t now = sc_wall_ms();
    const struct sc_event_row row = {.user = all ? NULL : name,
                                     .kind = all ? SC_KIND_RESYNC_ALL : SC_KIND_USER_CHANGED,
                                     .created_ms = now,
                                     .not_before_ms = now};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_store_event_push(m->s->store, &row, &err) < 0) {
        sc_monitor_error(m, err.text);
        /* without the queue: now, and again as long as the mark is there */
        if (!all)
            (void)sc_work_note(&m->work, name, SC_WORK_FOUND, sc_clock_ms(), NULL);
        else
            sc_survey_asked(&m->survey, sc_clock_ms());
        return false;
    }
    sc_log("a hook could not write the queue and left a mark: %s", all ? "all users" : name);
    (void)unlinkat(dirfd, name, 0);
    return true;
}

static bool take_marks(struct sc_monitor *m, const char *path)
{
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return true;
    bool ok = true;
    size_t n = 0;
    for (struct dirent *e; ok && n < MARKS_MAX && (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            ok = take_mark(m, dirfd(d), e->d_name);
            n++;
        }
    return ok && n < MARKS_MAX;
}

void sc_monitor_marks(struct sc_monitor *m)
{
    bool done = take_marks(m, SC_RESYNC_DIR);
    done &= take_marks(m, SC_RESYNC_DIR_RUN);
    int64_t now = sc_clock_ms();
    m->mark_at = now + (done ? QUEUE_POLL_MS : ERROR_WAIT_MS);
    if (m->queue_at > now)
        m->queue_at = now;
}

/* ---- one account ---- */

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

static void settle_events(struct sc_monitor *m, const char *user, const struct sc_event_list *l,
                          const struct sc_follow *f, const char *error)
{
    int64_t wall = sc_wall_ms();
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < l->n; i++) {
        const struct sc_event_row *r = &l->rows[i];
        enum sc_event_fate fate =
            error ? SC_EVENT_LATER : sc_event_fate(f->agrees, r->created_ms, r->attempts, wall);
        char text[600];
        int rc = 0;
        if (fate == SC_EVENT_DONE)
            sc_log("user=%s event %s: done after %lld ms", user, event_text(r, text, sizeof(text)),
                   (long long)(wall - r->created_ms));
        else if (fate == SC_EVENT_GIVE_UP)
            sc_log("user=%s event %s: given up, the panel does not show it: %s", user,
                   event_text(r, text, sizeof(text)), f->missing);
        else if (r->not_before_ms <= wall) {
            sc_log_debug("user=%s event %s: later: %s", user, event_text(r, text, sizeof(text)),
                         error ? error : f->missing);
            rc = sc_store_events_defer(m->s->store, r, 1, wall, error ? error : f->missing, &err);
        }
        if (fate != SC_EVENT_LATER)
            rc = sc_store_events_done(m->s->store, r, 1, &err);
        if (rc < 0)
            sc_monitor_error(m, err.text);
    }
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

static uid_t uid_of(const struct sc_monitor *m, const char *user)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    if (user[0] && sc_store_user_by_name(m->s->store, user, &row, NULL) == 0)
        return row.uid;
    for (size_t i = 0; i < m->n_accounts; i++)
        if (strcmp(m->accounts[i].user, user) == 0)
            return m->accounts[i].uid;
    return (uid_t)-1;
}

/* `events` are the account's, due or not: each is a hint. */
static void follow(struct sc_monitor *m, const char *user, unsigned why,
                   const struct sc_event_list *events)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_follow f = {.agrees = true};
    struct timespec before = {0}, after = {0};
    uid_t uid = uid_of(m, user);
    bool had = made_at(uid, &before);
    int rc = sc_follow_account(m->s, user, events, &f, &err);
    const char *error = rc < 0 ? err.text : NULL;
    settle_events(m, user, events, &f, error);
    uid_t now_uid = uid_of(m, user);
    uid = now_uid != (uid_t)-1 ? now_uid : uid;
    bool has = made_at(uid, &after);
    bool changed = had != has || after.tv_sec != before.tv_sec || after.tv_nsec != before.tv_nsec;
    sc_log_debug("user=%s looked at (%u): %s", user, why,
                 error     ? error
                 : changed ? "changed"
                           : "nothing changed");
    bool news = false;
    /* events come again by themselves */
    unsigned again = why & ~(unsigned)SC_WORK_QUEUE;
    if (sc_work_end(&m->work, user, why, changed, error, sc_clock_ms(), &news, NULL) == 0 &&
        error && !again)
        (void)sc_work_begin(&m->work, user);
    if (news)
        sc_log("user=%s: %s", user, error);
    if (error && uid != (uid_t)-1)
        (void)sc_store_user_set_stale(m->s->store, uid, error, NULL);
    if (m->sets[0].w && uid != (uid_t)-1)
        sc_monitor_rewatch(m, uid);
}

/* What is due of events that are no hints about anybody: they ask for the full pass. */
static void take_resync(struct sc_monitor *m, struct sc_event_list *l)
{
    int64_t wall = sc_wall_ms();
    for (size_t i = 0; i < l->n; i++)
        if (is_resync(&l->rows[i]) && l->rows[i].not_before_ms <= wall) {
            sc_survey_asked(&m->survey, sc_clock_ms());
            (void)sc_store_events_defer(m->s->store, &l->rows[i], 1, wall,
                                        "waits for the full pass", NULL);
        }
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

static int look_at(struct sc_monitor *m, const char *user, unsigned why, struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list all = {0};
    int rc = sc_store_events_peek(m->s->store, user, INT64_MAX, &all, err);
    SC_FREE struct sc_event_row *room = calloc(all.n ? all.n : 1, sizeof(*room));
    if (rc < 0 || !room)
        return rc < 0 ? rc : sc_error_set(err, SC_E_NOMEM, "out of memory for events");
    take_resync(m, &all);
    const struct sc_event_list hints = hints_of(&all, room);
    if (user[0] || hints.n)
        follow(m, user, why, &hints);
    return 0;
}

static int64_t longest_settle(const struct sc_event_list *l)
{
    int64_t wait = SC_EVENT_SETTLE_MS, wall = sc_wall_ms();
    for (size_t i = 0; i < l->n; i++) {
        int64_t one = sc_event_settles(l->rows[i].created_ms, l->rows[i].attempts, wall);
        wait = one < wait ? one : wait;
    }
    return wait;
}

void sc_monitor_queue(struct sc_monitor *m)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list due = {0};
    struct sc_error err = SC_ERROR_INIT;
    int64_t now = sc_clock_ms(), next = -1;
    m->queue_at = now + QUEUE_POLL_MS;
    int rc = sc_store_events_peek(m->s->store, NULL, sc_wall_ms(), &due, &err);
    if (rc == 0 && due.n) {
        int64_t wait = longest_settle(&due);
        if (wait > 0) {
            m->queue_at = now + wait;
            return;
        }
        SC_FREE char *user = strdup(due.rows[0].user ? due.rows[0].user : "");
        if (user) {
            unsigned why = sc_work_begin(&m->work, user);
            rc = look_at(m, user, why | SC_WORK_QUEUE, &err);
        }
    }
    if (rc == 0)
        rc = sc_store_events_next(m->s->store, &next, &err);
    if (rc < 0) {
        sc_monitor_error(m, err.text);
        m->queue_at = now + ERROR_WAIT_MS;
        return;
    }
    int64_t in = next < 0 ? QUEUE_POLL_MS : next - sc_wall_ms();
    in = in < 0 ? 0 : in;
    m->queue_at = sc_clock_ms() + (in < QUEUE_POLL_MS ? in : QUEUE_POLL_MS);
}

bool sc_monitor_account(struct sc_monitor *m)
{
    unsigned why = 0;
    struct sc_error err = SC_ERROR_INIT;
    const char *taken = sc_work_take(&m->work, sc_clock_ms(), &why);
    SC_FREE char *user = taken ? strdup(taken) : NULL;
    if (!user)
        return false;
    if (look_at(m, user, why, &err) < 0) {
        sc_monitor_error(m, err.text);
        (void)sc_work_end(&m->work, user, why, false, err.text, sc_clock_ms(), NULL, NULL);
    }
    return true;
}

void sc_monitor_all_due(struct sc_monitor *m, bool only_unwatched)
{
    int64_t now = sc_clock_ms();
    for (size_t i = 0; i < m->n_accounts; i++)
        if (!only_unwatched || !m->accounts[i].whole)
            (void)sc_work_note(&m->work, m->accounts[i].user, SC_WORK_START, now, NULL);
}

/* ---- the full pass ---- */

void sc_monitor_survey_began(struct sc_monitor *m)
{
    sc_event_list_done(&m->resync);
    m->resync = (struct sc_event_list){0};
    (void)sc_store_events_peek(m->s->store, "", INT64_MAX, &m->resync, NULL);
    sc_survey_began(&m->survey, sc_clock_ms());
}

void sc_monitor_survey_found(const char *user, void *arg)
{
    struct sc_monitor *m = arg;
    (void)sc_work_note(&m->work, user, SC_WORK_FOUND, sc_clock_ms(), NULL);
}

void sc_monitor_survey_ok(struct sc_monitor *m, size_t domains, size_t users, int64_t ms)
{
    for (size_t i = 0; i < m->resync.n; i++)
        if (is_resync(&m->resync.rows[i]) &&
            sc_store_events_done(m->s->store, &m->resync.rows[i], 1, NULL) == 0)
            sc_log("event resync-all: done by a full pass over %zu domains", domains);
    sc_event_list_done(&m->resync);
    m->resync = (struct sc_event_list){0};
    char line[128];
    int n = snprintf(line, sizeof(line), "%lld %zu %zu %lld\n", (long long)time(NULL), domains,
                     users, (long long)ms);
    (void)sc_replace_file(SC_MONITOR_SURVEY, 0600, line, (size_t)n, NULL);
    sc_log_debug("full pass: %zu domains of %zu users in %lld ms", domains, users, (long long)ms);
    sc_monitor_error(m, NULL);
    sc_work_sweep(&m->work, sc_clock_ms());
}

int sc_monitor_survey(struct sc_monitor *m, struct sc_error *err)
{
    size_t domains = 0, users = 0;
    int64_t began = sc_clock_ms();
    sc_monitor_survey_began(m);
    int rc = sc_follow_survey(m->s, sc_monitor_survey_found, m, &domains, &users, err);
    if (rc == 0)
        sc_monitor_survey_ok(m, domains, users, sc_clock_ms() - began);
    return rc;
}
