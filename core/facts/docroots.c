/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/docroots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/account/in_home.h"
#include "core/base/around.h"

static void free_all(char **v, size_t n)
{
    for (size_t i = 0; v && i < n; i++)
        free(v[i]);
    free(v);
}

void sc_docroots_done(struct sc_docroots *d)
{
    free_all(d->rels, d->n);
    free_all(d->problems, d->n);
    free_all(d->closed, d->n_closed);
    free_all(d->led, d->n);
    *d = (struct sc_docroots){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's document roots");
}

bool sc_docroots_in_home(const struct sc_account *a, const char *path)
{
    return sc_path_below(path, a->home) || sc_path_below(path, a->home_alias);
}

static int add_closed(struct sc_docroots *d, const char *rel, struct sc_error *err)
{
    if (!SC_VEC_ROOM(d->closed, d->n_closed))
        return no_memory(err);
    d->closed[d->n_closed] = strdup(rel);
    return d->closed[d->n_closed] ? (d->n_closed++, 0) : no_memory(err);
}

static int set_problem(struct sc_docroots *d, size_t i, const char *text, struct sc_error *err)
{
    free(d->problems[i]);
    d->problems[i] = strdup(text);
    return d->problems[i] ? 0 : no_memory(err);
}

/* `path` without its first slash: "" and what is not below the home give NULL. */
static const char *rel_of(const struct sc_account *a, const char *path)
{
    SC_FREE char *whole = NULL;
    if (asprintf(&whole, "/%s", path) < 0)
        return NULL;
    const char *below = sc_path_below(whole, a->home);
    return below && *below ? path + (below - whole - 1) : NULL;
}

/* A path that leaves the home may lead back into it by another name. As root: where it is matters,
 * and no text tells the owner what there is outside. */
static int find_around(const struct sc_account *a, struct sc_asuser *as, const char *path,
                       struct sc_docroots *d, size_t i, struct sc_error *err)
{
    SC_FREE char *real = NULL, *known = NULL;
    struct sc_error why = SC_ERROR_INIT;
    SC_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return sc_error_sys(err, errno, "open /");
    sc_asuser_end(as);
    int rc = sc_resolve_known("/", NULL, root, path, true, &real, NULL, &known, &why);
    int back = sc_asuser_begin(as, a->uid, a->gid, err);
    if (back < 0)
        return back;
    const char *rel = known ? rel_of(a, known) : NULL;
    if (rc == SC_E_NOMEM || (rc == SC_E_SYS && !(rel && sc_in_home_told(rc, &why)))) {
        if (err)
            *err = why;
        return rc;
    }
    if (rc < 0)
        return rel ? add_closed(d, rel, err) : 0;
    rel = rel_of(a, real);
    d->rels[i] = rel ? strdup(rel) : NULL;
    return rel && !d->rels[i] ? no_memory(err) : 0;
}

/* A path that sc_in_home() could not follow to its end. */
static int hide_known(const struct sc_domain *dom, const char *known, struct sc_docroots *d,
                      size_t i, struct sc_error *err)
{
    if (*known)
        return add_closed(d, known, err);
    return sc_error_set(err, SC_E_DENIED,
                        "the document root %s of %s cannot be looked at, so it cannot be hidden "
                        "from other sites: %s",
                        dom->docroot, dom->name, d->problems[i]);
}

static int find_one(const struct sc_account *a, struct sc_asuser *as, const struct sc_domain *dom,
                    struct sc_docroots *d, size_t i, struct sc_error *err)
{
    SC_FREE char *known = NULL;
    struct sc_error why = SC_ERROR_INIT;
    SC_FREE char *inside = NULL;
    if (!sc_docroots_in_home(a, dom->docroot)) {
        sc_asuser_end(as); /* where it is matters, not who may look */
        int rc = sc_around_home(a->home, dom->docroot, &inside, NULL) < 0 ? no_memory(err) : 0;
        int back = sc_asuser_begin(as, a->uid, a->gid, err);
        if (rc == 0 && back == 0 && !inside)
            rc = set_problem(d, i, SC_DOCROOT_OUTSIDE, err);
        if (rc < 0 || back < 0)
            return rc < 0 ? rc : back;
        if (!inside)
            return find_around(a, as, dom->docroot, d, i, err);
    }
    const char *path = inside ? inside : dom->docroot;
    int rc = sc_in_home(a, as, path, true, &d->rels[i], NULL, &known, &why);
    if (rc == 0)
        return 0;
    if (rc == 1)
        return set_problem(d, i, "its owner may not search a directory above its document root",
                           err);
    if (!sc_in_home_told(rc, &why)) {
        sc_error_wrap(&why, "the document root of %s", dom->name);
        if (err)
            *err = why;
        return rc;
    }
    int set = set_problem(d, i, why.text, err);
    if (set == 0 && known)
        set = hide_known(dom, known, d, i, err);
    else if (set == 0 && rc == SC_E_DENIED)
        set = find_around(a, as, path, d, i, err);
    return set;
}

int sc_docroots_find(const struct sc_account *a, const struct sc_domains *domains,
                     struct sc_docroots *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_docroots_done) struct sc_docroots d = {.n = domains->n};
    d.rels = calloc(d.n ? d.n : 1, sizeof(*d.rels));
    d.problems = calloc(d.n ? d.n : 1, sizeof(*d.problems));
    if (!d.rels || !d.problems)
        return no_memory(err);
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < d.n; i++)
        rc = find_one(a, &as, &domains->v[i], &d, i, err);
    if (rc < 0)
        return rc;
    *ret = d;
    d = (struct sc_docroots){0};
    return 0;
}
