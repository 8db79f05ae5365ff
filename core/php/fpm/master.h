/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared PHP-FPM master of the server: finding it, and telling it of changes so that no request
 * is lost. Need root. */
#ifndef SC_PHP_FPM_MASTER_H
#define SC_PHP_FPM_MASTER_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/fpm/taken.h"

/* The master that reads the configuration file `main`; 0 when none runs; a negative errno when the
 * processes cannot be looked at. */
pid_t sc_fpm_master_find(const char *main);

/* A descriptor of process `pid` that listens at `listen` (a Unix socket: as it was bound); -ENOENT:
 * it has none, or has ended; another negative errno. */
int sc_fpm_master_socket(pid_t pid, const char *listen);

/* Ends the workers of one pool, which finish what they do: at most `ms`, then they are killed.
 * SC_E_SYS: they could not all be looked at. */
int sc_fpm_master_kick(pid_t master, const char *pool, int ms, struct sc_error *err);

/* Sockets that a master gets with its next reload. */
struct sc_fpm_inject {
    const char *listen; /* as the pool says */
    const char *bound;  /* as it was bound: a Unix socket may have been renamed since */
    pid_t pid;          /* whose descriptor it is */
    int fd;
};

/* Makes the master read its configuration again, which makes it become its program afresh: requests
 * that run are finished first (at most 10 s), connections wait meanwhile. With `inject` (may be
 * NULL) it is given that socket, as if it had always had it. SC_E_INVAL: its configuration is
 * wrong (the text is php-fpm's); it is left alone. */
int sc_fpm_master_reload(const char *main, const struct sc_fpm_inject *inject,
                         struct sc_error *err);

#endif
