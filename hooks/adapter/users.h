/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' records: CloudLinux, "Control panel integration", "users". */
#ifndef SC_HOOKS_ADAPTER_USERS_H
#define SC_HOOKS_ADAPTER_USERS_H

#include <jansson.h>
#include "core/base/error.h"
#include "hooks/adapter/asked.h"

/* Which fields a list like "id,username" names, as bits, never 0. SC_E_INVAL for one that is
 * none. */
int sc_users_fields(const char *list, unsigned *ret, struct sc_error *err);

/* A new list at *ret: the records of `users` that have all that is required, in the right types;
 * the others are noted, in texts that begin with `who` and name the user and the field. For
 * adapters that do not make the records themselves. SC_E_PANEL: `users` is no list; SC_E_NOMEM. */
int sc_users_check(const struct sc_caller *c, const char *who, const json_t *users, json_t **ret,
                   struct sc_error *err);

/* A new list at *ret: those of `users` for which `a` asks, with the fields for which it asks.
 * SC_E_NOMEM. */
int sc_users_filter(json_t *users, const struct sc_asked *a, json_t **ret, struct sc_error *err);

#endif
