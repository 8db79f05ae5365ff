/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct sc_adapter_ops' nginx_place and nginx_rewrite (hooks/adapter/adapter.h). DirectAdmin puts
 * data/users/USER/domains/DOMAIN.cust_nginx into the server blocks of the domain and of its
 * subdomains, where its templates have |CUSTOM|; conditions on SUB say which are meant. They are
 * written again by a task (docs.directadmin.com, "Customizing NGINX"). */
#ifndef SC_DIRECTADMIN_NGINX_H
#define SC_DIRECTADMIN_NGINX_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "directadmin/paths.h"

/* SC_E_NOTFOUND: DirectAdmin has no such domain. */
int sc_da_nginx_place(const struct sc_da *da, const char *domain, struct sc_buf *out,
                      struct sc_error *err);

int sc_da_nginx_rewrite(const struct sc_da *da, struct sc_error *err);

#endif
