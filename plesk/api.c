/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/api.h"

#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "plesk/xml.h"

#define GET(op, dataset)                                                                           \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><packet><" op "><get><filter/>" dataset             \
    "</get></" op "></packet>"
#define HOSTING "<dataset><gen_info/><hosting/></dataset>"

/* Main domains first: of several entries for a name the first one stays. */
static const char *const requests[] = {GET("webspace", HOSTING), GET("site", HOSTING),
                                       GET("site-alias", "")};

#define NOBODY 65534 /* the kernel's overflow id, which no file belongs to */

/* Appends the rows of one answer, read by the program that may crash on it. */
static int read_answer(const struct sc_plesk *p, const struct sc_buf *answer, int timeout_ms,
                       struct sc_buf *rows, struct sc_error *err)
{
    const char *argv[] = {p->xml_exe, NULL};
    struct sc_run_ids nobody = {.uid = NOBODY, .gid = NOBODY};
    struct sc_run_spec spec = {.argv = argv,
                               .home = "/",
                               .input = answer->data,
                               .input_len = answer->len,
                               .timeout_ms = timeout_ms,
                               .drop = geteuid() == 0 ? &nobody : NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    if (sc_run(&spec, &r, &why) < 0)
        return sc_error_set(err, SC_E_PANEL, "cannot read Plesk's answer: %s", why.text);
    if (!sc_run_ok(&r)) {
        char how[768];
        sc_run_how(&r, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "sitecage-plesk-xml %s", how);
    }
    sc_buf_add(rows, r.out.data ? r.out.data : "", r.out.len);
    return sc_buf_check(rows, "Plesk's domains", err);
}

static bool header_safe(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    }
    return true;
}

static void wipe(char **s)
{
    if (*s)
        explicit_bzero(*s, strlen(*s));
    free(*s);
}

int sc_plesk_api_domains(const struct sc_plesk *p, const struct sc_api_conf *conf, int timeout_ms,
                         struct sc_domains *ret, struct sc_error *err)
{
    long long start = sc_clock_ms();
    const char *user = conf->user ? conf->user : "", *secret = conf->secret ? conf->secret : "";
    if (!header_safe(user) || !header_safe(secret))
        return sc_error_set(err, SC_E_INVAL,
                            "user or secret of section [api] in /etc/sitecage.conf has a control "
                            "byte in it");
    SC_FREE char *url = NULL, *login = NULL;
    SC_CLEANUP(wipe) char *key = NULL;
    if (asprintf(&url, "%s" SC_PLESK_API_PATH, conf->url) < 0)
        url = NULL;
    if (asprintf(&login, "HTTP_AUTH_LOGIN: %s", user) < 0)
        login = NULL;
    if (asprintf(&key, "%s: %s", conf->user ? "HTTP_AUTH_PASSWD" : "KEY", secret) < 0)
        key = NULL;
    if (!url || !login || !key)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for Plesk's XML API");
    const char *headers[] = {"Content-Type: text/xml", key, conf->user ? login : NULL, NULL};

    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct sc_http_request rq = {.url = url,
                                     .headers = headers,
                                     .body = requests[i],
                                     .body_len = strlen(requests[i]),
                                     .ca_file = conf->ca_file,
                                     .timeout_ms = sc_plesk_left_ms(start, timeout_ms)};
        SC_BUF struct sc_buf answer = SC_BUF_INIT;
        int rc = p->fetch(&rq, &answer, err);
        if (rc == 0)
            rc = read_answer(p, &answer, sc_plesk_left_ms(start, timeout_ms), &rows, err);
        if (rc < 0)
            return rc;
    }
    return sc_plesk_api_join(rows.data ? rows.data : "", rows.len, ret, err);
}
