/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/etcd/base64.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *sc_base64(const void *data, size_t len)
{
    const unsigned char *in = data;
    char *out = malloc((len + 2) / 3 * 4 + 1), *to = out;
    for (size_t i = 0; out && i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        unsigned bits = (unsigned)in[i] << 16 | (n > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                        (n > 2 ? in[i + 2] : 0u);
        for (size_t k = 0; k < 4; k++)
            *to++ = '=';
        for (size_t k = 0; k <= n; k++)
            to[-4 + (long)k] = digits[bits >> (18 - 6 * k) & 63];
    }
    if (out)
        *to = 0;
    return out;
}

/* -1: it is none. */
static int value(char c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

char *sc_unbase64(const char *text, size_t len, size_t *ret_len)
{
    size_t pad = 0, n = 0;
    while (pad < 2 && len > pad && text[len - 1 - pad] == '=')
        pad++;
    char *out = len % 4 == 0 ? malloc(len / 4 * 3 + 1) : NULL;
    unsigned bits = 0;
    for (size_t i = 0; out && i < len; i++) {
        int v = i < len - pad ? value(text[i]) : 0;
        if (v < 0) {
            free(out);
            return NULL;
        }
        bits = (bits << 6 | (unsigned)v) & 0xffffff;
        if (i % 4 != 3)
            continue;
        out[n++] = (char)(bits >> 16);
        out[n++] = (char)(bits >> 8 & 255);
        out[n++] = (char)(bits & 255);
    }
    if (!out)
        return NULL;
    n -= n ? pad : 0;
    out[n] = 0;
    *ret_len = n;
    return out;
}
