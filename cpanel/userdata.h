/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /var/cpanel/userdata/USER: what cPanel itself uses, and so never older than the panel. */
#ifndef SC_CPANEL_USERDATA_H
#define SC_CPANEL_USERDATA_H

#include <stdbool.h>
#include <stddef.h>
#include "cpanel/cpanel.h"

#define SC_CPANEL_YAML_MAX (4u << 20)

enum sc_cpanel_kind {
    SC_CPANEL_MAIN,
    SC_CPANEL_ADDON,
    SC_CPANEL_SUB,
    SC_CPANEL_PARKED
};

/* A domain in userdata's "main" file. */
struct sc_cpanel_name {
    char *name; /* canonical; NULL: it cannot be a domain */
    char *said; /* as it stands there */
    char *file; /* the name, as it stands there, of the domain whose file holds the document root */
    enum sc_cpanel_kind kind;
};

struct sc_cpanel_names {
    struct sc_cpanel_name *v;
    size_t n;
};

void sc_cpanel_names_done(struct sc_cpanel_names *names);

/* Parses a "main" file (main_domain, addon_domains{addon: sub}, parked_domains[], sub_domains[]).
 * SC_E_INVAL, also without a main_domain. */
int sc_cpanel_main_parse(const char *data, size_t len, const char *what,
                         struct sc_cpanel_names *ret, struct sc_error *err);

/* The `documentroot` of a domain's file, a new string, whatever it is; SC_E_INVAL when there is
 * none. */
int sc_cpanel_docroot_parse(const char *data, size_t len, const char *what, char **ret,
                            struct sc_error *err);

/* Adds the user's domains to *ret. A domain whose file is missing or damaged, or whose document
 * root cannot be one, is passed over (ret->odds): the panel may be at work on it. A user without
 * userdata has no domains, if the panel does not know him otherwise. Errors: SC_E_NOTFOUND when
 * there is no userdata at all; SC_E_SYS with EACCES; SC_E_PANEL for a damaged "main" file, and for
 * one that changes all the time. */
int sc_cpanel_user_domains(const struct sc_cpanel *cp, const char *user, struct sc_domains *ret,
                           struct sc_error *err);

/* The user's main domain, from userdata or else from /var/cpanel/users. */
int sc_cpanel_main_domain(const struct sc_cpanel *cp, const char *user, char out[256],
                          struct sc_error *err);

/* Whether userdata has that canonical name for the user. */
bool sc_cpanel_has_domain(const struct sc_cpanel *cp, const char *user, const char *name);

#endif
