/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/doubt.h"

#include <limits.h>
#include <string.h>

#include "core/cron/words.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether the word at s[i] is one of these. */
static bool is_word(const char *s, size_t i, const char *const *names)
{
    for (; *names; names++) {
        size_t n = strlen(*names);
        if (strncmp(s + i, *names, n) == 0 && (!s[i + n] || sc_cron_separates(s[i + n])))
            return true;
    }
    return false;
}

/* Where the word begins that s[i - 1] belongs to, with what is put into it. */
static size_t begin_of(struct sc_cron_names *n, const char *s, size_t i)
{
    size_t end = i;
    while (i && !strchr(" \t;&|(){}<>\n`", s[i - 1]))
        i--;
    sc_cron_spend(n, end - i);
    return i;
}

static size_t before_blanks(const char *s, size_t i)
{
    while (i && is_blank(s[i - 1]))
        i--;
    return i;
}

/* ---- which sites may be meant ---- */

/* The first isolated site whose path begins with these bytes. */
static const struct sc_cron_site *by_prefix(struct sc_cron_names *n, const char *prefix)
{
    size_t len = strlen(prefix);
    for (size_t i = 0; i < n->n && !n->over; i++) {
        const struct sc_cron_name *name = &n->v[i];
        sc_cron_spend(n, 1 + (name->len < len ? name->len : len));
        if (name->site->isolated && name->len >= len && memcmp(name->path, prefix, len) == 0)
            return name->site;
    }
    return NULL;
}

/* The same for the first `len` bytes of the word at s[i]; `whole`: it is a directory. */
static const struct sc_cron_site *by_beginning(struct sc_cron_names *n, const char *s, size_t i,
                                               size_t len, bool whole, const char *base)
{
    const struct sc_cron_account *a = n->account;
    const struct sc_cron_word w = sc_cron_word_at(s, i, i + len);
    char path[2 * PATH_MAX];
    const char *from;
    size_t skip, alias = a->home_alias ? strlen(a->home_alias) : 0;
    if (!sc_cron_beginning(n, &w, base, &from, &skip) || len < skip ||
        !sc_cron_normalize(n, from, w.at + skip, len - skip, path, sizeof(path) - 1))
        return NULL;
    if (whole || s[i + len - 1] == '/')
        memcpy(path + strlen(path), "/", 2);
    const struct sc_cron_site *site = by_prefix(n, path);
    if (site || !alias || strncmp(path, a->home_alias, alias) != 0 || path[alias] != '/')
        return site;
    char real[2 * PATH_MAX];
    size_t home = strlen(a->home), rest = strlen(path + alias);
    if (home + rest >= sizeof(real))
        return NULL;
    memcpy(real, a->home, home);
    memcpy(real + home, path + alias, rest + 1);
    return by_prefix(n, real);
}

const struct sc_cron_site *sc_cron_doubt_called(struct sc_cron_names *n, const char *name,
                                                size_t len)
{
    for (size_t i = 0; i < n->n && !n->over; i++) {
        const struct sc_cron_name *is = &n->v[i];
        sc_cron_spend(n, 1 + len);
        if (is->site->isolated && is->len > len && is->path[is->len - len - 1] == '/' &&
            memcmp(is->path + is->len - len, name, len) == 0)
            return is->site;
    }
    return NULL;
}

/* ---- words that are put in when the job runs ---- */

/* Whether what begins at s[i] is run, or worked in. */
static bool is_code(struct sc_cron_names *n, const char *s, size_t i)
{
    static const char *const leads[] = {"do",   "then", "else", "if",    "while", "time",
                                        "sudo", "env",  "-C",   "nohup", NULL};
    size_t end = before_blanks(s, i), from = begin_of(n, s, end);
    if (end < i && from < end && is_word(s, from, leads))
        return true;
    return sc_cron_before(s, i) == SC_CRON_BEFORE_IS_CD || sc_cron_runs(s, i);
}

/* "sh -c": what follows is commands. */
static bool is_text(struct sc_cron_names *n, const char *s, size_t i)
{
    size_t end = before_blanks(s, i), from = begin_of(n, s, end);
    return end < i && end > from + 1 && s[from] == '-' && strchr("cer", s[end - 1]);
}

/* Whether `$…` at s[i], a whole word, says nothing of a path: a program is looked for, or has a name of its own and
 * is given the rest; "$?". */
static bool is_harmless(const char *s, size_t i)
{
    static const char *const programs[] = {"which", "command", "type", "mktemp", NULL};
    size_t to = i + 1 + (s[i] == '$' && (s[i + 1] == '(' || s[i + 1] == '{'));
    if (s[i] == '`' || s[i + 1] == '(')
        return is_word(s, to + strspn(s + to, " \t"), programs);
    if (!s[to] || strchr("?!$#", s[to]))
        return true;
    if (sc_cron_before(s, i) == SC_CRON_BEFORE_IS_CD || sc_cron_is_script(s, i))
        return false;
    to += strspn(s + to, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_}");
    return is_blank(s[to]) && !strchr(";&|)\n", s[to + strspn(s + to, " \t")]);
}

static void put_in(struct sc_cron_names *n, struct sc_cron_doubt *d, const char *s, size_t i,
                   const char *base)
{
    size_t from = begin_of(n, s, i);
    if (!is_code(n, s, from) || memchr(s + from, '=', i - from))
        return;
    if (is_text(n, s, from)) {
        d->look = true;
    } else if (from < i) {
        d->site = d->site ? d->site : by_beginning(n, s, from, i - from, false, base);
        d->look = d->look || d->site;
    } else if (!is_harmless(s, i)) {
        d->look = d->closed = true;
    }
}

/* ---- programs that run what they are given, or told ---- */

/* What `find` found, or xargs is given, is run or worked in. */
static void given(struct sc_cron_doubt *d)
{
    d->look = true;
    d->closed = d->closed || !d->fed;
    d->site = d->site ? d->site : d->below_find;
}

static size_t end_of_command(struct sc_cron_names *n, const char *s, size_t i)
{
    size_t k = strcspn(s + i, ";|&)\n");
    sc_cron_spend(n, k);
    return i + k;
}

static void word(struct sc_cron_names *n, struct sc_cron_doubt *d, const char *s, size_t len,
                 size_t i, const char *base)
{
    static const char *const feeds[] = {"find", "ls", "echo", "printf", NULL};
    static const char *const find[] = {"find", NULL};
    static const char *const givers[] = {"xargs", "parallel", NULL};
    static const char *const execdir[] = {"-execdir", "-okdir", NULL};
    static const char *const shells[] = {"sh", "bash", "dash", "ksh", "zsh", NULL};
    static const char *const texts[] = {"eval",         "chdir",  "include", "include_once",
                                        "require",      "system", "import",  "passthru",
                                        "require_once", "exec",   "load",    NULL};
    size_t end = before_blanks(s, i), from = begin_of(n, s, end);
    d->fed = d->fed || is_word(s, i, feeds);
    d->by_name = d->by_name || is_word(s, i, (const char *const[]){"CDPATH", NULL});
    d->look = d->look || d->by_name || is_word(s, i, texts) ||
              (end && s[end - 1] == '|' && is_word(s, i, shells));
    if (from < end && is_word(s, from, find) && s[i] != '-' && !d->below_find) {
        size_t k = sc_cron_word_at(s, i, len).cut;
        bool whole =
            !n->spaced || !is_blank(s[i + k]); /* else its name may go on behind the blank */
        d->below_find = by_beginning(n, s, i, k, whole, base);
    }
    if (is_word(s, i, execdir) ||
        (is_word(s, i, givers) && sc_cron_wants_script(s, end_of_command(n, s, i))))
        given(d);
}

/* "{}", which find and xargs put something in for. */
static void braces(struct sc_cron_names *n, struct sc_cron_doubt *d, const char *s, size_t i)
{
    size_t end = before_blanks(s, i), from = begin_of(n, s, end);
    if (is_code(n, s, i) || (end < i && strncmp(s + from, "-exec ", 6) == 0))
        given(d);
}

void sc_cron_doubt_step(struct sc_cron_names *n, struct sc_cron_doubt *d, const char *s, size_t len,
                        size_t i, const char *base)
{
    bool opens = s[i] == '`' && (d->in_ticks = !d->in_ticks);
    if (s[i] == '$' || opens)
        put_in(n, d, s, i, base);
    else if (s[i] == '{' && s[i + 1] == '}')
        braces(n, d, s, i);
    else if (sc_cron_begins_word(s, i))
        word(n, d, s, len, i, base);
}
