/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DOMAIN.cust_httpd file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "directadmin/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void broken(void)
{
    fprintf(stderr, "broken promise: an absolute path, or nothing; or why it is not known\n");
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const subs[] = {"", "shop"};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct sc_da_site site = {"u", "/home/u", "d.example", subs[i], "/home/u/plain"};
        struct sc_da_places also = {0};
        char *out = NULL;
        if (sc_da_tokens_docroot(text, &site, &out, &also, NULL) < 0 || (out && *out != '/'))
            broken();
        for (size_t k = 0; k < also.n; k++)
            if (also.v[k].path ? *also.v[k].path != '/' : !also.v[k].why)
                broken();
        sc_da_places_done(&also);
        free(out);
    }
    free(text);
    return 0;
}
