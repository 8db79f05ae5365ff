/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/commands/cagefsctl_parse.h"

void sc_ctl_complain(struct sc_ctl_parse *p, const struct sc_error *e)
{
    if (p->wrong.code == 0)
        p->wrong = *e;
}

/* Two names for a command that has an alias, and the modifiers; to be freed. */
static struct option *make_options(const struct sc_ctl_command *commands, size_t n, char *letters)
{
    struct option *all = calloc(2 * n + SC_CTL_N_MODIFIERS + 1, sizeof(*all));
    if (!all)
        return NULL;
    struct option *o = all + SC_CTL_N_MODIFIERS;
    memcpy(all, sc_ctl_modifiers, sizeof(sc_ctl_modifiers));
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

static void take_command(struct sc_ctl_parse *p, const struct sc_ctl_command *c,
                         const char *spelled)
{
    if (p->call.command && asks_for_help(p->call.command, c)) {
        p->call.command = is_help(c) ? c : p->call.command;
        p->only_help = true;
        return;
    }
    if (p->call.command)
        SC_CTL_COMPLAIN(p, "--%s and --%s: give one command at a time; see cagefsctl --help",
                        p->spelled, spelled);
    p->call.command = c;
    p->spelled = spelled;
}

/* "; did you mean --X?" in `out`, or nothing. */
static void guess(const char *word, char out[SC_CTL_GUESS_MAX])
{
    sc_ctl_guess(word, sc_ctl_modifiers, SC_CTL_N_MODIFIERS, out);
}

static void unknown_option(struct sc_ctl_parse *p, const char *word)
{
    char like[SC_CTL_GUESS_MAX];
    guess(word, like);
    if (optopt == 0)
        SC_CTL_COMPLAIN(p, "unknown option %s: see cagefsctl --help%s", word, like);
    else if (optopt == OPT_HOME)
        SC_CTL_COMPLAIN(p, "--home needs a value: private or shared");
    else if (optopt == OPT_DAYS)
        SC_CTL_COMPLAIN(p, "--days needs a number");
    else if (optopt == OPT_PERIOD || optopt == OPT_STEP)
        SC_CTL_COMPLAIN(p, "--%s needs a value, as in --period 1d --step 5m",
                        optopt == OPT_STEP ? "step" : "period");
    else if (optopt >= OPT_USER && optopt <= OPT_EXCLUDE)
        SC_CTL_COMPLAIN(p, "%s needs a value; see cagefsctl --help", word);
    else if (optopt < OPT_JSON)
        SC_CTL_COMPLAIN(p, "unknown option -%c: see cagefsctl --help", optopt);
    else
        SC_CTL_COMPLAIN(p, "%s: this option takes no value; see cagefsctl --help", word);
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

static void take_long(struct sc_ctl_parse *p, const struct sc_ctl_command *commands,
                      const struct option *option, const char *word)
{
    if (!in_full(word, option->name)) {
        SC_CTL_COMPLAIN(
            p,
            "unknown option %s: see cagefsctl --help (options are written in full); did you "
            "mean --%s?",
            word, option->name);
        return;
    }
    if (!sc_ctl_take_modifier(p, option->val) && option->val >= OPT_COMMAND)
        take_command(p, &commands[option->val - OPT_COMMAND], option->name);
    if (optarg && option->val >= OPT_COMMAND)
        p->call.names[p->call.n++] = optarg;
}

/* All else of the call is not looked at. */
static void keep_help(struct sc_ctl_parse *p)
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
    struct sc_ctl_parse p = {0};
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
        sc_ctl_check_call(&p);
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
