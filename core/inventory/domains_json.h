/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to `domains` of the integration scripts, read and written:
 *     {"data": {"example.com": {"owner": "john", "document_root": "/home/john/www", "is_main":
 * true}}, "metadata": {"result": "ok"}} (CloudLinux, "Control panel integration", "domains").
 * A domain may have "site_directory", too: the directory that the panel keeps for it alone. */
#ifndef SC_INVENTORY_DOMAINS_JSON_H
#define SC_INVENTORY_DOMAINS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/inventory/odd.h"

#define SC_INVENTORY_DOMAINS_MAX 1000000u
#define SC_DOCROOT_MAX           4095u /* PATH_MAX without its NUL */

struct sc_domain {
    char *name;    /* canonical: sc_domain_canon() */
    char *owner;   /* a possible unix user name: sc_owner_valid() */
    char *docroot; /* absolute, no empty, "." or ".." part, no '/' at its end (but "/" itself) */
    bool is_main;
    char *site_dir; /* the directory that the panel keeps for this domain alone, as docroot; NULL */
};

struct sc_domains {
    struct sc_domain *v; /* sorted by name (bytes), each name once; NULL when n is 0 */
    size_t n;
    struct sc_odds odds; /* what else the panel told */
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

/* Parses an answer. Unknown keys of a domain (such as php) are not looked at. An entry that cannot
 * be a domain (a missing key, a wrong type, a bad value, bytes that are not JSON) is among
 * ret->odds, and the others are read; so are both of two entries for one name that do not agree.
 * `who` and the errors: sc_envelope_open(); SC_E_TOOBIG for more than SC_INVENTORY_DOMAINS_MAX
 * domains. Where `who` is NULL, what the adapter passed over is in ret->odds, too. */
int sc_domains_parse(const char *json, size_t len, const char *who, struct sc_domains *ret,
                     struct sc_error *err);

/* Appends the ok envelope with these domains, in their order, and a newline. One whose document
 * root is not UTF-8, which JSON cannot say, is moved to d->odds. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_domains_to_json(struct sc_domains *d, struct sc_buf *out, struct sc_error *err);

/* Adds copies, as they are: a canonical name, a possible user, a clean document root. SC_E_TOOBIG,
 * SC_E_NOMEM. */
int sc_domains_put(struct sc_domains *d, const char *name, const char *owner, const char *docroot,
                   bool is_main, struct sc_error *err);

/* Gives the domain that was added last a directory of its own (a clean path). SC_E_NOMEM. */
int sc_domains_put_dir(struct sc_domains *d, const char *site_dir, struct sc_error *err);

/* Sorts by name; of equal names the one that was added first is the first. */
void sc_domains_sort(struct sc_domains *d);

/* Whether the panel told of that name (canonical), be it by an odd entry. */
bool sc_domains_lists(const struct sc_domains *d, const char *name);

/* Drops, in place, the domains that are not `owner`'s (NULL: any) or not called `name` (canonical;
 * NULL: any), and what of the odds concerns neither. Returns how many domains were dropped. */
size_t sc_domains_filter(struct sc_domains *d, const char *owner, const char *name);

/* The domain of that canonical name, or NULL. Borrowed from *d. */
const struct sc_domain *sc_domains_find(const struct sc_domains *d, const char *name);

#endif
