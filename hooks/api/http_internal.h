/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooks/api/http.c and the program sitecage-http (hooks/api/http_main.c) share: how a request
 * is handed over, and how the program says what went wrong; and doors for tests.
 *
 * The request is a JSON object on standard input: url, headers (array), user, password, body,
 * ca_file, cert, key (strings of hexadecimal digits, two a byte, so that any bytes pass; left out where not
 * given), timeout_ms, connect_ms, max_bytes and lines (numbers). The body comes back on standard output, after all of
 * it was received. Exit status 0, or the error's code (enum sc_code) without its sign and its text,
 * one line, on standard error. */
#ifndef SC_HOOKS_API_HTTP_INTERNAL_H
#define SC_HOOKS_API_HTTP_INTERNAL_H

#include <sys/types.h>
#include "hooks/api/http.h"

#define SC_HTTP_URL_MAX     4096
#define SC_HTTP_HEADERS_MAX 32
#define SC_HTTP_FIELD_MAX   8192       /* bytes of a header, user, password or path */
#define SC_HTTP_PEM_MAX     65536      /* bytes of a client's certificate or key */
#define SC_HTTP_BODY_MAX    (1u << 20) /* bytes of a request's body */
#define SC_HTTP_DOC_MAX     (4u << 20) /* bytes of a request handed over */
#define SC_HTTP_ORIGIN_MAX  300
#define SC_SECRET_MAX       4096

/* SC_E_INVAL unless `url` is https://NAME[:PORT][/PATH][?QUERY] without user information, fragment,
 * white space and bytes above 0x7e. `origin` gets "https://name:port" for messages: never more of
 * the URL, there may be secrets in the rest. */
int sc_http_check_url(const char *url, char origin[SC_HTTP_ORIGIN_MAX], struct sc_error *err);

/* The URL and the rest: SC_E_INVAL for what could forge a header (control bytes) or cannot be sent.
 * SC_E_TOOBIG. No text has a value in it. */
int sc_http_check(const struct sc_http_request *rq, char origin[SC_HTTP_ORIGIN_MAX],
                  struct sc_error *err);

/* Writes the JSON object, of `*ret_len` bytes and a closing NUL. To be freed with
 * sc_http_wipe_free. */
int sc_http_pack(const struct sc_http_request *rq, char **ret, size_t *ret_len,
                 struct sc_error *err);

/* Reads it; all of *ret is new and freed by sc_http_request_done. Not checked: sc_http_check is
 * next. */
int sc_http_unpack(const char *doc, size_t len, struct sc_http_request *ret, struct sc_error *err);
void sc_http_request_done(struct sc_http_request *rq);

/* Overwrites `len` bytes, then frees. NULL is fine. */
void sc_http_wipe_free(void *p, size_t len);

/* sc_http_fetch with another program. */
int sc_http_fetch_by(const char *program, const struct sc_http_request *rq, struct sc_buf *out,
                     struct sc_error *err);

/* sc_api_conf_load from another file, whose owner (and the secret's) must be `owner`. */
int sc_api_conf_load_from(const char *path, uid_t owner, struct sc_api_conf *ret,
                          struct sc_error *err);

#endif
