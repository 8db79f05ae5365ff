/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/join.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/enter/keeper_find.h"
#include "core/limits/join_inside.h"
#include "core/limits/members.h"

#define ENTRIES_MS 200 /* for who is just entering; a stopped one is not waited for */
#define ANSWER_MS  (SC_JOIN_MS + 2000)

/* ---- SC_RUN_DIR/<uid>/<id>.vmem: what running processes were given last ---- */

static void vmem_path(uid_t uid, unsigned id, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u/%u.vmem", (unsigned)uid, id);
}

static int read_vmem(uid_t uid, unsigned id, uint64_t *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[64];
    vmem_path(uid, id, path);
    int rc = sc_read_file(path, 32, &text, err);
    *ret = rc == 0 ? strtoull(text.data, NULL, 10) : 0;
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

static int note_vmem(uid_t uid, unsigned id, uint64_t vmem, struct sc_error *err)
{
    char path[64], text[32];
    vmem_path(uid, id, path);
    if (vmem == 0)
        return unlink(path) < 0 && errno != ENOENT ? sc_error_sys(err, errno, "remove %s", path)
                                                   : 0;
    int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", vmem);
    return sc_replace_file(path, 0600, text, (size_t)len, err);
}

/* ---- the processes ---- */

/* The site sees the arguments of what runs in its pid namespace: ours name other sites. proc(5):
 * where they are is said by the words 48 and 49 of stat. */
static void hide_arguments(void)
{
    char text[2048];
    SC_FD int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : sc_read_all(fd, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = 0;
    char *p = strrchr(text, ')');
    for (int word = 2; p && word < 48; word++)
        p = strchr(p + 1, ' ');
    unsigned long from = 0, to = 0;
    if (!p || sscanf(p, " %lu %lu", &from, &to) != 2 || from == 0 || to <= from)
        _exit(1);
    memset((void *)from, 0, to - from);
    (void)prctl(PR_SET_NAME, "sitecage-join", 0, 0, 0);
}

/* In the site's pid namespace. */
static _Noreturn void inside(const struct sc_join *j, int say)
{
    hide_arguments();
    struct sc_joined done = sc_join_inside(j);
    _exit(sc_write_all(say, &done, sizeof(done)) < 0);
}

/* Between the two: fork() leads into the namespace. The one inside may be killed while it has the
 * site stopped. */
static _Noreturn void between(const struct sc_join *j, int keeper, int say)
{
    sigset_t all;
    int status = 0;
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    if (setsid() < 0 || setns(keeper, CLONE_NEWPID) < 0)
        _exit(1);
    pid_t pid = fork();
    if (pid == 0)
        inside(j, say);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        _exit(1);
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    pid = fork();
    if (pid == 0) {
        (void)kill(-1, SIGCONT);
        _exit(0);
    }
    (void)waitpid(pid, NULL, 0);
    _exit(1);
}

static int hear(int fd, struct sc_joined *ret)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n;
    do
        n = poll(&p, 1, ANSWER_MS);
    while (n < 0 && errno == EINTR);
    return n > 0 && sc_read_all(fd, ret, sizeof(*ret)) == (ssize_t)sizeof(*ret) ? 0 : -1;
}

static int ask_inside(const struct sc_join *j, int keeper, struct sc_joined *ret,
                      struct sc_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "pipe");
    SC_FD int hears = ends[0];
    SC_FD int says = ends[1];
    pid_t pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        between(j, keeper, says);
    sc_close(&says);
    int rc = hear(hears, ret);
    if (rc == 0)
        (void)waitpid(pid, NULL, 0);
    else if (sc_pidfd_wait(keeper, 0)) /* the site ended, and what runs in it */
        *ret = (struct sc_joined){0};
    else
        return sc_error_set(err, SC_E_SYS, "what runs already could not be looked at");
    return 0;
}

static int run(const struct sc_join *j, int keeper, struct sc_error *err)
{
    struct sc_joined done = {0};
    int rc = ask_inside(j, keeper, &done, err);
    if (rc < 0 || done.others == 0 || j->gently)
        return j->gently ? 0 : rc;
    return done.failed
               ? sc_error_sys(err, done.failed, "put what runs already under the limits")
               : sc_error_set(err, SC_E_BUSY, "%zu processes that run already escape", done.others);
}

/* As many in each group as there are in the site: all of them are in. */
static bool counts_agree(const struct sc_limits_made *made, int procfd)
{
    SC_CLEANUP(sc_members_done) struct sc_members m = {0};
    size_t n = 0;
    int fd = openat(procfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        sc_close(&fd);
        return false;
    }
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0)
        n += atoi(e->d_name) > 1;
    if (errno)
        return false;
    for (size_t i = 0; i < made->n_groups; i++)
        if (sc_members_read(made->groups[i], &m, NULL) < 0 || m.n != n)
            return false;
    return true;
}

/* An entry holds the lock shared from before it looks whether the table is still the same until its
 * child is inside (core/enter). Who had looked before we came is in then. */
static void wait_for_entries(int lockfd)
{
    int64_t end = sc_clock_ms() + ENTRIES_MS;
    while (flock(lockfd, LOCK_EX | LOCK_NB) < 0 && sc_clock_ms() < end)
        sc_sleep_ms(1);
    (void)flock(lockfd, LOCK_SH); /* the keeper does not end meanwhile */
}

static int join_running(struct sc_join *j, int keeper, int lock, struct sc_error *err)
{
    char path[64];
    wait_for_entries(lock);
    pid_t pid = sc_lock_holder(lock);
    if (pid <= 0)
        return pid == 0 ? 0 : sc_error_sys(err, -pid, "look for the site's keeper");
    snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)pid);
    SC_FD int proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 && sc_pidfd_wait(keeper, 0))
        return 0;
    if (proc < 0)
        return sc_error_sys(err, errno, "list the site's processes");
    j->procfd = proc;
    return !j->vmem && counts_agree(j->made, proc) ? 0 : run(j, keeper, err);
}

int sc_limits_join(uid_t uid, unsigned id, const struct sc_limits_made *made, struct sc_error *err)
{
    SC_FD int keeper = -EBADF;
    SC_FD int lock = -EBADF;
    struct sc_join j = {.made = made, .uid = uid};
    int rc = read_vmem(uid, id, &j.old_vmem, err);
    j.vmem = j.old_vmem != made->vmem;
    j.gently = !made->held && !j.vmem;
    if (rc < 0 || (j.gently && !(made->n_groups && made->fresh)))
        return rc;
    rc = sc_keeper_find(uid, id, &keeper, &lock);
    if (rc < 0 && rc != -ESRCH)
        return sc_error_sys(err, -rc, "look for the keeper of site %u", id);
    rc = rc == 0 ? join_running(&j, keeper, lock, err) : 0;
    return rc < 0 || !j.vmem ? rc : note_vmem(uid, id, made->vmem, err);
}
