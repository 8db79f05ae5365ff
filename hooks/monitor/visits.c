/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at accounts: each a worker's, a few at once, with a deadline. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/jobs.h"
#include "hooks/monitor/loop.h"

#define CPU_LOOK_MS 1000 /* between two looks at the processor's time of those that are slow */
#define SLOW_NICE   10   /* slow ones leave the processor to the others */
#define END_WAIT_MS 500

bool sc_loop_is_visit(const struct sc_loop *l, const void *ptr)
{
    const struct sc_visit *v = ptr;
    return v >= l->visits && v < l->visits + SC_VISITS;
}

static bool is_busy(const struct sc_visit *v)
{
    return v->user && !v->w.killed;
}

bool sc_loop_visits_any(const struct sc_loop *l)
{
    for (size_t i = 0; i < SC_VISITS; i++)
        if (is_busy(&l->visits[i]))
            return true;
    return false;
}

/* ---- what it says ---- */

static void home_begin(struct sc_visit *v, const char *rest)
{
    struct sc_monitor *m = &v->l->m;
    char *name = NULL;
    uid_t uid = (uid_t)strtoul(rest, &name, 10);
    v->home = (uid_t)-1;
    if (uid == 0 || *name != ' ' || sc_decode_word(++name) <= 0 || !sc_monitor_ensure(m, uid, name))
        return;
    v->home = uid;
    if (v->first && ++v->homes == 2) /* what came before the look has been looked at */
        v->missed = 0;
    sc_loop_sites_told(v->l, uid);
    sc_monitor_home_begin(m, uid);
}

static void home_watch(struct sc_visit *v, enum sc_watch_what what, const char *rest)
{
    struct sc_error err = SC_ERROR_INIT;
    char *name = NULL;
    int wd = (int)strtol(rest, &name, 10);
    bool missed = false;
    if (v->home == (uid_t)-1 || *name != ' ' || (name[1] == '=' && sc_decode_word(name + 2) < 0))
        return;
    name = name[1] == '=' ? name + 2 : NULL;
    struct sc_watches *w = sc_monitor_set_of(&v->l->m, v->home);
    bool is_new = !sc_watches_has(w, wd); /* nobody watched while the account was looked at */
    if (sc_watches_take(w, wd, what, v->home, name, &missed, &err) < 0)
        sc_monitor_error(&v->l->m, err.text);
    if (missed || is_new)
        v->missed |= what == SC_WATCH_FILE ? SC_WORK_FILE : SC_WORK_HOME;
}

static void home_end(struct sc_visit *v, bool whole)
{
    struct sc_monitor *m = &v->l->m;
    struct sc_monitor_account *a = v->home != (uid_t)-1 ? sc_monitor_by_uid(m, v->home) : NULL;
    if (!a)
        return;
    sc_monitor_home_end(m, v->home);
    if (a->whole && !whole)
        sc_log("user=%s: not all of the home can be watched: it is looked at by the timer",
               a->user);
    a->whole = whole;
    v->home = (uid_t)-1;
}

static void line(char *text, void *arg)
{
    struct sc_visit *v = arg;
    char *rest = strchr(text, ' ');
    if (rest)
        *rest++ = 0;
    else
        rest = text + strlen(text);
    if (strcmp(text, "home") == 0) {
        home_begin(v, rest);
    } else if (strcmp(text, "watch") == 0) {
        home_watch(v, SC_WATCH_HOME, rest);
    } else if (strcmp(text, "top") == 0) {
        home_watch(v, SC_WATCH_TOP, rest);
    } else if (strcmp(text, "own") == 0) {
        home_watch(v, SC_WATCH_SITE, rest);
    } else if (strcmp(text, "file") == 0) {
        home_watch(v, SC_WATCH_FILE, rest);
    } else if (strcmp(text, "whole") == 0) {
        home_end(v, *rest == '1');
    } else if (strcmp(text, "nohome") == 0) {
        sc_monitor_drop(&v->l->m, (uid_t)strtoul(rest, NULL, 10));
    } else if (strcmp(text, "resync") == 0) {
        sc_survey_asked(&v->l->m.survey, sc_clock_ms());
        sc_fpm_clock_changed(&v->l->m.fpm.clock, sc_clock_ms()); /* whose pools are others now */
    } else if (strcmp(text, "error") == 0) {
        free(v->error);
        v->error = strdup(rest);
    } else if (strcmp(text, "locked") == 0) {
        v->locked = true;
        free(v->reason);
        v->reason = sc_decode_word(rest) > 0 ? strdup(rest) : NULL;
    } else {
        v->ok |= strcmp(text, "ok") == 0;
        v->late |= strcmp(text, "late") == 0;
        v->changed |= strcmp(text, "changed") == 0;
        v->more |= strcmp(text, "more") == 0;
    }
}

/* ---- its end ---- */

static void set_stale(struct sc_monitor *m, const char *user, const char *text)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    if (*user && sc_store_user_by_name(m->s->store, user, &row, NULL) == 0)
        (void)sc_store_user_set_stale(m->s->store, row.uid, text, NULL);
}

static void how_it_ended(const struct sc_visit *v, int status, char *out, size_t size)
{
    long long s = (long long)(sc_clock_ms() - v->w.began) / 1000;
    if (v->w.killed)
        snprintf(out, size, "the last look at it was ended after %lld s: %s; it is tried again", s,
                 v->w.killed);
    else if (WIFSIGNALED(status))
        snprintf(out, size, "the last look at it was killed by signal %d; it is tried again",
                 WTERMSIG(status));
    else
        snprintf(out, size, "the last look at it ended with status %d; it is tried again",
                 WEXITSTATUS(status));
}

static void over(struct sc_visit *v, int status)
{
    struct sc_monitor *m = &v->l->m;
    char text[256];
    bool news = false;
    int64_t now = sc_clock_ms();
    if (v->locked && !v->error) {
        if (sc_work_locked(&m->work, v->user, v->why, now))
            set_stale(m, v->user, v->reason ? v->reason : "another process holds its lock");
    } else if (v->late && !v->error) {
        sc_work_part(&m->work, v->user, v->why, now);
    } else if (v->ok || v->error) {
        (void)sc_work_end(&m->work, v->user, v->why, v->changed, v->error, now, &news, NULL);
        if (news)
            sc_log("user=%s: %s", v->user, v->error);
        if (v->ok)
            sc_monitor_fpm_answers(m, v->user);
        if (v->more)
            sc_monitor_note(m, v->user, SC_WORK_START);
    } else {
        how_it_ended(v, status, text, sizeof(text));
        (void)sc_work_late(&m->work, v->user, v->why, text, now, &news, NULL);
        if (news)
            sc_log("user=%s: %s", v->user, text);
        set_stale(m, v->user, text);
    }
    if (v->missed & SC_WORK_HOME)
        sc_monitor_note(m, v->user, SC_WORK_HOME);
    if (v->missed & SC_WORK_FILE)
        sc_monitor_note(m, v->user, SC_WORK_FILE);
    if (v->changed) /* what covers its sites may be another matter now */
        sc_fpm_clock_changed(&m->fpm.clock, now);
    m->queue_at = now; /* events may be due that waited for this */
}

static void forget(struct sc_visit *v)
{
    struct sc_loop *l = v->l;
    for (size_t i = 1; v->watches && i < SC_MONITOR_SETS; i++)
        sc_watches_leave(l->m.sets[i].w);
    SC_FREE_ALL(v->user, v->error, v->reason);
    *v = (struct sc_visit){.w = SC_WORKER_INIT, .l = l, .home = (uid_t)-1};
    l->room_at[SC_LANE_OF_QUICK] = l->room_at[SC_LANE_OF_SLOW] = 0;
}

void sc_loop_hear_visit(struct sc_visit *v)
{
    int status = 0;
    if (!v->user || !sc_worker_hear(&v->w, line, v, &status))
        return;
    over(v, status);
    forget(v);
}

/* ---- its time ---- */

static void check_time(struct sc_visit *v, int64_t now)
{
    if (!is_busy(v))
        return;
    if (now - v->w.began >= v->deadline)
        sc_worker_kill(&v->w, "it took too long");
    else if (now - v->w.began >= CPU_LOOK_MS && sc_worker_cpu(&v->w) >= v->cpu)
        sc_worker_kill(&v->w, "it took too much of the processor's time");
    else if (!v->niced && now - v->w.began >= SC_LANE_QUICK_MS)
        v->niced = setpriority(PRIO_PROCESS, (id_t)v->w.pid, SLOW_NICE) == 0;
}

/* ---- its beginning ---- */

static struct sc_visit *free_place(struct sc_loop *l)
{
    for (size_t i = 0; i < SC_VISITS; i++)
        if (!l->visits[i].user)
            return &l->visits[i];
    return NULL;
}

/* What changes in the home is noticed by itself. */
static bool is_watched(const struct sc_monitor *m, const char *user)
{
    const struct sc_monitor_account *a = sc_monitor_by_name(m, user);
    return a && a->whole;
}

static const char *job_of(const struct sc_loop *l, const struct sc_visit *v)
{
    if (v->why == SC_WORK_WATCH)
        return SC_JOB_WATCH;
    /* after any job what is watched follows */
    bool small = !(v->why & ~(unsigned)(SC_WORK_QUEUE | SC_WORK_FILE | SC_WORK_WATCH));
    return small && is_watched(&l->m, v->user) ? SC_JOB_EVENTS
           : v->first                          ? SC_JOB_FIRST
                                               : SC_JOB_ACCOUNT;
}

static void fill_spec(const struct sc_loop *l, const struct sc_visit *v,
                      struct sc_worker_spec *spec)
{
    *spec = (struct sc_worker_spec){
        .job = job_of(l, v), .argument = v->user, .n_fds = v->watches ? SC_MONITOR_HOME_SETS : 0};
    for (size_t i = 0; i < spec->n_fds; i++)
        spec->fds[i] = sc_watches_fd(l->m.sets[1 + i].w);
}

static void begin(struct sc_loop *l, struct sc_visit *v, const char *user, unsigned why)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_worker_spec spec;
    char *copy = strdup(user);
    *v = (struct sc_visit){.w = SC_WORKER_INIT, .l = l, .user = copy, .why = why};
    v->home = (uid_t)-1;
    v->watches = sc_monitor_dirs(&l->m) < SC_MONITOR_DIRS_MAX;
    v->first = v->watches && !sc_monitor_by_name(&l->m, user) && why != SC_WORK_WATCH;
    v->deadline = sc_work_deadline(&l->m.work, user, &v->cpu);
    v->lane = sc_work_lane(&l->m.work, user, &v->yields);
    for (size_t i = 1; v->watches && i < SC_MONITOR_SETS; i++)
        sc_watches_join(l->m.sets[i].w); /* before it can add one */
    if (copy) {
        fill_spec(l, v, &spec);
        if (sc_loop_worker(l, &v->w, &spec, v, &err) == 0)
            return;
    } else {
        (void)sc_error_set(&err, SC_E_NOMEM, "out of memory for a look at an account");
    }
    sc_monitor_error(&l->m, err.text);
    (void)sc_work_late(&l->m.work, user, why, err.text, sc_clock_ms(), NULL, NULL);
    forget(v);
}

/* Whether one more may begin now; else l->room_at says when to ask again. */
static bool has_room(struct sc_loop *l, enum sc_lane lane, int64_t now)
{
    if (!free_place(l)) { /* very many hang in the kernel */
        l->room_at[lane] = now + CPU_LOOK_MS;
        return false;
    }
    struct sc_lane_look looks[SC_VISITS];
    size_t at[SC_VISITS], n = 0, yields;
    for (size_t i = 0; i < SC_VISITS; i++) {
        const struct sc_visit *v = &l->visits[i];
        if (!is_busy(v))
            continue;
        at[n] = i;
        looks[n++] = (struct sc_lane_look){v->w.began, v->yields, v->lane};
    }
    bool room = sc_lane_room(looks, n, lane, now, &l->room_at[lane], &yields);
    if (yields < n)
        sc_worker_kill(&l->visits[at[yields]].w, "others waited for it");
    return room;
}

static void begin_those_of(struct sc_loop *l, enum sc_lane lane, int64_t now)
{
    while (sc_work_next_in(&l->m.work, lane) <= now && has_room(l, lane, now)) {
        unsigned why = 0;
        const char *user = sc_work_take_in(&l->m.work, lane, now, &why);
        if (!user)
            return;
        begin(l, free_place(l), user, why);
    }
}

void sc_loop_do_visits(struct sc_loop *l, int64_t now)
{
    for (size_t i = 0; i < SC_VISITS; i++) {
        check_time(&l->visits[i], now);
        sc_loop_ask(&l->visits[i], now);
    }
    begin_those_of(l, SC_LANE_OF_QUICK, now);
    begin_those_of(l, SC_LANE_OF_SLOW, now);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t sc_loop_visits_next(const struct sc_loop *l, int64_t now)
{
    int64_t at = SC_WORK_NEVER;
    for (int lane = 0; lane < SC_LANES; lane++) {
        int64_t due = sc_work_next_in(&l->m.work, (enum sc_lane)lane);
        at = sooner(at, due < l->room_at[lane] ? l->room_at[lane] : due);
    }
    for (size_t i = 0; i < SC_VISITS; i++) {
        const struct sc_visit *v = &l->visits[i];
        if (!is_busy(v))
            continue;
        int64_t look = v->w.began + CPU_LOOK_MS;
        at = sooner(at, sc_loop_asks_at(v));
        at = sooner(at, sooner(v->w.began + v->deadline, look > now ? look : now + CPU_LOOK_MS));
    }
    return at;
}

/* ---- all of them ---- */

static void end_all(struct sc_loop *l, void (*each)(struct sc_worker *w))
{
    for (size_t i = 0; i < SC_VISITS; i++)
        each(&l->visits[i].w);
    for (size_t i = 0; i < SC_CHORES; i++)
        each(&l->chores[i].w);
}

static void kill_one(struct sc_worker *w)
{
    sc_worker_kill(w, "the daemon ends");
}

static void await(struct sc_worker *w)
{
    if (w->pid > 0 && sc_pidfd_wait(w->pidfd, END_WAIT_MS))
        (void)waitpid(w->pid, NULL, 0);
    sc_worker_drop(w);
}

void sc_loop_end_workers(struct sc_loop *l)
{
    end_all(l, kill_one);
    end_all(l, await);
    for (size_t i = 0; i < SC_VISITS; i++)
        if (l->visits[i].user)
            forget(&l->visits[i]);
    for (size_t i = 0; i < SC_CHORES; i++)
        free(l->chores[i].error);
}
