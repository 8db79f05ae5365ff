/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/endings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/vec.h"
#include "core/ending/ending.h"
#include "core/server/server.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for views that end");
}

static bool is_of(const struct sc_ending *e, const char *docroot)
{
    return (e->docroot && strcmp(e->docroot, docroot) == 0) ||
           (e->alias && strcmp(e->alias, docroot) == 0);
}

/* ---- status ---- */

static void add_to(struct sc_status_row *r, uid_t uid, const struct sc_ending *e)
{
    SC_FD int pidfd = -EBADF;
    pid_t keeper;
    int64_t left = e->until - sc_clock_ms();
    r->ending = true;
    r->ending_ms = left > r->ending_ms ? left : r->ending_ms;
    if (sc_ending_keeper(uid, e, &pidfd, &keeper, NULL) == 0)
        r->ending_processes += sc_site_processes(keeper);
}

static int add_row(struct sc_status *st, const char *domain, const char *user,
                   const struct sc_ending *e, struct sc_error *err)
{
    if (!SC_VEC_ROOM(st->v, st->n))
        return no_memory(err);
    struct sc_status_row *r = &st->v[st->n++];
    *r = (struct sc_status_row){.domain = strdup(domain),
                                .user = strdup(user),
                                .docroot = strdup(e->docroot ? e->docroot : "")};
    return r->domain && r->user && r->docroot ? 0 : no_memory(err);
}

static bool has_row(const struct sc_status *st, const char *user, const struct sc_ending *e)
{
    for (size_t i = 0; i < st->n; i++)
        if (strcmp(st->v[i].user, user) == 0 && is_of(e, st->v[i].docroot))
            return true;
    return false;
}

/* The domains of the document root; one without a name where there is none. */
static int add_rows(const struct sc_domain_list *domains, const char *user,
                    const struct sc_ending *e, struct sc_status *st, struct sc_error *err)
{
    int rc = 0;
    size_t before = st->n;
    for (size_t i = 0; rc == 0 && i < domains->n; i++)
        if (is_of(e, domains->rows[i].docroot))
            rc = add_row(st, domains->rows[i].name, user, e, err);
    return rc < 0 || st->n > before ? rc : add_row(st, "", user, e, err);
}

static int of_account(struct sc_server *s, uid_t uid, bool all, struct sc_status *st,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list domains = {0};
    int rc = sc_ending_list(uid, &l, err);
    if (rc == 0 && l.n)
        rc = sc_store_user_by_uid(s->store, uid, &u, err);
    if (rc == SC_E_NOTFOUND)
        return 0; /* the account is just being removed */
    if (rc == 0 && l.n && all)
        rc = sc_store_domains_get(s->store, uid, &domains, err);
    for (size_t i = 0; rc == 0 && i < l.n; i++) {
        if (all && !has_row(st, u.name, &l.v[i]))
            rc = add_rows(&domains, u.name, &l.v[i], st, err);
        for (size_t k = 0; rc == 0 && k < st->n; k++)
            if (strcmp(st->v[k].user, u.name) == 0 &&
                (is_of(&l.v[i], st->v[k].docroot) || (!l.v[i].docroot && !*st->v[k].docroot)))
                add_to(&st->v[k], uid, &l.v[i]);
    }
    return rc;
}

int sc_status_endings(struct sc_server *s, bool all, struct sc_status *st, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int rc = sc_ending_accounts(&uids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = of_account(s, uids[i], all, st, err);
    return rc;
}

/* ---- a user's own ---- */

int sc_user_endings(struct sc_server *s, uid_t uid, struct sc_user_sites *l, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list endings = {0};
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list domains = {0};
    int rc = sc_ending_list(uid, &endings, err);
    if (rc == 0 && endings.n)
        rc = sc_store_domains_get(s->store, uid, &domains, err);
    for (size_t i = 0; rc == 0 && i < domains.n; i++) {
        bool ends = false;
        for (size_t k = 0; k < endings.n; k++)
            ends |= is_of(&endings.v[k], domains.rows[i].docroot);
        if (!ends)
            continue;
        if (!SC_VEC_ROOM(l->ending, l->n_ending) ||
            !(l->ending[l->n_ending] = strdup(domains.rows[i].name)))
            return no_memory(err);
        l->n_ending++;
    }
    return rc;
}
