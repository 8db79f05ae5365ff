/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the adapter for DirectAdmin does for the common main (hooks/adapter/adapter.h). */
#ifndef SC_DIRECTADMIN_DIRECTADMIN_H
#define SC_DIRECTADMIN_DIRECTADMIN_H

#include "directadmin/paths.h"
#include "hooks/adapter/adapter.h"

/* The caller's `place`, a struct sc_da of a unit test, or production's. */
const struct sc_da *sc_da_place(const struct sc_caller *c);

/* For struct sc_adapter_ops, which see. Domains: the API where there is one and it answers rightly,
 * else the files; SC_E_PANEL with both reasons when neither can be read. */
int sc_da_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                  struct sc_error *err);
int sc_da_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                struct sc_error *err);
int sc_da_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);
int sc_da_paths(const struct sc_da *da, struct sc_buf *out, struct sc_error *err);

#endif
