/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/mention.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/cron/doubt.h"
#include "core/cron/flat.h"
#include "core/cron/where.h"

/* ---- one path ---- */

/* A single word that happens to be called like a directory of the home. */
static bool is_plain(struct sc_cron_names *n, const struct sc_cron_word *w, const char *base,
                     char behind)
{
    const char *home = sc_cron_names_get(n, "HOME", 4);
    return w->relative && w->before == SC_CRON_BEFORE_ANY && behind != '/' && home &&
           strcmp(base, home) == 0;
}

struct place {
    char path[2 * PATH_MAX]; /* as it is written */
    char real
        [2 *
         PATH_MAX]; /* by the real name of the home, also where it was called by its other one */
    bool other;     /* it was */
};

/* Where the first `len` bytes of the word lead to. */
static bool place_of(struct sc_cron_names *n, const struct sc_cron_word *w, size_t len,
                     const char *base, struct place *ret)
{
    const struct sc_cron_account *a = n->account;
    size_t skip, alias = a->home_alias ? strlen(a->home_alias) : 0;
    const char *from;
    if (!sc_cron_beginning(n, w, base, &from, &skip) || len < skip ||
        !sc_cron_normalize(n, from, w->at + skip, len - skip, ret->path, sizeof(ret->path)))
        return false;
    ret->other = alias && strncmp(ret->path, a->home_alias, alias) == 0 && ret->path[alias] == '/';
    const char *below = ret->other ? ret->path + alias : ret->path;
    return sc_cron_normalize(n, ret->other ? a->home : "", below, strlen(below), ret->real,
                             sizeof(ret->real));
}

/* Whether what the word names is run, or worked in. */
static bool is_for_code(const struct sc_cron_word *w)
{
    return w->runs || w->before == SC_CRON_BEFORE_IS_CD;
}

/* A name that a pattern stands for is not known before the job runs. Of several sites the first one
 * counts for code; what only handles their files, as `find` over all caches does, goes on for all. */
static const struct sc_cron_site *by_pattern(struct sc_cron_names *n, const struct sc_cron_word *w,
                                             const char *base)
{
    struct place p;
    bool any = is_for_code(w);
    if (!w->pattern || !place_of(n, w, w->pattern, base, &p))
        return NULL;
    const struct sc_cron_site *s = sc_cron_site_by_pattern(n, p.path, any);
    return s || !p.other ? s : sc_cron_site_by_pattern(n, p.real, any);
}

/* The whole rest of the text, or (`cut`) the word alone, as a path from `base`. */
static const struct sc_cron_site *look(struct sc_cron_names *n, const struct sc_cron_word *w,
                                       bool cut, const char *base)
{
    struct place p;
    size_t end = 0;
    if (!place_of(n, w, cut ? w->cut : w->len, base, &p))
        return NULL;
    const char *by = p.path;
    const struct sc_cron_site *s = sc_cron_names_find(n, by, &end);
    if (!s && p.other)
        s = sc_cron_names_find(n, by = p.real, &end);
    if (s && !cut && !sc_cron_has_separator(by, end))
        s = NULL; /* the next turn finds it, with ".." understood */
    bool plain = s && is_plain(n, w, base, by[end]);
    if (plain)
        s = NULL;
    if (!s && cut && !plain &&
        (!w->relative || w->script || w->before != SC_CRON_BEFORE_ANY ||
         memchr(w->at, '/', w->cut)))
        s = sc_cron_site_by_links(n, p.real);
    if (!s && cut && is_for_code(w))
        s = by_pattern(n, w, base);
    return s && s->isolated ? s : NULL;
}

/* ---- the entry ---- */

/* A name with something in it that separates words is longer than its first word. */
static const struct sc_cron_site *look_from(struct sc_cron_names *n, const struct sc_cron_word *w,
                                            const char *base)
{
    const struct sc_cron_site *site = n->spaced ? look(n, w, false, base) : NULL;
    return site ? site : look(n, w, true, base);
}

static const struct sc_cron_site *look_at(struct sc_cron_names *n, const struct sc_cron_word *w,
                                          struct sc_cron_where *where)
{
    struct place p;
    const struct sc_cron_site *site = look_from(n, w, where->at.now);
    if (!site && where->either && w->relative)
        site = look_from(n, w, where->at.before);
    if (w->before == SC_CRON_BEFORE_IS_CD && place_of(n, w, w->cut, where->at.now, &p))
        sc_cron_where_cd(n, where, w, p.path);
    return site;
}

/* ---- what is not said ---- */

/* Any word, wherever it stands, as the name of a directory. */
static const struct sc_cron_site *look_anywhere(struct sc_cron_names *n, const struct sc_buf *flat,
                                                size_t i, bool by_name)
{
    const char *s = flat->data;
    struct sc_cron_word w = sc_cron_word_at(s, i, flat->len);
    if (i > 1 && s[i - 1] == '/' && s[i - 2] == '/') /* http://site */
        return NULL;
    w.before = SC_CRON_BEFORE_IS_PLACE;
    w.runs = true;
    const struct sc_cron_site *site = look_from(n, &w, n->account->home);
    if (!site && s[i] == '/') { /* behind what puts the home in front of it */
        w = sc_cron_word_at(s, i + 1, flat->len);
        w.before = SC_CRON_BEFORE_IS_PLACE;
        site = w.relative && w.cut ? look_from(n, &w, n->account->home) : NULL;
    }
    return site || !by_name ? site : sc_cron_doubt_called(n, s + i, w.cut);
}

/* Whose an entry is that names no site, and finds out itself what it runs. */
static const struct sc_cron_site *doubtful(struct sc_cron_names *n, const struct sc_buf *flat,
                                           const struct sc_cron_doubt *d)
{
    const struct sc_cron_site *site = NULL;
    bool by_name = d->by_name || sc_cron_names_get(n, "CDPATH", 6);
    for (size_t i = 0; i < flat->len && !n->over && !site && (d->look || by_name); i++)
        if (sc_cron_begins_word(flat->data, i) || sc_cron_begins_pattern(flat->data, i))
            site = look_anywhere(n, flat, i, by_name);
    if (!site)
        site = d->site;
    return site || !d->closed ? site : &sc_cron_unclear;
}

/* The site of the first path in a text, patterns for data after all others; the one that shares its
 * directory where another path names that more closely. */
static const struct sc_cron_site *first_named(struct sc_cron_names *n, const struct sc_buf *flat,
                                              const struct sc_cron_site **ret_doubt)
{
    const struct sc_cron_site *found = NULL, *maybe = NULL;
    struct sc_cron_where where;
    struct sc_cron_doubt doubt = {0};
    sc_cron_where_begin(n, &where);
    bool sure = false;
    for (size_t i = 0; i < flat->len && !n->over && !sure; i++) {
        sc_cron_where_step(n, &where, flat->data, i);
        sc_cron_doubt_step(n, &doubt, flat->data, flat->len, i, where.at.now);
        if (!sc_cron_begins_word(flat->data, i) && !sc_cron_begins_pattern(flat->data, i))
            continue;
        const struct sc_cron_word w = sc_cron_word_at(flat->data, i, flat->len);
        const struct sc_cron_site *site = look_at(n, &w, &where);
        if (!site && !maybe && !is_for_code(&w))
            maybe = by_pattern(n, &w, where.at.now);
        if (!site)
            continue;
        sure = !found ? !n->by_shared : site != found && sc_cron_share(site, found);
        found = sure || !found ? site : found;
    }
    found = found ? found : maybe;
    if (ret_doubt && !found && !*ret_doubt)
        *ret_doubt = doubtful(n, flat, &doubt);
    return found;
}

/* The site that a text names; NULL: none, or n->over. *ret_doubt (may be NULL): whose it is where nothing else
 * says so. */
static int find_named(struct sc_cron_names *n, const char *s, size_t len,
                      const struct sc_cron_site **ret, const struct sc_cron_site **ret_doubt,
                      struct sc_error *err)
{
    size_t turns = 1;
    *ret = NULL;
    for (size_t turn = 0; turn < turns && !*ret && !n->over; turn++) {
        SC_BUF struct sc_buf flat = {.limit = SC_CRON_FLAT_MAX};
        sc_cron_flatten(n, s, len, turn, &flat, &turns);
        if (sc_buf_check(&flat, "a crontab entry", NULL) == SC_E_NOMEM)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
        n->over |= flat.failed != 0;
        if (!n->over)
            *ret = first_named(n, &flat, ret_doubt);
    }
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
                                        "RUBYOPT",
                                        "LD_AUDIT",
                                        "PYTHONHOME",
                                        "PYTHONUSERBASE",
                                        "PYTHONSTARTUP",
                                        "GEM_HOME",
                                        "GEM_PATH",
                                        "BUNDLE_GEMFILE",
                                        "COMPOSER",
                                        "COMPOSER_HOME",
                                        "WP_CLI_CONFIG_PATH",
                                        "WP_CLI_PACKAGES_DIR",
                                        "GIT_DIR",
                                        "GIT_WORK_TREE",
                                        "GIT_EXEC_PATH",
                                        "CLASSPATH",
                                        "JAVA_TOOL_OPTIONS",
                                        "MAKEFILES",
                                        "LUA_PATH",
                                        "LUA_CPATH"};
    int rc = 0;
    n->by_settings = NULL;
    for (size_t i = 0; rc == 0 && !n->by_settings && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = sc_cron_names_get(n, names[i], strlen(names[i]));
        rc = value ? find_named(n, value, strlen(value), &n->by_settings, NULL, err) : 0;
    }
    n->settings_known = rc == 0 && !n->over;
    return rc;
}

static const struct sc_cron_site *by_domain(struct sc_cron_names *n, const char *name, size_t len)
{
    for (size_t i = 0; i < n->n && !n->over; i++) {
        const struct sc_cron_site *site = n->v[i].site;
        sc_cron_spend(n, 1 + site->n_domains);
        for (size_t k = 0; site->isolated && k < site->n_domains; k++)
            if (strlen(site->domains[k]) == len && strncasecmp(site->domains[k], name, len) == 0)
                return site;
    }
    return NULL;
}

/* Which site it says that it enters itself. */
static const struct sc_cron_site *enters(struct sc_cron_names *n, const char *entry, size_t len)
{
    static const char name[] = "cagefs_enter_site";
    const char *end = entry + len, *at = memmem(entry, len, name, sizeof(name) - 1);
    if (!at)
        return NULL;
    for (at += sizeof(name) - 1; at < end && strchr(" \t'\"", *at) && *at;)
        at++;
    size_t word = 0;
    while (at + word < end && (isalnum((unsigned char)at[word]) || strchr(".-_", at[word])) &&
           at[word])
        word++;
    return word ? by_domain(n, at, word) : NULL;
}

/* Where nobody else can say it, the entry may. */
static const struct sc_cron_site *told(struct sc_cron_names *n, const char *entry, size_t len,
                                       const struct sc_cron_site *found)
{
    const struct sc_cron_site *site =
        found == &sc_cron_unclear || found == &sc_cron_doubted ? enters(n, entry, len) : NULL;
    return site ? site : found;
}

int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err)
{
    const struct sc_cron_site *doubt = NULL;
    *ret = NULL;
    if (!n->isolated)
        return 0;
    sc_cron_names_begin(n, len);
    int rc = find_named(n, entry, len, ret, &doubt, err);
    if (rc == 0 && !*ret && !n->over && !n->settings_known)
        rc = named_by_settings(n, err);
    if (rc < 0)
        return rc;
    if (!*ret && !n->over)
        *ret = n->by_settings ? n->by_settings : doubt;
    if (!n->over)
        *ret = told(n, entry, len, *ret);
    if (!*ret && n->over)
        *ret = &sc_cron_unknown;
    return 0;
}
