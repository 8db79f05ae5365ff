/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's supervisor (core/php/fpm/supervisor/sitecage-fpm.c) as the pass sees it. Whether it
 * lives is a lock on SC_FPM_RUN/<id>.lock: nothing is stored that could be stale. Need root. */
#ifndef SC_PHP_FPM_SUPERVISOR_H
#define SC_PHP_FPM_SUPERVISOR_H

#include <sys/types.h>
#include "core/base/error.h"

/* Its pid, 0 when none runs, a negative errno when that cannot be told; with `ret_pidfd` (not NULL) a descriptor that is certainly its, which
 * the caller closes. */
pid_t sc_fpm_supervisor(unsigned id, int *ret_pidfd);

/* Returns when it has answered, or cannot. SC_E_SYS with its own words. */
int sc_fpm_supervisor_start(uid_t uid, unsigned id, struct sc_error *err);

/* Ends it, gracefully first, and removes its files; fine when none runs. SC_E_BUSY: it does not. */
int sc_fpm_supervisor_end(unsigned id, struct sc_error *err);

/* Tells of each site whose supervisor was started and has ended, though nobody ended it. */
void sc_fpm_supervisors_dead(void (*told)(uid_t uid, unsigned id, void *arg), void *arg);

/* Waits for the answer to `asked`. SC_E_SYS: its master cannot start, or it ended; SC_E_TIMEOUT. */
int sc_fpm_supervisor_wait(unsigned id, unsigned long long asked, struct sc_error *err);

#endif
