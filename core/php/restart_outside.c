/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/proc.h"
#include "core/enter/table.h"
#include "core/php/restart.h"
#include "core/php/restart_private.h"

#define PROCESSES_MAX   4096
#define ENVIRONMENT_MAX (256u << 10)
#define STARTING_MS     5000
#define AGAIN_MS        100
#define FIRST_LOOKS     2 /* who was between reading the table and suexec is seen in the second */

struct look {
    struct sc_table table;
    bool has_table;
    uid_t uid;
    char pid_ns[64];
    struct stat suexec;
    struct sc_php_processes found;
    /* the web server is just starting one: which, is not known yet. Those of the first looks: who comes
     * later has read the table as it is now */
    struct sc_php_processes starting;
    unsigned looks;
};

static void look_done(struct look *l)
{
    sc_table_close(&l->table);
    sc_php_processes_done(&l->found);
    sc_php_processes_done(&l->starting);
}

/* A link of a process: 1; 0: it has ended; a negative errno. */
static int read_link(int procfd, const char *name, char *out, size_t size)
{
    ssize_t n = readlinkat(procfd, name, out, size - 1);
    if (n < 0)
        return sc_proc_no_answer(procfd, errno);
    out[n] = 0;
    return n > 0;
}

static bool is_closed(struct sc_site_ref site)
{
    return site.state == SC_SITE_ISOLATED || site.state == SC_SITE_BROKEN;
}

/* NULL: the environment does not have it. */
static const char *value_of(const struct sc_buf *env, const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at < env->len; at += strlen(env->data + at) + 1)
        if (strncmp(env->data + at, name, len) == 0)
            return env->data + at + len;
    return NULL;
}

/* 1: it is to end. */
static int serves_closed(const struct look *l, int procfd)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char cwd[PATH_MAX];
    int rc = l->has_table ? read_link(procfd, "cwd", cwd, sizeof(cwd)) : 0;
    if (rc < 0 || (rc && is_closed(sc_table_containing(&l->table, cwd))))
        return rc;
    SC_FD int fd = openat(procfd, "environ", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || sc_read_fd(fd, ENVIRONMENT_MAX, "environ", &text, NULL) < 0)
        return l->has_table;
    if (value_of(&text, SC_HIDES_ENV "=")) /* what it hides may be others now */
        return 1;
    if (!l->has_table)
        return 0;
    /* php-cgi's own DOCUMENT_ROOT is no more than what an administrator wrote */
    const char *of_entry = value_of(&text, SC_FCGI_SITE_ENV "=");
    rc = of_entry ? 0 : sc_php_is_lsphp(procfd);
    if (rc < 0)
        return rc;
    const char *docroot = rc ? value_of(&text, "DOCUMENT_ROOT=") : of_entry;
    if (docroot) {
        /* one that lies inside of it would be run by it */
        struct sc_site_ref site = sc_table_docroot(&l->table, docroot), below;
        const char *at = NULL;
        return site.state != SC_SITE_OPEN || sc_table_closed_below(&l->table, &site, &at, &below);
    }
    /* a web server's are its children: what somebody started as a daemon nobody would start
     * again */
    int parent = 1;
    rc = sc_php_parent(procfd, &parent);
    return rc <= 0 ? rc : parent != 1;
}

/* The real suexec, between our entry and the user's program. */
static int is_suexec(const struct look *l, int procfd)
{
    struct stat exe;
    if (l->suexec.st_ino == 0)
        return 0;
    if (fstatat(procfd, "exe", &exe, 0) < 0)
        return sc_proc_no_answer(procfd, errno);
    return exe.st_dev == l->suexec.st_dev && exe.st_ino == l->suexec.st_ino;
}

/* In our pid namespace, and the account's or root's: 1, with the owner in *ret. */
static int is_near(const struct look *l, int procfd, uid_t *ret)
{
    struct stat st;
    char ns[64];
    if (fstat(procfd, &st) < 0)
        return sc_proc_no_answer(procfd, errno);
    *ret = st.st_uid;
    if (st.st_uid != l->uid && st.st_uid != 0)
        return 0;
    int rc = read_link(procfd, "ns/pid", ns, sizeof(ns));
    return rc <= 0 ? rc : strcmp(ns, l->pid_ns) == 0;
}

static int is_wanted(const struct look *l, int procfd)
{
    int rc = sc_php_waits(procfd), fpm = rc > 0 ? sc_php_is_fpm(procfd) : 0;
    return rc <= 0 || fpm < 0 ? (rc < 0 ? rc : fpm) : fpm ? 0 : serves_closed(l, procfd);
}

static int look_at(struct look *l, int pid, int procfd, struct sc_error *err)
{
    SC_FD int fd = procfd;
    uid_t owner = 0;
    int rc = is_near(l, fd, &owner);
    struct sc_php_processes *to = &l->found;
    if (rc == 1 && owner == 0 && l->uid != 0) {
        to = &l->starting;
        rc = l->looks < FIRST_LOOKS ? is_suexec(l, fd) : 0;
    } else if (rc == 1) {
        rc = is_wanted(l, fd);
    }
    if (rc <= 0)
        return rc == 0 ? 0 : sc_error_sys(err, -rc, "look at process %d", pid);
    return to->n < PROCESSES_MAX ? sc_php_processes_add(to, pid, sc_steal_fd(&fd), err) : 0;
}

/* Those that have become a user's program, or ended, are not starting any more. */
static int look_at_starting(struct look *l, struct sc_error *err)
{
    struct sc_php_processes *s = &l->starting;
    for (size_t i = 0; i < s->n;) {
        int rc = is_suexec(l, s->v[i].procfd);
        if (rc < 0)
            return sc_error_sys(err, -rc, "look at process %d", s->v[i].pid);
        if (rc == 1) {
            i++;
            continue;
        }
        sc_close(&s->v[i].procfd);
        s->v[i] = s->v[--s->n];
    }
    return 0;
}

static int look_around(struct look *l, struct sc_error *err)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list all = {0};
    int rc = sc_proc_list_open(0, &all);
    if (rc < 0)
        return sc_error_sys(err, -rc, "list processes");
    sc_php_processes_done(&l->found);
    rc = look_at_starting(l, err);
    pid_t pid = 0;
    while (rc == 0 && l->found.n < PROCESSES_MAX) {
        int proc = -EBADF;
        pid = sc_proc_next(&all, &proc);
        if (pid <= 0)
            break;
        rc = look_at(l, pid, proc, err);
    }
    l->looks++;
    return pid < 0 ? sc_error_sys(err, -pid, "list processes") : rc;
}

int sc_php_restart_outside(uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(look_done) struct look l = {.uid = uid};
    int rc = sc_table_open(uid, &l.table);
    if (rc < 0 && rc != -ENOENT)
        return sc_error_sys(err, -rc, "read the table of uid %u", (unsigned)uid);
    l.has_table = rc == 0;
    ssize_t n = readlink("/proc/self/ns/pid", l.pid_ns, sizeof(l.pid_ns) - 1);
    if (n <= 0)
        return sc_error_sys(err, errno, "/proc/self/ns/pid");
    l.pid_ns[n] = 0;
    if (stat(SC_SUEXEC_REAL, &l.suexec) < 0) {
        if (!sc_is_absent(errno))
            return sc_error_sys(err, errno, "look at " SC_SUEXEC_REAL);
        l.suexec.st_ino = 0;
    }
    int waited = 0;
    do {
        if (waited)
            (void)poll(NULL, 0, AGAIN_MS);
        rc = look_around(&l, err);
        if (rc == 0 && l.found.n)
            rc = sc_php_processes_end(&l.found, err);
        waited += AGAIN_MS;
    } while (rc == 0 && (l.starting.n || l.found.n) && waited < STARTING_MS);
    return rc;
}
