/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/outside.h"

#include <limits.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/cron/flat.h"
#include "core/cron/where.h"

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

/* Of a home of its own, a site has what links in the home itself lead to (core/pass/links.h), but not
 * links that lie deeper in what is the account's. */
static bool is_by_deep_link(struct sc_cron_names *n, const struct sc_cron_site *site,
                            const char *path)
{
    char top[2 * PATH_MAX];
    size_t home = strlen(n->account->home), end = home + 1 + strcspn(path + home + 1, "/"), at;
    if (!site->private_home || !path[end] || end >= sizeof(top))
        return false;
    memcpy(top, path, end);
    top[end] = 0;
    const char *real = sc_cron_names_resolve(n, top);
    return !real || sc_cron_names_find(n, real, &at) != site;
}

/* Whether the site does not have `real`, a path below the home, which this cuts; *ret_other: another
 * site has. */
static bool is_missing(struct sc_cron_names *n, const struct sc_cron_site *site, char *real,
                       bool *ret_other)
{
    size_t end;
    const struct sc_cron_site *owner = sc_cron_names_find(n, real, &end);
    *ret_other = owner && owner != site && !sc_cron_share(owner, site);
    if (owner || is_given(site, real))
        return *ret_other;
    char whole[2 * PATH_MAX];
    memcpy(whole, real, strlen(real) + 1);
    owner = sc_cron_site_by_links(n, real);
    *ret_other = owner && owner != site && !sc_cron_share(owner, site);
    return !owner || *ret_other || is_by_deep_link(n, site, whole);
}

/* "application/json" is no place, "backups/x.tgz" is one where there are backups. */
static bool is_word_of_place(struct sc_cron_names *n, const struct sc_cron_word *w,
                             const char *base)
{
    const struct sc_cron_account *a = n->account;
    char path[2 * PATH_MAX], top[2 * PATH_MAX];
    const char *slash = memchr(w->at, '/', w->cut), *rel;
    if (!w->relative)
        return true;
    return slash && a->resolve &&
           sc_cron_normalize(n, base, w->at, (size_t)(slash - w->at), path, sizeof(path)) &&
           (rel = below_home(a, path)) &&
           sc_cron_normalize(n, a->home, rel, strlen(rel), top, sizeof(top)) &&
           sc_cron_names_resolve(n, top);
}

/* A site whose name has a blank or the like in it is longer than the word. */
static bool is_longer_name(struct sc_cron_names *n, const struct sc_cron_word *w, const char *from,
                           size_t skip)
{
    char path[2 * PATH_MAX];
    size_t end;
    return n->spaced &&
           sc_cron_normalize(n, from, w->at + skip, w->len - skip, path, sizeof(path)) &&
           sc_cron_names_find(n, path, &end) && sc_cron_has_separator(path, end);
}

static bool is_outside(struct sc_cron_names *n, const struct sc_cron_site *site,
                       const struct sc_cron_word *w, const char *base, struct sc_cron_outside *ret)
{
    const struct sc_cron_account *a = n->account;
    char path[2 * PATH_MAX], real[2 * PATH_MAX];
    size_t skip;
    const char *from, *rel;
    if (!is_word_of_place(n, w, base) || !sc_cron_beginning(n, w, base, &from, &skip) ||
        w->cut < skip || is_longer_name(n, w, from, skip) ||
        !sc_cron_normalize(n, from, w->at + skip, w->cut - skip, path, sizeof(path)) ||
        !(rel = below_home(a, path)) || strlen(rel) >= sizeof(ret->rel) ||
        !sc_cron_normalize(n, a->home, rel, strlen(rel), real, sizeof(real)) ||
        !is_missing(n, site, real, &ret->other) || n->over)
        return false;
    ret->code = w->runs || w->script;
    /* what may stand for several names, or for another one each time */
    size_t plain = strcspn(w->at, "*?[{$`");
    bool goes_on = plain <= w->cut && w->at[plain];
    memcpy(ret->rel, rel, strlen(rel) + 1);
    cut_to_directory(ret->rel, w->at[(goes_on ? plain : w->cut) - 1] == '/', goes_on);
    return ret->rel[0] != 0;
}

static bool is_behind_arrow(const char *s, size_t i)
{
    while (i && (s[i - 1] == ' ' || s[i - 1] == '\t'))
        i--;
    return i && (s[i - 1] == '>' || s[i - 1] == '<');
}

struct telling {
    struct sc_cron_names *n;
    const struct sc_cron_site *site;
    void (*tell)(void *arg, const struct sc_cron_outside *is);
    void *arg;
    struct sc_cron_outside is;
    struct sc_cron_where where;
};

static void look_at(struct telling *t, const struct sc_cron_word *w, bool behind_arrow)
{
    char path[2 * PATH_MAX];
    const char *from;
    size_t skip;
    if (!behind_arrow && is_outside(t->n, t->site, w, t->where.at.now, &t->is))
        t->tell(t->arg, &t->is);
    if (w->before == SC_CRON_BEFORE_IS_CD &&
        sc_cron_beginning(t->n, w, t->where.at.now, &from, &skip) && w->cut >= skip &&
        sc_cron_normalize(t->n, from, w->at + skip, w->cut - skip, path, sizeof(path)))
        sc_cron_where_cd(t->n, &t->where, w, path);
}

static void look_at_all(struct telling *t, const struct sc_buf *flat)
{
    sc_cron_where_begin(t->n, &t->where);
    for (size_t i = 0; i < flat->len && !t->n->over; i++) {
        sc_cron_where_step(t->n, &t->where, flat->data, i);
        if (!sc_cron_begins_word(flat->data, i))
            continue;
        const struct sc_cron_word w = sc_cron_word_at(flat->data, i, flat->len);
        look_at(t, &w, is_behind_arrow(flat->data, i));
    }
}

void sc_cron_outside_each(struct sc_cron_names *n, const struct sc_cron_site *site,
                          const char *entry, size_t len,
                          void (*tell)(void *arg, const struct sc_cron_outside *is), void *arg)
{
    struct telling t = {.n = n, .site = site, .tell = tell, .arg = arg};
    size_t turns = 1;
    sc_cron_names_begin(n, len);
    for (size_t turn = 0; turn < turns && !n->over; turn++) {
        SC_BUF struct sc_buf flat = {.limit = SC_CRON_FLAT_MAX};
        sc_cron_flatten(n, entry, len, turn, &flat, &turns);
        if (flat.failed)
            return;
        look_at_all(&t, &flat);
    }
}
