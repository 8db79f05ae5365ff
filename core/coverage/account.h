/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sites of an account as the database knows them, for the judgement; and keeping what was
 * judged, so that lists need not look again. Need root. */
#ifndef SC_COVERAGE_ACCOUNT_H
#define SC_COVERAGE_ACCOUNT_H

#include <stdint.h>
#include "core/base/paths.h"
#include "core/coverage/coverage.h"
#include "db/store.h"

struct sc_cover_domain {
    char *name, *text, *real; /* the panel's text of its document root, and what it resolves to */
    unsigned id;              /* of its site; 0: not isolated */
};

struct sc_cover_account {
    uid_t uid;
    gid_t gid;
    char *user, *home, *home_real;
    struct sc_cover_domain *v;
    size_t n;
};

void sc_cover_account_done(struct sc_cover_account *a);

/* SC_E_NOTFOUND: the database or the system does not know the account. */
int sc_cover_account_load(struct sc_store *store, uid_t uid, struct sc_cover_account *ret,
                          struct sc_error *err);

/* A domain that the database does not have yet, or has otherwise. SC_E_NOMEM. */
int sc_cover_account_add(struct sc_cover_account *a, const char *name, const char *text,
                         struct sc_error *err);

/* The verdict of one of its domains. SC_E_NOTFOUND. */
int sc_cover_account_judge(struct sc_cover_server *server, const struct sc_cover_account *a,
                           const char *name, struct sc_cover_verdict *ret, struct sc_error *err);

/* One of its domains as a site; what it points to is the account's and `lists`'. */
struct sc_cover_lists {
    const char **texts, **names, **docroots, **isolated;
    size_t n_texts, n_names, n_docroots, n_isolated;
    const char *homes[2];
    char *alias; /* the document root by the other name of the home */
};
void sc_cover_lists_done(struct sc_cover_lists *l);
int sc_cover_account_site(const struct sc_cover_account *a, const struct sc_cover_domain *of,
                          struct sc_cover_lists *lists, struct sc_cover_site *ret,
                          struct sc_error *err);

/* ---- what was judged ---- */

struct sc_cover_record {
    unsigned id; /* of an isolated site */
    enum sc_coverage is;
    char *text;
};

struct sc_cover_records {
    struct sc_cover_record *v;
    size_t n;
    struct sc_cover_record unknown; /* sc_cover_records_told(); its text is NULL otherwise */
};

void sc_cover_records_done(struct sc_cover_records *r);

/* None, where nothing was judged yet. A damaged file is SC_E_INVAL. */
int sc_cover_records_load(uid_t uid, struct sc_cover_records *ret, struct sc_error *err);

/* For lists of many accounts: where the file cannot be read each site of this one is unverified, with the reason and the way
 * out. SC_E_NOMEM. */
int sc_cover_records_told(uid_t uid, const char *user, struct sc_cover_records *ret,
                          struct sc_error *err);

/* Removes what a command left that was killed while it kept verdicts; what cannot be removed now
 * stays for the next time. */
void sc_cover_records_recover(void);

/* Removes what is kept of the account, and its lock: the account is no more. SC_E_SYS. */
int sc_cover_records_forget(uid_t uid, struct sc_error *err);

/* NULL: nothing is known of it. */
const struct sc_cover_record *sc_cover_record_of(const struct sc_cover_records *r, unsigned id);

/* Judges the isolated sites of the account and keeps the verdicts; forgets those of sites that are
 * isolated no more. Writes only what differs. *ret_other (may be NULL): a site that was judged before
 * is judged otherwise. */
int sc_cover_account_keep(struct sc_store *store, struct sc_cover_server *server, uid_t uid,
                          bool *ret_other, struct sc_error *err);

#endif
