/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an account's events tell anything that the last pass did not act on. */
#ifndef SC_FOLLOW_NEWS_H
#define SC_FOLLOW_NEWS_H

#include "core/facts/facts.h"
#include "core/server/server.h"
#include "db/store.h"

/* The account as the system has it, and the events that can be about it. */
struct sc_news_account {
    uid_t uid;
    gid_t gid;
    const char *user, *home;
    const struct sc_event_list *hints; /* sc_store_events_about() */
};

/* Asks the panel (*heard is its answer) and compares it with the database. *ret_before: the
 * database's domains. *ret_news false: the events are about domains alone, and each is told by what
 * the last pass has seen, or is not so yet; that pass succeeded, the user's ~/.lve/domains.json is the
 * one that it acted on, and the panel's answer is the same. The panel is not asked where there is no
 * event. In doubt true. The account need not be locked. Errors of the panel and the database. */
int sc_follow_news(struct sc_server *s, const struct sc_news_account *a, struct sc_heard *heard,
                   struct sc_domain_list *ret_before, bool *ret_news, struct sc_error *err);

/* Pure: whether one of the events is more than a repetition, where the panel lists what was known.
 * `isolated`, `missed`: of the account. `pools`: PHP-FPM has pools of it, for which a domain that
 * is created may matter also when it is known. */
bool sc_events_tell(const struct sc_event_list *events, const struct sc_domain_list *known,
                    const struct sc_isolated_list *isolated, const struct sc_missed_list *missed,
                    bool pools);

#endif
