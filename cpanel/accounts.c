/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/accounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"

void sc_cpanel_accounts_done(struct sc_cpanel_accounts *a)
{
    free(a->v);
    *a = (struct sc_cpanel_accounts){0};
}

static bool not_before(const struct timespec *t, const struct timespec *since)
{
    return t->tv_sec != since->tv_sec ? t->tv_sec > since->tv_sec : t->tv_nsec >= since->tv_nsec;
}

static int add(struct sc_cpanel_accounts *a, const char *name, bool newer, struct sc_error *err)
{
    if (a->n == SC_CPANEL_ACCOUNTS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the panel has more than %u users",
                            SC_CPANEL_ACCOUNTS_MAX);
    if (!SC_VEC_ROOM(a->v, a->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    struct sc_cpanel_account *one = &a->v[a->n++];
    *one = (struct sc_cpanel_account){.newer = newer};
    stpcpy(one->name, name); /* sc_owner_valid() */
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_cpanel_account *)a)->name,
                  ((const struct sc_cpanel_account *)b)->name);
}

int sc_cpanel_accounts_read(const struct sc_cpanel *cp, const struct timespec *since,
                            struct sc_cpanel_accounts *ret, struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERDATA);
    if (rc < 0)
        return rc;
    SC_DIR DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", path)
                               : sc_error_sys(err, errno, "cannot read %s", path);
    SC_CLEANUP(sc_cpanel_accounts_done) struct sc_cpanel_accounts a = {0};
    for (const struct dirent *e; (errno = 0, e = readdir(dir)) != NULL;) {
        char main_file[NAME_MAX + 8];
        struct stat d, m;
        if (!sc_owner_valid(e->d_name))
            continue;
        snprintf(main_file, sizeof(main_file), "%s/main", e->d_name);
        if (fstatat(dirfd(dir), main_file, &m, 0) < 0 ||
            fstatat(dirfd(dir), e->d_name, &d, 0) < 0) {
            if (sc_is_absent(errno))
                continue;
            return sc_error_sys(err, errno, "cannot look at %s/%s", path, main_file);
        }
        rc =
            add(&a, e->d_name, not_before(&m.st_mtim, since) || not_before(&d.st_mtim, since), err);
        if (rc < 0)
            return rc;
    }
    if (errno)
        return sc_error_sys(err, errno, "cannot read %s", path);
    if (a.n)
        qsort(a.v, a.n, sizeof(*a.v), by_name);
    SC_MOVE(ret, &a);
    return 0;
}

struct sc_cpanel_account *sc_cpanel_account_find(const struct sc_cpanel_accounts *a,
                                                 const char *name)
{
    struct sc_cpanel_account key;
    if (!a->n || !sc_owner_valid(name))
        return NULL;
    stpcpy(key.name, name);
    return bsearch(&key, a->v, a->n, sizeof(*a->v), by_name);
}
