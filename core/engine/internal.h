/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that make up the engine's calls. */
#ifndef SC_ENGINE_INTERNAL_H
#define SC_ENGINE_INTERNAL_H

#include "core/config/domains_config.h"
#include "core/engine/engine.h"
#include "core/pass/pass.h"

/* One account of a call: locked, with its facts and what it is asked to become. */
struct sc_job {
    struct sc_account account;
    struct sc_facts facts;
    struct sc_wish wish;
    const char **names; /* what the wish points to */
};

struct sc_look;

struct sc_jobs {
    struct sc_job *v;
    size_t n;
    struct sc_look *look; /* sc_jobs_run() begins it before it changes anything; NULL */
    bool by_user;         /* the account itself asks, for the log; else root */
    const char *
        what; /* "limits", "home", "paths": what is changed of `of`, for the log; NULL: the wish says it */
    const char *of;
};

void sc_jobs_done(struct sc_jobs *jobs);

/* What was asked before the jobs were opened, of accounts by their owners. */
struct sc_answers {
    struct sc_answer {
        const char *owner; /* in heard.domains */
        struct sc_heard heard;
    } * v;
    size_t n;
};

void sc_answers_done(struct sc_answers *l);

/* Locks the accounts of these users (in the order of their uids, so that two calls never wait for
 * each other) and gathers their facts. Users named twice are one job. `answers` (may
 * be NULL): their contents are taken. */
int sc_jobs_open(struct sc_server *s, const char *const *users, size_t n, enum sc_facts_how how,
                 struct sc_answers *answers, struct sc_jobs *ret, struct sc_error *err);

/* Puts to the names that j->wish disables the other isolated names of their sites, and adds them to
 * *others, which must live as long as the job. SC_E_NOMEM. */
int sc_job_widen(struct sc_job *j, struct sc_names *others, struct sc_error *err);

/* SC_E_NOTENABLED: the feature is off; the text is for the administrator. */
int sc_engine_feature_on(const struct sc_server *s, struct sc_error *err);

/* The home that the jobs' sites get (struct sc_wish). */
void sc_jobs_home(struct sc_jobs *jobs, enum sc_home home);

/* sc_pass_check() of all, then sc_pass_apply() of each, telling the progress. */
int sc_jobs_run(struct sc_server *s, struct sc_jobs *jobs, const struct sc_watch *w,
                struct sc_error *err);

/* Adds the row of the domain `name` of that account to *st, with the account's notes. `site`: 0 where it is
 * not isolated; `docroot`: as the panel says it, for those that are not. */
struct sc_user_row;
int sc_status_add(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                  const char *name, const struct sc_user_row *u, unsigned site, const char *docroot,
                  struct sc_error *err);

/* The isolated site at that document root of the account, whose isolated names these are; 0: there is none. */
int sc_engine_site_at(struct sc_server *s, uid_t uid, const struct sc_isolated_list *names,
                      const char *docroot, unsigned *ret, struct sc_error *err);

/* The same for a domain that the panel has, and that the database has not, or not as isolated: it may be another
 * name of an isolated site. */
struct sc_domain;
int sc_status_of_told(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                      const struct sc_domain *d, struct sc_error *err);

/* The status of one domain, as sc_engine_status() has it, but what killed commands left is not
 * finished first. */
int sc_status_one(struct sc_server *s, const char *domain, struct sc_status *ret,
                  struct sc_error *err);

/* The limits of a site as they were last applied; none when it has none. */
int sc_stored_limits(struct sc_server *s, unsigned id, const char *home, struct sc_limits *ret,
                     struct sc_error *err);

#endif
