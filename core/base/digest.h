/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A number that tells whether something is another than before (FNV-1a, 64 bit). Not against
 * somebody who wants two texts to have the same one. libc only. */
#ifndef SC_BASE_DIGEST_H
#define SC_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define SC_DIGEST_BEGIN UINT64_C(0xcbf29ce484222325)

/* The digest of what `digest` is of, and of this behind it. */
uint64_t sc_digest(uint64_t digest, const void *data, size_t len);

/* The same of a text with the zero at its end, so that "a", "bc" is not "ab", "c". */
uint64_t sc_digest_text(uint64_t digest, const char *text);

#endif
