/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PHP-FPM masters of root's that run: a master's title names its configuration. libc only; needs
 * root. */
#ifndef SC_PHP_POOLS_MASTER_H
#define SC_PHP_POOLS_MASTER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/proc.h"

/* The configuration in a master's title; false: it is no master's, or a relative one. Pure. */
bool sc_fpm_title_main(const char *title, char out[PATH_MAX]);

/* The next of root's masters in a walk over the processes, with its configuration and its program. 0: that
 * was the last; a negative errno. */
pid_t sc_fpm_master_next(struct sc_proc_list *l, char main[PATH_MAX], char exe[PATH_MAX]);

/* The master that reads the configuration file `main`; 0 when none runs; a negative errno when the
 * processes cannot be looked at. */
pid_t sc_fpm_master_find(const char *main);

#endif
