/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/facts/places.h"

#define LINKS_MAX 8
#define LVE_DIR   ".lve"
#define LVE_FILE  "domains.json"

struct home {
    int inotify;
    const struct sc_watched_account *a;
    sc_home_told *told;
    void *arg;
    char *real; /* of the home */
    int fd;
    int dirs[SC_HOME_DIRS_MAX]; /* watches so far */
    size_t n_dirs;
    bool whole;
};

char *sc_home_follow_link(const char *home, const char *alias, const char *link, const char *target,
                          const char *rest)
{
    const char *below = target, *slash = strrchr(link, '/');
    size_t at = slash ? (size_t)(slash - link) : 0; /* the link's directory */
    if (target[0] == '/') {
        at = 0;
        below = sc_path_below(target, home);
        if (!below && alias)
            below = sc_path_below(target, alias);
        if (!below)
            return NULL;
    }
    size_t size = at + strlen(below) + strlen(rest) + 4;
    char *out = malloc(size);
    if (!out)
        return NULL;
    memcpy(out, link, at);
    size_t len = at;
    const char *parts[] = {below, rest};
    for (int i = 0; i < 2; i++)
        for (const char *p = parts[i]; *p;) {
            size_t n = strcspn(p, "/");
            if (n == 2 && p[0] == '.' && p[1] == '.') {
                if (len == 0) {
                    free(out);
                    return NULL;
                }
                while (len > 0 && out[--len] != '/')
                    ;
            } else if (n && !(n == 1 && p[0] == '.')) {
                if (len)
                    out[len++] = '/';
                memcpy(out + len, p, n);
                len += n;
            }
            p += n + (p[n] == '/');
        }
    out[len] = 0;
    return out;
}

/* The number of the watch, and whether it is a new one; -1: there is none. */
static int add(struct home *h, int fd, const char *name, uint32_t mask, bool *ret_new)
{
    int wd = -1;
    if (sc_watch_dir(h->inotify, fd, mask, &wd, NULL) < 0) {
        h->whole = false;
        return -1;
    }
    size_t i = 0;
    while (i < h->n_dirs && h->dirs[i] != wd)
        i++;
    *ret_new = i == h->n_dirs;
    if (i == h->n_dirs && i < SC_HOME_DIRS_MAX)
        h->dirs[h->n_dirs++] = wd;
    h->told(wd, name, h->arg);
    return wd;
}

/* What the user may not open, or what leads out of his home, is known: its directory is watched. */
static bool is_known(int rc, const struct sc_error *why)
{
    return rc == 0 || rc == SC_E_NOTFOUND || rc == SC_E_DENIED || rc == SC_E_INVAL ||
           (rc == SC_E_SYS && (sc_is_absent(why->sys) || why->sys == EACCES));
}

/* With the user's rights; -EBADF: it is not there for him. */
static int open_as_user(struct home *h, int dirfd, const char *name, int flags)
{
    int fd = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, h->a->uid, h->a->gid, &why);
    if (rc == 0)
        rc = sc_open_beneath(dirfd, name, flags | O_PATH | O_NOFOLLOW, 0, &fd, &why);
    h->whole &= is_known(rc, &why);
    return fd;
}

static int dup_of(struct home *h, int dirfd)
{
    int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
    h->whole &= fd >= 0;
    return fd;
}

/* A mark in a directory below the one of watch `wd`: "bin/console". */
static void watch_deeper(struct home *h, int dirfd, int wd, const char *mark)
{
    SC_FD int fd = dup_of(h, dirfd);
    bool is_new = false;
    while (fd >= 0 && wd >= 0) {
        char name[NAME_MAX + 1];
        const char *slash = strchr(mark, '/');
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(mark, "/"), mark);
        h->told(wd, name, h->arg);
        SC_FD int next = slash ? open_as_user(h, fd, name, O_DIRECTORY) : -EBADF;
        if (next < 0)
            return;
        if (h->n_dirs == SC_HOME_DIRS_MAX) {
            h->whole = false;
            return;
        }
        mark = slash + 1;
        sc_close(&fd);
        fd = sc_steal_fd(&next);
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(mark, "/"), mark);
        wd = add(h, fd, name, SC_WATCH_WAY, &is_new);
    }
}

/* A directory above a document root: what makes it an application, or no longer. */
static void watch_marks(struct home *h, int dirfd, int wd)
{
    h->told(wd, "current", h->arg);
    h->told(wd, "releases", h->arg);
    for (size_t i = 0; sc_application_marks[i]; i++)
        watch_deeper(h, dirfd, wd, sc_application_marks[i]);
}

/* Follows one name: NULL in *ret_again, or the path to go on with when it is a link. */
static int step(struct home *h, const char *sofar, const char *name, const char *rest, int *fd,
                char **ret_again, bool *ret_end)
{
    SC_FREE char *rel = NULL;
    if (asprintf(&rel, "%s%s%s", sofar, sofar[0] ? "/" : "", name) < 0)
        return SC_E_NOMEM;
    SC_FD int next = open_as_user(h, *fd, name, 0);
    struct stat st;
    *ret_end = true;
    if (next < 0 || fstat(next, &st) < 0)
        return 0; /* not there: its coming is watched */
    if (S_ISDIR(st.st_mode)) {
        sc_close(fd);
        *fd = sc_steal_fd(&next);
        *ret_end = false;
        return 0;
    }
    char target[PATH_MAX];
    ssize_t n = S_ISLNK(st.st_mode) ? readlinkat(next, "", target, sizeof(target) - 1) : -1;
    if (n <= 0)
        return 0;
    target[n] = 0;
    *ret_again = sc_home_follow_link(h->real, h->a->home, rel, target, rest);
    return 0;
}

/* The directories on the way to `rel`, and the way that a link on it leads. */
static int watch_path(struct home *h, const char *rel, struct sc_error *err)
{
    SC_FREE char *path = strdup(rel);
    for (int links = 0; path && links <= LINKS_MAX; links++) {
        SC_FD int fd = dup_of(h, h->fd);
        SC_FREE char *again = NULL;
        SC_FREE char *sofar = calloc(1, strlen(path) + 1);
        if (fd < 0)
            return 0;
        if (!sofar)
            break;
        bool end = false;
        for (char *p = path; *p && !end;) {
            size_t n = strcspn(p, "/");
            SC_FREE char *name = strndup(p, n);
            const char *rest = p + n + strspn(p + n, "/");
            if (!name)
                return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
            if (n) {
                if (h->n_dirs == SC_HOME_DIRS_MAX) {
                    h->whole = false;
                    return 0;
                }
                bool is_new = false;
                int wd = add(h, fd, name, SC_WATCH_WAY, &is_new);
                if (wd >= 0 && is_new && sofar[0])
                    watch_marks(h, fd, wd);
                if (step(h, sofar, name, rest, &fd, &again, &end) < 0)
                    return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
                if (sofar[0])
                    strcat(sofar, "/");
                strcat(sofar, name);
            }
            p += n + strspn(p + n, "/");
        }
        if (!again)
            return 0;
        free(path);
        path = sc_steal_ptr(&again);
    }
    return path ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
}

static int watch_all(struct home *h, struct sc_error *err)
{
    int rc = 0;
    bool is_new = false;
    (void)add(h, h->fd, NULL, SC_WATCH_WAY, &is_new);
    SC_FD int lve = open_as_user(h, h->fd, LVE_DIR, O_DIRECTORY);
    if (lve >= 0)
        (void)add(h, lve, LVE_FILE, SC_WATCH_FILES & ~(uint32_t)IN_MODIFY, &is_new);
    for (size_t i = 0; rc == 0 && i < h->a->n_docroots; i++) {
        const char *rel = sc_path_below(h->a->docroots[i], h->a->home);
        if (!rel)
            rel = sc_path_below(h->a->docroots[i], h->real);
        if (rel && !strstr(rel, ".."))
            rc = watch_path(h, rel, err);
    }
    return rc;
}

int sc_home_watch(int inotify, const struct sc_watched_account *a, sc_home_told *told, void *arg,
                  bool *ret_whole, struct sc_error *err)
{
    SC_FREE char *real = realpath(a->home, NULL);
    SC_FD int fd = real ? open(real, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -EBADF;
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != a->uid || a->uid == 0) {
        *ret_whole = false;
        return 0;
    }
    struct home h = {.inotify = inotify,
                     .a = a,
                     .told = told,
                     .arg = arg,
                     .real = real,
                     .fd = fd,
                     .whole = true};
    int rc = watch_all(&h, err);
    if (rc == 0)
        *ret_whole = h.whole;
    return rc;
}
