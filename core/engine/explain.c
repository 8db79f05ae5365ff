/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/engine/explain_path.h"
#include "core/engine/internal.h"
#include "core/enter/failures.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

void sc_explanation_done(struct sc_explanation *e)
{
    SC_FREE_ALL(e->domain, e->user, e->docroot, e->stale, e->path.asked, e->path.place,
                e->path.reason, e->path.grant, e->path.mine, e->path.command, e->path.no_grant);
    *e = (struct sc_explanation){0};
}

static int copy(const char *from, char **to, struct sc_error *err)
{
    *to = from ? strdup(from) : NULL;
    return from && !*to ? no_memory(err) : 0;
}

static int add_failures(const struct sc_status_row *r, uid_t uid, struct sc_explanation *e,
                        struct sc_error *err)
{
    struct sc_failures noted;
    int rc = sc_failures_read(uid, r->id, &noted);
    if (rc < 0 && rc != -EBADMSG)
        return sc_error_sys(err, -rc, "read the failures of site %u", r->id);
    const struct sc_failure_sources from = {.noted = &noted,
                                            .refused = &r->stats.refused,
                                            .out_of_memory = r->stats.seen.faults[SC_LIMIT_PMEM],
                                            .group_since = r->stats.seen.since};
    sc_explain_failures(&from, &e->failures);
    return 0;
}

static int of_row(const struct sc_status_row *r, uid_t uid, struct sc_explanation *e,
                  struct sc_error *err)
{
    int rc = copy(r->domain, &e->domain, err);
    if (rc == 0)
        rc = copy(r->user, &e->user, err);
    if (rc == 0)
        rc = copy(r->docroot, &e->docroot, err);
    if (rc == 0)
        rc = copy(r->stale, &e->stale, err);
    e->isolated = r->isolated;
    e->failing = r->failing;
    return rc < 0 || !r->isolated ? rc : add_failures(r, uid, e, err);
}

static int explain(struct sc_server *s, const char *domain, const char *path,
                   struct sc_explanation *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    SC_CLEANUP(sc_explanation_done) struct sc_explanation e = {0};
    uid_t uid;
    int rc = sc_status_one(s, domain, &st, err);
    if (rc == 0)
        rc = sc_account_uid(st.v[0].user, &uid, err);
    if (rc == 0)
        rc = of_row(&st.v[0], uid, &e, err);
    if (rc == 0 && path)
        rc = sc_engine_explain_path(s, uid, &st.v[0], path, &e.path, err);
    if (rc == 0)
        SC_MOVE(ret, &e);
    return rc;
}

int sc_engine_explain(struct sc_server *s, const char *domain, const char *path,
                      struct sc_explanation *ret, struct sc_error *err)
{
    return explain(s, domain, path, ret, err);
}

static bool is_site_of(struct sc_server *s, uid_t uid, const char *name, unsigned id)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    bool found = false;
    if (sc_store_isolated_get(s->store, uid, &names, NULL) < 0)
        return false;
    for (size_t i = 0; i < names.n; i++)
        found |= names.rows[i].site_id == id && strcmp(names.rows[i].name, name) == 0;
    return found;
}

int sc_engine_user_explain(struct sc_server *s, uid_t uid, unsigned only, const char *domain,
                           const char *path, struct sc_explanation *ret, struct sc_error *err)
{
    char name[256];
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    int rc = sc_domain_canon(domain, name, NULL) < 0
                 ? SC_E_NOTFOUND
                 : sc_store_domain_find(s->store, name, &d, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    if (rc < 0 || d.uid != uid || (only && !is_site_of(s, uid, name, only)))
        return sc_no_domain(err, NULL);
    return explain(s, name, path, ret, err);
}
