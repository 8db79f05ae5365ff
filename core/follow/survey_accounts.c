/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/follow/survey_accounts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/base/vec.h"

void sc_survey_accounts_done(struct sc_survey_accounts *l)
{
    for (size_t i = 0; i < l->n; i++)
        SC_FREE_ALL(l->v[i].name, l->v[i].home);
    free(l->v);
    *l = (struct sc_survey_accounts){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the server's accounts");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_survey_account *)a)->name,
                  ((const struct sc_survey_account *)b)->name);
}

static void sort(struct sc_survey_accounts *l)
{
    if (l->n)
        qsort(l->v, l->n, sizeof(*l->v), by_name);
}

static int add(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct sc_survey_accounts *l = arg;
    if (pw->pw_uid == 0)
        return 0;
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    struct sc_survey_account *a = &l->v[l->n++];
    *a = (struct sc_survey_account){.name = strdup(pw->pw_name),
                                    .home = strdup(pw->pw_dir),
                                    .uid = pw->pw_uid,
                                    .gid = pw->pw_gid};
    if (!a->name || !a->home)
        return no_memory(err);
    for (size_t n = strlen(a->home); n > 1 && a->home[n - 1] == '/';)
        a->home[--n] = 0;
    return 0;
}

/* All of them at once: to look each owner up would read the whole file each time. */
int sc_survey_accounts_read(struct sc_survey_accounts *ret, struct sc_error *err)
{
    int rc = sc_users_each(add, ret, err);
    if (rc == 0)
        sort(ret);
    return rc;
}

const struct sc_survey_account *sc_survey_account_listed(const struct sc_survey_accounts *l,
                                                         const char *name)
{
    const struct sc_survey_account key = {.name = (char *)(uintptr_t)name};
    return l->n ? bsearch(&key, l->v, l->n, sizeof(key), by_name) : NULL;
}

/* Of a directory that is not listed as a whole. */
static int look_up(struct sc_survey_accounts *l, const char *name, struct sc_error *err)
{
    uid_t uid;
    int rc = sc_account_uid(name, &uid, err);
    if (rc == SC_E_NOTFOUND || (rc == 0 && uid == 0))
        return 0;
    if (rc < 0)
        return rc;
    SC_FREE char *home = NULL;
    gid_t gid = 0;
    rc = sc_account_passwd(uid, NULL, &gid, &home, err);
    const struct passwd pw = {
        .pw_name = (char *)(uintptr_t)name, .pw_dir = home, .pw_uid = uid, .pw_gid = gid};
    if (rc == 0)
        rc = add(&pw, l, err);
    if (rc == 0)
        sort(l);
    return rc;
}

int sc_survey_account_find(struct sc_survey_accounts *l, const char *name,
                           const struct sc_survey_account **ret, struct sc_error *err)
{
    int rc = 0;
    *ret = sc_survey_account_listed(l, name);
    if (!*ret)
        rc = look_up(l, name, err);
    if (rc == 0)
        *ret = sc_survey_account_listed(l, name);
    return rc;
}
