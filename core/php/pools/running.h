/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools whose configuration no layout knows: found by the masters that run. Plesk's dedicated units,
 * builds of an administrator's own, panels that nobody has written down. A master's title names its
 * configuration (fpm_process_ctl.c: "php-fpm: master process (FILE)"), whatever it was started
 * with: --fpm-config, --prefix, a systemd unit. */
#ifndef SC_PHP_POOLS_RUNNING_H
#define SC_PHP_POOLS_RUNNING_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/php/pools/known.h"

/* The pools of this server: those of sc_fpm_known_load(), and behind them those of root's other
 * masters (`found`). Needs root. SC_E_SYS: processes or files cannot be looked at; SC_E_NOMEM. */
int sc_fpm_known_all(struct sc_fpm_known_list *ret, struct sc_error *err);

/* Adds the pools of one master's configuration, as it and what it includes say; what the list has
 * already stays. `root`: "" in production. */
int sc_fpm_known_of_main(const char *root, const char *main, const char *exe,
                         struct sc_fpm_known_list *l, struct sc_error *err);

/* What `include = VALUE` means for the program `exe` ("/x/sbin/php-fpm" was built for the prefix
 * "/x"). False: too long. Pure. */
bool sc_fpm_include(const char *value, const char *exe, char out[PATH_MAX]);

#endif
