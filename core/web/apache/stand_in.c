/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/stand_in.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/web/apache/ahead.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/env.h"
#include "core/web/apache/path.h"

#define PLAIN_MAX 1024 /* variables of a program */

static __thread struct sc_web_context now;
static __thread struct sc_web_connection connection;
static __thread struct sc_web_ahead ahead = SC_WEB_AHEAD_INIT;

static void (*on_refusal)(const char *path, bool missing);
static void (*on_load)(void *arg);
static void *on_load_arg;

struct sc_web_context *sc_web_now(void)
{
    return &now;
}

struct sc_web_connection *sc_web_connection(void)
{
    return &connection;
}

void sc_web_forget_looks(void)
{
    sc_web_ahead_drop(&ahead);
}

void sc_web_on_load(void (*loaded)(void *arg), void *arg)
{
    on_load = loaded;
    on_load_arg = arg;
}

void sc_web_on_refusal(void (*refused)(const char *path, bool missing))
{
    on_refusal = refused;
}

static bool for_site(void)
{
    return now.site != NULL;
}

/* `rc`, and errno, as they are. */
static int told(int rc, const char *path)
{
    int why = errno;
    if (rc < 0 && on_refusal && (why == EACCES || sc_is_absent(why))) {
        on_refusal(path, why != EACCES);
        errno = why;
    }
    return rc;
}

/* ---- opening ---- */

/* For reading, and nothing else: what the guard opens is O_CLOEXEC and waits for nobody anyway. */
static bool is_plain(int flags)
{
    return (flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_LARGEFILE)) == O_RDONLY && !now.above;
}

static int open_for_site(const char *path, int flags, mode_t mode)
{
    if (flags & (O_CREAT | O_TRUNC))
        sc_web_ahead_drop(&ahead);
    if (sc_web_ahead_is_below(&ahead, path)) { /* it is a regular file */
        errno = ENOTDIR;
        return told(-1, path);
    }
    int fd = is_plain(flags) ? sc_web_ahead_take(&ahead, path) : -1;
    return fd >= 0 ? fd : told(sc_web_open(&now, path, flags, mode), path);
}

static int do_open(const char *path, int flags, mode_t mode)
{
    return for_site() ? open_for_site(path, flags, mode) : open(path, flags, mode);
}

static int my_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    return do_open(path, flags, mode);
}

static int my_open_2(const char *path, int flags)
{
    return do_open(path, flags, 0);
}

/* Relative to a directory that is open: whoever opened it was looked at then. */
static int my_openat(int dir, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    return path[0] == '/' ? do_open(path, flags, mode) : openat(dir, path, flags, mode);
}

static int my_creat(const char *path, mode_t mode)
{
    return do_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

static int flags_of(const char *mode)
{
    int flags = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
    if (mode[0] == 'w')
        flags |= O_CREAT | O_TRUNC;
    else if (mode[0] == 'a')
        flags |= O_CREAT | O_APPEND;
    return strchr(mode, 'x') ? flags | O_EXCL : flags;
}

static FILE *my_fopen(const char *path, const char *mode)
{
    if (!for_site())
        return fopen(path, mode);
    SC_FD int fd = told(sc_web_open(&now, path, flags_of(mode), 0666), path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
    if (f)
        (void)sc_steal_fd(&fd);
    return f;
}

static DIR *my_opendir(const char *path)
{
    if (!for_site())
        return opendir(path);
    DIR *d = sc_web_opendir(&now, path);
    (void)told(d ? 0 : -1, path);
    return d;
}

/* ---- looking ---- */

/* A file that was opened after its last look is opened right away. */
static int stat_for_site(const char *path, struct stat *st)
{
    sc_web_ahead_drop(&ahead);
    if (!now.above && sc_web_ahead_expects(&ahead, path)) {
        int fd = sc_web_open_regular(&now, path, st);
        if (fd >= 0) {
            sc_web_ahead_looked(&ahead, path, fd);
            return 0;
        }
    }
    int rc = told(sc_web_stat(&now, path, true, st), path);
    if (rc == 0 && S_ISREG(st->st_mode))
        sc_web_ahead_looked(&ahead, path, -1);
    return rc;
}

static int my_stat(const char *path, struct stat *st)
{
    return for_site() ? stat_for_site(path, st) : stat(path, st);
}

static int my_lstat(const char *path, struct stat *st)
{
    return for_site() ? sc_web_stat(&now, path, false, st) : lstat(path, st);
}

static int my_fstatat(int dir, const char *path, struct stat *st, int flags)
{
    return for_site() && path[0] == '/'
               ? sc_web_stat(&now, path, !(flags & AT_SYMLINK_NOFOLLOW), st)
               : fstatat(dir, path, st, flags);
}

/* The same as glibc before 2.33 has them. */
static int my_xstat(int version, const char *path, struct stat *st)
{
    (void)version;
    return my_stat(path, st);
}

static int my_lxstat(int version, const char *path, struct stat *st)
{
    (void)version;
    return my_lstat(path, st);
}

static int my_access(const char *path, int mode)
{
    return for_site() ? sc_web_access(&now, path, mode) : access(path, mode);
}

static ssize_t my_readlink(const char *path, char *out, size_t size)
{
    if (!for_site())
        return readlink(path, out, size);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(&now, path, name);
    return dir < 0 ? -1 : readlinkat(dir, name, out, size);
}

static char *my_realpath(const char *path, char *out)
{
    struct stat st;
    if (for_site() && sc_web_stat(&now, path, true, &st) < 0)
        return NULL;
    return realpath(path, out);
}

/* ---- making and removing names ---- */

static int my_mkdir(const char *path, mode_t mode)
{
    if (!for_site())
        return mkdir(path, mode);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(&now, path, name);
    return dir < 0 ? -1 : mkdirat(dir, name, mode);
}

static int remove_name(const char *path, int flags)
{
    char name[NAME_MAX + 1];
    sc_web_ahead_drop(&ahead);
    SC_FD int dir = sc_web_open_parent(&now, path, name);
    return dir < 0 ? -1 : unlinkat(dir, name, flags);
}

static int my_unlink(const char *path)
{
    return for_site() ? remove_name(path, 0) : unlink(path);
}

static int my_rmdir(const char *path)
{
    return for_site() ? remove_name(path, AT_REMOVEDIR) : rmdir(path);
}

static int my_remove(const char *path)
{
    if (!for_site())
        return remove(path);
    int rc = remove_name(path, 0);
    return rc < 0 && errno == EISDIR ? remove_name(path, AT_REMOVEDIR) : rc;
}

static int two_names(const char *from, const char *to,
                     int (*act)(int from_dir, const char *from_name, int to_dir,
                                const char *to_name))
{
    char old[NAME_MAX + 1], new[NAME_MAX + 1];
    sc_web_ahead_drop(&ahead);
    SC_FD int from_dir = sc_web_open_parent(&now, from, old);
    SC_FD int to_dir = from_dir < 0 ? -1 : sc_web_open_parent(&now, to, new);
    return to_dir < 0 ? -1 : act(from_dir, old, to_dir, new);
}

static int link_names(int from_dir, const char *from, int to_dir, const char *to)
{
    return linkat(from_dir, from, to_dir, to, 0);
}

static int my_rename(const char *from, const char *to)
{
    return for_site() ? two_names(from, to, renameat) : rename(from, to);
}

static int my_link(const char *from, const char *to)
{
    return for_site() ? two_names(from, to, link_names) : link(from, to);
}

static int my_symlink(const char *text, const char *path)
{
    if (!for_site())
        return symlink(text, path);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(&now, path, name);
    return dir < 0 ? -1 : symlinkat(text, dir, name);
}

/* The name in /proc of a file that was opened as the site sees it; -1. */
static int open_link(const char *path, char link[40])
{
    int fd = sc_web_open(&now, path, O_PATH, 0);
    if (fd >= 0)
        snprintf(link, 40, "/proc/self/fd/%d", fd);
    return fd;
}

static int my_chmod(const char *path, mode_t mode)
{
    char link[40];
    if (!for_site())
        return chmod(path, mode);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : chmod(link, mode);
}

static int my_chown(const char *path, uid_t uid, gid_t gid)
{
    char link[40];
    if (!for_site())
        return chown(path, uid, gid);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : chown(link, uid, gid);
}

static int my_utimes(const char *path, const struct timeval times[2])
{
    char link[40];
    if (!for_site())
        return utimes(path, times);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : utimes(link, times);
}

/* Puts six letters in place of the X at the end. */
static bool random_name(char *template)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    unsigned char bytes[6];
    size_t n = strlen(template);
    if (n < 6 || getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (size_t i = 0; i < 6; i++)
        template[n - 6 + i] = letters[bytes[i] % (sizeof(letters) - 1)];
    return true;
}

static int my_mkstemp(char *template)
{
    if (!for_site())
        return mkstemp(template);
    for (int i = 0; i < 100 && random_name(template); i++) {
        int fd = sc_web_open(&now, template, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    errno = EEXIST;
    return -1;
}

/* ---- connecting ---- */

/* A socket that an isolated site owns is for nobody else. */
static bool is_of_site(const struct sc_web_table *t, const char *real)
{
    const struct sc_web_place *place = sc_web_table_containing(t, real);
    return place && place->site && sc_web_is_guarded(place->site);
}

/* As configured, or as an .htaccess of a site that is not isolated says. */
static bool may_connect_other(const char *real)
{
    const struct sc_web_pool *pool = sc_web_table_pool(connection.table, real);
    if (pool)
        return !pool->site && pool->account == connection.own;
    return connection.allowed || !is_of_site(connection.table, real);
}

/* What libraries reach while Apache works for a site: services of the system. */
static bool may_connect_any(int fd, const char *real)
{
    struct stat st;
    return !for_site() ||
           (!sc_web_table_pool(now.table, real) && !sc_web_table_home(now.table, real) &&
            fstat(fd, &st) == 0 && !sc_web_table_uid(now.table, st.st_uid));
}

/* Whether this socket may be reached, for whom it is that the connection is made. */
static bool may_connect(int fd, const char *real)
{
    if (connection.how == SC_WEB_CONNECT_ROUTE)
        return strcmp(real, connection.route) == 0;
    if (sc_web_path_within(real, SC_WEB_DIR))
        return false;
    return connection.how == SC_WEB_CONNECT_OTHER ? may_connect_other(real)
                                                  : may_connect_any(fd, real);
}

/* Connects to the very socket that was looked at. */
static int connect_to(int sock, int at)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d", at);
    return connect(sock, (const struct sockaddr *)&sa, sizeof(sa));
}

static int my_connect(int sock, const struct sockaddr *sa, socklen_t len)
{
    char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1] = "", real[PATH_MAX];
    const size_t head = offsetof(struct sockaddr_un, sun_path);
    if (len <= head || sa->sa_family != AF_UNIX || len - head >= sizeof(path))
        return connect(sock, sa, len);
    memcpy(path, (const char *)sa + head, len - head);
    if (path[0] == 0) /* an abstract name */
        return connect(sock, sa, len);
    SC_FD int fd = connection.how == SC_WEB_CONNECT_INSIDE ? sc_web_open_socket(&now, path)
                                                           : open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return told(-1, path);
    if (connection.how != SC_WEB_CONNECT_INSIDE &&
        (!sc_web_real_path(fd, real) || !may_connect(fd, real))) {
        errno = EACCES;
        return told(-1, path);
    }
    return connect_to(sock, fd);
}

/* ---- starting programs ---- */

/* No directive of an .htaccess starts a program by being read. */
static pid_t my_fork(void)
{
    if (!for_site() || !now.walks)
        return fork();
    errno = EPERM;
    return -1;
}

static int my_execve(const char *path, char *const *argv, char *const *env)
{
    char *plain[PLAIN_MAX];
    if (!for_site() || !now.from_site)
        return execve(path, argv, env);
    sc_web_env_plain(env, plain, PLAIN_MAX);
    return execve(path, argv, plain);
}

/* ---- libraries that come later ---- */

static void *my_dlopen(const char *path, int flags)
{
    void *handle = dlopen(path, flags);
    if (handle && on_load)
        on_load(on_load_arg);
    return handle;
}

#define BY(name, f)                                                                                \
    {                                                                                              \
        name, (void (*)(void))(f)                                                                  \
    }

const struct sc_web_stand_in sc_web_stand_ins[] = {
    BY("open", my_open),         BY("open64", my_open),       BY("__open_2", my_open_2),
    BY("__open64_2", my_open_2), BY("openat", my_openat),     BY("openat64", my_openat),
    BY("creat", my_creat),       BY("creat64", my_creat),     BY("fopen", my_fopen),
    BY("fopen64", my_fopen),     BY("opendir", my_opendir),   BY("stat", my_stat),
    BY("stat64", my_stat),       BY("lstat", my_lstat),       BY("lstat64", my_lstat),
    BY("fstatat", my_fstatat),   BY("fstatat64", my_fstatat), BY("__xstat", my_xstat),
    BY("__xstat64", my_xstat),   BY("__lxstat", my_lxstat),   BY("__lxstat64", my_lxstat),
    BY("access", my_access),     BY("readlink", my_readlink), BY("realpath", my_realpath),
    BY("mkdir", my_mkdir),       BY("unlink", my_unlink),     BY("rmdir", my_rmdir),
    BY("remove", my_remove),     BY("rename", my_rename),     BY("link", my_link),
    BY("symlink", my_symlink),   BY("chmod", my_chmod),       BY("chown", my_chown),
    BY("utimes", my_utimes),     BY("mkstemp", my_mkstemp),   BY("mkstemp64", my_mkstemp),
    BY("connect", my_connect),   BY("dlopen", my_dlopen),     BY("fork", my_fork),
    BY("execve", my_execve),
};
const size_t sc_web_n_stand_ins = sizeof(sc_web_stand_ins) / sizeof(sc_web_stand_ins[0]);
