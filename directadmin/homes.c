/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/homes.h"

#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"

static void drop(struct sc_da_home *h)
{
    free(h->user);
    free(h->home);
}

void sc_da_homes_done(struct sc_da_homes *h)
{
    for (size_t i = 0; i < h->n; i++)
        drop(&h->v[i]);
    free(h->v);
    *h = (struct sc_da_homes){0};
}

static int by_user(const void *a, const void *b)
{
    return strcmp(((const struct sc_da_home *)a)->user, ((const struct sc_da_home *)b)->user);
}

/* A home that is no absolute path is no place for a site. */
static int add(struct sc_da_homes *h, const struct passwd *pw)
{
    if (!pw->pw_dir || pw->pw_dir[0] != '/')
        return 0;
    if (!SC_VEC_ROOM(h->v, h->n))
        return -1;
    struct sc_da_home e = {strdup(pw->pw_name), strdup(pw->pw_dir), pw->pw_uid, pw->pw_gid};
    if (!e.user || !e.home) {
        drop(&e);
        return -1;
    }
    h->v[h->n++] = e;
    return 0;
}

int sc_da_homes_load(const struct sc_da *da, bool all, struct sc_da_homes *ret,
                     struct sc_error *err)
{
    SC_DA_HOMES struct sc_da_homes h = {.da = da};
    SC_FILE FILE *f = NULL;
    if (da->prefix[0]) {
        SC_FREE char *path = NULL;
        int rc = sc_da_path(da, "/etc/passwd", &path, err);
        if (rc < 0)
            return rc;
        f = fopen(path, "re");
        if (!f)
            return sc_error_sys(err, errno, "cannot read %s", path);
        all = true;
    } else if (all) {
        setpwent();
    }
    int rc = 0;
    const struct passwd *pw;
    while (rc == 0 && all && (pw = f ? fgetpwent(f) : getpwent()))
        rc = add(&h, pw);
    if (all && !f)
        endpwent();
    if (rc < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the system's users");
    if (h.n)
        qsort(h.v, h.n, sizeof(*h.v), by_user);
    *ret = h;
    h = (struct sc_da_homes){0};
    return 0;
}

const struct sc_da_home *sc_da_home(struct sc_da_homes *h, const char *user)
{
    struct sc_da_home key = {.user = (char *)(uintptr_t)user};
    struct sc_da_home *found = h->n ? bsearch(&key, h->v, h->n, sizeof(*h->v), by_user) : NULL;
    if (found || h->da->prefix[0])
        return found;
    const struct passwd *pw = getpwnam(user);
    size_t before = h->n;
    if (!pw || add(h, pw) < 0 || h->n == before)
        return NULL;
    qsort(h->v, h->n, sizeof(*h->v), by_user);
    return bsearch(&key, h->v, h->n, sizeof(*h->v), by_user);
}
