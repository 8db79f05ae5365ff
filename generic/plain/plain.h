/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server without a panel: what Apache's and nginx's configuration says are the domains
 * (docs/panels/plain.md). */
#ifndef SC_GENERIC_PLAIN_PLAIN_H
#define SC_GENERIC_PLAIN_PLAIN_H

#include "core/web/vhosts.h"
#include "generic/plain/owners.h"
#include "hooks/adapter/adapter.h"

/* A caller's `place`: put before the places of configurations, and before /etc/passwd; NULL: "". */
struct sc_plain {
    const char *prefix;
};

extern const struct sc_adapter_ops sc_plain_ops;

/* What is no site of an account, and why. */
struct sc_plain_left {
    struct sc_buf names; /* "NAME (WHY), …", the first few */
    size_t n;
};

/* Adds the domains of hosts whose document root is below an account's home. A host without a name
 * that can be a domain, and the document root of a second host of a name, are places that stay
 * closed. `left` may be NULL. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_plain_add(const struct sc_vhosts *hosts, const struct sc_plain_owners *owners,
                 struct sc_domains *ret, struct sc_plain_left *left, struct sc_error *err);

/* sc_adapter_ops' questions. */
int sc_plain_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                     struct sc_error *err);
int sc_plain_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                   struct sc_error *err);
int sc_plain_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);

/* The prefix of tests; "". */
int sc_plain_paths(const char *prefix, struct sc_buf *out, struct sc_error *err);
int sc_plain_status(const char *prefix, struct sc_buf *ret_text, struct sc_error *err);

#endif
