/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing what was made for sites, and for accounts that are no more. */
#ifndef SC_PASS_FORGET_H
#define SC_PASS_FORGET_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/pass/tools.h"
#include "core/server/server.h"

/* Closes a site's view to new processes, and has it end within `ms` (core/ending); its plan stays, so
 * the next entry builds it again. *ret_closed: there was a view. Waits at most `wait_ms` for the
 * site's build lock; SC_E_BUSY: nothing was done. */
int sc_pass_close_site(const struct sc_tools *t, uid_t uid, unsigned id, int wait_ms, int ms,
                       bool *ret_closed, struct sc_error *err);

/* The same for good: the plan goes, too. */
int sc_pass_forget_site(const struct sc_tools *t, uid_t uid, unsigned id, int wait_ms,
                        bool *ret_closed, struct sc_error *err);

/* Removes what was made for an account that is no more, and its rows. What runs in its sites ends
 * at once. The caller holds its lock. SC_E_BUSY: a site's view is in somebody's hands for longer than
 * the server waits for locks; all other sites are closed, and the rows stay. */
int sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err);

#endif
