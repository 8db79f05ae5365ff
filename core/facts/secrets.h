/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a home no site sees: keys, mail, histories, backups, the product's own state. */
#ifndef SC_FACTS_SECRETS_H
#define SC_FACTS_SECRETS_H

#include "core/base/error.h"
#include "core/plan/plan.h"
#include "core/account/account.h"

/* Files in here add to the built-in list: a line each, a name below the home (patterns as in
 * fnmatch(3) for its last part) or an absolute path below it; '#' begins a comment. */
#define SC_SECRETS_DIR "/etc/cagefs/empty.dirs"

struct sc_secrets {
    struct sc_plan_secret *v; /* what exists now */
    size_t n;
};

void sc_secrets_done(struct sc_secrets *s);

/* Looks with the user's rights. Needs root. */
int sc_secrets_find(const struct sc_account *a, struct sc_secrets *ret, struct sc_error *err);

#endif
