/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Plesk's event manager says. Each parameter "Some Name" of an event arrives as OLD_SOME_NAME
 * and NEW_SOME_NAME in the environment, a creation has only NEW_, a deletion only OLD_ (Plesk,
 * "Event Parameters Passed by Event Handlers"). The event's own name is not among them: each
 * handler is registered with it as an argument. */
#ifndef SC_PLESK_EVENT_H
#define SC_PLESK_EVENT_H

#include "hooks/events/event.h"

/* Adds what the event says. `event`: as in `event_handler --create -event`; NULL or unknown: judged
 * by which variables there are. `env`: NULL-terminated NAME=VALUE, any bytes. Values are names at
 * most: passwords are never looked at. An event that names nothing becomes RESYNC_ALL; events of
 * customers (who are no unix users) and of additional FTP accounts add nothing, but a customer's
 * deletion adds RESYNC_ALL, because his subscriptions go with him. */
void sc_plesk_event(const char *event, char *const *env, struct sc_events *ret);

/* The events that handlers are registered for, NULL-terminated. Not every Plesk has all of them. */
extern const char *const sc_plesk_events[];

#endif
