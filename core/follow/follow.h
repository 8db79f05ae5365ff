/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reconciling daemon asks of the engine: following what panels and homes did. The same
 * loop as every command; all need root. */
#ifndef SC_FOLLOW_FOLLOW_H
#define SC_FOLLOW_FOLLOW_H

#include "core/server/handle.h"
#include "db/store.h"

struct sc_follow {
    bool agrees; /* what the panel and the system say now includes what the events told */
    /* else what is still awaited, for the log: "domain x.example is still there" */
    char missing[512];
};

/* One account's pass, with its waiting events as hints (rows of one user, as sc_store_events_peek
 * gives them; none: only look). `user` is the name the events have: the account may be called
 * differently by now, be gone, or never have existed; "" for events without a user, whose domains
 * are looked up. Where nothing of the account is or was isolated, and its home has no
 * ~/.lve/domains.json (it may have come from another server with one), only the database's copy of
 * the panel's domains is brought up to date. Hints of a rename and of a
 * deletion are only used when the panel's own data agree with them.
 * Returns 0 also when !agrees: the caller asks again later, or lets it be. Errors leave what was
 * applied last; SC_E_BUSY: somebody else is changing the account; SC_E_LATE: all was done but what the
 * text says (core/pass/pass.h). */
int sc_follow_account(struct sc_server *s, const char *user, const struct sc_event_list *events,
                      struct sc_follow *ret, struct sc_error *err);

/* The same for a user who has been allowed just now: what his ~/.lve/domains.json wants and he might
 * not have. Nothing for who has no such file. */
int sc_follow_allowed(struct sc_server *s, const char *user, struct sc_error *err);

/* The same where nothing but the events, or a change of ~/.lve/domains.json, asks for a look, and
 * the account's home is watched: when the panel's answer, the events and that file tell nothing that
 * the last pass did not act on (core/follow/news.h), there is no pass. A panel's error leaves the account stale. */
int sc_follow_events(struct sc_server *s, const char *user, const struct sc_event_list *events,
                     struct sc_follow *ret, struct sc_error *err);

/* The full pass: asks the panel once for all domains and compares with the database. Accounts
 * without isolation are brought up to date in the database; nothing is written when nothing
 * changed. `found` is called for each account with isolation (or with a claim on it) that differs
 * or whose user no longer exists: the caller follows it. *ret_domains and *ret_users (may be NULL):
 * how many the panel has. */
int sc_follow_survey(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                     size_t *ret_domains, size_t *ret_users, struct sc_error *err);

/* What killed commands left: finishes a deny that was interrupted and cleans up after accounts that
 * are gone; tells the others, which need a pass. Accounts that somebody is changing now are left
 * alone. */
int sc_follow_pending(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                      struct sc_error *err);

/* Whether any site is isolated now (or is wanted and waits for its document root): what the daemon
 * lives for. */
int sc_follow_any_isolated(struct sc_server *s, bool *ret, struct sc_error *err);

/* What of an account the daemon watches; only accounts with isolated sites are listed. */
struct sc_watched_account {
    uid_t uid;
    gid_t gid;
    char *user;
    char *home;
    /* absolute, existing or not: document roots, as the panel said, and what sites were given that is found by links */
    char **paths;
    size_t n_paths;
    /* whoever watches sets it: what .htaccess files say is not judged at each request */
    bool htaccess;
};

struct sc_watched {
    struct sc_watched_account *v; /* by uid */
    size_t n;
};

void sc_watched_done(struct sc_watched *w);
/* `uid` (uid_t)-1: all accounts. From the database alone. */
int sc_follow_watched(struct sc_server *s, uid_t uid, struct sc_watched *ret, struct sc_error *err);

#endif
