/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which account is it? Names and uids are given again: an account whose name or uid changed keeps
 * what it has, one that got another's name or uid inherits nothing. The proof is a site's storage
 * in the home (a directory with a random name, which only its account has), then what the panel
 * told. */
#ifndef SC_ACCOUNT_IDENTITY_H
#define SC_ACCOUNT_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "core/server/server.h"
#include "db/store.h"

struct sc_identity { /* borrowed: an account as the system knows it now */
    uid_t uid;
    gid_t gid;
    const char *user;
    const char *home; /* as passwd says it */
    int homefd;       /* < 0: not opened, as there are no sites to look for */
    const struct sc_event_list *hints;
    const struct sc_domains *panel; /* its domains now; NULL: not known */
};

/* Brings the database, the policy's exceptions and what was made in line with who the account is:
 * renamed (*ret_renamed), moved to another uid (the sites follow, what was made for the old uid
 * ends), or another one than the one that had this uid or name before (what was made for that one
 * is gone). The caller holds the account's lock; that of an old uid, which has no account any more,
 * is taken. Nothing is written when all is as before. */
int sc_identity_settle(struct sc_server *s, const struct sc_identity *me, bool *ret_renamed,
                       struct sc_error *err);

/* Whether the account's sites, or those of an account that it may have been, are in the database. */
int sc_identity_has_claim(struct sc_server *s, uid_t uid, const char *user,
                          const struct sc_event_list *hints, bool *ret, struct sc_error *err);

/* An event about a user that the system has followed, for the account that it is about now. */
bool sc_identity_agrees(const struct sc_event_row *e, uid_t uid, const char *user);

#endif
