/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the last pass over an account came to: whether all of it is in force, and which
 * ~/.lve/domains.json it acted on. All need root. */
#ifndef SC_ACCOUNT_APPLIED_H
#define SC_ACCOUNT_APPLIED_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/server/server.h"

/* A pass was begun, and not finished. */
int sc_account_is_pending(struct sc_server *s, uid_t uid, bool *ret, struct sc_error *err);

/* All that the last pass found is in force, and the account is who it was: its name and home are
 * those of the database. False for one that the database does not know. */
int sc_account_is_applied(struct sc_server *s, uid_t uid, const char *user, const char *home,
                          bool *ret, struct sc_error *err);

/* Notes what a pass acts on, as it was loaded or saved last; nothing where there is no file, or (NULL)
 * it could not be read, which leaves the account stale. Between sc_store_pending_set() and
 * sc_store_pending_clear(): a pass that is cut short has acted on nothing. SC_E_SYS. */
int sc_acted_note(uid_t uid, const struct sc_domains_config *c, struct sc_error *err);

/* Whether the file in the home is, to the byte, the one that was noted, or neither is there; read with
 * the account's rights. In doubt false. */
bool sc_acted_on(uid_t uid, gid_t gid, const char *user, const char *home);

#endif
