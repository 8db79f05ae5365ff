/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the daemon lives on: its lock, its end, its configuration. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/history/look.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/daemon.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/follow/follow.h"
#include "core/pass/webserver.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "hooks/events/queue.h"
#include "hooks/monitor/loop.h"

#define LINGER_MS    1000 /* for the queue, when nothing is isolated any more */
#define END_RETRY_MS 1000 /* hints wait, or somebody is starting or stopping us */

/* /run may have been emptied: then another daemon could be started beside us. */
void sc_loop_check_alive(struct sc_loop *l)
{
    struct stat mine, there;
    struct sc_error err = SC_ERROR_INIT;
    l->alive_at = sc_clock_ms() + ALIVE_MS;
    l->m.check_alive = false;
    if (sc_monitor_any_pending(&l->m))
        l->chores[SC_CHORE_PENDING].at = sc_clock_ms();
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
        sc_pass_webserver_revive(l->m.s);
    }
    if (rc < 0)
        sc_monitor_error(&l->m, err.text);
}

/* Whether anything is under way that may isolate a site, or is due. */
static bool is_busy(const struct sc_loop *l, int64_t now)
{
    static const enum sc_chore_kind kinds[] = {SC_CHORE_MARKS, SC_CHORE_SURVEY, SC_CHORE_PENDING};
    bool busy = sc_loop_visits_any(l) || sc_work_next(&l->m.work) <= now;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        busy |= l->chores[kinds[i]].w.pid > 0;
    return busy;
}

/* Events that are due get their look also where nothing can be isolated any more. */
static bool lingers(struct sc_loop *l, int64_t now)
{
    int64_t next = -1;
    (void)sc_store_events_next(l->m.s->store, &next, NULL);
    l->idle_since = l->idle_since ? l->idle_since : now;
    return next >= 0 && next <= sc_wall_ms() && now - l->idle_since < LINGER_MS;
}

/* Not knowing is no reason to end. */
static bool is_needed(const struct sc_loop *l)
{
    bool needed = true;
    return sc_monitor_needed(l->m.s, &needed, NULL) < 0 || needed;
}

/* For the last time, with the change lock: nobody can reach us any more, and who finds that starts
 * another daemon under this lock. What was told until now is in the queue. */
static bool end_now(struct sc_loop *l)
{
    struct sc_error err = SC_ERROR_INIT;
    (void)unlink(SC_MONITOR_SOCKET);
    if (is_needed(l)) {
        if (sc_loop_listen(l, &err) < 0)
            sc_monitor_error(&l->m, err.text);
        return false;
    }
    sc_log("no site is isolated any more: ends");
    sc_history_end(&l->m.s->conf);
    sc_close(&l->lockfd);
    l->end = true;
    return true;
}

/* Ends when nothing is isolated, and no hint waits that may change that. Whoever isolates something
 * then starts us, under the change lock: it is held from looking for the last time until our own
 * lock is free, so that he finds us at work or not at all. */
void sc_loop_check_end(struct sc_loop *l, int64_t now)
{
    bool isolated = true;
    l->m.check_end = false;
    l->end_at = SC_WORK_NEVER;
    if (sc_follow_any_isolated(l->m.s, &isolated, NULL) < 0 || isolated) {
        l->idle_since = 0;
        return;
    }
    if (is_busy(l, now) || lingers(l, now)) {
        l->end_at = now + LINGER_MS / 10;
        return;
    }
    SC_FD int change = -EBADF;
    if (!is_needed(l))
        change = open(SC_MONITOR_CHANGE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (change < 0 || flock(change, LOCK_EX | LOCK_NB) < 0 || !end_now(l))
        l->end_at = now + END_RETRY_MS;
}

void sc_loop_reload(struct sc_loop *l)
{
    struct sc_server *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    l->reload = false;
    if (sc_loop_open_server(&s, &err) < 0) {
        sc_monitor_error(&l->m, err.text);
        return;
    }
    sc_server_free(l->m.s);
    l->m.s = s;
    l->chores[SC_CHORE_PATHS].at = l->chores[SC_CHORE_HOOKS].at = sc_clock_ms();
    sc_survey_now(&l->m.survey, sc_clock_ms());
    sc_loop_watch_policy(l);
    sc_monitor_all_due(&l->m, false);
    sc_log("configuration read again");
}
