/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/resolve.h"
#include "core/account/account.h"
#include "core/facts/led.h"
#include "core/facts/wp_config.h"
#include "core/facts/names.h"
#include "core/pass/places.h"
#include "core/plan/owned_text.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
}

/* Or cannot be told to be nobody's. */
static bool is_somebodys_uid(unsigned id, void *arg)
{
    (void)arg;
    return sc_account_uid_exists((uid_t)id, NULL) != 0;
}

/* Whether the site itself says which home it has. */
static bool says_home(const struct sc_server *s, const struct sc_facts *f,
                      const struct sc_plan_site *ps)
{
    bool says = false;
    for (size_t i = 0; s->conf.home_choice && !says && i < ps->n_names; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, ps->names[i]);
        says = e && e->home != SC_HOME_UNSET;
    }
    return says;
}

/* A shared home that nothing asks for is kept from before; so it stays, whatever sitecage.conf says
 * meanwhile, until the site says it, or gets a home of its own. */
static int store_home(struct sc_server *s, const struct sc_facts *f, const struct sc_plan_site *ps,
                      const struct sc_site_row *row, struct sc_error *err)
{
    bool kept = row->home == SC_SITE_KEPT || s->conf.home == SC_HOME_UNSET;
    enum sc_site_home home = ps->private_home               ? SC_SITE_PRIVATE
                             : kept && !says_home(s, f, ps) ? SC_SITE_KEPT
                                                            : SC_SITE_SHARED;
    return home == row->home ? 0 : sc_store_site_set_home(s->store, row->id, home, err);
}

/* A view in which a site learned is not changed into one that closes: processes in it may hold what
 * is to be closed. */
static bool was_learning(const char *config, const struct sc_account *a)
{
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry e = {0};
    return config && sc_domain_entry_from_json(&e, config, a->home_alias, NULL) == 0 &&
           e.learning_until != 0;
}

static bool is_led(const struct sc_facts *f, const struct sc_plan_site *ps)
{
    bool led = false;
    for (size_t i = 0; f->docroots.led && i < f->domains.n; i++)
        if (f->docroots.led[i])
            led |= sc_plan_site_of(f->plan, f->domains.v[i].name) == ps;
    return led;
}

/* By it the next pass knows which links the site could change (core/facts/led.h). A site that leads itself
 * away keeps what it owned, though it may have taken the marks of that away. */
static int store_owned(struct sc_server *s, const struct sc_facts *f, const struct sc_plan_site *ps,
                       unsigned id, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FREE char *before = NULL;
    if (is_led(f, ps))
        return 0;
    int rc = sc_store_site_owned_get(s->store, id, &before, err);
    if (rc < 0)
        return rc;
    sc_owned_text(ps, &text);
    bool first = true;
    for (size_t i = 0; i < f->by_link.n; i++) {
        const struct sc_by_link *l = &f->by_link.v[i];
        if (strcmp(l->site_rel, ps->rel) != 0)
            continue;
        sc_owned_text_link(&text, first, l->text, l->rel);
        first = false;
    }
    sc_owned_text_past(&text, f->plan, ps, before);
    if (text.failed)
        return no_memory(err);
    return sc_store_site_owned_set(s->store, id, text.data, err);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Which directories it has now, so that they are known again where the panel moves them together
 * with the name. */
static int store_dirs(struct sc_server *s, const struct sc_facts *f, const struct sc_plan_site *ps,
                      const struct sc_site_row *row, struct sc_error *err)
{
    const struct sc_dir_ids *now = NULL;
    for (size_t i = 0; f->dirs && !now && i < ps->n_names; i++) {
        const struct sc_domain *d = sc_domains_find(&f->domains, ps->names[i]);
        if (d && f->dirs[d - f->domains.v].docroot)
            now = &f->dirs[d - f->domains.v];
    }
    return !now || (same_text(now->docroot, row->dirs.docroot) &&
                    same_text(now->own, row->dirs.own))
               ? 0
               : sc_store_site_set_dirs(s->store, row->id, now, err);
}

static int store_site(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                      const struct sc_labels *labels, size_t i, struct sc_made *m,
                      struct sc_error *err)
{
    const struct sc_plan_site *ps = &f->plan->sites[i];
    SC_FREE char *docroot = NULL;
    if (asprintf(&docroot, "%s/%s", a->home, ps->rel) < 0)
        return no_memory(err);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    int rc = sc_store_site_adopt(s->store, a->uid, docroot, sc_labels_token(labels, ps->rel),
                                 is_somebodys_uid, NULL, &row, err);
    if (rc == 0 && !row.isolated)
        rc = sc_store_site_set_isolated(s->store, row.id, true, err);
    if (rc == 0 && !ps->learning) /* which home it has is said when it is isolated */
        rc = store_home(s, f, ps, &row, err);
    if (rc == 0)
        rc = store_owned(s, f, ps, row.id, err);
    if (rc == 0)
        rc = store_dirs(s, f, ps, &row, err);
    if (rc < 0)
        return rc;
    m->ids[i] = row.id;
    memcpy(m->tokens[i], row.token, sizeof(row.token));
    m->moved[i] |= row.isolated && was_learning(row.config, a) != ps->learning;
    for (size_t k = 0; rc == 0 && k < ps->n_names; k++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, ps->names[k]);
        if (!e || !(e->isolated || (ps->learning && e->learning_until)))
            continue;
        SC_BUF struct sc_buf json = SC_BUF_INIT;
        rc = sc_domain_entry_to_json(e, &json, err);
        if (rc == 0 && (!row.config || strcmp(row.config, json.data) != 0))
            rc = sc_store_site_set_config(s->store, row.id, json.data, err);
        break;
    }
    return rc;
}

/* Names that had a site before this pass, and what they are called now. */
struct past {
    struct sc_isolated_list isolated;
    struct sc_missed_list missed;
    struct sc_had *v;
    size_t n;
};

static void past_done(struct past *p)
{
    sc_isolated_list_done(&p->isolated);
    sc_missed_list_done(&p->missed);
    free(p->v);
}

static int gather_past(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                       struct past *p, struct sc_error *err)
{
    int rc = sc_store_isolated_get(s->store, a->uid, &p->isolated, err);
    if (rc == 0)
        rc = sc_store_missed_get(s->store, a->uid, &p->missed, err);
    if (rc < 0)
        return rc;
    p->v = calloc(p->isolated.n + p->missed.n + 1, sizeof(*p->v));
    if (!p->v)
        return no_memory(err);
    for (size_t i = 0; i < p->isolated.n; i++)
        p->v[p->n++] = (struct sc_had){.name = p->isolated.rows[i].name,
                                       .site_id = p->isolated.rows[i].site_id};
    for (size_t i = 0; i < p->missed.n; i++)
        if (p->missed.rows[i].site_id)
            p->v[p->n++] = (struct sc_had){.name = p->missed.rows[i].name,
                                           .site_id = p->missed.rows[i].site_id};
    for (size_t i = 0; i < p->n; i++)
        p->v[i].now = sc_renames_new(&f->renames, p->v[i].name);
    return 0;
}

static bool is_wanted(const struct sc_facts *f, const char *name)
{
    const struct sc_domain_entry *e = sc_domains_config_find(&f->config, name);
    return e && e->isolated;
}

static bool has_row(const struct sc_site_list *sites, unsigned id)
{
    for (size_t i = 0; i < sites->n; i++)
        if (sites->rows[i].id == id)
            return true;
    return false;
}

static int store_isolated_names(struct sc_server *s, const struct sc_account *a,
                                const struct sc_facts *f, const struct past *past,
                                const struct sc_site_list *sites, const struct sc_made *m,
                                struct sc_error *err)
{
    SC_FREE struct sc_isolated_row *rows = calloc(f->config.n ? f->config.n : 1, sizeof(*rows));
    if (!rows)
        return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < f->plan->n_sites; i++)
        for (size_t k = 0; m->ids[i] && k < f->plan->sites[i].n_names; k++)
            if (is_wanted(f, f->plan->sites[i].names[k]))
                rows[n++] = (struct sc_isolated_row){.name = f->plan->sites[i].names[k],
                                                     .site_id = m->ids[i]};
    /* what cannot be a site for the moment, its document root being away, stays wanted and
     * listed */
    for (size_t i = 0; i < past->n; i++) {
        const char *now = past->v[i].now;
        const struct sc_plan_site *site = sc_plan_site_of(f->plan, now);
        bool twice = false;
        for (size_t k = 0; k < n && !twice; k++)
            twice = strcmp(rows[k].name, now) == 0;
        if (is_wanted(f, now) && site && site->missing && !twice && n < f->config.n &&
            has_row(sites, past->v[i].site_id))
            rows[n++] = (struct sc_isolated_row){.name = now, .site_id = past->v[i].site_id};
    }
    return sc_store_isolated_replace(s->store, a->uid, rows, n, NULL, err);
}

/* Sites that are wanted but whose document root is missing, or whose name the panel does not list
 * for the moment, keep their row, so that they come back as they were. */
static bool keeps_row(const struct sc_facts *f, const struct past *past, unsigned id)
{
    for (size_t i = 0; i < past->n; i++)
        if (past->v[i].site_id == id && is_wanted(f, past->v[i].now))
            return true;
    return false;
}

/* The names that are wanted and that the panel does not list, with the sites that wait for them. */
static int store_missed(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                        const struct past *past, struct sc_error *err)
{
    SC_FREE struct sc_missed_row *rows = calloc(f->config.n ? f->config.n : 1, sizeof(*rows));
    if (!rows)
        return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < f->config.n; i++) {
        const char *name = f->config.entries[i].name;
        if (sc_domains_find(&f->domains, name))
            continue;
        rows[n].name = name;
        for (size_t k = 0; k < past->n; k++)
            if (strcmp(past->v[k].now, name) == 0)
                rows[n].site_id = past->v[k].site_id;
        n++;
    }
    int64_t now = sc_server_now(s);
    return sc_store_missed_note(s->store, a->uid, rows, n, now, now - SC_MISSED_MAX_S, err);
}

static int store_domains(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                         struct sc_error *err)
{
    SC_FREE struct sc_domain_row *rows = calloc(f->domains.n ? f->domains.n : 1, sizeof(*rows));
    if (!rows)
        return no_memory(err);
    for (size_t i = 0; i < f->domains.n; i++)
        rows[i] = sc_panel_row(&f->domains.v[i], a->uid);
    int rc = sc_store_domains_replace(s->store, a->uid, rows, f->domains.n, NULL, err);
    return rc < 0 ? rc : sc_store_user_set_inventory(s->store, a->uid, sc_server_now(s), err);
}

/* What the panel took from the account ends without a command that says so. */
static void say_gone(const struct sc_account *a, const struct sc_facts *f, const struct past *past)
{
    for (size_t i = 0; f->from_panel && i < past->n; i++)
        if (!is_wanted(f, past->v[i].now) && !sc_domains_find(&f->domains, past->v[i].now))
            sc_log("user=%s: %s is not isolated any more: the panel does not list it with this "
                   "account",
                   a->user, past->v[i].now);
}

int sc_record(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
              const struct sc_labels *labels, struct sc_made *m, struct sc_error *err)
{
    SC_CLEANUP(sc_store_rollbackp)
    __attribute__((unused)) struct sc_store *transaction = s->store;
    SC_CLEANUP(past_done) struct past past = {0};
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    int rc = sc_store_begin(s->store, err);
    if (rc == 0)
        rc = sc_store_user_put(s->store, a->uid, a->user, a->home_alias, err);
    if (rc == 0)
        rc = gather_past(s, a, f, &past, err);
    if (rc == 0 && f->from_panel)
        rc = store_domains(s, a, f, err);
    if (rc == 0)
        rc = sc_facts_led_note(s->store, a, f, err);
    if (rc == 0 && f->wp_looked)
        rc = sc_wp_note(s->store, a->uid, f->wp_config, err);
    if (rc == 0 && f->from_panel)
        rc = sc_facts_led_forget(s->store, a->uid, f, err);
    if (rc == 0)
        rc = sc_places_follow(s, a, f->plan, past.v, past.n, m->moved, err);
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++)
        if (f->plan->sites[i].isolated && !f->plan->sites[i].missing && !f->plan->sites[i].refused)
            rc = store_site(s, a, f, labels, i, m, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    for (size_t i = 0; rc == 0 && i < sites.n; i++) {
        bool stays = keeps_row(f, &past, sites.rows[i].id);
        for (size_t k = 0; k < f->plan->n_sites && !stays; k++)
            stays = m->ids[k] == sites.rows[i].id;
        if (!stays)
            rc = sc_store_site_remove(s->store, sites.rows[i].id, err);
    }
    if (rc == 0)
        rc = store_isolated_names(s, a, f, &past, &sites, m, err);
    if (rc == 0 && f->from_panel)
        rc = store_missed(s, a, f, &past, err);
    if (rc == 0)
        rc = sc_store_commit(s->store, err);
    if (rc == 0)
        say_gone(a, f, &past);
    return rc;
}

/* ---- what the database has already ---- */

static const struct sc_site_row *row_at(const struct sc_site_list *sites,
                                        const struct sc_account *a, const char *rel)
{
    for (size_t i = 0; i < sites->n; i++) {
        const char *is = sc_path_below(sites->rows[i].docroot, a->home);
        if (is && strcmp(is, rel) == 0 && sites->rows[i].isolated)
            return &sites->rows[i];
    }
    return NULL;
}

int sc_recorded(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                struct sc_made *m, bool *ret_other, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    size_t n = 0;
    int rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < f->plan->n_sites; i++) {
        const struct sc_plan_site *ps = &f->plan->sites[i];
        const struct sc_site_row *row = ps->isolated && ps->rel ? row_at(&sites, a, ps->rel) : NULL;
        if (!row)
            continue;
        m->ids[i] = row->id;
        memcpy(m->tokens[i], row->token, sizeof(m->tokens[i]));
        n++;
    }
    size_t wanted = 0;
    for (size_t i = 0; i < f->plan->n_sites; i++)
        wanted += f->plan->sites[i].isolated;
    *ret_other = n != wanted || n != sites.n; /* also where a site waits for its document root */
    return 0;
}
