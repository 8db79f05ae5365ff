/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/enter/outside.h"

void sc_groups_close(struct sc_groups *g)
{
    for (unsigned i = 0; i < g->n; i++)
        close(g->fds[i]);
    if (g->born >= 0)
        close(g->born);
    if (g->current >= 0)
        close(g->current);
    *g = (struct sc_groups){.born = -EBADF, .current = -EBADF};
}

/* Moving a process takes a kernel-wide lock, and with it a grace period of RCU: milliseconds. Two
 * ways around it: version 1's tasks takes one thread, which is all that our child is, and a child
 * of clone3() is born in a version 2 group. */
static int open_group(const char *dir, struct sc_groups *g)
{
    char path[SC_SITE_GROUP_PATH + 8];
    snprintf(path, sizeof(path), "%s/tasks", dir);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        g->fds[g->n++] = fd;
        return 0;
    }
    if (errno != ENOENT || g->born >= 0) /* there is but one version 2 hierarchy */
        return -errno;
    g->born = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return g->born < 0 ? -errno : 0;
}

static int open_all(const struct sc_site_limits *limits, struct sc_groups *g)
{
    *g = (struct sc_groups){.born = -EBADF, .current = -EBADF, .counts = limits->counts};
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < limits->n_groups; i++)
        rc = open_group(limits->group[i], g);
    if (rc == 0 && limits->nproc) {
        g->current = open(limits->current, O_RDONLY | O_CLOEXEC);
        rc = g->current < 0 ? -errno : 0;
    }
    return rc;
}

int sc_groups_open(uid_t uid, const struct sc_site_limits *limits, struct sc_groups *ret,
                   struct sc_enter_why *why)
{
    int rc = open_all(limits, ret);
    if (rc == -ENOENT) {
        sc_groups_close(ret);
        int done = limits->counts ? sc_outside_make_groups(uid, why) : sc_outside_rebuild(uid, why);
        if (done < 0 && !limits->counts)
            return done;
        rc = open_all(limits, ret);
    }
    if (rc < 0 && limits->counts) {
        sc_groups_close(ret);
        rc = 0;
    }
    return rc == 0 ? 0 : sc_why(why, "the site's control groups: %s", strerror(-rc));
}

pid_t sc_groups_fork(struct sc_groups *g)
{
    if (g->born < 0)
        return fork();
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned long long)g->born};
    /* no memory is shared and there is no other thread: nothing of libc's to mend but the thread
     * id that abort() uses, which ends the child either way */
    pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (child < 0 && g->counts && errno != EAGAIN && errno != ENOMEM)
        return fork(); /* somebody removed the group just now, or the kernel is before 5.7 */
    if (child >= 0 || (errno != ENOSYS && errno != EINVAL && errno != E2BIG && errno != EPERM))
        return child;
    /* before 5.7, or forbidden by a container's filter: the slow way */
    int fd = openat(g->born, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    g->fds[g->n++] = fd;
    return fork();
}

static void limit_addresses(uint64_t vmem)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_AS, &l) < 0)
        abort();
    if (l.rlim_max == RLIM_INFINITY || l.rlim_max > vmem)
        l.rlim_max = vmem;
    if (l.rlim_cur == RLIM_INFINITY || l.rlim_cur > l.rlim_max)
        l.rlim_cur = l.rlim_max;
    if (setrlimit(RLIMIT_AS, &l) < 0)
        abort();
}

/* Moving into a group never fails for want of room: `nproc` is checked once we are counted. */
int sc_groups_join(const struct sc_groups *g, const struct sc_site_limits *limits,
                   const char **ret_what)
{
    *ret_what = "cannot join the site's control groups";
    for (unsigned i = 0; i < g->n; i++)
        if (write(g->fds[i], "0", 1) != 1 && !g->counts)
            return -errno;
    char text[24];
    if (limits->nproc) {
        *ret_what = "cannot count the site's processes";
        ssize_t n = read(g->current, text, sizeof(text) - 1);
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        text[n] = 0;
        *ret_what = SC_OVER_NPROC;
        if (strtoull(text, NULL, 10) > limits->nproc)
            return -EAGAIN;
    }
    if (limits->vmem)
        limit_addresses(limits->vmem);
    return 0;
}
