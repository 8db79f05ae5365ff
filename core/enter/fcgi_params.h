/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site does a FastCGI request say that it is for? Parses the beginning of a connection: one
 * FCGI_BEGIN_REQUEST and the whole FCGI_PARAMS stream (FastCGI Specification 1.0, sections 3 and
 * 5). Pure: bytes in, three values out. libc only, no allocation. */
#ifndef SC_ENTER_FCGI_PARAMS_H
#define SC_ENTER_FCGI_PARAMS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define SC_FCGI_HEAD      8
#define SC_FCGI_BEGIN_MAX (2u << 20) /* bytes up to the end of the parameters */

/* Empty where the request does not say it. */
struct sc_fcgi_said {
    unsigned id; /* of the request */
    char docroot[PATH_MAX], script[PATH_MAX], translated[PATH_MAX];
};

/* Reads the first `len` bytes of a connection. Returns 1 with *ret when the parameters are
 * complete, 0 when more bytes are needed, -1 when this is no FastCGI request as a web server sends
 * it: another version, record or role, a parameter that is cut off, one of the three twice or
 * longer than PATH_MAX or with a zero byte in it, or no end within SC_FCGI_BEGIN_MAX. *ret is
 * undefined unless 1. `params` is room for SC_FCGI_BEGIN_MAX bytes. */
int sc_fcgi_said(const unsigned char *data, size_t len, unsigned char *params,
                 struct sc_fcgi_said *ret);

/* The same, but of a value that is there more than once the last counts, as for php-fpm
 * (main/fastcgi.c, fcgi_hash_set): nginx sends a parameter as often as its configuration names it. */
int sc_fcgi_said_last(const unsigned char *data, size_t len, unsigned char *params,
                      struct sc_fcgi_said *ret);

#endif
