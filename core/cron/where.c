/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/where.h"

#include <string.h>

static void copy(char to[SC_CRON_DIR_SIZE], const char *from)
{
    size_t n = strnlen(from, SC_CRON_DIR_SIZE - 1);
    memcpy(to, from, n);
    to[n] = 0;
}

static void go(struct sc_cron_where *w, const char *path)
{
    char to[SC_CRON_DIR_SIZE];
    copy(to, path);
    copy(w->at.before, w->at.now);
    copy(w->at.now, to);
}

static const char *home_of(struct sc_cron_names *n)
{
    const char *home = sc_cron_names_get(n, "HOME", 4);
    return home && strlen(home) < SC_CRON_DIR_SIZE ? home : n->account->home;
}

void sc_cron_where_begin(struct sc_cron_names *n, struct sc_cron_where *w)
{
    w->either = false;
    w->depth = 0;
    copy(w->at.now, home_of(n));
    copy(w->at.before, w->at.now);
}

static void enter(struct sc_cron_where *w)
{
    if (w->depth < SC_CRON_SHELLS_MAX)
        w->outer[w->depth] = w->at;
    w->depth++;
}

static void leave(struct sc_cron_where *w)
{
    if (w->depth && --w->depth < SC_CRON_SHELLS_MAX)
        w->at = w->outer[w->depth];
    w->either = false;
}

/* ---- commands without a name ---- */

static bool ends_command(char c)
{
    return !c || strchr(";&|()\n`%", c);
}

/* Whether the command at s[i] is `name` and its only word `word`, if there is one. */
static bool is_command(const char *s, size_t i, const char *name, const char *word)
{
    size_t n = strlen(name), k = strlen(word);
    if (strncmp(s + i, name, n) != 0)
        return false;
    size_t blanks = strspn(s + i + n, " \t");
    const char *rest = s + i + n + blanks;
    if (k && (!blanks || strncmp(rest, word, k) != 0))
        return false;
    rest += k;
    return ends_command(rest[strspn(rest, " \t")]);
}

static void back_or_home(struct sc_cron_names *n, struct sc_cron_where *w, const char *s, size_t i)
{
    if (!sc_cron_begins_word(s, i))
        return;
    if (is_command(s, i, "cd", ""))
        go(w, home_of(n));
    else if (is_command(s, i, "cd", "-") || is_command(s, i, "popd", ""))
        go(w, w->at.before);
}

void sc_cron_where_step(struct sc_cron_names *n, struct sc_cron_where *w, const char *s, size_t i)
{
    if (s[i] == '(')
        enter(w);
    else if (s[i] == ')')
        leave(w);
    else if (s[i] == ';' || s[i] == '\n')
        w->either = false;
    else if (s[i] == '|' && s[i + 1] == '|')
        w->either = true;
    else
        back_or_home(n, w, s, i);
}

/* ---- cd ---- */

/* How much of a path, which goes on behind its end with the rest of the text, is a directory with blanks in
 * its name above a site. */
static size_t spaced_length(struct sc_cron_names *n, const char *path)
{
    size_t best = 0;
    for (size_t i = 0; i < n->n && !n->over; i++) {
        const struct sc_cron_name *name = &n->v[i];
        size_t k = 0;
        while (k < name->len && path[k] == name->path[k])
            k++;
        sc_cron_spend(n, k + 1);
        bool whole = k == name->len || name->path[k] == '/';
        if (whole && k > best && (!path[k] || path[k] == '/' || sc_cron_separates(path[k])))
            best = k;
    }
    return best;
}

/* The word and what is behind it, as a path by the real name of the home. */
static bool whole_path(struct sc_cron_names *n, const struct sc_cron_where *w,
                       const struct sc_cron_word *word, char ret[SC_CRON_DIR_SIZE])
{
    const struct sc_cron_account *a = n->account;
    char path[SC_CRON_DIR_SIZE];
    const char *from;
    size_t skip, alias = a->home_alias ? strlen(a->home_alias) : 0;
    if (!sc_cron_beginning(n, word, w->at.now, &from, &skip) || word->len < skip ||
        !sc_cron_normalize(n, from, word->at + skip, word->len - skip, path, sizeof(path)))
        return false;
    bool other = alias && strncmp(path, a->home_alias, alias) == 0 && path[alias] == '/';
    const char *below = other ? path + alias : path;
    return sc_cron_normalize(n, other ? a->home : "", below, strlen(below), ret, SC_CRON_DIR_SIZE);
}

void sc_cron_where_cd(struct sc_cron_names *n, struct sc_cron_where *w,
                      const struct sc_cron_word *word, const char *path)
{
    char whole[SC_CRON_DIR_SIZE];
    size_t best = n->spaced && word->len > word->cut && whole_path(n, w, word, whole)
                      ? spaced_length(n, whole)
                      : 0;
    if (best && sc_cron_has_separator(whole, best)) {
        whole[best] = 0;
        path = whole;
    }
    go(w, path);
}
