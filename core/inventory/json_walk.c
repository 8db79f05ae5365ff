/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/json_walk.h"

#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the string that begins at p; NULL when it is not closed. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p++;
    }
    return NULL;
}

/* What bracket_end() stops at. */
static const bool stops[256] = {
    ['"'] = true, ['{'] = true, ['['] = true, ['}'] = true, [']'] = true};

static const char *bracket_end(const char *p, const char *end)
{
    for (size_t depth = 0; p < end; p++) {
        if (!stops[(unsigned char)*p])
            continue;
        if (*p == '"') {
            p = string_end(p, end);
            if (!p)
                return NULL;
            p--;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if ((*p == '}' || *p == ']') && --depth == 0) {
            return p + 1;
        }
    }
    return NULL;
}

size_t sc_json_extent(const char *p, size_t n)
{
    const char *end = p + n, *at = p;
    if (n == 0)
        return 0;
    if (*p == '"')
        at = string_end(p, end);
    else if (*p == '{' || *p == '[')
        at = bracket_end(p, end);
    else
        while (at < end && !blank(*at) && !strchr(",]}", *at))
            at++;
    return at ? (size_t)(at - p) : 0;
}

static void skip_blanks(struct sc_json_walk *w)
{
    while (w->p < w->end && blank(*w->p))
        w->p++;
}

bool sc_json_walk_begin(struct sc_json_walk *w, struct sc_span of)
{
    if (of.n < 2 || (of.p[0] != '{' && of.p[0] != '['))
        return false;
    *w = (struct sc_json_walk){.p = of.p + 1,
                               .end = of.p + of.n - 1, /* its closing bracket */
                               .object = of.p[0] == '{',
                               .first = true};
    return *w->end == (w->object ? '}' : ']');
}

/* One value, and the blanks behind it. */
static bool take(struct sc_json_walk *w, struct sc_span *ret)
{
    *ret = (struct sc_span){w->p, sc_json_extent(w->p, (size_t)(w->end - w->p))};
    w->p += ret->n;
    skip_blanks(w);
    return ret->n > 0;
}

static bool take_char(struct sc_json_walk *w, char c)
{
    if (w->p == w->end || *w->p != c)
        return false;
    w->p++;
    skip_blanks(w);
    return true;
}

int sc_json_walk_next(struct sc_json_walk *w, struct sc_span *ret_key, struct sc_span *ret_value)
{
    struct sc_span key = {0}, value;
    skip_blanks(w);
    if (w->first && w->p == w->end)
        return 0;
    if (!w->first && !take_char(w, ','))
        return w->p == w->end ? 0 : -1;
    w->first = false;
    if (w->object && (w->p == w->end || *w->p != '"' || !take(w, &key) || !take_char(w, ':')))
        return -1;
    if (!take(w, &value))
        return -1;
    *ret_key = key;
    *ret_value = value;
    return 1;
}

json_t *sc_json_piece(struct sc_span s)
{
    return json_loadb(s.p, s.n, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
}

bool sc_json_plain(struct sc_span s, struct sc_span *ret)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == '"' || s.p[i] == '\\')
            return false;
    *ret = (struct sc_span){s.p + 1, s.n - 2};
    return true;
}

bool sc_json_is(struct sc_span s, const char *text)
{
    size_t n = strlen(text);
    if (s.n == n + 2 && s.p[0] == '"' && memcmp(s.p + 1, text, n) == 0)
        return true;
    if (s.n < n + 2 || !memchr(s.p, '\\', s.n)) /* no escapes: it is what it looks like */
        return false;
    SC_JSON json_t *v = sc_json_piece(s);
    return json_is_string(v) && json_string_length(v) == n &&
           memcmp(json_string_value(v), text, n) == 0;
}
