/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/hook.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"

const char *const sc_generic_commands[] = {"pre_modify_user.py",     "post_modify_user.py",
                                           "post_modify_domain.py",  "post_modify_admin.py",
                                           "post_modify_package.py", NULL};

enum opt {
    USER,
    OWNER,
    NEW_USER,
    NEW_OWNER,
    DOMAIN,
    NEW_DOMAIN,
    SUBDOMAINS,
    NAME,
    NEW_NAME,
    N_OPT
};

/* `val` is 1000 + enum opt. */
static const struct option longs[] = {{"username", required_argument, NULL, 1000 + USER},
                                      {"owner", required_argument, NULL, 1000 + OWNER},
                                      {"new-username", required_argument, NULL, 1000 + NEW_USER},
                                      {"new-owner", required_argument, NULL, 1000 + NEW_OWNER},
                                      {"domain", required_argument, NULL, 1000 + DOMAIN},
                                      {"new-domain", required_argument, NULL, 1000 + NEW_DOMAIN},
                                      {"include-subdomains", no_argument, NULL, 1000 + SUBDOMAINS},
                                      {"name", required_argument, NULL, 1000 + NAME},
                                      {"new-name", required_argument, NULL, 1000 + NEW_NAME},
                                      {0}};

#define BIT(option) (1u << (option))

/* What a command can be told. A command's first entry is for its usage's first line. */
static const struct action {
    const char *command, *name, *usage;
    unsigned needed, allowed; /* beside the needed ones */
    enum sc_event_kind kind;
    bool nothing; /* has nothing to do with sites */
} actions[] = {
    {"pre_modify_user.py", "delete", "-u USER", BIT(USER), 0, SC_EVENT_USER_DELETED, false},
    {"post_modify_user.py", "create", "-u USER [-o OWNER]", BIT(USER), BIT(OWNER),
     SC_EVENT_USER_CREATED, false},
    {"post_modify_user.py", "modify", "-u USER [--new-username USER] [--new-owner OWNER]",
     BIT(USER), BIT(NEW_USER) | BIT(NEW_OWNER), SC_EVENT_USER_CHANGED, false},
    {"post_modify_user.py", "delete", "-u USER", BIT(USER), 0, SC_EVENT_USER_DELETED, false},
    {"post_modify_user.py", "restore", "-u USER", BIT(USER), 0, SC_EVENT_USER_CHANGED, false},
    {"post_modify_domain.py", "create", "-u USER --domain DOMAIN", BIT(USER) | BIT(DOMAIN), 0,
     SC_EVENT_DOMAIN_CREATED, false},
    {"post_modify_domain.py", "modify",
     "-u USER --domain DOMAIN --new-domain DOMAIN [--include-subdomains]",
     BIT(USER) | BIT(DOMAIN) | BIT(NEW_DOMAIN), BIT(SUBDOMAINS), SC_EVENT_DOMAIN_RENAMED, false},
    {"post_modify_domain.py", "delete", "-u USER --domain DOMAIN", BIT(USER) | BIT(DOMAIN), 0,
     SC_EVENT_DOMAIN_DELETED, false},
    {"post_modify_domain.py", "docroot", "-u USER [--domain DOMAIN]", BIT(USER), BIT(DOMAIN),
     SC_EVENT_DOCROOT_CHANGED, false},
    {"post_modify_admin.py", "create", "-n NAME", BIT(NAME), 0, SC_EVENT_RESYNC_ALL, true},
    {"post_modify_admin.py", "delete", "-n NAME", BIT(NAME), 0, SC_EVENT_RESYNC_ALL, true},
    {"post_modify_package.py", "rename", "-n NAME --new-name NAME", BIT(NAME) | BIT(NEW_NAME), 0,
     SC_EVENT_RESYNC_ALL, true},
};
#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))

const char *sc_generic_command(const char *name)
{
    for (size_t i = 0; name && sc_generic_commands[i]; i++) {
        const char *one = sc_generic_commands[i];
        size_t bare = strlen(one) - strlen(".py");
        if (strcmp(name, one) == 0 || (strlen(name) == bare && strncmp(name, one, bare) == 0))
            return one;
    }
    return NULL;
}

bool sc_generic_wants_help(char *const *args)
{
    for (; *args; args++) {
        if (strcmp(*args, "--help") == 0 || strcmp(*args, "-h") == 0)
            return true;
    }
    return false;
}

void sc_generic_usage(const char *command, struct sc_buf *out)
{
    const char *lead = "usage:";
    for (size_t i = 0; i < N_ACTIONS; i++) {
        if (strcmp(actions[i].command, command) != 0)
            continue;
        sc_buf_fmt(out, "%-6s %s %s %s\n", lead, command, actions[i].name, actions[i].usage);
        lead = "";
    }
}

/* ---- reading ---- */

struct call {
    const char *command, *action; /* action NULL: none was named */
    const char *value[N_OPT];     /* NULL: the option was not given; "" for one without a value */
    struct sc_error wrong;        /* the first thing that is wrong with the usage */
};

static void complain(struct call *c, const char *what, const char *word)
{
    if (c->wrong.code == 0)
        sc_error_set(&c->wrong, SC_E_INVAL, "%s: %s '%.64s'", c->command, what, word);
}

/* All of the arguments, also behind a wrong one: whom they name is worth knowing. `argv` is sorted
 * by getopt. */
static void read_args(struct call *c, int argc, char **argv)
{
    opterr = 0;
    optind = 0; /* glibc: start again */
    int o;
    while ((o = getopt_long(argc, argv, ":u:o:n:", longs, NULL)) != -1) {
        if (o == ':')
            complain(c, "a value is missing behind", argv[optind - 1]);
        else if (o == '?')
            complain(c, "unknown option", argv[optind - 1]);
        else
            c->value[o == 'u'   ? USER
                     : o == 'o' ? OWNER
                     : o == 'n' ? NAME
                                : o - 1000] = optarg ? optarg : "";
    }
    c->action = optind < argc ? argv[optind] : NULL;
    if (optind + 1 < argc)
        complain(c, "unknown argument", argv[optind + 1]);
    /* An administrator's name is written both ways. */
    if (strcmp(c->command, "post_modify_admin.py") == 0 && !c->value[NAME]) {
        c->value[NAME] = c->value[USER];
        c->value[USER] = NULL;
    }
}

static const struct action *find(struct call *c)
{
    for (size_t i = 0; c->action && i < N_ACTIONS; i++) {
        if (strcmp(actions[i].command, c->command) == 0 && strcmp(actions[i].name, c->action) == 0)
            return &actions[i];
    }
    if (c->action)
        complain(c, "unknown command", c->action);
    else if (c->wrong.code == 0)
        sc_error_set(&c->wrong, SC_E_INVAL, "%s: what was done is missing", c->command);
    return NULL;
}

static void check_options(struct call *c, const struct action *a)
{
    for (size_t i = 0; i < N_OPT; i++) {
        char option[32];
        snprintf(option, sizeof(option), "--%s", longs[i].name);
        if (c->value[i] && !((a->needed | a->allowed) & BIT(i)))
            complain(c, "unknown option", option);
        if (!c->value[i] && (a->needed & BIT(i)))
            complain(c, "missing option", option);
    }
}

/* ---- what it means ---- */

static void hint_at(const char *user, struct sc_events *ret)
{
    if (user && sc_owner_valid(user))
        sc_event_add(ret, SC_EVENT_USER_CHANGED, &(struct sc_event_words){.user = user});
}

int sc_generic_hook(const char *command, char *const *args, struct sc_events *ret,
                    struct sc_error *err)
{
    int argc = 1;
    while (args[argc - 1])
        argc++;
    SC_FREE char **argv = calloc((size_t)argc + 1, sizeof(*argv));
    if (!argv)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the arguments");
    argv[0] = (char *)command;
    memcpy(argv + 1, args, ((size_t)argc - 1) * sizeof(*argv));

    struct call c = {.command = command};
    read_args(&c, argc, argv);
    const struct action *a = find(&c);
    if (a)
        check_options(&c, a);
    if (!a || c.wrong.code != 0) {
        hint_at(c.value[USER], ret);
        hint_at(c.value[NEW_USER], ret);
        return sc_error_set(err, SC_E_INVAL, "%s", c.wrong.text);
    }
    if (a->nothing)
        return 0;
    const struct sc_event_words words = {.user = c.value[USER],
                                         .new_user = c.value[NEW_USER],
                                         .domain = c.value[DOMAIN],
                                         .new_domain = c.value[NEW_DOMAIN],
                                         .subdomains = c.value[SUBDOMAINS] != NULL};
    sc_event_add(ret, c.value[NEW_USER] ? SC_EVENT_USER_RENAMED : a->kind, &words);
    return 0;
}
