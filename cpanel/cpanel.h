/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The adapter for cPanel & WHM: where the panel keeps what, and what the adapter answers from
 * it. */
#ifndef SC_CPANEL_CPANEL_H
#define SC_CPANEL_CPANEL_H

#include <stdbool.h>
#include <stddef.h>
#include "hooks/adapter/adapter.h"
#include "hooks/api/http.h"

/* What manage_hooks registers, and the command line it writes into its registry. */
#define SC_CPANEL_EXE  SC_LIBEXECDIR "/sitecage-cpanel"
#define SC_CPANEL_HOOK SC_CPANEL_EXE " hook"

/* Below sc_cpanel.root. cPanel's documentation and code; where they are told apart:
 * docs/panels/cpanel.md. */
#define SC_CPANEL_BASE         "/usr/local/cpanel"
#define SC_CPANEL_MANAGE_HOOKS SC_CPANEL_BASE "/bin/manage_hooks"
#define SC_CPANEL_VERSION      SC_CPANEL_BASE "/version"
#define SC_CPANEL_CACHE        "/etc/userdatadomains"
#define SC_CPANEL_CACHE_JSON   "/etc/userdatadomains.json"
#define SC_CPANEL_OWNERS       "/etc/userdomains"
#define SC_CPANEL_USERDATA     "/var/cpanel/userdata"
#define SC_CPANEL_USERS        "/var/cpanel/users"

#define SC_CPANEL_TIMEOUT_MS 12000 /* for a question, where the caller gives no time */

struct sc_cpanel {
    const char *root; /* put before every path of the panel; "" in production, for tests */
    /* In production sc_api_conf_load() and sc_http_fetch(). */
    int (*api_conf)(struct sc_api_conf *ret, struct sc_error *err);
    int (*fetch)(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err);
};

/* As in struct sc_adapter_ops. */
int sc_cpanel_domains(const struct sc_cpanel *cp, const struct sc_caller *c,
                      const struct sc_question *q, struct sc_domains *ret, struct sc_error *err);
/* The accounts that the reseller owns, "jane,john", by the panel's own files. Appends to *ret. */
int sc_cpanel_customers(const struct sc_cpanel *cp, const char *reseller, struct sc_buf *ret,
                        struct sc_error *err);

int sc_cpanel_users(const struct sc_cpanel *cp, const struct sc_caller *c,
                    const struct sc_question *q, json_t **ret, struct sc_error *err);
int sc_cpanel_panel_info(const struct sc_cpanel *cp, json_t **ret, struct sc_error *err);
int sc_cpanel_paths(const struct sc_cpanel *cp, struct sc_buf *out, struct sc_error *err);
int sc_cpanel_hook(const struct sc_cpanel *cp, const struct sc_hook_input *in,
                   struct sc_events *ret, struct sc_error *err);
int sc_cpanel_describe(struct sc_buf *out, struct sc_error *err);
int sc_cpanel_enroll(const struct sc_cpanel *cp, struct sc_error *err);
int sc_cpanel_unenroll(const struct sc_cpanel *cp, struct sc_error *err);
int sc_cpanel_status(const struct sc_cpanel *cp, struct sc_buf *ret_text, struct sc_error *err);

/* The path of the panel's file below cp->root in `path`; SC_E_TOOBIG. */
#define SC_CPANEL_PATH_MAX 1024
int sc_cpanel_path(const struct sc_cpanel *cp, char path[SC_CPANEL_PATH_MAX], struct sc_error *err,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Whether this says that the file is not there or not for this caller to read. */
bool sc_cpanel_unreadable(int rc, const struct sc_error *why);

#endif
