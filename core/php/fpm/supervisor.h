/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's supervisor (core/php/fpm/supervisor/sitecage-fpm.c) as the pass sees it. Whether it
 * lives is a lock on SC_FPM_RUN/<id>.lock: nothing is stored that could be stale. One that is to end
 * has its lock on SC_FPM_RUN/<id>.ending.<time>: nobody takes it for the site's any more, another one
 * may start, and it sees to its requests by itself, 23 s at most. Need root. */
#ifndef SC_PHP_FPM_SUPERVISOR_H
#define SC_PHP_FPM_SUPERVISOR_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_FPM_ENDING_MAX 8u /* former supervisors of one site; one more ends those at once */

/* Its pid, 0 when none runs, a negative errno when that cannot be told; with `ret_pidfd` (not NULL)
 * a descriptor that is certainly its, which the caller closes. */
pid_t sc_fpm_supervisor(unsigned id, int *ret_pidfd);

/* Returns when it has its sockets, or cannot; the answer is to be waited for. SC_E_SYS with its own words. */
int sc_fpm_supervisor_start(uid_t uid, unsigned id, struct sc_error *err);

/* Has it end, behind its requests, and removes its files; nobody waits. *ret_pidfd is a descriptor of
 * it (the caller closes it), or -EBADF: none runs, which is fine. SC_E_SYS. */
int sc_fpm_supervisor_end(unsigned id, int *ret_pidfd, struct sc_error *err);

/* How many former ones of the site (0: of all sites) still end; `kill`: now. Removes what is left of
 * all that were killed. */
unsigned sc_fpm_supervisors_ending(unsigned id, bool kill);

/* Tells of each site whose supervisor was started and has ended, though nobody ended it. */
void sc_fpm_supervisors_dead(void (*told)(uid_t uid, unsigned id, void *arg), void *arg);

#define SC_FPM_ANSWER_MS 45000 /* it has answered by then: its master runs, or cannot start */

/* Waits for the answer to `asked`, `ms` at most. SC_E_SYS: its master cannot start, or it ended;
 * SC_E_TIMEOUT. */
int sc_fpm_supervisor_wait(unsigned id, unsigned long long asked, int ms, struct sc_error *err);

#endif
