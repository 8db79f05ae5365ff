/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of the integration scripts: their options, read and checked. */
#ifndef SC_HOOKS_ADAPTER_QUESTION_H
#define SC_HOOKS_ADAPTER_QUESTION_H

#include <stdbool.h>
#include "hooks/adapter/asked.h"

/* Whether `command` (may be NULL) is a question. */
bool sc_question_knows(const char *command);

/* Reads `argv` (argv[0] is the command, argv[argc] is NULL) as `c` may ask it. The strings of
 * ret->q stay argv's, c's and ret's own: *ret must not move. Errors: SC_E_INVAL, SC_E_DENIED (a
 * user asks for another), SC_E_NOMEM. Uses getopt_long(), so one call at a time. */
int sc_question_parse(const struct sc_caller *c, int argc, char **argv, struct sc_asked *ret,
                      struct sc_error *err);

#endif
