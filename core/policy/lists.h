/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directories behind core/policy/policy.h and the single steps that change them. Internal to
 * the folder. Each step is durable when it returns. */
#ifndef SC_POLICY_LISTS_H
#define SC_POLICY_LISTS_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/policy/paths.h"

#define SC_LIST_DENIED        "site-isolation.users.denied"
#define SC_LIST_ALLOWED       "site-isolation.users.allowed"
#define SC_LIST_DENIED_SAVED  SC_LIST_DENIED ".saved"
#define SC_LIST_ALLOWED_SAVED SC_LIST_ALLOWED ".saved"
#define SC_LIST_LOCKED        "site-isolation.users.locked"

struct sc_policy {
    const struct sc_policy_paths *paths;
    int etc;
    int lock;
};

#define SC_POLICY_INIT                                                                             \
    {                                                                                              \
        .etc = -EBADF, .lock = -EBADF                                                              \
    }

void sc_policy_close(struct sc_policy *p);

/* SC_E_INVAL unless `user` can be a user's name and a file's. */
int sc_policy_check_user(const char *user, struct sc_error *err);

/* Opens <etc>: 1, or 0 when it does not exist. */
int sc_policy_open_etc(struct sc_policy *p, const struct sc_policy_paths *paths,
                       struct sc_error *err);

/* Opens <etc>, making it where it is missing, and takes the lock. */
int sc_policy_begin_change(struct sc_policy *p, const struct sc_policy_paths *paths,
                           struct sc_error *err);

/* 1 and *ret_fd (O_RDONLY), or 0 when there is no such directory. */
int sc_policy_open_list(const struct sc_policy *p, const char *name, int *ret_fd,
                        struct sc_error *err);

/* The mode, and in *ret_fd the open list of its exceptions (untouched when unset). */
int sc_policy_find_mode(const struct sc_policy *p, enum sc_policy_mode *mode, int *ret_fd,
                        struct sc_error *err);

int sc_policy_make_list(const struct sc_policy *p, const char *name, struct sc_error *err);
int sc_policy_remove_list(const struct sc_policy *p, const char *name, struct sc_error *err);
int sc_policy_empty_list(int list, struct sc_error *err);

/* One user in an open list; sc_policy_sync_list makes them durable. *ret_changed (may be NULL):
 * whether it was not so before. */
int sc_policy_add_entry(int list, const char *user, bool *ret_changed, struct sc_error *err);
int sc_policy_remove_entry(int list, const char *user, bool *ret_changed, struct sc_error *err);
int sc_policy_sync_list(int list, struct sc_error *err);

/* The list <-> its .saved name. A restored list exists afterwards, if need be empty. */
int sc_policy_restore_denied(const struct sc_policy *p, struct sc_error *err);
int sc_policy_save_denied(const struct sc_policy *p, struct sc_error *err);
int sc_policy_restore_allowed(const struct sc_policy *p, struct sc_error *err);
int sc_policy_save_allowed(const struct sc_policy *p, struct sc_error *err);

int sc_policy_set_flag(const struct sc_policy *p, bool on, struct sc_error *err);

#endif
