/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/similar.h"
#include "core/commands/isolatectl.h"
#include "core/config/limits_text.h"

#define KNOWN                                                                                      \
    "known are: site-isolation enable|disable --domain DOMAIN[,DOMAIN...], site-isolation list, "  \
    "limits list [--domain DOMAIN], limits set --domain DOMAIN --LIMIT VALUE..., limits apply "    \
    "--domain DOMAIN, stats [--domain DOMAIN] [--period PERIOD] [--step STEP], explain DOMAIN "    \
    "[PATH], overview [--domain DOMAIN], learn DOMAIN [--days N | --stop | --report]"

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
};

static const struct {
    const char *word;
    enum sc_isolate_verb is;
} words[] = {{"stats", SC_ISOLATE_STATS},
             {"explain", SC_ISOLATE_EXPLAIN},
             {"overview", SC_ISOLATE_OVERVIEW},
             {"learn", SC_ISOLATE_LEARN}};

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
        name += strspn(name, " ");
        if (!*name)
            return sc_error_set(err, SC_E_INVAL, "--domain has an empty name");
        c->domains[c->n++] = name;
    }
    return 0;
}

static int parse_limit(const char *option, const char *text, struct sc_limits *limits,
                       struct sc_error *err)
{
    int limit = sc_limit_from_name(option);
    if (limit < 0)
        return sc_error_set(err, SC_E_INVAL,
                            "unknown option --%s; known are --domain, --cpu, --pmem, --io, "
                            "--nproc, --iops, --ep, --vmem",
                            option);
    uint64_t value;
    if (!sc_limit_parse((enum sc_limit)limit, text, &value))
        return sc_error_set(err, SC_E_INVAL,
                            "--%s must be a whole number from 0 (no limit) to %llu", option,
                            SC_LIMIT_VALUE_MAX);
    if (limits->set >> limit & 1)
        return sc_error_set(err, SC_E_INVAL, "--%s is given twice", option);
    limits->set |= 1u << limit;
    limits->value[limit] = value;
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

static bool is_learn(const struct sc_isolate_call *c)
{
    return c->verb == SC_ISOLATE_LEARN || c->verb == SC_ISOLATE_LEARN_STOP ||
           c->verb == SC_ISOLATE_LEARN_REPORT;
}

/* explain takes its domain and path as plain words, too, and learn its domain. */
static int parse_word(const char *word, struct sc_isolate_call *c, struct sc_error *err)
{
    bool path = c->verb == SC_ISOLATE_EXPLAIN && c->n && !c->path;
    if (!path && (c->n || (c->verb != SC_ISOLATE_EXPLAIN && !is_learn(c))))
        return sc_error_set(err, SC_E_INVAL, "unexpected word %.100s", word);
    return path ? take_path(word, c, err) : parse_domains(word, c, err);
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
    if (strcmp(word, "--anyway") == 0 && (c->verb == SC_ISOLATE_ENABLE || is_learn(c))) {
        c->anyway = true;
        return 0;
    }
    if (!is_learn(c) || (!stop && strcmp(word, "--report") != 0))
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
    if (c->verb == SC_ISOLATE_EXPLAIN && strcmp(option, "path") == 0)
        return take_path(value, c, err);
    if (is_learn(c) && strcmp(option, "days") == 0)
        return parse_days(value, c, err);
    if (strcmp(option, "domain") != 0)
        return parse_limit(option, value, &c->limits, err);
    return c->n ? sc_error_set(err, SC_E_INVAL, "--domain is given twice")
                : parse_domains(value, c, err);
}

static int parse_options(char *const *args, size_t n, struct sc_isolate_call *c,
                         struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (strncmp(args[i], "--", 2) != 0) {
            int rc = parse_word(args[i], c, err);
            if (rc < 0)
                return rc;
            continue;
        }
        int flag = parse_flag(args[i], c, err);
        if (flag < 0)
            return flag;
        if (flag == 0)
            continue;
        SC_FREE char *option = strdup(args[i] + 2);
        if (!option)
            return sc_error_set(err, SC_E_NOMEM, "out of memory");
        char *value = strchr(option, '=');
        if (value)
            *value++ = 0;
        else if (i + 1 < n)
            value = args[++i];
        if (!value)
            return sc_error_set(err, SC_E_INVAL, "--%.100s needs a value", option);
        int rc = parse_option(option, value, c, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What each verb must and may have. */
static int check(const struct sc_isolate_call *c, struct sc_error *err)
{
    bool needs = c->verb != SC_ISOLATE_LIST && c->verb != SC_ISOLATE_LIMITS_LIST &&
                 c->verb != SC_ISOLATE_STATS && c->verb != SC_ISOLATE_OVERVIEW;
    bool many = c->verb == SC_ISOLATE_ENABLE || c->verb == SC_ISOLATE_DISABLE;
    if (needs && c->n == 0)
        return sc_error_set(err, SC_E_INVAL, "--domain is needed");
    if (c->verb == SC_ISOLATE_LIST && c->n)
        return sc_error_set(err, SC_E_INVAL, "list takes no --domain");
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

static int unknown_command(char *const *args, size_t n, struct sc_error *err)
{
    static const char *const known[] = {"site-isolation enable",
                                        "site-isolation disable",
                                        "site-isolation list",
                                        "isolates-enable",
                                        "isolates-disable",
                                        "isolates-list",
                                        "limits list",
                                        "limits set",
                                        "limits apply",
                                        "stats",
                                        "explain",
                                        "overview",
                                        "learn",
                                        "help"};
    char given[128];
    bool two = n > 1 && args[1][0] != '-';
    snprintf(given, sizeof(given), "%.60s%s%.60s", args[0], two ? " " : "", two ? args[1] : "");
    const char *like = sc_similar(given, known, sizeof(known) / sizeof(known[0]));
    return sc_error_set(err, SC_E_INVAL, "unknown command %.100s%s%.100s; %s%s%s" KNOWN, args[0],
                        n > 1 ? " " : "", n > 1 ? args[1] : "", like ? "did you mean " : "",
                        like ? like : "", like ? "? " : "");
}

int sc_isolate_parse(char *const *args, size_t n, struct sc_isolate_call *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_isolate_call_done) struct sc_isolate_call c = {0};
    if (n == 0)
        return sc_error_set(err, SC_E_INVAL, "a command is needed; " KNOWN);
    size_t took = find_verb(args, n, &c.verb);
    if (took == 0)
        return unknown_command(args, n, err);
    int rc = parse_options(args + took, n - took, &c, err);
    if (rc == 0)
        rc = check(&c, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}
