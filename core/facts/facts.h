/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known about one account: what the panel says, what the user wants, what exists. Changes
 * nothing but the account's identity (core/account/identity.h). */
#ifndef SC_FACTS_FACTS_H
#define SC_FACTS_FACTS_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/inventory/domains_json.h"
#include "core/plan/plan.h"
#include "core/account/account.h"
#include "core/account/renames.h"
#include "core/facts/docroots.h"
#include "core/server/server.h"

struct sc_facts {
    struct sc_domains domains;       /* the panel's, of this user */
    struct sc_domains_config config; /* the user's */
    bool from_panel;                 /* else the last known copy in the database */
    bool from_file; /* the configuration is the user's file; else what was applied last */
    struct sc_docroots docroots;
    struct sc_plan *plan; /* for the config as it is; sc_facts_plan() after a change of it */

    bool renamed;                 /* the account had another name until now */
    struct sc_error why;          /* why it is not from_panel, or not from_file */
    struct sc_event_list hints;   /* waiting events that can be about the account; … */
    bool *agreed;                 /* … per event: the panel's answer includes it */
    struct sc_domain_list before; /* the domains as they were known */
    struct sc_renames renames;    /* what became of the names; in `config` already */
};

void sc_facts_done(struct sc_facts *f);

enum sc_facts_how {
    SC_FACTS_STRICT,   /* the panel and the user's file must be readable and right */
    SC_FACTS_REMOVAL,  /* the user's file must be; a panel that fails is no reason to keep something
                          isolated */
    SC_FACTS_LAST_GOOD /* what cannot be read is taken from the database: nothing may become less
                          isolated by an error */
};

/* Gathers them. With STRICT: SC_E_PANEL… when the panel fails; SC_E_DENIED when a document root is
 * outside the home; the configuration's own errors. In any case: SC_E_SYS when it cannot be told
 * where a document root is (docroots.h). What became of the domains' names by a good answer of the
 * panel and the waiting events (core/facts/names.h) is carried into the configuration. */
int sc_facts_gather(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                    struct sc_facts *ret, struct sc_error *err);

/* (Re)computes f->plan from f->domains and f->config. */
int sc_facts_plan(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err);

#endif
