/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), for the page's token alone. */
#ifndef SC_PAGE_SHA256_H
#define SC_PAGE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SC_SHA256_HEX 65

struct sc_sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
};

void sc_sha256_begin(struct sc_sha256 *s);
void sc_sha256_add(struct sc_sha256 *s, const void *data, size_t len);
/* Ends it: the digest in lower-case hexadecimal digits. */
void sc_sha256_end(struct sc_sha256 *s, char ret[SC_SHA256_HEX]);

#endif
