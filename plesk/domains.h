/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_PLESK_DOMAINS_H
#define SC_PLESK_DOMAINS_H

#include "plesk/plesk.h"

/* struct sc_adapter_ops' domains, users and panel_info (hooks/adapter/adapter.h). c->place: a
 * struct sc_plesk, NULL for sc_plesk_here. Domains come from Plesk's database; where that fails
 * from the XML API, if section [api] of /etc/sitecage.conf names it; else, for one name, from
 * `plesk bin`. Only for root: Plesk tells its domains to nobody else (SC_E_DENIED). */
int sc_plesk_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                     struct sc_error *err);
int sc_plesk_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                   struct sc_error *err);
int sc_plesk_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);

/* What struct sc_adapter_ops' paths prints. */
int sc_plesk_paths(const struct sc_plesk *p, struct sc_buf *out, struct sc_error *err);

#endif
