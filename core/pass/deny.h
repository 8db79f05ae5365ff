/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending the isolation of whole accounts. All need root. */
#ifndef SC_PASS_DENY_H
#define SC_PASS_DENY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/server/handle.h"
#include "core/server/watch.h"

/* In the database while a deny is under way: user names, a line each, or "*" for all. */
#define SC_DENY_UNDER_WAY "deny.under_way"

/* One deny at a time. Before the front's lock. */
int sc_pass_lock_deny(int wait_ms, int *ret_fd, struct sc_error *err);

/* Ends all isolation of one account, by uid: also when the user, the home or the panel does not
 * exist. *left (may be NULL, kept if it is set): all has ended, but the user's file cannot be read, so
 * that it may still name what is to be isolated. */
int sc_pass_clear_user(struct sc_server *s, uid_t uid, struct sc_error *left, struct sc_error *err);

/* The uid of a user whom the system, or at least the database, knows. SC_E_NOTFOUND. */
int sc_pass_known_user(struct sc_server *s, const char *user, uid_t *ret, struct sc_error *err);

/* The caller holds sc_pass_lock_deny(). A deny that is killed is finished by core/pass/recover.h.
 * Accounts that another process is changing come last; *w is told whom there is to wait for. One that
 * fails keeps no other from being done. An error is also given where all is done but a user's file
 * could not be changed: the text says so. */
int sc_pass_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err);
int sc_pass_deny_users(struct sc_server *s, const char *const *users, size_t n,
                       const struct sc_watch *w, struct sc_error *err);

#endif
