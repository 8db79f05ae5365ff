/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that a page shows of an account, in one look: each of its domains, isolated or not, with what status,
 * explain, stats, limits and selectorctl say of it, and what the caller may do. Changes nothing, takes no lock,
 * and runs no program for a site. Need root. */
#ifndef SC_ENGINE_OVERVIEW_H
#define SC_ENGINE_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/config/domains_config.h"
#include "core/engine/engine.h"
#include "core/explain/failures.h"
#include "core/limits/limits.h"
#include "core/php/catalogue.h"
#include "core/php/choice.h"

/* What holds for all accounts. */
struct sc_overview_server {
    bool enabled;
    enum sc_policy_mode mode;
    struct sc_limits_caps limits;
    enum sc_home home; /* of sites that say nothing */
    bool home_choice;
    bool php_known; /* `php` was looked at, with the modules of all versions */
    struct sc_php_catalogue php;
};

void sc_overview_server_done(struct sc_overview_server *o);
int sc_overview_server_look(struct sc_server *s, struct sc_overview_server *ret,
                            struct sc_error *err);

enum sc_site_state {
    SC_SITE_ISOLATED,
    SC_SITE_NOT_ISOLATED,
    SC_SITE_LEARNS,     /* not isolated, and what it uses is recorded */
    SC_SITE_ENDS,       /* not isolated any more, and requests of before may finish */
    SC_SITE_UNVERIFIED, /* isolated, and nobody knows whether isolation reaches all of it */
    SC_SITE_NOT_COVERED,
    SC_SITE_STALE,   /* not as it should be */
    SC_SITE_DOCROOT, /* the same, because of its document root */
    SC_SITE_FAILS,   /* nothing of it runs */
    SC_SITE_STATES
};

/* The most important thing about a site. Pure. *ret_reason: the row's own text; NULL. */
enum sc_site_state sc_site_state(const struct sc_status_row *r, const char **ret_reason);
/* In words that people read, and the word that programs compare (NULL: nothing is wrong). Static. */
const char *sc_site_state_name(enum sc_site_state state);
const char *sc_site_state_code(enum sc_site_state state);

/* What is known of a domain beyond its row of the status. */
struct sc_overview_site {
    bool is_main;
    size_t group;                /* equal for the domains of one document root */
    struct sc_domain_entry said; /* limits, paths and home of domains.json, as applied last */
    struct sc_explained_failures *failures; /* NULL: none */
    bool learned;                           /* there is a record of what it used … */
    int64_t learned_since;
    size_t places;                  /* … with so many places … */
    bool whole;                     /* … and nothing was left out */
    bool php_own;                   /* its PHP was chosen for this site, not for the account */
    char php[SC_PHP_NAME_MAX + 1];  /* the version in force; "": not known */
    bool php_chosen;                /* its extensions were chosen */
    struct sc_php_names extensions; /* they are */
};

struct sc_overview {
    uid_t uid;
    char *user, *home;
    bool allowed;                   /* by the policy */
    bool locked;                    /* he can enable, and not disable */
    bool from_panel;                /* the domains are the panel's of now; else the database's */
    char *panel_error;              /* why it could not be asked; NULL */
    char *stale;                    /* why the last pass over the account failed; NULL */
    struct sc_status st;            /* a row for each domain, by name; and the notes */
    struct sc_overview_site *sites; /* of each row */
};

void sc_overview_done(struct sc_overview *o);

struct sc_domains;

struct sc_overview_of {
    uid_t uid;
    unsigned only;      /* the names of that site alone; 0: all domains */
    const char *domain; /* that one alone; NULL */
    const struct sc_domains
        *panel; /* what the panel has just said of all accounts; NULL: not asked */
};

/* SC_E_INVAL: no hosting user; SC_E_NOTFOUND: `domain` is none of his. */
int sc_overview_look(struct sc_server *s, struct sc_overview_server *server,
                     const struct sc_overview_of *of, struct sc_overview *ret,
                     struct sc_error *err);

struct sc_overviews {
    struct sc_overview *v; /* by user name */
    size_t n;
};

void sc_overviews_done(struct sc_overviews *l);

/* Of these users; none: of all who have a domain, or an isolated site. SC_E_NOTFOUND: there is no such user. */
int sc_overview_accounts(struct sc_server *s, struct sc_overview_server *server,
                         const char *const *users, size_t n, struct sc_overviews *ret,
                         struct sc_error *err);

#endif
