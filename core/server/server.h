/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every engine call works with; opaque to commands (handle.h). */
#ifndef SC_SERVER_SERVER_H
#define SC_SERVER_SERVER_H

#include "core/config/conf.h"
#include "core/inventory/inventory.h"
#include "core/policy/policy.h"
#include "core/server/handle.h"
#include "core/server/watch.h"
#include "db/store.h"

struct sc_server {
    struct sc_conf conf;
    struct sc_policy_paths policy;
    struct sc_store *store;
    struct sc_inventory_hung *hung; /* what sc_server_panel() hands on */
};

/* How the panel is asked. SC_E_PLATFORM when there is none. */
int sc_server_panel(const struct sc_server *s, struct sc_inventory_conf *ret, struct sc_error *err);

#endif
