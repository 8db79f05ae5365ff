/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first thing that a pass does: acting on who the account is. */
#ifndef SC_PASS_IDENTIFY_H
#define SC_PASS_IDENTIFY_H

#include <stdbool.h>
#include "core/account/identity.h"
#include "core/base/error.h"
#include "core/server/server.h"

/* Brings the database, the policy's exceptions and what was made in line with who the account is
 * (core/account/identity.h): renamed (*ret_renamed; else untouched), moved to another uid, or
 * another one than the one that had this uid or name before. The caller holds the account's lock;
 * that of an old uid, which has no account any more, is taken. Nothing is written when all is as
 * before. */
int sc_pass_identify(struct sc_server *s, const struct sc_identity *me, bool *ret_renamed,
                     struct sc_error *err);

#endif
