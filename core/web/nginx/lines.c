/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/lines.h"

#include <stdio.h>
#include <string.h>

#define FIRST_MAX 512

static const char *first_line(const struct sc_nginx_text *t, char out[FIRST_MAX])
{
    if (t->domain)
        snprintf(out, FIRST_MAX,
                 "# Sitecage: %s is isolated, so nginx follows no links in it; disabling isolation "
                 "removes these lines\n",
                 t->domain);
    else
        snprintf(out, FIRST_MAX, "%s", SC_NGINX_LINES_BEGIN);
    return out;
}

void sc_nginx_lines_write(const struct sc_nginx_text *t, struct sc_buf *out)
{
    char first[FIRST_MAX];
    sc_buf_str(out, first_line(t, first));
    if (t->before)
        sc_buf_fmt(out, "%s\n", t->before);
    if (t->from)
        sc_buf_fmt(out, "disable_symlinks on \"from=%s\";\n", t->from);
    else
        sc_buf_str(out, "disable_symlinks on from=$document_root;\n");
    if (t->after)
        sc_buf_fmt(out, "%s\n", t->after);
    sc_buf_str(out, SC_NGINX_LINES_END);
}

bool sc_nginx_lines_in(const char *text, const struct sc_nginx_text *t)
{
    SC_BUF struct sc_buf lines = SC_BUF_INIT;
    sc_nginx_lines_write(t, &lines);
    return !lines.failed && strstr(text, lines.data) != NULL;
}

bool sc_nginx_lines_begin_in(const char *text, const struct sc_nginx_text *t)
{
    char first[FIRST_MAX];
    return strstr(text, first_line(t, first)) != NULL;
}

bool sc_nginx_lines_cut(const char *text, const struct sc_nginx_text *t, struct sc_buf *out)
{
    char first[FIRST_MAX];
    const char *begin = strstr(text, first_line(t, first));
    const char *end = begin ? strstr(begin, SC_NGINX_LINES_END) : NULL;
    if (!end)
        return false;
    sc_buf_add(out, text, (size_t)(begin - text));
    sc_buf_str(out, end + sizeof(SC_NGINX_LINES_END) - 1);
    return true;
}
