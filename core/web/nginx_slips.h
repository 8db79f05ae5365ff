/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directives of nginx that read or write files by names, and look at no link whatever disable_symlinks says: WebDAV,
 * answers that are stored, password files (nginx 1.22: ngx_http_dav_module, ngx_http_upstream, ngx_http_auth_basic_module).
 * Pure. */
#ifndef SC_WEB_NGINX_SLIPS_H
#define SC_WEB_NGINX_SLIPS_H

#include <stddef.h>
#include "core/web/vhosts.h"

/* Such directives outside of all server blocks, which count in each that has none of its own. */
struct sc_nginx_slips {
    struct sc_host_slip *v;
    size_t n;
};

/* A directive of `n` words, at least two, in `host` (counted from 1; 0: in none). Others are passed over. */
void sc_nginx_slip_said(struct sc_vhosts_reader *r, struct sc_nginx_slips *all, size_t host,
                        char **words, const char *file, unsigned line);

/* All is read. Releases *all. */
void sc_nginx_slips_finish(struct sc_vhosts_reader *r, struct sc_nginx_slips *all);

#endif
