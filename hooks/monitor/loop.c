/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's loop: what wakes it, and what is due then. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/clock.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/front.h"
#include "hooks/monitor/home.h"
#include "hooks/monitor/loop.h"
#include "hooks/monitor/services.h"
#include "hooks/monitor/ports.h"
#include "hooks/events/queue.h"

#define EVENTS      32
#define READ_GAP_MS 100 /* between two reads of an inotify instance */
#define POLICY_MS   500 /* after a change of the administrator's files */

/* ---- what woke us ---- */

/* What a change of an account's home asks for. */
static enum sc_work_why work_of(enum sc_watch_what what)
{
    return what == SC_WATCH_SITE   ? SC_WORK_SITE
           : what == SC_WATCH_TOP  ? SC_WORK_TOP
           : what == SC_WATCH_FILE ? SC_WORK_FILE
                                   : SC_WORK_HOME;
}

static void told(enum sc_watch_what what, uid_t uid, const char *name, void *arg)
{
    struct sc_monitor *m = arg;
    int64_t now = sc_clock_ms();
    const struct sc_monitor_account *a = NULL;
    switch (what) {
    case SC_WATCH_RESYNC:
        m->mark_at = now;
        m->check_alive |= !name; /* the directory is missing: all of /run/sitecage? */
        break;
    case SC_WATCH_MARKS:
        m->check_end = true;
        if (name && (uid = (uid_t)strtoul(name, NULL, 10)) != 0)
            sc_monitor_sites_changed(m, uid);
        break;
    case SC_WATCH_TABLE:
        sc_monitor_sites_changed(m, uid);
        break;
    case SC_WATCH_PANEL:
        sc_survey_panel_changed(&m->survey, now);
        sc_monitor_paths_changed(m, now);
        break;
    case SC_WATCH_POLICY:
        m->policy_changed = true;
        break;
    case SC_WATCH_FPM:
        sc_fpm_clock_changed(&m->fpm.clock, now);
        sc_monitor_ports_changed(m, now);
        break;
    case SC_WATCH_MASTERS:
        sc_monitor_fpm_closed(m, name, now);
        break;
    case SC_WATCH_FRONT:
        m->front_at = now + SC_FRONT_SETTLE_MS;
        sc_fpm_clock_changed(&m->fpm.clock, now);
        break;
    case SC_WATCH_SERVICES:
    case SC_WATCH_SERVICE:
        sc_services_told(m, what, name, now);
        break;
    case SC_WATCH_CRON: /* a user changes it as he likes, like his home */
        a = name ? sc_monitor_by_name(m, name) : NULL;
        if (a)
            sc_monitor_note(m, a->user, SC_WORK_HOME);
        break;
    case SC_WATCH_CRON_D:
        sc_monitor_cron_changed(m, name);
        break;
    case SC_WATCH_HOME:
    case SC_WATCH_TOP:
    case SC_WATCH_SITE:
    case SC_WATCH_FILE:
        if (what == SC_WATCH_SITE && name && strcmp(name, ".htaccess") == 0)
            sc_fpm_clock_changed(&m->fpm.clock, now); /* Apache goes by it from now on */
        a = sc_monitor_by_uid(m, uid);
        if (a)
            sc_monitor_note(m, a->user, work_of(what));
        break;
    }
}

/* For one event: then the kernel does not even look up. (With events = 0 it wakes us for each and
 * finds that there is nothing to tell.) */
static void arm(struct sc_loop *l, struct sc_monitor_set *set)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = set};
    (void)epoll_ctl(l->epfd, EPOLL_CTL_MOD, sc_watches_fd(set->w), &e);
}

static void read_set(struct sc_loop *l, struct sc_monitor_set *set)
{
    bool lost = false;
    sc_watches_read(set->w, told, &l->m, &lost);
    set->read_at = sc_clock_ms() + READ_GAP_MS;
    if (lost) {
        l->lost[set - l->m.sets] = true;
        int64_t at = l->lost_done + LOST_GAP_MS;
        l->lost_at = at > sc_clock_ms() ? at : sc_clock_ms();
    }
}

void sc_loop_sites_told(struct sc_loop *l, uid_t uid)
{
    l->m.covered = uid;
    read_set(l, &l->m.sets[0]);
    l->m.covered = 0;
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

static void read_sets_again(struct sc_loop *l, int64_t now)
{
    for (size_t i = 0; i < SC_MONITOR_SETS; i++)
        if (l->m.sets[i].read_at && l->m.sets[i].read_at <= now) {
            l->m.sets[i].read_at = 0;
            arm(l, &l->m.sets[i]);
        }
}

static void policy(struct sc_loop *l, int64_t now)
{
    if (l->m.policy_changed) {
        int64_t at = l->policy_done + POLICY_GAP_MS;
        l->m.policy_changed = false;
        l->policy_at = at > now + POLICY_MS ? at : now + POLICY_MS;
    }
    if (l->policy_at > now)
        return;
    l->policy_at = SC_WORK_NEVER;
    l->policy_done = now;
    sc_log("the administrator's files in /etc/cagefs changed: all accounts are looked at");
    sc_loop_watch_policy(l);
    sc_monitor_all_due(&l->m, false);
}

/* The kernel threw events away. */
static void events_lost(struct sc_loop *l, int64_t now)
{
    struct sc_monitor *m = &l->m;
    l->lost_at = SC_WORK_NEVER;
    l->lost_done = now;
    sc_log("too much happened at once in some homes: their accounts are looked at");
    if (l->lost[0]) {
        m->accounts_at = now;
        m->follow_all = true;
        sc_fpm_clock_changed(&m->fpm.clock, now);
    }
    for (size_t i = 0; i < m->n_accounts; i++)
        if (l->lost[1 + sc_home_set(m->accounts[i].uid, SC_MONITOR_HOME_SETS)])
            sc_monitor_note(m, m->accounts[i].user, SC_WORK_START);
    memset(l->lost, 0, sizeof(l->lost));
    sc_survey_asked(&m->survey, now);
    m->mark_at = now;
}

static void housekeeping(struct sc_loop *l, int64_t now)
{
    struct sc_monitor *m = &l->m;
    read_sets_again(l, now);
    policy(l, now);
    if (l->lost_at <= now)
        events_lost(l, now);
    sc_monitor_fpm(m, now);
    sc_monitor_ports(m, l->epfd, now);
    if (m->front_at <= now)
        sc_monitor_front(m, now);
    if (m->queue_at <= now)
        sc_monitor_queue(m);
}

/* ---- the loop ---- */

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int wait_ms(const struct sc_loop *l)
{
    int64_t now = sc_clock_ms();
    const struct sc_monitor *m = &l->m;
    if (m->policy_changed || m->check_end)
        return 0;
    int64_t at = min64(sc_loop_visits_next(l, now), sc_loop_chores_next(l));
    at = min64(at, min64(m->queue_at, min64(sc_monitor_fpm_next(m), m->front_at)));
    at = min64(at, sc_monitor_ports_next(m));
    at = min64(at, min64(l->alive_at, min64(l->policy_at, min64(l->end_at, l->lost_at))));
    for (size_t i = 0; i < SC_MONITOR_SETS; i++)
        if (m->sets[i].read_at)
            at = min64(at, m->sets[i].read_at);
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
        else if (e[i].data.ptr == &l->m.ports)
            sc_monitor_ports_told(&l->m, sc_clock_ms());
        else if (sc_loop_is_chore(l, e[i].data.ptr))
            sc_loop_hear_chore(e[i].data.ptr);
        else if (sc_loop_is_visit(l, e[i].data.ptr))
            sc_loop_hear_visit(e[i].data.ptr);
        else
            read_set(l, e[i].data.ptr);
    }
}

static void loop(struct sc_loop *l)
{
    while (!l->end) {
        hear(l);
        if (l->reload)
            sc_loop_reload(l);
        int64_t now = sc_clock_ms();
        if (l->alive_at <= now || l->m.check_alive)
            sc_loop_check_alive(l);
        housekeeping(l, now);
        sc_loop_do_chores(l, now);
        sc_loop_do_visits(l, now);
        if (l->m.check_end || l->end_at <= now)
            sc_loop_check_end(l, now);
    }
}

static void done(struct sc_loop *l)
{
    sc_loop_end_workers(l);
    sc_work_free(&l->m.work);
    sc_monitor_accounts_done(&l->m);
    sc_server_free(l->m.s);
    free(l->m.error);
    free(l->hooks_error);
    sc_close(&l->m.ports.fd);
    sc_close(&l->wake);
    sc_close(&l->signals);
    sc_close(&l->epfd);
    sc_close(&l->lockfd); /* last: who sees it free may start another one */
}

int sc_monitor_run(int64_t interval_ms, int ready, struct sc_error *err)
{
    SC_CLEANUP(done)
    struct sc_loop l = {.epfd = -EBADF,
                        .signals = -EBADF,
                        .wake = -EBADF,
                        .m.ports.fd = -EBADF,
                        .lockfd = -EBADF,
                        .interval = interval_ms};
    sc_loop_init(&l);
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
