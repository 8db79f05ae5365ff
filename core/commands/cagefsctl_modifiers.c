/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that may stand beside a command, and what each does to the call. */
#include <stdlib.h>

#include "core/commands/cagefsctl_parse.h"

const struct option sc_ctl_modifiers[] = {
    {.name = "json", .val = OPT_JSON},
    {.name = "wait-lock", .val = OPT_WAIT_LOCK},
    {.name = "anyway", .val = OPT_ANYWAY},
    {.name = "dry-run", .val = OPT_DRY_RUN},
    {.name = "home", .has_arg = required_argument, .val = OPT_HOME},
    {.name = "learned", .val = OPT_LEARNED},
    {.name = "days", .has_arg = required_argument, .val = OPT_DAYS},
    {.name = "stop", .val = OPT_STOP},
    {.name = "report", .val = OPT_REPORT},
    {.name = "period", .has_arg = required_argument, .val = OPT_PERIOD},
    {.name = "step", .has_arg = required_argument, .val = OPT_STEP},
    {.name = "failing", .val = OPT_FAILING},
    {.name = "stale", .val = OPT_STALE},
    {.name = "not-covered", .val = OPT_NOT_COVERED},
    {.name = "not-isolated", .val = OPT_NOT_ISOLATED},
    {.name = "all", .val = OPT_ALL},
    {.name = "user", .has_arg = required_argument, .val = OPT_USER},
    {.name = "file", .has_arg = required_argument, .val = OPT_FILE},
    {.name = "exclude", .has_arg = required_argument, .val = OPT_EXCLUDE},
    {.name = "keep-going", .val = OPT_KEEP_GOING},
    {.name = "raw", .val = OPT_RAW}};

static void take_home(struct sc_ctl_parse *p, const char *value)
{
    p->call.home = sc_home_from_name(value);
    if (p->call.home == SC_HOME_UNSET)
        SC_CTL_COMPLAIN(p, "--home %s: give private or shared", value);
}

static void take_days(struct sc_ctl_parse *p, const char *value)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || n == 0 || n > SC_LEARN_DAYS_MAX)
        SC_CTL_COMPLAIN(p, "--days %s: give a number from 1 to %u", value, SC_LEARN_DAYS_MAX);
    else
        p->call.days = (unsigned)n;
}

static void take_history(struct sc_ctl_parse *p, int option, const char *value)
{
    struct sc_error e = SC_ERROR_INIT;
    int rc = option == OPT_PERIOD ? sc_history_period_parse(value, &p->call.history.period, &e)
                                  : sc_history_step_parse(value, &p->call.history.step, &e);
    if (rc < 0)
        sc_ctl_complain(p, &e);
}

static void take_learn(struct sc_ctl_parse *p, enum sc_ctl_learn what)
{
    if (p->call.learn != SC_CTL_LEARN_BEGIN && p->call.learn != what)
        SC_CTL_COMPLAIN(p, "--stop and --report: give one of them; see cagefsctl --help");
    p->call.learn = what;
}

bool sc_ctl_take_modifier(struct sc_ctl_parse *p, int option)
{
    switch (option) {
    case OPT_JSON:
        p->call.json = true;
        return true;
    case OPT_ANYWAY:
        p->call.anyway = true;
        return true;
    case OPT_DRY_RUN:
        p->call.dry_run = true;
        return true;
    case OPT_HOME:
        take_home(p, optarg);
        return true;
    case OPT_LEARNED:
        p->call.learned = true;
        return true;
    case OPT_DAYS:
        take_days(p, optarg);
        return true;
    case OPT_PERIOD:
    case OPT_STEP:
        take_history(p, option, optarg);
        return true;
    case OPT_STOP:
        take_learn(p, SC_CTL_LEARN_STOP);
        return true;
    case OPT_REPORT:
        take_learn(p, SC_CTL_LEARN_REPORT);
        return true;
    case OPT_ALL:
        p->call.all = true;
        return true;
    case OPT_USER:
        p->call.many.users[p->call.many.n_users++] = optarg;
        return true;
    case OPT_FILE:
        p->call.many.files[p->call.many.n_files++] = optarg;
        return true;
    case OPT_EXCLUDE:
        p->call.many.except[p->call.many.n_except++] = optarg;
        return true;
    case OPT_RAW:
        p->call.raw = true;
        return true;
    case OPT_KEEP_GOING:
        p->call.many.keep_going = true;
        return true;
    case OPT_FAILING:
    case OPT_STALE:
    case OPT_NOT_COVERED:
    case OPT_NOT_ISOLATED:
        p->call.only |= 1u << (option - OPT_FAILING); /* in the order of enum sc_ctl_only */
        return true;
    default:
        return false;
    }
}
