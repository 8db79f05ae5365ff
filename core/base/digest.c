/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/digest.h"

#include <string.h>

#define PRIME UINT64_C(0x100000001b3)

uint64_t sc_digest(uint64_t digest, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ bytes[i]) * PRIME;
    return digest;
}

uint64_t sc_digest_text(uint64_t digest, const char *text)
{
    return sc_digest(digest, text, strlen(text) + 1);
}
