/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines for a server block of nginx that serves an isolated site. Pure. */
#ifndef SC_WEB_NGINX_LINES_H
#define SC_WEB_NGINX_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"

/* What a file of ours is, and what stands in one of others. Links above the document root are
 * followed: a deploy tool's `current` may be one. */
#define SC_NGINX_LINES_BEGIN                                                                       \
    "# Sitecage: this site is isolated, so nginx follows no links in it; disabling isolation "     \
    "removes these lines\n"
#define SC_NGINX_LINES_END "# Sitecage: end\n"
#define SC_NGINX_LINES                                                                             \
    SC_NGINX_LINES_BEGIN "disable_symlinks on from=$document_root;\n" SC_NGINX_LINES_END

/* Whether the lines are in a text, as they are above. */
bool sc_nginx_lines_in(const char *text);

/* The text with them before all else. */
void sc_nginx_lines_add(const char *text, struct sc_buf *out);

/* The text without them, byte for byte what it was, also where somebody changed what stands between
 * the first and the last. False: they are not in it, and nothing was written. */
bool sc_nginx_lines_cut(const char *text, struct sc_buf *out);

#endif
