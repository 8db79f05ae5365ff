/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that follow panels and homes. */
#ifndef SC_FOLLOW_INTERNAL_H
#define SC_FOLLOW_INTERNAL_H

#include "core/follow/follow.h"
#include "core/pass/pass.h"

/* Whether the home has a configuration: it came, or came back, with what its user wanted. False
 * where isolation is switched off. */
bool sc_follow_has_wishes(struct sc_server *s, uid_t uid, gid_t gid, const char *home);

struct sc_home_owner {
    uid_t uid;
    gid_t gid;
    const char *home;
    bool *wishes;
};

/* The same for many homes, in a process that may hang in one of them (a file system whose server has
 * died): *wishes is set for each that has some, and for each that does not answer. SC_E_SYS. */
int sc_follow_wishes(struct sc_server *s, const struct sc_home_owner *v, size_t n,
                     struct sc_error *err);

/* The panel's answer and what was known before it, against the events: what is awaited is in *f.
 * SC_E_NOMEM. */
int sc_follow_judge(const struct sc_event_list *events, const struct sc_domain_list *before,
                    const struct sc_domains *panel, struct sc_follow *f, struct sc_error *err);

/* The account that has this uid now, with its events. `alone`: nothing else asks for a look.
 * SC_E_NOTFOUND: there is none. */
int sc_follow_one(struct sc_server *s, uid_t uid, const struct sc_event_list *events, bool alone,
                  struct sc_follow *ret, struct sc_error *err);

/* Events without a user: the accounts that have, or had, the domains which they name. */
int sc_follow_nobodys(struct sc_server *s, const struct sc_event_list *events,
                      struct sc_follow *ret, struct sc_error *err);

/* What the odd entries of the panel's answer for all mean for the accounts that the database has
 * (core/account/odd.h): adds it to `panel`. */
int sc_survey_odd(struct sc_domains *panel, const struct sc_user_list *users,
                  const struct sc_domain_list *known, struct sc_error *err);

#endif
