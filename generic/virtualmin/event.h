/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Virtualmin tells the command that it runs after a change. */
#ifndef SC_GENERIC_VIRTUALMIN_EVENT_H
#define SC_GENERIC_VIRTUALMIN_EVENT_H

#include "hooks/events/event.h"

/* Adds what the environment says: VIRTUALSERVER_ACTION, the server's own DOM, USER and PARENT, those
 * of before as VIRTUALSERVER_OLDSERVER_… (Virtualmin, "Pre and Post Domain Modification Scripts").
 * Values can come from the panel's customers. */
void sc_vm_event(char *const *env, struct sc_events *events);

#endif
