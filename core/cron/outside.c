/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/outside.h"

#include <limits.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/cron/flat.h"
#include "core/cron/words.h"

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

static bool is_outside(struct sc_cron_names *n, const struct sc_cron_site *site,
                       const struct sc_cron_word *w, struct sc_cron_outside *ret)
{
    const struct sc_cron_account *a = n->account;
    char path[2 * PATH_MAX], real[2 * PATH_MAX];
    size_t skip;
    const char *from, *rel;
    if (w->relative || !sc_cron_beginning(n, w, "", &from, &skip) || w->cut < skip ||
        !sc_cron_normalize(n, from, w->at + skip, w->cut - skip, path, sizeof(path)) ||
        !(rel = below_home(a, path)) || strlen(rel) >= sizeof(ret->rel) ||
        !sc_cron_normalize(n, a->home, rel, strlen(rel), real, sizeof(real)) ||
        !is_missing(n, site, real, &ret->other) || n->over)
        return false;
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

bool sc_cron_outside(struct sc_cron_names *n, const struct sc_cron_site *site, const char *entry,
                     size_t len, size_t *at, struct sc_cron_outside *ret)
{
    SC_BUF struct sc_buf flat = {.limit = SC_CRON_FLAT_MAX};
    size_t turns;
    sc_cron_names_begin(n, len);
    sc_cron_flatten(n, entry, len, 0, &flat, &turns);
    for (size_t i = *at; !flat.failed && !n->over && i < flat.len; i++) {
        if (!sc_cron_begins_word(flat.data, i) || is_behind_arrow(flat.data, i))
            continue;
        const struct sc_cron_word w = sc_cron_word_at(flat.data, i, flat.len);
        if (!is_outside(n, site, &w, ret))
            continue;
        *at = i + 1;
        return true;
    }
    return false;
}
