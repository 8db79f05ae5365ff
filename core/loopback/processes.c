/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/proc.h"
#include "core/base/there.h"
#include "core/base/vec.h"

#define MASTERS_MAX   256u
#define PROCESSES_MAX 65536u

/* ---- pure ---- */

static const char *const web_servers[] = {"apache2",   "httpd",         "nginx",  "openresty",
                                          "litespeed", "lshttpd",       "angie",  "caddy",
                                          "lighttpd",  "openlitespeed", "haproxy"};

static bool is_web_server(const char *name, size_t max)
{
    for (size_t i = 0; i < sizeof(web_servers) / sizeof(web_servers[0]); i++)
        if (strncmp(name, web_servers[i], max) == 0 && strlen(name) <= strlen(web_servers[i]))
            return true;
    return false;
}

enum sc_process_kind sc_process_kind(const char *name)
{
    static const char *const fpm[] = {"php-fpm", "sitecage-fpm", "lsphp"};
    if (is_web_server(name, SIZE_MAX))
        return SC_PROCESS_WEB;
    for (size_t i = 0; i < sizeof(fpm) / sizeof(fpm[0]); i++)
        if (strncmp(name, fpm[i], strlen(fpm[i])) == 0)
            return SC_PROCESS_FPM;
    return SC_PROCESS_OTHER;
}

static const struct sc_process *process(const struct sc_process *v, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].pid == pid)
            return &v[i];
    return NULL;
}

bool sc_process_is_web(const struct sc_process *v, size_t n, size_t at)
{
    if (v[at].kind != SC_PROCESS_WEB || v[at].uid == 0)
        return false;
    const struct sc_process *parent = process(v, n, v[at].parent);
    return v[at].uid < SC_SYSTEM_USERS_END ||
           (parent && parent->kind == SC_PROCESS_WEB && parent->uid == 0);
}

uid_t sc_process_workers(const struct sc_process *v, size_t n, size_t at)
{
    uid_t is = SC_LOOPBACK_ANYBODY;
    for (size_t i = 0; i < n; i++) {
        if (v[i].parent != v[at].pid || v[i].kind != SC_PROCESS_FPM)
            continue;
        if (is != SC_LOOPBACK_ANYBODY && is != v[i].uid)
            return SC_LOOPBACK_ANYBODY;
        is = v[i].uid;
    }
    return is == 0 ? SC_LOOPBACK_ANYBODY : is;
}

uint64_t sc_process_inode(const char *link)
{
    static const char begin[] = "socket:[";
    char *end;
    if (strncmp(link, begin, sizeof(begin) - 1) != 0)
        return 0;
    unsigned long long inode = strtoull(link + sizeof(begin) - 1, &end, 10);
    return *end == ']' ? inode : 0;
}

long long sc_process_fsuid(const char *status)
{
    const char *at = strstr(status, "\nUid:");
    long long uid = -1;
    if (!at)
        return -1;
    at += strlen("\nUid:");
    for (int word = 0; word < 4; word++) {
        char *end;
        uid = strtoll(at, &end, 10);
        if (end == at)
            return -1;
        at = end;
    }
    return uid;
}

/* ---- the walk ---- */

struct walk {
    const struct sc_tcp_listeners *ls;
    struct sc_loopback *l;
    struct sc_process *v;
    size_t n;
    int *masters; /* directories in /proc, of those in at[] */
    size_t at[MASTERS_MAX];
    size_t n_masters;
    struct sc_error *err;
};

static void walk_done(struct walk *w)
{
    SC_VEC_DONE(w->masters, w->n_masters, sc_close);
    free(w->v);
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for processes");
}

/* A name can be chosen by anybody; the program behind it is root's, or it is no web server's. 1, 0, or a
 * negative errno. */
static int runs_web_server(int procfd)
{
    char link[PATH_MAX];
    struct stat st;
    ssize_t n = readlinkat(procfd, "exe", link, sizeof(link) - 1);
    if (n < 0 || fstatat(procfd, "exe", &st, 0) < 0)
        return sc_proc_no_answer(procfd, errno);
    if (st.st_uid != 0)
        return 0;
    link[n] = 0;
    const char *name = strrchr(link, '/');
    return name && is_web_server(name + 1, strcspn(name + 1, " ")); /* " (deleted)" */
}

/* 1: *ret is one that counts; 0: another, or it has ended; a negative errno. */
static int look(int procfd, pid_t pid, struct sc_process *ret)
{
    struct sc_proc_stat st;
    char status[4096];
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    enum sc_process_kind kind = sc_process_kind(st.name);
    if (kind == SC_PROCESS_OTHER || st.state == 'Z' || st.state == 'X')
        return 0;
    rc = kind == SC_PROCESS_WEB ? runs_web_server(procfd) : 1;
    if (rc <= 0)
        return rc;
    ssize_t n = sc_proc_read(procfd, "status", status, sizeof(status));
    long long uid = n > 0 ? sc_process_fsuid(status) : -1;
    if (n < 0 || uid < 0)
        return sc_proc_has_ended(procfd, n < 0 ? (int)-n : ESRCH) ? 0 : -EIO;
    *ret = (struct sc_process){pid, st.parent, (uid_t)uid, kind};
    return 1;
}

static int keep(struct walk *w, const struct sc_process *p, int *procfd)
{
    if (w->n >= PROCESSES_MAX)
        return 0; /* their masters came before them */
    if (!SC_VEC_ROOM(w->v, w->n))
        return no_memory(w->err);
    w->v[w->n] = *p;
    if (p->kind == SC_PROCESS_FPM && p->uid == 0 && w->n_masters < MASTERS_MAX) {
        w->at[w->n_masters] = w->n;
        w->masters[w->n_masters++] = sc_steal_fd(procfd);
    }
    w->n++;
    return 0;
}

static bool counts(const char *name)
{
    return sc_process_kind(name) != SC_PROCESS_OTHER;
}

static int walk(struct walk *w)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    int rc = sc_proc_list_open(0, &l);
    if (rc < 0)
        return sc_error_sys(w->err, -rc, "read /proc");
    for (;;) {
        struct sc_process one;
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next_named(&l, counts, &fd);
        rc = pid > 0 ? look(fd, pid, &one) : (int)pid;
        if (rc < 0)
            return sc_error_sys(w->err, -rc, "look at the processes of web servers and PHP-FPM");
        if (pid == 0)
            return 0;
        rc = rc ? keep(w, &one, &fd) : 0;
        if (rc < 0)
            return rc;
    }
}

/* The port that this socket listens at; 0: none. */
static unsigned port_of(const struct sc_tcp_listeners *ls, uint64_t inode)
{
    for (size_t i = 0; inode && i < ls->n; i++)
        if (ls->v[i].inode == inode)
            return ls->v[i].port;
    return 0;
}

/* The port that a descriptor of a master listens at: one that cannot be looked at may be a port that
 * stays open to sites. */
static int look_at_fd(struct walk *w, int dirfd, const char *name, unsigned *ret)
{
    char link[64];
    ssize_t n = readlinkat(dirfd, name, link, sizeof(link) - 1);
    if (n < 0) /* closed since; "." and ".." are no links */
        return sc_is_absent(errno) || errno == EINVAL
                   ? 0
                   : sc_error_sys(w->err, errno, "look at a socket of a master of PHP-FPM");
    link[n] = 0;
    *ret = port_of(w->ls, sc_process_inode(link));
    return 0;
}

static int add_ports_of(struct walk *w, size_t master)
{
    uid_t owner = sc_process_workers(w->v, w->n, w->at[master]);
    int dirfd = openat(w->masters[master], "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = dirfd < 0 ? NULL : fdopendir(dirfd);
    if (!d && sc_proc_has_ended(w->masters[master], errno))
        return 0;
    if (!d)
        return sc_error_sys(w->err, errno, "look at a master of PHP-FPM");
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        unsigned port = 0;
        int rc = look_at_fd(w, dirfd, e->d_name, &port);
        if (rc == 0 && port && !sc_loopback_port_of(w->l, port))
            rc = sc_loopback_add_port(w->l, port, owner, w->err);
        if (rc < 0)
            return rc;
    }
    return errno ? sc_error_sys(w->err, errno, "list the sockets of a master of PHP-FPM") : 0;
}

int sc_loopback_processes(const struct sc_tcp_listeners *ls, struct sc_loopback *l,
                          struct sc_error *err)
{
    SC_CLEANUP(walk_done)
    struct walk w = {.ls = ls, .l = l, .masters = calloc(MASTERS_MAX, sizeof(int)), .err = err};
    int rc = w.masters ? walk(&w) : no_memory(err);
    for (size_t i = 0; rc == 0 && i < w.n; i++)
        if (sc_process_is_web(w.v, w.n, i))
            rc = sc_loopback_add_web(l, w.v[i].uid, err);
    for (size_t i = 0; rc == 0 && i < w.n_masters; i++)
        rc = add_ports_of(&w, i);
    return rc;
}
