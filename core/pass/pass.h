/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one loop: what is and what is wanted (facts) → what should be (plan) → compared with what is
 * made → applied. For one account at a time, whose lock the caller holds. */
#ifndef SC_PASS_PASS_H
#define SC_PASS_PASS_H

#include "core/base/error.h"
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* A further path that a domain is given. */
struct sc_grant {
    const char *domain;
    const char *rel; /* below the home */
    bool rw;
};

/* Changes of the user's configuration that go with a pass. Names are canonical. */
struct sc_wish {
    const char *const *enable;
    size_t n_enable;
    const struct sc_grant *grants; /* with enable */
    size_t n_grants;
    const char *const *disable;
    size_t n_disable;
    bool disable_all;
    const char *const *learn; /* what they use is recorded (core/learn) */
    size_t n_learn;
    int64_t learn_until; /* 0: no more */
    bool end_processes;  /* of all isolated sites: remount */
    enum sc_home
        home; /* of those that it enables; where it enables none, of all that are isolated */
};

/* Asks the panel, brings the account's identity in line (core/pass/identify.h), gathers its facts
 * (core/facts/gather.h, with its errors). The caller holds the account's lock. `heard`: what
 * was asked before that; its content is taken; NULL. sc_facts_done() *ret. */
int sc_pass_gather(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                   struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err);

/* The same where sc_pass_check() follows: what the sites use is looked for then, for the sites that there
 * will be. */
int sc_pass_begin(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                  struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err);

/* Checks that the wish can be done, changing nothing; with facts gathered by the caller, whose
 * configuration it changes in memory. SC_E_NOTFOUND, SC_E_INVAL with the domain named. */
int sc_pass_check(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err);

/* Makes the account be as the facts (after sc_pass_check) say: configuration file, database,
 * runtime state, running sites. Killed at any point, the next pass over the account completes
 * it. SC_E_LATE: somebody holds a site's view for longer than the server waits for locks, or what runs in
 * it does not end; the text names it, and all that does not need it is done. */
int sc_pass_apply(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err);

/* Only the steps for what had to wait for the end of a view, with what the last pass wrote into the
 * database. *ret_other: that is not what the facts say, and nothing was done. */
int sc_pass_clean(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  bool *ret_other, struct sc_error *err);

/* A pass without a wish: gathers and applies. */
int sc_pass_user(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                 struct sc_error *err);

/* A pass over one account because of what was left of it, or sc_pass_forget() where it is no more and
 * the panel agrees; waits at most so long for others' changes. SC_E_BUSY; other errors are in the
 * account's state, too (stale). */
int sc_pass_complete(struct sc_server *s, uid_t uid, int wait_ms, struct sc_error *err);

/* What a pass left because requests ran in views of before, which have ended by now: runtime files,
 * storage and control groups of sites that are none any more. Does not ask the panel. It is a pass
 * where one is needed for another reason: the last one failed or was cut short, the account is
 * another by now, what is wanted is not what was made. Errors as sc_pass_complete(). */
int sc_pass_clean_up(struct sc_server *s, uid_t uid, int wait_ms, struct sc_error *err);

/* Completes what killed commands left (database table `pending`). What cannot be completed now
 * stays marked. */
void sc_pass_pending(struct sc_server *s);

#endif
