/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's loop: what wakes it, and what is due then. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/clock.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/front.h"
#include "hooks/monitor/loop.h"
#include "hooks/events/queue.h"

#define EVENTS       32
#define READ_GAP_MS  100  /* between two reads of an inotify instance */
#define POLICY_MS    500  /* after a change of the administrator's files */
#define LINGER_MS    1000 /* for the queue, when nothing is isolated any more */
#define END_GRACE_S  5    /* for the pass under way */
#define END_RETRY_MS 1000 /* somebody is starting or stopping us */

/* ---- what woke us ---- */

static void note_rewatch(struct sc_monitor *m, uid_t uid)
{
    for (size_t i = 0; i < m->n_rewatch; i++)
        if (m->rewatch[i] == uid)
            return;
    if (m->n_rewatch == sizeof(m->rewatch) / sizeof(m->rewatch[0]))
        m->rewatch_all = true;
    else
        m->rewatch[m->n_rewatch++] = uid;
}

static void told(enum sc_watch_what what, uid_t uid, const char *name, void *arg)
{
    struct sc_monitor *m = arg;
    int64_t now = sc_clock_ms();
    const struct sc_monitor_account *a = NULL;
    switch (what) {
    case SC_WATCH_RESYNC:
        m->mark_at = now;
        m->check_alive |= !name; /* the directory is gone: all of /run/sitecage? */
        break;
    case SC_WATCH_MARKS:
        m->check_end = true;
        if (name && (uid = (uid_t)strtoul(name, NULL, 10)) != 0)
            note_rewatch(m, uid);
        break;
    case SC_WATCH_TABLE:
        note_rewatch(m, uid);
        break;
    case SC_WATCH_PANEL:
        sc_survey_panel_changed(&m->survey, now);
        break;
    case SC_WATCH_POLICY:
        m->policy_changed = true;
        break;
    case SC_WATCH_FPM:
        sc_fpm_clock_changed(&m->fpm.clock, now);
        break;
    case SC_WATCH_FRONT:
        m->front_at = now + SC_FRONT_SETTLE_MS;
        break;
    case SC_WATCH_CRON: /* a user changes it as he likes, like his home */
        for (size_t i = 0; name && !a && i < m->n_accounts; i++)
            a = strcmp(m->accounts[i].user, name) == 0 ? &m->accounts[i] : NULL;
        if (a)
            (void)sc_work_note(&m->work, a->user, SC_WORK_HOME, now, NULL);
        break;
    case SC_WATCH_HOME:
        a = sc_monitor_by_uid(m, uid);
        if (a)
            (void)sc_work_note(&m->work, a->user, SC_WORK_HOME, now, NULL);
        break;
    }
}

static void arm(struct sc_loop *l, struct sc_monitor_set *set, bool on)
{
    struct epoll_event e = {.events = on ? EPOLLIN : 0, .data.ptr = set};
    (void)epoll_ctl(l->epfd, EPOLL_CTL_MOD, sc_watches_fd(set->w), &e);
}

static void read_set(struct sc_loop *l, struct sc_monitor_set *set)
{
    bool lost = false;
    sc_watches_read(set->w, told, &l->m, &lost);
    set->read_at = sc_clock_ms() + READ_GAP_MS;
    arm(l, set, false);
    if (lost) {
        l->lost[set - l->m.sets] = true;
        int64_t at = l->lost_done + LOST_GAP_MS;
        l->lost_at = at > sc_clock_ms() ? at : sc_clock_ms();
    }
}

static void read_signals(struct sc_loop *l)
{
    struct signalfd_siginfo si;
    while (read(l->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
        l->end |= si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT;
        l->reload |= si.ssi_signo == SIGHUP;
        if (si.ssi_signo == SIGUSR1) {
            sc_survey_now(&l->m.survey, sc_clock_ms());
            l->m.fpm.poll_at = sc_clock_ms();
        }
    }
}

static void read_wake(struct sc_loop *l)
{
    char byte[16];
    int64_t now = sc_clock_ms();
    while (recv(l->wake, byte, sizeof(byte), MSG_TRUNC) >= 0)
        ;
    sc_survey_told(&l->m.survey, now);
    if (l->m.queue_at > now + SC_EVENT_SETTLE_MS)
        l->m.queue_at = now + SC_EVENT_SETTLE_MS;
}

/* ---- what is due ---- */

static void rewatch(struct sc_loop *l)
{
    struct sc_monitor *m = &l->m;
    if (m->rewatch_all)
        sc_monitor_rewatch(m, (uid_t)-1);
    for (size_t i = 0; !m->rewatch_all && i < m->n_rewatch; i++)
        sc_monitor_rewatch(m, m->rewatch[i]);
    m->rewatch_all = false;
    m->n_rewatch = 0;
}

static void housekeeping(struct sc_loop *l, int64_t now)
{
    struct sc_monitor *m = &l->m;
    for (size_t i = 0; i < SC_MONITOR_SETS; i++)
        if (m->sets[i].read_at && m->sets[i].read_at <= now) {
            m->sets[i].read_at = 0;
            arm(l, &m->sets[i], true);
        }
    if (m->policy_changed) {
        int64_t at = l->policy_done + POLICY_GAP_MS;
        m->policy_changed = false;
        l->policy_at = at > now + POLICY_MS ? at : now + POLICY_MS;
    }
    if (l->policy_at <= now) {
        l->policy_at = SC_WORK_NEVER;
        l->policy_done = now;
        sc_log("the administrator's files in /etc/cagefs changed: all accounts are looked at");
        sc_loop_watch_policy(l);
        sc_monitor_all_due(m, false);
    }
    if (l->lost_at <= now) {
        l->lost_at = SC_WORK_NEVER;
        l->lost_done = now;
        sc_log("too much happened at once in some homes: their accounts are looked at");
        if (l->lost[0]) {
            m->rewatch_all = true;
            sc_fpm_clock_changed(&m->fpm.clock, now);
        }
        for (size_t i = 0; i < m->n_accounts; i++)
            if (l->lost[1 + m->accounts[i].uid % (SC_MONITOR_SETS - 1)])
                (void)sc_work_note(&m->work, m->accounts[i].user, SC_WORK_START, now, NULL);
        memset(l->lost, 0, sizeof(l->lost));
        sc_survey_asked(&m->survey, now);
        m->mark_at = now;
    }
    if (m->rewatch_all || m->n_rewatch)
        rewatch(l);
    if (m->mark_at <= now)
        sc_monitor_marks(m);
    sc_monitor_fpm(m, now);
    if (m->front_at <= now)
        sc_monitor_front(m, now);
}

/* One account. Queue and homes take turns. False: nothing was due. */
static bool one_account(struct sc_loop *l, int64_t now)
{
    struct sc_monitor *m = &l->m;
    l->queue_turn = !l->queue_turn;
    if (l->queue_turn && m->queue_at <= now) {
        sc_monitor_queue(m);
        return true;
    }
    if (sc_monitor_account(m))
        return true;
    if (m->queue_at > now)
        return false;
    sc_monitor_queue(m);
    return true;
}

/* /run may have been emptied: then another daemon could be started beside us. */
static void check_alive(struct sc_loop *l)
{
    struct stat mine, there;
    struct sc_error err = SC_ERROR_INIT;
    l->alive_at = sc_clock_ms() + ALIVE_MS;
    l->m.check_alive = false;
    if (fstat(l->lockfd, &mine) == 0 && stat(SC_MONITOR_LOCK, &there) == 0 &&
        mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
        return;
    int fd = -EBADF;
    int rc = sc_daemon_lock(SC_RUN_DIR, SC_MONITOR_LOCK, &fd, &err);
    if (rc == SC_E_BUSY) { /* another one is at work */
        l->end = true;
        return;
    }
    if (rc == 0) {
        sc_close(&l->lockfd);
        l->lockfd = fd;
        rc = sc_loop_own_files(l, &err);
        sc_monitor_all_due(&l->m, false);
        /* what an entry would do that finds its table missing: we make the tables now */
        sc_proxyexec_revive();
    }
    if (rc < 0)
        sc_monitor_error(&l->m, err.text);
}

/* Ends when nothing is isolated. Whoever isolates something then starts us, under the change lock:
 * it is held from looking for the last time until our own lock is gone, so that he finds us at work
 * or not at all. */
static void check_end(struct sc_loop *l, int64_t now)
{
    bool any = true;
    l->m.check_end = false;
    l->end_at = SC_WORK_NEVER;
    if (sc_follow_any_isolated(l->m.s, &any, NULL) < 0 || any) {
        l->idle_since = 0;
        return;
    }
    int64_t next = -1;
    (void)sc_store_events_next(l->m.s->store, &next, NULL);
    l->idle_since = l->idle_since ? l->idle_since : now;
    if (next >= 0 && next <= sc_wall_ms() && now - l->idle_since < LINGER_MS) {
        l->end_at = now + LINGER_MS / 10;
        return;
    }
    int change = open(SC_MONITOR_CHANGE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (change < 0 || flock(change, LOCK_EX | LOCK_NB) < 0) {
        sc_close(&change);
        l->end_at = now + END_RETRY_MS;
        return;
    }
    if (sc_follow_any_isolated(l->m.s, &any, NULL) < 0 || any) {
        sc_close(&change);
        return;
    }
    sc_log("no site is isolated any more: ends");
    (void)unlink(SC_MONITOR_SOCKET);
    sc_close(&l->lockfd);
    sc_close(&change);
    l->end = true;
}

static void reload(struct sc_loop *l)
{
    struct sc_server *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    l->reload = false;
    if (sc_server_open(&s, &err) < 0) {
        sc_monitor_error(&l->m, err.text);
        return;
    }
    sc_server_free(l->m.s);
    l->m.s = s;
    l->paths_at = l->hooks_at = sc_clock_ms();
    sc_survey_now(&l->m.survey, sc_clock_ms());
    sc_loop_watch_policy(l);
    sc_monitor_all_due(&l->m, false);
    sc_log("configuration read again");
}

/* ---- the loop ---- */

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int wait_ms(const struct sc_loop *l)
{
    int64_t now = sc_clock_ms();
    int64_t at = min64(sc_work_next(&l->m.work), min64(l->m.queue_at, l->m.mark_at));
    at = min64(at, min64(sc_monitor_fpm_next(&l->m), l->m.front_at));
    at = min64(at, min64(l->alive_at, min64(l->policy_at, min64(l->end_at, l->lost_at))));
    if (l->chore.name)
        at = min64(at, l->chore.began + SC_CHORE_MS + 1);
    else
        at = min64(at, min64(sc_survey_next(&l->m.survey), min64(l->paths_at, l->hooks_at)));
    for (size_t i = 0; i < SC_MONITOR_SETS; i++)
        if (l->m.sets[i].read_at)
            at = min64(at, l->m.sets[i].read_at);
    if (l->m.policy_changed || l->m.rewatch_all || l->m.n_rewatch || l->m.check_end)
        return 0;
    at = at > now ? at - now : 0;
    return at > 60000 ? 60000 : (int)at;
}

static void hear(struct sc_loop *l)
{
    struct epoll_event e[EVENTS];
    int n = epoll_wait(l->epfd, e, EVENTS, wait_ms(l));
    for (int i = 0; i < n; i++) {
        if (e[i].data.ptr == &l->signals)
            read_signals(l);
        else if (e[i].data.ptr == &l->wake)
            read_wake(l);
        else if (e[i].data.ptr == &l->chore)
            sc_loop_read_chore(l);
        else
            read_set(l, e[i].data.ptr);
    }
}

static void end_later(int sig)
{
    (void)sig;
    (void)alarm(END_GRACE_S);
}

/* Whoever ends us waits for us, and a pass may wait for a lock or a panel. So SIGTERM and SIGINT,
 * which the loop else reads, set a time then: after it SIGALRM ends us in the middle of the pass,
 * which the next one completes. */
static void work(struct sc_loop *l, int64_t now)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_UNBLOCK, &ends, NULL);
    (void)one_account(l, now);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    l->end |= alarm(0) > 0;
}

static void set_ends(void)
{
    struct sigaction later = {.sa_handler = end_later, .sa_flags = SA_RESTART};
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    (void)sigaction(SIGTERM, &later, NULL);
    (void)sigaction(SIGINT, &later, NULL);
    (void)signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
}

static void loop(struct sc_loop *l)
{
    set_ends();
    while (!l->end) {
        hear(l);
        if (l->reload)
            reload(l);
        int64_t now = sc_clock_ms();
        if (l->alive_at <= now || l->m.check_alive)
            check_alive(l);
        housekeeping(l, now);
        sc_loop_do_chores(l, now);
        if (!l->end)
            work(l, now);
        if (l->m.check_end || l->end_at <= now)
            check_end(l, now);
    }
}

static void done(struct sc_loop *l)
{
    sc_chore_kill(&l->chore);
    sc_event_list_done(&l->m.resync);
    sc_work_free(&l->m.work);
    sc_monitor_unwatch_all(&l->m);
    sc_server_free(l->m.s);
    free(l->m.error);
    free(l->hooks_error);
    sc_close(&l->wake);
    sc_close(&l->signals);
    sc_close(&l->epfd);
    sc_close(&l->lockfd); /* last: who sees it free may start another one */
}

int sc_monitor_run(int64_t interval_ms, int ready, struct sc_error *err)
{
    SC_CLEANUP(done)
    struct sc_loop l = {.chore = SC_CHORE_INIT,
                        .epfd = -EBADF,
                        .signals = -EBADF,
                        .wake = -EBADF,
                        .lockfd = -EBADF,
                        .interval = interval_ms};
    int rc = sc_daemon_lock(SC_RUN_DIR, SC_MONITOR_LOCK, &l.lockfd, err);
    if (rc == 0)
        rc = sc_loop_set_up(&l, err);
    if (rc < 0)
        return rc;
    sc_daemon_ready(ready);
    sc_log("started");
    sc_loop_begin(&l);
    loop(&l);
    return 0;
}

int sc_monitor_once(struct sc_error *err)
{
    struct sc_monitor m = {0};
    int rc = sc_server_open(&m.s, err);
    if (rc == 0) {
        sc_survey_clock_init(&m.survey, SC_SURVEY_INTERVAL_MS, sc_clock_ms());
        sc_monitor_marks(&m);
        while (m.queue_at <= sc_clock_ms() + SC_EVENT_SETTLE_MS) {
            int64_t wait = m.queue_at - sc_clock_ms();
            if (wait > 0)
                sc_sleep_ms(wait);
            sc_monitor_queue(&m);
        }
        rc = sc_monitor_survey(&m, err);
        while (sc_monitor_account(&m))
            ;
    }
    sc_event_list_done(&m.resync);
    sc_work_free(&m.work);
    sc_server_free(m.s);
    free(m.error);
    return rc;
}
