/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/label.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/io.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/cage/view.h"

#define NEW_FILE SC_LABEL_FILE ".new"

bool sc_is_token(const char *name)
{
    return strlen(name) == SC_SITE_TOKEN && strspn(name, "0123456789abcdef") == SC_SITE_TOKEN;
}

/* ---- the text ---- */

void sc_label_format(const char *rel, struct sc_buf *out)
{
    sc_buf_enc(out, rel, strlen(rel));
    sc_buf_str(out, "\n");
}

static bool is_plain(const char *rel)
{
    for (const char *p = rel; *p;) {
        size_t n = strcspn(p, "/");
        if (n == 0 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
            return false;
        p += n;
        if (*p && !*++p)
            return false;
    }
    return *rel != 0;
}

int sc_label_parse(const char *text, char **ret, struct sc_error *err)
{
    SC_FREE char *rel = strndup(text, strcspn(text, "\n"));
    if (!rel)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a storage's label");
    if (strcmp(text + strlen(rel), "\n") != 0 || strpbrk(rel, " \t") || sc_decode_word(rel) < 0 ||
        !is_plain(rel))
        return sc_error_set(err, SC_E_INVAL, "no path below a home");
    *ret = sc_steal_ptr(&rel);
    return 0;
}

/* ---- reading ---- */

void sc_labels_done(struct sc_labels *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].rel);
    free(l->v);
    *l = (struct sc_labels){0};
}

/* Nobody but the user can have written it. */
static bool is_his(const struct sc_account *a, const struct stat *st)
{
    return st->st_uid == a->uid && !(st->st_mode & 022) &&
           (S_ISDIR(st->st_mode) || st->st_nlink == 1);
}

static bool is_none(int rc)
{
    return rc == SC_E_NOTFOUND || rc == SC_E_DENIED || rc == SC_E_INVAL || rc == SC_E_TOOBIG;
}

/* The label's path; NULL in *ret: there is none that counts. SC_E_SYS, SC_E_NOMEM: it is not known whether. */
static int read_one(const struct sc_account *a, int websites, const char *token, char **ret,
                    struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct stat st;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_open_beneath(websites, token, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &dir, &why);
    if (rc == 0 && fstat(dir, &st) < 0)
        rc = sc_error_sys(&why, errno, "cannot look at it");
    if (rc == 0 && !is_his(a, &st))
        return 0;
    if (rc == 0)
        rc = sc_read_file_beneath(dir, SC_LABEL_FILE, SC_LABEL_MAX, &text, &st, &why);
    if (rc == 0 && is_his(a, &st))
        rc = sc_label_parse(text.data, ret, &why);
    if (rc == 0 || is_none(rc) || (rc == SC_E_SYS && sc_is_absent(why.sys)))
        return 0;
    if (err)
        *err = why;
    return rc;
}

static int by_token(const void *a, const void *b)
{
    return strcmp(((const struct sc_label *)a)->token, ((const struct sc_label *)b)->token);
}

static int read_all(const struct sc_account *a, int fd, DIR *d, struct sc_labels *l,
                    struct sc_error *err)
{
    unsigned seen = 0;
    for (struct dirent *e; !l->more && (errno = 0, e = readdir(d)) != NULL;) {
        SC_FREE char *rel = NULL;
        if (!sc_is_token(e->d_name))
            continue;
        l->more = seen++ == SC_LABELS_MAX;
        if (l->more)
            break;
        int rc = read_one(a, fd, e->d_name, &rel, err);
        if (rc == SC_E_NOMEM)
            return rc;
        l->unread |= rc < 0;
        if (!rel)
            continue;
        if (!SC_VEC_ROOM(l->v, l->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the sites' storage");
        memcpy(l->v[l->n].token, e->d_name, SC_SITE_TOKEN + 1);
        l->v[l->n++].rel = sc_steal_ptr(&rel);
    }
    if (!l->more && errno)
        return sc_error_sys(err, errno, "list the sites' storage");
    if (l->n)
        qsort(l->v, l->n, sizeof(*l->v), by_token);
    return 0;
}

int sc_labels_read(const struct sc_account *a, struct sc_labels *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_labels_done) struct sc_labels l = {0};
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int fd = -EBADF;
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc < 0)
        return rc;
    rc = sc_open_beneath(a->homefd, SC_CAGE_STORAGE, O_RDONLY | O_DIRECTORY, 0, &fd, &why);
    if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED)
        return 0; /* no storage, or one that is not used either */
    if (rc < 0)
        return sc_error_set(err, rc, "%s/" SC_CAGE_STORAGE ": %s", a->home, why.text);
    SC_DIR DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return sc_error_sys(err, errno, "list the sites' storage");
    }
    rc = read_all(a, fd, d, &l, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

const char *sc_labels_token(const struct sc_labels *l, const char *rel)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i].rel, rel) == 0)
            return l->v[i].token;
    return NULL;
}

const char *sc_labels_rel(const struct sc_labels *l, const char *token)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i].token, token) == 0)
            return l->v[i].rel;
    return NULL;
}

/* ---- writing ---- */

static int write_to(int dir, const struct sc_buf *text, struct sc_error *err)
{
    (void)unlinkat(dir, NEW_FILE, 0);
    SC_FD int fd =
        openat(dir, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "make " NEW_FILE);
    int rc = sc_write_all(fd, text->data, text->len) < 0 ? errno : 0;
    if (rc == 0 && renameat(dir, NEW_FILE, dir, SC_LABEL_FILE) < 0)
        rc = errno;
    if (rc)
        (void)unlinkat(dir, NEW_FILE, 0);
    return rc ? sc_error_sys(err, rc, "write " SC_LABEL_FILE) : 0;
}

int sc_label_write(const struct sc_account *a, const char *token, const char *rel,
                   struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT, old = SC_BUF_INIT;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FD int dir = -EBADF;
    struct stat st;
    char path[sizeof(SC_CAGE_STORAGE) + SC_SITE_TOKEN + 2];
    snprintf(path, sizeof(path), SC_CAGE_STORAGE "/%s", token);
    sc_label_format(rel, &text);
    int rc = sc_buf_check(&text, "a storage's label", err);
    if (rc == 0)
        rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc == 0)
        rc = sc_open_beneath(a->homefd, path, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    if (rc < 0)
        return rc;
    if (sc_read_file_beneath(dir, SC_LABEL_FILE, SC_LABEL_MAX, &old, &st, NULL) == 0 &&
        is_his(a, &st) && old.len == text.len && memcmp(old.data, text.data, text.len) == 0)
        return 0;
    return write_to(dir, &text, err);
}
