/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/in_home.h"

#include <errno.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"

struct found {
    char *rel, *known;
    int fd;
};

static void found_done(struct found *f)
{
    free(f->rel);
    free(f->known);
    sc_close(&f->fd);
}

struct asked {
    const char *path;
    bool want_dir;
    const struct sc_resolve_trace *trace;
};

static int find(const struct sc_account *a, const struct asked *q, struct found *f,
                struct sc_error *err)
{
    return sc_resolve_traced(a->home, a->home_alias, a->homefd, q->path, q->want_dir, q->trace,
                             &f->rel, &f->fd, &f->known, err);
}

static int find_as_root(const struct sc_account *a, struct sc_asuser *as, const struct asked *q,
                        struct found *f, struct sc_error *err)
{
    struct sc_error back = SC_ERROR_INIT;
    free(sc_steal_ptr(&f->known));
    sc_asuser_end(as);
    int rc = find(a, q, f, err);
    if (sc_asuser_begin(as, a->uid, a->gid, &back) == 0)
        return rc;
    if (err)
        *err = back;
    return back.code;
}

int sc_in_home(const struct sc_account *a, struct sc_asuser *as, const char *path, bool want_dir,
               char **ret_rel, int *ret_fd, char **ret_known, struct sc_error *err)
{
    return sc_in_home_traced(a, as, path, want_dir, NULL, ret_rel, ret_fd, ret_known, err);
}

int sc_in_home_traced(const struct sc_account *a, struct sc_asuser *as, const char *path,
                      bool want_dir, const struct sc_resolve_trace *trace, char **ret_rel,
                      int *ret_fd, char **ret_known, struct sc_error *err)
{
    const struct asked q = {path, want_dir, trace};
    SC_CLEANUP(found_done) struct found f = {.fd = -EBADF};
    struct sc_error why = SC_ERROR_INIT;
    int rc = find(a, &q, &f, &why);
    bool by_root = rc == SC_E_SYS && why.sys == EACCES;
    if (by_root)
        rc = find_as_root(a, as, &q, &f, &why);
    if (rc < 0) {
        *ret_known = sc_steal_ptr(&f.known);
        if (err)
            *err = why;
        return rc;
    }
    *ret_rel = sc_steal_ptr(&f.rel);
    if (ret_fd)
        *ret_fd = sc_steal_fd(&f.fd);
    return by_root;
}

bool sc_in_home_told(int rc, const struct sc_error *err)
{
    return rc == SC_E_SYS ? err->sys == EACCES : rc != SC_E_NOMEM;
}
