/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct sc_adapter_ops' nginx_place and nginx_rewrite (hooks/adapter/adapter.h). Plesk writes a
 * domain's server block with an include of …/vhosts/system/DOMAIN/conf/vhost_nginx.conf where that file
 * is, which is for the administrator ("Additional nginx directives" are kept there, too), when
 * `httpdmng --reconfigure-domain` asks it to (docs.plesk.com, 68693; Plesk's own templates). */
#ifndef SC_PLESK_NGINX_H
#define SC_PLESK_NGINX_H

#include "plesk/plesk.h"

/* SC_E_NOTFOUND: Plesk has no such domain, or no nginx. */
int sc_plesk_nginx_place(const struct sc_plesk *p, const char *domain, struct sc_buf *out,
                         struct sc_error *err);

int sc_plesk_nginx_rewrite(const struct sc_plesk *p, const char *domain, struct sc_error *err);

#endif
