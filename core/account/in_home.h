/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where paths of an account lie below its home, for who must close them or may give them. */
#ifndef SC_ACCOUNT_IN_HOME_H
#define SC_ACCOUNT_IN_HOME_H

#include <stdbool.h>
#include "core/base/asuser.h"
#include "core/base/error.h"
#include "core/account/account.h"

/* sc_resolve_known() (core/base/resolve.h) in the account's home, with the owner's rights, which
 * `as` holds. Where they do not suffice, because a directory on the way is closed to the owner
 * himself, root looks: he opens it again whenever he likes, and nobody asks us then. `as` is in
 * force again afterwards. 0: the owner finds it; 1: only root does; SC_E_SYS with EACCES in
 * err->sys: root may not look either. */
int sc_in_home(const struct sc_account *a, struct sc_asuser *as, const char *path, bool want_dir,
               char **ret_rel, int *ret_fd, char **ret_known, struct sc_error *err);

/* The same, and tells of the links on the way (core/base/resolve.h). */
struct sc_resolve_trace;
int sc_in_home_traced(const struct sc_account *a, struct sc_asuser *as, const char *path,
                      bool want_dir, const struct sc_resolve_trace *trace, char **ret_rel,
                      int *ret_fd, char **ret_known, struct sc_error *err);

/* Whether sc_in_home()'s failure tells how things are, so that the caller can go on with
 * *ret_known; else (SC_E_SYS, SC_E_NOMEM) the question was not answered. */
bool sc_in_home_told(int rc, const struct sc_error *err);

#endif
