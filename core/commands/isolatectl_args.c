/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/commands/isolatectl_known.h"
#include "core/config/limits_text.h"

void sc_isolate_call_done(struct sc_isolate_call *c)
{
    free(c->domains);
    free(c->text);
    free(c->path);
    *c = (struct sc_isolate_call){0};
}

static const struct {
    const char *group, *verb;
    enum sc_isolate_verb is;
} verbs[] = {
    {"site-isolation", "enable", SC_ISOLATE_ENABLE},
    {"site-isolation", "disable", SC_ISOLATE_DISABLE},
    {"site-isolation", "list", SC_ISOLATE_LIST},
    {"isolates", "enable", SC_ISOLATE_ENABLE},
    {"isolates", "disable", SC_ISOLATE_DISABLE},
    {"isolates", "list", SC_ISOLATE_LIST},
    {"limits", "list", SC_ISOLATE_LIMITS_LIST},
    {"limits", "set", SC_ISOLATE_LIMITS_SET},
    {"limits", "apply", SC_ISOLATE_LIMITS_APPLY},
    {"paths", "add", SC_ISOLATE_PATHS_ADD},
    {"paths", "remove", SC_ISOLATE_PATHS_REMOVE},
};

static const struct {
    const char *word;
    enum sc_isolate_verb is;
} words[] = {{"stats", SC_ISOLATE_STATS},
             {"explain", SC_ISOLATE_EXPLAIN},
             {"overview", SC_ISOLATE_OVERVIEW},
             {"learn", SC_ISOLATE_LEARN},
             {"home", SC_ISOLATE_HOME}};

/* "site-isolation enable" as two words, or joined as the earlier commands had it. How many words it
 * took; 0 for none. */
static size_t find_verb(char *const *args, size_t n, enum sc_isolate_verb *ret)
{
    for (size_t i = 0; n > 0 && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(args[0], words[i].word) == 0) {
            *ret = words[i].is;
            return 1;
        }
    for (size_t i = 0; n > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        size_t len = strlen(verbs[i].group);
        if (strncmp(args[0], verbs[i].group, len) != 0)
            continue;
        *ret = verbs[i].is;
        if (args[0][len] == 0 && n > 1 && strcmp(args[1], verbs[i].verb) == 0)
            return 2;
        if (args[0][len] == '-' && strcmp(args[0] + len + 1, verbs[i].verb) == 0)
            return 1;
    }
    return 0;
}

/* Without the blanks around it, in place. */
static char *trim(char *name)
{
    name += strspn(name, " \t");
    for (size_t n = strlen(name); n && strchr(" \t", name[n - 1]); n--)
        name[n - 1] = 0;
    return name;
}

/* A comma list; empty names are not dropped: "a,,b" is a mistake. */
static int parse_domains(const char *list, struct sc_isolate_call *c, struct sc_error *err)
{
    size_t n = 1;
    for (const char *p = list; *p; p++)
        n += *p == ',';
    if (n > SC_ISOLATECTL_NAMES)
        return sc_error_set(err, SC_E_TOOBIG, "more than %u domains; give fewer at once",
                            SC_ISOLATECTL_NAMES);
    c->text = strdup(list);
    c->domains = calloc(n, sizeof(*c->domains));
    if (!c->text || !c->domains)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    char *rest = c->text, *name;
    while ((name = strsep(&rest, ",")) != NULL) {
        name = trim(name);
        if (!*name)
            return sc_error_set(err, SC_E_INVAL,
                                "--domain has an empty name: give names with a comma and no blank "
                                "between them, as a.example,b.example");
        c->domains[c->n++] = name;
    }
    return 0;
}

/* How else than by a plain number a limit may be given. */
static const char *other_form(enum sc_limit limit)
{
    return limit == SC_LIMIT_CPU                              ? ", or a percentage as 50%"
           : limit == SC_LIMIT_PMEM || limit == SC_LIMIT_VMEM ? ", or have a unit as 256M"
           : limit == SC_LIMIT_IO                             ? ", or have a unit as 10M"
                                                              : "";
}

static int parse_limit(enum sc_limit limit, const char *text, struct sc_isolate_call *c,
                       struct sc_error *err)
{
    struct sc_limits *limits = &c->limits;
    const char *option = sc_limit_name(limit);
    uint64_t value;
    if (!sc_limit_parse(limit, text, &value))
        return sc_error_set(err, SC_E_INVAL,
                            "--%s must be a whole number from 0 (no limit) to %llu%s; '%.40s' is "
                            "none",
                            option, SC_LIMIT_VALUE_MAX, other_form(limit), text);
    if (limits->set >> limit & 1)
        return sc_error_set(err, SC_E_INVAL, "--%s is given twice", option);
    limits->set |= 1u << limit;
    limits->value[limit] = value;
    if (text[strspn(text, "0123456789")])
        c->with_unit |= 1u << limit;
    return 0;
}

static int parse_period(const char *text, struct sc_isolate_call *c, struct sc_error *err)
{
    if (c->history.period)
        return sc_error_set(err, SC_E_INVAL, "--period is given twice");
    return sc_history_period_parse(text, &c->history.period, err);
}

static int parse_step(const char *text, struct sc_isolate_call *c, struct sc_error *err)
{
    if (c->history.step)
        return sc_error_set(err, SC_E_INVAL, "--step is given twice");
    return sc_history_step_parse(text, &c->history.step, err);
}

static int take_path(const char *text, struct sc_isolate_call *c, struct sc_error *err)
{
    if (c->path)
        return sc_error_set(err, SC_E_INVAL, "--path is given twice");
    if (!*text)
        return sc_error_set(err, SC_E_INVAL, "--path has an empty name");
    c->path = strdup(text);
    return c->path ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory");
}

/* The last word of home and of paths add. */
static int take_word(const char *word, struct sc_isolate_call *c, struct sc_error *err)
{
    static const char *const known[] = {"ro", "rw", "private", "shared", "default"};
    bool home = c->verb == SC_ISOLATE_HOME;
    for (size_t i = home ? 2 : 0; i < (home ? 5u : 2u); i++)
        if (strcmp(word, known[i]) == 0)
            c->word = known[i];
    return c->word ? 0
                   : sc_error_set(err, SC_E_INVAL, "%.100s: give %s", word,
                                  home ? "private, shared or default" : "ro or rw");
}

static int unexpected(const char *word, const struct sc_isolate_call *c, struct sc_error *err)
{
    if (word[0] == '-' && word[1] != '-')
        return sc_error_set(err, SC_E_INVAL,
                            "unknown option %.60s; options have two dashes, as --domain", word);
    return sc_error_set(err, SC_E_INVAL, "unexpected word %.100s%s%.100s", word,
                        c->n || c->verb == SC_ISOLATE_LIST ? "" : ": give a domain as --domain ",
                        c->n || c->verb == SC_ISOLATE_LIST ? "" : word);
}

/* explain, learn, home and paths take what they are about as plain words, too. */
static int parse_word(const char *word, struct sc_isolate_call *c, struct sc_error *err)
{
    bool plain = sc_isolate_has_path(c) || sc_isolate_is_learn(c) || c->verb == SC_ISOLATE_HOME;
    bool last = c->verb == SC_ISOLATE_HOME || c->verb == SC_ISOLATE_PATHS_ADD;
    if (plain && !c->n)
        return parse_domains(word, c, err);
    if (sc_isolate_has_path(c) && !c->path)
        return take_path(word, c, err);
    if (last && !c->word)
        return take_word(word, c, err);
    return unexpected(word, c, err);
}

static int parse_days(const char *text, struct sc_isolate_call *c, struct sc_error *err)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n == 0 || n > SC_LEARN_DAYS_MAX)
        return sc_error_set(err, SC_E_INVAL, "--days must be a whole number from 1 to %u",
                            SC_LEARN_DAYS_MAX);
    if (c->days)
        return sc_error_set(err, SC_E_INVAL, "--days is given twice");
    c->days = (unsigned)n;
    return 0;
}

/* Options without a value. 1: it is none. */
static int parse_flag(const char *word, struct sc_isolate_call *c, struct sc_error *err)
{
    bool stop = strcmp(word, "--stop") == 0;
    if (strcmp(word, "--json") == 0) /* it answers in nothing else */
        return 0;
    if (strcmp(word, "--anyway") == 0 && (c->verb == SC_ISOLATE_ENABLE || sc_isolate_is_learn(c))) {
        c->anyway = true;
        return 0;
    }
    if (!sc_isolate_is_learn(c) || (!stop && strcmp(word, "--report") != 0))
        return 1;
    if (c->verb != SC_ISOLATE_LEARN)
        return sc_error_set(err, SC_E_INVAL, "give one of --stop and --report, once");
    c->verb = stop ? SC_ISOLATE_LEARN_STOP : SC_ISOLATE_LEARN_REPORT;
    return 0;
}

static int parse_option(const char *option, const char *value, struct sc_isolate_call *c,
                        struct sc_error *err)
{
    if (c->verb == SC_ISOLATE_STATS && strcmp(option, "period") == 0)
        return parse_period(value, c, err);
    if (c->verb == SC_ISOLATE_STATS && strcmp(option, "step") == 0)
        return parse_step(value, c, err);
    if (sc_isolate_has_path(c) && strcmp(option, "path") == 0)
        return take_path(value, c, err);
    if (sc_isolate_is_learn(c) && strcmp(option, "days") == 0)
        return parse_days(value, c, err);
    if (strcmp(option, "domain") != 0)
        return parse_limit((enum sc_limit)sc_limit_from_name(option), value, c, err);
    return c->n ? sc_error_set(err, SC_E_INVAL, "--domain is given twice")
                : parse_domains(value, c, err);
}

/* The option args[*at], with its value, which may be the next word: *at is at what was read last. */
static int take_option(char *const *args, size_t n, size_t *at, struct sc_isolate_call *c,
                       struct sc_error *err)
{
    SC_FREE char *option = strdup(args[*at] + 2);
    if (!option)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    char *value = strchr(option, '=');
    if (value)
        *value++ = 0;
    int rc = sc_isolate_check_option(option, c, err);
    if (rc == 0 && !value && *at + 1 < n)
        value = args[++*at];
    if (rc == 0 && !value)
        rc = sc_error_set(err, SC_E_INVAL, "--%.100s needs a value", option);
    return rc == 0 ? parse_option(option, value, c, err) : rc;
}

/* Behind "--" there are only words. */
static int parse_options(char *const *args, size_t n, struct sc_isolate_call *c,
                         struct sc_error *err)
{
    bool words_only = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (words_only || strncmp(args[i], "--", 2) != 0) {
            rc = parse_word(args[i], c, err);
        } else if (args[i][2] == 0) {
            words_only = true;
        } else {
            rc = parse_flag(args[i], c, err);
            if (rc > 0)
                rc = take_option(args, n, &i, c, err);
        }
    }
    return rc;
}

/* What each verb must and may have. */
static int check(const struct sc_isolate_call *c, struct sc_error *err)
{
    bool needs = c->verb != SC_ISOLATE_LIST && c->verb != SC_ISOLATE_LIMITS_LIST &&
                 c->verb != SC_ISOLATE_STATS && c->verb != SC_ISOLATE_OVERVIEW;
    bool many = c->verb == SC_ISOLATE_ENABLE || c->verb == SC_ISOLATE_DISABLE;
    if (needs && c->n == 0)
        return sc_isolate_no_domain(c, err);
    if (c->verb == SC_ISOLATE_LIST && c->n)
        return sc_error_set(err, SC_E_INVAL, "list takes no --domain");
    if (c->verb == SC_ISOLATE_HOME && !c->word)
        return sc_error_set(err, SC_E_INVAL, "home needs a word: private, shared or default");
    if (sc_isolate_is_paths(c) && !c->path)
        return sc_error_set(err, SC_E_INVAL, "paths needs a path: below your home, or ~/...");
    if (!many && c->n > 1)
        return sc_error_set(err, SC_E_INVAL, "give one domain only");
    if ((c->days || c->anyway) &&
        (c->verb == SC_ISOLATE_LEARN_STOP || c->verb == SC_ISOLATE_LEARN_REPORT))
        return sc_error_set(err, SC_E_INVAL, "--stop and --report take no %s",
                            c->days ? "--days" : "--anyway");
    if (c->history.step && !c->history.period)
        return sc_error_set(err, SC_E_INVAL, "--step goes with --period, as in --period 1d");
    if (c->verb != SC_ISOLATE_LIMITS_SET && c->limits.set)
        return sc_error_set(err, SC_E_INVAL, "limits are given to: limits set");
    if (c->verb == SC_ISOLATE_LIMITS_SET && !c->limits.set)
        return sc_error_set(err, SC_E_INVAL,
                            "at least one limit is needed: --cpu, --pmem, --io, --nproc, --iops, "
                            "--ep, --vmem");
    return 0;
}

int sc_isolate_parse(char *const *args, size_t n, struct sc_isolate_call *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_isolate_call_done) struct sc_isolate_call c = {0};
    for (; n && strcmp(args[0], "--json") == 0; n--)
        args++;
    if (n == 0)
        return sc_error_set(err, SC_E_INVAL, "a command is needed; " SC_ISOLATE_KNOWN);
    size_t took = find_verb(args, n, &c.verb);
    if (took == 0)
        return sc_isolate_unknown(args, n, err);
    int rc = parse_options(args + took, n - took, &c, err);
    if (rc == 0)
        rc = check(&c, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}
