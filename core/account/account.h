/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hosting account as the system knows it, locked against other changes. */
#ifndef SC_ACCOUNT_ACCOUNT_H
#define SC_ACCOUNT_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_account {
    uid_t uid;
    gid_t gid;
    char *user;
    char *home;       /* resolved */
    char *home_alias; /* as passwd says it, no slash at its end */
    int homefd;       /* O_PATH | O_DIRECTORY */
    int lockfd;
};

#define SC_ACCOUNT_INIT                                                                            \
    {                                                                                              \
        .homefd = -9, .lockfd = -9                                                                 \
    }

void sc_account_done(struct sc_account *a);

/* Looks the user up and takes the account's lock, waiting at most so long for other changes of it.
 * SC_E_NOTFOUND: no such user; SC_E_INVAL: root, or a home that cannot be a site's (missing, "/",
 * owned by another user); SC_E_BUSY. */
int sc_account_open(const char *user, int wait_ms, struct sc_account *ret, struct sc_error *err);
int sc_account_open_uid(uid_t uid, int wait_ms, struct sc_account *ret, struct sc_error *err);

/* Takes only the lock, for an account that is no more, or to see (wait_ms 0) whether somebody is
 * changing it. */
int sc_account_lock(uid_t uid, int wait_ms, int *ret_fd, struct sc_error *err);

/* A lock of the whole product, by name: shared, or exclusive against all others. */
int sc_account_lock_global(const char *name, bool exclusive, int wait_ms, int *ret_fd,
                           struct sc_error *err);

/* sc_account_open_uid() without the lock: only to look. */
int sc_account_look(uid_t uid, struct sc_account *ret, struct sc_error *err);

/* 1: the system has an account with this name, this uid; 0: it has none; or why that cannot be
 * told, which is neither. */
int sc_account_exists(const char *user, struct sc_error *err);
int sc_account_uid_exists(uid_t uid, struct sc_error *err);

/* Name, group and home of the account with this uid, copies for the caller to free() (each may be
 * NULL: not wanted). SC_E_NOTFOUND. */
int sc_account_passwd(uid_t uid, char **ret_user, gid_t *ret_gid, char **ret_home,
                      struct sc_error *err);

/* The uid of a user name. SC_E_NOTFOUND. */
int sc_account_uid(const char *user, uid_t *ret, struct sc_error *err);

#endif
