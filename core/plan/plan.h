/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan: from what is known about one account, what each of its sites may see of the home. Pure:
 * no system call, no file is looked at; the caller has resolved symlinks and knows what exists.
 *
 * One rule decides about every path: the nearest of these at or above it.
 *     own document root         read-write
 *     other document root       closed; so is a directory in which one lies that cannot be found
 *     secret                    closed (but not below the own document root: that is the site's)
 *     further path of the site  read-only or read-write
 *     the home                  read-only
 * At one and the same path the first of this list wins. */
#ifndef SC_PLAN_PLAN_H
#define SC_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/plan/entries.h"

#define SC_PLAN_MAX_DOMAINS 100000
#define SC_PLAN_MAX_SECRETS 10000
#define SC_PLAN_MAX_PATHS   10000

struct sc_plan_domain {
    const char *name;
    const char *docroot; /* absolute, as the panel says it */
    const char *rel;     /* canonical, relative to the home; "" = the home itself; NULL = missing */
    bool wanted;         /* the user wants it isolated */
};

struct sc_plan_path {
    const char *rel;
    bool rw;
    const char *site_rel; /* the canonical document root of the site that it is for */
};

struct sc_plan_secret { /* something that exists below the home and is hidden from every site */
    const char *rel;
    bool is_dir;
};

struct sc_plan_input {
    const char *home; /* absolute, canonical */
    const struct sc_plan_domain *domains;
    size_t n_domains;
    const struct sc_plan_secret *secrets;
    size_t n_secrets;
    const struct sc_plan_path *paths;
    size_t n_paths;
    const char *const *closed; /* below the home: somewhere at or below lies a document root that
                                  could not be looked at */
    size_t n_closed;
};

struct sc_plan_extra { /* an accepted further path of a site */
    char *rel;
    bool rw;
};

struct sc_plan_site {
    char *rel;      /* canonical document root; NULL when missing */
    char **names;   /* its domains, sorted */
    size_t n_names; /* at least 1 */
    /* The panel's texts of its document root that are not home + "/" + rel, sorted; of a missing
     * site exactly its text. */
    char **aliases;
    size_t n_aliases;
    bool isolated;       /* some domain of it is wanted */
    bool missing;        /* its document root does not exist */
    const char *refused; /* NULL, or why it cannot be isolated (static text), wanted or not */
    struct sc_plan_extra *extras;
    size_t n_extras;
};

struct sc_plan_refusal { /* a further path that is not given */
    char *site_rel;
    char *path;
    const char *reason; /* static text, to be read after the path: "PATH is …" */
};

struct sc_plan {
    struct sc_plan_site *sites; /* in component order of rel; then the missing, by their text */
    size_t n_sites;
    size_t n_present; /* of them, not missing */
    struct sc_plan_refusal *refusals;
    size_t n_refusals;
    struct sc_plan_extra *secrets; /* sorted; rw here means "is a directory" */
    size_t n_secrets;
    char **closed; /* sorted */
    size_t n_closed;
};

/* Computes the sites of an account. A site stands for one canonical document root (isolated or
 * not), or for one text of a missing one. Everything in *ret is a copy. Two `paths` of one site
 * that are equal give the more permissive one. SC_E_INVAL: a `rel` of a domain, a secret or a
 * closed directory is not a plain relative path (relpath.h), or a secret or a closed directory is
 * ""; SC_E_TOOBIG, SC_E_NOMEM. A bad further path is no error: it is in the refusals. */
int sc_plan_make(const struct sc_plan_input *in, struct sc_plan **ret, struct sc_error *err);
void sc_plan_free(struct sc_plan *plan); /* accepts NULL */

/* The site that has this domain among its names, or NULL. */
const struct sc_plan_site *sc_plan_site_of(const struct sc_plan *plan, const char *name);

/* The site with this canonical document root, or NULL. */
const struct sc_plan_site *sc_plan_find(const struct sc_plan *plan, const char *rel);

/* The entries of plan->sites[site] (isolated or not: also what it would see), in time linear in the
 * account's document roots, secrets, closed directories and that site's paths. The own document
 * root always has its entry; other entries are there only where they change something, with one
 * exception: each directory between a read-write area and an entry inside it has an RW entry of its
 * own. Such a bind shows nothing else, but nothing in the site can rename or remove a mount point;
 * without it the site could move the parent of a closed document root away and read it there as
 * soon as its view is built again. *ret must be {0} or done; sc_entries_done() it. SC_E_NOTFOUND:
 * missing; SC_E_DENIED: refused; SC_E_TOOBIG; SC_E_NOMEM. */
int sc_plan_site_entries(const struct sc_plan *plan, size_t site, struct sc_entries *ret,
                         struct sc_error *err);

#endif
