/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands that look only know of one domain: its account and that account's facts. */
#ifndef SC_ENGINE_DOMAIN_VIEW_H
#define SC_ENGINE_DOMAIN_VIEW_H

#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

struct sc_domain_view {
    char name[256]; /* as it is known here */
    struct sc_account account;
    struct sc_facts facts;
};
#define SC_DOMAIN_VIEW_INIT                                                                        \
    {                                                                                              \
        .account = SC_ACCOUNT_INIT                                                                 \
    }

void sc_domain_view_done(struct sc_domain_view *v);

/* Asks the panel for the domain's account, and gathers its facts. No lock is taken, nothing is finished
 * or changed. SC_E_NOTFOUND: no such domain, in the words that callers look for. Needs root. */
int sc_domain_view_gather(struct sc_server *s, const char *domain, struct sc_domain_view *ret,
                          struct sc_error *err);

#endif
