/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pool leaves its file, and comes back. php-fpm refuses to start without any pool, so a directory
 * that pools were taken out of has one of ours, which nobody reaches; a file that a master reads by
 * itself has one in the pool's place. Need root. */
#ifndef SC_PHP_FPM_IDLE_H
#define SC_PHP_FPM_IDLE_H

#include "core/base/error.h"
#include "core/php/fpm/taken.h"

#define SC_FPM_IDLE_NAME "sitecage-idle.conf"

/* sc_fpm_take_out() with an idle pool. */
int sc_fpm_idle_out(struct sc_fpm_taken *t, bool *ret_changed, struct sc_error *err);

/* sc_fpm_put_back() without. */
int sc_fpm_idle_back(const struct sc_fpm_taken *t, struct sc_error *err);

/* Removes that of a file's directory when no pool is taken out of its files any more. */
int sc_fpm_idle_sweep(const char *file, struct sc_error *err);

#endif
