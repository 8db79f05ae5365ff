/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/scope.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/run.h"
#include "core/page/ask.h"

#define STATUS_MS (60 * 1000)
#define BEFORE    3u /* arguments in front of the names */

static int unknown(struct sc_error *err)
{
    return sc_error_is(
        err, SC_IS_UNKNOWN_DOMAIN,
        sc_error_set(err, SC_E_NOTFOUND, "Please specify existing domain name and try again"));
}

/* Whether `user` is one of "jane,john". */
static bool is_customer(const char *accounts, const char *user)
{
    size_t n = strlen(user);
    for (const char *p = accounts; n > 0 && *p;) {
        size_t len = strcspn(p, ",");
        if (len == n && strncmp(p, user, n) == 0)
            return true;
        p += len + (p[len] == ',');
    }
    return false;
}

static const json_t *site_of(const json_t *sites, const char *name)
{
    size_t i;
    json_t *site;
    json_array_foreach(sites, i, site)
    {
        const char *domain = json_string_value(json_object_get(site, "domain"));
        if (domain && strcmp(domain, name) == 0)
            return site;
    }
    return NULL;
}

int sc_page_scope_judge(const json_t *status, const char *accounts, const char *const *names,
                        size_t n, bool ends, struct sc_error *err)
{
    const json_t *sites = json_object_get(status, "sites");
    const char *code = json_string_value(json_object_get(status, "code"));
    if (code && strcmp(code, SC_IS_UNKNOWN_DOMAIN) == 0)
        return unknown(err); /* without its hint, which may be of anybody's domain */
    if (!json_is_array(sites))
        return sc_error_set(err, SC_E_PANEL, "nobody can tell now whose the websites are");
    bool locked = false;
    for (size_t i = 0; i < n; i++) {
        const json_t *site = site_of(sites, names[i]);
        const char *user = json_string_value(json_object_get(site, "username"));
        if (!user || !is_customer(accounts, user))
            return unknown(err);
        locked |= !json_is_false(json_object_get(site, "locked"));
    }
    if (locked && ends)
        return sc_error_is(err, SC_IS_LOCKED,
                           sc_error_set(err, SC_E_DENIED,
                                        "isolation of this account is locked: it can be enabled, "
                                        "and not disabled; ask the administrator of this server"));
    return 0;
}

/* cagefsctl --json --site-isolation-status, and the domains that the request names. */
static int read_names(struct sc_page_ask *a)
{
    char name[256];
    int rc = SC_PAGE_ADD(a, SC_SBINDIR "/cagefsctl", "--json", "--site-isolation-status");
    if (rc == 0 && json_object_get(a->doc, "domains"))
        rc = sc_page_add_domains(a, "domains", 1);
    if (rc == 0 && json_object_get(a->doc, "domain")) {
        rc = sc_page_domain(a, name);
        if (rc == 0)
            rc = sc_page_add(a, "%s", name);
    }
    return rc;
}

int sc_page_scope(const json_t *doc, const char *accounts, struct sc_error *err)
{
    struct sc_page_ask a = {.doc = doc, .admin = true, .err = err};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const char *verb = json_string_value(json_object_get(doc, "do"));
    int rc = read_names(&a);
    if (rc == 0 && a.job.argc > BEFORE) {
        const char *const *argv = (const char *const *)a.job.argv;
        const struct sc_run_spec spec = {.argv = argv, .timeout_ms = STATUS_MS};
        rc = sc_run(&spec, &r, err);
        if (rc == 0) {
            json_auto_t *status =
                json_loadb(r.out.data ? r.out.data : "", r.out.len, JSON_REJECT_DUPLICATES, NULL);
            rc = sc_page_scope_judge(status, accounts, argv + BEFORE, a.job.argc - BEFORE,
                                     !verb || strcmp(verb, "disable") == 0, err);
        }
    }
    sc_page_job_done(&a.job);
    return rc;
}
