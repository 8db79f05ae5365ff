/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/join_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/io.h"
#include "core/base/vec.h"
#include "core/limits/members.h"

#define ROUNDS 8 /* before all is stopped for a moment */

struct work {
    const struct sc_join *j;
    struct sc_members in[SC_LIMITS_GROUPS_MAX];
    struct sc_joined ret;
    bool stopped;                  /* nothing of the site runs */
    bool needs_ids;                /* only who is the user may change a process's limits here */
    struct sc_members was_stopped; /* by somebody else, before */
};

static void work_done(struct work *w)
{
    for (size_t i = 0; i < SC_LIMITS_GROUPS_MAX; i++)
        sc_members_done(&w->in[i]);
    sc_members_done(&w->was_stopped);
}

static bool is_over(int errnum) /* what /proc says of a process that has ended */
{
    return errnum == ENOENT || errnum == ESRCH;
}

static void failed(struct work *w, int errnum)
{
    w->ret.others++;
    w->ret.failed = errnum;
}

/* ---- what a process is, proc(5) ---- */

struct process {
    pid_t pid;
    char state;
    long threads;
};

/* A file of the process's directory in /proc, as text: its bytes; 0: it has ended; -errno. */
static ssize_t read_of(int procfd, pid_t pid, const char *file, char *text, size_t size)
{
    char path[32];
    snprintf(path, sizeof(path), "%d/%s", (int)pid, file);
    SC_FD int fd = openat(procfd, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : sc_read_all(fd, text, size - 1);
    if (n < 0)
        n = is_over(errno) ? 0 : -errno;
    text[n < 0 ? 0 : n] = 0;
    return n;
}

/* 1; 0: it has ended; -errno. The second word of stat, in parentheses, may contain anything. */
static int read_stat(int procfd, pid_t pid, struct process *ret)
{
    char text[1024];
    ssize_t n = read_of(procfd, pid, "stat", text, sizeof(text));
    if (n < 0)
        return (int)n;
    const char *p = strrchr(text, ')');
    *ret = (struct process){.pid = pid};
    if (!p || sscanf(p, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld",
                     &ret->state, &ret->threads) != 2)
        return n == 0 ? 0 : -EBADMSG;
    return 1;
}

/* No thread of it lives: a first one that ended may have left others. */
static bool has_ended(const struct process *p)
{
    return (p->state == 'Z' || p->state == 'X') && p->threads <= 1;
}

/* Real ids: 1; 0: it has ended; -errno. */
static int read_ids(int procfd, pid_t pid, uid_t *ret_uid, gid_t *ret_gid)
{
    char text[4096];
    unsigned uid, gid;
    ssize_t n = read_of(procfd, pid, "status", text, sizeof(text));
    if (n < 0)
        return (int)n;
    const char *u = strstr(text, "\nUid:"), *g = strstr(text, "\nGid:");
    if (!u || !g || sscanf(u, "\nUid: %u", &uid) != 1 || sscanf(g, "\nGid: %u", &gid) != 1)
        return n == 0 ? 0 : -EBADMSG;
    *ret_uid = uid;
    *ret_gid = gid;
    return 1;
}

/* ---- groups ---- */

static bool is_in_all(const struct work *w, pid_t pid)
{
    for (size_t i = 0; i < w->j->made->n_groups; i++)
        if (!sc_members_has(&w->in[i], pid))
            return false;
    return true;
}

/* Whether a process is in this group that does not list it: its first thread has ended, all others
 * are there. */
static bool threads_are_in(const struct work *w, const char *group, pid_t pid)
{
    SC_CLEANUP(sc_members_done) struct sc_members threads = {0};
    char path[32];
    snprintf(path, sizeof(path), "%d/task", (int)pid);
    int fd = openat(w->j->procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d || sc_members_read_threads(group, &threads, NULL) < 0) {
        if (!d)
            sc_close(&fd);
        return false;
    }
    bool all = true;
    errno = 0;
    for (struct dirent *e; all && (e = readdir(d)) != NULL; errno = 0) {
        pid_t thread = (pid_t)atoi(e->d_name);
        all = thread <= 0 || thread == pid || sc_members_has(&threads, thread);
    }
    return all && errno == 0;
}

static bool is_in_all_by_threads(const struct work *w, const struct process *p)
{
    bool all = p->state == 'Z' && p->threads > 1;
    for (size_t i = 0; all && i < w->j->made->n_groups; i++)
        all = sc_members_has(&w->in[i], p->pid) || threads_are_in(w, w->j->made->groups[i], p->pid);
    return all;
}

static void move(struct work *w, pid_t pid)
{
    w->ret.others++;
    for (size_t i = 0; i < w->j->made->n_groups; i++) {
        int rc = sc_members_has(&w->in[i], pid) ? 0 : sc_member_move(w->j->made->groups[i], pid);
        if (rc < 0 && rc != -ESRCH)
            w->ret.failed = -rc;
    }
}

/* ---- vmem ---- */

/* What `is` has to become. One that a process has by itself, below ours, stays. */
static rlim_t vmem_for(const struct sc_join *j, rlim_t is)
{
    rlim_t new = j->made->vmem ? (rlim_t)j->made->vmem : RLIM_INFINITY;
    bool is_ours = j->old_vmem && is == (rlim_t)j->old_vmem;
    return is_ours || is > new ? new : is;
}

/* prlimit(2) wants CAP_SYS_RESOURCE, or the process's own ids as our real ones, with which only
 * lowering is allowed. Whoever has the user's id can be signalled by the user: so not as long as
 * something of the site runs. Root's is a program that is just being started, with its limits. */
static bool take_ids(struct work *w, pid_t pid)
{
    uid_t uid;
    gid_t gid;
    if (!w->needs_ids)
        return true;
    int rc = read_ids(w->j->procfd, pid, &uid, &gid);
    if (rc < 0)
        failed(w, -rc);
    return rc == 1 && uid == w->j->uid && setresgid(gid, (gid_t)-1, (gid_t)-1) == 0 &&
           setresuid(uid, (uid_t)-1, (uid_t)-1) == 0;
}

static void give_ids_back(void)
{
    if (setresuid(0, (uid_t)-1, (uid_t)-1) < 0 || setresgid(0, (gid_t)-1, (gid_t)-1) < 0)
        abort();
}

static void change_vmem(struct work *w, pid_t pid)
{
    struct rlimit is;
    if (prlimit(pid, RLIMIT_AS, NULL, &is) < 0) {
        if (errno == EPERM && !w->needs_ids)
            w->needs_ids = true;
        if (errno != ESRCH)
            failed(w, errno);
        return;
    }
    struct rlimit new = {vmem_for(w->j, is.rlim_cur), vmem_for(w->j, is.rlim_max)};
    if (new.rlim_cur > new.rlim_max)
        new.rlim_cur = new.rlim_max;
    if (new.rlim_cur == is.rlim_cur &&new.rlim_max == is.rlim_max)
        return;
    bool raises = new.rlim_max > is.rlim_max;
    if (prlimit(pid, RLIMIT_AS, &new, NULL) == 0)
        w->ret.others++; /* a child may have been born with the old one */
    else if (errno != ESRCH && !(errno == EPERM && raises))
        failed(w, errno);
}

static void give_vmem(struct work *w, pid_t pid)
{
    if (w->needs_ids && !w->stopped) {
        w->ret.others++;
        return;
    }
    if (take_ids(w, pid))
        change_vmem(w, pid);
    if (w->needs_ids)
        give_ids_back();
}

/* ---- all of them ---- */

typedef void each_fn(struct work *w, const struct process *p);

static void each(struct work *w, each_fn *fn)
{
    int fd = openat(w->j->procfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        failed(w, errno);
        sc_close(&fd);
        return;
    }
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        struct process p = {.pid = (pid_t)atoi(e->d_name)};
        if (p.pid > 1 && p.pid != getpid())
            fn(w, &p);
    }
    if (errno)
        failed(w, errno);
}

static void put_right(struct work *w, const struct process *one)
{
    struct process p = {0};
    bool in_all = is_in_all(w, one->pid);
    if (in_all && !w->j->vmem)
        return;
    int rc = read_stat(w->j->procfd, one->pid, &p);
    if (rc < 0)
        failed(w, -rc);
    else if (rc == 0 && !in_all)
        w->ret.others++; /* it may have left a child where it was */
    if (rc <= 0 || has_ended(&p))
        return;
    if (!in_all && !is_in_all_by_threads(w, &p))
        move(w, p.pid);
    if (w->j->vmem)
        give_vmem(w, p.pid);
}

/* A child is born where its parent is, so what was forked behind our back is found by the next
 * round; nothing is outside when a whole round finds nothing. */
static void one_round(struct work *w)
{
    w->ret = (struct sc_joined){0};
    for (size_t i = 0; i < w->j->made->n_groups; i++) {
        struct sc_error err = SC_ERROR_INIT;
        if (sc_members_read(w->j->made->groups[i], &w->in[i], &err) < 0)
            failed(w, err.sys ? err.sys : ENOENT);
    }
    each(w, put_right);
}

/* ---- stopped: processes that multiply faster than they can be listed ---- */

static void note_stopped(struct work *w, const struct process *one)
{
    struct process p = {0};
    if (read_stat(w->j->procfd, one->pid, &p) == 1 && (p.state == 'T' || p.state == 't') &&
        SC_VEC_ROOM(w->was_stopped.v, w->was_stopped.n))
        w->was_stopped.v[w->was_stopped.n++] = p.pid; /* /proc lists them in rising order */
}

static void go_on(struct work *w, const struct process *p)
{
    if (!sc_members_has(&w->was_stopped, p->pid))
        (void)kill(p->pid, SIGCONT);
}

/* kill(-1) reaches every process of our namespace, and each child that one of them is just getting
 * (Linux 4.19): nobody forks away. */
static void round_stopped(struct work *w, int64_t end)
{
    each(w, note_stopped);
    w->stopped = true;
    (void)kill(-1, SIGSTOP);
    do
        one_round(w);
    while (w->ret.others && sc_clock_ms() < end);
    each(w, go_on);
}

struct sc_joined sc_join_inside(const struct sc_join *j)
{
    SC_CLEANUP(work_done) struct work w = {.j = j, .ret = {.others = 1}};
    int64_t end = sc_clock_ms() + SC_JOIN_MS;
    for (int i = 0; i < ROUNDS && w.ret.others && !w.needs_ids; i++)
        one_round(&w);
    if (w.ret.others && !j->gently)
        round_stopped(&w, end);
    return w.ret;
}
