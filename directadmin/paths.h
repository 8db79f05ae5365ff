/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where DirectAdmin keeps what the adapter reads and writes. */
#ifndef SC_DIRECTADMIN_PATHS_H
#define SC_DIRECTADMIN_PATHS_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_DA_BASE    "/usr/local/directadmin"
#define SC_DA_BINARY  SC_DA_BASE "/directadmin"
#define SC_DA_SCRIPTS SC_DA_BASE "/scripts"       /* custom/HOOK/sitecage.sh */
#define SC_DA_USERS   SC_DA_BASE "/data/users"    /* USER/…, root's and diradmin's */
#define SC_DA_OWNERS  "/etc/virtual/domainowners" /* lines "domain: user", pointers too */
#define SC_DA_ACCOUNT "diradmin"                  /* whose files DirectAdmin's own are */

struct sc_da {
    const char *prefix; /* put before every path; "" in production, a folder for tests */
    uid_t trusted;      /* accepted as a folder's owner beside root and diradmin; 0 in production */
};

#define SC_DA_PRODUCTION                                                                           \
    {                                                                                              \
        .prefix = "", .trusted = 0                                                                 \
    }

/* "<prefix><path>", for the caller to free. */
int sc_da_path(const struct sc_da *da, const char *path, char **ret, struct sc_error *err);

#endif
