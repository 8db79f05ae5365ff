/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site by any of its names: domains with one document root are one site. */
#include <limits.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/engine/internal.h"

/* A site that learns has a cage, too, and none of its names is isolated. */
static bool is_among(const struct sc_isolated_list *names, unsigned id)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->rows[i].site_id == id)
            return true;
    return false;
}

static int find(struct sc_server *s, uid_t uid, const struct sc_isolated_list *names,
                const char *docroot, unsigned *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    int rc = sc_store_site_find(s->store, uid, docroot, &row, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s", why.text);
    *ret = rc == 0 && is_among(names, row.id) ? row.id : 0;
    return 0;
}

int sc_engine_site_at(struct sc_server *s, uid_t uid, const struct sc_isolated_list *names,
                      const char *docroot, unsigned *ret, struct sc_error *err)
{
    char real[PATH_MAX];
    unsigned id = 0;
    int rc = find(s, uid, names, docroot, &id, err);
    if (rc == 0 && !id && realpath(docroot, real)) /* the panel may call it by a link */
        rc = find(s, uid, names, real, &id, err);
    if (rc == 0)
        *ret = id;
    return rc;
}

int sc_status_of_told(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                      const struct sc_domain *d, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    const struct sc_user_row owner = {.name = d->owner};
    unsigned site = 0;
    int rc = sc_store_user_by_name(s->store, d->owner, &u, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s", why.text);
    bool known = rc == 0 && !u.gone;
    rc = known ? sc_store_isolated_get(s->store, u.uid, &names, err) : 0;
    if (rc == 0 && names.n)
        rc = sc_engine_site_at(s, u.uid, &names, d->docroot, &site, err);
    return rc < 0 ? rc
                  : sc_status_add(s, cg, st, d->name, site ? &u : &owner, site, d->docroot, err);
}
