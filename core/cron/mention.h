/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site does the command of a crontab entry name? Pure but for the caller's `resolve`. */
#ifndef SC_CRON_MENTION_H
#define SC_CRON_MENTION_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

/* A document root of the account, isolated or not. */
struct sc_cron_site {
    const char *docroot;        /* absolute, canonical; of a missing one, as the panel says it */
    const char *const *aliases; /* other names of it */
    size_t n_aliases;
    const char *token; /* "" when it has none */
    bool isolated;     /* is, or should be and cannot: its entries must not run elsewhere */
};

struct sc_cron_account {
    const char *user;
    const char *home;       /* absolute, canonical */
    const char *home_alias; /* as passwd says it; may be NULL */
    const struct sc_cron_site *sites;
    size_t n_sites;
    /* Where a path below the home really lies; a string for the caller to free(), or NULL. May be
     * NULL: links are not followed. */
    char *(*resolve)(void *arg, const char *path);
    void *arg;
};

struct sc_cron_name { /* one name of a document root */
    const char *path;
    size_t len;
    const struct sc_cron_site *site;
};

/* A variable that the crontab has set so far. */
struct sc_cron_var {
    char *name, *value;
};

#define SC_CRON_VARS_MAX 256u

struct sc_cron_names {
    const struct sc_cron_account *account;
    struct sc_cron_name *v; /* sorted */
    size_t n;
    struct sc_cron_var vars[SC_CRON_VARS_MAX];
    size_t n_vars;
    unsigned resolved; /* how often `resolve` was asked: it has a limit */
};

int sc_cron_names_init(struct sc_cron_names *n, const struct sc_cron_account *a,
                       struct sc_error *err);
void sc_cron_names_done(struct sc_cron_names *n);

/* A later setting of a name replaces the earlier one. SC_E_NOMEM. */
int sc_cron_names_set(struct sc_cron_names *n, const char *name, const char *value,
                      struct sc_error *err);

/* The isolated site of the first path in the entry that lies in one; NULL: none. A path is looked
 * for at the beginning of each word, quoted or not, and behind '=', ':' and the like; it is
 * absolute, begins with ~, $HOME or another variable of the crontab, or is relative to the home or
 * to the last `cd` and has a '/'. The deepest document root decides whose it is, so a path in a
 * site that is not isolated does not count, though it lies below one that is. SC_E_TOOBIG,
 * SC_E_NOMEM. */
int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err);

#endif
