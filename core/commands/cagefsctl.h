/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cagefsctl, the administrator's command: arguments in, one call of the engine, texts out. A
 * command is a row of the table in cagefsctl_table.c and a function in the file of its group. */
#ifndef SC_COMMANDS_CAGEFSCTL_H
#define SC_COMMANDS_CAGEFSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/commands/out.h"
#include "core/engine/engine.h"
#include "core/engine/history.h"

enum sc_ctl_flags {
    SC_CTL_ANYBODY = 1,      /* root is not needed */
    SC_CTL_SERVER = 2,       /* the server object is needed */
    SC_CTL_ANYWAY = 4,       /* --anyway may be given */
    SC_CTL_HOME = 8,         /* --home may be given */
    SC_CTL_ONLY = 16,        /* --failing, --stale, --not-covered may be given */
    SC_CTL_DRY_RUN = 32,     /* --dry-run may be given */
    SC_CTL_LEARN = 64,       /* --days, --stop or --report may be given */
    SC_CTL_LEARNED = 128,    /* --learned may be given */
    SC_CTL_RAW = 512,        /* --raw may be given */
    SC_CTL_MANY = 256,       /* --user, --all, --file, --exclude, --keep-going may be given */
    SC_CTL_HISTORY = 1 << 16 /* --period, --step may be given */
};

/* What is asked of learning beside its beginning. */
enum sc_ctl_learn {
    SC_CTL_LEARN_BEGIN,
    SC_CTL_LEARN_STOP,
    SC_CTL_LEARN_REPORT
};

/* Which sites are wanted: of any of these kinds. */
enum sc_ctl_only {
    SC_CTL_FAILING = 1,
    SC_CTL_STALE = 2,
    SC_CTL_NOT_COVERED = 4,
    SC_CTL_NOT_ISOLATED = 8
};

/* Which sites, beyond those that are named: lists of what was given, which point into argv. */
struct sc_ctl_many {
    const char **users, **files, **except;
    size_t n_users, n_files, n_except;
    bool keep_going;
};

/* What a command's function gets. */
struct sc_ctl {
    const char *const *names; /* operands, as many as its row allows */
    size_t n;
    struct sc_server *server; /* NULL without SC_CTL_SERVER */
    bool anyway;              /* --anyway */
    bool dry_run;             /* --dry-run */
    enum sc_home home;        /* --home; UNSET: not given */
    unsigned only;            /* enum sc_ctl_only; 0: all */
    bool learned;             /* --learned */
    enum sc_ctl_learn learn;  /* --stop, --report */
    unsigned days;            /* --days; 0: not given */
    bool all;                 /* --all */
    bool raw;                 /* --raw */
    bool terminal;            /* standard output is one */
    struct sc_ctl_many many;
    struct sc_history_asked history; /* --period, --step */
    const struct sc_watch *watch;
    struct sc_out *out; /* filled after the work, so that a failure has nothing but its reason */
};

struct sc_ctl_command {
    const char *name;     /* long option, without the dashes */
    const char *alias;    /* the newer spelling, or NULL */
    char letter;          /* short option, or 0 */
    const char *operands; /* as --help shows them; NULL: none */
    const char *one;      /* what one operand is, for messages */
    size_t min, max;      /* number of operands */
    unsigned flags;       /* enum sc_ctl_flags */
    int (*run)(struct sc_ctl *c, struct sc_error *err);
    const char *help; /* one line */
};

/* The commands, in the order of --help. Static storage. */
const struct sc_ctl_command *sc_ctl_commands(size_t *ret_n);

/* Appends what --help says. */
void sc_ctl_help(struct sc_buf *out);

/* What "help TOPIC" says, TOPIC being a command, too; NULL: there is no such topic. Static. */
const char *sc_ctl_topic(const char *name);

/* "; did you mean --X?" for a word that is no option, or "": of the commands and these further options. */
#define SC_CTL_GUESS_MAX 96
struct option; /* getopt.h */
void sc_ctl_guess(const char *word, const struct option *modifiers, size_t n,
                  char out[SC_CTL_GUESS_MAX]);

struct sc_ctl_call {
    const struct sc_ctl_command *command;
    const char **names; /* point into argv */
    size_t n;
    bool json;
    bool anyway;
    bool dry_run;
    enum sc_home home;
    unsigned only;
    bool learned;
    enum sc_ctl_learn learn;
    unsigned days;
    bool all;
    bool raw;
    struct sc_ctl_many many;
    struct sc_history_asked history;
};

void sc_ctl_call_done(struct sc_ctl_call *call);

/* Reads the command line. Long options are taken in full only: an abbreviation of today may mean
 * something else tomorrow. SC_E_INVAL for wrong usage; ret->json is then set nevertheless, so that
 * the complaint has the form that was asked for. Uses getopt's globals: not for threads. */
int sc_ctl_parse(int argc, char **argv, struct sc_ctl_call *ret, struct sc_error *err);

/* Where the whole command writes, and who calls. */
struct sc_ctl_io {
    FILE *out;
    FILE *err;
    uid_t euid;
    bool terminal; /* err is one: a progress bar may be shown */
    bool reader;   /* out is one: a person reads it */
    bool colour;   /* and it shows colours */
};

/* Runs it all. Returns the exit status: 0, 1 refused or failed, 2 wrong usage, 38 limits that this
 * kernel cannot hold. */
int sc_cagefsctl(int argc, char **argv, const struct sc_ctl_io *io);

/* enable and disable, where more was said than names (or: not everything is to be done or nothing). */
bool sc_ctl_is_many(const struct sc_ctl *c);
int sc_ctl_many(struct sc_ctl *c, bool enable, struct sc_error *err);

/* Puts to the reason of a failure what was meant by a domain or a user that does not exist: to the
 * text, or in JSON a member "hint". */
void sc_ctl_meant(struct sc_ctl *c, struct sc_error *err);

/* The commands' functions. */
int sc_ctl_allow_all(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_deny_all(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_allow(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_deny(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_lock(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_unlock(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_toggle_mode(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_regenerate(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_remount(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_remount_all(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_enable(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_disable(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_list(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_status(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_check(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_plan(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_explain(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_history(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_overview(struct sc_ctl *c, struct sc_error *err);
int sc_ctl_learn(struct sc_ctl *c, struct sc_error *err);

#endif
