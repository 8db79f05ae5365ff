/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the panel, through its adapter's executable, which domains there are. */
#ifndef SC_INVENTORY_INVENTORY_H
#define SC_INVENTORY_INVENTORY_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"

#define SC_INVENTORY_TIMEOUT_MS 15000
#define SC_INVENTORY_MAX_BYTES  (64u << 20)

/* The text of SC_E_NOTFOUND for a domain; commands print it as it is. */
#define SC_INVENTORY_NO_DOMAIN "Please specify existing domain name and try again"

/* In an adapter's NotFound, behind the domain: the panel has it, but its answer for it is odd. */
#define SC_INVENTORY_PASSED_OVER " is passed over in the panel's answer: "

/* SC_E_NOTFOUND with that text, ": NAME" behind it unless `name` is NULL, and its own word
 * (core/base/error_code.h). */
int sc_no_domain(struct sc_error *err, const char *name);

/* A panel that was waited for in vain: for SC_INVENTORY_HUNG_MS it is not asked again, so that a
 * command that needs it for many accounts waits once. {0} at first. */
#define SC_INVENTORY_HUNG_MS 60000
struct sc_inventory_hung {
    long long until_ms; /* CLOCK_MONOTONIC */
    struct sc_error why;
};

struct sc_meanwhile; /* core/base/run.h */

struct sc_inventory_conf {
    const char *adapter_exe;        /* sc_panel_detect()'s `exe` */
    int timeout_ms;                 /* 0: SC_INVENTORY_TIMEOUT_MS */
    size_t max_bytes;               /* 0: SC_INVENTORY_MAX_BYTES */
    struct sc_inventory_hung *hung; /* the caller's, kept between questions; NULL: always ask */
    struct sc_meanwhile *meanwhile; /* done while the first question is answered; NULL: nothing */
};

/* Each runs the adapter as the calling process's user (adapters limit what a user other than root
 * is told) and parses its answer strictly. On success *ret is the caller's, released by
 * sc_domains_done(). Common errors: SC_E_PANEL when the adapter could not be run, did not answer in
 * time, answered too much or nonsense, or reports that the panel failed; SC_E_DENIED and SC_E_INVAL
 * as the adapter classes them. */

/* Every domain that the caller may know. */
int sc_inventory_all(const struct sc_inventory_conf *conf, struct sc_domains *ret,
                     struct sc_error *err);

/* The domains of that unix user; none (n == 0, no error) for a user that the panel does not know.
 * An answer with another owner's domain is SC_E_PANEL. */
int sc_inventory_user(const struct sc_inventory_conf *conf, const char *user,
                      struct sc_domains *ret, struct sc_error *err);

/* All domains of the account that has the domain of that name, in any spelling; in one question, as
 * its owner need not be known. SC_E_NOTFOUND as sc_inventory_domain(). An answer without the
 * domain, or with two owners, is SC_E_PANEL. */
int sc_inventory_account(const struct sc_inventory_conf *conf, const char *name,
                         struct sc_domains *ret, struct sc_error *err);

/* The domain of that name, in any spelling: exactly one entry. SC_E_NOTFOUND with
 * SC_INVENTORY_NO_DOMAIN when the panel does not have it, or no domain can be called so; where the
 * panel's answer for it is odd, the name and the reason follow. An answer with another domain is
 * SC_E_PANEL. */
int sc_inventory_domain(const struct sc_inventory_conf *conf, const char *name,
                        struct sc_domains *ret, struct sc_error *err);

#endif
