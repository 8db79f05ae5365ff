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
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/base/vec.h"
#include "core/cage/mounttable.h"
#include "core/plan/entries.h"
#include "core/plan/relpath.h"

/* What decides whether a process may keep what it holds. */
struct rules {
    const struct sc_planfile *plan;
    pid_t keeper;
    bool has_ro; /* something is read-only */
    int *own;    /* mounts of the site's own directories in the home */
    size_t n_own;
};

static void rules_done(struct rules *r)
{
    free(r->own);
}

static bool has_kind(const struct sc_planfile *plan, enum sc_entry_kind kind)
{
    for (size_t i = 0; i < plan->entries.n; i++)
        if (plan->entries.v[i].kind == kind)
            return true;
    return false;
}

/* The identities of mounts are asked only where a path does not tell: a directory of the site's own
 * has the name of what it lies over. */
static int make_rules(const struct sc_planfile *plan, pid_t keeper, struct rules *ret,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_mounttable_done) struct sc_mounttable t = {0};
    ret->plan = plan;
    ret->keeper = keeper;
    ret->has_ro = has_kind(plan, SC_ENTRY_RO);
    int rc = has_kind(plan, SC_ENTRY_OWN) ? sc_mounttable_read(keeper, plan, &t, err) : 0;
    for (size_t i = 0; rc == 0 && i < t.n; i++)
        for (size_t k = 0; k < plan->entries.n; k++) {
            if (plan->entries.v[k].kind != SC_ENTRY_OWN || !t.rows[i].key ||
                strcmp(t.rows[i].key, t.keys[k]) != 0)
                continue;
            if (!SC_VEC_ROOM(ret->own, ret->n_own))
                return sc_error_set(err, SC_E_NOMEM, "out of memory for mounts");
            ret->own[ret->n_own++] = t.rows[i].id;
            break;
        }
    return rc;
}

/* Below the home; NULL: it does not lie there. */
static const char *rel_of(const struct sc_planfile *plan, const char *path)
{
    size_t home = strlen(plan->home);
    if (strncmp(path, plan->home, home) != 0 || (path[home] && path[home] != '/'))
        return NULL;
    return path[home] ? path + home + 1 : path + home;
}

/* The rule about a path: the deepest entry at or above it; NULL: none, or not in the home. */
static const struct sc_plan_entry *rule_of(const struct sc_planfile *plan, const char *path)
{
    const char *rel = rel_of(plan, path);
    size_t best = 0;
    const struct sc_plan_entry *rule = NULL;
    for (size_t i = 0; rel && i < plan->entries.n; i++) {
        const struct sc_plan_entry *e = &plan->entries.v[i];
        size_t n = strlen(e->rel);
        if (n && (strncmp(rel, e->rel, n) != 0 || (rel[n] && rel[n] != '/')))
            continue;
        if (!rule || n >= best) {
            rule = e;
            best = n;
        }
    }
    return rule;
}

/* Whether what the link leads to lies in one of those mounts. */
static bool is_in_own(const struct rules *r, int dirfd, const char *name)
{
    struct statx st;
    if (statx(dirfd, name, AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0 ||
        !(st.stx_mask & STATX_MNT_ID))
        return false;
    for (size_t i = 0; i < r->n_own; i++)
        if ((uint64_t)r->own[i] == st.stx_mnt_id)
            return true;
    return false;
}

/* Something at or above the path is read-only; what was taken off its place has no path in the home. */
static bool is_in_ro(const struct sc_planfile *plan, const char *path)
{
    const char *rel = rel_of(plan, path);
    for (size_t i = 0; rel && i < plan->entries.n; i++)
        if (plan->entries.v[i].kind == SC_ENTRY_RO && sc_rel_rest(plan->entries.v[i].rel, rel))
            return true;
    return !rel;
}

static bool same_mount(int a, int b)
{
    struct statx is, other;
    return statx(a, "", AT_EMPTY_PATH, STATX_MNT_ID, &is) == 0 &&
           statx(b, "", AT_EMPTY_PATH, STATX_MNT_ID, &other) == 0 &&
           (is.stx_mask & other.stx_mask & STATX_MNT_ID) && is.stx_mnt_id == other.stx_mnt_id;
}

/* A directory in a mount that was writable, and is seen no more where it lay: by it the site would still name things in
 * what it may only read. */
static bool is_past_writable(const struct rules *r, int procfd, int dirfd, const char *name,
                             const char *path)
{
    SC_FREE char *now = NULL;
    struct statfs fs;
    struct stat st;
    if (!r->has_ro || !is_in_ro(r->plan, path))
        return false;
    SC_FD int fd = openat(dirfd, name, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return !sc_proc_has_ended(procfd, errno);
    if (!S_ISDIR(st.st_mode) || (fstatfs(fd, &fs) == 0 && (fs.f_flags & ST_RDONLY)))
        return false;
    if (asprintf(&now, "/proc/%d/root%s", (int)r->keeper, path) < 0)
        return true;
    SC_FD int seen = open(now, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return seen < 0 || !same_mount(fd, seen);
}

/* What cannot be looked at counts as closed. */
static bool link_is_closed(const struct rules *r, int procfd, int dirfd, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);
    if (n < 0)
        return !sc_proc_has_ended(procfd, errno);
    if (n == 0 || target[0] != '/')
        return false;
    target[n] = 0;
    const struct sc_plan_entry *rule = rule_of(r->plan, target);
    if (rule && rule->kind == SC_ENTRY_OWN)
        return !is_in_own(r, dirfd, name);
    return (rule && sc_entry_closes(rule->kind)) ||
           is_past_writable(r, procfd, dirfd, name, target);
}

/* `procfd` is a process's directory in a /proc. */
static bool holds_closed(const struct rules *r, int procfd, int64_t until)
{
    if (sc_clock_ms() > until)
        return true;
    if (link_is_closed(r, procfd, procfd, "cwd") || link_is_closed(r, procfd, procfd, "root") ||
        link_is_closed(r, procfd, procfd, "exe"))
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
        if (e->d_name[0] != '.' && link_is_closed(r, procfd, fd, e->d_name))
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
    SC_CLEANUP(rules_done) struct rules rules = {0};
    int rc = make_rules(plan, keeper, &rules, err);
    if (rc < 0)
        return rc;
    rc = sc_proc_list_open(keeper, &l);
    if (rc < 0)
        return rc == -ENOENT || rc == -ESRCH ? 0
                                             : sc_error_sys(err, -rc, "list the site's processes");
    for (;;) {
        SC_FD int proc = -EBADF;
        pid_t pid = sc_proc_next(&l, &proc);
        if (pid <= 0)
            return pid == 0 ? 0 : sc_error_sys(err, -pid, "list the site's processes");
        if (!holds_closed(&rules, proc, until))
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
