/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/conf.h"

#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

char *sc_da_line(struct sc_da_lines *it)
{
    while (it->rest) {
        char *line = it->rest, *end = strchr(line, '\n');
        it->rest = end ? end + 1 : NULL;
        if (!end)
            end = line + strlen(line);
        *end = 0;
        while (blank(*line))
            line++;
        while (end > line && blank(end[-1]))
            *--end = 0;
        if (*line && *line != '#')
            return line;
    }
    return NULL;
}

char *sc_da_value(char *line)
{
    char *eq = strchr(line, '=');
    if (!eq)
        return NULL;
    char *value = eq + 1;
    *eq = 0;
    while (eq > line && blank(eq[-1]))
        *--eq = 0;
    while (blank(*value))
        value++;
    return value;
}

bool sc_da_conf_get(const char *text, const char *key, char *out, size_t size)
{
    size_t key_len = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        size_t len = strcspn(line, "\n");
        if (len <= key_len || strncmp(line, key, key_len) != 0)
            continue;
        const char *p = line + key_len, *end = line + len;
        while (blank(*p))
            p++;
        if (*p != '=')
            continue;
        p++;
        while (p < end && blank(*p))
            p++;
        while (end > p && blank(end[-1]))
            end--;
        if ((size_t)(end - p) >= size)
            return false;
        memcpy(out, p, (size_t)(end - p));
        out[end - p] = 0;
        return true;
    }
    return false;
}
