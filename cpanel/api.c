/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/run.h"

#define ALL "/json-api/get_domain_info?api.version=1"
#define ONE                                                                                        \
    "/json-api/cpanel?cpanel_jsonapi_apiversion=3&cpanel_jsonapi_module=DomainInfo"                \
    "&cpanel_jsonapi_func=domains_data&cpanel_jsonapi_user="

static int timeout_of(const struct sc_caller *c)
{
    return c->timeout_ms > 0 ? c->timeout_ms : SC_CPANEL_TIMEOUT_MS;
}

/* A user's name as a parameter: of what it may have, these mean something else in a URL. */
static void add_parameter(struct sc_buf *b, const char *name)
{
    for (; *name; name++)
        sc_buf_str(b, *name == '+' ? "%2B" : *name == '@' ? "%40" : (const char[]){*name, 0});
}

static int ask_http(const struct sc_cpanel *cp, const struct sc_api_conf *conf,
                    const struct sc_caller *c, const char *user, struct sc_domains *ret,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf url = SC_BUF_INIT, header = SC_BUF_INIT, out = SC_BUF_INIT;
    sc_buf_fmt(&url, "%s%s", conf->url, user ? ONE : ALL);
    add_parameter(&url, user ? user : "");
    sc_buf_fmt(&header, "Authorization: whm %s:%s", conf->user, conf->secret);
    int rc = sc_buf_check(&url, "the URL", err);
    if (rc == 0)
        rc = sc_buf_check(&header, "the token", err);
    if (rc == 0) {
        const char *const headers[] = {header.data, "Accept: application/json", NULL};
        const struct sc_http_request rq = {.url = url.data,
                                           .headers = headers,
                                           .ca_file = conf->ca_file,
                                           .timeout_ms = timeout_of(c)};
        rc = cp->fetch(&rq, &out, err);
    }
    if (header.data)
        explicit_bzero(header.data, header.len);
    return rc < 0 ? rc : sc_cpanel_api_parse(out.data, out.len, conf->url, user, ret, err);
}

/* The first of the panel's names for its program that can be run; "" for none. */
static int find_program(const struct sc_cpanel *cp, const char *const *names,
                        char path[SC_CPANEL_PATH_MAX], struct sc_error *err)
{
    for (; *names; names++) {
        int rc = sc_cpanel_path(cp, path, err, "%s", *names);
        if (rc < 0)
            return rc;
        if (access(path, X_OK) == 0)
            return 0;
    }
    path[0] = 0;
    return 0;
}

static int ask_program(const struct sc_cpanel *cp, const struct sc_caller *c, const char *user,
                       struct sc_domains *ret, struct sc_error *err)
{
    static const char *const whm[] = {SC_CPANEL_BASE "/bin/whmapi1", "/usr/sbin/whmapi1", NULL};
    static const char *const uapi[] = {SC_CPANEL_BASE "/bin/uapi", "/usr/bin/uapi", NULL};
    char path[SC_CPANEL_PATH_MAX], option[SC_OWNER_MAX + 8];
    int rc = find_program(cp, user ? uapi : whm, path, err);
    if (rc < 0)
        return rc;
    if (!*path)
        return sc_error_set(err, SC_E_NOTFOUND, "neither %s nor %s is there",
                            user ? uapi[0] : whm[0], user ? uapi[1] : whm[1]);
    snprintf(option, sizeof(option), "--user=%s", user ? user : "");
    const char *const all[] = {path, "--output=json", "get_domain_info", NULL};
    const char *const one[] = {path,           "--output=json", option, "DomainInfo",
                               "domains_data", "format=hash",   NULL};
    const struct sc_run_spec spec = {.argv = user ? one : all, .timeout_ms = timeout_of(c)};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    rc = sc_run(&spec, &r, err);
    if (rc < 0)
        return rc == SC_E_SYS ? sc_error_set(err, SC_E_PANEL, "%s cannot be run", path) : rc;
    if (!sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "%s %s", path, how);
    }
    return sc_cpanel_api_parse(r.out.data ? r.out.data : "", r.out.len, path, user, ret, err);
}

int sc_cpanel_api_domains(const struct sc_cpanel *cp, const struct sc_caller *c, const char *user,
                          struct sc_domains *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_api_conf_done) struct sc_api_conf conf = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = cp->api_conf(&conf, &why);
    bool http = rc == 0;
    if (rc == 0 && (!conf.user || !conf.secret))
        return sc_error_set(err, SC_E_PANEL,
                            "[api] of /etc/sitecage.conf needs user and secret_file (a WHM API "
                            "token) beside url");
    if (rc < 0 && rc != SC_E_NOTFOUND) {
        if (err)
            *err = why;
        return rc;
    }
    rc = SC_E_PANEL;
    if (user)
        rc = http ? ask_http(cp, &conf, c, user, ret, &why) : ask_program(cp, c, user, ret, &why);
    /* To be told of a failure also means that the panel does not know the user: the list of all
     * tells which it is. What did not answer is not asked again. */
    if (rc == SC_E_PANEL || rc == SC_E_NOTFOUND) {
        why = (struct sc_error)SC_ERROR_INIT;
        rc = http ? ask_http(cp, &conf, c, NULL, ret, &why) : ask_program(cp, c, NULL, ret, &why);
        if (rc == 0)
            sc_domains_filter(ret, user, NULL);
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}
