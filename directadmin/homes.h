/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' homes and ids as the system has them: DirectAdmin's own files do not tell them. */
#ifndef SC_DIRECTADMIN_HOMES_H
#define SC_DIRECTADMIN_HOMES_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "directadmin/paths.h"

struct sc_da_home {
    char *user, *home;
    uid_t uid;
    gid_t gid;
};

struct sc_da_homes {
    struct sc_da_home *v; /* sorted by user */
    size_t n;
    const struct sc_da *da;
};

#define SC_DA_HOMES __attribute__((cleanup(sc_da_homes_done)))
void sc_da_homes_done(struct sc_da_homes *h);

/* With `all`, the system's accounts are read in one pass, because asking for each of thousands
 * reads the whole file each time. With a prefix: <prefix>/etc/passwd. */
int sc_da_homes_load(const struct sc_da *da, bool all, struct sc_da_homes *ret,
                     struct sc_error *err);

/* The user's, asking the system for one that the pass did not show (LDAP); *ret NULL: no such user.
 * Valid until the next call or done. SC_E_SYS: that cannot be told. */
int sc_da_home(struct sc_da_homes *h, const char *user, const struct sc_da_home **ret,
               struct sc_error *err);

#endif
