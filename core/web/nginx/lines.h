/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines for a server block of nginx that serves an isolated site. Pure. */
#ifndef SC_WEB_NGINX_LINES_H
#define SC_WEB_NGINX_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"

/* What a file of ours is, and what stands in one of others. Links above the document root are
 * followed: a deploy tool's `current` may be one. nginx takes an alias for the document root of its location, so where the
 * block has one in the home, a directory is named from which on it follows none. */
#define SC_NGINX_LINES_BEGIN                                                                       \
    "# Sitecage: this site is isolated, so nginx follows no links in it; disabling isolation "     \
    "removes these lines\n"
#define SC_NGINX_LINES_END "# Sitecage: end\n"
#define SC_NGINX_LINES                                                                             \
    SC_NGINX_LINES_BEGIN "disable_symlinks on from=$document_root;\n" SC_NGINX_LINES_END

/* In a file from which a panel writes nginx's configuration, the lines name their domain (else NULL),
 * and others may have to stand around the directive (NULL). */
struct sc_nginx_text {
    const char *domain, *before, *after;
    const char *from; /* NULL: $document_root */
};

/* Appends the lines. */
void sc_nginx_lines_write(const struct sc_nginx_text *t, struct sc_buf *out);

/* Whether they are in a text just so, or at least begin in it. */
bool sc_nginx_lines_in(const char *text, const struct sc_nginx_text *t);
bool sc_nginx_lines_begin_in(const char *text, const struct sc_nginx_text *t);

/* The text without them, byte for byte what it was, also where somebody changed what stands between
 * the first and the last. False: they are not in it, and nothing was written. */
bool sc_nginx_lines_cut(const char *text, const struct sc_nginx_text *t, struct sc_buf *out);

#endif
