/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/cagefsctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"

/* getopt_long's values: beyond every letter, so that optopt tells the two apart. */
enum {
    OPT_JSON = 256,
    OPT_WAIT_LOCK,
    OPT_ANYWAY,
    OPT_HOME,
    OPT_FAILING,
    OPT_STALE,
    OPT_NOT_COVERED,
    OPT_NOT_ISOLATED,
    OPT_ALL,
    OPT_USER,
    OPT_FILE,
    OPT_EXCLUDE,
    OPT_KEEP_GOING,
    OPT_RAW,
    OPT_DRY_RUN,
    OPT_LEARNED,
    OPT_DAYS,
    OPT_STOP,
    OPT_REPORT,
    OPT_PERIOD,
    OPT_STEP,
    OPT_COMMAND /* + index in the table */
};

struct parse {
    struct sc_ctl_call call;
    const char *spelled;   /* the command as the caller wrote it */
    bool only_help;        /* beside another command */
    struct sc_error wrong; /* the first complaint; reading goes on, for --json */
};

static void complain(struct parse *p, const struct sc_error *e)
{
    if (p->wrong.code == 0)
        p->wrong = *e;
}

#define COMPLAIN(p, ...)                                                                           \
    do {                                                                                           \
        struct sc_error e_ = SC_ERROR_INIT;                                                        \
        sc_error_set(&e_, SC_E_INVAL, __VA_ARGS__);                                                \
        complain(p, &e_);                                                                          \
    } while (0)

static const struct option modifiers[] = {
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
#define N_MODIFIERS (sizeof(modifiers) / sizeof(modifiers[0]))

/* Two names for a command that has an alias, and the modifiers; to be freed. */
static struct option *make_options(const struct sc_ctl_command *commands, size_t n, char *letters)
{
    struct option *all = calloc(2 * n + N_MODIFIERS + 1, sizeof(*all));
    if (!all)
        return NULL;
    struct option *o = all + N_MODIFIERS;
    memcpy(all, modifiers, sizeof(modifiers));
    for (size_t i = 0; i < n; i++) {
        const struct sc_ctl_command *c = &commands[i];
        struct option one = {.name = c->name,
                             .has_arg = c->max ? optional_argument : no_argument,
                             .val = OPT_COMMAND + (int)i};
        *o++ = one;
        if (c->letter)
            *letters++ = c->letter;
        if (c->alias) {
            one.name = c->alias;
            *o++ = one;
        }
    }
    *letters = 0;
    return all;
}

static bool is_help(const struct sc_ctl_command *c)
{
    return c->letter == 'h';
}

/* Who asks for help with a command gets it, and nothing is done. */
static bool asks_for_help(const struct sc_ctl_command *a, const struct sc_ctl_command *b)
{
    return (is_help(a) && !(b->flags & SC_CTL_ANYBODY)) ||
           (is_help(b) && !(a->flags & SC_CTL_ANYBODY));
}

static void take_command(struct parse *p, const struct sc_ctl_command *c, const char *spelled)
{
    if (p->call.command && asks_for_help(p->call.command, c)) {
        p->call.command = is_help(c) ? c : p->call.command;
        p->only_help = true;
        return;
    }
    if (p->call.command)
        COMPLAIN(p, "--%s and --%s: give one command at a time; see cagefsctl --help", p->spelled,
                 spelled);
    p->call.command = c;
    p->spelled = spelled;
}

/* "; did you mean --X?" in `out`, or nothing. */
static void guess(const char *word, char out[SC_CTL_GUESS_MAX])
{
    sc_ctl_guess(word, modifiers, N_MODIFIERS, out);
}

static void unknown_option(struct parse *p, const char *word)
{
    char like[SC_CTL_GUESS_MAX];
    guess(word, like);
    if (optopt == 0)
        COMPLAIN(p, "unknown option %s: see cagefsctl --help%s", word, like);
    else if (optopt == OPT_HOME)
        COMPLAIN(p, "--home needs a value: private or shared");
    else if (optopt == OPT_DAYS)
        COMPLAIN(p, "--days needs a number");
    else if (optopt == OPT_PERIOD || optopt == OPT_STEP)
        COMPLAIN(p, "--%s needs a value, as in --period 1d --step 5m",
                 optopt == OPT_STEP ? "step" : "period");
    else if (optopt >= OPT_USER && optopt <= OPT_EXCLUDE)
        COMPLAIN(p, "%s needs a value; see cagefsctl --help", word);
    else if (optopt < OPT_JSON)
        COMPLAIN(p, "unknown option -%c: see cagefsctl --help", optopt);
    else
        COMPLAIN(p, "%s: this option takes no value; see cagefsctl --help", word);
}

/* Whether `word` ("--name" or "--name=…") spells the option out. */
static bool in_full(const char *word, const char *name)
{
    size_t n = strlen(name);
    return strncmp(word + 2, name, n) == 0 && (word[2 + n] == 0 || word[2 + n] == '=');
}

static const struct sc_ctl_command *by_letter(const struct sc_ctl_command *commands, size_t n,
                                              int letter)
{
    for (size_t i = 0; i < n; i++)
        if (commands[i].letter == letter)
            return &commands[i];
    return NULL;
}

static void take_home(struct parse *p, const char *value)
{
    p->call.home = sc_home_from_name(value);
    if (p->call.home == SC_HOME_UNSET)
        COMPLAIN(p, "--home %s: give private or shared", value);
}

static void take_days(struct parse *p, const char *value)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || n == 0 || n > SC_LEARN_DAYS_MAX)
        COMPLAIN(p, "--days %s: give a number from 1 to %u", value, SC_LEARN_DAYS_MAX);
    else
        p->call.days = (unsigned)n;
}

static void take_history(struct parse *p, int option, const char *value)
{
    struct sc_error e = SC_ERROR_INIT;
    int rc = option == OPT_PERIOD ? sc_history_period_parse(value, &p->call.history.period, &e)
                                  : sc_history_step_parse(value, &p->call.history.step, &e);
    if (rc < 0)
        complain(p, &e);
}

static void take_learn(struct parse *p, enum sc_ctl_learn what)
{
    if (p->call.learn != SC_CTL_LEARN_BEGIN && p->call.learn != what)
        COMPLAIN(p, "--stop and --report: give one of them; see cagefsctl --help");
    p->call.learn = what;
}

/* False: it is none of these. */
static bool take_modifier(struct parse *p, int option)
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

static void take_long(struct parse *p, const struct sc_ctl_command *commands,
                      const struct option *option, const char *word)
{
    if (!in_full(word, option->name)) {
        COMPLAIN(p,
                 "unknown option %s: see cagefsctl --help (options are written in full); did you "
                 "mean --%s?",
                 word, option->name);
        return;
    }
    if (!take_modifier(p, option->val) && option->val >= OPT_COMMAND)
        take_command(p, &commands[option->val - OPT_COMMAND], option->name);
    if (optarg && option->val >= OPT_COMMAND)
        p->call.names[p->call.n++] = optarg;
}

/* Of those that say which sites; NULL. */
static const char *not_taken_many(const struct sc_ctl_call *call)
{
    const struct sc_ctl_many *m = &call->many;
    const unsigned flags = call->command->flags;
    if (call->all && !(flags & (SC_CTL_MANY | SC_CTL_ONLY)))
        return "--all";
    if (flags & SC_CTL_MANY)
        return NULL;
    return m->n_users      ? "--user"
           : m->n_files    ? "--file"
           : m->n_except   ? "--exclude"
           : m->keep_going ? "--keep-going"
                           : NULL;
}

/* A modifier that the command does not take; NULL. */
static const char *not_taken(const struct sc_ctl_call *call)
{
    const unsigned flags = call->command->flags;
    if (call->anyway && !(flags & SC_CTL_ANYWAY))
        return "--anyway";
    if (call->dry_run && !(flags & SC_CTL_DRY_RUN))
        return "--dry-run";
    if (call->home != SC_HOME_UNSET && !(flags & SC_CTL_HOME))
        return "--home";
    if (call->learned && !(flags & SC_CTL_LEARNED))
        return "--learned";
    if (call->learned && call->dry_run)
        return "--learned with --dry-run";
    if (call->days && !(flags & SC_CTL_LEARN && call->learn == SC_CTL_LEARN_BEGIN))
        return "--days";
    if (call->learn != SC_CTL_LEARN_BEGIN && !(flags & SC_CTL_LEARN))
        return call->learn == SC_CTL_LEARN_STOP ? "--stop" : "--report";
    if (call->raw && !(flags & SC_CTL_RAW))
        return "--raw";
    if ((call->history.period || call->history.step) && !(flags & SC_CTL_HISTORY))
        return call->history.period ? "--period" : "--step";
    if (call->only && !(flags & SC_CTL_ONLY))
        return "--failing, --stale, --not-covered or --not-isolated";
    return not_taken_many(call);
}

/* What getopt cannot know: that there is a command, and how many operands it takes. */
static void check_call(struct parse *p)
{
    const struct sc_ctl_command *c = p->call.command;
    size_t n = p->call.n;
    char like[SC_CTL_GUESS_MAX] = "";
    if (!c && n)
        guess(p->call.names[0], like);
    if (!c)
        COMPLAIN(p, "no command is given: see cagefsctl --help%s", like);
    else if (not_taken(&p->call))
        COMPLAIN(p, "--%s takes no %s; see cagefsctl --help", p->spelled, not_taken(&p->call));
    else if (n < c->min && !p->call.many.n_users && !p->call.many.n_files && !p->call.all)
        COMPLAIN(p, "--%s needs a name: cagefsctl --%s %s", p->spelled, p->spelled, c->operands);
    else if (n > c->max && c->max == 0)
        COMPLAIN(p, "--%s takes no name, but '%s' is given; see cagefsctl --help", p->spelled,
                 p->call.names[0]);
    else if (n > c->max)
        COMPLAIN(p, "--%s takes one %s, but '%s' is given too: call it once for each", p->spelled,
                 c->one, p->call.names[c->max]);
}

/* All else of the call is not looked at. */
static void keep_help(struct parse *p)
{
    const struct sc_ctl_call all = p->call;
    p->call = (struct sc_ctl_call){.command = all.command, .names = all.names, .json = all.json};
    p->call.many.users = all.many.users;
    p->call.many.files = all.many.files;
    p->call.many.except = all.many.except;
    p->wrong = (struct sc_error)SC_ERROR_INIT;
}

void sc_ctl_call_done(struct sc_ctl_call *call)
{
    SC_FREE_ALL(call->names, call->many.users, call->many.files, call->many.except);
    *call = (struct sc_ctl_call){0};
}

static int make_room(struct sc_ctl_call *call, size_t n)
{
    call->names = calloc(n, sizeof(*call->names));
    call->many.users = calloc(n, sizeof(*call->many.users));
    call->many.files = calloc(n, sizeof(*call->many.files));
    call->many.except = calloc(n, sizeof(*call->many.except));
    return call->names && call->many.users && call->many.files && call->many.except ? 0 : -1;
}

int sc_ctl_parse(int argc, char **argv, struct sc_ctl_call *ret, struct sc_error *err)
{
    size_t n;
    const struct sc_ctl_command *commands = sc_ctl_commands(&n);
    /* '-': operands are given in order, as if POSIXLY_CORRECT could never be set. */
    char letters[64] = "-";
    SC_FREE struct option *options = make_options(commands, n, letters + 1);
    struct parse p = {0};
    if (make_room(&p.call, (size_t)argc + 1) < 0 || !options) {
        sc_ctl_call_done(&p.call);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the command line");
    }
    opterr = 0;
    optind = 0; /* glibc: start again */
    int c, index = 0;
    while ((c = getopt_long(argc, argv, letters, options, &index)) != -1) {
        const char *word = argv[optind - 1]; /* only used where it is the one just read */
        if (c >= OPT_JSON && options[index].has_arg == required_argument && word == optarg)
            word = argv[optind - 2]; /* the value is a word of its own */
        if (c == 1)
            p.call.names[p.call.n++] = optarg;
        else if (c == '?')
            unknown_option(&p, word);
        else if (c >= OPT_JSON)
            take_long(&p, commands, &options[index], word);
        else {
            const struct sc_ctl_command *command = by_letter(commands, n, c);
            take_command(&p, command, command->name);
        }
    }
    for (int i = optind; i < argc; i++)
        p.call.names[p.call.n++] = argv[i];
    if (p.only_help)
        keep_help(&p);
    else
        check_call(&p);
    if (p.wrong.code) {
        ret->json = p.call.json;
        sc_ctl_call_done(&p.call);
        if (err)
            *err = p.wrong;
        return p.wrong.code;
    }
    *ret = p.call;
    return 0;
}
