/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panel's answer about all domains, for passes over many accounts: it is asked once, not for each of
 * them. */
#ifndef SC_PASS_TOLD_H
#define SC_PASS_TOLD_H

#include <stdbool.h>
#include <stdint.h>
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

struct sc_told {
    int64_t asked; /* when, in seconds since 1970 */
    struct sc_domains d;
    const struct sc_domain **by_owner; /* NULL: there is no answer that can be used */
};

/* Asks. Where the panel does not answer, each account is asked for, which costs nothing as long as it
 * hangs (struct sc_server.hung); so it is where something odd is in the answer, for that may be about
 * one account or the other. */
void sc_told_ask(struct sc_server *s, struct sc_told *ret);
void sc_told_done(struct sc_told *t); /* accepts {0} */

/* What it says about the account, which is locked. *ret_use false: its domains were read since, so that a
 * pass was made that knows more, or there is no answer. `t` may be NULL. SC_E_NOMEM, SC_E_SYS. */
int sc_told_of(const struct sc_told *t, struct sc_server *s, const struct sc_account *a,
               bool *ret_use, struct sc_heard *ret, struct sc_error *err);

#endif
