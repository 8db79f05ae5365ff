/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page in cPanel (theme Jupiter) and in WHM. From cPanel's documentation: programs that end in .live.cgi below a
 * theme run as the account; install_plugin makes the menu's entry; an AppConfig file makes WHM's. */
#ifndef SC_CPANEL_PAGE_PAGE_H
#define SC_CPANEL_PAGE_PAGE_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* As in struct sc_adapter_ops; `root` is put before every path of the panel's. */
int sc_cpanel_page_put(const char *root, struct sc_error *err);
int sc_cpanel_page_take(const char *root, struct sc_error *err);
int sc_cpanel_page_look(const char *root, struct sc_error *err);

/* Appends the accounts that the reseller owns, "jane,john". */
typedef int sc_cpanel_customers_of(const char *reseller, struct sc_buf *ret, struct sc_error *err);

/* WHM's page, as which the panel runs the adapter as root: goes on as the page's endpoint, for root and for resellers who
 * may do everything with all accounts, for other resellers with their customers', and answers 403 to anybody else. Returns
 * only when it did not go on: the exit status. `env`: as it came. */
int sc_cpanel_whm_page(char *const *env, sc_cpanel_customers_of *customers);

enum sc_cpanel_rights {
    SC_CPANEL_NONE,
    SC_CPANEL_RESELLER,
    SC_CPANEL_ALL
};

/* What /var/cpanel/resellers ("name:acl,acl" each line) gives that user. Pure. */
enum sc_cpanel_rights sc_cpanel_rights(const char *resellers, const char *name);

#endif
