/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/users.h"
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/users.h"

static struct fake_user list[FAKE_USERS_MAX];
static size_t n_list;
static const char *failure;

void users_reset(void)
{
    n_list = 0;
    failure = NULL;
}

void users_add(const char *name, uid_t uid, const char *home)
{
    assert_true(n_list < FAKE_USERS_MAX);
    struct fake_user *u = &list[n_list++];
    snprintf(u->name, sizeof(u->name), "%s", name);
    snprintf(u->home, sizeof(u->home), "%s", home);
    u->uid = uid;
    u->unlisted = false;
}

static struct fake_user *by_name(const char *name)
{
    for (size_t i = 0; i < n_list; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static struct fake_user *by_uid(uid_t uid)
{
    for (size_t i = 0; i < n_list; i++)
        if (list[i].uid == uid)
            return &list[i];
    return NULL;
}

struct fake_user *users_of(const char *name)
{
    struct fake_user *u = by_name(name);
    if (!u)
        fail_msg("the test has no user %s", name);
    return u;
}

void users_remove(const char *name)
{
    struct fake_user *u = users_of(name);
    *u = list[--n_list];
}

void users_fail(const char *text)
{
    failure = text;
}

static int fill(const struct fake_user *u, struct sc_user *ret)
{
    *ret = (struct sc_user){.uid = u->uid,
                            .gid = u->uid,
                            .name = strdup(u->name),
                            .gecos = strdup(""),
                            .home = strdup(u->home),
                            .shell = strdup("/bin/sh")};
    return 0;
}

/* ---- core/base/users.h ---- */

int __wrap_sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err);
int __wrap_sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err);
int __wrap_sc_users_each(sc_user_told *with, void *arg, struct sc_error *err);

int __wrap_sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err)
{
    const struct fake_user *u = by_name(name);
    if (failure)
        return sc_error_sys(err, EIO, "%s", failure);
    return u ? fill(u, ret) : sc_error_set(err, SC_E_NOTFOUND, "User %s does not exist", name);
}

int __wrap_sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err)
{
    const struct fake_user *u = by_uid(uid);
    if (failure)
        return sc_error_sys(err, EIO, "%s", failure);
    return u ? fill(u, ret)
             : sc_error_set(err, SC_E_NOTFOUND, "UID %u does not exist", (unsigned)uid);
}

int __wrap_sc_users_each(sc_user_told *with, void *arg, struct sc_error *err)
{
    int rc = failure ? sc_error_sys(err, EIO, "%s", failure) : 0;
    for (size_t i = 0; rc == 0 && i < n_list; i++) {
        const struct passwd pw = {.pw_name = list[i].name,
                                  .pw_dir = list[i].home,
                                  .pw_uid = list[i].uid,
                                  .pw_gid = list[i].uid};
        if (list[i].unlisted)
            continue;
        rc = with(&pw, arg, err);
    }
    return rc < 0 ? rc : 0;
}
