/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared PHP-FPM master of the server, which is looked at and left alone: a reload would end or
 * delay requests of all its sites, so none is ever made. Need root. */
#ifndef SC_PHP_FPM_MASTER_H
#define SC_PHP_FPM_MASTER_H

#include <sys/types.h>
#include "core/base/error.h"

/* A descriptor of process `pid` that listens at a Unix socket which was bound at `path`; -ENOENT: it
 * has none, or has ended; another negative errno. */
int sc_fpm_master_socket(pid_t pid, const char *path);

/* Whether somebody has connected to that socket whom no worker has accepted yet: 1, 0, or a negative errno, as
 * sc_fpm_master_socket(). */
int sc_fpm_master_waits(pid_t pid, const char *path);

/* Ends the workers of one pool, which finish what they do: at most `ms`, then they are killed.
 * SC_E_SYS: they could not all be looked at. */
int sc_fpm_master_kick(pid_t master, const char *pool, int ms, struct sc_error *err);

#endif
