/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "generic/virtualmin/servers.h"
#include "generic/virtualmin/virtualmin.h"
#include "hooks/adapter/homes.h"

/* Servers go before aliases: a name that is both is the server. */
struct listing {
    struct sc_domains first, later;
    const struct sc_vm_servers *servers;
    struct sc_error *err;
};

static void listing_done(struct listing *l)
{
    sc_domains_done(&l->first);
    sc_domains_done(&l->later);
}

static int add_odd(struct listing *l, const struct sc_vm_server *v, const char *why)
{
    char canon[256];
    bool known = sc_domain_canon(v->dom, canon, NULL) == 0;
    const struct sc_odd what = {.name = known ? canon : NULL,
                                .owner = sc_owner_valid(v->user) ? v->user : NULL,
                                .path = *v->html ? v->html : NULL,
                                .hides = !known};
    return sc_odds_add(&l->first.odds, &what, l->err, "%s: virtual server '%.255s' (%.32s): %s",
                       SC_VM_TITLE, v->dom, v->id, why);
}

static int add(struct listing *l, const struct sc_vm_server *v)
{
    SC_FREE char *docroot = NULL;
    const char *dir = NULL;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_vm_server_docroot(l->servers, v, &docroot, &dir, &why);
    if (rc == SC_E_NOTFOUND)
        return add_odd(l, v, why.text);
    if (rc < 0)
        return sc_error_set(l->err, rc, "%s", why.text);
    struct sc_domains *to = *v->alias ? &l->later : &l->first;
    bool is_main = !*v->parent && !*v->alias;
    char clean[SC_DOCROOT_MAX + 1];
    if (dir && !sc_docroot_clean(dir, clean))
        return sc_domains_add_in(to, v->dom, v->user, docroot, clean, is_main, l->err);
    return sc_domains_add(to, v->dom, v->user, docroot, is_main, l->err);
}

/* Whether the server is one of those that are asked for, and its user is there. */
static int wanted(const struct sc_question *q, const struct sc_vm_server *v, struct sc_homes *homes,
                  bool *ret, struct sc_error *err)
{
    const struct sc_home_of *h = NULL;
    *ret = false;
    if (!v->web || (q->owner && strcmp(q->owner, v->user) != 0))
        return 0;
    if (!sc_owner_valid(v->user)) { /* an odd one: whose it is is not known */
        *ret = true;
        return 0;
    }
    int rc = sc_home_of(homes, v->user, &h, err);
    *ret = rc == 0 && h && h->uid != 0;
    return rc;
}

int sc_vm_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                  struct sc_error *err)
{
    SC_VM_SERVERS struct sc_vm_servers servers = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_CLEANUP(listing_done) struct listing l = {.servers = &servers, .err = err};
    int rc = sc_vm_servers_load(sc_vm_prefix(c), &servers, err);
    if (rc == 0)
        rc = sc_homes_load(sc_vm_prefix(c), !q->owner, &homes, err);
    for (size_t i = 0; rc == 0 && i < servers.n; i++) {
        bool take = false;
        rc = wanted(q, &servers.v[i], &homes, &take, err);
        if (rc == 0 && take)
            rc = add(&l, &servers.v[i]);
    }
    if (rc == 0)
        rc = sc_odds_move(&servers.odds, &l.first.odds, err);
    return rc < 0 ? rc : sc_domains_give(&l.first, &l.later, ret, err);
}
