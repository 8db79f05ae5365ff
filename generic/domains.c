/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/domains_json.h"
#include "generic/generic.h"

#define LOOKUPS_MAX 1000 /* of others than the asked for, in an answer that is not filtered */

/* Domains of nobody, in an answer about one owner: their places may be below his home. */
static int part_nobodys(const struct sc_vendor *v, struct sc_domains *d, const char *owner,
                        struct sc_error *err)
{
    const char *last = owner;
    bool exists = true;
    int rc = 0;
    for (size_t i = 0, n = 0; rc == 0 && i < d->n && n < LOOKUPS_MAX; i++) {
        const struct sc_domain *one = &d->v[i];
        if (strcmp(one->owner, owner) == 0)
            continue;
        if (strcmp(one->owner, last) != 0) {
            exists = v->conf->is_user(one->owner);
            n++;
        }
        last = one->owner;
        const struct sc_odd what = {.name = one->name, .path = one->docroot};
        if (!exists)
            rc = sc_odds_add(&d->odds, &what, err,
                             "%s: domain '%s': its owner '%s' is no user of this server", v->who,
                             one->name, one->owner);
    }
    return rc;
}

/* One question to the vendor, its answer filtered again, because vendors' filters are not
 * reliable. */
static int ask(struct sc_vendor *v, const char *const *args, const char *owner, const char *name,
               struct sc_domains *ret, struct sc_error *err)
{
    int rc = sc_vendor_ask(v, args, err);
    if (rc < 0)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_domains_parse(v->result.out.data, v->result.out.len, v->who, &d, &why);
    rc = sc_vendor_judge(v, rc, &why);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    if (owner && v->conf->is_user && (rc = part_nobodys(v, &d, owner, err)) < 0)
        return rc;
    sc_domains_filter(&d, owner, name);
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_generic_domains(const struct sc_caller *c, const struct sc_question *q,
                       struct sc_domains *ret, struct sc_error *err)
{
    const struct sc_generic_conf conf = sc_generic_conf(c);
    SC_CLEANUP(sc_vendor_done) struct sc_vendor v;
    sc_vendor_init(&v, &conf, "domains");
    const char *by_name[] = {"--name", q->name, NULL}, *by_owner[] = {"--owner", q->owner, NULL},
               *all[] = {NULL};
    if (!q->name)
        return ask(&v, q->owner ? by_owner : all, q->owner, NULL, ret, err);
    int rc = ask(&v, by_name, q->owner, q->name, ret, err);
    bool missing = rc == SC_E_NOTFOUND || (rc == 0 && ret->n == 0 && ret->odds.n == 0);
    /* The vendor may spell it otherwise: in capitals, in its own letters, with a dot at its end. */
    if (missing)
        rc = ask(&v, q->owner ? by_owner : all, q->owner, q->name, ret, err);
    return rc;
}
