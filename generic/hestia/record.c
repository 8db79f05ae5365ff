/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/hestia/record.h"

#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool key_byte(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (!first && (c == '_' || (c >= '0' && c <= '9')));
}

/* The value at *p, written where it begins, without its quotes. NULL: it does not end. *p is behind it. */
static char *take_value(char **p)
{
    char *begin = *p, *in = *p, *out = *p;
    bool quoted = false;
    for (; *in && (quoted || !blank(*in)); in++) {
        if (*in == '\'') {
            quoted = !quoted;
        } else if (*in == '\\' && !quoted) {
            if (!in[1])
                return NULL;
            *out++ = *++in;
        } else {
            *out++ = *in;
        }
    }
    *p = *in ? in + 1 : in;
    *out = 0;
    return quoted ? NULL : begin;
}

static void set(struct sc_hestia_field *fields, size_t n, const char *key, const char *value)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            fields[i].value = value;
}

bool sc_hestia_record(char *text, struct sc_hestia_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fields[i].value = "";
    for (char *p = text;;) {
        while (blank(*p))
            p++;
        if (!*p)
            return true;
        char *key = p;
        while (key_byte(*p, p == key))
            p++;
        if (p == key || *p != '=')
            return false;
        *p++ = 0;
        const char *value = take_value(&p);
        if (!value)
            return false;
        set(fields, n, key, value);
    }
}
