/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user's isolated domains. */
#include "core/engine/user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/vec.h"
#include "core/coverage/account.h"
#include "core/engine/internal.h"
#include "core/engine/user_change.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

void sc_user_sites_done(struct sc_user_sites *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].name);
    sc_strings_free(l->notices, l->n_notices);
    free(l->v);
    sc_strings_free(l->ending, l->n_ending);
    *l = (struct sc_user_sites){0};
}

bool sc_user_sites_notice(struct sc_user_sites *l, const char *text)
{
    char *copy = SC_VEC_ROOM(l->notices, l->n_notices) ? strdup(text) : NULL;
    if (copy)
        l->notices[l->n_notices++] = copy;
    return copy != NULL;
}

/* What the account should know of its sites: a line for each that is not covered. */
static int add_notices(uid_t uid, const char *user, struct sc_user_sites *l, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records r = {0};
    int rc = sc_cover_records_told(uid, user, &r, err);
    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        const struct sc_cover_record *c = sc_cover_record_of(&r, l->v[i].id);
        SC_FREE char *text = NULL;
        if (!c || c->is == SC_COVERAGE_COVERED)
            continue;
        if (asprintf(&text, "%s: %s: %s", l->v[i].name, sc_coverage_name(c->is), c->text) < 0 ||
            !sc_user_sites_notice(l, text))
            rc = no_memory(err);
    }
    return rc;
}

int sc_engine_user_list(struct sc_server *s, uid_t uid, bool with_limits, struct sc_user_sites *ret,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list rows = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row user = {0};
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites l = {0};
    int rc = sc_store_isolated_get(s->store, uid, &rows, err);
    if (rc == 0 && rows.n)
        rc = sc_store_user_by_uid(s->store, uid, &user, err);
    if (rc < 0)
        return rc;
    l.v = calloc(rows.n ? rows.n : 1, sizeof(*l.v));
    if (!l.v)
        return no_memory(err);
    for (size_t i = 0; rc == 0 && i < rows.n; i++) {
        struct sc_user_site *one = &l.v[l.n++];
        one->id = rows.rows[i].site_id;
        SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
        if (!(one->name = strdup(rows.rows[i].name)))
            return no_memory(err);
        rc = sc_store_site_by_id(s->store, one->id, &site, err);
        one->home = sc_store_home_name(site.home);
        if (rc == 0 && with_limits)
            rc = sc_stored_limits(s, one->id, user.home, &one->limits, err);
    }
    if (rc == 0)
        rc = add_notices(uid, user.name, &l, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

int sc_user_not_isolated(const char *name, struct sc_error *err)
{
    return sc_error_is(
        err, SC_IS_NOT_ISOLATED,
        sc_error_set(err, SC_E_INVAL,
                     "CloudLinux Isolates is not enabled for domain %s; enable it with: isolatectl "
                     "site-isolation enable --domain %s",
                     name, name));
}

int sc_engine_user_not_isolated(struct sc_server *s, uid_t uid, const char *domain,
                                struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row row = {0};
    char name[256];
    if (sc_domain_canon(domain, name, NULL) < 0 ||
        sc_store_domain_find(s->store, name, &row, NULL) < 0 || row.uid != uid)
        return sc_no_domain(err, NULL);
    return sc_user_not_isolated(name, err);
}
