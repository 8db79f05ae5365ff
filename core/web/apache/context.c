/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/context.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/homes.h"
#include "core/web/apache/path.h"

#define TRIES      16 /* of a walk that a rename disturbs */
#define MEMORY_DEV 1  /* major number of /dev/null and its like */

/* ---- names ---- */

/* The name with its beginning `from` replaced by `to`; a slash at its end stays. */
static const char *moved(const char *path, const char *rest, const char *to, char out[PATH_MAX])
{
    const char *last = strrchr(path, '/');
    bool slash = last && last != path && !last[1];
    int len = snprintf(out, PATH_MAX, "%s%s%s%s", to, *rest ? "/" : "", rest, slash ? "/" : "");
    return len > 0 && len < PATH_MAX ? out : NULL;
}

/* Below one of the names of the home, or of the document root outside of these. */
static const char *beginning(const struct sc_web_context *c, const char *clean, const char **ret_to)
{
    const struct sc_web_account *a = c->site->account;
    for (size_t i = 0; i < a->n_homes; i++)
        if (sc_web_path_within(clean, a->homes[i])) {
            *ret_to = a->home;
            return a->homes[i];
        }
    const struct sc_web_place *p = sc_web_table_containing(c->table, clean);
    if (!p || p->site != c->site)
        return NULL;
    *ret_to = p->kind == SC_WEB_ALIAS ? c->site->docroot : p->path;
    return p->path;
}

const char *sc_web_inside(const struct sc_web_context *c, const char *path, char out[PATH_MAX])
{
    char clean[PATH_MAX];
    const char *to = NULL;
    if (sc_web_path_clean(path, clean) == 0)
        return NULL;
    const char *from = beginning(c, clean, &to);
    if (!from)
        return NULL;
    /* as it is written: the kernel knows better what ".." is behind a link */
    return strcmp(from, to) == 0 ? path : moved(path, sc_web_path_below(clean, from), to, out);
}

/* ---- walking ---- */

static int walk(int from, const char *path, int flags, mode_t mode, unsigned long long resolve)
{
    struct open_how how = {.flags = (unsigned long long)(flags | O_CLOEXEC), .resolve = resolve};
    if (flags & (O_CREAT | __O_TMPFILE))
        how.mode = mode & 07777;
    if (!(flags & O_PATH))
        how.flags |= O_NONBLOCK | O_NOCTTY;
    for (int i = 0; i < TRIES; i++) {
        long fd = syscall(SYS_openat2, from, path, &how, sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            errno = fd < 0 && errno == ELOOP ? EACCES : errno; /* a link that leads nowhere */
            return (int)fd;
        }
    }
    errno = EACCES;
    return -1;
}

static int walk_inside(const struct sc_web_context *c, const char *path, int flags, mode_t mode)
{
    if (c->root < 0) {
        errno = EACCES;
        return -1;
    }
    return walk(c->root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

bool sc_web_real_path(int fd, char out[PATH_MAX])
{
    char link[40];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    if (n <= 0 || n == PATH_MAX - 1 || out[0] != '/')
        return false;
    out[n] = 0;
    return true;
}

/* The length of the beginning of clean `path` that users can have no part in. */
static size_t roots_part(const char *path)
{
    char part[PATH_MAX];
    struct stat st;
    size_t n = 0;
    for (const char *p = path; *p; p = path + strlen(part)) {
        size_t len = (size_t)(p - path) + 1;
        len += strcspn(path + len, "/");
        memcpy(part, path, len);
        part[len] = 0;
        if (lstat(part, &st) < 0 || st.st_uid != 0)
            break;
        n = len;
    }
    return n;
}

bool sc_web_is_roots_name(const char *path, const char *real)
{
    char clean[PATH_MAX], top[PATH_MAX], to[PATH_MAX];
    if (sc_web_path_clean(path, clean) == 0)
        return false;
    size_t n = roots_part(clean);
    snprintf(top, sizeof(top), "%.*s", (int)n, clean);
    if (n == 0 || !realpath(top, to))
        return false;
    size_t len = strlen(to);
    return strncmp(real, to, len) == 0 && strcmp(real + len, clean + n) == 0;
}

/* ---- outside ---- */

static bool is_temporary(const char *real)
{
    static const char *const places[] = {"/tmp", "/var/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (sc_web_path_below(real, places[i]) && strcmp(real, places[i]) != 0)
            return true;
    return false;
}

bool sc_web_is_users(const struct sc_web_table *t, const char *real, const struct stat *st)
{
    return sc_web_table_home(t, real) || sc_web_table_uid(t, st->st_uid) ||
           (st->st_uid != 0 && st->st_uid != geteuid() &&
            (is_temporary(real) || sc_web_table_near_home(t, real))) ||
           sc_web_is_in_a_home(t, real, st);
}

static bool is_of_kernel(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
           fs.f_type == DEBUGFS_MAGIC || fs.f_type == TRACEFS_MAGIC ||
           fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Whether this open file may be the web server's business while it works for the site. */
static bool may_be(const struct sc_web_context *c, int fd)
{
    char real[PATH_MAX];
    struct stat st;
    return fstat(fd, &st) == 0 && sc_web_real_path(fd, real) && !is_of_kernel(fd) &&
           !sc_web_is_users(c->table, real, &st);
}

static int checked(const struct sc_web_context *c, int fd)
{
    if (fd >= 0 && !may_be(c, fd)) {
        sc_close(&fd);
        errno = EACCES;
    }
    return fd;
}

static int walk_outside(const struct sc_web_context *c, const char *path, int flags, mode_t mode)
{
    if (!(flags & (O_CREAT | O_TRUNC)))
        return checked(c, walk(AT_FDCWD, path, flags, mode, RESOLVE_NO_MAGICLINKS));
    char name[NAME_MAX + 1];
    SC_FD int parent = sc_web_open_parent(c, path, name);
    return parent < 0 ? -1
                      : checked(c, walk(parent, name, flags | O_NOFOLLOW, mode, RESOLVE_BENEATH));
}

/* cPanel keeps the passwords of a protected directory ~/DIR below ~/.htpasswds/DIR, DirectAdmin those of
 * ~/domains/DOMAIN/DIR below ~/domains/DOMAIN/.htpasswd/DIR. The cage shows none of that, because those of all sites
 * lie there; here a site gets its own. */
static bool is_own_passwords(const struct sc_web_context *c, const char *path, char real[PATH_MAX])
{
    static const char *const names[] = {"/.htpasswds/", "/.htpasswd/"};
    char clean[PATH_MAX], of[PATH_MAX];
    const char *to = NULL;
    if (!strstr(path, names[1]) && !strstr(path, names[0]))
        return false;
    const char *from = sc_web_path_clean(path, clean) ? beginning(c, clean, &to) : NULL;
    if (!from || !moved("", sc_web_path_below(clean, from), to, real))
        return false;
    const char *in = strstr(real, names[0]), *name = names[in ? 0 : 1];
    in = in ? in : strstr(real, name);
    if (!in)
        return false;
    memcpy(of, real, (size_t)(in - real));
    of[in - real] = 0;
    const struct sc_web_place *around = sc_web_table_containing(c->table, of);
    snprintf(of + (in - real), sizeof(of) - (size_t)(in - real), "%s", in + strlen(name) - 1);
    const struct sc_web_place *p = sc_web_table_containing(c->table, of);
    return p && p->site == c->site && sc_web_table_containing(c->table, real) == around;
}

/* A password file in the home that the cage does not show, named by the server's own configuration. */
static int open_named(const struct sc_web_context *c, const char *path, int flags)
{
    char real[PATH_MAX];
    for (size_t i = 0; i < c->n_passwords; i++)
        if (strcmp(path, c->passwords[i]) == 0) {
            SC_FD int fd = walk(AT_FDCWD, path, flags, 0, RESOLVE_NO_MAGICLINKS);
            if (fd >= 0 && sc_web_real_path(fd, real) && sc_web_is_roots_name(path, real))
                return sc_steal_fd(&fd);
        }
    return -1;
}

static int walk_home(const struct sc_web_context *c, const char *path, const char *inside,
                     int flags, mode_t mode)
{
    int fd = walk_inside(c, inside, flags, mode), why = errno;
    if (fd < 0 && c->n_passwords && c->root >= 0 && (flags & (O_ACCMODE | O_CREAT)) == O_RDONLY)
        fd = open_named(c, path, flags);
    errno = why;
    return fd;
}

static int walk_any(const struct sc_web_context *c, const char *path, int flags, mode_t mode)
{
    char room[PATH_MAX];
    if (c->above)
        return walk(AT_FDCWD, path, flags | O_NOFOLLOW, mode, RESOLVE_NO_MAGICLINKS);
    if ((flags & (O_ACCMODE | O_CREAT)) == O_RDONLY && is_own_passwords(c, path, room))
        return walk(AT_FDCWD, room, flags, 0, RESOLVE_NO_SYMLINKS);
    const char *inside = sc_web_inside(c, path, room);
    return inside ? walk_home(c, path, inside, flags, mode) : walk_outside(c, path, flags, mode);
}

/* ---- what libc's functions do ---- */

static bool is_harmless(const struct sc_web_context *c, const char *path, const struct stat *st)
{
    char room[PATH_MAX];
    return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) ||
           (S_ISCHR(st->st_mode) && major(st->st_rdev) == MEMORY_DEV && !c->above &&
            !sc_web_inside(c, path, room));
}

int sc_web_open(const struct sc_web_context *c, const char *path, int flags, mode_t mode)
{
    struct stat st;
    SC_FD int fd = walk_any(c, path, flags, mode);
    if (fd < 0)
        return -1;
    if (flags & O_PATH)
        return sc_steal_fd(&fd);
    if (fstat(fd, &st) < 0)
        return -1;
    if (is_harmless(c, path, &st))
        return sc_steal_fd(&fd);
    errno = EACCES;
    return -1;
}

int sc_web_stat(const struct sc_web_context *c, const char *path, bool follow, struct stat *ret)
{
    SC_FD int fd = walk_any(c, path, follow ? O_PATH : O_PATH | O_NOFOLLOW, 0);
    return fd < 0 ? -1 : fstat(fd, ret);
}

int sc_web_open_regular(const struct sc_web_context *c, const char *path, struct stat *ret)
{
    SC_FD int fd = walk_any(c, path, O_RDONLY, 0);
    return fd >= 0 && fstat(fd, ret) == 0 && S_ISREG(ret->st_mode) ? sc_steal_fd(&fd) : -1;
}

DIR *sc_web_opendir(const struct sc_web_context *c, const char *path)
{
    SC_FD int fd = walk_any(c, path, O_RDONLY | O_DIRECTORY, 0);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (d)
        (void)sc_steal_fd(&fd);
    return d;
}

int sc_web_access(const struct sc_web_context *c, const char *path, int mode)
{
    char link[40];
    SC_FD int fd = walk_any(c, path, O_PATH, 0);
    if (fd < 0)
        return -1;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    return faccessat(AT_FDCWD, link, mode, 0);
}

int sc_web_open_parent(const struct sc_web_context *c, const char *path, char *name)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t at = n;
    while (at > 0 && path[at - 1] != '/')
        at--;
    size_t len = n - at;
    if (at == 0 || at >= PATH_MAX || len == 0 || len > NAME_MAX ||
        strncmp(path + at, "..", len) == 0) {
        errno = len > NAME_MAX || at >= PATH_MAX ? ENAMETOOLONG : EACCES;
        return -1;
    }
    char above[PATH_MAX];
    memcpy(above, path, at);
    above[at] = 0;
    memcpy(name, path + at, len);
    name[len] = 0;
    return walk_any(c, above, O_PATH | O_DIRECTORY, 0);
}

int sc_web_open_socket(const struct sc_web_context *c, const char *path)
{
    char room[PATH_MAX];
    struct stat st;
    const char *inside = sc_web_inside(c, path, room);
    if (!inside) {
        errno = EACCES;
        return -1;
    }
    SC_FD int fd = walk_inside(c, inside, O_PATH, 0);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -1;
    if (S_ISSOCK(st.st_mode))
        return sc_steal_fd(&fd);
    errno = ENOTSOCK;
    return -1;
}
