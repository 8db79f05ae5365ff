/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How every change begins that a user asks for, of domains of his (user.h). */
#ifndef SC_ENGINE_USER_CHANGE_H
#define SC_ENGINE_USER_CHANGE_H

#include "core/engine/internal.h"

struct sc_user_change {
    char user[SC_POLICY_USER_MAX + 1];
    char (*names)[256]; /* canonical */
    size_t n;
    struct sc_jobs jobs; /* one */
};

void sc_user_change_done(struct sc_user_change *c);

/* Checks the policy, takes the account's lock, gathers its facts, checks the names. `removal`: it isolates less, so
 * it is refused to who is locked, and domains count that the panel had before. *c must be {0}; sc_user_change_done()
 * it, also after errors. As sc_engine_user_enable(); SC_IS_LOCKED. */
int sc_user_change_begin(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                         bool removal, struct sc_user_change *c, struct sc_error *err);

/* SC_E_INVAL (SC_IS_NOT_ISOLATED): a domain of his that is not isolated, with the way out. */
int sc_user_not_isolated(const char *name, struct sc_error *err);

#endif
