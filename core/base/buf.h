/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte buffer with an upper limit, always NUL-terminated behind its length. */
#ifndef SC_BASE_BUF_H
#define SC_BASE_BUF_H

#include <stddef.h>
#include "core/base/error.h"

struct sc_buf {
    char *data;   /* NULL while empty; else data[len] == 0 */
    size_t len;   /* bytes used */
    size_t cap;   /* bytes allocated */
    size_t limit; /* most bytes allowed; 0 means SC_BUF_LIMIT_DEFAULT */
    int failed;   /* set by the first append that did not fit; later ones do nothing */
};

#define SC_BUF_LIMIT_DEFAULT (64u << 20)
#define SC_BUF_INIT                                                                                \
    {                                                                                              \
        0                                                                                          \
    }
#define SC_BUF __attribute__((cleanup(sc_buf_free)))

void sc_buf_free(struct sc_buf *b); /* accepts one that was never used */
void sc_buf_add(struct sc_buf *b, const void *data, size_t len);
void sc_buf_str(struct sc_buf *b, const char *s);
void sc_buf_fmt(struct sc_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends `len` bytes percent-encoded: bytes outside 0x21..0x7e and '%' become %XX. '/' stays. The
 * result has no white space, so it is one word of the house's line formats (docs/formats.md). */
void sc_buf_enc(struct sc_buf *b, const void *data, size_t len);

/* 0, or SC_E_TOOBIG / SC_E_NOMEM when an append failed. `what` names the thing in the text. */
int sc_buf_check(const struct sc_buf *b, const char *what, struct sc_error *err);

/* Decodes one percent-encoded word in place. Returns the new length, or -1 when it is malformed
 * (bad escape, or an escaped NUL). */
long sc_decode_word(char *word);

#endif
