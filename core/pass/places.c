/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"

#define NOWHERE SIZE_MAX

struct place {
    size_t to;         /* index of the plan's site that it goes to, or stays at */
    bool stays;        /* it is there already */
    const char *waits; /* the text of its document root, which is missing */
};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
}

static bool is_at(const struct sc_account *a, const struct sc_plan_site *ps, const char *docroot)
{
    size_t n = strlen(a->home);
    return ps->rel && strncmp(docroot, a->home, n) == 0 && docroot[n] == '/' &&
           strcmp(docroot + n + 1, ps->rel) == 0;
}

/* Where each site's names are now. */
static void find_places(const struct sc_account *a, const struct sc_plan *plan,
                        const struct sc_site_list *sites, const struct sc_had *had, size_t n_had,
                        struct place *places)
{
    for (size_t i = 0; i < n_had; i++) {
        const struct sc_plan_site *ps = sc_plan_site_of(plan, had[i].now);
        size_t k = 0;
        while (k < sites->n && sites->rows[k].id != had[i].site_id)
            k++;
        if (!ps || k == sites->n || !ps->isolated || ps->refused)
            continue;
        if (ps->missing)
            places[k].waits = ps->n_aliases ? ps->aliases[0] : NULL;
        else if (is_at(a, ps, sites->rows[k].docroot))
            places[k] = (struct place){.to = (size_t)(ps - plan->sites), .stays = true};
        else if (places[k].to == NOWHERE)
            places[k].to = (size_t)(ps - plan->sites);
    }
}

/* One site a place: who stays has it, then the one with the lowest id. */
static void settle_claims(const struct sc_site_list *sites, struct place *places)
{
    for (size_t i = 0; i < sites->n; i++)
        for (size_t k = 0; k < sites->n && places[i].to != NOWHERE && !places[i].stays; k++)
            if (k != i && places[k].to == places[i].to && (places[k].stays || k < i))
                places[i].to = NOWHERE;
}

static int park(struct sc_server *s, unsigned id, struct sc_error *err)
{
    char nowhere[32];
    snprintf(nowhere, sizeof(nowhere), "/#%u", id);
    return sc_store_site_set_docroot(s->store, id, nowhere, err);
}

/* Whatever is where a site wants to go to makes room. */
static int make_room(struct sc_server *s, const struct sc_site_row *there, const struct place *p,
                     struct sc_error *err)
{
    if (p->to != NOWHERE && !p->stays) /* goes elsewhere itself */
        return park(s, there->id, err);
    int rc = p->waits ? sc_store_site_set_docroot(s->store, there->id, p->waits, err) : SC_E_INVAL;
    if (rc != SC_E_INVAL) /* INVAL: another site is there */
        return rc;
    return sc_store_site_remove(s->store, there->id, err);
}

int sc_places_follow(struct sc_server *s, const struct sc_account *a, const struct sc_plan *plan,
                     const struct sc_had *had, size_t n_had, bool *moved, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    int rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    if (rc < 0)
        return rc;
    SC_FREE struct place *places = calloc(sites.n ? sites.n : 1, sizeof(*places));
    if (!places)
        return no_memory(err);
    for (size_t i = 0; i < sites.n; i++)
        places[i].to = NOWHERE;
    find_places(a, plan, &sites, had, n_had, places);
    settle_claims(&sites, places);
    for (size_t i = 0; rc == 0 && i < sites.n; i++)
        for (size_t k = 0; rc == 0 && k < sites.n; k++)
            if (places[i].to != NOWHERE && !places[i].stays && k != i &&
                is_at(a, &plan->sites[places[i].to], sites.rows[k].docroot))
                rc = make_room(s, &sites.rows[k], &places[k], err);
    for (size_t i = 0; rc == 0 && i < sites.n; i++) {
        SC_FREE char *docroot = NULL;
        if (places[i].to == NOWHERE || places[i].stays)
            continue;
        if (asprintf(&docroot, "%s/%s", a->home, plan->sites[places[i].to].rel) < 0)
            return no_memory(err);
        rc = sc_store_site_set_docroot(s->store, sites.rows[i].id, docroot, err);
        moved[places[i].to] = true;
    }
    return rc;
}
