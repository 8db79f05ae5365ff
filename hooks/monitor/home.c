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
#include "core/base/vec.h"
#include "core/facts/places.h"
#include "core/runtime/dirs.h"
#include "core/runtime/steady.h"

#define LINKS_MAX 8
#define LVE_DIR   ".lve"
#define LVE_FILE  "/domains.json" /* as it is told */

struct home {
    int inotify;
    const struct sc_watched_account *a;
    sc_home_told *told;
    void *arg;
    char *real; /* of the home */
    struct sc_runtime_dirs sites;
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

struct watched {     /* a directory */
    int fd, wd;      /* -1: it is not watched */
    const char *rel; /* to the home */
    bool is_new, site;
};

static void tell(struct home *h, const struct watched *d, const char *name)
{
    if (d->wd >= 0)
        h->told(d->wd, name, d->site, h->arg);
}

static bool is_sites(const struct home *h, const char *rel)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof(path), "%s%s%s", h->real, *rel ? "/" : "", rel);
    return sc_runtime_is_sites(&h->sites, path);
}

static struct watched add(struct home *h, int fd, const char *rel, const char *name, uint32_t mask)
{
    struct watched d = {.fd = fd, .wd = -1, .rel = rel, .site = is_sites(h, rel)};
    int wd = -1;
    if (sc_watch_dir(h->inotify, fd, mask, &wd, NULL) < 0) {
        h->whole = false;
        return d;
    }
    size_t i = 0;
    while (i < h->n_dirs && h->dirs[i] != wd)
        i++;
    d.wd = wd;
    d.is_new = i == h->n_dirs;
    if (i == h->n_dirs && i < SC_HOME_DIRS_MAX)
        h->dirs[h->n_dirs++] = wd;
    tell(h, &d, name);
    return d;
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

static void copy_part(char out[NAME_MAX + 1], const char *mark)
{
    snprintf(out, NAME_MAX + 1, "%.*s", (int)strcspn(mark, "/"), mark);
}

/* A mark, be it in a directory below: "bin/console". */
static void watch_mark(struct home *h, const struct watched *above, const char *mark)
{
    struct watched d = *above;
    char name[NAME_MAX + 1], rel[PATH_MAX];
    SC_FD int fd = fcntl(above->fd, F_DUPFD_CLOEXEC, 3);
    snprintf(rel, sizeof(rel), "%s", above->rel);
    while (fd >= 0 && d.wd >= 0) {
        const char *slash = strchr(mark, '/');
        copy_part(name, mark);
        tell(h, &d, name);
        SC_FD int next = slash ? open_as_user(h, fd, name, O_DIRECTORY) : -EBADF;
        size_t len = strlen(rel);
        if (next < 0 || len + strlen(name) + 2 > sizeof(rel))
            return;
        if (h->n_dirs == SC_HOME_DIRS_MAX) {
            h->whole = false;
            return;
        }
        snprintf(rel + len, sizeof(rel) - len, "/%s", name);
        mark = slash + 1;
        copy_part(name, mark);
        sc_close(&fd);
        fd = sc_steal_fd(&next);
        d = add(h, fd, rel, name, SC_WATCH_WAY);
    }
}

/* A directory above a document root: what makes it an application, or no longer. */
static void watch_marks(struct home *h, const struct watched *d)
{
    tell(h, d, "current");
    tell(h, d, "releases");
    for (size_t i = 0; sc_application_marks[i]; i++)
        watch_mark(h, d, sc_application_marks[i]);
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

/* What Apache without mod_sitecage would do for an isolated site. */
static void watch_htaccess(struct home *h, int fd, const char *rel)
{
    if (h->a->htaccess && h->n_dirs < SC_HOME_DIRS_MAX && is_sites(h, rel))
        (void)add(h, fd, rel, ".htaccess", SC_WATCH_NAMES | IN_CLOSE_WRITE);
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
                struct watched d = add(h, fd, sofar, name, SC_WATCH_WAY);
                if (d.is_new && sofar[0])
                    watch_marks(h, &d);
                if (step(h, sofar, name, rest, &fd, &again, &end) < 0)
                    return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
                if (sofar[0])
                    strcat(sofar, "/");
                strcat(sofar, name);
            }
            p += n + strspn(p + n, "/");
        }
        if (!again && !end)
            watch_htaccess(h, fd, sofar);
        if (!again)
            return 0;
        free(path);
        path = sc_steal_ptr(&again);
    }
    return path ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
}

/* Any name that comes or goes in a directory where nginx goes by a link: in the site it is read-only until the next pass. */
static void watch_steady(struct home *h)
{
    char **rels = NULL;
    size_t n = 0;
    h->whole &= sc_runtime_steady(h->a->uid, &rels, &n, NULL) == 0;
    for (size_t i = 0; i < n && h->n_dirs < SC_HOME_DIRS_MAX; i++) {
        SC_FD int fd = open_as_user(h, h->fd, rels[i], O_DIRECTORY);
        if (fd >= 0)
            (void)add(h, fd, rels[i], NULL, SC_WATCH_WAY);
    }
    sc_strings_free(rels, n);
}

static int watch_all(struct home *h, struct sc_error *err)
{
    int rc = 0;
    (void)add(h, h->fd, "", NULL, SC_WATCH_WAY);
    SC_FD int lve = open_as_user(h, h->fd, LVE_DIR, O_DIRECTORY);
    if (lve >= 0)
        (void)add(h, lve, LVE_DIR, LVE_FILE, SC_WATCH_FILES & ~(uint32_t)IN_MODIFY);
    for (size_t i = 0; rc == 0 && i < h->a->n_paths; i++) {
        const char *rel = sc_path_below(h->a->paths[i], h->a->home);
        if (!rel)
            rel = sc_path_below(h->a->paths[i], h->real);
        if (rel && !strstr(rel, ".."))
            rc = watch_path(h, rel, err);
    }
    watch_steady(h);
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
    struct home h = {.inotify = inotify, .a = a, .told = told, .arg = arg, .real = real, .fd = fd};
    h.whole = sc_runtime_dirs(a->uid, &h.sites, NULL) == 0; /* else all is the home's for now */
    int rc = watch_all(&h, err);
    sc_runtime_dirs_done(&h.sites);
    if (rc == 0)
        *ret_whole = h.whole;
    return rc;
}
