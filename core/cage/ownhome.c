/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/ownhome.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/plan/relpath.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the site's home");
}

static int make_file(const struct sc_homeview *v, const char *rel, struct sc_error *err)
{
    const char *slash = strrchr(rel, '/');
    SC_FREE char *dir = slash ? strndup(rel, (size_t)(slash - rel)) : strdup("");
    SC_FREE char *path = sc_homeview_own_rel(v->token, rel);
    SC_FD int fd = -EBADF;
    int rc = dir && path ? sc_homeview_make_own(v, dir, err) : no_memory(err);
    if (rc == 0)
        rc = sc_open_beneath(v->wholefd, path, O_RDONLY | O_CREAT, 0600, &fd, err);
    return rc < 0 ? sc_error_wrap(err, "%s", path ? path : rel) : 0;
}

/* Whether the real home has a directory there; a link is none. */
static int real_is_dir(const struct sc_homeview *v, const char *rel, bool *ret_there, bool *ret_dir,
                       struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = sc_homeview_open(v, v->wholefd, rel, &fd, err);
    *ret_there = *ret_dir = false;
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", rel);
    *ret_there = true;
    *ret_dir = S_ISDIR(st.st_mode);
    return 0;
}

/* Works with the user's rights; finds out with those that the caller has. */
static int make_place(const struct sc_homeview *v, const struct sc_plan_entry *e,
                      struct sc_error *err)
{
    bool there = true, dir = true;
    int rc = e->kind == SC_ENTRY_OWN ? 0 : real_is_dir(v, e->rel, &there, &dir, err);
    if (rc < 0 || !there)
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    rc = sc_asuser_begin(&as, v->uid, v->gid, err);
    if (rc == 0)
        rc = dir ? sc_homeview_make_own(v, e->rel, err) : make_file(v, e->rel, err);
    return rc;
}

static int make_top_dirs(const struct sc_homeview *v, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && sc_home_tops[i]; i++) {
        const char *name = sc_home_tops[i];
        bool there, dir;
        rc = real_is_dir(v, name, &there, &dir, err);
        struct sc_plan_entry own = {.kind = SC_ENTRY_OWN, .rel = (char *)(uintptr_t)name};
        if (rc == 0 && dir)
            rc = make_place(v, &own, err);
    }
    return rc;
}

/* Whether `rel` lies in the site's own home, and in nothing that is bound into it. */
static bool is_in_own(const struct sc_entries *entries, const char *rel)
{
    enum sc_entry_kind kind = SC_ENTRY_RO;
    for (size_t i = 0; i < entries->n; i++)
        if (sc_rel_rest(entries->v[i].rel, rel)) /* the later is the deeper */
            kind = entries->v[i].kind;
    return kind == SC_ENTRY_OWN;
}

/* One that is there stays: the site may have changed it. */
static int make_link(const struct sc_homeview *v, const char *rel, const char *target,
                     struct sc_error *err)
{
    const char *slash = strrchr(rel, '/');
    SC_FREE char *dir = slash ? strndup(rel, (size_t)(slash - rel)) : strdup("");
    SC_FREE char *path = dir ? sc_homeview_own_rel(v->token, dir) : NULL;
    SC_FD int fd = -EBADF;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = path ? sc_asuser_begin(&as, v->uid, v->gid, err) : no_memory(err);
    if (rc == 0)
        rc = sc_homeview_make_own(v, dir, err);
    if (rc == 0)
        rc = sc_open_beneath(v->wholefd, path, O_RDONLY | O_DIRECTORY, 0, &fd, err);
    if (rc == 0 && symlinkat(target, fd, slash ? slash + 1 : rel) < 0 && errno != EEXIST)
        rc = sc_error_sys(err, errno, "make the link %s", rel);
    return rc;
}

static int make_links(const struct sc_homeview *v, const struct sc_planfile *plan,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++) {
        const struct sc_sysline *l = &plan->sys[i];
        const char *rel =
            strcmp(l->kind, SC_HOMELINK_KIND) == 0 && l->b ? sc_path_below(l->a, plan->home) : NULL;
        if (rel && *rel && is_in_own(&plan->entries, rel))
            rc = make_link(v, rel, l->b, err);
    }
    return rc;
}

int sc_ownhome_places(const struct sc_homeview *v, const struct sc_planfile *plan,
                      struct sc_error *err)
{
    const struct sc_entries *entries = &plan->entries;
    SC_FREE const struct sc_plan_entry **up = calloc(entries->n + 1, sizeof(*up));
    size_t n_up = 0;
    if (!up)
        return no_memory(err);
    for (size_t i = 0; i < entries->n; i++) {
        const struct sc_plan_entry *e = &entries->v[i];
        while (n_up && !sc_rel_rest(up[n_up - 1]->rel, e->rel))
            n_up--;
        bool own = e->kind == SC_ENTRY_OWN || (n_up && up[n_up - 1]->kind == SC_ENTRY_OWN);
        int rc = own ? make_place(v, e, err) : 0;
        if (rc == 0 && e->kind == SC_ENTRY_OWN && !e->rel[0])
            rc = make_top_dirs(v, err);
        if (rc < 0)
            return rc;
        up[n_up++] = e;
    }
    return make_links(v, plan, err);
}
