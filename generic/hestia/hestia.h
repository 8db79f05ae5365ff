/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HestiaCP, by its own data files (docs/panels/hestiacp.md). */
#ifndef SC_GENERIC_HESTIA_HESTIA_H
#define SC_GENERIC_HESTIA_HESTIA_H

#include "hooks/adapter/adapter.h"

#define SC_HESTIA_TITLE "HestiaCP"
#define SC_HESTIA_BASE  "/usr/local/hestia"
#define SC_HESTIA_CONF  SC_HESTIA_BASE "/conf"       /* hestia.conf */
#define SC_HESTIA_USERS SC_HESTIA_BASE "/data/users" /* USER/{user,web}.conf, root's */

/* A caller's `place`: put before every path, and before /etc/passwd; NULL: "". */
struct sc_hestia {
    const char *prefix;
};

extern const struct sc_adapter_ops sc_hestia_ops;

/* sc_adapter_ops' questions. */
int sc_hestia_domains(const struct sc_caller *c, const struct sc_question *q,
                      struct sc_domains *ret, struct sc_error *err);
int sc_hestia_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                    struct sc_error *err);
int sc_hestia_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);

/* The same for the server's own, and the prefix of tests. */
int sc_hestia_paths(const char *prefix, struct sc_buf *out, struct sc_error *err);

/* The name of the panel's administrator. Never an empty text. */
void sc_hestia_root_user(const char *prefix, char *out, size_t size);

const char *sc_hestia_prefix(const struct sc_caller *c);

#endif
