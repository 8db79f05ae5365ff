/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/before.h"

#include <string.h>

#include "core/cron/names.h"

#define WORDS_MAX 4u /* before the word: "cd -P -e --" */

struct before {
    const char *at;
    size_t len; /* 0: there is none */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The word that ends before s[i]; nothing but blanks may be between. */
static struct before word_before(const char *s, size_t i, size_t *budget)
{
    while (i && *budget && is_blank(s[i - 1])) {
        i--;
        --*budget;
    }
    size_t from = i;
    while (from && *budget && !sc_cron_separates(s[from - 1])) {
        from--;
        --*budget;
    }
    return (struct before){s + from, *budget ? i - from : 0};
}

static bool is_one_of(struct before w, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == w.len && memcmp(*names, w.at, w.len) == 0)
            return true;
    return false;
}

static bool is_option(struct before w)
{
    return w.len && w.at[0] == '-';
}

/* Whether an option's name says that a directory follows. */
static bool takes_place(struct before w)
{
    /* of env, make and git; composer; drush */
    static const char *const letters[] = {"-C", "-d", "-r", NULL};
    static const char *const parts[] = {"dir", "path", "root", "prefix", "cwd", "tree"};
    if (is_one_of(w, letters))
        return true;
    bool found = false;
    for (size_t i = 0; w.len > 2 && w.at[1] == '-' && i < sizeof(parts) / sizeof(parts[0]); i++)
        found = found || memmem(w.at, w.len, parts[i], strlen(parts[i]));
    return found;
}

/* "PATH", before its "=": programs look for code there. */
static bool is_search(struct before w)
{
    static const char *const names[] = {
        "PATH",     "PYTHONPATH",       "PERL5LIB", "PERLLIB", "RUBYLIB",         "NODE_PATH",
        "PHPRC",    "PHP_INI_SCAN_DIR", "BASH_ENV", "ENV",     "LD_LIBRARY_PATH", "LD_PRELOAD",
        "LD_AUDIT", "CLASSPATH",        NULL};
    return is_one_of(w, names);
}

/* Whether s[i] is one of several in such a variable: "PATH=/usr/bin:HERE". */
static bool is_searched(const char *s, size_t i, size_t *budget)
{
    while (i && *budget && !strchr(" \t;&|(){}<>\n=", s[i - 1])) {
        i--;
        --*budget;
    }
    return i && *budget && s[i - 1] == '=' && is_search(word_before(s, i - 1, budget));
}

/* A program by its name alone. */
static struct before without_way(struct before w)
{
    const char *slash = memrchr(w.at, '/', w.len);
    size_t skip = slash ? (size_t)(slash - w.at) + 1 : 0;
    return (struct before){w.at + skip, w.len - skip};
}

/* "python3.11" is of python's family. */
static bool is_version_of(struct before w, const char *name)
{
    size_t n = strlen(name);
    return n <= w.len && memcmp(w.at, name, n) == 0 && strspn(w.at + n, "0123456789.") >= w.len - n;
}

enum sc_cron_before sc_cron_before(const char *s, size_t i)
{
    static const char *const moves[] = {"cd", "pushd", NULL};
    /* the last ones run what is in a directory */
    static const char *const places[] = {"find", "run-parts", "node", "nodejs", NULL};
    size_t budget = SC_CRON_BEFORE_MAX;
    bool equals = i && s[i - 1] == '=';
    if (i && (equals || s[i - 1] == ':') && is_searched(s, i, &budget))
        return SC_CRON_BEFORE_IS_PLACE;
    budget = SC_CRON_BEFORE_MAX;
    struct before w = word_before(s, equals ? i - 1 : i, &budget);
    if (!w.len || (!equals && w.at + w.len == s + i) || s[i] == '-')
        return SC_CRON_BEFORE_ANY;
    if (takes_place(w))
        return SC_CRON_BEFORE_IS_PLACE;
    for (size_t n = 0; !equals && is_option(w) && n < WORDS_MAX; n++)
        w = word_before(s, (size_t)(w.at - s), &budget);
    if (equals || !w.len)
        return SC_CRON_BEFORE_ANY;
    w = without_way(w);
    return is_one_of(w, moves)                                  ? SC_CRON_BEFORE_IS_CD
           : is_one_of(w, places) || is_version_of(w, "python") ? SC_CRON_BEFORE_IS_PLACE
                                                                : SC_CRON_BEFORE_ANY;
}

/* ---- what is run ---- */

/* Where the command of a crontab's line begins: behind five fields or one @word. */
static size_t behind_schedule(const char *s)
{
    size_t i = strspn(s, " \t");
    for (int fields = s[i] == '@' ? 1 : 5; fields > 0; fields--) {
        i += strcspn(s + i, " \t");
        i += strspn(s + i, " \t");
    }
    return i;
}

static bool runs_its_word(struct before w)
{
    static const char *const names[] = {"php",  "sh",   "bash", "dash", "python", "perl",
                                        "ruby", "node", "exec", ".",    "source", "nice"};
    w = without_way(w);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_version_of(w, names[i]))
            return true;
    return false;
}

bool sc_cron_is_script(const char *s, size_t i)
{
    return i && is_blank(s[i - 1]) &&
           sc_cron_wants_script(s, i); /* else a command may begin there */
}

bool sc_cron_wants_script(const char *s, size_t i)
{
    size_t budget = SC_CRON_BEFORE_MAX;
    struct before w = word_before(s, i, &budget);
    for (size_t n = 0; is_option(w) && n < WORDS_MAX; n++)
        w = word_before(s, (size_t)(w.at - s), &budget);
    return w.len && runs_its_word(w);
}

bool sc_cron_runs(const char *s, size_t i)
{
    size_t budget = SC_CRON_BEFORE_MAX, k = i;
    while (k && budget && is_blank(s[k - 1])) {
        k--;
        budget--;
    }
    return k == 0 || strchr(";&|({`\n", s[k - 1]) || behind_schedule(s) == i ||
           sc_cron_is_script(s, i);
}
