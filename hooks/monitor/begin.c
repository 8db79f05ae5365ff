/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the daemon starts: its lock, its socket, its watches. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/config/paths_conf.h"
#include "core/cron/apply.h"
#include "core/cron/system.h"
#include "core/base/paths.h"
#include "core/base/clock.h"
#include "core/server/monitor_service.h"
#include "core/facts/secrets.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/loop.h"
#include "hooks/monitor/ports.h"
#include "hooks/events/queue.h"

#define HOOKS_FIRST_MS 30000 /* the command that started us has just seen to them */

int sc_loop_listen(struct sc_loop *l, struct sc_error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = SC_MONITOR_SOCKET};
    sc_close(&l->wake);
    l->wake = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->wake < 0)
        return sc_error_sys(err, errno, "make a socket");
    (void)unlink(SC_MONITOR_SOCKET);
    mode_t mask = umask(0177);
    int bad = bind(l->wake, (struct sockaddr *)&a, sizeof(a)) < 0 ? errno : 0;
    (void)umask(mask);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &l->wake};
    if (!bad && epoll_ctl(l->epfd, EPOLL_CTL_ADD, l->wake, &e) < 0)
        bad = errno;
    return bad ? sc_error_sys(err, bad, "listen at " SC_MONITOR_SOCKET) : 0;
}

int sc_loop_own_files(struct sc_loop *l, struct sc_error *err)
{
    int rc = sc_loop_listen(l, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_RESYNC_DIR, 0700, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_RESYNC_DIR_RUN, 0700, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_FPM_RUN, 0700, err);
    if (rc < 0)
        return rc;
    static const struct {
        const char *path, *name;
        uint32_t mask;
        enum sc_watch_what what;
    } places[] = {
        {SC_RESYNC_DIR, NULL, SC_WATCH_NAMES, SC_WATCH_RESYNC},
        {SC_RESYNC_DIR_RUN, NULL, SC_WATCH_NAMES, SC_WATCH_RESYNC},
        {SC_MARK_DIR, NULL, SC_WATCH_NAMES, SC_WATCH_MARKS},
        {SC_FPM_RUN, NULL, IN_CLOSE_WRITE | IN_ONLYDIR, SC_WATCH_MASTERS},
    };
    for (size_t i = 0; rc == 0 && i < sizeof(places) / sizeof(places[0]); i++)
        rc = sc_watches_add(l->m.sets[0].w, places[i].path, places[i].mask, places[i].what, 0,
                            places[i].name, err);
    return rc;
}

/* The administrator's files, where they are or would be. */
void sc_loop_watch_policy(struct sc_loop *l)
{
    struct sc_watches *w = l->m.sets[0].w;
    sc_watches_begin(w, SC_WATCH_POLICY, 0);
    (void)sc_watches_add(w, "/etc/cagefs", SC_WATCH_FILES, SC_WATCH_POLICY, 0,
                         strrchr(SC_PATHS_CONF_PATH, '/') + 1, NULL);
    (void)sc_watches_add(w, "/etc/cagefs", SC_WATCH_FILES, SC_WATCH_POLICY, 0,
                         strrchr(SC_SECRETS_DIR, '/') + 1, NULL);
    (void)sc_watches_add(w, SC_SECRETS_DIR, SC_WATCH_FILES, SC_WATCH_POLICY, 0, NULL, NULL);
    sc_watches_end(w, SC_WATCH_POLICY, 0);
    sc_watches_begin(w, SC_WATCH_CRON, 0);
    for (const char *const *dir = sc_cron_spools(); *dir; dir++)
        (void)sc_watches_add(w, *dir, IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_ONLYDIR,
                             SC_WATCH_CRON, 0, NULL, NULL);
    sc_watches_end(w, SC_WATCH_CRON, 0);
    sc_watches_begin(w, SC_WATCH_CRON_D, 0);
    (void)sc_watches_add(w, SC_CRON_SYSTEM_DIR, IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR,
                         SC_WATCH_CRON_D, 0, NULL, NULL);
    (void)sc_watches_add(w, "/etc", IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR, SC_WATCH_CRON_D, 0,
                         strrchr(SC_CRON_SYSTEM_FILE, '/') + 1, NULL);
    sc_watches_end(w, SC_WATCH_CRON_D, 0);
}

static int watch_begin(struct sc_loop *l, struct sc_error *err)
{
    for (size_t i = 0; i < SC_MONITOR_SETS; i++) {
        int rc = sc_watches_new(&l->m.sets[i].w, err);
        if (rc < 0)
            return rc;
        struct epoll_event e = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = &l->m.sets[i]};
        if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, sc_watches_fd(l->m.sets[i].w), &e) < 0)
            return sc_error_sys(err, errno, "epoll");
    }
    return 0;
}

int sc_loop_open_server(struct sc_server **ret, struct sc_error *err)
{
    int rc = sc_server_open(ret, err);
    if (rc == 0)
        sc_store_set_wait((*ret)->store, SC_MONITOR_STORE_MS);
    return rc;
}

static int listen_to(struct sc_loop *l, int fd, void *ptr)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = ptr};
    return epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &e);
}

int sc_loop_worker(struct sc_loop *l, struct sc_worker *w, const struct sc_worker_spec *spec,
                   void *ptr, struct sc_error *err)
{
    int rc = sc_worker_start(w, spec, sc_clock_ms(), err);
    if (rc < 0 || (listen_to(l, w->fd, ptr) == 0 && listen_to(l, w->pidfd, ptr) == 0))
        return rc;
    rc = sc_error_sys(err, errno, "epoll");
    sc_worker_kill(w, "it cannot be heard");
    sc_worker_drop(w);
    return rc;
}

int sc_loop_set_up(struct sc_loop *l, struct sc_error *err)
{
    sigset_t set;
    sigemptyset(&set);
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    l->epfd = epoll_create1(EPOLL_CLOEXEC);
    l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &l->signals};
    if (l->epfd < 0 || l->signals < 0 || epoll_ctl(l->epfd, EPOLL_CTL_ADD, l->signals, &e) < 0)
        return sc_error_sys(err, errno, "prepare to listen");
    int rc = sc_loop_open_server(&l->m.s, err);
    if (rc == 0)
        rc = watch_begin(l, err);
    if (rc == 0)
        rc = sc_loop_own_files(l, err);
    if (rc == 0)
        sc_loop_watch_policy(l);
    return rc;
}

void sc_loop_init(struct sc_loop *l)
{
    for (size_t i = 0; i < SC_VISITS; i++)
        l->visits[i] = (struct sc_visit){.w = SC_WORKER_INIT, .l = l, .home = (uid_t)-1};
    for (size_t i = 0; i < SC_CHORES; i++)
        l->chores[i] = (struct sc_chore){.w = SC_WORKER_INIT, .l = l, .at = SC_WORK_NEVER};
}

/* Whatever happened while nobody looked. */
void sc_loop_begin(struct sc_loop *l)
{
    int64_t now = sc_clock_ms();
    struct sc_monitor *m = &l->m;
    (void)sc_store_meta_get(m->s->store, SC_META_MONITOR_ERROR, &m->error, NULL);
    l->chores[SC_CHORE_PENDING].at = l->chores[SC_CHORE_PATHS].at = now;
    l->chores[SC_CHORE_HOOKS].at = now + HOOKS_FIRST_MS;
    sc_survey_clock_init(&m->survey, l->interval, now);
    sc_monitor_fpm_begin(m, now);
    sc_monitor_ports_begin(m, l->epfd, now);
    m->follow_all = true;
    m->queue_at = m->mark_at = m->front_at = m->accounts_at = m->services_at = now;
    m->paths_at = SC_WORK_NEVER;
    l->alive_at = now + ALIVE_MS;
    l->policy_at = l->end_at = l->lost_at = SC_WORK_NEVER;
    l->policy_done = l->lost_done = now - POLICY_GAP_MS - LOST_GAP_MS;
    m->check_end = true;
}
