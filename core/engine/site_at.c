/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site by any of its names: domains with one document root are one site. */
#include <limits.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/engine/internal.h"

static int find(struct sc_server *s, uid_t uid, const char *docroot, unsigned *ret,
                struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    int rc = sc_store_site_find(s->store, uid, docroot, &row, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s", why.text);
    *ret = rc == 0 && row.isolated ? row.id : 0;
    return 0;
}

int sc_engine_site_at(struct sc_server *s, uid_t uid, const char *docroot, unsigned *ret,
                      struct sc_error *err)
{
    char real[PATH_MAX];
    unsigned id = 0;
    int rc = find(s, uid, docroot, &id, err);
    if (rc == 0 && !id && realpath(docroot, real)) /* the panel may call it by a link */
        rc = find(s, uid, real, &id, err);
    if (rc == 0)
        *ret = id;
    return rc;
}

int sc_status_of_told(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                      const struct sc_domain *d, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    const struct sc_user_row owner = {.name = d->owner};
    unsigned site = 0;
    int rc = sc_store_user_by_name(s->store, d->owner, &u, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s", why.text);
    rc = rc == 0 && !u.gone ? sc_engine_site_at(s, u.uid, d->docroot, &site, err) : 0;
    return rc < 0 ? rc
                  : sc_status_add(s, cg, st, d->name, site ? &u : &owner, site, d->docroot, err);
}
