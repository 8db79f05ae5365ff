/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "directadmin/conf.h"

void sc_da_names_done(struct sc_da_names *names)
{
    sc_strings_free(names->v, names->n);
    *names = (struct sc_da_names){0};
}

int sc_da_files_open(const struct sc_da *da, int *ret_dirfd, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    int rc = sc_da_path(da, SC_DA_USERS, &path, err);
    if (rc < 0)
        return rc;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && (errno == EACCES || errno == EPERM))
        return sc_error_set(err, SC_E_DENIED, "only root can read DirectAdmin's files in %s", path);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot read DirectAdmin's users in %s", path);
    *ret_dirfd = fd;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int collect(DIR *d, struct sc_da_names *names, struct sc_error *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "cannot list %s", SC_DA_USERS) : 0;
        if (!sc_owner_valid(e->d_name) || (e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
            continue;
        if (!SC_VEC_ROOM(names->v, names->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
        names->v[names->n] = strdup(e->d_name);
        if (!names->v[names->n])
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
        names->n++;
    }
}

int sc_da_files_users(const struct sc_da *da, int *ret_dirfd, struct sc_da_names *ret,
                      struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    SC_DA_NAMES struct sc_da_names names = {0};
    int rc = sc_da_files_open(da, &fd, err);
    if (rc < 0)
        return rc;
    SC_FD int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    SC_DIR DIR *d = again < 0 ? NULL : fdopendir(again);
    if (!d)
        return sc_error_sys(err, errno, "cannot list %s", SC_DA_USERS);
    sc_steal_fd(&again);
    if ((rc = collect(d, &names, err)) < 0)
        return rc;
    if (names.n)
        qsort(names.v, names.n, sizeof(*names.v), by_name);
    *ret_dirfd = sc_steal_fd(&fd);
    SC_MOVE(ret, &names);
    return 0;
}

int sc_da_files_read(int dirfd, struct sc_buf *out, struct sc_error *err, const char *fmt, ...)
{
    char rel[PATH_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(rel, sizeof(rel), fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof(rel))
        return sc_error_sys(err, ENAMETOOLONG, "a file of DirectAdmin");
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_read_file_beneath(dirfd, rel, SC_DA_FILE_MAX, out, NULL, &why);
    if (rc == SC_E_NOTFOUND) {
        out->len = 0;
        sc_buf_str(out, "");
        return sc_buf_check(out, rel, err);
    }
    if (rc < 0) {
        if (why.sys == EACCES || why.sys == EPERM)
            rc = why.code = SC_E_DENIED;
        sc_error_wrap(&why, "%s", SC_DA_USERS);
        if (err)
            *err = why;
        return rc;
    }
    if (memchr(out->data, 0, out->len))
        return sc_error_set(err, SC_E_PANEL, "%s/%s has a NUL in it", SC_DA_USERS, rel);
    return 0;
}

/* ---- who has a domain ---- */

/* Whether `name` is `domain` or below it. */
static bool is_below(const char *name, const char *domain)
{
    size_t n = strlen(name), d = strlen(domain);
    return n >= d && strcasecmp(name + n - d, domain) == 0 && (n == d || name[n - d - 1] == '.');
}

static bool has_letters_beyond_ascii(const char *s)
{
    while (*s && (unsigned char)*s < 0x80)
        s++;
    return *s != 0;
}

int sc_da_files_owner(const struct sc_da *da, const char *name, char owner[SC_OWNER_MAX + 1],
                      struct sc_error *err)
{
    SC_FREE char *path = NULL;
    int rc = sc_da_path(da, SC_DA_OWNERS, &path, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && (errno == ENOENT || errno == EACCES))
        return sc_error_set(err, SC_E_NOTFOUND, "%s cannot be read", path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot read %s", path);
    SC_FILE FILE *f = S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
    if (!f)
        return sc_error_set(err, SC_E_NOTFOUND, "%s is not a file that can be read", path);
    sc_steal_fd(&fd);

    char line[1024], found[SC_OWNER_MAX + 1] = "";
    size_t best = 0;
    for (bool begin = true; fgets(line, sizeof(line), f);) {
        bool whole = strchr(line, '\n') || feof(f), usable = begin && whole;
        begin = whole;
        char *colon = usable ? strchr(line, ':') : NULL;
        if (!colon)
            continue;
        *colon = 0;
        struct sc_da_lines key_it = {line}, user_it = {colon + 1};
        char canon[256], *key = sc_da_line(&key_it), *user = sc_da_line(&user_it);
        if (!key || !user || !sc_owner_valid(user))
            continue;
        if (has_letters_beyond_ascii(key)) {
            if (sc_domain_canon(key, canon, NULL) < 0)
                continue;
            key = canon;
        }
        size_t len = strlen(key);
        if (len && key[len - 1] == '.')
            key[--len] = 0;
        if (len > best && is_below(name, key)) {
            best = len;
            memcpy(found, user, strlen(user) + 1);
        }
    }
    if (ferror(f))
        return sc_error_set(err, SC_E_SYS, "cannot read %s", path);
    memcpy(owner, found, sizeof(found));
    return 0;
}
