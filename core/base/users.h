/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's users and groups, by all sources that nsswitch.conf names. glibc says "there is no
 * such user" also when a source cannot be read and the next one does not know him; that must not
 * end anybody's isolation. So whom it does not find is looked for in /etc/passwd, which must be
 * readable to its end, before he counts as missing. (A directory service that is down cannot be
 * told from one that knows nobody: who cleans up asks the panel, too.) */
#ifndef SC_BASE_USERS_H
#define SC_BASE_USERS_H

#include <stdbool.h>
#include <pwd.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_user {
    uid_t uid;
    gid_t gid;
    char *name, *gecos, *home, *shell; /* never NULL; home without a slash at its end */
};

void sc_user_done(struct sc_user *u); /* accepts {0} */

/* SC_E_NOTFOUND: there is none; SC_E_SYS: that cannot be told; SC_E_NOMEM. */
int sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err);
int sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err);

/* Calls `with` for each user that the sources list (a directory service may list none), once each;
 * or for those of /etc/passwd alone (below `root`, which is "" but in tests). A negative answer of it ends that, and is returned; SC_E_SYS
 * when /etc/passwd cannot be read to its end. Not for two threads at once. */
typedef int sc_user_told(const struct passwd *pw, void *arg, struct sc_error *err);
int sc_users_each(sc_user_told *with, void *arg, struct sc_error *err);
int sc_users_in_file(const char *root, sc_user_told *with, void *arg, struct sc_error *err);

/* The name of a group (the caller frees it), and the group of a name. SC_E_NOTFOUND: there is none,
 * as far as the sources say; SC_E_SYS; SC_E_NOMEM. */
int sc_group_name(gid_t gid, char **ret, struct sc_error *err);
int sc_group_by_name(const char *name, gid_t *ret, struct sc_error *err);

/* Whether a user's or a group's id is the system's own: below where human accounts begin
 * (login.defs(5) UID_MIN as all distributions ship it), or nobody's. */
bool sc_is_system_id(unsigned id);

#endif
