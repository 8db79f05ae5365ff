/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The full pass, and what the daemon watches. Nothing here grows faster than the server: one
 * question to the panel, one reading of passwd and of each table, merged in memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/odd.h"
#include "core/base/cleanup.h"
#include "core/facts/names.h"
#include "core/follow/follow.h"
#include "core/follow/internal.h"
#include "core/follow/survey.h"
#include "core/server/panel.h"

static void survey_done(struct sc_survey *sv)
{
    sc_domains_done(&sv->panel);
    sc_domain_list_done(&sv->known);
    sc_user_list_done(&sv->users);
    free(sv->by_owner);
    sc_survey_accounts_done(&sv->accounts);
    free(sv->v);
    free(sv->pass);
}

static int no_memory(struct sc_error *err)
{
    return sc_survey_no_memory(err);
}

static int by_owner(const void *a, const void *b)
{
    const struct sc_domain *x = *(const struct sc_domain *const *)a,
                           *y = *(const struct sc_domain *const *)b;
    int c = strcmp(x->owner, y->owner);
    return c ? c : strcmp(x->name, y->name);
}

static int by_uid(const void *a, const void *b)
{
    const struct sc_survey_one *x = a, *y = b;
    return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct sc_survey_one *find_one(const struct sc_survey *sv, size_t n, uid_t uid)
{
    const struct sc_survey_one key = {.uid = uid};
    return n ? bsearch(&key, sv->v, n, sizeof(key), by_uid) : NULL;
}

/* The owners that the system knows; then the users of the database. */
static int gather_users(struct sc_survey *sv, struct sc_error *err)
{
    sv->by_owner = calloc(sv->panel.n + 1, sizeof(*sv->by_owner));
    sv->v = calloc(sv->panel.n + sv->users.n + 1, sizeof(*sv->v));
    if (!sv->by_owner || !sv->v)
        return no_memory(err);
    for (size_t i = 0; i < sv->panel.n; i++)
        sv->by_owner[i] = &sv->panel.v[i];
    qsort(sv->by_owner, sv->panel.n, sizeof(*sv->by_owner), by_owner);
    for (size_t i = 0; i < sv->panel.n;) {
        size_t end = i + 1;
        const struct sc_survey_account *a = NULL;
        while (end < sv->panel.n && strcmp(sv->by_owner[end]->owner, sv->by_owner[i]->owner) == 0)
            end++;
        int rc = sc_survey_account_find(&sv->accounts, sv->by_owner[i]->owner, &a, err);
        if (rc < 0)
            return rc;
        if (a)
            sv->v[sv->n++] = (struct sc_survey_one){
                .uid = a->uid, .name = sv->by_owner[i]->owner, .first = i, .n = end - i};
        i = end;
    }
    for (size_t i = 0; i < sv->n; i++) { /* the table of accounts does not grow any more */
        const struct sc_survey_account *a = NULL;
        int rc = sc_survey_account_find(&sv->accounts, sv->v[i].name, &a, err);
        if (rc < 0 || !a)
            return rc < 0 ? rc : sc_error_set(err, SC_E_SYS, "the users change: try again");
        sv->v[i].home = a->home;
        sv->v[i].gid = a->gid;
    }
    qsort(sv->v, sv->n, sizeof(*sv->v), by_uid);
    size_t n = sv->n;
    for (size_t i = 0; i < sv->users.n; i++) {
        const struct sc_user_row *u = &sv->users.rows[i];
        struct sc_survey_one *o = find_one(sv, n, u->uid);
        if (!o) {
            o = &sv->v[sv->n++];
            *o = (struct sc_survey_one){.uid = u->uid, .differs = u->gone};
        }
        o->known = u;
    }
    qsort(sv->v, sv->n, sizeof(*sv->v), by_uid);
    return 0;
}

/* An account without a domain at the panel: whether it is there at all, and who it is. */
static int look_at_rest(struct sc_survey *sv, struct sc_error *err)
{
    for (size_t i = 0; i < sv->n; i++) {
        struct sc_survey_one *o = &sv->v[i];
        const struct sc_survey_account *a = NULL;
        if (o->name || o->known->gone)
            continue;
        int rc = sc_survey_account_find(&sv->accounts, o->known->name, &a, err);
        if (rc < 0)
            return rc;
        if (a && a->uid == o->uid) {
            o->name = a->name;
            o->home = a->home;
            o->gid = a->gid;
        }
    }
    return 0;
}

static struct sc_survey_one *find_owner(const struct sc_survey *sv, const char *owner)
{
    const struct sc_survey_account *a = sc_survey_account_listed(&sv->accounts, owner);
    return a ? find_one(sv, sv->n, a->uid) : NULL;
}

static bool agrees(const struct sc_domain *d, const struct sc_domain_row *r)
{
    const struct sc_domain_row now = sc_panel_row(d, r->uid);
    return sc_domain_row_agrees(&now, r);
}

static void compare(struct sc_survey *sv)
{
    for (size_t i = 0; i < sv->n; i++) {
        struct sc_survey_one *o = &sv->v[i];
        o->differs |= !o->name || !o->known || strcmp(o->name, o->known->name) != 0 ||
                      strcmp(o->home, o->known->home) != 0;
    }
    /* both are sorted by name */
    size_t p = 0, k = 0;
    while (p < sv->panel.n || k < sv->known.n) {
        const struct sc_domain *d = p < sv->panel.n ? &sv->panel.v[p] : NULL;
        const struct sc_domain_row *r = k < sv->known.n ? &sv->known.rows[k] : NULL;
        int c = !d ? 1 : !r ? -1 : strcmp(d->name, r->name);
        struct sc_survey_one *was = c >= 0 ? find_one(sv, sv->n, r->uid) : NULL, *is = NULL;
        p += c <= 0;
        k += c >= 0;
        if (c > 0 && sc_odd_is_place(r->name)) /* the account's own answer may have told it */
            continue;
        if (c == 0 && was && was->name && strcmp(was->name, d->owner) == 0 && agrees(d, r))
            continue;
        if (was)
            was->differs = true;
        is = c <= 0 ? find_owner(sv, d->owner) : NULL;
        if (is)
            is->differs = true;
    }
}

/* Names that have been missing for too long: with sites a pass decides, else they are forgotten. */
static int look_at_missed(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int64_t now = sc_server_now(s), then = now - SC_MISSED_MAX_S;
    int rc = sc_store_missed_users(s->store, then, &uids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct sc_survey_one *o = find_one(sv, sv->n, uids[i]);
        bool isolated = false;
        rc = sc_store_user_isolated(s->store, uids[i], &isolated, err);
        if (rc == 0 && isolated && o)
            sv->pass[o - sv->v] = true;
        else if (rc == 0)
            rc = sc_store_missed_note(s->store, uids[i], NULL, 0, now, then, err);
    }
    return rc;
}

/* Sites whose time to learn is over, or whose recorder was killed: a pass sees to it. */
static int look_at_learning(struct sc_server *s, struct sc_survey *sv, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int rc = sc_store_learning_users(s->store, &uids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct sc_survey_one *o = find_one(sv, sv->n, uids[i]);
        if (o)
            sv->pass[o - sv->v] = true;
    }
    return rc;
}

int sc_follow_survey(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                     size_t *ret_domains, size_t *ret_users, struct sc_error *err)
{
    SC_CLEANUP(survey_done) struct sc_survey sv = {0};
    /* first: what is changed while the panel answers is seen by the next pass */
    int rc = sc_store_users_get(s->store, false, &sv.users, err);
    if (rc == 0)
        rc = sc_panel_all(s, &sv.panel, err);
    if (rc == 0)
        rc = sc_store_domains_all(s->store, &sv.known, err);
    size_t told = sv.panel.n;
    if (rc == 0)
        rc = sc_survey_odd(&sv.panel, &sv.users, &sv.known, err);
    if (rc == 0)
        rc = sc_survey_accounts_read(&sv.accounts, err);
    if (rc == 0)
        rc = gather_users(&sv, err);
    size_t owners = 0;
    for (size_t i = 0; i < sv.n; i++)
        owners += sv.v[i].n > 0;
    if (rc == 0)
        rc = look_at_rest(&sv, err);
    sv.pass = calloc(sv.n + 1, sizeof(*sv.pass));
    if (rc == 0 && !sv.pass)
        rc = no_memory(err);
    if (rc == 0) {
        compare(&sv);
        rc = sc_survey_store(s, &sv, err);
    }
    if (rc == 0)
        rc = look_at_missed(s, &sv, err);
    if (rc == 0)
        rc = look_at_learning(s, &sv, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < sv.n; i++)
        if (sv.pass[i])
            found(sv.v[i].known ? sv.v[i].known->name : sv.v[i].name, arg);
    if (ret_domains)
        *ret_domains = told;
    if (ret_users)
        *ret_users = owners;
    return 0;
}
