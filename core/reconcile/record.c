/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/reconcile/record.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/cleanup.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
}

const struct sc_plan_site *sc_plan_site_of(const struct sc_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_sites; i++)
        for (size_t k = 0; k < plan->sites[i].n_names; k++)
            if (strcmp(plan->sites[i].names[k], name) == 0)
                return &plan->sites[i];
    return NULL;
}

static bool is_somebodys_uid(unsigned id, void *arg)
{
    (void)arg;
    return getpwuid((uid_t)id) != NULL;
}

void sc_made_done(struct sc_made *m)
{
    free(m->ids);
    free(m->tokens);
    free(m->moved);
    free(m->changed);
    for (size_t i = 0; m->limits && i < m->n; i++)
        sc_limits_made_done(&m->limits[i]);
    free(m->limits);
}

static bool in_plan(const struct sc_account *a, const struct sc_plan *plan, const char *docroot)
{
    size_t n = strlen(a->home);
    return strncmp(docroot, a->home, n) == 0 && docroot[n] == '/' &&
           sc_plan_find(plan, docroot + n + 1);
}

/* The document root of an isolated domain moved, when its last site stands at a place that is no
 * document root any more and there is no site at the new place: id and storage follow. */
static int follow_move(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                       const struct sc_isolated_list *before, size_t site, const char *docroot,
                       bool *ret_moved, struct sc_error *err)
{
    SC_CLEANUP(sc_site_row_done) struct sc_site_row there = {0};
    if (sc_store_site_find(s->store, a->uid, docroot, &there, NULL) == 0)
        return 0;
    const struct sc_plan_site *ps = &f->plan->sites[site];
    for (size_t i = 0; i < before->n; i++)
        for (size_t k = 0; k < ps->n_names; k++) {
            SC_CLEANUP(sc_site_row_done) struct sc_site_row old = {0};
            if (strcmp(before->rows[i].name, ps->names[k]) != 0 ||
                sc_store_site_by_id(s->store, before->rows[i].site_id, &old, NULL) < 0 ||
                in_plan(a, f->plan, old.docroot))
                continue;
            *ret_moved = true;
            return sc_store_site_set_docroot(s->store, old.id, docroot, err);
        }
    return 0;
}

static int store_site(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                      const struct sc_isolated_list *before, size_t i, struct sc_made *m,
                      struct sc_error *err)
{
    const struct sc_plan_site *ps = &f->plan->sites[i];
    SC_FREE char *docroot = NULL;
    if (asprintf(&docroot, "%s/%s", a->home, ps->rel) < 0)
        return no_memory(err);
    int rc = follow_move(s, a, f, before, i, docroot, &m->moved[i], err);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    if (rc == 0)
        rc = sc_store_site_ensure(s->store, a->uid, docroot, is_somebodys_uid, NULL, &row, err);
    if (rc == 0 && !row.isolated)
        rc = sc_store_site_set_isolated(s->store, row.id, true, err);
    if (rc < 0)
        return rc;
    m->ids[i] = row.id;
    memcpy(m->tokens[i], row.token, sizeof(row.token));
    for (size_t k = 0; k < ps->n_names; k++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, ps->names[k]);
        if (!e || !e->isolated)
            continue;
        SC_BUF struct sc_buf json = SC_BUF_INIT;
        rc = sc_domain_entry_to_json(e, &json, err);
        if (rc == 0 && (!row.config || strcmp(row.config, json.data) != 0))
            rc = sc_store_site_set_config(s->store, row.id, json.data, err);
        break;
    }
    return rc;
}

static int store_isolated_names(struct sc_server *s, const struct sc_account *a,
                                const struct sc_facts *f, const struct sc_isolated_list *before,
                                const struct sc_made *m, struct sc_error *err)
{
    SC_FREE struct sc_isolated_row *rows = calloc(f->config.n ? f->config.n : 1, sizeof(*rows));
    if (!rows)
        return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < f->plan->n_sites; i++)
        for (size_t k = 0; m->ids[i] && k < f->plan->sites[i].n_names; k++) {
            const struct sc_domain_entry *e =
                sc_domains_config_find(&f->config, f->plan->sites[i].names[k]);
            if (e && e->isolated)
                rows[n++] = (struct sc_isolated_row){.name = e->name, .site_id = m->ids[i]};
        }
    /* what cannot be a site for the moment, its document root being away, stays wanted and listed
     */
    for (size_t i = 0; i < before->n; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, before->rows[i].name);
        const struct sc_plan_site *site = sc_plan_site_of(f->plan, before->rows[i].name);
        if (e && e->isolated && site && site->missing && n < f->config.n)
            rows[n++] =
                (struct sc_isolated_row){.name = e->name, .site_id = before->rows[i].site_id};
    }
    return sc_store_isolated_replace(s->store, a->uid, rows, n, NULL, err);
}

/* Sites that are wanted but whose document root is missing keep their row, so that they come back
 * as they were. */
static bool keeps_row(const struct sc_facts *f, const struct sc_isolated_list *before, unsigned id)
{
    for (size_t i = 0; i < before->n; i++) {
        if (before->rows[i].site_id != id)
            continue;
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, before->rows[i].name);
        if (e && e->isolated)
            return true;
    }
    return false;
}

int sc_record(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
              struct sc_made *m, struct sc_error *err)
{
    SC_CLEANUP(sc_store_rollbackp)
    __attribute__((unused)) struct sc_store *transaction = s->store;
    int rc = sc_store_begin(s->store, err);
    if (rc == 0)
        rc = sc_store_user_put(s->store, a->uid, a->user, a->home_alias, err);
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list before = {0};
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, a->uid, &before, err);
    if (rc == 0 && f->from_panel) {
        SC_FREE struct sc_domain_row *rows = calloc(f->domains.n ? f->domains.n : 1, sizeof(*rows));
        if (!rows)
            return no_memory(err);
        for (size_t i = 0; i < f->domains.n; i++)
            rows[i] = (struct sc_domain_row){f->domains.v[i].name, f->domains.v[i].docroot,
                                             f->domains.v[i].is_main, a->uid};
        rc = sc_store_domains_replace(s->store, a->uid, rows, f->domains.n, NULL, err);
        if (rc == 0)
            rc = sc_store_user_set_inventory(s->store, a->uid, time(NULL), err);
    }
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++)
        if (f->plan->sites[i].isolated && !f->plan->sites[i].missing && !f->plan->sites[i].refused)
            rc = store_site(s, a, f, &before, i, m, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    for (size_t i = 0; rc == 0 && i < sites.n; i++) {
        bool stays = keeps_row(f, &before, sites.rows[i].id);
        for (size_t k = 0; k < f->plan->n_sites && !stays; k++)
            stays = m->ids[k] == sites.rows[i].id;
        if (!stays)
            rc = sc_store_site_remove(s->store, sites.rows[i].id, err);
    }
    if (rc == 0)
        rc = store_isolated_names(s, a, f, &before, m, err);
    return rc < 0 ? rc : sc_store_commit(s->store, err);
}
