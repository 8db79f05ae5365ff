/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of the integration scripts: their options, read and checked. */
#ifndef SC_HOOKS_ADAPTER_QUESTION_H
#define SC_HOOKS_ADAPTER_QUESTION_H

#include <stdbool.h>
#include "hooks/adapter/adapter.h"

enum sc_question_kind {
    SC_ASK_DOMAINS,
    SC_ASK_USERS,
    SC_ASK_PANEL_INFO
};

struct sc_asked {
    enum sc_question_kind kind;
    struct sc_question q;
    char name[256];  /* q.name, when it is given */
    long long id;    /* of --unix-id; -1 */
    unsigned fields; /* of --fields, as sc_users_fields() gives them; 0: all */
    bool one_user;   /* the question names a user: not to find him is an error */
};

/* Whether `command` (may be NULL) is a question. */
bool sc_question_knows(const char *command);

/* Reads `argv` (argv[0] is the command, argv[argc] is NULL) as `c` may ask it. The strings of
 * ret->q stay argv's, c's and ret's own: *ret must not move. Errors: SC_E_INVAL, SC_E_DENIED (a
 * user asks for another), SC_E_NOMEM. Uses getopt_long(), so one call at a time. */
int sc_question_parse(const struct sc_caller *c, int argc, char **argv, struct sc_asked *ret,
                      struct sc_error *err);

#endif
