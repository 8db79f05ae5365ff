/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/guard.h"

#include <stdio.h>
#include <string.h>
#include "core/base/error_code.h"

int sc_page_token(const struct sc_page_request *r, uid_t uid, char ret[SC_SHA256_HEX],
                  struct sc_error *err)
{
    if (!r->session[0]) {
        sc_error_set(err, SC_E_DENIED,
                     "the panel says nothing of a session, so nothing can be shown or changed "
                     "here");
        (void)sc_error_is(err, SC_IS_NO_SESSION, SC_E_DENIED);
        return SC_E_DENIED;
    }
    char head[64];
    int n = snprintf(head, sizeof(head), "sitecage-page %s %u",
                     r->reseller ? "reseller"
                     : r->admin  ? "admin"
                                 : "owner",
                     (unsigned)uid);
    struct sc_sha256 s;
    sc_sha256_begin(&s);
    sc_sha256_add(&s, head, (size_t)n + 1);
    for (size_t i = 0; i < 3 && r->session[i]; i++)
        sc_sha256_add(&s, r->session[i], strlen(r->session[i]) + 1);
    sc_sha256_end(&s, ret);
    return 0;
}

/* In the same time wherever the first difference is. */
static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    if (strlen(b) != n)
        return false;
    unsigned different = 0;
    for (size_t i = 0; i < n; i++)
        different |= (unsigned char)(a[i] ^ b[i]);
    return different == 0;
}

/* "https://host:port" is of this host. */
static bool own_origin(const struct sc_page_request *r)
{
    const char *host = strstr(r->origin, "://");
    return host && (!r->host || strcmp(host + 3, r->host) == 0); /* "null": of nobody's */
}

int sc_page_allowed(const struct sc_page_request *r, uid_t uid, const char *in_body,
                    struct sc_error *err)
{
    bool foreign =
        r->fetch_site ? strcmp(r->fetch_site, "same-origin") != 0 : r->origin && !own_origin(r);
    if (foreign)
        return sc_error_is(
            err, SC_IS_CROSS_SITE,
            sc_error_set(err, SC_E_DENIED, "the request comes from another website"));
    char token[SC_SHA256_HEX];
    int rc = sc_page_token(r, uid, token, err);
    if (rc < 0)
        return rc;
    const char *given = r->token || r->front == SC_PAGE_CGI ? r->token : in_body;
    if (given && same(token, given))
        return 0;
    return sc_error_is(
        err, SC_IS_BAD_TOKEN,
        sc_error_set(err, SC_E_DENIED, "this page is of another session: load it again"));
}
