/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a panel hands to the page's endpoint: three ways to call it, one request.
 *
 *     cgi    CGI/1.1: the body is on standard input (cPanel, WHM, integration scripts)
 *     raw    the body is in the variable POST, or on standard input where that is "stdin=true";
 *            the program writes the whole answer of HTTP, status line and all (DirectAdmin)
 *     skin   as raw, and what is printed stands inside of the panel's own page: no header at all
 *     pipe   one document in, one document out, no HTTP (Plesk: its own code has checked who asks)
 *
 * Everything here comes from a browser and is hostile. */
#ifndef SC_PAGE_REQUEST_H
#define SC_PAGE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_PAGE_BODY_MAX (512u << 10) /* bytes: a thousand names of domains fit */

enum sc_page_front {
    SC_PAGE_CGI,
    SC_PAGE_RAW,
    SC_PAGE_SKIN,
    SC_PAGE_PIPE
};

struct sc_page_request {
    enum sc_page_front front;
    bool admin;    /* the administrator's page was asked for, or */
    bool reseller; /* that of a reseller, who may do less; `admin`, too */
    const char
        *accounts; /* a reseller's customers, "jane,john", as the panel's adapter says; else NULL */
    bool post;     /* else GET or HEAD */
    bool other;    /* another method: refused */
    const char *query;      /* never NULL; as it came */
    const char *token;      /* header X-Sitecage-Token; NULL */
    const char *fetch_site; /* Sec-Fetch-Site; NULL */
    const char *origin;     /* NULL */
    const char *host;       /* NULL */
    const char *lang;       /* what the panel says of the language; NULL */
    const char
        *address; /* where requests go, when that is not the page's own address alone; NULL */
    const char *session[3]; /* what only this session's browser and the panel know; NULL each */
    struct sc_buf body;
};

void sc_page_request_done(struct sc_page_request *r);

/* "cgi", "raw-admin", "cgi-reseller", …: how it is called, and for whom. False: no such word. */
bool sc_page_front_parse(const char *word, struct sc_page_request *r);

/* Reads the environment: a name's value, or NULL. The strings stay the environment's. */
typedef const char *sc_page_env(const char *name);
void sc_page_request_env(sc_page_env *env, struct sc_page_request *r);

/* Reads the body of a POST or a pipe, from `env` or descriptor 0. `given`: the document of a pipe
 * as an argument; NULL. SC_E_TOOBIG, SC_E_SYS, SC_E_INVAL. */
int sc_page_request_body(sc_page_env *env, const char *given, struct sc_page_request *r,
                         struct sc_error *err);

/* The document in a form of DirectAdmin's, "q=…": each value is encoded for HTML once more than for
 * the form. Appends to *ret. SC_E_INVAL: there is none, or it is not encoded right. */
int sc_page_form(const char *form, struct sc_buf *ret, struct sc_error *err);

/* The value of a name in a query string, decoded, in *ret. False: it is not there, or is not
 * encoded right, or does not fit. */
bool sc_page_query(const char *query, const char *name, char *ret, size_t size);

#endif
