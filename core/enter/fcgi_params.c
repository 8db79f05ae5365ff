/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/fcgi_params.h"

#include <stdint.h>
#include <string.h>

enum {
    VERSION = 1,
    BEGIN_REQUEST = 1,
    PARAMS = 4,
    ROLE_MAX = 3
};

/* A length of one byte, or of four whose first bit is set. False when it is cut off. */
static bool take_length(const unsigned char *p, size_t len, size_t *at, size_t *ret)
{
    if (*at >= len)
        return false;
    if (p[*at] < 0x80) {
        *ret = p[(*at)++];
        return true;
    }
    if (len - *at < 4)
        return false;
    const unsigned char *b = p + *at;
    *ret = (size_t)(b[0] & 0x7f) << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
    *at += 4;
    return true;
}

static bool is_name(const unsigned char *name, size_t len, const char *what)
{
    return len == strlen(what) && memcmp(name, what, len) == 0;
}

/* As a C string; once, unless the last one is to count. */
static bool keep(const unsigned char *value, size_t len, bool last, bool *seen, char out[PATH_MAX])
{
    if ((*seen && !last) || len >= PATH_MAX || memchr(value, 0, len))
        return false;
    *seen = true;
    memcpy(out, value, len);
    out[len] = 0;
    return true;
}

static bool read_params(const unsigned char *p, size_t len, bool last, struct sc_fcgi_said *ret)
{
    bool seen[3] = {false};
    ret->docroot[0] = ret->script[0] = ret->translated[0] = 0;
    for (size_t at = 0; at < len;) {
        size_t n, v;
        if (!take_length(p, len, &at, &n) || !take_length(p, len, &at, &v) || n > len - at ||
            v > len - at - n)
            return false;
        const unsigned char *name = p + at, *value = name + n;
        bool ok = true;
        if (is_name(name, n, "DOCUMENT_ROOT"))
            ok = keep(value, v, last, &seen[0], ret->docroot);
        else if (is_name(name, n, "SCRIPT_FILENAME"))
            ok = keep(value, v, last, &seen[1], ret->script);
        else if (is_name(name, n, "PATH_TRANSLATED"))
            ok = keep(value, v, last, &seen[2], ret->translated);
        if (!ok)
            return false;
        at += n + v;
    }
    return true;
}

static int said(const unsigned char *data, size_t len, unsigned char *params, bool last,
                struct sc_fcgi_said *ret)
{
    size_t n = 0;
    unsigned records = 0;
    for (size_t at = 0;;) {
        size_t left = len - at;
        const unsigned char *h = data + at;
        if (left < SC_FCGI_HEAD)
            return len < SC_FCGI_BEGIN_MAX ? 0 : -1;
        unsigned id = (unsigned)h[2] << 8 | h[3];
        size_t content = (size_t)h[4] << 8 | h[5], whole = SC_FCGI_HEAD + content + h[6];
        if (h[0] != VERSION || id == 0 || h[1] != (records == 0 ? BEGIN_REQUEST : PARAMS) ||
            (records == 0 && content != 8) || (records > 0 && id != ret->id) ||
            at + whole > SC_FCGI_BEGIN_MAX)
            return -1;
        if (left < whole)
            return 0;
        if (records++ == 0) {
            unsigned role = (unsigned)h[8] << 8 | h[9];
            if (role == 0 || role > ROLE_MAX)
                return -1;
            ret->id = id;
        } else if (content == 0) {
            return read_params(params, n, last, ret) ? 1 : -1;
        } else {
            memcpy(params + n, h + SC_FCGI_HEAD, content);
            n += content;
        }
        at += whole;
    }
}

int sc_fcgi_said(const unsigned char *data, size_t len, unsigned char *params,
                 struct sc_fcgi_said *ret)
{
    return said(data, len, params, false, ret);
}

int sc_fcgi_said_last(const unsigned char *data, size_t len, unsigned char *params,
                      struct sc_fcgi_said *ret)
{
    return said(data, len, params, true, ret);
}
