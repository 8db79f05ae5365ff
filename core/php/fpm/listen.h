/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening socket of a site's supervisor. libc only; need root. */
#ifndef SC_PHP_FPM_LISTEN_H
#define SC_PHP_FPM_LISTEN_H

#include "core/base/error.h"
#include "core/php/fpm/taken.h"

/* Makes it with the pool's owner, group, mode and backlog next to its name (sc_fpm_beside "new"), for
 * the pass to rename. O_CLOEXEC. The caller closes *ret_fd. SC_E_SYS, SC_E_INVAL: too long. */
int sc_fpm_listen_make(const struct sc_fpm_taken *t, int *ret_fd, struct sc_error *err);

#endif
