/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/stats.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/engine/internal.h"
#include "core/engine/user.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

int sc_stored_limits(struct sc_server *s, unsigned id, const char *home, struct sc_limits *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    int rc = sc_store_site_by_id(s->store, id, &row, err);
    if (rc < 0 || !row.config)
        return rc;
    struct sc_domains_config one = SC_DOMAINS_CONFIG_INIT;
    one.entries = calloc(1, sizeof(*one.entries));
    if (!one.entries)
        return no_memory(err);
    one.n = 1;
    rc = sc_domain_entry_from_json(&one.entries[0], row.config, home, err);
    if (rc == 0)
        *ret = one.entries[0].limits;
    sc_domains_config_free(&one);
    return rc;
}

void sc_user_stats_done(struct sc_user_stats *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].name);
    free(l->v);
    *l = (struct sc_user_stats){0};
}

static int add(const struct sc_cgroups *cg, uid_t uid, const struct sc_user_site *site,
               struct sc_user_stats *l, struct sc_error *err)
{
    struct sc_user_stats_row *one = &l->v[l->n++];
    one->id = site->id;
    one->stats.limits = site->limits;
    if (!(one->name = strdup(site->name)))
        return no_memory(err);
    int rc = sc_site_stats_look(cg, uid, site->id, &one->stats, err);
    if (rc < 0 || !one->stats.seen.group)
        return rc;
    time_t age = time(NULL) - one->stats.seen.since;
    if (age > l->window)
        l->window = age;
    return 0;
}

int sc_engine_user_stats(struct sc_server *s, uid_t uid, const char *domain,
                         struct sc_user_stats *ret, struct sc_error *err)
{
    char name[256] = "";
    if (domain && sc_domain_canon(domain, name, NULL) < 0)
        return sc_no_domain(err, NULL);
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites sites = {0};
    SC_CLEANUP(sc_user_stats_done) struct sc_user_stats l = {0};
    int rc = sc_engine_user_list(s, uid, true, &sites, err);
    if (rc == 0)
        rc = sc_cgroups_open(&cg, err);
    if (rc < 0)
        return rc;
    l.v = calloc(sites.n ? sites.n : 1, sizeof(*l.v));
    if (!l.v)
        return no_memory(err);
    for (size_t i = 0; rc == 0 && i < sites.n; i++)
        if (!domain || strcmp(sites.v[i].name, name) == 0)
            rc = add(cg, uid, &sites.v[i], &l, err);
    if (rc == 0 && domain && l.n == 0)
        rc = sc_no_domain(err, NULL);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}
