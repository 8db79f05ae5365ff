/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overviews of many accounts: the panel is asked once. */
#include "core/engine/overview.h"

#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/server/panel.h"
#include "core/server/server.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an overview");
}

void sc_overviews_done(struct sc_overviews *l)
{
    SC_VEC_DONE(l->v, l->n, sc_overview_done);
    *l = (struct sc_overviews){0};
}

static int add(struct sc_server *s, struct sc_overview_server *server,
               const struct sc_domains *panel, uid_t uid, struct sc_overviews *l,
               struct sc_error *err)
{
    const struct sc_overview_of of = {.uid = uid, .panel = panel};
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    l->v[l->n] = (struct sc_overview){0};
    int rc = sc_overview_look(s, server, &of, &l->v[l->n], err);
    l->n += rc == 0;
    return rc;
}

static int by_uid(const void *a, const void *b)
{
    uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;
    return (x > y) - (x < y);
}

static int by_user(const void *a, const void *b)
{
    return strcmp(((const struct sc_overview *)a)->user, ((const struct sc_overview *)b)->user);
}

struct uids {
    uid_t *v;
    size_t n;
};

static void uids_done(struct uids *l)
{
    free(l->v);
}

/* The owners of domains; one whom the system does not know has no account to look at. */
static int add_owners(const struct sc_domains *told, struct uids *l, struct sc_error *err)
{
    const char *last = "";
    for (size_t i = 0; i < told->n; i++) {
        uid_t uid;
        if (strcmp(told->v[i].owner, last) == 0)
            continue;
        last = told->v[i].owner;
        int rc = sc_account_uid(last, &uid, err);
        if (rc == SC_E_NOTFOUND || (rc == 0 && uid == 0))
            continue;
        if (rc < 0)
            return rc;
        if (!SC_VEC_ROOM(l->v, l->n))
            return no_memory(err);
        l->v[l->n++] = uid;
    }
    return 0;
}

static int add_stored(struct sc_server *s, struct uids *l, struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = sc_store_users_get(s->store, true, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++) {
        if (users.rows[i].gone || sc_account_uid_exists(users.rows[i].uid, NULL) != 1)
            continue;
        if (!SC_VEC_ROOM(l->v, l->n))
            return no_memory(err);
        l->v[l->n++] = users.rows[i].uid;
    }
    return rc;
}

/* One that was removed while others were looked at is none of them any more. */
static int add_if_there(struct sc_server *s, struct sc_overview_server *server,
                        const struct sc_domains *told, uid_t uid, struct sc_overviews *l,
                        struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = add(s, server, told, uid, l, &why);
    if (rc == SC_E_INVAL && sc_account_uid_exists(uid, NULL) == 0)
        return 0;
    if (rc < 0 && err)
        *err = why;
    return rc;
}

static int of_all(struct sc_server *s, struct sc_overview_server *server, struct sc_overviews *l,
                  struct sc_error *err)
{
    SC_DOMAINS struct sc_domains told = SC_DOMAINS_INIT;
    SC_CLEANUP(uids_done) struct uids uids = {0};
    int rc = sc_panel_all(s, &told, err);
    if (rc == 0)
        rc = add_owners(&told, &uids, err);
    if (rc == 0)
        rc = add_stored(s, &uids, err);
    if (rc == 0 && uids.n)
        qsort(uids.v, uids.n, sizeof(*uids.v), by_uid);
    for (size_t i = 0; rc == 0 && i < uids.n; i++)
        if (i == 0 || uids.v[i] != uids.v[i - 1])
            rc = add_if_there(s, server, &told, uids.v[i], l, err);
    return rc;
}

int sc_overview_accounts(struct sc_server *s, struct sc_overview_server *server,
                         const char *const *users, size_t n, struct sc_overviews *ret,
                         struct sc_error *err)
{
    SC_CLEANUP(sc_overviews_done) struct sc_overviews l = {0};
    int rc = n ? 0 : of_all(s, server, &l, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uid_t uid;
        rc = sc_account_uid(users[i], &uid, err);
        if (rc == 0)
            rc = add(s, server, NULL, uid, &l, err);
    }
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_user);
    SC_MOVE(ret, &l);
    return 0;
}
