/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking this machine's panel for domains (core/inventory/inventory.h, with its errors). */
#ifndef SC_SERVER_PANEL_H
#define SC_SERVER_PANEL_H

#include "core/base/error.h"
#include "core/inventory/inventory.h"
#include "core/server/server.h"
#include "db/store.h"

/* What asks; a unit test gives its own (tests/unit/fakes). */
struct sc_panel {
    int (*user)(const struct sc_inventory_conf *panel, const char *user, struct sc_domains *ret,
                struct sc_error *err);
    int (*account)(const struct sc_inventory_conf *panel, const char *name, struct sc_domains *ret,
                   struct sc_error *err);
    int (*domain)(const struct sc_inventory_conf *panel, const char *name, struct sc_domains *ret,
                  struct sc_error *err);
    int (*all)(const struct sc_inventory_conf *panel, struct sc_domains *ret, struct sc_error *err);
};

/* The domains of one user; those of the account that has a domain; one domain; all of them.
 * SC_E_PLATFORM where there is no panel. */
int sc_panel_user(const struct sc_server *s, const char *user, struct sc_domains *ret,
                  struct sc_error *err);
int sc_panel_account(const struct sc_server *s, const char *name, struct sc_domains *ret,
                     struct sc_error *err);
int sc_panel_domain(const struct sc_server *s, const char *name, struct sc_domains *ret,
                    struct sc_error *err);
int sc_panel_all(const struct sc_server *s, struct sc_domains *ret, struct sc_error *err);

/* A domain as the database has it, of the account with that uid. Borrows from *d. */
struct sc_domain_row sc_panel_row(const struct sc_domain *d, uid_t uid);

#endif
