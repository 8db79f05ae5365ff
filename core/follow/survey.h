/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The full pass: what it found, and what it does in the database about it. */
#ifndef SC_FOLLOW_SURVEY_H
#define SC_FOLLOW_SURVEY_H

#include <stdbool.h>
#include "core/follow/survey_accounts.h"
#include "core/server/panel.h"
#include "core/server/server.h"
#include "db/store.h"

struct sc_survey_one { /* an account that the panel or the database knows */
    uid_t uid;
    gid_t gid;
    const char *name;                /* the panel's and the system's; NULL: not there */
    const char *home;                /* as passwd says */
    const struct sc_user_row *known; /* the database's; NULL */
    size_t first, n;                 /* its domains, in survey.by_owner */
    bool differs;
};

struct sc_survey {
    struct sc_domains panel;
    struct sc_domain_list known;
    struct sc_user_list users; /* by uid */
    const struct sc_domain **by_owner;
    struct sc_survey_accounts accounts;
    struct sc_survey_one *v; /* by uid */
    bool *pass;              /* per account of v: it needs one */
    size_t n;
};

/* SC_E_NOMEM. */
int sc_survey_no_memory(struct sc_error *err);

/* Brings what differs up to date in the database, in a few changes; accounts that need a pass (sites,
 * a name or uid that was another's, wishes in the home) are left to it, and get sv->pass. Errors of the
 * database; SC_E_NOMEM. */
int sc_survey_store(struct sc_server *s, struct sc_survey *sv, struct sc_error *err);

#endif
