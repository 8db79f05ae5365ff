/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan: from what is known about one account, what each of its sites may see of the home. Pure:
 * no system call, no file is looked at; the caller has resolved symlinks and knows what exists.
 *
 * A site owns its document root, its application (core/plan/parts.h) and the further paths that it is
 * given. One rule decides about every path: the nearest of these at or above it.
 *     own document root         read-write
 *     other document root       closed; so is a directory in which one lies that cannot be found
 *     own application           read-write; where a web server goes by links in it (sc_plan_steady): what is in
 *                               those directories now is, they are read-only
 *     further path of the site  read-only or read-write, with the same exception
 *     what another site owns    closed
 *     secret                    closed (but not in the own document root or application: those are
 *                               the site's)
 *     the home                  read-only; or, where the site has a home of its own, that one: then
 *                               nothing else is there, and nothing needs to be closed
 * At one and the same path the first of this list wins.
 *
 * A site that learns (core/learn) has the home as it is, read-write. What it owns is bound over
 * itself: so that what it uses elsewhere can be told apart. */
#ifndef SC_PLAN_PLAN_H
#define SC_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/plan/entries.h"

#define SC_PLAN_MAX_DOMAINS 100000
#define SC_PLAN_MAX_SECRETS 10000
#define SC_PLAN_MAX_PATHS   10000
#define SC_PLAN_APPS_MAX    2 /* directories of one site's application */

/* What is said of the home that a domain's site has. */
enum sc_plan_home {
    SC_PLAN_HOME_SHARED_ELSE,  /* nothing for this domain: it is shared */
    SC_PLAN_HOME_PRIVATE_ELSE, /* nothing: it is the site's own */
    SC_PLAN_HOME_SHARED,
    SC_PLAN_HOME_PRIVATE
};

struct sc_plan_domain {
    const char *name;
    const char *docroot; /* absolute, as the panel says it */
    const char *rel;     /* canonical, relative to the home; "" = the home itself; NULL = missing */
    bool wanted;         /* the user wants it isolated */
    enum sc_plan_home home;
};

/* What more is known of a domain's place. All canonical, relative to the home. */
struct sc_plan_place {
    const char *near; /* of a missing document root: the deepest directory on the way to it that is
                         there; NULL: not known */
    const char *site_dir; /* the directory that the panel keeps for this domain alone; NULL */
    const char *had;      /* what its isolated site owned (core/plan/owned_text.h); NULL */
};

enum sc_plan_marks {
    SC_MARK_APPLICATION = 1, /* it has a file that applications have in their top directory */
    SC_MARK_CURRENT = 2,     /* it has something called "current" … */
    SC_MARK_RELEASES = 4,    /* … or "releases", as tools that deploy make them */
    SC_MARK_UNKNOWN = 8      /* it could not be looked at: closed to others like an application */
};

struct sc_plan_dir { /* a directory above a document root */
    const char *rel;
    unsigned marks;
};

struct sc_plan_path {
    const char *rel;
    bool rw;
    const char *site_rel; /* the canonical document root of the site that it is for */
    bool is_file;         /* no directory */
    bool own;  /* not the home's: a directory of the site's own in that place. rw does not count */
    bool make; /* a file that is to be made where it is missing */
    bool self; /* other sites see of it what they would without it */
    bool config;      /* with is_file: what PHP is told to read its settings from */
    bool found;       /* in configuration, by us: nobody is told where it is refused */
    bool asked;       /* of an isolated domain's, in the account's own file */
    bool held;        /* where the site owns it: it must not put anything else in its place */
    const char *text; /* how it was written, absolute; NULL: as home + "/" + rel */
};

struct sc_plan_secret { /* something that exists below the home and is hidden from every site */
    const char *rel;
    bool is_dir;
};

/* Where a web server finds a document root by links and looks at none of them itself (nginx): the
 * directories in which what is on that way is looked up. A site that owns one names nothing in it. */
struct sc_plan_steady {
    char *rel;
    bool is_open; /* no such directory, but something in one, which stays the site's to write */
};

struct sc_plan_input {
    const char *home; /* absolute, canonical */
    const struct sc_plan_domain *domains;
    size_t n_domains;
    const struct sc_plan_place *places; /* per domain; NULL: nothing is known */
    const int64_t
        *learning; /* per domain, NULL: none; not 0 for a wanted one: nothing of the account is
                                closed to its site until then (core/learn) */
    const struct sc_plan_dir *dirs; /* that have marks; any order, each once */
    size_t n_dirs;
    const struct sc_plan_secret *secrets;
    size_t n_secrets;
    const struct sc_plan_path *paths;
    size_t n_paths;
    const char *const *closed; /* below the home: somewhere at or below lies a document root that
                                  could not be looked at */
    size_t n_closed;
    const struct sc_plan_steady *steady; /* any order, also twice */
    size_t n_steady;
};

struct sc_plan_extra { /* an accepted further path of a site */
    char *rel;
    bool rw;
    bool is_file;
    bool own, make, self, held; /* as in struct sc_plan_path */
};

struct sc_plan_site;

struct sc_plan_area { /* what some site owns besides its document root */
    const char *rel;  /* borrowed from that site */
    bool is_file;
    bool is_app;    /* an application's directory; else a further path */
    bool is_shared; /* an application of several sites */
    bool self;      /* only to be shown to whom it was given, not closed to the others */
    /* Of an application: the site that answers for it where programs can only look for one. An
     * isolated site comes before others: what it can write must not run outside of it. */
    const struct sc_plan_site *site;
};

struct sc_plan_site {
    char *rel;      /* canonical document root; NULL when missing */
    char **names;   /* its domains, sorted */
    size_t n_names; /* at least 1 */
    /* The panel's texts of its document root that are not home + "/" + rel, sorted; of a missing
     * site exactly its text. */
    char **aliases;
    size_t n_aliases;
    bool isolated;          /* some domain of it is wanted: it runs in a cage … */
    bool learning;          /* … that closes nothing of the account: all that are wanted say so */
    int64_t learning_until; /* seconds since 1970 */
    bool missing;           /* its document root does not exist */
    const char *refused;    /* NULL, or why it cannot be isolated (static text), wanted or not */
    char *near, *site_dir;  /* as in struct sc_plan_place; of a site with several, the first */
    char *had;              /* the same */
    char *apps[SC_PLAN_APPS_MAX]; /* its application (core/plan/parts.h); sorted */
    size_t n_apps;
    char *stray; /* what would be its application, but holds another one, so that it is nobody's; or
                    NULL */
    /* An application that it had and that has no mark any more, and what has one above: that does not become the
     * site's. An isolated site can take its marks away itself. NULL. */
    char *lost, *beyond;
    struct sc_plan_extra *extras;
    size_t n_extras;
    /* How accepted paths were written that are not home + "/" + rel: links may be on their way. */
    char **ways;
    size_t n_ways;
    /* It has a home of its own: some domain of it says so, or none says otherwise and nothing else does. */
    bool private_home;
};

struct sc_plan_refusal { /* a further path that is not given */
    char *site_rel;
    char *path;
    const char *reason; /* static text, to be read after the path: "PATH is …" */
    bool asked;         /* as in struct sc_plan_path */
};

struct sc_plan {
    struct sc_plan_site *sites; /* in component order of rel; then the missing, by their text */
    size_t n_sites;
    size_t n_present; /* of them, not missing */
    struct sc_plan_refusal *refusals;
    size_t n_refusals;
    struct sc_plan_area *areas; /* of all sites, the missing too; sorted, each path once */
    size_t n_areas;
    struct sc_plan_extra *secrets; /* sorted; rw here means "is a directory" */
    size_t n_secrets;
    char **closed; /* sorted */
    size_t n_closed;
    struct sc_plan_steady *steady; /* sorted, each path once */
    size_t n_steady;
};

/* Computes the sites of an account. A site stands for one canonical document root (isolated or
 * not), or for one text of a missing one. Everything in *ret is a copy. Two `paths` of one site
 * that are equal give the more permissive one; what is given is more than what is its own. SC_E_INVAL: a `rel` of a domain, a secret or a
 * closed directory is not a plain relative path (relpath.h), or a secret or a closed directory is
 * ""; SC_E_TOOBIG, SC_E_NOMEM. A bad further path is no error: it is in the refusals. */
int sc_plan_make(const struct sc_plan_input *in, struct sc_plan **ret, struct sc_error *err);
void sc_plan_free(struct sc_plan *plan); /* accepts NULL */

/* The site that has this domain among its names, or NULL. */
const struct sc_plan_site *sc_plan_site_of(const struct sc_plan *plan, const char *name);

/* The site with this canonical document root, or NULL. */
const struct sc_plan_site *sc_plan_find(const struct sc_plan *plan, const char *rel);

/* The area that is exactly `rel`; NULL. */
const struct sc_plan_area *sc_plan_area(const struct sc_plan *plan, const char *rel);

/* Whether `rel` is exactly an application's directory of the site. */
bool sc_plan_is_app_of(const struct sc_plan_site *site, const char *rel);

/* The site's further path that is exactly `rel`; NULL. */
const struct sc_plan_extra *sc_plan_extra_of(const struct sc_plan_site *site, const char *rel);

/* Why a site (may be NULL: there is none) may not have a further path; NULL when it may. Static
 * text, as in struct sc_plan_refusal. path->site_rel is not looked at. */
const char *sc_plan_why_not(const struct sc_plan *plan, const struct sc_plan_site *site,
                            const struct sc_plan_path *path);

/* Whether `rel` is exactly a secret. */
bool sc_plan_is_secret(const struct sc_plan *plan, const char *rel);

/* The entries of plan->sites[site] (isolated or not: also what it would see), in time linear in the
 * account's document roots, areas, secrets and closed directories. The own document
 * root always has its entry; other entries are there only where they change something, with one
 * exception: each directory between a read-write area and an entry inside it has an RW entry of its
 * own. Such a bind shows nothing else, but nothing in the site can rename or remove a mount point;
 * without it the site could move the parent of a closed document root away and read it there as
 * soon as its view is built again. *ret must be {0} or done; sc_entries_done() it. SC_E_NOTFOUND:
 * missing; SC_E_DENIED: refused; SC_E_TOOBIG; SC_E_NOMEM. */
int sc_plan_site_entries(const struct sc_plan *plan, size_t site, struct sc_entries *ret,
                         struct sc_error *err);

#endif
