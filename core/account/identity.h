/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which account is it? Names and uids are given again: an account whose name or uid changed keeps
 * what it has, one that got another's name or uid inherits nothing. The proof is a site's storage
 * in the home (a directory with a random name, which only its account has), then what the panel
 * told. Only looks: who acts on the verdict is core/pass/identify.h. */
#ifndef SC_ACCOUNT_IDENTITY_H
#define SC_ACCOUNT_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "core/server/server.h"
#include "db/store.h"

struct sc_identity { /* borrowed: an account as the system knows it now */
    uid_t uid;
    gid_t gid;
    const char *user;
    const char *home; /* as passwd says it */
    int homefd;       /* < 0: not opened, as there are no sites to look for */
    const struct sc_event_list *hints;
    const struct sc_domains *panel; /* its domains now; NULL: not known */
};

/* What became of the account that a row of the database is about. */
enum sc_identity_is {
    SC_IDENTITY_SAME,     /* nothing */
    SC_IDENTITY_RENAMED,  /* it has another name now, and the same uid */
    SC_IDENTITY_MOVED,    /* it has another uid now: its sites follow, what was made ends */
    SC_IDENTITY_ANOTHERS, /* it is no more: what was made for it ends, nobody inherits */
};

/* What becomes of the policy's exceptions for a name. */
enum sc_identity_policy {
    SC_IDENTITY_KEEPS,   /* they stay */
    SC_IDENTITY_FOLLOWS, /* they become the new name's */
    SC_IDENTITY_ENDS     /* they go */
};

/* A row whose account is not, or not by that name and uid, the one that has them now. */
struct sc_finding {
    enum sc_identity_is is;
    enum sc_identity_policy policy;
    uid_t uid; /* the row's; for MOVED and ANOTHERS of another uid than the one asked about: no
                  account has it */
    uid_t now; /* the account's uid now: RENAMED, MOVED */
    char *name;
    char *now_name; /* and its name and home: RENAMED, MOVED; the name where the policy follows */
    char *now_home;
};

struct sc_verdict { /* in the order in which it is to be acted on */
    struct sc_finding *v;
    size_t n; /* 0: the account is the one that the database knows, or is new */
};

void sc_verdict_done(struct sc_verdict *v);

/* The account `uid` had another name or uid until now. */
bool sc_verdict_renamed(const struct sc_verdict *v, uid_t uid);

/* Reads the database, and the home of an account with sites; writes nothing. To be acted on only
 * with the account's lock held. SC_E_SYS: it could not be found out, nothing may be concluded. */
int sc_identity_look(const struct sc_server *s, const struct sc_identity *me,
                     struct sc_verdict *ret, struct sc_error *err);

/* Whether the account's sites, or those of an account that it may have been, are in the
 * database. */
int sc_identity_has_claim(const struct sc_server *s, uid_t uid, const char *user,
                          const struct sc_event_list *hints, bool *ret, struct sc_error *err);

/* An event about a user that the system has followed, for the account that it is about now. */
bool sc_identity_agrees(const struct sc_event_row *e, uid_t uid, const char *user);

/* ---- the judgement alone: pure ---- */

/* The last word of the events about what became of a name. */
enum sc_told {
    SC_TOLD_NOTHING,
    SC_TOLD_RENAMED, /* to `now`, maybe over other names */
    SC_TOLD_DELETED
};

enum sc_told sc_identity_told(const struct sc_event_list *hints, const char *old, const char *now);

struct sc_clues {
    enum sc_told told;
    bool sites;     /* the row has sites */
    bool storage;   /* the storage of one of them is in the home */
    bool same_home; /* the home is the one of the row */
    bool shares;    /* the panel lists one of the row's domains, or could not be asked */
};

/* Whether who has the row's uid now is the account that the row is about. */
bool sc_identity_is_same(const struct sc_clues *c);

#endif
