/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/lines.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool sc_cron_env(const char *s, size_t len, struct sc_buf *name, struct sc_buf *value)
{
    const char *p = s, *end = s + len;
    while (p < end && is_blank(*p))
        p++;
    /* the name: quoted, or up to white space or '=' */
    const char *n0 = p, *n1;
    if (p < end && (*p == '"' || *p == '\'')) {
        char quote = *p++;
        n0 = p;
        while (p < end && *p != quote && *p != '=')
            p++;
        if (p == end || *p != quote)
            return false;
        n1 = p++;
    } else {
        while (p < end && *p != '=' && !is_space(*p))
            p++;
        n1 = p;
    }
    while (p < end && is_space(*p))
        p++;
    if (p == end || *p != '=')
        return false;
    p++;
    while (p < end && is_space(*p))
        p++;
    const char *v0 = p, *v1 = end;
    while (v1 > v0 && is_space(v1[-1]))
        v1--;
    if (v1 > v0 && (*v0 == '"' || *v0 == '\'')) {
        const char *close = memchr(v0 + 1, *v0, (size_t)(v1 - v0 - 1));
        if (!close || close + 1 != v1)
            return false;
        v0++;
        v1 = close;
    }
    if (name)
        sc_buf_add(name, n0, (size_t)(n1 - n0));
    if (value)
        sc_buf_add(value, v0, (size_t)(v1 - v0));
    return true;
}

static enum sc_cron_kind kind_of(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len && is_blank(s[i]))
        i++;
    if (i == len)
        return SC_CRON_BLANK;
    if (s[i] == '#')
        return SC_CRON_COMMENT;
    return sc_cron_env(s, len, NULL, NULL) ? SC_CRON_ENV : SC_CRON_ENTRY;
}

bool sc_cron_next_line(const char **at, const char *end, struct sc_cron_line *ret)
{
    if (*at >= end)
        return false;
    const char *nl = memchr(*at, '\n', (size_t)(end - *at));
    size_t len = (size_t)((nl ? nl : end) - *at);
    *ret = (struct sc_cron_line){*at, len, nl != NULL, kind_of(*at, len)};
    *at = nl ? nl + 1 : end;
    return true;
}

static bool is_field(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("*,/~-", c));
}

bool sc_cron_strict_entry(const char *s, size_t len)
{
    if (len > SC_CRON_LINE_MAX || memchr(s, 0, len) || memchr(s, '\n', len))
        return false;
    size_t i = 0;
    while (i < len && is_blank(s[i]))
        i++;
    int fields = i < len && s[i] == '@' ? 1 : 5;
    if (fields == 1)
        i++;
    for (int f = 0; f < fields; f++) {
        size_t start = i;
        while (i < len && (fields == 1 ? s[i] >= 'a' && s[i] <= 'z' : is_field(s[i])))
            i++;
        size_t gap = i;
        while (i < len && is_blank(s[i]))
            i++;
        if (gap == start || i == gap || i == len)
            return false;
    }
    return s[i] != '=' && !is_space(s[i]) && !sc_cron_env(s, len, NULL, NULL);
}
