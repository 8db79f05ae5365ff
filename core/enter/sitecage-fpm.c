/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sitecage-fpm UID ID: the supervisor of one isolated site's PHP-FPM master. Started by the pass
 * (core/php/fpm/apply.h); root, outside of the site. It holds the listening sockets of the site's
 * pools, enters the site, and starts php-fpm there with them, as the site's user. Signals: SIGUSR2
 * reads SC_FPM_RUN/<id>.run anew and changes to a new master, on the same sockets, before the old
 * one ends; SIGTERM ends all, gracefully.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/log.h"
#include "core/enter/enter.h"
#include "core/enter/keeper_find.h"
#include "core/enter/paths.h"
#include "core/enter/state.h"
#include "core/php/fpm/listen.h"
#include "core/php/fpm/pools.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/taken.h"

#define START_MS     20000 /* a master that is not ready by then is ended */
#define QUIT_MS      13000 /* it gives requests 10 s, and ends what is left */
#define DRAIN_MS     10000 /* for connections that wait when everything is to end */
#define BACKOFF_MS   30000
#define STEADY_MS    10000 /* a master that lived so long is started again at once */
#define MASTERS_MAX  8
#define SAY_PER_MIN  60
#define READY_WORDS  "ready to handle connections"
#define LINE_MAX_LEN 1000

struct pool {
    struct sc_fpm_taken t;
    int fd;
    int watch; /* of the directory of its file */
};

/* A process that waits in the site for its php-fpm (sc_enter), and what that says. */
struct master {
    pid_t pid;   /* 0: free */
    pid_t inner; /* php-fpm's own, which leads the process group of its workers */
    int err;     /* its standard error */
    bool ready, ending;
    long long since, kill_at;
    char line[LINE_MAX_LEN + 1];
    size_t len;
};

static struct {
    uid_t uid;
    unsigned id;
    int lock, sig, notify, ready_fd;
    struct sc_fpm_run run;
    struct pool pools[SC_FPM_TAKEN_MAX];
    size_t n;
    struct master masters[MASTERS_MAX];
    struct master *now;        /* the newest that is meant to live */
    unsigned long long answer; /* owed to the pass */
    bool stop, refuse;
    int fails;
    long long start_at, stop_at, minute;
    unsigned said;
} me = {.lock = -EBADF, .sig = -EBADF, .notify = -EBADF, .ready_fd = -EBADF};

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- the master ---- */

/* What php-fpm reads: nobody in the site can change it. */
static int make_config(struct sc_error *err)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    sc_fpm_global(&out);
    for (size_t i = 0; i < me.n; i++) {
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
        const struct sc_fpm_taken *t = &me.pools[i].t;
        int rc = sc_fpm_parse(t->text, t->text_len, t->file, &f, err);
        const struct sc_fpm_pool *p = rc == 0 ? sc_fpm_pool_find(&f, t->pool) : NULL;
        const char *why = p ? sc_fpm_refusal(p) : NULL;
        if (rc == 0 && (!p || why))
            rc = sc_error_set(err, SC_E_INVAL, "the PHP-FPM pool %s %s", t->pool,
                              why ? why : "is not in its record");
        if (rc < 0)
            return rc;
        sc_fpm_render(p, t->listen, me.run.docroot, me.run.user, me.run.home, &out);
    }
    SC_FD int fd = memfd_create("php-fpm.conf", MFD_ALLOW_SEALING);
    int rc = sc_buf_check(&out, "the site's php-fpm.conf", err);
    if (rc == 0 &&
        (fd < 0 || write(fd, out.data, out.len) != (ssize_t)out.len ||
         fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0))
        rc = sc_error_sys(err, errno, "make the site's php-fpm.conf");
    return rc < 0 ? rc : sc_steal_fd(&fd);
}

static bool is_kept(const int *keep, size_t n, int fd)
{
    for (size_t i = 0; i < n; i++)
        if (keep[i] == fd)
            return true;
    return fd < 3;
}

static _Noreturn void refuse_to_run(const char *text)
{
    dprintf(2, "%s\n", text);
    _exit(SC_EXIT_CANNOT_ENTER);
}

/* In the process that will wait for php-fpm. */
static _Noreturn void enter_site(int config, int err_fd, pid_t parent)
{
    int keep[SC_ENTER_KEEP_MAX];
    size_t n = 0;
    char sockets[8192] = "FPM_SOCKETS=", path[40];
    size_t len = strlen(sockets);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
        _exit(SC_EXIT_CANNOT_ENTER);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(err_fd, 1) < 0 || dup2(err_fd, 2) < 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    for (size_t i = 0; i < me.n; i++) {
        keep[n++] = me.pools[i].fd;
        int add = snprintf(sockets + len, sizeof(sockets) - len, "%s%s=%d", i ? "," : "",
                           me.pools[i].t.listen, me.pools[i].fd);
        if (add < 0 || (size_t)add >= sizeof(sockets) - len)
            refuse_to_run("too many addresses");
        len += (size_t)add;
    }
    keep[n++] = config;
    for (size_t i = 0; i < n; i++)
        if (fcntl(keep[i], F_SETFD, 0) < 0)
            refuse_to_run("its descriptors cannot be kept");
    for (int fd = 3; fd < 1024; fd++)
        if (!is_kept(keep, n, fd))
            close(fd);
    if (setgroups(me.run.n_groups, me.run.groups) < 0)
        refuse_to_run("setgroups failed");

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    struct sc_site_limits limits;
    int rc = sc_state_open(me.uid, &table, &why);
    if (rc < 0)
        refuse_to_run(why.text);
    struct sc_site_ref site = {0};
    if (rc == 0)
        site = sc_table_docroot(&table, me.run.docroot);
    if (site.state != SC_SITE_ISOLATED || site.id != me.id)
        refuse_to_run("its document root is no isolated site now");
    if (sc_table_limits(&table, &site, &limits) < 0)
        refuse_to_run("the table of sites cannot be read");
    sc_table_close(&table);
    /* the master is no entry of a visitor's: it would take a place for ever */
    limits.ep = 0;

    const char *exe = strcmp(me.run.php, "-") != 0 ? me.run.php : me.pools[0].t.exe;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", config);
    char home[PATH_MAX + 8], user[300];
    snprintf(home, sizeof(home), "HOME=%s", me.run.home);
    snprintf(user, sizeof(user), "USER=%s", me.run.user);
    char *argv[] = {(char *)(uintptr_t)exe,
                    (char *)(uintptr_t) "--nodaemonize",
                    (char *)(uintptr_t) "--force-stderr",
                    (char *)(uintptr_t) "--fpm-config",
                    path,
                    NULL};
    char *envp[] = {sockets,
                    (char *)(uintptr_t) "PATH=/usr/local/bin:/usr/bin:/bin",
                    (char *)(uintptr_t) "LANG=C.UTF-8",
                    home,
                    user,
                    NULL};
    struct sc_enter req = {.uid = me.uid,
                           .gid = me.run.gid,
                           .site = me.id,
                           .docroot = me.run.docroot,
                           .keep = keep,
                           .n_keep = n,
                           .limits = &limits,
                           .exe = exe,
                           .argv = argv,
                           .envp = envp};
    rc = sc_enter(&req, &why);
    if (rc < 0)
        refuse_to_run(why.text);
    _exit(rc);
}

static struct master *free_place(void)
{
    for (size_t i = 0; i < MASTERS_MAX; i++)
        if (me.masters[i].pid == 0)
            return &me.masters[i];
    return NULL;
}

static int start_master(struct sc_error *err)
{
    struct master *m = free_place();
    int out[2];
    if (!m)
        return sc_error_set(err, SC_E_BUSY, "too many masters are still ending");
    SC_FD int config = make_config(err);
    if (config < 0)
        return config;
    if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
        return sc_error_sys(err, errno, "pipe");
    (void)fcntl(out[1], F_SETFL, 0); /* php-fpm's end blocks; a full pipe is read soon */
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        enter_site(config, out[1], parent);
    close(out[1]);
    if (pid < 0) {
        close(out[0]);
        return sc_error_sys(err, errno, "fork");
    }
    *m = (struct master){.pid = pid, .err = out[0], .since = now_ms()};
    m->kill_at = m->since + START_MS;
    me.now = m;
    me.start_at = 0;
    return 0;
}

static void end_master(struct master *m)
{
    if (m->pid == 0 || m->ending)
        return;
    m->ending = true;
    m->kill_at = now_ms() + QUIT_MS;
    /* its own waiting process passes it on; where it waits for the start it is gone at once */
    (void)kill(m->pid, SIGQUIT);
}

static void kill_master(struct master *m)
{
    if (m->inner > 1)
        (void)kill(-m->inner, SIGKILL);
    (void)kill(m->pid, SIGKILL);
    m->kill_at = now_ms() + 1000;
}

static void find_inner(struct master *m)
{
    char path[64], text[32] = "";
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)m->pid, (int)m->pid);
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    pid_t pid = n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
    if (pid > 1 && getpgid(pid) == pid)
        m->inner = pid;
}

/* ---- answers ---- */

static void answer(bool ok)
{
    if (me.answer) {
        sc_fpm_run_answer(me.id, me.answer, ok);
        me.answer = 0;
    }
    if (me.ready_fd >= 0) {
        sc_daemon_ready(me.ready_fd);
        me.ready_fd = -EBADF;
    }
}

static void is_ready(struct master *m)
{
    m->ready = true;
    m->kill_at = 0;
    find_inner(m);
    me.refuse = false;
    for (size_t i = 0; i < MASTERS_MAX; i++)
        if (me.masters[i].pid && &me.masters[i] != m)
            end_master(&me.masters[i]);
    sc_log("uid=%u site=%u PHP-FPM serves %zu pool%s", (unsigned)me.uid, me.id, me.n,
           me.n == 1 ? "" : "s");
    answer(true);
}

static void failed(const char *why)
{
    sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, why);
    long long wait = 100LL << (me.fails < 9 ? me.fails : 9);
    me.fails++;
    me.start_at = now_ms() + (wait < BACKOFF_MS ? wait : BACKOFF_MS);
    /* an older master that still serves is kept until a new one is ready */
    for (size_t i = 0; i < MASTERS_MAX; i++)
        if (me.masters[i].pid && me.masters[i].ready && !me.masters[i].ending) {
            me.now = &me.masters[i];
            me.start_at = 0;
            answer(false);
            return;
        }
    me.refuse = me.fails > 1;
    if (me.refuse)
        answer(false);
}

/* ---- what happens ---- */

static void said_line(struct master *m)
{
    m->line[m->len] = 0;
    m->len = 0;
    if (strstr(m->line, READY_WORDS) && !m->ready && !m->ending)
        is_ready(m);
    if (strstr(m->line, "NOTICE"))
        return;
    long long minute = now_ms() / 60000;
    if (minute != me.minute) {
        me.minute = minute;
        me.said = 0;
    }
    if (m->line[0] && me.said++ < SAY_PER_MIN)
        sc_log("uid=%u site=%u php-fpm: %s", (unsigned)me.uid, me.id, m->line);
}

static void hear(struct master *m)
{
    char text[4096];
    ssize_t n = read(m->err, text, sizeof(text));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        sc_close(&m->err);
    for (ssize_t i = 0; i < n; i++) {
        if (text[i] == '\n' || m->len == LINE_MAX_LEN)
            said_line(m);
        if (text[i] != '\n')
            m->line[m->len++] = text[i];
    }
}

static void ended(pid_t pid, int status)
{
    for (size_t i = 0; i < MASTERS_MAX; i++) {
        struct master *m = &me.masters[i];
        if (m->pid != pid)
            continue;
        while (m->err >= 0) { /* its last words */
            struct pollfd p = {.fd = m->err, .events = POLLIN};
            if (poll(&p, 1, 0) <= 0)
                break;
            hear(m);
        }
        sc_close(&m->err);
        bool meant = m->ending, was_ready = m->ready;
        long long lived = now_ms() - m->since;
        if (m->inner > 1 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
            (void)kill(-m->inner, SIGKILL); /* workers of a master that was killed */
        *m = (struct master){.err = -EBADF};
        if (me.now == m)
            me.now = NULL;
        if (meant || me.stop)
            return;
        if (was_ready && lived > STEADY_MS)
            me.fails = 0;
        char text[80];
        snprintf(text, sizeof(text), "the master ended (%s %d), and is started again",
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        failed(text);
        if (was_ready && me.fails == 1)
            me.start_at = now_ms();
        return;
    }
}

static void watch_pool(struct pool *p)
{
    SC_FREE char *dir = strdup(p->t.file);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    p->watch = -1;
    if (slash && slash != dir) {
        *slash = 0;
        p->watch = inotify_add_watch(me.notify, dir, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
    }
}

static const struct sc_fpm_adopt *adopted(uint32_t hash)
{
    for (size_t i = 0; i < me.run.n_adopt; i++)
        if (me.run.adopt[i].hash == hash)
            return &me.run.adopt[i];
    return NULL;
}

/* The pools of the records; sockets of those that were there are kept. */
static int load(struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    struct sc_fpm_run run = {0};
    int rc = sc_fpm_run_load(me.id, &run, err);
    if (rc == 0 && (rc = sc_fpm_taken_load(me.uid, me.id, &l, NULL, err)) < 0)
        sc_fpm_run_done(&run);
    if (rc < 0)
        return rc;
    sc_fpm_run_done(&me.run);
    me.run = run;
    me.answer = run.asked;
    for (size_t i = 0; i < l.n; i++)
        if (l.v[i].leaving) {
            sc_fpm_taken_done(&l.v[i]);
            l.v[i--] = l.v[--l.n];
        }
    if (run.uid != me.uid || l.n == 0 || l.n > SC_FPM_TAKEN_MAX)
        return sc_error_set(err, SC_E_INVAL, "there are no pools, too many, or another account's");
    struct pool old[SC_FPM_TAKEN_MAX];
    size_t n_old = me.n;
    memcpy(old, me.pools, sizeof(old));
    me.n = 0;
    for (size_t i = 0; i < l.n; i++) {
        struct pool p = {.t = l.v[i], .fd = -EBADF, .watch = -1};
        l.v[i] = (struct sc_fpm_taken){0};
        for (size_t k = 0; k < n_old; k++)
            if (old[k].fd >= 0 && old[k].t.hash == p.t.hash &&
                strcmp(old[k].t.listen, p.t.listen) == 0)
                p.fd = sc_steal_fd(&old[k].fd);
        if (p.fd < 0 && rc == 0)
            rc = sc_fpm_listen_make(&p.t, adopted(p.t.hash), &p.fd, err);
        watch_pool(&p);
        me.pools[me.n++] = p;
    }
    for (size_t k = 0; k < n_old; k++) {
        sc_fpm_taken_done(&old[k].t);
        sc_close(&old[k].fd);
    }
    for (size_t i = 0; rc < 0 && i < me.n; i++)
        if (me.pools[i].fd < 0) { /* the others go on */
            sc_fpm_taken_done(&me.pools[i].t);
            me.pools[i--] = me.pools[--me.n];
        }
    return rc;
}

static void change_master(void)
{
    struct sc_error err = SC_ERROR_INIT;
    me.fails = 0;
    if (load(&err) < 0)
        failed(err.text);
    else if (start_master(&err) < 0)
        failed(err.text);
}

static bool is_mine(const struct pool *p)
{
    char path[128];
    struct stat st;
    sc_fpm_beside(&p->t, "new", path);
    return p->t.listen[0] != '/' || lstat(path, &st) < 0;
}

/* The panel wrote a pool of ours anew: out it goes, at once, before the shared master is told to
 * read it; and its new text counts. */
static void file_changed(int watch, const char *name)
{
    bool changed = false;
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < me.n; i++) {
        struct pool *p = &me.pools[i];
        if (p->watch != watch || strcmp(strrchr(p->t.file, '/') + 1, name) != 0 || !is_mine(p))
            continue;
        if (sc_fpm_take_out(&p->t, &changed, &err) < 0)
            sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, err.text);
    }
    if (changed) {
        sc_log("uid=%u site=%u PHP-FPM: a pool was written anew", (unsigned)me.uid, me.id);
        if (start_master(&err) < 0)
            failed(err.text);
    }
}

static void read_notify(void)
{
    _Alignas(struct inotify_event) char buf[8192];
    ssize_t n = read(me.notify, buf, sizeof(buf));
    for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= n;) {
        const struct inotify_event *e = (const void *)(buf + at);
        if (e->len && !me.stop)
            file_changed(e->wd, e->name);
        at += (ssize_t)(sizeof(*e) + e->len);
    }
}

static void read_signal(void)
{
    struct signalfd_siginfo si;
    if (read(me.sig, &si, sizeof(si)) != (ssize_t)sizeof(si))
        return;
    if (si.ssi_signo == SIGUSR2 && !me.stop)
        change_master();
    if (si.ssi_signo == SIGTERM && !me.stop) {
        me.stop = true;
        me.stop_at = now_ms() + DRAIN_MS;
    }
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        ended(pid, status);
}

/* Nobody listens there: an error at once is better than a wait. */
static void turn_away(int fd)
{
    int c = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    sc_close(&c);
}

/* Connections that were made before the name went to somebody else. */
static bool backlog_is_empty(void)
{
    for (size_t i = 0; i < me.n; i++) {
        struct pollfd p = {.fd = me.pools[i].fd, .events = POLLIN};
        if (poll(&p, 1, 0) > 0)
            return false;
    }
    return true;
}

/* True when all is over. */
static bool go_on_stopping(void)
{
    static int quiet;
    bool left = false;
    quiet = backlog_is_empty() ? quiet + 1 : 0;
    bool serves = me.now && me.now->ready;
    if (quiet < 3 && serves && now_ms() < me.stop_at)
        return false;
    for (size_t i = 0; i < MASTERS_MAX; i++)
        if (me.masters[i].pid) {
            end_master(&me.masters[i]);
            left = true;
        }
    return !left;
}

static void timers(void)
{
    long long now = now_ms();
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < MASTERS_MAX; i++) {
        struct master *m = &me.masters[i];
        if (m->pid && m->kill_at && now >= m->kill_at)
            kill_master(m);
    }
    if (!me.stop && !me.now && me.start_at && now >= me.start_at && start_master(&err) < 0)
        failed(err.text);
}

static int serve(void)
{
    for (;;) {
        struct pollfd p[2 + MASTERS_MAX + SC_FPM_TAKEN_MAX];
        nfds_t n = 0;
        p[n++] = (struct pollfd){.fd = me.sig, .events = POLLIN};
        p[n++] = (struct pollfd){.fd = me.notify, .events = POLLIN};
        bool any = false;
        for (size_t i = 0; i < MASTERS_MAX; i++) {
            any |= me.masters[i].pid != 0;
            p[n++] =
                (struct pollfd){.fd = me.masters[i].pid ? me.masters[i].err : -1, .events = POLLIN};
        }
        bool refuse = me.refuse && !(me.now && me.now->ready);
        for (size_t i = 0; refuse && i < me.n; i++)
            p[n++] = (struct pollfd){.fd = me.pools[i].fd, .events = POLLIN};
        int wait = me.stop ? 20 : any && me.now && me.now->ready ? -1 : 100;
        for (size_t i = 0; i < MASTERS_MAX; i++)
            if (me.masters[i].pid && me.masters[i].kill_at && wait < 0)
                wait = 500;
        if (poll(p, n, wait) < 0 && errno != EINTR)
            return 1;
        for (size_t i = 0; i < MASTERS_MAX; i++)
            if (me.masters[i].pid && p[2 + i].fd >= 0 && p[2 + i].revents)
                hear(&me.masters[i]);
        if (p[0].revents)
            read_signal();
        if (p[1].revents)
            read_notify();
        for (nfds_t i = 2 + MASTERS_MAX; refuse && i < n; i++)
            if (p[i].revents)
                turn_away(p[i].fd);
        timers();
        if (me.stop && go_on_stopping())
            return 0;
    }
}

/* Workers whose master was killed with an earlier supervisor: children of the site's first process.
 * They finish what they do. */
static void end_orphans(void)
{
    int pidfd, lockfd;
    if (sc_keeper_find(me.uid, me.id, &pidfd, &lockfd) < 0)
        return;
    pid_t keeper = sc_lock_holder(lockfd);
    close(pidfd);
    close(lockfd);
    SC_DIR DIR *d = keeper > 0 ? opendir("/proc") : NULL;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char path[64], text[256], name[64];
        int parent = 0;
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid <= 1)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (n <= 0)
            continue;
        text[n] = 0;
        if (sscanf(text, "%*d (%60[^)]) %*c %d", name, &parent) == 2 && parent == keeper &&
            strncmp(name, "php-fpm", 7) == 0)
            (void)kill(pid, SIGQUIT);
    }
}

static int run(int ready, void *arg)
{
    (void)arg;
    struct sc_error err = SC_ERROR_INIT;
    char path[64];
    me.ready_fd = ready;
    snprintf(path, sizeof(path), SC_FPM_RUN "/%u.lock", me.id);
    for (size_t i = 0; i < MASTERS_MAX; i++)
        me.masters[i].err = -EBADF;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    int rc = sc_daemon_lock(SC_FPM_RUN, path, &me.lock, &err);
    if (rc == 0) {
        (void)sigprocmask(SIG_SETMASK, &set, NULL);
        me.sig = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        me.notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (me.sig < 0 || me.notify < 0)
            rc = sc_error_sys(&err, errno, "prepare");
    }
    if (rc == 0)
        rc = load(&err);
    if (rc < 0) {
        fprintf(stderr, "site %u: %s\n", me.id, err.text);
        return 1;
    }
    end_orphans();
    if (start_master(&err) < 0)
        failed(err.text);
    return serve();
}

static void leave_callers_group(void)
{
    /* systemd ends what is in the group of a session or service: core/cage/keeper_start.c */
    static const char *const roots[] = {"/sys/fs/cgroup/systemd/tasks",
                                        "/sys/fs/cgroup/cgroup.procs",
                                        "/sys/fs/cgroup/unified/cgroup.procs"};
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        SC_FD int fd = open(roots[i], O_WRONLY | O_CLOEXEC);
        if (fd >= 0)
            (void)!write(fd, "0", 1);
    }
}

int main(int argc, char **argv)
{
    char *end;
    unsigned long uid = argc == 3 ? strtoul(argv[1], &end, 10) : 0;
    unsigned long id = uid && !*end ? strtoul(argv[2], &end, 10) : 0;
    if (getuid() != 0 || uid == 0 || uid >= UINT_MAX || id == 0 || id >= UINT_MAX || *end) {
        fprintf(stderr, "usage: sitecage-fpm UID SITE   (started by the engine)\n");
        return 2;
    }
    me.uid = (uid_t)uid;
    me.id = (unsigned)id;
    if (sc_daemon_clean() < 0)
        return 1;
    leave_callers_group();
    return sc_daemon_background(run, NULL);
}
