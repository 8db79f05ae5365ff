/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known about one account: what the panel says, what the user wants, what exists. Made by
 * core/facts/gather.h; nothing in this folder writes anything. */
#ifndef SC_FACTS_FACTS_H
#define SC_FACTS_FACTS_H

#include <stdbool.h>
#include "core/base/dir_id.h"
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/inventory/domains_json.h"
#include "core/plan/plan.h"
#include "core/account/renames.h"
#include "core/facts/docroots.h"
#include "core/facts/past.h"
#include "core/facts/places.h"
#include "core/facts/secrets.h"
#include "core/facts/spellings.h"
#include "core/facts/steady.h"
#include "db/store.h"

struct sc_cover_server; /* core/coverage/coverage.h */

struct sc_uses { /* further paths that configuration names; rel and site_rel are allocated */
    struct sc_plan_path *v;
    size_t n;
};

void sc_uses_done(struct sc_uses *u); /* frees what it holds; accepts {0} */

struct sc_by_link { /* where a granted path was found, or by links a used one (led.h) */
    char *site_rel, *text, *rel;
};

struct sc_by_links {
    struct sc_by_link *v;
    size_t n;
};

void sc_by_links_done(struct sc_by_links *l); /* frees what it holds; accepts {0} */

enum sc_shown_how {
    SC_SHOWN_LIVE,  /* as it is, read-only */
    SC_SHOWN_OWN,   /* a directory of the site's own in its place */
    SC_SHOWN_CLOSED /* a directory of pools' files, where it lies in a place that is shown */
};

struct sc_shown_place { /* outside of homes, named by root's configuration; shown.h */
    char *site_rel;     /* the document root of the site that sees it; NULL: all do */
    char *path;         /* absolute, without links */
    enum sc_shown_how how;
};

struct sc_shown_asked { /* what was found for a path; "": nothing */
    char *path, *place;
};

struct sc_shown {
    struct sc_shown_place *v;
    size_t n;
    struct sc_shown_asked *asked; /* each once */
    size_t n_asked;
};

void sc_shown_done(struct sc_shown *s); /* frees what it holds; accepts {0} */

/* Of a locked user (core/policy/policy.h). */
struct sc_held {
    bool locked;
    struct sc_domains_config was; /* what stays; names as they were before this look */
    struct sc_buf refused;        /* what he wrote and what is not followed; "" */
};

struct sc_named_paths { /* what root's configuration of PHP names: shown.h */
    char **v;
    size_t n;
    bool looked;
};

void sc_named_paths_done(struct sc_named_paths *l); /* frees what it holds; accepts {0} */

#define SC_NOT_LEARNING_MAX 400u /* bytes of struct sc_facts.not_learning */
#define SC_NOT_THERE_MAX    400u /* bytes of struct sc_facts.not_there */

struct sc_facts {
    struct sc_domains domains;       /* the panel's, of this user */
    struct sc_domains_config config; /* the user's */
    bool from_panel;                 /* else the last known copy in the database */
    bool from_file;      /* the configuration is the user's file; else what was applied last */
    struct sc_held held; /* in `config` already; held.h */
    struct sc_past past; /* when somebody asked for it */
    struct sc_docroots docroots;
    struct sc_places places;   /* what is around them */
    struct sc_dir_ids *dirs;   /* per domain, as far as asked for: dirs.h; NULL: nothing was */
    struct sc_secrets secrets; /* looked for once: wanted.c */
    bool has_secrets;
    struct sc_by_links by_link;    /* of the plan as it is */
    struct sc_buf not_there;       /* paths that the user gives isolated domains and that are not
                                      there, with the reason: "DOMAIN ~/PATH (REASON), …" */
    size_t more_not_there;         /* for which it has no room */
    struct sc_uses uses;           /* uses.h */
    char *wp_config;               /* whose ~/wp-config.php is (wp_config.h); NULL: nobody's */
    bool wp_looked;                /* … which was looked at */
    struct sc_spellings spellings; /* spellings.h; in the plan already */
    struct sc_steady steady;       /* steady.h */
    struct sc_shown shown;         /* the same, outside of homes */
    struct sc_named_paths php;     /* read once, however often the plan is made */
    struct sc_cover_server *cover; /* the web server's configuration, where it was read; NULL */
    struct sc_plan *plan; /* for the config as it is; wanted.h makes it again after a change */
    /* the plan leaves out `uses`, `spellings`, `steady` and `shown`: it will be made again */
    bool without_uses;

    bool *kept;                   /* per domain: its site keeps a shared home: homes.h */
    size_t learning;              /* domains that the configuration has learn, and of them … */
    struct sc_buf not_learning;   /* … those that are isolated instead: learners.h */
    size_t not_allowed;           /* domains that are to be isolated, and may not be */
    bool renamed;                 /* the account had another name, or uid, until now */
    struct sc_error why;          /* why it is not from_panel or from_file, or what of the panel's
                                     answer was passed over */
    struct sc_error why_file;     /* why it is not from_file */
    struct sc_event_list hints;   /* waiting events that can be about the account; … */
    bool *agreed;                 /* … per event: the panel's answer includes it */
    struct sc_domain_list before; /* the domains as they were known */
    struct sc_renames renames;    /* what became of the names; in `config` already */
};

void sc_facts_done(struct sc_facts *f);

/* What was asked before the account's lock was taken, so that nobody is asked twice. It is used if
 * nobody else has written the database since: then no other pass was made in between. */
struct sc_heard {
    int64_t version; /* sc_store_version() before the question */
    struct sc_domains domains;
};

#define SC_HEARD_INIT                                                                              \
    {                                                                                              \
        .domains = SC_DOMAINS_INIT                                                                 \
    }
void sc_heard_done(struct sc_heard *t);

enum sc_facts_how {
    SC_FACTS_STRICT,   /* the panel and the user's file must be readable and right */
    SC_FACTS_REMOVAL,  /* the user's file must be; a panel that fails is no reason to keep something
                          isolated */
    SC_FACTS_LAST_GOOD /* what cannot be read is taken from the database: nothing may become less
                          isolated by an error */
};

#endif
