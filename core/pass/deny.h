/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending the isolation of whole accounts, and finishing what killed commands left. All need
 * root. */
#ifndef SC_PASS_DENY_H
#define SC_PASS_DENY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/server/handle.h"
#include "core/server/watch.h"

/* One deny at a time. Before the front's lock. */
int sc_pass_lock_deny(int wait_ms, int *ret_fd, struct sc_error *err);

/* Ends all isolation of one account, by uid: also when the user, the home or the panel does not
 * exist. */
int sc_pass_clear_user(struct sc_server *s, uid_t uid, struct sc_error *err);

/* The uid of a user whom the system, or at least the database, knows. SC_E_NOTFOUND. */
int sc_pass_known_user(struct sc_server *s, const char *user, uid_t *ret, struct sc_error *err);

/* The caller holds sc_pass_lock_deny(). A deny that is killed is finished by sc_pass_recover(). */
int sc_pass_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err);
int sc_pass_deny_users(struct sc_server *s, const char *const *users, size_t n,
                       const struct sc_watch *w, struct sc_error *err);

/* Finishes a deny that was interrupted, unless its command is at it. */
void sc_pass_recover_deny(struct sc_server *s);

/* Finishes what killed commands left: that, and marked accounts. */
void sc_pass_recover(struct sc_server *s);

#endif
