/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/fields.h"

#include <string.h>

static void set(struct sc_vm_field *fields, size_t n, const char *key, const char *value)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            fields[i].value = value;
}

static void drop_returns(char *line)
{
    char *out = line;
    for (const char *in = line; *in; in++)
        if (*in != '\r')
            *out++ = *in;
    *out = 0;
}

void sc_vm_fields(char *text, struct sc_vm_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fields[i].value = "";
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        drop_returns(line);
        char *equal = *line == '#' ? NULL : strchr(line, '=');
        if (!equal)
            continue;
        *equal = 0;
        set(fields, n, line, equal + 1);
    }
}
