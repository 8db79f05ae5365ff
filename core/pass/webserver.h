/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Having Apache hold to the cages, where the feature is on: mod_sitecage, and the service that gives
 * it the views of sites. That it cannot be is a notice and no error: what enters the sites by
 * suexec or PHP-FPM is in its cage all the same. */
#ifndef SC_PASS_WEBSERVER_H
#define SC_PASS_WEBSERVER_H

#include <stdbool.h>
#include "core/server/handle.h"
#include "core/server/watch.h"

/* Switches both on, unless sitecage.conf says no; then the module is taken out, when no site's PHP
 * goes by it any more: the pass takes addresses over before. Returns sc_web_module_guards() as it is
 * then. The caller holds sc_pass_lock_front(). */
bool sc_pass_webserver_on(const struct sc_server *s, const struct sc_watch *w);

/* Whether that can be: an Apache is installed, and sitecage.conf does not say no. */
bool sc_pass_webserver_wanted(const struct sc_server *s);

/* Takes both out again, when no site is isolated any more. */
void sc_pass_webserver_off(const struct sc_watch *w);

/* For the daemon: starts the service when it ended, where no systemd does that. */
void sc_pass_webserver_revive(const struct sc_server *s);

#endif
