/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 (RFC 4648, 4), in which etcd's HTTP gateway writes keys and values. Pure. */
#ifndef SC_GENERIC_ETCD_BASE64_H
#define SC_GENERIC_ETCD_BASE64_H

#include <stddef.h>

/* A new string, for free(3). NULL: no memory. */
char *sc_base64(const void *data, size_t len);

/* New bytes, `*ret_len` of them and a NUL behind them. NULL: it is no base64, or no memory. */
char *sc_unbase64(const char *text, size_t len, size_t *ret_len);

#endif
