/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What DirectAdmin's custom scripts are told, in the environment, as events. Pure. */
#ifndef SC_DIRECTADMIN_EVENT_H
#define SC_DIRECTADMIN_EVENT_H

#include <stddef.h>
#include "hooks/events/event.h"

/* The hooks that registration puts in place, in the order of DirectAdmin's documentation. */
extern const char *const sc_da_hooks[];
extern const size_t sc_da_hooks_n;

/* Adds the events of one call of a hook. `hook` is its name ("domain_create_post"), or the path of
 * the script in the folder of that name; NULL or unknown: the user's other changes. The environment
 * holds request parameters of the panel's customer beside DirectAdmin's own words: only the names
 * that the hook has are read, and a name that is there twice with different values counts as not
 * given. Everything goes through sc_event_add(), which checks it. A hook without anything about
 * domains (a DNS record changed) adds nothing. */
void sc_da_event(const char *hook, char *const *env, struct sc_events *events);

#endif
