/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/domain_name.h"
#include "core/inventory/domains_json.h"
#include "generic/answer.h"

/* One question to the vendor, its answer filtered again, because vendors' filters are not reliable.
 */
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
    sc_domains_filter(&d, owner, name);
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_generic_domains(const struct sc_generic_conf *conf, const struct sc_question *q,
                       struct sc_buf *out, struct sc_error *err)
{
    const char *owner = q->owner;
    char name[256] = "";
    int rc = 0;
    if (owner && !sc_owner_valid(owner))
        return sc_error_set(err, SC_E_INVAL, "domains: '%s' is not a user name", owner);
    if (q->name && (rc = sc_domain_canon(q->name, name, err)) < 0)
        return rc;
    if (conf->caller) {
        if (owner && strcmp(owner, conf->caller) != 0)
            return sc_error_set(err, SC_E_DENIED, "domains: '%s' may not ask for domains of '%s'",
                                conf->caller, owner);
        owner = conf->caller;
    }

    SC_CLEANUP(sc_vendor_done) struct sc_vendor v;
    sc_vendor_init(&v, conf, "domains");
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const char *by_name[] = {"--name", name, NULL}, *by_owner[] = {"--owner", owner, NULL},
               *all[] = {NULL};
    if (q->name) {
        rc = ask(&v, by_name, owner, name, &d, err);
        bool missing = rc == SC_E_NOTFOUND || (rc == 0 && d.n == 0);
        /* The vendor may know an international name in its own letters only. */
        if (missing && strstr(name, "xn--"))
            rc = ask(&v, owner ? by_owner : all, owner, name, &d, err);
        /* To a user, another's domain is one that does not exist. */
        if (rc == SC_E_NOTFOUND || (rc == 0 && d.n == 0) || (rc == SC_E_DENIED && conf->caller))
            return sc_error_set(err, SC_E_NOTFOUND, "domain '%s' does not exist", name);
    } else {
        rc = ask(&v, owner ? by_owner : all, owner, NULL, &d, err);
    }
    return rc < 0 ? rc : sc_domains_to_json(&d, out, err);
}
