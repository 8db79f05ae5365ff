/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared PHP-FPM master of the server, which is looked at and left alone: a reload would end or
 * delay requests of all its sites, so none is ever made. Need root. */
#ifndef SC_PHP_FPM_MASTER_H
#define SC_PHP_FPM_MASTER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/proc.h"

/* The configuration in a master's title; false: it is no master's, or a relative one. Pure. */
bool sc_fpm_title_main(const char *title, char out[PATH_MAX]);

/* The next of root's masters in a walk over the processes, with its configuration and its program. 0: that
 * was the last; a negative errno. */
pid_t sc_fpm_master_next(struct sc_proc_list *l, char main[PATH_MAX], char exe[PATH_MAX]);

/* The master that reads the configuration file `main`; 0 when none runs; a negative errno when the
 * processes cannot be looked at. */
pid_t sc_fpm_master_find(const char *main);

/* A descriptor of process `pid` that listens at a Unix socket which was bound at `path`; -ENOENT: it
 * has none, or has ended; another negative errno. */
int sc_fpm_master_socket(pid_t pid, const char *path);

/* Ends the workers of one pool, which finish what they do: at most `ms`, then they are killed.
 * SC_E_SYS: they could not all be looked at. */
int sc_fpm_master_kick(pid_t master, const char *pool, int ms, struct sc_error *err);

#endif
