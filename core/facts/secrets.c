/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/secrets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/asuser.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/account/in_home.h"
#include "core/facts/secret_names.h"

#define ENTRIES_MAX    1000000 /* of one directory */
#define LIST_BYTES_MAX (64u << 10)
#define LISTING        (O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)

/* The product's own: made by the very change that plans for them, so never asked whether they are
 * there yet. */
static const char *const own[] = {".cagefs", ".lve"};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
}

struct names {
    char **v;
    size_t n;
};

static void names_done(struct names *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
}

void sc_secrets_done(struct sc_secrets *s)
{
    for (size_t i = 0; i < s->n; i++)
        free((char *)(uintptr_t)s->v[i].rel);
    free(s->v);
    *s = (struct sc_secrets){0};
}

static int add_name(struct names *l, const char *name, struct sc_error *err)
{
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    l->v[l->n] = strdup(name);
    if (!l->v[l->n])
        return no_memory(err);
    l->n++;
    return 0;
}

static int add_lines(const struct sc_account *a, struct names *l, char *text, struct sc_error *err)
{
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        while (*line == ' ' || *line == '\t')
            line++;
        size_t n = strlen(line);
        while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r' ||
                     line[n - 1] == '/'))
            line[--n] = 0;
        if (!n || line[0] == '#' || strstr(line, ".."))
            continue;
        const char *rel = line;
        if (line[0] == '/') { /* of this home, or not our business */
            rel = sc_path_below(line, a->home);
            if (!rel)
                rel = sc_path_below(line, a->home_alias);
        }
        if (rel && rel[0]) {
            int rc = add_name(l, rel, err);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int admin_names(const struct sc_account *a, struct names *l, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(SC_SECRETS_DIR);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "open " SC_SECRETS_DIR);
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "read " SC_SECRETS_DIR) : 0;
        if (e->d_name[0] == '.')
            continue;
        SC_FREE char *path = NULL;
        if (asprintf(&path, SC_SECRETS_DIR "/%s", e->d_name) < 0)
            return no_memory(err);
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        int rc = sc_read_trusted_file(path, 0, LIST_BYTES_MAX, &text, err);
        if (rc == 0)
            rc = add_lines(a, l, text.data, err);
        if (rc < 0)
            return rc;
    }
}

static int add_secret(struct sc_secrets *s, const char *rel, bool dir, struct sc_error *err)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i].rel, rel) == 0)
            return 0;
    char *copy = strdup(rel);
    if (!copy || !SC_VEC_ROOM(s->v, s->n)) {
        free(copy);
        return no_memory(err);
    }
    s->v[s->n++] = (struct sc_plan_secret){.rel = copy, .is_dir = dir};
    return 0;
}

/* Adds what lies at `rel`, if anything does. A link is no place to mount on: what it leads to is
 * closed. */
static int add_if_there(const struct sc_account *a, struct sc_asuser *as, struct sc_secrets *s,
                        const char *rel, struct sc_error *err)
{
    SC_FREE char *path = NULL, *real = NULL, *known = NULL;
    SC_FD int fd = -EBADF;
    struct stat st;
    struct sc_error why = SC_ERROR_INIT;
    if (asprintf(&path, "%s/%s", a->home, rel) < 0)
        return no_memory(err);
    int rc = sc_in_home(a, as, path, false, &real, &fd, &known, &why);
    if (rc < 0 && sc_in_home_told(rc, &why) && (!known || *known))
        return known ? add_secret(s, known, true, err) : 0;
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    return real[0] ? add_secret(s, real, S_ISDIR(st.st_mode), err) : 0;
}

static int add_names(const struct sc_account *a, struct sc_asuser *as, struct sc_secrets *s, DIR *d,
                     const char *dir, const char *pattern, struct sc_error *err)
{
    for (unsigned seen = 0;; seen++) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "cannot list %s/%s", a->home, dir) : 0;
        if (seen == ENTRIES_MAX)
            return sc_error_set(err, SC_E_TOOBIG,
                                "%s/%s has too many entries to look for what must be hidden",
                                a->home, dir);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            fnmatch(pattern, e->d_name, FNM_PERIOD) != 0)
            continue;
        SC_FREE char *rel = NULL;
        if (asprintf(&rel, "%s/%s", dir, e->d_name) < 0)
            return no_memory(err);
        int rc = add_if_there(a, as, s, rel, err);
        if (rc < 0)
            return rc;
    }
}

/* The directory that a pattern is about, opened for listing: 1; 0: there is none. */
static int open_listed(const struct sc_account *a, struct sc_asuser *as, const char *dir, DIR **ret,
                       struct sc_error *err)
{
    SC_FREE char *path = NULL, *real = NULL, *known = NULL;
    SC_FD int at = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    if (asprintf(&path, "%s/%s", a->home, dir) < 0)
        return no_memory(err);
    int rc = sc_in_home(a, as, path, true, &real, &at, &known, &why);
    if (rc < 0 && sc_in_home_told(rc, &why) && !known)
        return 0;
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    SC_FD int fd = openat(at, ".", LISTING);
    if (fd < 0 && errno == EACCES) { /* its owner opens it again whenever he likes */
        sc_asuser_end(as);
        fd = openat(at, ".", LISTING);
        int sys = errno;
        rc = sc_asuser_begin(as, a->uid, a->gid, err);
        if (rc < 0)
            return rc;
        errno = sys;
    }
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot list %s", path);
    *ret = fdopendir(fd);
    if (!*ret)
        return sc_error_sys(err, errno, "cannot list %s", path);
    fd = -EBADF;
    return 1;
}

/* Expands a pattern in its last part against the directory that it is in. */
static int add_matches(const struct sc_account *a, struct sc_asuser *as, struct sc_secrets *s,
                       const char *pattern, struct sc_error *err)
{
    if (!strpbrk(pattern, "*?["))
        return add_if_there(a, as, s, pattern, err);
    const char *slash = strrchr(pattern, '/');
    SC_FREE char *dir = slash ? strndup(pattern, (size_t)(slash - pattern)) : strdup(".");
    if (!dir)
        return no_memory(err);
    SC_DIR DIR *d = NULL;
    int rc = strpbrk(dir, "*?[") ? 0 : open_listed(a, as, dir, &d, err);
    return rc == 1 ? add_names(a, as, s, d, dir, slash ? slash + 1 : pattern, err) : rc;
}

/* ---- what is in the home itself: most of the names are not ---- */

#define TOP_MAX 1000 /* names; in a home with more each is looked for */

struct top {
    struct names names; /* sorted */
    bool complete;      /* what it does not have is not there */
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_top(const struct sc_account *a, struct top *top, struct sc_error *err)
{
    int fd = openat(a->homefd, ".", LISTING);
    SC_DIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
    while (d && top->names.n < TOP_MAX) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e) {
            top->complete = errno == 0;
            break;
        }
        int rc = add_name(&top->names, e->d_name, err);
        if (rc < 0)
            return rc;
    }
    if (top->complete)
        qsort(top->names.v, top->names.n, sizeof(char *), compare);
    return 0;
}

static bool may_be_there(const struct top *top, const char *rel)
{
    char first[NAME_MAX + 1], *key = first;
    size_t n = strcspn(rel, "/");
    if (!top->complete || n > NAME_MAX || strpbrk(rel, "*?[") || rel[0] == '/')
        return true;
    memcpy(first, rel, n);
    first[n] = 0;
    return bsearch(&key, top->names.v, top->names.n, sizeof(char *), compare) != NULL;
}

static int add_all(const struct sc_account *a, const struct names *list, struct sc_secrets *s,
                   struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    struct top top = {0};
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc == 0)
        rc = list_top(a, &top, err);
    for (size_t i = 0; rc == 0 && i < list->n; i++)
        if (may_be_there(&top, list->v[i]))
            rc = add_matches(a, &as, s, list->v[i], err);
    names_done(&top.names);
    return rc;
}

int sc_secrets_find(const struct sc_account *a, struct sc_secrets *ret, struct sc_error *err)
{
    SC_CLEANUP(names_done) struct names list = {0};
    int rc = admin_names(a, &list, err);
    for (const char *const *name = sc_secret_names(); rc == 0 && *name; name++)
        rc = add_name(&list, *name, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_secrets_done) struct sc_secrets s = {0};
    for (size_t i = 0; rc == 0 && i < sizeof(own) / sizeof(own[0]); i++)
        rc = add_secret(&s, own[i], true, err);
    if (rc == 0)
        rc = add_all(a, &list, &s, err);
    if (rc < 0)
        return rc;
    *ret = s;
    s = (struct sc_secrets){0};
    return 0;
}
