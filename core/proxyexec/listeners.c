/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/listeners.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/sites.h"

#define BACKLOG 128

static void listener_free(struct sc_listener *l)
{
    sc_close(&l->fd);
    free(l);
}

void sc_listeners_done(struct sc_listeners *l)
{
    for (size_t i = 0; i < l->n; i++)
        listener_free(l->v[i]);
    free(l->v);
    *l = (struct sc_listeners){.epollfd = l->epollfd};
}

/* A socket that is complete before it has its name: no caller is ever refused by a half-made
 * one. */
static int open_socket(const char *dir, const char *name, int *ret_fd, ino_t *ret_ino,
                       struct sc_error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char path[sizeof(a.sun_path)];
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
        snprintf(a.sun_path, sizeof(a.sun_path), "%s/.%s.new", dir, name) >=
            (int)sizeof(a.sun_path))
        return sc_error_set(err, SC_E_INVAL, "%s is too long", dir);
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat st;
    (void)unlink(a.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || chmod(a.sun_path, 0666) < 0 ||
        listen(fd, BACKLOG) < 0 || lstat(a.sun_path, &st) < 0 || rename(a.sun_path, path) < 0)
        return sc_error_sys(err, errno, "make the socket %s", path);
    *ret_ino = st.st_ino;
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

static int add(struct sc_listeners *l, uid_t uid, unsigned site, const char *dir, const char *name,
               struct sc_error *err)
{
    struct sc_listener *one = SC_VEC_ROOM(l->v, l->n) ? calloc(1, sizeof(*one)) : NULL;
    if (!one)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    *one = (struct sc_listener){.fd = -EBADF, .uid = uid, .site = site, .seen = l->scan};
    int rc = open_socket(dir, name, &one->fd, &one->ino, err);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = one};
    if (rc == 0 && epoll_ctl(l->epollfd, EPOLL_CTL_ADD, one->fd, &e) < 0)
        rc = sc_error_sys(err, errno, "epoll");
    if (rc < 0)
        listener_free(one);
    else
        l->v[l->n++] = one;
    return rc;
}

int sc_listeners_account(struct sc_listeners *l, struct sc_error *err)
{
    return add(l, 0, 0, SC_PROXY_DIR, strrchr(SC_PROXY_SOCKET, '/') + 1, err);
}

/* Still the socket at its path? Its directory may have been removed and made again. */
static bool in_place(const struct sc_listener *one, const char *dir)
{
    char path[96];
    struct stat st;
    snprintf(path, sizeof(path), "%s/" SC_PROXY_SITE_SOCKET, dir);
    return lstat(path, &st) == 0 && st.st_ino == one->ino;
}

static void scan_site(struct sc_listeners *l, uid_t uid, unsigned site)
{
    char dir[64];
    sc_proxy_site_dir(uid, site, dir);
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i]->site == site && l->v[i]->uid == uid && in_place(l->v[i], dir)) {
            l->v[i]->seen = l->scan;
            return;
        }
    (void)add(l, uid, site, dir, SC_PROXY_SITE_SOCKET, NULL);
}

/* False: not all of it could be looked at. */
static bool scan_account(struct sc_listeners *l, uid_t uid)
{
    char path[64];
    snprintf(path, sizeof(path), SC_PROXY_DIR "/%u", (unsigned)uid);
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_is_absent(errno);
    for (struct dirent *e; (errno = 0, e = readdir(d)) != NULL;) {
        unsigned site = sc_proxy_number(e->d_name, SC_PROXY_SITE_SUFFIX);
        if (site)
            scan_site(l, uid, site);
    }
    return errno == 0;
}

/* Closes what this scan has not found; of one account, or (0) of all. */
static void sweep(struct sc_listeners *l, uid_t uid)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct sc_listener *one = l->v[i];
        if (one->site && one->seen != l->scan && (uid == 0 || one->uid == uid))
            listener_free(one);
        else
            l->v[kept++] = one;
    }
    l->n = kept;
}

void sc_listeners_scan(struct sc_listeners *l, uid_t uid)
{
    l->scan++;
    if (scan_account(l, uid)) /* else the list may not be complete */
        sweep(l, uid);
}

void sc_listeners_scan_all(struct sc_listeners *l)
{
    l->scan++;
    SC_DIR DIR *d = opendir(SC_PROXY_DIR);
    bool whole = d || sc_is_absent(errno);
    for (struct dirent *e; d && (errno = 0, e = readdir(d)) != NULL;) {
        uid_t uid = sc_proxy_number(e->d_name, "");
        if (uid)
            whole &= scan_account(l, uid);
    }
    if (whole && !(d && errno))
        sweep(l, 0);
}
