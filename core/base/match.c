/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/match.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"

struct search {
    struct sc_matches *m;
    struct sc_dirs *dirs;
};

void sc_matches_done(struct sc_matches *m)
{
    sc_strings_free(m->v, m->n);
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

static int expand(struct search *s, const char *base, const char *rest, struct sc_error *err);

static int expand_in(struct search *s, const char *base, const char *name, size_t len,
                     const char *rest, struct sc_error *err)
{
    char path[PATH_MAX];
    int rc = join(path, base, name, len, err);
    if (rc < 0 || *rest)
        return rc < 0 ? rc : expand(s, path, rest, err);
    rc = sc_there(path, NULL, err);
    if (rc == SC_ABSENT && s->dirs->seen)
        sc_stamps_note(s->dirs->seen, path);
    return rc == SC_THERE ? add(s->m, path, err) : rc;
}

/* `comp` against each entry of the directory `base`. */
static int expand_dir(struct search *s, const char *base, const char *comp, const char *rest,
                      struct sc_error *err)
{
    struct sc_dir_names names;
    char path[PATH_MAX];
    size_t plain = strcspn(comp, "*?[\\"); /* few names get as far as fnmatch(3), which is slow */
    int rc = sc_dirs_names(s->dirs, *base ? base : "/", &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        if (strncmp(comp, names.v[i], plain) != 0 || fnmatch(comp, names.v[i], FNM_PERIOD) != 0)
            continue;
        rc = join(path, base, names.v[i], strlen(names.v[i]), err);
        if (rc == 0) /* the last one was listed a moment ago: it is there */
            rc = *rest ? expand(s, path, rest, err) : add(s->m, path, err);
    }
    return rc;
}

/* How much of `rest` has no pattern in it and is taken as it is: whole components. */
static size_t plain_length(const char *rest)
{
    size_t n = strcspn(rest, "*?[");
    bool pattern = rest[n];
    while (n && pattern && rest[n - 1] != '/')
        n--;
    while (n && rest[n - 1] == '/')
        n--;
    return memmem(rest, n, "//", 2) ? strcspn(rest, "/") : n;
}

static int expand(struct search *s, const char *base, const char *rest, struct sc_error *err)
{
    rest += strspn(rest, "/");
    size_t plain = plain_length(rest), len = plain ? plain : strcspn(rest, "/");
    const char *more = rest + len + strspn(rest + len, "/");
    if (plain || !len)
        return expand_in(s, base, rest, len, more, err);
    SC_FREE char *comp = strndup(rest, len);
    return comp ? expand_dir(s, base, comp, more, err)
                : sc_error_set(err, SC_E_NOMEM, "out of memory for %s", rest);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int sc_match(const char *pattern, struct sc_dirs *dirs, struct sc_matches *ret,
             struct sc_error *err)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    SC_CLEANUP(sc_dirs_done) struct sc_dirs own = {0};
    struct search s = {.m = &m, .dirs = dirs ? dirs : &own};
    if (*pattern != '/')
        return sc_error_set(err, SC_E_INVAL, "'%s' is not an absolute path", pattern);
    int rc = expand(&s, "", pattern, err);
    if (rc < 0)
        return rc;
    if (m.n)
        qsort(m.v, m.n, sizeof(*m.v), by_bytes);
    SC_MOVE(ret, &m);
    return 0;
}
