/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/there.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

static int answer(int rc, const char *path, struct sc_error *err)
{
    if (rc == 0)
        return SC_THERE;
    return sc_is_absent(errno) ? SC_ABSENT : sc_error_sys(err, errno, "cannot look at %s", path);
}

int sc_there(const char *path, struct stat *ret_st, struct sc_error *err)
{
    struct stat st;
    return answer(lstat(path, ret_st ? ret_st : &st), path, err);
}

int sc_there_followed(const char *path, struct stat *ret_st, struct sc_error *err)
{
    struct stat st;
    return answer(stat(path, ret_st ? ret_st : &st), path, err);
}

int sc_dir_there(const char *path, struct sc_error *err)
{
    struct stat st;
    int rc = sc_there(path, &st, err);
    return rc == SC_THERE && !S_ISDIR(st.st_mode) ? SC_ABSENT : rc;
}

int sc_there_beneath_mounts(int dirfd, const char *rel, int *ret_fd, struct stat *ret_st,
                            struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    struct stat st;
    SC_FD int fd = -EBADF;
    int rc = sc_open_beneath_mounts(dirfd, rel, O_PATH | O_NOFOLLOW, 0, &fd, &why);
    if (rc == SC_E_NOTFOUND || (rc == SC_E_SYS && sc_is_absent(why.sys)))
        return SC_ABSENT;
    if (rc == 0 && fstat(fd, ret_st ? ret_st : &st) < 0)
        rc = sc_error_sys(&why, errno, "cannot look at %s", rel);
    if (rc < 0 && err)
        *err = why;
    if (rc < 0)
        return rc;
    *ret_fd = sc_steal_fd(&fd);
    return SC_THERE;
}

int sc_real_path(const char *path, char **ret, struct sc_error *err)
{
    char *real = realpath(path, NULL);
    if (real) {
        *ret = real;
        return SC_THERE;
    }
    if (errno == ENOMEM)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    return answer(-1, path, err);
}

/* ---- patterns ---- */

void sc_matches_done(struct sc_matches *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->v[i]);
    free(m->v);
    *m = (struct sc_matches){0};
}

static int add(struct sc_matches *m, const char *path, struct sc_error *err)
{
    if (m->n == SC_MATCHES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "too many files like %s", path);
    char *copy = strdup(path);
    if (!copy || !SC_VEC_ROOM(m->v, m->n)) {
        free(copy);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    }
    m->v[m->n++] = copy;
    return 0;
}

/* out = base + "/" + the first `len` bytes of name */
static int join(char out[PATH_MAX], const char *base, const char *name, size_t len,
                struct sc_error *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%.*s", base, (int)len, name);
    if (n < 0 || n >= PATH_MAX)
        return sc_error_set(err, SC_E_INVAL, "%s/%.*s is too long", base, (int)len, name);
    return 0;
}

static int expand(struct sc_matches *m, const char *base, const char *rest, struct sc_error *err);

static int expand_in(struct sc_matches *m, const char *base, const char *name, size_t len,
                     const char *rest, struct sc_error *err)
{
    char path[PATH_MAX];
    int rc = join(path, base, name, len, err);
    if (rc < 0 || *rest)
        return rc < 0 ? rc : expand(m, path, rest, err);
    rc = sc_there(path, NULL, err);
    return rc == SC_THERE ? add(m, path, err) : rc;
}

/* `comp` against each entry of the directory `base`. */
static int expand_dir(struct sc_matches *m, const char *base, const char *comp, const char *rest,
                      struct sc_error *err)
{
    SC_DIR DIR *d = opendir(*base ? base : "/");
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "cannot list %s/", base);
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "cannot list %s/", base) : 0;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            fnmatch(comp, e->d_name, FNM_PERIOD) != 0)
            continue;
        int rc = expand_in(m, base, e->d_name, strlen(e->d_name), rest, err);
        if (rc < 0)
            return rc;
    }
}

static int expand(struct sc_matches *m, const char *base, const char *rest, struct sc_error *err)
{
    rest += strspn(rest, "/");
    size_t len = strcspn(rest, "/");
    const char *more = rest + len + strspn(rest + len, "/");
    SC_FREE char *comp = strndup(rest, len);
    if (!comp)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", rest);
    return strpbrk(comp, "*?[") ? expand_dir(m, base, comp, more, err)
                                : expand_in(m, base, comp, len, more, err);
}

int sc_match(const char *pattern, struct sc_matches *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    if (*pattern != '/')
        return sc_error_set(err, SC_E_INVAL, "'%s' is not an absolute path", pattern);
    int rc = expand(&m, "", pattern, err);
    if (rc < 0)
        return rc;
    *ret = m;
    m = (struct sc_matches){0};
    return 0;
}
