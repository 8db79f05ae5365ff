/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which accounts have userdata, and whose changed since a given time. */
#ifndef SC_CPANEL_ACCOUNTS_H
#define SC_CPANEL_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include "core/base/domain_name.h"
#include "cpanel/cpanel.h"

#define SC_CPANEL_ACCOUNTS_MAX 1000000u

struct sc_cpanel_account {
    char name[SC_OWNER_MAX + 1];
    bool newer;  /* directory or "main" changed at `since` or later */
    bool read;   /* for the caller: his userdata was read, */
    bool cached; /* or he is in the cache */
};

struct sc_cpanel_accounts {
    struct sc_cpanel_account *v; /* by name */
    size_t n;
};

void sc_cpanel_accounts_done(struct sc_cpanel_accounts *a);

/* Those below /var/cpanel/userdata that have a "main" file. SC_E_NOTFOUND, SC_E_SYS (EACCES). */
int sc_cpanel_accounts_read(const struct sc_cpanel *cp, const struct timespec *since,
                            struct sc_cpanel_accounts *ret, struct sc_error *err);

/* NULL when there is none. */
struct sc_cpanel_account *sc_cpanel_account_find(const struct sc_cpanel_accounts *a,
                                                 const char *name);

#endif
