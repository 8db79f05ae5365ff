/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms and query strings. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/page/request.h"

/* One character reference of HTML at `s`, or the byte that stands there. How many bytes it took. */
static size_t reference(const char *s, char *ret)
{
    static const struct {
        const char *text;
        char is;
    } known[] = {{"&quot;", '"'},  {"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
                 {"&apos;", '\''}, {"&#39;", '\''}, {"&#039;", '\''}};
    for (size_t i = 0; *s == '&' && i < sizeof(known) / sizeof(known[0]); i++) {
        size_t n = strlen(known[i].text);
        if (strncmp(s, known[i].text, n) != 0)
            continue;
        *ret = known[i].is;
        return n;
    }
    char *end;
    unsigned long code = 0;
    if (strncmp(s, "&#", 2) == 0) {
        bool hex = s[2] == 'x' || s[2] == 'X';
        code = strtoul(s + 2 + hex, &end, hex ? 16 : 10);
    }
    if (code > 0 && code < 0x80 && *end == ';') {
        *ret = (char)code;
        return (size_t)(end - s) + 1;
    }
    *ret = *s;
    return 1;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes `len` bytes of a form's value. False: a bad escape, or a NUL. */
static bool decode(const char *s, size_t len, struct sc_buf *ret)
{
    for (size_t i = 0; i < len; i++) {
        char c = s[i] == '+' ? ' ' : s[i];
        if (c == '%') {
            int high = i + 2 < len ? hex(s[i + 1]) : -1;
            int low = high >= 0 ? hex(s[i + 2]) : -1;
            if (low < 0 || high * 16 + low == 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        sc_buf_add(ret, &c, 1);
    }
    return true;
}

/* The field's value as it is encoded; NULL. */
static const char *find(const char *form, const char *name, size_t *ret_len)
{
    size_t n = strlen(name);
    for (const char *p = form; *p;) {
        size_t len = strcspn(p, "&");
        if (len > n && strncmp(p, name, n) == 0 && p[n] == '=') {
            *ret_len = len - n - 1;
            return p + n + 1;
        }
        p += len + (p[len] == '&');
    }
    return NULL;
}

int sc_page_form(const char *form, struct sc_buf *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf plain = SC_BUF_INIT;
    char c;
    for (const char *p = form; *p;) {
        p += reference(p, &c);
        sc_buf_add(&plain, &c, 1);
    }
    int rc = sc_buf_check(&plain, "the request", err);
    size_t len = 0;
    const char *value = rc == 0 && plain.data ? find(plain.data, "q", &len) : NULL;
    if (rc == 0 && (!value || !decode(value, len, ret)))
        return sc_error_set(err, SC_E_INVAL, "the request has no field q, or it is encoded badly");
    return rc < 0 ? rc : sc_buf_check(ret, "the request", err);
}

bool sc_page_query(const char *query, const char *name, char *ret, size_t size)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    size_t len = 0;
    const char *value = find(query, name, &len);
    if (!value || !decode(value, len, &out) || out.failed || out.len >= size)
        return false;
    memcpy(ret, out.data ? out.data : "", out.len + 1);
    return true;
}
