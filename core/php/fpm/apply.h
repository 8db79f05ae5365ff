/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PHP-FPM in a pass over an account: the pools of its isolated sites run in masters of their own
 * inside the sites, at the same addresses; those of other sites, in the shared master. A site that
 * is not isolated, with isolated document roots below its own, has a master of its own outside,
 * which does not find these (docs/php-handlers.md). */
#ifndef SC_PHP_FPM_APPLY_H
#define SC_PHP_FPM_APPLY_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/fpm/site.h"

/* Makes it so: starts, changes and ends the supervisors of the sites, and takes their pools out of
 * the shared master, or puts them back. Nothing is touched where nothing changed. Killed at any
 * point, the next call completes it. Called when the table of sites is written, and before views
 * that are no longer wanted end. The caller holds the account's lock and is root. An error is about
 * the first site that failed; the others are done. */
int sc_fpm_apply(const struct sc_fpm_account *a, struct sc_error *err);

/* The PHP of one site was changed (as sc_fpm_site has it): a new master is ready before the old one
 * ends. One that takes longer than some seconds is not waited for; one that cannot start is SC_E_SYS.
 * Nothing where the site has none of its own, or nothing changed. */
int sc_fpm_site_php(unsigned id, const char *php, const char *changes, struct sc_error *err);

/* Has the site's own php-fpm begin again, in the view that the site has now: a new master is ready
 * before the old one ends, on the same sockets. Nothing where it has none; nothing is waited for. */
void sc_fpm_site_again(unsigned id);

/* Which pools serve `site`, and can they run in it, or do they? Tells of each by a->seen, also of
 * pools of document roots around it that cannot be kept from it. Where the site is isolated
 * (site->id) the kernel is asked who answers at the address. Changes nothing. */
int sc_fpm_look(const struct sc_fpm_account *a, const struct sc_fpm_site *site,
                struct sc_error *err);

/* True when sites of the account have masters of their own. */
bool sc_fpm_any(uid_t uid);

#endif
