/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing what was made for sites, and for accounts that are no more. */
#ifndef SC_PASS_FORGET_H
#define SC_PASS_FORGET_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/pass/tools.h"
#include "core/server/server.h"

/* Ends a site's processes and its view; its plan stays, so the next entry builds it again. Requests
 * that FastCGI and LSAPI programs are at may finish first. */
int sc_pass_end_site(const struct sc_tools *t, uid_t uid, unsigned id, struct sc_error *err);

/* Ends a site for good. */
int sc_pass_forget_site(const struct sc_tools *t, uid_t uid, unsigned id, struct sc_error *err);

/* Removes what was made for an account that is no more, and its rows. The caller holds its lock. */
int sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err);

#endif
