/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs, in the database. On a server that is new to us that is all: nothing here asks the
 * database for each account. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/follow/internal.h"
#include "core/follow/survey.h"
#include "core/server/panel.h"

#define USERS_A_CHANGE 2000 /* in one transaction, so that no hook waits for long */

#define BULK_MIN 500 /* new accounts for which it pays to prepare the database */

int sc_survey_no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the server's domains");
}

/* One who is new and whose name or uid the database has all the same was another, or came just now:
 * a pass finds out. */
static int store_one(struct sc_server *s, const struct sc_survey *sv, size_t at,
                     struct sc_error *err)
{
    const struct sc_survey_one *o = &sv->v[at];
    SC_FREE struct sc_domain_row *rows = calloc(o->n + 1, sizeof(*rows));
    bool added = false;
    if (!rows)
        return sc_survey_no_memory(err);
    for (size_t i = 0; i < o->n; i++)
        rows[i] = sc_panel_row(sv->by_owner[o->first + i], o->uid);
    if (!o->known) {
        int rc = sc_store_account_add(s->store, o->uid, o->name, o->home, rows, o->n, &added, err);
        sv->pass[at] = rc == 0 && !added;
        return rc;
    }
    int rc = sc_store_user_put(s->store, o->uid, o->name, o->home, err);
    return rc < 0 ? rc : sc_store_domains_replace(s->store, o->uid, rows, o->n, NULL, err);
}

static int by_value(const void *a, const void *b)
{
    uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;
    return x < y ? -1 : x > y;
}

/* Who has to be followed by a pass of his own: sites, or another name until now. */
static int find_passes(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    SC_FREE uid_t *owners = NULL;
    size_t n = 0;
    int rc = sc_store_site_owners(s->store, &owners, &n, err);
    for (size_t i = 0; rc == 0 && i < sv->n; i++) {
        const struct sc_survey_one *o = &sv->v[i];
        sv->pass[i] =
            o->differs && (!o->name || (o->known && strcmp(o->known->name, o->name) != 0) ||
                           (n && bsearch(&o->uid, owners, n, sizeof(*owners), by_value)));
    }
    return rc;
}

/* … or wishes in his home. */
static int add_wishes(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    SC_FREE struct sc_home_owner *v = calloc(sv->n + 1, sizeof(*v));
    size_t n = 0;
    if (!v)
        return sc_survey_no_memory(err);
    for (size_t i = 0; i < sv->n; i++) {
        const struct sc_survey_one *o = &sv->v[i];
        if (o->differs && !sv->pass[i])
            v[n++] = (struct sc_home_owner){o->uid, o->gid, o->home, &sv->pass[i]};
    }
    return sc_follow_wishes(s, v, n, err);
}

static int store_all(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    SC_CLEANUP(sc_store_rollbackp)
    __attribute__((unused)) struct sc_store *transaction = s->store;
    size_t open = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sv->n; i++) {
        if (!sv->v[i].differs || sv->pass[i])
            continue;
        if (open == 0)
            rc = sc_store_begin(s->store, err);
        if (rc == 0)
            rc = store_one(s, sv, i, err);
        if (rc == 0 && ++open == USERS_A_CHANGE) {
            rc = sc_store_commit(s->store, err);
            open = 0;
        }
    }
    return rc < 0 || !open ? rc : sc_store_commit(s->store, err);
}

static size_t new_ones(const struct sc_survey *sv)
{
    size_t n = 0;
    for (size_t i = 0; i < sv->n; i++)
        n += !sv->v[i].known;
    return n;
}

int sc_survey_store(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    bool bulk = new_ones(sv) >= BULK_MIN;
    int rc = find_passes(s, sv, err);
    if (rc == 0)
        rc = add_wishes(s, sv, err);
    if (rc == 0 && bulk)
        rc = sc_store_bulk_begin(s->store, err);
    if (rc == 0)
        rc = store_all(s, sv, err);
    if (bulk)
        sc_store_bulk_end(s->store);
    return rc;
}
