/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/domain_view.h"

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/facts/gather.h"
#include "core/server/panel.h"

void sc_domain_view_done(struct sc_domain_view *v)
{
    sc_facts_done(&v->facts);
    sc_account_done(&v->account);
}

static int unknown(const char *domain, struct sc_error *err)
{
    return sc_no_domain(err, domain);
}

int sc_domain_view_gather(struct sc_server *s, const char *domain, struct sc_domain_view *ret,
                          struct sc_error *err)
{
    uid_t uid;
    SC_CLEANUP(sc_domain_view_done) struct sc_domain_view v = SC_DOMAIN_VIEW_INIT;
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    if (sc_domain_canon(domain, v.name, NULL) < 0)
        return unknown(domain, err);
    int rc = sc_store_version(s->store, &heard.version, err);
    if (rc == 0)
        rc = sc_panel_account(s, v.name, &heard.domains, err);
    if (rc == SC_E_NOTFOUND)
        return unknown(domain, err);
    if (rc == 0)
        rc = sc_account_uid(heard.domains.v[0].owner, &uid, err);
    if (rc == 0)
        rc = sc_account_look(uid, &v.account, err);
    if (rc == 0)
        rc = sc_facts_gather(s, &v.account, SC_FACTS_STRICT, &heard, &v.facts, err);
    if (rc < 0)
        return rc;
    *ret = v;
    v = (struct sc_domain_view)SC_DOMAIN_VIEW_INIT;
    return 0;
}
