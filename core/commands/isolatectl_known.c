/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/isolatectl_known.h"

#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/similar.h"

bool sc_isolate_is_learn(const struct sc_isolate_call *c)
{
    return c->verb == SC_ISOLATE_LEARN || c->verb == SC_ISOLATE_LEARN_STOP ||
           c->verb == SC_ISOLATE_LEARN_REPORT;
}

bool sc_isolate_is_paths(const struct sc_isolate_call *c)
{
    return c->verb == SC_ISOLATE_PATHS_ADD || c->verb == SC_ISOLATE_PATHS_REMOVE;
}

bool sc_isolate_has_path(const struct sc_isolate_call *c)
{
    return c->verb == SC_ISOLATE_EXPLAIN || sc_isolate_is_paths(c);
}

#define OPTIONS_MAX (SC_LIMIT_COUNT + 5)

/* The options that go with the verb, without their dashes. How many. */
static size_t known_options(const struct sc_isolate_call *c, const char *known[OPTIONS_MAX])
{
    size_t n = 0;
    if (c->verb != SC_ISOLATE_LIST)
        known[n++] = "domain";
    for (int i = 0; c->verb == SC_ISOLATE_LIMITS_SET && i < SC_LIMIT_COUNT; i++)
        known[n++] = sc_limit_name((enum sc_limit)i);
    if (sc_isolate_has_path(c))
        known[n++] = "path";
    if (c->verb == SC_ISOLATE_STATS)
        known[n++] = "period";
    if (c->verb == SC_ISOLATE_STATS)
        known[n++] = "step";
    if (sc_isolate_is_learn(c))
        known[n++] = "days";
    if (sc_isolate_is_learn(c))
        known[n++] = "stop";
    if (sc_isolate_is_learn(c))
        known[n++] = "report";
    if (sc_isolate_is_learn(c) || c->verb == SC_ISOLATE_ENABLE)
        known[n++] = "anyway";
    return n;
}

int sc_isolate_check_option(const char *option, const struct sc_isolate_call *c,
                            struct sc_error *err)
{
    const char *known[OPTIONS_MAX];
    size_t n = known_options(c, known);
    if (strcmp(option, "domain") == 0 || sc_limit_from_name(option) >= 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(known[i], option) == 0)
            return 0;
    if (n == 0)
        return sc_error_set(err, SC_E_INVAL, "unknown option --%.60s; this command takes none",
                            option);
    SC_BUF struct sc_buf all = SC_BUF_INIT;
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(&all, "%s--%s", i ? ", " : "", known[i]);
    const char *like = sc_similar(option, known, n);
    return sc_error_set(err, SC_E_INVAL, "unknown option --%.60s; %s%s%sknown are %s", option,
                        like ? "did you mean --" : "", like ? like : "", like ? "? " : "",
                        all.data ? all.data : "--domain");
}

int sc_isolate_no_domain(const struct sc_isolate_call *c, struct sc_error *err)
{
    const char *how = c->verb == SC_ISOLATE_EXPLAIN        ? "explain DOMAIN [PATH]"
                      : c->verb == SC_ISOLATE_HOME         ? "home DOMAIN private|shared|default"
                      : c->verb == SC_ISOLATE_PATHS_ADD    ? "paths add DOMAIN PATH [ro|rw]"
                      : c->verb == SC_ISOLATE_PATHS_REMOVE ? "paths remove DOMAIN PATH"
                      : sc_isolate_is_learn(c) ? "learn DOMAIN [--days N | --stop | --report]"
                                               : NULL;
    if (how)
        return sc_error_set(err, SC_E_INVAL, "a domain is needed: isolatectl %s", how);
    return sc_error_set(err, SC_E_INVAL, "--domain is needed");
}

/* The first word of two, without the second. */
static int needs_word(const char *group, const char *const *known, size_t n, struct sc_error *err)
{
    SC_BUF struct sc_buf words = SC_BUF_INIT;
    size_t len = strlen(group);
    for (size_t i = 0; i < n; i++)
        if (strncmp(known[i], group, len) == 0 && known[i][len] == ' ')
            sc_buf_fmt(&words, "%s%s", words.len ? ", " : "", known[i] + len + 1);
    return words.data ? sc_error_set(err, SC_E_INVAL, "%s needs a word: %s", group, words.data) : 0;
}

int sc_isolate_unknown(char *const *args, size_t n, struct sc_error *err)
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
                                        "home",
                                        "paths add",
                                        "paths remove",
                                        "help"};
    const size_t n_known = sizeof(known) / sizeof(known[0]);
    int rc = n == 1 || args[1][0] == '-' ? needs_word(args[0], known, n_known, err) : 0;
    if (rc < 0)
        return rc;
    char given[128];
    bool two = n > 1 && args[1][0] != '-';
    snprintf(given, sizeof(given), "%.60s%s%.60s", args[0], two ? " " : "", two ? args[1] : "");
    const char *like = NULL;
    for (size_t i = 0; i < 3; i++) /* the verb alone */
        if (strcmp(strchr(known[i], ' ') + 1, args[0]) == 0)
            like = known[i];
    if (!like)
        like = sc_similar(given, known, n_known);
    return sc_error_set(err, SC_E_INVAL, "unknown command %.100s%s%.100s; %s%s%s" SC_ISOLATE_KNOWN,
                        args[0][0] ? args[0] : "''", n > 1 ? " " : "", n > 1 ? args[1] : "",
                        like ? "did you mean " : "", like ? like : "", like ? "? " : "");
}
