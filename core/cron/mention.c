/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/mention.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/cron/before.h"

#define FLAT_MAX (64u << 10) /* bytes of an entry with its variables */

/* ---- the entry as one text ---- */

/* Puts the value of the variable at s[i] == '$' in; what follows it. `i` where it is none. */
static size_t expand(struct sc_cron_names *n, const char *s, size_t i, size_t len,
                     struct sc_buf *out)
{
    bool brace = i + 1 < len && s[i + 1] == '{';
    size_t from = i + 1 + brace, to = from;
    while (to < len && sc_cron_is_name(s[to]))
        to++;
    const char *value = to > from ? sc_cron_names_get(n, s + from, to - from) : NULL;
    if (!value)
        return i;
    sc_buf_str(out, value);
    while (brace && to < len && s[to] != '}') /* ${X:-y} */
        to++;
    return to + (brace && to < len);
}

/* The entry without quotes and backslashes, its variables put in. What a shell would not expand is
 * expanded too: one that runs in a site for nothing does no harm. */
static void flatten(struct sc_cron_names *n, const char *s, size_t len, struct sc_buf *out)
{
    for (size_t i = 0; i < len && !out->failed && !n->over;) {
        if (s[i] == '"' || s[i] == '\'' || s[i] == 0) {
            i++;
            continue;
        }
        size_t next = s[i] == '$' ? expand(n, s, i, len, out) : i;
        if (next == i) {
            i += s[i] == '\\' && i + 1 < len;
            sc_buf_add(out, &s[i], 1);
            next = i + 1;
        }
        i = next;
    }
    sc_cron_spend(n, out->len);
}

/* ---- one path ---- */

/* Makes "/a//b/./c/../d" to "/a/b/d". False when it does not fit. */
static bool normalize(struct sc_cron_names *names, const char *base, const char *path, size_t len,
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

/* What lies there, by its links: the nearest directory above that exists. */
static const struct sc_cron_site *site_by_links(struct sc_cron_names *n, char *path)
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

struct word {
    const char *at;  /* in the flat text */
    size_t len, cut; /* up to the end, or up to the next thing that separates words */
    bool relative;
    enum sc_cron_before before;
};

/* Where a path begins: *ret_from, and how much of the word says so. False: it is none of his. */
static bool beginning(struct sc_cron_names *n, const struct word *w, const char *base,
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

/* A single word that happens to be called like a directory of the home. */
static bool is_plain(struct sc_cron_names *n, const struct word *w, const char *base, char behind)
{
    const char *home = sc_cron_names_get(n, "HOME", 4);
    return w->relative && w->before == SC_CRON_BEFORE_ANY && behind != '/' && home &&
           strcmp(base, home) == 0;
}

/* The whole rest of the text, or (`cut`) the word alone. *base is where the last `cd` led to. */
static const struct sc_cron_site *look(struct sc_cron_names *n, const struct word *w, bool cut,
                                       char *base)
{
    const struct sc_cron_account *a = n->account;
    char path[2 * PATH_MAX], real[2 * PATH_MAX];
    size_t skip, end = 0, len = cut ? w->cut : w->len;
    const char *from;
    if (!beginning(n, w, base, &from, &skip) || len < skip ||
        !normalize(n, from, w->at + skip, len - skip, path, sizeof(path)))
        return NULL;
    /* by the real name of the home, also where it was called by its other one */
    size_t alias = a->home_alias ? strlen(a->home_alias) : 0;
    bool other = alias && strncmp(path, a->home_alias, alias) == 0 && path[alias] == '/';
    const char *below = other ? path + alias : path, *by = path;
    if (!normalize(n, other ? a->home : "", below, strlen(below), real, sizeof(real)))
        return NULL;
    const struct sc_cron_site *s = sc_cron_names_find(n, by, &end);
    if (!s && other)
        s = sc_cron_names_find(n, by = real, &end);
    if (s && !cut && !sc_cron_has_separator(by, end))
        s = NULL; /* the next turn finds it, with ".." understood */
    bool plain = s && is_plain(n, w, base, by[end]);
    if (plain)
        s = NULL;
    if (!s && cut && !plain &&
        (!w->relative || w->before != SC_CRON_BEFORE_ANY || memchr(w->at, '/', w->cut)))
        s = site_by_links(n, real);
    if (cut && w->before == SC_CRON_BEFORE_IS_CD)
        memcpy(base, path, strlen(path) + 1);
    return s && s->isolated ? s : NULL;
}

/* ---- words ---- */

/* Whether s[i] begins one: behind a separator, or the value of an option (-c/home/…). */
static bool begins_word(const char *s, size_t i)
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

static struct word word_at(const char *s, size_t i, size_t len)
{
    struct word w = {.at = s + i,
                     .len = len - i < PATH_MAX ? len - i : PATH_MAX,
                     .relative = s[i] != '/' && s[i] != '~',
                     .before = sc_cron_before(s, i)};
    while (w.cut < w.len && !sc_cron_separates(w.at[w.cut]))
        w.cut++;
    return w;
}

/* Where commands begin: at HOME, as the crontab sets it. */
static void go_home(struct sc_cron_names *n, char *base, size_t size)
{
    const char *home = sc_cron_names_get(n, "HOME", 4);
    if (!home || strlen(home) >= size)
        home = n->account->home;
    memcpy(base, home, strlen(home) + 1);
}

/* Whether both own one directory. */
static bool share(const struct sc_cron_site *a, const struct sc_cron_site *b)
{
    for (size_t i = 0; i < a->n_shared; i++)
        for (size_t k = 0; k < b->n_shared; k++)
            if (strcmp(a->shared[i], b->shared[k]) == 0)
                return true;
    return false;
}

/* The site of the first path in a text; the one that shares its directory where another path names
 * that more closely. */
static const struct sc_cron_site *first_named(struct sc_cron_names *n, const struct sc_buf *flat)
{
    const struct sc_cron_site *found = NULL;
    char base[2 * PATH_MAX];
    go_home(n, base, sizeof(base));
    bool sure = false;
    for (size_t i = 0; i < flat->len && !n->over && !sure; i++) {
        if (!begins_word(flat->data, i))
            continue;
        const struct word w = word_at(flat->data, i, flat->len);
        /* a name with something in it that separates words is longer than its first word */
        const struct sc_cron_site *site = n->spaced ? look(n, &w, false, base) : NULL;
        if (!site)
            site = look(n, &w, true, base);
        if (!site)
            continue;
        sure = !found ? !n->by_shared : site != found && share(site, found);
        found = sure || !found ? site : found;
    }
    return found;
}

static int flatten_whole(struct sc_cron_names *n, const char *s, size_t len, struct sc_buf *out,
                         struct sc_error *err)
{
    flatten(n, s, len, out);
    if (sc_buf_check(out, "a crontab entry", NULL) == SC_E_NOMEM)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    n->over |= out->failed != 0;
    return 0;
}

/* Where programs look for code, or begin: what lies there runs, though no entry names it. */
static int named_by_settings(struct sc_cron_names *n, struct sc_error *err)
{
    static const char *const names[] = {"HOME",
                                        "PATH",
                                        "SHELL",
                                        "BASH_ENV",
                                        "ENV",
                                        "LD_PRELOAD",
                                        "LD_LIBRARY_PATH",
                                        "PHPRC",
                                        "PHP_INI_SCAN_DIR",
                                        "PYTHONPATH",
                                        "PERL5LIB",
                                        "PERLLIB",
                                        "RUBYLIB",
                                        "NODE_PATH",
                                        "CDPATH",
                                        "NODE_OPTIONS",
                                        "PERL5OPT",
                                        "RUBYOPT"};
    int rc = 0;
    n->by_settings = NULL;
    for (size_t i = 0; rc == 0 && !n->by_settings && i < sizeof(names) / sizeof(names[0]); i++) {
        SC_BUF struct sc_buf flat = {.limit = FLAT_MAX};
        const char *value = sc_cron_names_get(n, names[i], strlen(names[i]));
        rc = value ? flatten_whole(n, value, strlen(value), &flat, err) : 0;
        if (rc == 0)
            n->by_settings = first_named(n, &flat);
    }
    n->settings_known = rc == 0 && !n->over;
    return rc;
}

int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf flat = {.limit = FLAT_MAX};
    *ret = NULL;
    if (!n->isolated)
        return 0;
    sc_cron_names_begin(n, len);
    int rc = flatten_whole(n, entry, len, &flat, err);
    if (rc == 0)
        *ret = first_named(n, &flat);
    if (rc == 0 && !*ret && !n->over && !n->settings_known)
        rc = named_by_settings(n, err);
    if (rc < 0)
        return rc;
    if (!*ret && !n->over)
        *ret = n->by_settings;
    if (!*ret && n->over)
        *ret = &sc_cron_unknown;
    return 0;
}

/* ---- what the site does not have ---- */

static bool is_given(const struct sc_cron_site *site, const char *path)
{
    for (size_t i = 0; i < site->n_given; i++) {
        size_t n = strlen(site->given[i]);
        if (strncmp(path, site->given[i], n) == 0 && (!path[n] || path[n] == '/'))
            return true;
    }
    return false;
}

/* What of the absolute path lies below the home; NULL. */
static const char *below_home(const struct sc_cron_account *a, const char *path)
{
    const char *const homes[] = {a->home, a->home_alias};
    for (size_t i = 0; i < 2; i++) {
        size_t n = homes[i] ? strlen(homes[i]) : 0;
        if (n > 1 && strncmp(path, homes[i], n) == 0 && path[n] == '/' && path[n + 1])
            return path + n + 1;
    }
    return NULL;
}

/* The directory that is named: of "d/file" and of "d/x*" it is "d", of "d/" followed by a pattern,
 * too; of "file" in the home the file. Nothing of what may stand for anything in the home. */
static void cut_to_directory(char *rel, bool slash_at_end, bool goes_on)
{
    char *slash = strrchr(rel, '/');
    if (goes_on && slash_at_end)
        return;
    if (slash)
        *slash = 0;
    else if (goes_on)
        *rel = 0;
}

static bool is_outside(struct sc_cron_names *n, const struct sc_cron_site *site,
                       const struct word *w, char out[SC_CRON_OUTSIDE_MAX])
{
    const struct sc_cron_account *a = n->account;
    char path[2 * PATH_MAX], real[2 * PATH_MAX];
    size_t skip, end;
    const char *from, *rel;
    if (w->relative || !beginning(n, w, "", &from, &skip) || w->cut < skip ||
        !normalize(n, from, w->at + skip, w->cut - skip, path, sizeof(path)) ||
        !(rel = below_home(a, path)) ||
        !normalize(n, a->home, rel, strlen(rel), real, sizeof(real)))
        return false;
    if (sc_cron_names_find(n, real, &end) || is_given(site, real))
        return false;
    size_t len = strlen(real);
    if (site_by_links(n, real) || n->over || len >= SC_CRON_OUTSIDE_MAX) /* it cuts `real` */
        return false;
    /* what may stand for several names, or for another one each time */
    size_t plain = strcspn(w->at, "*?[{$`");
    bool goes_on = plain <= w->cut && w->at[plain];
    memcpy(out, rel, strlen(rel) + 1);
    cut_to_directory(out, w->at[(goes_on ? plain : w->cut) - 1] == '/', goes_on);
    return out[0] != 0;
}

static bool is_behind_arrow(const char *s, size_t i)
{
    while (i && (s[i - 1] == ' ' || s[i - 1] == '\t'))
        i--;
    return i && (s[i - 1] == '>' || s[i - 1] == '<');
}

bool sc_cron_outside(struct sc_cron_names *n, const struct sc_cron_site *site, const char *entry,
                     size_t len, size_t *at, char out[SC_CRON_OUTSIDE_MAX])
{
    SC_BUF struct sc_buf flat = {.limit = FLAT_MAX};
    sc_cron_names_begin(n, len);
    flatten(n, entry, len, &flat);
    for (size_t i = *at; !flat.failed && !n->over && i < flat.len; i++) {
        if (!begins_word(flat.data, i) || is_behind_arrow(flat.data, i))
            continue;
        const struct word w = word_at(flat.data, i, flat.len);
        if (!is_outside(n, site, &w, out))
            continue;
        *at = i + 1;
        return true;
    }
    return false;
}
