/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/inventory.h"

#include <string.h>
#include <time.h>
#include "core/base/run.h"
#include "core/base/domain_name.h"
#include "core/base/clock.h"
#include "core/base/error_code.h"

static int ask_now(const struct sc_inventory_conf *conf, const char *option, const char *value,
                   struct sc_domains *ret, struct sc_error *err)
{
    const char *argv[] = {conf->adapter_exe, "domains", option, value, NULL};
    struct sc_run_spec spec = {
        .argv = argv,
        .timeout_ms = conf->timeout_ms > 0 ? conf->timeout_ms : SC_INVENTORY_TIMEOUT_MS,
        .max_out = conf->max_bytes ? conf->max_bytes : SC_INVENTORY_MAX_BYTES,
        .meanwhile = conf->meanwhile,
    };
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_run(&spec, &r, &why);
    if (rc < 0)
        return sc_error_set(err, SC_E_PANEL, "cannot ask the panel: %s", why.text);
    if (r.out.len == 0) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "%s answered nothing and %s", conf->adapter_exe, how);
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    rc = sc_domains_parse(r.out.data, r.out.len, NULL, &d, err);
    if (rc < 0)
        return rc;
    if (!sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "%s answered \"ok\" but %s", conf->adapter_exe, how);
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int ask(const struct sc_inventory_conf *conf, const char *option, const char *value,
               struct sc_domains *ret, struct sc_error *err)
{
    long long start = sc_clock_ms();
    if (conf->hung && start < conf->hung->until_ms)
        return sc_error_set(err, conf->hung->why.code, "%s", conf->hung->why.text);
    struct sc_error why = SC_ERROR_INIT;
    int rc = ask_now(conf, option, value, ret, &why);
    if (rc == 0)
        return 0;
    /* the adapter gives up somewhat earlier than we do, and says what it waited for */
    long long end = sc_clock_ms(),
              limit = conf->timeout_ms > 0 ? conf->timeout_ms : SC_INVENTORY_TIMEOUT_MS;
    if (conf->hung && rc == SC_E_PANEL && (end - start) * 3 >= limit)
        *conf->hung =
            (struct sc_inventory_hung){.until_ms = end + SC_INVENTORY_HUNG_MS, .why = why};
    if (err)
        *err = why;
    return rc;
}

int sc_inventory_all(const struct sc_inventory_conf *conf, struct sc_domains *ret,
                     struct sc_error *err)
{
    return ask(conf, NULL, NULL, ret, err);
}

int sc_inventory_user(const struct sc_inventory_conf *conf, const char *user,
                      struct sc_domains *ret, struct sc_error *err)
{
    if (!sc_owner_valid(user)) {
        *ret = (struct sc_domains)SC_DOMAINS_INIT;
        return 0;
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = ask(conf, "--owner", user, &d, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND) {
        if (err)
            *err = why;
        return rc;
    }
    for (size_t i = 0; i < d.n; i++) {
        if (strcmp(d.v[i].owner, user) != 0)
            return sc_error_set(err, SC_E_PANEL,
                                "%s, asked for the domains of '%s', answered with '%s' of '%s'",
                                conf->adapter_exe, user, d.v[i].name, d.v[i].owner);
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_no_domain(struct sc_error *err, const char *name)
{
    if (name && !name[strspn(name, " \t")]) /* would not be seen */
        name = "''";
    return sc_error_is(err, SC_IS_UNKNOWN_DOMAIN,
                       sc_error_set(err, SC_E_NOTFOUND, SC_INVENTORY_NO_DOMAIN "%s%s",
                                    name ? ": " : "", name ? name : ""));
}

static int not_there(const char *name, const struct sc_error *why, struct sc_error *err)
{
    const char *odd = strstr(why->text, SC_INVENTORY_PASSED_OVER);
    if (!odd)
        return sc_no_domain(err, NULL);
    return sc_error_is(err, SC_IS_UNKNOWN_DOMAIN,
                       sc_error_set(err, SC_E_NOTFOUND,
                                    SC_INVENTORY_NO_DOMAIN ": %s" SC_INVENTORY_PASSED_OVER
                                                           "%.600s; correct it in the panel",
                                    name, odd + strlen(SC_INVENTORY_PASSED_OVER)));
}

/* Asks about a name; an answer without any domain is SC_E_NOTFOUND. */
static int ask_name(const struct sc_inventory_conf *conf, const char *option, const char *name,
                    char canon[256], struct sc_domains *ret, struct sc_error *err)
{
    int rc = sc_domain_canon(name, canon, err);
    if (rc == SC_E_INVAL)
        return sc_no_domain(err, NULL);
    if (rc < 0)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    rc = ask(conf, option, canon, &d, &why);
    if (rc == SC_E_NOTFOUND || (rc == 0 && d.n == 0))
        return not_there(canon, &why, err);
    if (rc < 0 && err)
        *err = why;
    if (rc < 0)
        return rc;
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_inventory_domain(const struct sc_inventory_conf *conf, const char *name,
                        struct sc_domains *ret, struct sc_error *err)
{
    char canon[256];
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = ask_name(conf, "--name", name, canon, &d, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < d.n; i++) {
        if (strcmp(d.v[i].name, canon) != 0)
            return sc_error_set(err, SC_E_PANEL, "%s, asked for '%s', answered with '%s'",
                                conf->adapter_exe, canon, d.v[i].name);
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_inventory_account(const struct sc_inventory_conf *conf, const char *name,
                         struct sc_domains *ret, struct sc_error *err)
{
    char canon[256];
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = ask_name(conf, "--account-of", name, canon, &d, err);
    if (rc < 0)
        return rc;
    const struct sc_domain *asked = sc_domains_find(&d, canon);
    for (size_t i = 0; i < d.n; i++)
        if (!asked || strcmp(d.v[i].owner, asked->owner) != 0)
            return sc_error_set(err, SC_E_PANEL,
                                "%s, asked for the account of '%s', answered with '%s' of '%s'",
                                conf->adapter_exe, canon, d.v[i].name, d.v[i].owner);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}
