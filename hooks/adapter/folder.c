/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

void sc_folder_done(struct sc_folder *f)
{
    sc_close(&f->fd);
    free(f->path);
    f->path = NULL;
}

void sc_folder_list_done(struct sc_folder_list *names)
{
    sc_strings_free(names->v, names->n);
    *names = (struct sc_folder_list){0};
}

static bool is_forbidden(int sysno)
{
    return sysno == EACCES || sysno == EPERM;
}

int sc_folder_open(const char *whose, const char *prefix, const char *path, struct sc_folder *ret,
                   struct sc_error *err)
{
    SC_FREE char *full = NULL;
    if (asprintf(&full, "%s%s", prefix, path) < 0) {
        full = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    }
    int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && is_forbidden(errno))
        return sc_error_set(err, SC_E_DENIED, "only root can read %s's files in %s", whose, full);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot read %s's files in %s", whose, full);
    *ret = (struct sc_folder){.fd = fd, .path = sc_steal_ptr(&full)};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_kind(const struct dirent *e, bool folder)
{
    return e->d_type == DT_UNKNOWN || e->d_type == (folder ? DT_DIR : DT_REG);
}

static int collect(const struct sc_folder *f, DIR *d, bool folders, bool (*wanted)(const char *),
                   struct sc_folder_list *names, struct sc_error *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "cannot list %s", f->path) : 0;
        if (!is_kind(e, folders) || !wanted(e->d_name))
            continue;
        char *name = SC_VEC_ROOM(names->v, names->n) ? strdup(e->d_name) : NULL;
        if (!name)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", f->path);
        names->v[names->n++] = name;
    }
}

int sc_folder_names(const struct sc_folder *f, bool folders, bool (*wanted)(const char *name),
                    struct sc_folder_list *ret, struct sc_error *err)
{
    SC_FOLDER_LIST struct sc_folder_list names = {0};
    SC_FD int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d)
        return sc_error_sys(err, errno, "cannot list %s", f->path);
    sc_steal_fd(&fd);
    int rc = collect(f, d, folders, wanted, &names, err);
    if (rc < 0)
        return rc;
    if (names.n)
        qsort(names.v, names.n, sizeof(*names.v), by_name);
    SC_MOVE(ret, &names);
    return 0;
}

int sc_folder_read(const struct sc_folder *f, struct sc_buf *out, struct sc_error *err,
                   const char *fmt, ...)
{
    char rel[PATH_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(rel, sizeof(rel), fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof(rel))
        return sc_error_set(err, SC_E_PANEL, "a file's name in %s is too long", f->path);
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_read_file_beneath(f->fd, rel, SC_FOLDER_FILE_MAX, out, NULL, &why);
    if (rc == SC_E_NOTFOUND)
        return sc_error_set(err, rc, "there is no %s/%s", f->path, rel);
    if (rc == SC_E_SYS && is_forbidden(why.sys))
        return sc_error_set(err, SC_E_DENIED, "only root can read %s/%s", f->path, rel);
    if (rc == SC_E_DENIED || rc == SC_E_INVAL || rc == SC_E_TOOBIG)
        return sc_error_set(err, SC_E_PANEL, "%s: %s", f->path, why.text);
    if (rc < 0)
        return sc_error_set(err, rc, "%s: %s", f->path, why.text);
    if (memchr(out->data, 0, out->len))
        return sc_error_set(err, SC_E_PANEL, "%s/%s has a NUL in it", f->path, rel);
    return 0;
}
