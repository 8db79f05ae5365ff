/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/lines.h"

#include <string.h>

bool sc_nginx_lines_in(const char *text)
{
    return strstr(text, SC_NGINX_LINES) != NULL;
}

void sc_nginx_lines_add(const char *text, struct sc_buf *out)
{
    sc_buf_str(out, SC_NGINX_LINES);
    sc_buf_str(out, text);
}

bool sc_nginx_lines_cut(const char *text, struct sc_buf *out)
{
    const char *begin = strstr(text, SC_NGINX_LINES_BEGIN);
    const char *end = begin ? strstr(begin, SC_NGINX_LINES_END) : NULL;
    if (!end)
        return false;
    sc_buf_add(out, text, (size_t)(begin - text));
    sc_buf_str(out, end + sizeof(SC_NGINX_LINES_END) - 1);
    return true;
}
