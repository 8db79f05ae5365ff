/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *sc_nginx_word(const char *c, char *to, size_t *ret_len, unsigned *line)
{
    char quote = *c == '"' || *c == '\'' ? *c++ : 0;
    size_t n = 0;
    while (*c && (quote ? *c != quote : !isspace((unsigned char)*c) && !strchr(";{}", *c))) {
        if (strncmp(c, "${", 2) == 0 && strchr(c, '}')) /* a variable opens no block */
            while (*c != '}')
                to[n++] = *c++;
        else if (*c == '\\' && c[1])
            c++;
        *line += *c == '\n';
        to[n++] = *c++;
    }
    to[n++] = 0;
    *ret_len = n;
    return quote && *c ? c + 1 : c;
}

size_t sc_nginx_variable(const char *text, char *out, size_t size)
{
    bool braces = text[0] == '$' && text[1] == '{';
    const char *from = text + 1 + braces;
    size_t n = 0;
    while (isalnum((unsigned char)from[n]) || from[n] == '_')
        n++;
    if (text[0] != '$' || n == 0 || n + 2 > size || (braces && from[n] != '}'))
        return 0;
    snprintf(out, size, "$%.*s", (int)n, from);
    return n + 1 + 2 * (size_t)braces;
}
