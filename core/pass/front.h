/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeing to the entry in front of suexec where the feature is on: what repairs do by the way. */
#ifndef SC_PASS_FRONT_H
#define SC_PASS_FRONT_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/server/handle.h"

/* Held while something is switched on that needs the entry in front of suexec, so that no deny-all
 * takes it away underneath. Before any account's lock. SC_E_BUSY. The caller closes *ret_fd. */
int sc_pass_lock_front(bool taking_away, int *ret_fd, struct sc_error *err);

/* Puts the entry in place again, or makes it what it should be (an upgrade brought another one).
 * Nothing where the feature is off. Takes that lock. */
int sc_pass_front_keep(struct sc_server *s, struct sc_error *err);

/* As that, but for the daemon: SC_E_BUSY instead of waiting, and an administrator who chose another
 * suexec keeps his choice. */
int sc_pass_front_renew(struct sc_server *s, struct sc_error *err);

#endif
