/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends, cut to the space there is. What a hostile name carries (newlines, escape sequences) must
 * not reach a terminal or forge a line, so control bytes become '?'. */
static void append(char text[SC_ERROR_TEXT_MAX], const char *more)
{
    size_t used = strlen(text);
    for (; *more && used < SC_ERROR_TEXT_MAX - 1; more++) {
        unsigned char c = (unsigned char)*more;
        text[used++] = (c < 0x20 || c == 0x7f) ? '?' : (char)c;
    }
    text[used] = 0;
}

static void format(char text[SC_ERROR_TEXT_MAX], const char *fmt, va_list ap)
{
    char raw[SC_ERROR_TEXT_MAX];
    vsnprintf(raw, sizeof(raw), fmt, ap);
    text[0] = 0;
    append(text, raw);
}

int sc_error_set(struct sc_error *err, int code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        char text[SC_ERROR_TEXT_MAX];
        format(text, fmt, ap);
        va_end(ap);
        *err = (struct sc_error){.code = code};
        append(err->text, text);
    }
    return code;
}

int sc_error_sys(struct sc_error *err, int sysno, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        char text[SC_ERROR_TEXT_MAX];
        format(text, fmt, ap);
        va_end(ap);
        *err = (struct sc_error){.code = SC_E_SYS, .sys = sysno};
        append(err->text, text);
        append(err->text, ": ");
        append(err->text, strerror(sysno));
    }
    return SC_E_SYS;
}

int sc_error_wrap(struct sc_error *err, const char *fmt, ...)
{
    if (!err)
        return SC_E_SYS;
    va_list ap;
    va_start(ap, fmt);
    char text[SC_ERROR_TEXT_MAX];
    format(text, fmt, ap);
    va_end(ap);
    append(text, ": ");
    append(text, err->text);
    memcpy(err->text, text, sizeof(text));
    return err->code;
}
