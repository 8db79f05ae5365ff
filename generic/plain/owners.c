/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/plain/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/users.h"
#include "core/base/vec.h"

static void drop(struct sc_plain_account *a)
{
    SC_FREE_ALL(a->user, a->home);
}

void sc_plain_owners_done(struct sc_plain_owners *o)
{
    SC_VEC_DONE(o->v, o->n, drop);
    *o = (struct sc_plain_owners){0};
}

static size_t without_slashes(const char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    return n;
}

/* Accounts of people, whose home is a directory of their own. */
static int add(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct sc_plain_owners *o = arg;
    size_t len = pw->pw_dir && pw->pw_dir[0] == '/' ? without_slashes(pw->pw_dir) : 0;
    if (!len || sc_is_system_id(pw->pw_uid))
        return 0;
    struct sc_plain_account a = {strdup(pw->pw_name), strndup(pw->pw_dir, len), pw->pw_uid};
    if (!a.user || !a.home || !SC_VEC_ROOM(o->v, o->n)) {
        drop(&a);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the system's users");
    }
    o->v[o->n++] = a;
    return 0;
}

static int by_home(const void *a, const void *b)
{
    return strcmp(((const struct sc_plain_account *)a)->home,
                  ((const struct sc_plain_account *)b)->home);
}

int sc_plain_owners_load(const char *prefix, struct sc_plain_owners *ret, struct sc_error *err)
{
    SC_PLAIN_OWNERS struct sc_plain_owners o = {0};
    int rc = *prefix ? sc_users_in_file(prefix, add, &o, err) : sc_users_each(add, &o, err);
    if (rc < 0)
        return rc;
    if (o.n)
        qsort(o.v, o.n, sizeof(*o.v), by_home);
    SC_MOVE(ret, &o);
    return 0;
}

/* The first account with exactly that home; *ret_n: how many there are. */
static const struct sc_plain_account *with_home(const struct sc_plain_owners *o, const char *home,
                                                size_t *ret_n)
{
    const struct sc_plain_account key = {.home = (char *)(uintptr_t)home};
    const struct sc_plain_account *a =
        o->n ? bsearch(&key, o->v, o->n, sizeof(*o->v), by_home) : NULL;
    *ret_n = 0;
    if (!a)
        return NULL;
    while (a > o->v && strcmp(a[-1].home, home) == 0)
        a--;
    while (a + *ret_n < o->v + o->n && strcmp(a[*ret_n].home, home) == 0)
        (*ret_n)++;
    return a;
}

/* The accounts in whose home it lies: the deepest home above it. */
static int around(const struct sc_plain_owners *o, const char *docroot,
                  const struct sc_plain_account **ret, size_t *ret_n, struct sc_error *err)
{
    SC_FREE char *dir = strdup(docroot);
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a document root");
    *ret = NULL;
    for (char *slash; !*ret && (slash = strrchr(dir, '/')) && slash > dir;) {
        *slash = 0;
        *ret = with_home(o, dir, ret_n);
    }
    return 0;
}

/* Whose the directory is. False: that cannot be told. */
static bool owner_of(const char *home, const char *docroot, uid_t *ret)
{
    SC_FD int base = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;
    SC_FREE char *rel = NULL;
    struct stat st;
    if (base < 0 || sc_resolve_beneath(home, NULL, base, docroot, true, &rel, &fd, NULL) < 0 ||
        fstat(fd, &st) < 0)
        return false;
    *ret = st.st_uid;
    return true;
}

int sc_plain_owner(const struct sc_plain_owners *o, const char *docroot,
                   const struct sc_plain_account **ret, const char **ret_why, struct sc_error *err)
{
    const struct sc_plain_account *in = NULL;
    size_t n = 0;
    uid_t uid = 0;
    int rc = around(o, docroot, &in, &n, err);
    if (rc < 0)
        return rc;
    *ret = NULL;
    if (!in) {
        *ret_why = "is below no account's home";
        return 0;
    }
    bool known = owner_of(in->home, docroot, &uid);
    for (size_t i = 0; !*ret && i < n; i++)
        if (!known || in[i].uid == uid)
            *ret = &in[i];
    *ret_why = *ret ? NULL : "does not belong to the account in whose home it is";
    return 0;
}
