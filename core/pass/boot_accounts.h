/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The accounts' passes of a boot: the panel is asked once for all of them, the web server's configuration is read
 * once by each worker. */
#ifndef SC_PASS_BOOT_ACCOUNTS_H
#define SC_PASS_BOOT_ACCOUNTS_H

#include "core/base/error.h"
#include "db/store.h"

/* A pass over each of them, some at once. *ret_bad: how many failed. SC_E_SYS, SC_E_NOMEM. */
int sc_boot_accounts(const struct sc_user_list *users, size_t *ret_bad, struct sc_error *err);

#endif
