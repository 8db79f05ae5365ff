/* SPDX-License-Identifier: GPL-2.0-or-later */
/* php-fpm refuses to start without any pool: a directory that a pool was taken out of has one of
 * ours, which nobody reaches. Need root. */
#ifndef SC_PHP_FPM_IDLE_H
#define SC_PHP_FPM_IDLE_H

#include "core/base/error.h"

#define SC_FPM_IDLE_NAME "sitecage-idle.conf"

int sc_fpm_idle_make(const char *dir, struct sc_error *err);
/* Removes it when no pool is taken out of that directory's files any more. */
int sc_fpm_idle_sweep(const char *dir, struct sc_error *err);

#endif
