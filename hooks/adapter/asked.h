/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question of the integration scripts, as question.c read it. */
#ifndef SC_HOOKS_ADAPTER_ASKED_H
#define SC_HOOKS_ADAPTER_ASKED_H

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
    bool account;    /* all domains of the account that has q.name */
    long long id;    /* of --unix-id; -1 */
    unsigned fields; /* of --fields, as sc_users_fields() gives them; 0: all */
    bool one_user;   /* the question names a user: not to find him is an error */
};

#endif
