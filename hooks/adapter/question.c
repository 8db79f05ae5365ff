/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/question.h"

#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "hooks/adapter/users.h"

enum opt {
    OPT_ACCOUNT_OF = 256,
    OPT_PACKAGE_NAME,
    OPT_PACKAGE_OWNER,
    OPT_USERNAME,
    OPT_UNIX_ID,
    OPT_FIELDS
};

static const struct option domains_options[] = {
    {"owner", required_argument, NULL, 'o'},
    {"name", required_argument, NULL, 'n'},
    {"account-of", required_argument, NULL, OPT_ACCOUNT_OF}, /* asked by Sitecage alone */
    {0}};
static const struct option users_options[] = {
    {"owner", required_argument, NULL, 'o'},
    {"package-name", required_argument, NULL, OPT_PACKAGE_NAME},
    {"package-owner", required_argument, NULL, OPT_PACKAGE_OWNER},
    {"username", required_argument, NULL, OPT_USERNAME},
    {"unix-id", required_argument, NULL, OPT_UNIX_ID},
    {"fields", required_argument, NULL, OPT_FIELDS},
    {0}};
static const struct option no_options[] = {{0}};

static const struct command {
    const char *name;
    const char *shorts;
    const struct option *longs;
} commands[] = {
    [SC_ASK_DOMAINS] = {"domains", ":o:n:", domains_options},
    [SC_ASK_USERS] = {"users", ":o:", users_options},
    [SC_ASK_PANEL_INFO] = {"panel_info", ":", no_options},
};

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (name && strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool sc_question_knows(const char *command)
{
    return find(command) != NULL;
}

static int read_options(const struct command *c, int argc, char **argv, struct sc_asked *a,
                        struct sc_error *err)
{
    struct sc_question *q = &a->q;
    opterr = 0;
    optind = 0; /* glibc: start again */
    int o;
    while ((o = getopt_long(argc, argv, c->shorts, c->longs, NULL)) != -1) {
        if (o == ':')
            return sc_error_set(err, SC_E_INVAL, "%s: '%s' needs a value", c->name,
                                argv[optind - 1]);
        if (o == '?')
            return sc_error_set(err, SC_E_INVAL, "%s: unknown argument '%s'", c->name,
                                argv[optind - 1]);
        /* Values are handed on to the panel's programs, as words of their own. */
        if (!*optarg || *optarg == '-')
            return sc_error_set(err, SC_E_INVAL, "%s: '%s' cannot be an option's value", c->name,
                                optarg);
        const char **slot = o == 'o'                 ? &q->owner
                            : o == 'n'               ? &q->name
                            : o == OPT_ACCOUNT_OF    ? &q->name
                            : o == OPT_PACKAGE_NAME  ? &q->package_name
                            : o == OPT_PACKAGE_OWNER ? &q->package_owner
                            : o == OPT_USERNAME      ? &q->username
                            : o == OPT_UNIX_ID       ? &q->unix_id
                                                     : &q->fields;
        if (*slot)
            return sc_error_set(err, SC_E_INVAL, "%s: an option is given twice", c->name);
        *slot = optarg;
        a->account |= o == OPT_ACCOUNT_OF;
    }
    if (optind < argc)
        return sc_error_set(err, SC_E_INVAL, "%s: unknown argument '%s'", c->name, argv[optind]);
    return 0;
}

static int check_domains(const struct sc_caller *c, struct sc_asked *a, struct sc_error *err)
{
    struct sc_question *q = &a->q;
    if (q->owner && !sc_owner_valid(q->owner))
        return sc_error_set(err, SC_E_INVAL, "domains: '%s' is not a user name", q->owner);
    int rc = q->name ? sc_domain_canon(q->name, a->name, err) : 0;
    if (rc < 0)
        return rc;
    if (q->name)
        q->name = a->name;
    if (c->user && q->owner && strcmp(q->owner, c->user) != 0)
        return sc_error_set(err, SC_E_DENIED, "domains: '%s' may not ask for domains of '%s'",
                            c->user, q->owner);
    if (c->user)
        q->owner = c->user;
    return 0;
}

static int parse_id(const char *s, long long *ret, struct sc_error *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(s, &end, 10);
    if (s[0] < '0' || s[0] > '9' || *end || errno || n > UINT32_MAX)
        return sc_error_set(err, SC_E_INVAL, "users: '%s' is not a unix id", s);
    *ret = (long long)n;
    return 0;
}

static int check_users(const struct sc_caller *c, struct sc_asked *a, struct sc_error *err)
{
    struct sc_question *q = &a->q;
    int rc = q->unix_id ? parse_id(q->unix_id, &a->id, err) : 0;
    if (rc < 0 || (q->fields && (rc = sc_users_fields(q->fields, &a->fields, err)) < 0))
        return rc;
    if (!q->package_name != !q->package_owner)
        return sc_error_set(err, SC_E_INVAL,
                            "users: --package-name and --package-owner belong together");
    if (q->username && !sc_owner_valid(q->username))
        return sc_error_set(err, SC_E_INVAL, "users: '%s' is not a user name", q->username);
    a->one_user = q->username || q->unix_id;
    bool other = c->user && ((q->username && strcmp(q->username, c->user) != 0) ||
                             (q->unix_id && a->id != (long long)c->uid));
    if (other)
        return sc_error_set(err, SC_E_DENIED, "users: '%s' may ask only for '%s'", c->user,
                            c->user);
    if (c->user)
        q->username = c->user;
    return 0;
}

int sc_question_parse(const struct sc_caller *c, int argc, char **argv, struct sc_asked *ret,
                      struct sc_error *err)
{
    const struct command *command = find(argv[0]);
    if (!command)
        return sc_error_set(err, SC_E_INVAL, "unknown command '%s'", argv[0] ? argv[0] : "");
    *ret = (struct sc_asked){.kind = (enum sc_question_kind)(command - commands), .id = -1};
    int rc = read_options(command, argc, argv, ret, err);
    if (rc == 0 && ret->kind == SC_ASK_DOMAINS)
        rc = check_domains(c, ret, err);
    if (rc == 0 && ret->kind == SC_ASK_USERS)
        rc = check_users(c, ret, err);
    return rc;
}
