/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_CRON_OWNER_H
#define SC_CRON_OWNER_H

#include <sys/types.h>

/* The account whose entries are looked at. */
struct sc_cron_owner {
    uid_t uid;
    gid_t gid;
    const char *user, *home, *home_alias; /* home resolved, and as passwd says it */
    const char *const *hidden;            /* absolute; no site of the account can be given these */
    size_t n_hidden;
    const char *const *doubted; /* as in struct sc_cron_account */
    size_t n_doubted;
    int homefd; /* -1: links in the home are not followed */
};

#endif
