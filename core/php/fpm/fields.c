/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/fields.h"

#include <stdlib.h>
#include <string.h>

char *sc_fpm_line(char **at, const char *key)
{
    size_t n = strlen(key);
    char *nl = strchr(*at, '\n');
    if (!nl || strncmp(*at, key, n) != 0 || (*at)[n] != ' ')
        return NULL;
    char *rest = *at + n + 1;
    *nl = 0;
    *at = nl + 1;
    return rest;
}

bool sc_fpm_fields_read(char **at, const struct sc_fpm_field *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *word = sc_fpm_line(at, v[i].key);
        *v[i].text = word && sc_decode_word(word) > 0 ? strdup(word) : NULL;
        if (!*v[i].text)
            return false;
    }
    return true;
}

void sc_fpm_fields_write(const struct sc_fpm_field *v, size_t n, struct sc_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        sc_buf_fmt(out, "%s ", v[i].key);
        sc_buf_enc(out, *v[i].text, strlen(*v[i].text));
        sc_buf_str(out, "\n");
    }
}
