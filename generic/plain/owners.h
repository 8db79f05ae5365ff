/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a document root is, on a server where nobody says it: its owner's, where it lies below his
 * home. */
#ifndef SC_GENERIC_PLAIN_OWNERS_H
#define SC_GENERIC_PLAIN_OWNERS_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_plain_account {
    char *user, *home;
    uid_t uid;
};

struct sc_plain_owners {
    struct sc_plain_account *v; /* people's accounts, sorted by home */
    size_t n;
};
#define SC_PLAIN_OWNERS __attribute__((cleanup(sc_plain_owners_done)))
void sc_plain_owners_done(struct sc_plain_owners *o);

/* Those of the system, with a prefix those of PREFIX/etc/passwd. SC_E_SYS, SC_E_NOMEM. */
int sc_plain_owners_load(const char *prefix, struct sc_plain_owners *ret, struct sc_error *err);

/* The account of a document root (clean, absolute). *ret NULL, and *ret_why (static text, to be read
 * after the path): it is no account's. What is missing or cannot be looked at is the account's in
 * whose home it would lie. Links are followed as far as they stay in the home. */
int sc_plain_owner(const struct sc_plain_owners *o, const char *docroot,
                   const struct sc_plain_account **ret, const char **ret_why, struct sc_error *err);

#endif
