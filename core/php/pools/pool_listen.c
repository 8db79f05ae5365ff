/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address of a pool, as php-fpm understands it (sapi/fpm/fpm/fpm_sockets.c, fpm_conf.c). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/php/pools/pools.h"

static int bad_listen(const struct sc_fpm_pool *p, const char *listen, struct sc_error *err)
{
    return sc_error_set(err, SC_E_INVAL,
                        "the PHP-FPM pool %s listens at %s: give it a full path of at most %u "
                        "characters or an address in numbers",
                        p->name, listen ? listen : "no address", SC_FPM_PATH_MAX);
}

/* FPM_SOCKETS, by which php-fpm takes a socket over, is "ADDRESS=FD,…". */
static bool fits_environment(const char *listen)
{
    return !strpbrk(listen, ",= \t\"'");
}

/* A path; a relative one begins at the pool's `prefix`. */
static char *unix_path(const struct sc_fpm_pool *p, const char *listen)
{
    char *out = NULL;
    SC_FREE char *prefix = *listen == '/' ? NULL : sc_fpm_value(p, "prefix");
    if (*listen == '/')
        return strdup(listen);
    if (!prefix || *prefix != '/' || asprintf(&out, "%s/%s", prefix, listen) < 0)
        return NULL;
    return out;
}

/* "[::1]" without its brackets, in its usual spelling. */
static bool six(char *host, char out[INET6_ADDRSTRLEN])
{
    struct in6_addr a;
    size_t n = strlen(host);
    if (n < 3 || host[0] != '[' || host[n - 1] != ']')
        return false;
    host[n - 1] = 0;
    return inet_pton(AF_INET6, host + 1, &a) == 1 && inet_ntop(AF_INET6, &a, out, INET6_ADDRSTRLEN);
}

/* PORT, HOST:PORT. Changes `l`. */
static char *tcp_address(char *l)
{
    char *colon = strrchr(l, ':'), *end, *out = NULL, text[INET6_ADDRSTRLEN];
    const char *digits = colon ? colon + 1 : l;
    unsigned long port = strtoul(digits, &end, 10);
    struct in_addr a4;
    if (*digits < '0' || *digits > '9' || *end || port == 0 || port > 65535)
        return NULL;
    if (colon)
        *colon = 0;
    int n = -1;
    if (!colon || strcmp(l, "*") == 0)
        n = asprintf(&out, "0.0.0.0:%lu", port);
    else if (strcmp(l, "localhost") == 0)
        n = asprintf(&out, "127.0.0.1:%lu", port);
    else if (inet_pton(AF_INET, l, &a4) == 1)
        n = asprintf(&out, "%s:%lu", l, port);
    else if (six(l, text))
        n = asprintf(&out, "[%s]:%lu", text, port);
    return n < 0 ? NULL : out;
}

int sc_fpm_listen(const struct sc_fpm_pool *p, char **ret, struct sc_error *err)
{
    SC_FREE char *l = sc_fpm_value(p, "listen");
    SC_FREE char *as_written = l ? strdup(l) : NULL;
    if (!l || !as_written || !fits_environment(l))
        return bad_listen(p, l, err);
    bool tcp = strchr(l, ':') || strspn(l, "0123456789") == strlen(l);
    SC_FREE char *out = tcp ? tcp_address(l) : unix_path(p, l);
    if (!out || (!tcp && strlen(out) > SC_FPM_PATH_MAX) || !fits_environment(out))
        return bad_listen(p, as_written, err);
    *ret = sc_steal_ptr(&out);
    return 0;
}
