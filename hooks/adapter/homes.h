/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' homes and ids as the system has them, for panels whose own files do not tell them. */
#ifndef SC_HOOKS_ADAPTER_HOMES_H
#define SC_HOOKS_ADAPTER_HOMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_home_of {
    char *user, *home;
    uid_t uid;
    gid_t gid;
};

struct sc_homes {
    struct sc_home_of *v; /* sorted by user */
    size_t n;
    const char *prefix;
};

#define SC_HOMES_LIST __attribute__((cleanup(sc_homes_done)))
void sc_homes_done(struct sc_homes *h);

/* With `all`, the system's accounts are read in one pass, because asking for each of thousands
 * reads the whole file each time. With a `prefix` that is not "" (tests):
 * PREFIX/etc/passwd alone. It is not copied. */
int sc_homes_load(const char *prefix, bool all, struct sc_homes *ret, struct sc_error *err);

/* The user's, asking the system for one that the pass did not show (LDAP); *ret NULL: no such user.
 * Valid until the next call or done. SC_E_SYS: that cannot be told. */
int sc_home_of(struct sc_homes *h, const char *user, const struct sc_home_of **ret,
               struct sc_error *err);

#endif
