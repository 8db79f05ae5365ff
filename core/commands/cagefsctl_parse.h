/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of sc_ctl_parse(): reading the words of a command line, one option after the other. */
#ifndef SC_COMMANDS_CAGEFSCTL_PARSE_H
#define SC_COMMANDS_CAGEFSCTL_PARSE_H

#include <getopt.h>
#include "core/commands/cagefsctl.h"

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

struct sc_ctl_parse {
    struct sc_ctl_call call;
    const char *spelled;   /* the command as the caller wrote it */
    bool only_help;        /* beside another command */
    struct sc_error wrong; /* the first complaint; reading goes on, for --json */
};

void sc_ctl_complain(struct sc_ctl_parse *p, const struct sc_error *e);

#define SC_CTL_COMPLAIN(p, ...)                                                                    \
    do {                                                                                           \
        struct sc_error e_ = SC_ERROR_INIT;                                                        \
        sc_error_set(&e_, SC_E_INVAL, __VA_ARGS__);                                                \
        sc_ctl_complain(p, &e_);                                                                   \
    } while (0)

/* What may stand beside a command. */
#define SC_CTL_N_MODIFIERS 21
extern const struct option sc_ctl_modifiers[SC_CTL_N_MODIFIERS];

/* Takes one of them, with getopt's optarg. False: it is none. */
bool sc_ctl_take_modifier(struct sc_ctl_parse *p, int option);

/* What getopt cannot know: that there is a command, that it takes what was given, and how many operands. */
void sc_ctl_check_call(struct sc_ctl_parse *p);

#endif
