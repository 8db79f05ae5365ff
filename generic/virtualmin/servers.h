/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual servers as Virtualmin has them: top-level ones, each an account with a user; sub-servers,
 * which have a home of their own in it; aliases, which show another server's site. */
#ifndef SC_GENERIC_VIRTUALMIN_SERVERS_H
#define SC_GENERIC_VIRTUALMIN_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/inventory/odd.h"

struct sc_vm_server {
    char *id, *dom, *user, *home;
    char *parent, *alias, *subdom; /* ids; "" */
    char *subprefix;               /* with subdom: its folder in that one's document root */
    char *html;                    /* the document root, absolute; "" */
    char *html_dir;                /* the same below the home; "" */
    char *email, *plan, *reseller;
    bool web; /* it has a website, by Apache or nginx */
};

struct sc_vm_servers {
    struct sc_vm_server *v; /* sorted by id */
    size_t n;
    struct sc_odds odds; /* files that cannot be read */
};
#define SC_VM_SERVERS __attribute__((cleanup(sc_vm_servers_done)))
void sc_vm_servers_done(struct sc_vm_servers *s);

/* All of PREFIX's. SC_E_DENIED: the caller may not read them; SC_E_SYS, SC_E_NOMEM. */
int sc_vm_servers_load(const char *prefix, struct sc_vm_servers *ret, struct sc_error *err);

/* NULL: there is none. Borrowed. */
const struct sc_vm_server *sc_vm_server(const struct sc_vm_servers *s, const char *id);

/* The server whose site the aliases show; the server itself where it is none. NULL: it is missing. */
const struct sc_vm_server *sc_vm_server_shown(const struct sc_vm_servers *s,
                                              const struct sc_vm_server *v);

/* Its document root (allocated), and the directory that is kept for it alone, or for what it shows:
 * borrowed, NULL where there is none. SC_E_NOTFOUND: a server that it needs is missing; SC_E_NOMEM. */
int sc_vm_server_docroot(const struct sc_vm_servers *s, const struct sc_vm_server *v,
                         char **ret_docroot, const char **ret_dir, struct sc_error *err);

#endif
