/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DOMAIN.cust_httpd file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "directadmin/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const subs[] = {"", "shop"};
    char *text = malloc(size + 1), out[48];
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct sc_da_site site = {"u", "/home/u", "d.example", subs[i]};
        memcpy(out, "before", 7);
        if (sc_da_tokens_docroot(text, &site, out, sizeof(out))
                ? out[0] != '/' || strlen(out) >= sizeof(out)
                : strcmp(out, "before") != 0) {
            fprintf(stderr, "broken promise: an absolute path, or nothing\n");
            abort();
        }
    }
    free(text);
    return 0;
}
