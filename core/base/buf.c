/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAILED_LIMIT = 1,
    FAILED_MEMORY = 2
};

void sc_buf_free(struct sc_buf *b)
{
    free(b->data);
    *b = (struct sc_buf){.limit = b->limit};
}

/* Makes room for `more` bytes and the closing NUL. */
static int grow(struct sc_buf *b, size_t more)
{
    size_t limit = b->limit ? b->limit : SC_BUF_LIMIT_DEFAULT;
    if (b->failed)
        return -1;
    if (more > limit || b->len > limit - more) {
        b->failed = FAILED_LIMIT;
        return -1;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return 0;
    size_t cap = b->cap ? b->cap : 128;
    while (cap < need)
        cap *= 2;
    char *p = realloc(b->data, cap);
    if (!p) {
        b->failed = FAILED_MEMORY;
        return -1;
    }
    b->data = p;
    b->cap = cap;
    return 0;
}

void sc_buf_add(struct sc_buf *b, const void *data, size_t len)
{
    if (grow(b, len) < 0)
        return;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = 0;
}

void sc_buf_str(struct sc_buf *b, const char *s)
{
    sc_buf_add(b, s, strlen(s));
}

void sc_buf_fmt(struct sc_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    size_t room = b->failed ? 0 : b->cap - b->len; /* mostly it fits, and is made once */
    int n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
    va_end(ap);
    if (n >= 0 && grow(b, (size_t)n) == 0) {
        if ((size_t)n >= room)
            vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    if (b->data)
        b->data[b->len] = 0;
    va_end(again);
}

void sc_buf_enc(struct sc_buf *b, const void *data, size_t len)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++) {
        if (p[i] > 0x20 && p[i] < 0x7f && p[i] != '%')
            sc_buf_add(b, &p[i], 1);
        else
            sc_buf_fmt(b, "%%%02X", (unsigned)p[i]);
    }
}

int sc_buf_check(const struct sc_buf *b, const char *what, struct sc_error *err)
{
    if (!b->failed)
        return 0;
    if (b->failed == FAILED_LIMIT)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %zu bytes", what,
                            b->limit ? b->limit : (size_t)SC_BUF_LIMIT_DEFAULT);
    return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", what);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

long sc_decode_word(char *word)
{
    char *out = word;
    for (const char *in = word; *in; in++) {
        if (*in != '%') {
            *out++ = *in;
            continue;
        }
        int hi = hex(in[1]);
        int lo = hi < 0 ? -1 : hex(in[2]);
        if (lo < 0 || (hi == 0 && lo == 0))
            return -1;
        *out++ = (char)(hi * 16 + lo);
        in += 2;
    }
    *out = 0;
    return (long)(out - word);
}
