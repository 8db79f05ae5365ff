/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pool's Unix socket, and its name: giving it to a site's supervisor, without a moment in which
 * nobody listens there. libc only; need root. */
#ifndef SC_PHP_FPM_NAME_H
#define SC_PHP_FPM_NAME_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/php/fpm/taken.h"

/* Somebody listens there: 1, 0, or -errno: it cannot be said. *ret_pid (may be NULL): who began to
 * (SO_PEERCRED; may have ended since, its socket being another's now); 0: he has no time to say so. */
int sc_fpm_listener(const char *path, pid_t *ret_pid);
int sc_fpm_alive(const char *path); /* who it is does not matter */

/* That process began to listen at the record's address, or beside it, about to take its name ("new"); or
 * somebody did who has no time to say so. */
bool sc_fpm_answers(const struct sc_fpm_taken *t, pid_t pid);

/* Makes a supervisor's socket with the pool's owner, group, mode and backlog next to its name
 * (sc_fpm_beside "new"), for the pass to rename. O_CLOEXEC. The caller closes *ret_fd. SC_E_SYS,
 * SC_E_INVAL: too long. */
int sc_fpm_listen_make(const struct sc_fpm_taken *t, int *ret_fd, struct sc_error *err);

/* Somebody listens at the pool's socket, and the shared master has it (by that name or by "new", a
 * supervisor's that it was handed): not what is left of a supervisor that was killed. 1, 0, or -errno. */
int sc_fpm_shared_masters(const struct sc_fpm_taken *t);

/* Gives the supervisor's socket (sc_fpm_beside "new") the name; the shared master's is kept beside
 * it ("old") while that master lives, and the name is guarded from being removed by it. *ret_old is
 * set when the old one lives on. Can be repeated after a kill. SC_E_SYS. */
int sc_fpm_take_name(const struct sc_fpm_taken *t, bool *ret_old, struct sc_error *err);

/* The shared master runs, and listens at the pool's socket no more: it has read its
 * configuration without the pool. It would begin again by a reload, which costs other sites'
 * requests, or when it is started. Also when it cannot be looked at. */
bool sc_fpm_forgotten(const struct sc_fpm_taken *t);

/* Gives the name back: to the shared master's own socket, where that lives on, else to nobody, for
 * the master to make when it starts: php-fpm does not start while somebody else listens there. To
 * be done before the pool's text is put back. Can be repeated after a kill. SC_E_SYS. */
int sc_fpm_give_name(const struct sc_fpm_taken *t, struct sc_error *err);

/* Ends the guard of the name, if there is one. */
void sc_fpm_unguard(const char *path);

#endif
