/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer to `domains` of the integration scripts, read strictly and written:
 *     {"data": {"example.com": {"owner": "john", "document_root": "/home/john/www", "is_main":
 * true}}, "metadata": {"result": "ok"}} (CloudLinux, "Control panel integration", "domains"). */
#ifndef SC_INVENTORY_DOMAINS_JSON_H
#define SC_INVENTORY_DOMAINS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_INVENTORY_DOMAINS_MAX 1000000u
#define SC_DOCROOT_MAX           4095u /* PATH_MAX without its NUL */

struct sc_domain {
    char *name;    /* canonical: sc_domain_canon() */
    char *owner;   /* a possible unix user name: sc_owner_valid() */
    char *docroot; /* absolute, no empty, "." or ".." part, no '/' at its end (but "/" itself) */
    bool is_main;
};

struct sc_domains {
    struct sc_domain *v; /* sorted by name (bytes), each name once; NULL when n is 0 */
    size_t n;
};

#define SC_DOMAINS_INIT                                                                            \
    {                                                                                              \
        0                                                                                          \
    }
#define SC_DOMAINS __attribute__((cleanup(sc_domains_done)))

/* Writes the document root as struct sc_domain has it, without trailing and doubled slashes. NULL,
 * or what is wrong with it ("is not an absolute path"; static text). */
const char *sc_docroot_clean(const char *raw, char out[SC_DOCROOT_MAX + 1]);

/* Releases what *d holds and empties it. */
void sc_domains_done(struct sc_domains *d);

/* Parses an answer. Unknown keys of a domain (such as php) are allowed; a missing key, a wrong type
 * or a bad value is an error that names the domain and the key. Two spellings of one name are one
 * domain when they agree, else an error. `who` and the error classes: sc_envelope_parse(). All else
 * that is wrong with the answer is SC_E_PANEL; SC_E_TOOBIG for more than SC_INVENTORY_DOMAINS_MAX
 * domains. */
int sc_domains_parse(const char *json, size_t len, const char *who, struct sc_domains *ret,
                     struct sc_error *err);

/* Appends the ok envelope with these domains, in their order, and a newline. SC_E_PANEL when a
 * document root is not UTF-8, which JSON cannot say; SC_E_TOOBIG, SC_E_NOMEM. */
int sc_domains_to_json(const struct sc_domains *d, struct sc_buf *out, struct sc_error *err);

/* Drops, in place, the domains that are not `owner`'s (NULL: any) or not called `name` (canonical;
 * NULL: any). Returns how many were dropped. */
size_t sc_domains_filter(struct sc_domains *d, const char *owner, const char *name);

/* The domain of that canonical name, or NULL. Borrowed from *d. */
const struct sc_domain *sc_domains_find(const struct sc_domains *d, const char *name);

#endif
