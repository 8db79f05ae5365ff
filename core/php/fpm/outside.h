/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids under which masters run outside of every site: of sites that are not isolated, because
 * isolated document roots lie below theirs, and of pools that several sites share
 * (docs/php-handlers.md). An id is a symlink SC_FPM_STATE/outside.<id> to "<uid>:<document root>", or
 * "<uid>:<the pool's address>": made by one system call, once on the server. Need root and the account's lock. */
#ifndef SC_PHP_FPM_OUTSIDE_H
#define SC_PHP_FPM_OUTSIDE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

/* The id of the account's document root or address, from `from` on (SC_FPM_OUTSIDE,
 * SC_FPM_SHARED_POOL); 0 when it has none and none is to be made. SC_E_SYS, SC_E_INVAL: too long. */
int sc_fpm_outside_id(uid_t uid, const char *of, unsigned from, bool make, unsigned *ret_id,
                      struct sc_error *err);

/* Removes one that is not used any more. */
void sc_fpm_outside_forget(unsigned id);

/* Removes those of the account that are not used any more. */
void sc_fpm_outside_sweep(uid_t uid, bool (*used)(void *arg, unsigned id), void *arg);

#endif
