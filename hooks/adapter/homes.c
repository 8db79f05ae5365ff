/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/homes.h"

#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/base/vec.h"

static void drop(struct sc_home_of *h)
{
    free(h->user);
    free(h->home);
}

void sc_homes_done(struct sc_homes *h)
{
    SC_VEC_DONE(h->v, h->n, drop);
    *h = (struct sc_homes){0};
}

static int by_user(const void *a, const void *b)
{
    return strcmp(((const struct sc_home_of *)a)->user, ((const struct sc_home_of *)b)->user);
}

/* A home that is no absolute path is no place for a site. */
static int add(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct sc_homes *h = arg;
    if (!pw->pw_dir || pw->pw_dir[0] != '/')
        return 0;
    struct sc_home_of e = {strdup(pw->pw_name), strdup(pw->pw_dir), pw->pw_uid, pw->pw_gid};
    if (!e.user || !e.home || !SC_VEC_ROOM(h->v, h->n)) {
        drop(&e);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the system's users");
    }
    h->v[h->n++] = e;
    return 0;
}

int sc_homes_load(const char *prefix, bool all, struct sc_homes *ret, struct sc_error *err)
{
    SC_HOMES_LIST struct sc_homes h = {.prefix = prefix};
    int rc = prefix[0] ? sc_users_in_file(prefix, add, &h, err)
             : all     ? sc_users_each(add, &h, err)
                       : 0;
    if (rc < 0)
        return rc;
    if (h.n)
        qsort(h.v, h.n, sizeof(*h.v), by_user);
    SC_MOVE(ret, &h);
    return 0;
}

static const struct sc_home_of *find(const struct sc_homes *h, const char *user)
{
    const struct sc_home_of key = {.user = (char *)(uintptr_t)user};
    return h->n ? bsearch(&key, h->v, h->n, sizeof(*h->v), by_user) : NULL;
}

int sc_home_of(struct sc_homes *h, const char *user, const struct sc_home_of **ret,
               struct sc_error *err)
{
    *ret = find(h, user);
    if (*ret || h->prefix[0])
        return 0;
    SC_CLEANUP(sc_user_done) struct sc_user known = {0};
    int rc = sc_user_by_name(user, &known, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    const struct passwd pw = {
        .pw_name = known.name, .pw_dir = known.home, .pw_uid = known.uid, .pw_gid = known.gid};
    rc = add(&pw, h, err);
    if (rc == 0 && h->n)
        qsort(h->v, h->n, sizeof(*h->v), by_user);
    *ret = find(h, user);
    return rc;
}
