/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of HestiaCP's web.conf. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "generic/hestia/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void broken(const char *what)
{
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    struct sc_hestia_field f[] = {{"DOMAIN", NULL}, {"ALIAS", NULL}, {"CUSTOM_DOCROOT", NULL}};
    (void)sc_hestia_record(text, f, 3);
    for (size_t i = 0; i < 3; i++) {
        if (!f[i].value)
            broken("each field has a value");
        bool inside = f[i].value >= text && f[i].value <= text + size;
        if (*f[i].value && !inside)
            broken("values lie in the text");
        if (inside && strlen(f[i].value) > size)
            broken("values end in the text");
    }
    free(text);
    return 0;
}
