/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/mention.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

#define FLAT_MAX    (1u << 20)
#define RESOLVE_MAX 2000u /* links followed in one pass over a crontab */

static int by_path(const void *a, const void *b)
{
    const struct sc_cron_name *x = a, *y = b;
    int c = memcmp(x->path, y->path, x->len < y->len ? x->len : y->len);
    return c ? c : (x->len > y->len) - (x->len < y->len);
}

static size_t trimmed(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return n;
}

int sc_cron_names_init(struct sc_cron_names *n, const struct sc_cron_account *a,
                       struct sc_error *err)
{
    size_t all = 1;
    for (size_t i = 0; i < a->n_sites; i++)
        all += 1 + a->sites[i].n_aliases;
    *n = (struct sc_cron_names){.account = a, .v = calloc(all, sizeof(*n->v))};
    if (!n->v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    for (size_t i = 0; i < a->n_sites; i++) {
        const struct sc_cron_site *s = &a->sites[i];
        n->v[n->n++] = (struct sc_cron_name){s->docroot, trimmed(s->docroot), s};
        for (size_t k = 0; k < s->n_aliases; k++)
            n->v[n->n++] = (struct sc_cron_name){s->aliases[k], trimmed(s->aliases[k]), s};
    }
    qsort(n->v, n->n, sizeof(*n->v), by_path);
    return sc_cron_names_set(n, "HOME", a->home_alias ? a->home_alias : a->home, err);
}

void sc_cron_names_done(struct sc_cron_names *n)
{
    free(n->v);
    for (size_t i = 0; i < n->n_vars; i++) {
        free(n->vars[i].name);
        free(n->vars[i].value);
    }
    *n = (struct sc_cron_names){0};
}

static const char *get(const struct sc_cron_names *n, const char *name, size_t len)
{
    for (size_t i = 0; i < n->n_vars; i++)
        if (strlen(n->vars[i].name) == len && memcmp(n->vars[i].name, name, len) == 0)
            return n->vars[i].value;
    return NULL;
}

int sc_cron_names_set(struct sc_cron_names *n, const char *name, const char *value,
                      struct sc_error *err)
{
    SC_FREE char *copy = strdup(value);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    for (size_t i = 0; i < n->n_vars; i++)
        if (strcmp(n->vars[i].name, name) == 0) {
            free(n->vars[i].value);
            n->vars[i].value = sc_steal_ptr(&copy);
            return 0;
        }
    if (n->n_vars == SC_CRON_VARS_MAX)
        return 0; /* nobody names a site by the 257th */
    char *key = strdup(name);
    if (!key)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    n->vars[n->n_vars++] = (struct sc_cron_var){key, sc_steal_ptr(&copy)};
    return 0;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The entry without quotes and backslashes, its variables put in. What a shell would not expand is
 * expanded too: one that runs in a site for nothing does no harm. */
static void flatten(const struct sc_cron_names *n, const char *s, size_t len, struct sc_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"' || s[i] == '\'' || s[i] == 0)
            continue;
        if (s[i] == '\\' && i + 1 < len) {
            sc_buf_add(out, &s[++i], 1);
            continue;
        }
        bool brace = s[i] == '$' && i + 1 < len && s[i + 1] == '{';
        size_t from = i + 1 + brace, to = from;
        while (s[i] == '$' && to < len && is_name(s[to]))
            to++;
        const char *value = to > from ? get(n, s + from, to - from) : NULL;
        if (!value) {
            sc_buf_add(out, &s[i], 1);
            continue;
        }
        sc_buf_str(out, value);
        while (brace && to < len && s[to] != '}') /* ${X:-y} */
            to++;
        i = to - 1 + (brace && to < len);
    }
}

static bool separates(char c)
{
    return is_name(c) == false && c != '/' && c != '.' && c != '-' && c != '~' && c != '+' &&
           !((unsigned char)c & 0x80);
}

static bool has_separator(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (separates(s[i]))
            return true;
    return false;
}

/* Makes "/a//b/./c/../d" to "/a/b/d". False when it does not fit. */
static bool normalize(const char *base, const char *path, size_t len, char *out, size_t size)
{
    size_t n = 0;
    for (int part = 0; part < 2; part++) {
        const char *p = part ? path : base, *end = part ? path + len : base + strlen(base);
        while (p < end) {
            const char *slash = memchr(p, '/', (size_t)(end - p));
            size_t k = (size_t)((slash ? slash : end) - p);
            if (k == 2 && p[0] == '.' && p[1] == '.') {
                while (n && out[--n] != '/')
                    ;
            } else if (k && !(k == 1 && p[0] == '.')) {
                if (n + k + 2 > size)
                    return false;
                out[n++] = '/';
                memcpy(out + n, p, k);
                n += k;
            }
            p += k + (slash != NULL);
        }
    }
    out[n] = 0;
    return true;
}

/* The site that the beginning of a normalized path is in. *ret_end: where its document root ends. */
static const struct sc_cron_site *site_of(const struct sc_cron_names *n, const char *path,
                                          size_t *ret_end)
{
    for (size_t i = strlen(path); i > 1; i--) {
        if (path[i] && path[i] != '/' && !separates(path[i]))
            continue;
        struct sc_cron_name key = {path, i, NULL};
        const struct sc_cron_name *hit = bsearch(&key, n->v, n->n, sizeof(*n->v), by_path);
        if (hit) {
            *ret_end = i;
            return hit->site;
        }
    }
    return NULL;
}

/* What lies there, by its links: the nearest directory above that exists. */
static const struct sc_cron_site *site_by_links(struct sc_cron_names *n, char *path)
{
    const struct sc_cron_account *a = n->account;
    size_t home = strlen(a->home), end;
    while (a->resolve && n->resolved < RESOLVE_MAX && strlen(path) > home &&
           strncmp(path, a->home, home) == 0 && path[home] == '/') {
        n->resolved++;
        SC_FREE char *real = a->resolve(a->arg, path);
        if (real)
            return site_of(n, real, &end);
        *strrchr(path, '/') = 0;
    }
    return NULL;
}

struct word {
    const char *at;  /* in the flat text */
    size_t len, cut; /* up to the end, or up to the next thing that separates words */
    bool relative, after_cd;
};

/* *base is where the last `cd` led to. */
static const struct sc_cron_site *look(struct sc_cron_names *n, const struct word *w, char *base)
{
    const struct sc_cron_account *a = n->account;
    const char *p = w->at;
    size_t skip = 0;
    const char *from = w->relative ? base : "";
    if (*p == '~') {
        size_t user = strlen(a->user);
        skip = strncmp(p + 1, a->user, user) == 0 ? 1 + user : 1;
        if (p[skip] && p[skip] != '/' && !separates(p[skip]))
            return NULL;
        from = skip == 1 ? get(n, "HOME", 4) : a->home;
    }
    char path[2 * PATH_MAX], real[2 * PATH_MAX];
    size_t alias = a->home_alias ? strlen(a->home_alias) : 0;
    for (int cut = 0; cut < 2; cut++) {
        size_t len = cut ? w->cut : w->len, end = 0;
        if (len < skip || !normalize(from, p + skip, len - skip, path, sizeof(path)))
            continue;
        /* by the real name of the home, also where it was called by its other one */
        bool other = alias && strncmp(path, a->home_alias, alias) == 0 && path[alias] == '/';
        if (!normalize(other ? a->home : "", other ? path + alias : path,
                       strlen(other ? path + alias : path), real, sizeof(real)))
            continue;
        const char *by = path;
        const struct sc_cron_site *s = site_of(n, by, &end);
        if (!s && other)
            s = site_of(n, by = real, &end);
        if (s && !cut && !has_separator(by, end))
            s = NULL; /* the next turn finds it, with ".." understood */
        bool plain_word = s && w->relative && !w->after_cd && by[end] != '/' &&
                          strcmp(base, get(n, "HOME", 4)) == 0;
        if (plain_word)
            s = NULL; /* happens to be called like a directory of the home */
        if (!s && cut && !plain_word && (!w->relative || w->after_cd || memchr(p, '/', w->cut)))
            s = site_by_links(n, real);
        if (cut && w->after_cd)
            memcpy(base, path, strlen(path) + 1);
        if (s && s->isolated)
            return s;
    }
    return NULL;
}

int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf flat = {.limit = FLAT_MAX};
    flatten(n, entry, len, &flat);
    int rc = sc_buf_check(&flat, "a crontab entry with its variables", err);
    if (rc < 0)
        return rc;
    char base[2 * PATH_MAX];
    const char *home = get(n, "HOME", 4);
    *ret = NULL;
    if (strlen(home) >= sizeof(base))
        home = n->account->home;
    memcpy(base, home, strlen(home) + 1);
    for (size_t i = 0; i < flat.len && !*ret; i++) {
        const char *s = flat.data;
        bool start = i == 0 || separates(s[i - 1]);
        /* -c/home/…: an option with its value */
        if (!start && s[i] == '/' && s[i - 1] != '/') {
            size_t k = i;
            while (k && !separates(s[k - 1]) && s[k - 1] != '/')
                k--;
            start = s[k] == '-' && (k == 0 || s[k - 1] != '/');
        }
        if (!start || separates(s[i]))
            continue;
        struct word w = {.at = s + i, .len = flat.len - i, .relative = s[i] != '/' && s[i] != '~'};
        if (w.len > PATH_MAX)
            w.len = PATH_MAX;
        while (w.cut < w.len && !separates(s[i + w.cut]))
            w.cut++;
        size_t k = i;
        while (k && (s[k - 1] == ' ' || s[k - 1] == '\t'))
            k--;
        w.after_cd =
            k < i && k >= 2 && memcmp(s + k - 2, "cd", 2) == 0 && (k == 2 || separates(s[k - 3]));
        *ret = look(n, &w, base);
    }
    return 0;
}
