/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/words.h"

#include <fnmatch.h>
#include <limits.h>
#include <string.h>

/* ---- words ---- */

bool sc_cron_begins_word(const char *s, size_t i)
{
    if (sc_cron_separates(s[i]))
        return false;
    if (i == 0 || sc_cron_separates(s[i - 1]))
        return true;
    if (s[i] != '/' || s[i - 1] == '/')
        return false;
    size_t k = i;
    while (k && !sc_cron_separates(s[k - 1]) && s[k - 1] != '/')
        k--;
    return s[k] == '-' && (k == 0 || s[k - 1] != '/');
}

bool sc_cron_begins_pattern(const char *s, size_t i)
{
    if (strspn(s, " \t") == i || !strchr("*?[", s[i]) || !strchr(" \t;&|({`\n=", s[i - 1]))
        return false;
    return sc_cron_before(s, i) == SC_CRON_BEFORE_IS_CD || sc_cron_runs(s, i);
}

struct sc_cron_word sc_cron_word_at(const char *s, size_t i, size_t len)
{
    struct sc_cron_word w = {.at = s + i,
                             .len = len - i < PATH_MAX ? len - i : PATH_MAX,
                             .relative = s[i] != '/' && s[i] != '~',
                             .runs = sc_cron_runs(s, i),
                             .script = sc_cron_is_script(s, i),
                             .before = sc_cron_before(s, i)};
    while (w.cut < w.len && !sc_cron_separates(w.at[w.cut]))
        w.cut++;
    size_t n = w.cut;
    while (n < w.len && (strchr("*?[]", w.at[n]) || !sc_cron_separates(w.at[n])))
        n++;
    w.pattern = n > w.cut ? n : 0;
    return w;
}

/* ---- paths ---- */

bool sc_cron_normalize(struct sc_cron_names *names, const char *base, const char *path, size_t len,
                       char *out, size_t size)
{
    size_t n = 0, base_len = strlen(base);
    sc_cron_spend(names, base_len + len);
    for (int part = 0; part < 2 && !names->over; part++) {
        const char *p = part ? path : base, *end = part ? path + len : base + base_len;
        while (p < end) {
            const char *slash = memchr(p, '/', (size_t)(end - p));
            size_t k = (size_t)((slash ? slash : end) - p);
            if (k == 2 && memcmp(p, "..", 2) == 0) {
                while (n && out[--n] != '/')
                    ;
            } else if (k && !(k == 1 && memcmp(p, ".", 1) == 0)) {
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
    return !names->over;
}

const struct sc_cron_site *sc_cron_site_by_links(struct sc_cron_names *n, char *path)
{
    const struct sc_cron_account *a = n->account;
    size_t home = strlen(a->home), end;
    while (a->resolve && !n->over && strlen(path) > home && strncmp(path, a->home, home) == 0 &&
           path[home] == '/') {
        const char *real = sc_cron_names_resolve(n, path);
        if (real)
            return sc_cron_names_find(n, real, &end);
        *strrchr(path, '/') = 0;
    }
    return NULL;
}

bool sc_cron_beginning(struct sc_cron_names *n, const struct sc_cron_word *w, const char *base,
                       const char **ret_from, size_t *ret_skip)
{
    const struct sc_cron_account *a = n->account;
    const char *p = w->at;
    *ret_from = w->relative ? base : "";
    *ret_skip = 0;
    if (*p != '~')
        return true;
    size_t user = strlen(a->user);
    size_t skip = strncmp(p + 1, a->user, user) == 0 ? 1 + user : 1;
    *ret_skip = skip;
    *ret_from = skip == 1 ? sc_cron_names_get(n, "HOME", 4) : a->home;
    return *ret_from && (!p[skip] || p[skip] == '/' || sc_cron_separates(p[skip]));
}

/* ---- patterns ---- */

/* Whether the pattern, or what is above it, is `name`: of both, as many components as that one has. */
static bool matches(const char *pattern, const struct sc_cron_name *name)
{
    char head[2 * PATH_MAX], path[2 * PATH_MAX];
    size_t parts = 0, n = 0;
    for (size_t i = 0; i < name->len; i++)
        parts += name->path[i] == '/';
    for (size_t seen = 0; pattern[n]; n++)
        if (pattern[n] == '/' && ++seen > parts)
            break;
    if (n >= sizeof(head) || name->len >= sizeof(path))
        return false;
    memcpy(head, pattern, n);
    memcpy(path, name->path, name->len);
    head[n] = path[name->len] = 0;
    return fnmatch(head, path, FNM_PATHNAME | FNM_PERIOD) == 0;
}

const struct sc_cron_site *sc_cron_site_by_pattern(struct sc_cron_names *n, const char *path,
                                                   bool any)
{
    const struct sc_cron_site *found = NULL;
    bool one = true;
    for (size_t i = 0; i < n->n && !n->over; i++) {
        sc_cron_spend(n, SC_CRON_STEPS_PROBE + n->v[i].len);
        if (!matches(path, &n->v[i]) || found == n->v[i].site)
            continue;
        one = !found;
        if (!found || (any && !found->isolated))
            found = n->v[i].site;
    }
    return found && found->isolated && (one || any) ? found : NULL;
}
