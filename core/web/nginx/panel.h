/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Panels that write server blocks from a file of the domain's: asked through their adapter, which has
 * the commands
 *     nginx-place DOMAIN    "path PATH", "owner UID", "before TEXT", "after TEXT": lines, all but the
 *                           first as they are needed; texts are percent-encoded
 *     nginx-rewrite DOMAIN  the panel writes the domain's server blocks again */
#ifndef SC_WEB_NGINX_PANEL_H
#define SC_WEB_NGINX_PANEL_H

#include "core/base/error.h"
#include "core/web/nginx/place.h"

/* SC_E_NOTFOUND: this panel has no such file, or not for that domain. SC_E_PANEL, SC_E_NOMEM. */
int sc_nginx_panel_place(const char *adapter, const char *domain, struct sc_nginx_place *ret,
                         struct sc_error *err);

int sc_nginx_panel_rewrite(const char *adapter, const char *domain, struct sc_error *err);

/* The answer of nginx-place, which is changed. SC_E_PANEL, SC_E_NOMEM. Pure. */
int sc_nginx_panel_parse(char *text, const char *domain, struct sc_nginx_place *ret,
                         struct sc_error *err);

#endif
