/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/cagefsctl.h"

#include <stdint.h>

#include "core/base/error_code.h"

#define MANY SIZE_MAX

/* Both spellings of an isolation command. */
#define BOTH(rest) .name = "site-isolation-" rest, .alias = "isolates-" rest

#define USERS   .operands = "USER...", .one = "USER", .min = 1, .max = MANY
#define DOMAINS .operands = "DOMAIN...", .one = "DOMAIN", .min = 1, .max = MANY

static int help(struct sc_ctl *c, struct sc_error *err)
{
    const char *topic = c->n ? sc_ctl_topic(c->names[0]) : NULL;
    if (c->n && !topic)
        return sc_error_is(
            err, SC_IS_USAGE,
            sc_error_set(err, SC_E_INVAL,
                         "there is no help about '%s': topics are users, sites, many, "
                         "trouble, json",
                         c->names[0]));
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (topic)
        sc_buf_str(&text, topic);
    else
        sc_ctl_help(&text);
    int rc = sc_buf_check(&text, "the help", err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "%s", text.data);
    sc_out_set_take(c->out, "help", sc_json_text(text.data));
    return 0;
}

static int version(struct sc_ctl *c, struct sc_error *err)
{
    (void)err;
    sc_out_fmt(c->out, "cagefsctl (Sitecage) %s\n", SC_VERSION);
    sc_out_set_take(c->out, "version", sc_json_text(SC_VERSION));
    return 0;
}

/* CageFS's upkeep of its skeleton. Sites see the live system here, so it is always up to date;
 * panels' and packages' scripts that call these must not fail. */
static int nothing(struct sc_ctl *c, struct sc_error *err)
{
    (void)c;
    (void)err;
    return 0;
}

#define NOTHING   .run = nothing, .help = "Accepted; there is nothing to do"
#define OLD_USERS .operands = "[USER...]", .one = "USER", .max = MANY

static const struct sc_ctl_command table[] = {
    {BOTH("allow-all"), .run = sc_ctl_allow_all, .flags = SC_CTL_SERVER,
     .help = "Switch the feature on for all users"},
    {BOTH("deny-all"), .run = sc_ctl_deny_all, .flags = SC_CTL_SERVER,
     .help = "Switch it off and end all isolation"},
    {BOTH("allow"), USERS, .run = sc_ctl_allow, .flags = SC_CTL_SERVER,
     .help = "Allow it for these users"},
    {BOTH("deny"), USERS, .run = sc_ctl_deny, .flags = SC_CTL_SERVER,
     .help = "Deny it, and end their isolation"},
    {BOTH("lock"), USERS, .run = sc_ctl_lock, .flags = SC_CTL_SERVER,
     .help = "These users cannot disable it"},
    {BOTH("unlock"), USERS, .run = sc_ctl_unlock, .flags = SC_CTL_SERVER, .help = "They can again"},
    {BOTH("toggle-mode"), .run = sc_ctl_toggle_mode, .flags = SC_CTL_SERVER,
     .help = "Swap the modes allow_all and deny_all"},
    {BOTH("enable"), DOMAINS, .run = sc_ctl_enable,
     .flags = SC_CTL_SERVER | SC_CTL_ANYWAY | SC_CTL_HOME | SC_CTL_DRY_RUN | SC_CTL_LEARNED |
              SC_CTL_MANY,
     .help = "Isolate these domains"},
    {BOTH("disable"), DOMAINS, .run = sc_ctl_disable,
     .flags = SC_CTL_SERVER | SC_CTL_DRY_RUN | SC_CTL_MANY,
     .help = "End the isolation of these domains"},
    {BOTH("list"), .operands = "[USER...]", .one = "USER", .max = MANY, .run = sc_ctl_list,
     .flags = SC_CTL_SERVER, .help = "List the isolated domains"},
    {BOTH("regenerate"), USERS, .run = sc_ctl_regenerate, .flags = SC_CTL_SERVER | SC_CTL_HOME,
     .help = "Make the users' sites again, in place"},
    {BOTH("status"), .operands = "[DOMAIN...]", .one = "DOMAIN", .max = MANY, .run = sc_ctl_status,
     .flags = SC_CTL_SERVER | SC_CTL_ONLY, .help = "Say what is on, what is stale, and why"},
    {BOTH("overview"), .operands = "[USER...]", .one = "USER", .max = MANY, .run = sc_ctl_overview,
     .flags = SC_CTL_SERVER, .help = "List all domains, isolated or not"},
    {BOTH("history"), .operands = "[DOMAIN...]", .one = "DOMAIN", .max = MANY,
     .run = sc_ctl_history, .flags = SC_CTL_SERVER | SC_CTL_HISTORY,
     .help = "Say what the sites used over time"},
    {BOTH("check"), .operands = "[DOMAIN...]", .one = "DOMAIN", .max = MANY, .run = sc_ctl_check,
     .help = "Say whether this server can isolate"},
    {BOTH("plan"), .operands = "DOMAIN", .one = "DOMAIN", .min = 1, .max = 1, .run = sc_ctl_plan,
     .flags = SC_CTL_SERVER | SC_CTL_RAW, .help = "Say what the site sees or would see"},
    {BOTH("explain"), .operands = "DOMAIN [PATH]", .one = "DOMAIN and one PATH", .min = 1, .max = 2,
     .run = sc_ctl_explain, .flags = SC_CTL_SERVER,
     .help = "Say why it fails, or who closes a path"},
    {BOTH("learn"), .operands = "DOMAIN", .one = "DOMAIN", .min = 1, .max = 1, .run = sc_ctl_learn,
     .flags = SC_CTL_SERVER | SC_CTL_ANYWAY | SC_CTL_LEARN,
     .help = "Record what the site uses of the account"},
    {.name = "remount",
     .letter = 'm',
     USERS,
     .run = sc_ctl_remount,
     .flags = SC_CTL_SERVER,
     .help = "End the processes of the users' sites"},
    {.name = "remount-all",
     .letter = 'M',
     .run = sc_ctl_remount_all,
     .flags = SC_CTL_SERVER,
     .help = "The same for all users"},
    {.name = "force-update", NOTHING},
    {.name = "update", NOTHING},
    {.name = "init", NOTHING},
    {.name = "reinit", NOTHING},
    {.name = "setup-cl-selector", NOTHING},
    {.name = "reconfigure-cagefs", NOTHING},
    {.name = "update-list", NOTHING},
    {.name = "update-etc", OLD_USERS, NOTHING},
    {.name = "force-update-etc", OLD_USERS, NOTHING},
    {.name = "rebuild-alt-php-ini", OLD_USERS, NOTHING},
    {.name = "version", .flags = SC_CTL_ANYBODY, .run = version, .help = "Say the version"},
    {.name = "help",
     .letter = 'h',
     .operands = "[TOPIC]",
     .one = "TOPIC",
     .max = 1,
     .flags = SC_CTL_ANYBODY,
     .run = help,
     .help = "Say this"},
};

const struct sc_ctl_command *sc_ctl_commands(size_t *ret_n)
{
    *ret_n = sizeof(table) / sizeof(table[0]);
    return table;
}

void sc_ctl_help(struct sc_buf *out)
{
    sc_buf_str(out, "usage: cagefsctl [--json] [--wait-lock] [-v] COMMAND [NAME...]\n"
                    "\n"
                    "Isolates the websites of a hosting account from each other.\n"
                    "\n"
                    "Commands, one per call (--isolates-X is the same as --site-isolation-X):\n");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct sc_ctl_command *c = &table[i];
        char option[80];
        snprintf(option, sizeof(option), "%s--%s%s%s",
                 c->letter ? (char[]){'-', c->letter, ',', ' ', 0} : "", c->name,
                 c->operands ? " " : "", c->operands ? c->operands : "");
        sc_buf_fmt(out, "  %-36s %s\n", option, c->help);
    }
    sc_buf_str(out,
               "\n"
               "With any of them:\n"
               "  --json                               Answer with one JSON object\n"
               "  --wait-lock                          Accepted; commands always wait their turn\n"
               "  -v, --verbose                        Say each step and how long it took\n"
               "With some:\n"
               "  --dry-run      (enable, disable) Say what it would say, change nothing\n"
               "  --anyway       (enable, learn) Also where not all is covered\n"
               "  --home private|shared  (enable, regenerate) What sites see of the home\n"
               "  --learned      (enable) Give what was used to the sites\n"
               "  --user USER, --all, --file FILE, --exclude DOMAIN, --keep-going\n"
               "                 (enable, disable) Many sites: cagefsctl help many\n"
               "  --failing, --stale, --not-covered, --not-isolated\n"
               "                 (status) Only sites of these kinds; --all: all domains\n"
               "  --days N, --stop, --report\n"
               "                 (learn) For how long (7), end it, say what was used\n"
               "  --period P, --step S\n"
               "                 (history) How far back (1d), and how fine\n"
               "  --raw          (plan) The plan file, on a terminal, too\n"
               "\n"
               "Topics, with examples: cagefsctl help users|sites|many|trouble|json\n"
               "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 38 limits that this\n"
               "kernel cannot hold. See cagefsctl(8).\n");
}
