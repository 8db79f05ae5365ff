/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may use isolation: the feature flag, the mode, and the exceptions to the mode
 * (docs/formats.md).
 *
 *     <etc>/site-isolation.users.denied/    exists in mode allow_all; a file for each user denied
 *     <etc>/site-isolation.users.allowed/   exists in mode deny_all; a file for each user allowed
 *     <either>.saved/                       that list while the other mode is on
 *     <etc>/site-isolation.users.locked/    a file for each user who may not be isolated less than he is
 *
 * Where both directories exist (a change was interrupted, or somebody made them) deny_all holds,
 * and the next change puts it right. Each change is a row of single steps, made durable one by one,
 * that takes permission away before it gives any; interrupted after any of them, the lists have
 * the meaning above and the same call completes it. Changes exclude each other by a lock file in
 * <etc>.
 *
 * All functions need to read, and the changing ones to write, <etc>: root. SC_E_DENIED when a
 * directory belongs to somebody else than `owner` or can be written by others; SC_E_INVAL when
 * something else than a directory has its name; SC_E_BUSY when the lock is not free within
 * SC_POLICY_LOCK_SECONDS. */
#ifndef SC_POLICY_POLICY_H
#define SC_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/policy/paths.h"

/* "unset", "allow_all", "deny_all" */
const char *sc_policy_mode_name(enum sc_policy_mode mode);

/* Whether the feature is on: the flag exists. Not knowing is an error, never "off". */
int sc_policy_enabled(const struct sc_policy_paths *paths, bool *ret, struct sc_error *err);

int sc_policy_mode(const struct sc_policy_paths *paths, enum sc_policy_mode *ret,
                   struct sc_error *err);

/* What mode and lists say about `user`; the flag is not looked at. SC_E_INVAL: not a user name. */
int sc_policy_user_allowed(const struct sc_policy_paths *paths, const char *user, bool *ret,
                           struct sc_error *err);

/* Mode allow_all and the flag on. Denied users stay denied; the allowed list is saved. */
int sc_policy_allow_all(const struct sc_policy_paths *paths, struct sc_error *err);

/* Mode deny_all with nobody allowed, and the flag off (last). The denied list is saved, a saved
 * allowed list is removed. */
int sc_policy_deny_all(const struct sc_policy_paths *paths, struct sc_error *err);

/* Makes these users allowed in the mode that is; where none is, in deny_all as the first ones.
 * Switches the flag on. SC_E_INVAL when a name is not one; then, and when a step fails, nobody is
 * allowed. */
int sc_policy_allow_users(const struct sc_policy_paths *paths, const char *const *users, size_t n,
                          struct sc_error *err);

/* Makes these users denied in the mode that is. SC_E_NOTENABLED when the feature is off. When a
 * step fails those before it stay denied. */
int sc_policy_deny_users(const struct sc_policy_paths *paths, const char *const *users, size_t n,
                         struct sc_error *err);

/* allow_all <-> deny_all by renaming directories; both lists are kept, the flag stays. Without a
 * mode: allow_all, and the flag on. *ret_mode is the new mode. */
int sc_policy_toggle(const struct sc_policy_paths *paths, enum sc_policy_mode *ret_mode,
                     struct sc_error *err);

/* ---- locked users: independent of flag and mode ---- */

#define SC_POLICY_KEPT_MAX (4u << 20) /* bytes of the text that is kept with a lock */

/* SC_E_INVAL: not a user name. */
int sc_policy_user_locked(const struct sc_policy_paths *paths, const char *user, bool *ret,
                          struct sc_error *err);

/* Whether the user is locked, and then what is kept with it: *text is replaced. Empty where somebody made the
 * file by hand. */
int sc_policy_lock_read(const struct sc_policy_paths *paths, const char *user, bool *ret_locked,
                        struct sc_buf *text, struct sc_error *err);

/* Locks the user, or, where he is locked, keeps another text. */
int sc_policy_lock(const struct sc_policy_paths *paths, const char *user, const char *text,
                   size_t len, struct sc_error *err);

/* Fine where he is not locked. */
int sc_policy_unlock(const struct sc_policy_paths *paths, const char *user, struct sc_error *err);

/* The locked users, by name. *ret is the caller's: sc_strings_free(). */
int sc_policy_locked_users(const struct sc_policy_paths *paths, char ***ret, size_t *ret_n,
                           struct sc_error *err);

/* The account has another name now: what the lists (active and saved) say of `old_name` they say of
 * `new_name` from now on. Where both are listed nothing but the old entry goes. */
int sc_policy_user_renamed(const struct sc_policy_paths *paths, const char *old_name,
                           const char *new_name, struct sc_error *err);

/* The account is no more: its entries go from all lists, so that who gets its name next does not
 * inherit them. */
int sc_policy_user_gone(const struct sc_policy_paths *paths, const char *user,
                        struct sc_error *err);

#endif
