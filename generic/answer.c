/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/answer.h"

#include <getopt.h>
#include <string.h>
#include "core/inventory/envelope.h"

enum opt {
    OPT_PACKAGE_NAME = 256,
    OPT_PACKAGE_OWNER,
    OPT_USERNAME,
    OPT_UNIX_ID,
    OPT_FIELDS
};

static const struct option domains_options[] = {
    {"owner", required_argument, NULL, 'o'}, {"name", required_argument, NULL, 'n'}, {0}};
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
    int (*answer)(const struct sc_generic_conf *, const struct sc_question *, struct sc_buf *,
                  struct sc_error *);
} commands[] = {
    {"domains", ":o:n:", domains_options, sc_generic_domains},
    {"users", ":o:", users_options, sc_generic_users},
    {"panel_info", ":", no_options, sc_generic_panel_info},
};

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (name && strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool sc_generic_knows(const char *command)
{
    return find(command) != NULL;
}

static int parse(const struct command *c, int argc, char **argv, struct sc_question *q,
                 struct sc_error *err)
{
    opterr = 0;
    optind = 0; /* glibc: start anew */
    int o;
    while ((o = getopt_long(argc, argv, c->shorts, c->longs, NULL)) != -1) {
        if (o == ':')
            return sc_error_set(err, SC_E_INVAL, "%s: '%s' needs a value", c->name,
                                argv[optind - 1]);
        if (o == '?')
            return sc_error_set(err, SC_E_INVAL, "%s: unknown argument '%s'", c->name,
                                argv[optind - 1]);
        /* Values are handed on to the vendor's script, as words of their own. */
        if (!*optarg || *optarg == '-')
            return sc_error_set(err, SC_E_INVAL, "%s: '%s' cannot be an option's value", c->name,
                                optarg);
        const char **slot = o == 'o'                 ? &q->owner
                            : o == 'n'               ? &q->name
                            : o == OPT_PACKAGE_NAME  ? &q->package_name
                            : o == OPT_PACKAGE_OWNER ? &q->package_owner
                            : o == OPT_USERNAME      ? &q->username
                            : o == OPT_UNIX_ID       ? &q->unix_id
                                                     : &q->fields;
        if (*slot)
            return sc_error_set(err, SC_E_INVAL, "%s: an option is given twice", c->name);
        *slot = optarg;
    }
    if (optind < argc)
        return sc_error_set(err, SC_E_INVAL, "%s: unknown argument '%s'", c->name, argv[optind]);
    return 0;
}

int sc_generic_answer(const struct sc_generic_conf *conf, int argc, char **argv, struct sc_buf *out)
{
    struct sc_error err = SC_ERROR_INIT;
    const struct command *c = find(argv[0]);
    int rc = c ? 0 : sc_error_set(&err, SC_E_INVAL, "unknown command '%s'", argv[0]);
    struct sc_question q = {0};
    if (rc == 0)
        rc = parse(c, argc, argv, &q, &err);
    SC_BUF struct sc_buf ok = {.limit = out->limit};
    if (rc == 0)
        rc = c->answer(conf, &q, &ok, &err);
    if (rc < 0) {
        sc_envelope_error(&err, out);
        return 1;
    }
    /* Moved, not copied: it can be large, and `out` is empty but for what callers put there. */
    if (out->len == 0) {
        sc_buf_free(out);
        *out = ok;
        ok = (struct sc_buf)SC_BUF_INIT;
    } else {
        sc_buf_add(out, ok.data, ok.len);
    }
    return 0;
}
