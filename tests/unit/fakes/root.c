/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "db/history.h"
#include "db/store.h"
#include "tests/unit/fakes/root.h"

static char dir[64]; /* "" while there is none */

/* ---- where a path of the server's lies ---- */

static int is_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    return strncmp(path, top, n) == 0 && (path[n] == '/' || path[n] == 0);
}

static int is_real(const char *path)
{
    static const char *const real[] = {"/proc", "/dev", "/sys", "/tmp"};
    if (path[0] != '/' || path[1] == 0 || (dir[0] && is_below(path, dir)))
        return 1;
    for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
        if (is_below(path, real[i]))
            return 1;
    return 0;
}

/* `out` has PATH_MAX bytes. */
static const char *lies_at(const char *path, char *out)
{
    if (is_real(path))
        return path;
    if (!dir[0])
        fail_msg("%s is opened outside of the test's directory", path);
    if ((size_t)snprintf(out, PATH_MAX, "%s%s", dir, path) >= PATH_MAX)
        fail_msg("too long a path");
    return out;
}

const char *root_dir(void)
{
    return dir;
}

const char *root_at(const char *path)
{
    static char texts[8][PATH_MAX];
    static unsigned turn;
    return lies_at(path, texts[turn++ % 8]);
}

/* ---- making and filling it ---- */

void root_make(void)
{
    if (dir[0]) /* of a test that failed */
        root_remove();
    strcpy(dir, "/dev/shm/sc-world-XXXXXX"); /* nothing waits for a disk there */
    if (!mkdtemp(dir)) {
        strcpy(dir, "/tmp/sc-world-XXXXXX");
        assert_non_null(mkdtemp(dir));
    }
    assert_int_equal(chmod(dir, 0755), 0);
}

void root_remove(void)
{
    struct sc_error err = SC_ERROR_INIT;
    char *slash = strrchr(dir, '/');
    root_fail(NULL, 0);
    SC_FREE char *above = strndup(dir, (size_t)(slash - dir));
    SC_FD int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (sc_remove_tree_beneath(fd, slash + 1, &err) < 0)
        fail_msg("%s", err.text);
    dir[0] = 0;
}

void root_mkdir(const char *path)
{
    char text[PATH_MAX];
    strcpy(text, root_at(path));
    for (char *s = text + strlen(dir); s; s = strchr(s + 1, '/')) {
        char cut = *s;
        *s = 0;
        if (mkdir(text, 0755) < 0)
            assert_int_equal(errno, EEXIST);
        *s = cut;
    }
    if (mkdir(text, 0755) < 0)
        assert_int_equal(errno, EEXIST);
}

static void make_above(const char *path)
{
    SC_FREE char *above = strdup(path);
    *strrchr(above, '/') = 0;
    root_mkdir(above);
}

void root_put(const char *path, const char *text)
{
    make_above(path);
    SC_FD int fd = open(root_at(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

void root_link(const char *path, const char *target)
{
    make_above(path);
    assert_int_equal(symlink(target, root_at(path)), 0);
}

void root_assert_file(const char *path, const char *text)
{
    char got[8192];
    SC_FD int fd = open(root_at(path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s does not exist", path);
    ssize_t n = read(fd, got, sizeof(got) - 1);
    assert_true(n >= 0);
    got[n] = 0;
    assert_string_equal(got, text);
}

int root_has(const char *path)
{
    struct stat st;
    return lstat(root_at(path), &st) == 0;
}

/* ---- before libc's ---- */

#define BEFORE(type, name, ...)                                                                    \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

static struct {
    char path[PATH_MAX];
    int errnum;
    bool list, hang;
    const DIR *listed;
} failing;

static void fail_from_now(const char *path, int errnum, bool list)
{
    char at[PATH_MAX];
    failing.errnum = errnum;
    failing.list = list;
    failing.hang = false;
    failing.listed = NULL;
    snprintf(failing.path, sizeof(failing.path), "%s", path ? lies_at(path, at) : "");
}

void root_fail(const char *path, int errnum)
{
    fail_from_now(path, errnum, false);
}

void root_fail_list(const char *path, int errnum)
{
    fail_from_now(path, errnum, true);
}

void root_hang(const char *path)
{
    fail_from_now(path, 0, false);
    failing.hang = true;
}

/* Where it lies; *ret_fails: not for us. */
static const char *looked_at(const char *path, char at[PATH_MAX], bool *ret_fails)
{
    const char *found = lies_at(path, at);
    *ret_fails = failing.path[0] && !failing.list && strcmp(found, failing.path) == 0;
    while (*ret_fails && failing.hang)
        pause();
    if (*ret_fails)
        errno = failing.errnum;
    return found;
}

static bool list_fails(DIR *d)
{
    char link[64], path[PATH_MAX];
    if (!failing.path[0] || !failing.list)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd(d));
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n < 0 ? 0 : n] = 0;
    bool again = failing.listed == d;
    if (strcmp(path, failing.path) == 0)
        failing.listed = d;
    return again && failing.listed == d;
}

BEFORE(struct dirent *, readdir64, DIR *d)
{
    int before = errno; /* what the caller set */
    bool fails = list_fails(d);
    errno = fails ? failing.errnum : before;
    return fails ? NULL : __real_readdir64(d);
}

BEFORE(int, open64, const char *path, int flags, ...)
{
    char at[PATH_MAX];
    bool fails;
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    path = looked_at(path, at, &fails);
    return fails ? -1 : __real_open64(path, flags, mode);
}

BEFORE(DIR *, opendir, const char *path)
{
    char at[PATH_MAX];
    bool fails;
    path = looked_at(path, at, &fails);
    return fails ? NULL : __real_opendir(path);
}

BEFORE(FILE *, fopen64, const char *path, const char *mode)
{
    char at[PATH_MAX];
    return __real_fopen64(lies_at(path, at), mode);
}

BEFORE(int, stat64, const char *path, struct stat *st)
{
    char at[PATH_MAX];
    bool fails;
    path = looked_at(path, at, &fails);
    return fails ? -1 : __real_stat64(path, st);
}

BEFORE(int, lstat64, const char *path, struct stat *st)
{
    char at[PATH_MAX];
    bool fails;
    path = looked_at(path, at, &fails);
    return fails ? -1 : __real_lstat64(path, st);
}

BEFORE(int, statvfs64, const char *path, struct statvfs *fs)
{
    char at[PATH_MAX];
    return __real_statvfs64(lies_at(path, at), fs);
}

BEFORE(int, access, const char *path, int how)
{
    char at[PATH_MAX];
    bool fails;
    path = looked_at(path, at, &fails);
    return fails ? -1 : __real_access(path, how);
}

BEFORE(int, faccessat, int dirfd, const char *path, int how, int flags)
{
    char at[PATH_MAX];
    return __real_faccessat(dirfd, lies_at(path, at), how, flags);
}

BEFORE(int, unlink, const char *path)
{
    char at[PATH_MAX];
    return __real_unlink(lies_at(path, at));
}

BEFORE(int, mkdir, const char *path, mode_t mode)
{
    char at[PATH_MAX];
    return __real_mkdir(lies_at(path, at), mode);
}

BEFORE(int, rmdir, const char *path)
{
    char at[PATH_MAX];
    return __real_rmdir(lies_at(path, at));
}

BEFORE(int, rename, const char *from, const char *to)
{
    char at[PATH_MAX], there[PATH_MAX];
    return __real_rename(lies_at(from, at), lies_at(to, there));
}

BEFORE(ssize_t, readlink, const char *path, char *out, size_t size)
{
    char at[PATH_MAX];
    return __real_readlink(lies_at(path, at), out, size);
}

BEFORE(int, symlink, const char *target, const char *path)
{
    char at[PATH_MAX];
    return __real_symlink(target, lies_at(path, at));
}

BEFORE(int, link, const char *from, const char *to)
{
    char at[PATH_MAX], there[PATH_MAX];
    return __real_link(lies_at(from, at), lies_at(to, there));
}

BEFORE(int, chmod, const char *path, mode_t mode)
{
    char at[PATH_MAX];
    return __real_chmod(lies_at(path, at), mode);
}

BEFORE(int, chown, const char *path, uid_t uid, gid_t gid)
{
    char at[PATH_MAX];
    return __real_chown(lies_at(path, at), uid, gid);
}

/* What a link of the server's leads to is a path of the server's. */
static char *without_dir(char *found)
{
    if (found && is_below(found, dir))
        memmove(found, found + strlen(dir), strlen(found + strlen(dir)) + 1);
    return found;
}

BEFORE(char *, realpath, const char *path, char *out)
{
    char at[PATH_MAX];
    return is_real(path) ? __real_realpath(path, out)
                         : without_dir(__real_realpath(lies_at(path, at), out));
}

char *__wrap___realpath_chk(const char *path, char *out, size_t size);
char *__wrap___realpath_chk(const char *path, char *out, size_t size)
{
    (void)size;
    return __wrap_realpath(path, out);
}

/* The database's library opens its files by itself. */
BEFORE(int, sc_store_open, const char *path, struct sc_store **ret, struct sc_error *err)
{
    char at[PATH_MAX];
    return __real_sc_store_open(lies_at(path, at), ret, err);
}

BEFORE(int, sc_history_open_to_read, const char *path, struct sc_store **ret, struct sc_error *err)
{
    char at[PATH_MAX];
    return __real_sc_history_open_to_read(lies_at(path, at), ret, err);
}
