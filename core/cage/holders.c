/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/plan/entries.h"

/* The rule that decides about a path: the deepest entry at or above it. */
static bool closed_by_plan(const struct sc_planfile *plan, const char *path)
{
    size_t home = strlen(plan->home);
    if (strncmp(path, plan->home, home) != 0 || (path[home] && path[home] != '/'))
        return false;
    const char *rel = path[home] ? path + home + 1 : path + home;
    size_t best = 0;
    const struct sc_plan_entry *rule = NULL;
    for (size_t i = 0; i < plan->entries.n; i++) {
        const struct sc_plan_entry *e = &plan->entries.v[i];
        size_t n = strlen(e->rel);
        if (n && (strncmp(rel, e->rel, n) != 0 || (rel[n] && rel[n] != '/')))
            continue;
        if (!rule || n >= best) {
            rule = e;
            best = n;
        }
    }
    return rule && sc_entry_closes(rule->kind);
}

/* What cannot be looked at counts as closed. */
static bool link_is_closed(const struct sc_planfile *plan, int procfd, int dirfd, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);
    if (n < 0)
        return !sc_proc_has_ended(procfd, errno);
    if (n == 0 || target[0] != '/')
        return false;
    target[n] = 0;
    return closed_by_plan(plan, target);
}

/* `procfd` is a process's directory in a /proc. */
static bool holds_closed(const struct sc_planfile *plan, int procfd, int64_t until)
{
    if (sc_clock_ms() > until)
        return true;
    if (link_is_closed(plan, procfd, procfd, "cwd") ||
        link_is_closed(plan, procfd, procfd, "root") || link_is_closed(plan, procfd, procfd, "exe"))
        return true;
    int fd = openat(procfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        int e = errno;
        if (fd >= 0)
            close(fd);
        return !sc_proc_has_ended(procfd, e);
    }
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno && !sc_proc_has_ended(procfd, errno);
        if (sc_clock_ms() > until)
            return true;
        if (e->d_name[0] != '.' && link_is_closed(plan, procfd, fd, e->d_name))
            return true;
    }
}

int sc_holders_end(const struct sc_planfile *plan, pid_t keeper, struct sc_error *err)
{
    /* The site's own /proc, seen through the keeper's root: it lists the site's processes and no
     * other. */
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    const int64_t until = sc_clock_ms() + SC_HOLDERS_MS;
    bool told = false;
    int rc = sc_proc_list_open(keeper, &l);
    if (rc < 0)
        return rc == -ENOENT || rc == -ESRCH ? 0
                                             : sc_error_sys(err, -rc, "list the site's processes");
    for (;;) {
        SC_FD int proc = -EBADF;
        pid_t pid = sc_proc_next(&l, &proc);
        if (pid <= 0)
            return pid == 0 ? 0 : sc_error_sys(err, -pid, "list the site's processes");
        if (!holds_closed(plan, proc, until))
            continue;
        if (!told && sc_clock_ms() > until) {
            sc_log("site %s of %s: it has too many processes and open files to look at: those that "
                   "were not are ended",
                   plan->docroot, plan->user);
            told = true;
        }
        /* a directory of /proc serves as a process's descriptor: it cannot become another
         * process */
        if (sc_pidfd_signal(proc, SIGKILL) < 0 && errno != ESRCH)
            return sc_error_sys(err, errno, "end a process that holds a closed directory");
    }
}
