/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command can ask of the engine. Each call is complete in itself: it takes the locks it
 * needs, first finishes what an earlier, killed command left half done, checks every name before it
 * changes anything, and leaves a state that the next call completes when it is killed itself. All
 * need root.
 *
 * Texts of errors are final: a command prints err->text and ends with the exit status for
 * err->code. */
#ifndef SC_ENGINE_ENGINE_H
#define SC_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/coverage/coverage.h"
#include "core/policy/policy.h"
#include "core/engine/site_stats.h"
#include "core/explain/failures.h"
#include "core/server/handle.h"
#include "core/server/watch.h"

int sc_engine_allow_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err);
int sc_engine_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err);
int sc_engine_allow_users(struct sc_server *s, const char *const *users, size_t n,
                          const struct sc_watch *w, struct sc_error *err);
int sc_engine_deny_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err);
int sc_engine_toggle_mode(struct sc_server *s, enum sc_policy_mode *ret, const struct sc_watch *w,
                          struct sc_error *err);

/* From now on nothing that these users do isolates them less: core/policy/policy.h, "locked users". All names are
 * checked first. What they want at this moment is kept. */
int sc_engine_lock_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err);
/* Fine for who is not locked. */
int sc_engine_unlock_users(struct sc_server *s, const char *const *users, size_t n,
                           const struct sc_watch *w, struct sc_error *err);

struct sc_cover_server; /* core/coverage/coverage.h */

struct sc_enable_how {
    bool anyway;       /* also where isolation would not cover a site */
    enum sc_home home; /* that the sites get; UNSET: as they have it */
    bool learned;      /* they are given what they were seen to use: core/engine/learn.h */
    /* Of a call that is one of many: whose all of the sites are, as the panel told a while ago (it is
     * asked about him, not about a domain), and what the call before has read of the web server's
     * configuration ({0} at first). NULL: neither. */
    const char *owner;
    struct sc_cover_server *known;
};

/* SC_E_DENIED also: isolation would not cover a site (core/coverage/coverage.h). */
int sc_engine_enable(struct sc_server *s, const char *const *domains, size_t n,
                     const struct sc_enable_how *how, const struct sc_watch *w,
                     struct sc_error *err);

/* All that enable does before it changes anything, without a lock: its errors, and what it would tell of
 * what the sites use (core/look/look.h). */
int sc_engine_enable_dry(struct sc_server *s, const char *const *domains, size_t n,
                         const struct sc_enable_how *how, const struct sc_watch *w,
                         struct sc_error *err);

struct sc_names {
    char **v;
    size_t n;
};

void sc_names_done(struct sc_names *names);

/* A site is its document root: with one of its names all of them end. *ret_others: the isolated
 * domains that ended with those named, sorted within each user; for sc_names_done(). */
int sc_engine_disable(struct sc_server *s, const char *const *domains, size_t n,
                      const struct sc_watch *w, struct sc_names *ret_others, struct sc_error *err);
/* The names that it would name, without a lock; changes nothing. */
int sc_engine_disable_dry(struct sc_server *s, const char *const *domains, size_t n,
                          const struct sc_watch *w, struct sc_names *ret_others,
                          struct sc_error *err);
/* `home`: that all isolated sites of those users get; UNSET: as they have it. */
int sc_engine_regenerate(struct sc_server *s, const char *const *users, size_t n, enum sc_home home,
                         const struct sc_watch *w, struct sc_error *err);
/* Ends every process of the users' isolated sites (NULL: of all users') and makes their views
 * again. */
int sc_engine_remount(struct sc_server *s, const char *const *users, size_t n,
                      const struct sc_watch *w, struct sc_error *err);

struct sc_listed_cover {
    const char *domain; /* of the user's */
    enum sc_coverage is;
    char *text;
};

struct sc_listed_user {
    char *name;
    uid_t uid;
    char **domains; /* sorted */
    size_t n;
    const char **homes;             /* of each: sc_store_home_name() */
    struct sc_listed_cover *covers; /* of those domains that are not covered, or may not be */
    size_t n_covers;
};

struct sc_listing {
    struct sc_listed_user *v; /* by uid; only users who have isolated domains */
    size_t n;
};

void sc_listing_done(struct sc_listing *l);

/* `users` NULL: all. A user whom neither the system nor the database knows: SC_E_NOTFOUND naming
 * him. */
int sc_engine_list(struct sc_server *s, const char *const *users, size_t n, struct sc_listing *ret,
                   struct sc_error *err);

/* One row per domain that is (or is wanted) isolated, or per domain asked for. */
struct sc_status_row {
    char *domain, *user, *docroot;
    bool isolated;             /* wanted and made */
    int64_t learning_until;    /* seconds since 1970; 0: it does not learn (core/engine/learn.h) */
    unsigned id;               /* site id (lve_id), 0 when not isolated */
    const char *home;          /* sc_store_home_name(); NULL when not isolated */
    bool home_kept;            /* it is shared because it was before homes were private */
    bool running;              /* a keeper holds its view now */
    unsigned processes;        /* in the site now, without the keeper */
    char *stale;               /* NULL, or why it is not as it should be */
    bool dead;                 /* it is stale, and nothing of it can run */
    struct sc_failing failing; /* its code cannot be run: since when, how often, why */
    enum sc_coverage coverage; /* as it was judged last */
    char *coverage_text;       /* NULL, or why it is not covered */
    bool ending;               /* requests of a former view may finish (core/ending) … */
    unsigned ending_processes;
    int64_t ending_ms; /* … for so long at most; below 0: its processes do not end */
    struct sc_site_stats stats;
    bool locked; /* its user cannot disable it */
};

struct sc_status_note {
    char *user;
    struct sc_buf text; /* core/account/notes.h */
};

struct sc_status {
    bool enabled; /* the feature flag */
    enum sc_policy_mode mode;
    struct sc_status_row *v; /* by user, domain */
    size_t n;
    struct sc_status_note *notes; /* of the users of these domains who have some */
    size_t n_notes;
    char **locked; /* users who are locked; none where domains were asked for */
    size_t n_locked;
};

void sc_status_done(struct sc_status *st);
int sc_engine_status(struct sc_server *s, const char *const *domains, size_t n,
                     struct sc_status *ret, struct sc_error *err);

/* The same of all domains, isolated or not: those that the panel has, too. Errors of the panel. */
int sc_engine_status_all(struct sc_server *s, struct sc_status *ret, struct sc_error *err);

/* The text of what the domain's site sees or would see when isolated (docs/formats.md, "plan").
 * Changes nothing. Tells `w` what the site uses outside of what it owns. */
int sc_engine_plan(struct sc_server *s, const char *domain, struct sc_buf *ret,
                   const struct sc_watch *w, struct sc_error *err);

#endif
