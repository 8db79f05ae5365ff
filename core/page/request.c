/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/io.h"

#define ADMIN    "-admin"
#define RESELLER "-reseller"

void sc_page_request_done(struct sc_page_request *r)
{
    sc_buf_free(&r->body);
}

bool sc_page_front_parse(const char *word, struct sc_page_request *r)
{
    static const char *const names[] = {"cgi", "raw", "skin", "pipe"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t n = strlen(names[i]);
        bool begins = strncmp(word, names[i], n) == 0;
        bool reseller = begins && strcmp(word + n, RESELLER) == 0;
        bool admin = begins && (reseller || strcmp(word + n, ADMIN) == 0);
        if (strcmp(word, names[i]) != 0 && !admin)
            continue;
        r->front = (enum sc_page_front)i;
        r->admin = admin;
        r->reseller = reseller;
        return true;
    }
    return false;
}

static const char *not_empty(const char *s)
{
    return s && *s ? s : NULL;
}

void sc_page_request_env(sc_page_env *env, struct sc_page_request *r)
{
    const char *method = env("REQUEST_METHOD");
    r->post = method && strcmp(method, "POST") == 0;
    /* DirectAdmin names the method nowhere that can be relied on: a body is what tells */
    if (r->front == SC_PAGE_RAW && not_empty(env("POST")))
        r->post = true;
    r->other = method && !r->post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
    const char *query = env("QUERY_STRING");
    r->query = query ? query : "";
    r->token = not_empty(env("HTTP_X_SITECAGE_TOKEN"));
    r->fetch_site = not_empty(env("HTTP_SEC_FETCH_SITE"));
    r->origin = not_empty(env("HTTP_ORIGIN"));
    r->host = not_empty(env("HTTP_HOST"));
    r->lang = not_empty(env("SITECAGE_LANG"));
    const char *accounts = r->reseller ? env("SITECAGE_ACCOUNTS") : NULL;
    r->accounts = r->reseller && !accounts ? "" : accounts;
    static const char *const sessions[][3] = {{"cp_security_token", NULL, NULL},
                                              {"SESSION_ID", "SESSION_KEY", NULL},
                                              {"SITECAGE_SESSION", NULL, NULL}};
    for (size_t i = 0; i < 3 && !r->session[0]; i++)
        for (size_t k = 0; k < 3 && sessions[i][k]; k++)
            r->session[k] = not_empty(env(sessions[i][k]));
}

static int too_long(struct sc_error *err)
{
    return sc_error_set(err, SC_E_TOOBIG, "the request is longer than %u bytes", SC_PAGE_BODY_MAX);
}

/* At most `want` bytes of descriptor 0; (size_t)-1: until its end. */
static int read_input(size_t want, struct sc_buf *ret, struct sc_error *err)
{
    size_t room = want < SC_PAGE_BODY_MAX ? want : SC_PAGE_BODY_MAX + 1;
    SC_FREE char *data = malloc(room + 1);
    if (!data)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the request");
    ssize_t n = sc_read_all(STDIN_FILENO, data, room);
    if (n < 0)
        return sc_error_sys(err, errno, "cannot read the request");
    if ((size_t)n > SC_PAGE_BODY_MAX)
        return too_long(err);
    sc_buf_add(ret, data, (size_t)n);
    return sc_buf_check(ret, "the request", err);
}

static int read_cgi(const char *length, struct sc_buf *ret, struct sc_error *err)
{
    char *end;
    errno = 0;
    unsigned long long n = length ? strtoull(length, &end, 10) : 0;
    if (!length || length[0] < '0' || length[0] > '9' || *end || errno)
        return sc_error_set(err, SC_E_INVAL, "the request says no length");
    if (n > SC_PAGE_BODY_MAX)
        return too_long(err);
    return read_input((size_t)n, ret, err);
}

static int read_raw(const char *post, struct sc_buf *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf form = SC_BUF_INIT;
    int rc = 0;
    if (post && strcmp(post, "stdin=true") == 0)
        rc = read_input((size_t)-1, &form, err);
    else
        sc_buf_str(&form, post ? post : "");
    if (rc == 0)
        rc = sc_buf_check(&form, "the request", err);
    return rc < 0 ? rc : sc_page_form(form.data ? form.data : "", ret, err);
}

int sc_page_request_body(sc_page_env *env, const char *given, struct sc_page_request *r,
                         struct sc_error *err)
{
    if (r->front == SC_PAGE_PIPE && given && given[0] == '{') {
        sc_buf_str(&r->body, given);
        return sc_buf_check(&r->body, "the request", err);
    }
    if (r->front == SC_PAGE_PIPE)
        return read_input((size_t)-1, &r->body, err);
    if (!r->post)
        return 0;
    return r->front == SC_PAGE_CGI ? read_cgi(env("CONTENT_LENGTH"), &r->body, err)
                                   : read_raw(env("POST"), &r->body, err);
}
