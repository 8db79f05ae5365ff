/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a panel's HTTP API. The work is done by a program of its own
 * (/usr/libexec/sitecage/sitecage-http, libcurl) that has no privileges and is handed the request
 * on its standard input: adapters start fast, and what parses TLS and HTTP is not root. */
#ifndef SC_HOOKS_API_HTTP_H
#define SC_HOOKS_API_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_HTTP_TIMEOUT_MS 8000
#define SC_HTTP_MAX_BYTES  (64u << 20)

struct sc_http_request {
    const char *url;             /* https:// only, no user information in it */
    const char *const *headers;  /* "Name: value", NULL-terminated; NULL: none */
    const char *user, *password; /* HTTP basic authentication; NULL: none */
    const void *body;            /* POST when not NULL */
    size_t body_len;
    const char *ca_file; /* PEM; NULL: the system's */
    const char *cert,
        *key; /* the client's, PEM: what is in the files, not their names; NULL: none */
    unsigned
        lines; /* not 0: an answer that goes on, of which so many lines are enough; when the time
                     * is over, those that came, if there is one */
    int timeout_ms;   /* 0: SC_HTTP_TIMEOUT_MS */
    int connect_ms;   /* of that, until there is a connection; 0: all */
    size_t max_bytes; /* 0: SC_HTTP_MAX_BYTES */
};

/* One request. TLS (1.2 or newer) certificate and host name are verified, nothing is redirected, no
 * proxy, no .netrc, nothing of the environment; credentials go to that host alone and into no error
 * text. Called as root, user nobody does it; else the caller. 0 for status 200 with a complete body
 * in *out (replaced, data never NULL). Errors, naming scheme, host and port: SC_E_PANEL
 * (connection, certificate, redirect, any other status, cut short), SC_E_TIMEOUT, SC_E_TOOBIG (also
 * of the request), SC_E_INVAL (the URL, or a header or credential that could forge one),
 * SC_E_PLATFORM (no user nobody), SC_E_SYS (the program or ca_file cannot be read), SC_E_NOMEM. */
int sc_http_fetch(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err);

/* SC_E_INVAL unless `url` is https://NAME[:PORT] and nothing more. */
int sc_http_check_origin(const char *url, struct sc_error *err);

/* How the panel's API is reached: section [api] of /etc/sitecage.conf. */
struct sc_api_conf {
    char *url;     /* e.g. https://server.example:2087; no slash at its end */
    char *user;    /* NULL where not given */
    char *secret;  /* password, token or key: content of secret_file, which root alone may read */
    char *ca_file; /* NULL: the system's certificates */
};

/* Needs root. SC_E_NOTFOUND only when no [api] url is configured; SC_E_DENIED for a secret_file
 * that others may read or write, or that the caller may not; SC_E_INVAL for a setting that is
 * wrong, and for a secret_file that is not given or does not have the secret on its only line;
 * SC_E_SYS when it cannot be read (missing). Wipe and free with sc_api_conf_done(). */
int sc_api_conf_load(struct sc_api_conf *ret, struct sc_error *err);
void sc_api_conf_done(struct sc_api_conf *c);

/* What is on the only line of a file of `owner`'s that nobody else may read or write; overwrite it before free(3).
 * Errors as above. */
int sc_api_secret(const char *path, uid_t owner, char **ret, struct sc_error *err);

/* A PEM file of `owner`'s that nobody else may write, and where it is `secret` read; `setting` names it. */
int sc_api_pem(const char *path, uid_t owner, const char *setting, bool secret, char **ret,
               struct sc_error *err);

#endif
