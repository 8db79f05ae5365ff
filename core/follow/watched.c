/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon lives for, and what it watches: from the database alone. */
#include <stdlib.h>
#include "core/base/vec.h"
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/facts/led.h"
#include "core/follow/follow.h"
#include "core/server/server.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what is watched");
}

int sc_follow_any_isolated(struct sc_server *s, bool *ret, struct sc_error *err)
{
    return sc_store_user_isolated(s->store, (uid_t)-1, ret, err);
}

static void watched_account_done(struct sc_watched_account *a)
{
    free(a->user);
    free(a->home);
    sc_strings_free(a->paths, a->n_paths);
}

void sc_watched_done(struct sc_watched *w)
{
    SC_VEC_DONE(w->v, w->n, watched_account_done);
    *w = (struct sc_watched){0};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void each_once(struct sc_watched_account *a)
{
    size_t kept = 0;
    if (a->n_paths)
        qsort(a->paths, a->n_paths, sizeof(*a->paths), by_text);
    for (size_t i = 0; i < a->n_paths; i++)
        if (kept && strcmp(a->paths[kept - 1], a->paths[i]) == 0)
            free(a->paths[i]);
        else
            a->paths[kept++] = a->paths[i];
    a->n_paths = kept;
}

static int watch(struct sc_server *s, const struct sc_user_row *u, struct sc_watched_account *a,
                 struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list domains = {0};
    int rc = sc_account_passwd(u->uid, &a->user, &a->gid, &a->home, err);
    if (rc == 0)
        rc = sc_store_domains_get(s->store, u->uid, &domains, err);
    if (rc < 0)
        return rc;
    a->uid = u->uid;
    for (size_t i = 0; i < domains.n; i++) {
        if (!SC_VEC_ROOM(a->paths, a->n_paths))
            return no_memory(err);
        a->paths[a->n_paths++] = (char *)(uintptr_t)domains.rows[i].docroot;
        domains.rows[i].docroot = NULL; /* the row's text changes hands */
    }
    rc = sc_facts_led_ways(s->store, u->uid, a->home, &a->paths, &a->n_paths, err);
    if (rc == 0)
        each_once(a);
    return rc;
}

int sc_follow_watched(struct sc_server *s, uid_t uid, struct sc_watched *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    int rc = sc_store_users_get(s->store, true, &users, err);
    if (rc < 0)
        return rc;
    w.v = calloc(users.n ? users.n : 1, sizeof(*w.v));
    if (!w.v)
        return no_memory(err);
    for (size_t i = 0; i < users.n; i++) {
        if (uid != (uid_t)-1 && users.rows[i].uid != uid)
            continue;
        rc = watch(s, &users.rows[i], &w.v[w.n], err);
        if (rc == SC_E_NOTFOUND) { /* the account no longer exists */
            watched_account_done(&w.v[w.n]);
            w.v[w.n] = (struct sc_watched_account){0};
            continue;
        }
        w.n++;
        if (rc < 0)
            return rc;
    }
    SC_MOVE(ret, &w);
    return 0;
}
