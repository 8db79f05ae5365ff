/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/api.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/run.h"
#include "core/base/domain_name.h"
#include "directadmin/answer.h"
#include "hooks/api/http.h"

#define QUESTION      "/CMD_API_DOMAIN?action=document_root"
#define BINARY_MS     2000 /* for `directadmin api-url` */
#define DEFAULT_MS    15000
#define DEFAULT_LOGIN "admin"

struct server {
    const char *url, *user, *secret, *ca_file;
    int timeout_ms; /* of one request */
};

static int ask(const struct server *a, const char *as, const char *owner, struct sc_domains *ret,
               struct sc_error *err)
{
    char who[320], login[256];
    SC_FREE char *url = NULL;
    if (asprintf(&url, "%s" QUESTION, a->url) < 0) {
        url = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory to ask DirectAdmin's API");
    }
    /* admin|user: the administrator, logged in as that user. */
    snprintf(login, sizeof(login), "%s%s%s", a->user, as ? "|" : "", as ? as : "");
    snprintf(who, sizeof(who), "DirectAdmin's API at %s", a->url);
    const struct sc_http_request rq = {.url = url,
                                       .user = login,
                                       .password = a->secret,
                                       .ca_file = a->ca_file,
                                       .timeout_ms = a->timeout_ms};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int rc = sc_http_fetch(&rq, &out, err);
    if (rc < 0)
        return rc;
    return sc_da_answer(out.data ? out.data : "", out.len, who, owner, ret, err);
}

/* One user's domains are asked for as that user; where that is refused, they are taken from the
 * administrator's answer. */
static int ask_both_ways(const struct server *a, const char *owner, struct sc_domains *ret,
                         struct sc_error *err)
{
    if (owner && strcmp(owner, a->user) != 0) {
        struct sc_error why = SC_ERROR_INIT;
        int rc = ask(a, owner, owner, ret, &why);
        if (rc < 0 && rc != SC_E_PANEL && err)
            *err = why;
        if (rc != SC_E_PANEL)
            return rc;
    }
    return ask(a, NULL, owner, ret, err);
}

static void wipe(struct sc_da_login *l)
{
    explicit_bzero(l, sizeof(*l));
}

static int one_time_login(const struct sc_da *da, int timeout_ms, struct sc_da_login *ret,
                          struct sc_error *err)
{
    SC_FREE char *binary = NULL;
    int rc = sc_da_path(da, SC_DA_BINARY, &binary, err);
    if (rc < 0)
        return rc;
    if (access(binary, X_OK) < 0)
        return sc_error_set(err, SC_E_NOTFOUND, "no API is configured");
    const char *const argv[] = {binary, "api-url", NULL};
    const struct sc_run_spec spec = {.argv = argv,
                                     .timeout_ms = timeout_ms < BINARY_MS ? timeout_ms : BINARY_MS,
                                     .max_out = 4096};
    SC_RUN_RESULT struct sc_run_result res = SC_RUN_RESULT_INIT;
    bool ok = sc_run(&spec, &res, NULL) == 0 && sc_run_ok(&res) && res.out.data &&
              sc_da_login_parse(res.out.data, ret);
    if (res.out.data)
        explicit_bzero(res.out.data, res.out.len);
    return ok ? 0 : sc_error_set(err, SC_E_NOTFOUND, "'%s api-url' gave no address", binary);
}

int sc_da_api_domains(const struct sc_da *da, bool one_time, const char *owner, int timeout_ms,
                      struct sc_domains *ret, struct sc_error *err)
{
    if (timeout_ms <= 0)
        timeout_ms = DEFAULT_MS;
    struct server a = {.timeout_ms = timeout_ms / 3};
    if (a.timeout_ms > SC_HTTP_TIMEOUT_MS)
        a.timeout_ms = SC_HTTP_TIMEOUT_MS;
    SC_CLEANUP(sc_api_conf_done) struct sc_api_conf conf = {0};
    SC_CLEANUP(wipe) struct sc_da_login once = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = one_time || da->prefix[0] ? SC_E_NOTFOUND : sc_api_conf_load(&conf, &why);
    if (rc == 0) {
        a.url = conf.url;
        a.user = conf.user ? conf.user : DEFAULT_LOGIN;
        a.secret = conf.secret;
        a.ca_file = conf.ca_file;
    } else if (one_time) {
        if ((rc = one_time_login(da, a.timeout_ms, &once, err)) < 0)
            return rc;
        a.url = once.url;
        a.user = once.user;
        a.secret = once.secret;
    } else {
        if (err)
            *err = why;
        return rc;
    }
    return ask_both_ways(&a, owner, ret, err);
}
