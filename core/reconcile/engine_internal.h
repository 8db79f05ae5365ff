/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that make up the engine's calls. */
#ifndef SC_RECONCILE_ENGINE_INTERNAL_H
#define SC_RECONCILE_ENGINE_INTERNAL_H

#include "core/config/domains_config.h"
#include "core/reconcile/reconcile.h"

/* One account of a call: locked, with its facts and what it is asked to become. */
struct sc_job {
    struct sc_account account;
    struct sc_facts facts;
    struct sc_wish wish;
    const char **names; /* what the wish points to */
};

struct sc_jobs {
    struct sc_job *v;
    size_t n;
};

void sc_jobs_done(struct sc_jobs *jobs);

/*
 * Locks the accounts of these users (in the order of their uids, so that two calls never wait for
 * each other) and gathers their facts. Users named twice are one job.
 */
int sc_jobs_open(struct sc_server *s, const char *const *users, size_t n, enum sc_facts_how how,
                 struct sc_jobs *ret, struct sc_error *err);

/* sc_reconcile_check() of all, then sc_reconcile_apply() of each, telling the progress. */
int sc_jobs_run(struct sc_server *s, struct sc_jobs *jobs, const struct sc_watch *w,
                struct sc_error *err);

/* Ends all isolation of one account, by uid: also when the user, the home or the panel is gone. */
int sc_engine_clear_user(struct sc_server *s, uid_t uid, struct sc_error *err);

struct sc_follow;

/* Whether the home has a configuration: it came back with what its user wanted, for an account that
 * is new here. False where isolation is switched off. */
bool sc_engine_has_wishes(struct sc_server *s, uid_t uid, gid_t gid, const char *home);

/* Ends all of an account that the system does not know any more, if the panel has no domains of it
 * either (else *ret tells): what was made, its rows, its policy exceptions, its events. `uid`
 * (uid_t)-1: not known; `user` beginning with '#': his name is another's. */
int sc_engine_forget_gone(struct sc_server *s, const char *user, uid_t uid, struct sc_follow *ret,
                          struct sc_error *err);

/* The limits of a site as they were last applied; none when it has none. */
int sc_stored_limits(struct sc_server *s, unsigned id, const char *home, struct sc_limits *ret,
                     struct sc_error *err);

/* Held while something is switched on that needs the entry in front of suexec, so that no deny-all
 * takes it away underneath. Before any account's lock. */
int sc_engine_lock_front(bool taking_away, int *ret_fd, struct sc_error *err);

/* Finishes what killed commands left: marked accounts, and a deny that was interrupted. */
void sc_engine_recover(struct sc_server *s);

/* Whether this kernel can do it at all: SC_E_PLATFORM with the contract's text and what is missing.
 */
int sc_platform_check(struct sc_error *err);

/* SC_E_PLATFORM with the contract's text where the web server's configuration has `lsapi_per_user
 * On`. */
int sc_lsapi_check(struct sc_error *err);

/* Tells the administrator when a site's application lies above its document root, which the site
 * cannot write. */
void sc_hint_application(const struct sc_account *a, const struct sc_facts *f, const char *domain,
                         const struct sc_watch *w);

/* Tells the administrator which PHP-FPM of these domains' sites is not covered, and the way out. */
void sc_hint_fpm(const struct sc_account *a, const struct sc_facts *f, const char *const *domains,
                 size_t n, const struct sc_watch *w);

#endif
