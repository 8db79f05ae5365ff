/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's accounts, for the full pass: passwd is read once, and what is not listed as a whole
 * (LDAP) is asked for the single one. */
#ifndef SC_FOLLOW_SURVEY_ACCOUNTS_H
#define SC_FOLLOW_SURVEY_ACCOUNTS_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_survey_account {
    char *name, *home;
    uid_t uid; /* never root's */
    gid_t gid;
};

struct sc_survey_accounts {
    struct sc_survey_account *v; /* by name */
    size_t n;
};

void sc_survey_accounts_done(struct sc_survey_accounts *l);

/* All that passwd lists. SC_E_SYS, SC_E_NOMEM. */
int sc_survey_accounts_read(struct sc_survey_accounts *ret, struct sc_error *err);

/* The listed one of that name; NULL. */
const struct sc_survey_account *sc_survey_account_listed(const struct sc_survey_accounts *l,
                                                         const char *name);

/* The same; one that is not listed is looked up and added, and pointers to others hold no longer.
 * *ret NULL: the system has none of that name, or it is root. SC_E_SYS, SC_E_NOMEM. */
int sc_survey_account_find(struct sc_survey_accounts *l, const char *name,
                           const struct sc_survey_account **ret, struct sc_error *err);

#endif
