/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the users' commands say of themselves. libc only: it needs no service. */
#ifndef SC_COMMANDS_CLIENT_HELP_H
#define SC_COMMANDS_CLIENT_HELP_H

#include <stddef.h>

struct sc_help_topic {
    const char *name, *text;
};

struct sc_help {
    const char *usage;                  /* what --help prints */
    const struct sc_help_topic *topics; /* ends with a NULL name */
    const char *version;
};

extern const struct sc_help sc_isolatectl_help;
extern const struct sc_help sc_cagefsctl_user_help; /* isolatectl by its earlier name */
extern const struct sc_help sc_selectorctl_help;

enum sc_help_is {
    SC_HELP_NONE,   /* the words ask for something else */
    SC_HELP_TEXT,   /* *ret is to be printed */
    SC_HELP_UNKNOWN /* there is no such topic; *ret is the word */
};

/* Says which topics there are: "there is no help about 'X': topics are a, b". */
void sc_help_unknown(const struct sc_help *help, const char *word, char *ret, size_t size);

/* Whether the words behind the program's name (NULL at their end) ask for help or the version: "help [TOPIC]", "-h", "--help",
 * "WORD --help", "-V" unless it means something else, "--version". */
enum sc_help_is sc_help_asked(const struct sc_help *help, char *const *args, const char **ret);

/* Writes the text to standard output. 1, and the reason on standard error, where that fails; else 0. */
int sc_help_say(const char *text);

/* The same for a JSON document that says `message` of an error, which then is on standard error, too. */
int sc_help_say_error(const char *text, const char *message);

#endif
