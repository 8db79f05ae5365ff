/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by what ends PHP programs in a site and outside of all. */
#ifndef SC_PHP_RESTART_PRIVATE_H
#define SC_PHP_RESTART_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/catalogue.h"

struct sc_php_process {
    int pid, parent; /* as that /proc numbers them */
    int procfd;      /* its directory in /proc: cannot become another process */
    dev_t dev;       /* of its program */
    ino_t ino;
};

struct sc_php_processes {
    struct sc_php_process *v;
    size_t n;
};

void sc_php_processes_done(struct sc_php_processes *l);

/* Adds the process; takes the descriptor in every case. One that ends meanwhile is left out. */
int sc_php_processes_add(struct sc_php_processes *l, int pid, int procfd, struct sc_error *err);

/* Questions about a process: 1; 0, also when it has ended; or a negative errno.
 * Is its standard input (for lsphp: a descriptor) a socket on which it waits for requests? */
int sc_php_waits(int procfd);
int sc_php_is_lsphp(int procfd);

/* PHP-FPM's workers wait so too, and are not ours to end. */
int sc_php_is_fpm(int procfd);

/* Its parent, as that /proc numbers it; 0 when it is outside. The same answers. */
int sc_php_parent(int procfd, int *ret);

/* Those of a site that wait for requests. Without a catalogue (NULL): whatever program waits so on its standard
 * input, but PHP-FPM. None where the site does not run. */
int sc_php_find_in_site(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_php_processes *l, struct sc_error *err);

/* SIGTERM to the topmost of each family of one program. */
void sc_php_processes_tell(const struct sc_php_processes *l);

/* SIGKILL to all that have not ended. */
int sc_php_processes_kill(const struct sc_php_processes *l, struct sc_error *err);

/* Both, with SC_PHP_RESTART_MS in between. */
int sc_php_processes_end(const struct sc_php_processes *l, struct sc_error *err);

#endif
