/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/identity.h"
#include "core/facts/dirs.h"
#include "core/facts/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/account/odd.h"
#include "core/base/cleanup.h"

struct names {
    struct sc_missed_list missed;
    struct sc_isolated_list isolated;
    struct sc_site_list sites;
    struct sc_known_name *known;
    size_t n_known;
    bool *foreign; /* per domain of the panel */
};

static void names_done(struct names *n)
{
    sc_missed_list_done(&n->missed);
    sc_isolated_list_done(&n->isolated);
    sc_site_list_done(&n->sites);
    free(n->known);
    free(n->foreign);
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's names");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_known_name *)a)->name, ((const struct sc_known_name *)b)->name);
}

static bool is_known(const struct names *n, const char *name)
{
    const struct sc_known_name key = {.name = name};
    return n->n_known && bsearch(&key, n->known, n->n_known, sizeof(key), by_name);
}

/* Another account's, as far as the database knows. What this one has, or had until lately, is its
 * own. */
static int is_foreign(const struct sc_server *s, const struct sc_account *a, const struct names *n,
                      const char *name, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    int rc = sc_store_domain_find(s->store, name, &d, err);
    if (rc == 0)
        *ret = d.uid != a->uid;
    if (rc != SC_E_NOTFOUND)
        return rc;
    *ret = false;
    return is_known(n, name) ? 0 : sc_store_missed_elsewhere(s->store, name, a->uid, ret, err);
}

static int gather_known(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                        struct names *n, struct sc_error *err)
{
    int rc = sc_store_domains_get(s->store, a->uid, &f->before, err);
    if (rc == 0)
        rc = sc_store_missed_get(s->store, a->uid, &n->missed, err);
    if (rc < 0)
        return rc;
    n->known = calloc(f->before.n + n->missed.n + f->config.n + 1, sizeof(*n->known));
    if (!n->known)
        return no_memory(err);
    for (size_t i = 0; i < f->before.n; i++)
        if (!sc_odd_is_place(f->before.rows[i].name))
            n->known[n->n_known++] = (struct sc_known_name){.name = f->before.rows[i].name,
                                                            .docroot = f->before.rows[i].docroot};
    /* what is missed and not wanted is forgotten; no name is in both lists */
    for (size_t i = 0; i < n->missed.n; i++)
        if (*n->missed.rows[i].docroot &&
            sc_domains_config_find(&f->config, n->missed.rows[i].name))
            n->known[n->n_known++] = (struct sc_known_name){.name = n->missed.rows[i].name,
                                                            .docroot = n->missed.rows[i].docroot};
    for (size_t i = 0; i < n->n_known; i++)
        n->known[i].wanted = sc_domains_config_find(&f->config, n->known[i].name) != NULL;
    qsort(n->known, n->n_known, sizeof(*n->known), by_name);
    return 0;
}

/* Names that are another account's leave the configuration; the others in it are known, too. */
static int part_foreign(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                        struct names *n, struct sc_error *err)
{
    n->foreign = calloc(f->domains.n ? f->domains.n : 1, sizeof(*n->foreign));
    if (!n->foreign)
        return no_memory(err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++)
        if (sc_odd_is_place(f->domains.v[i].name))
            n->foreign[i] = true; /* nobody's new name */
        else if (!is_known(n, f->domains.v[i].name))
            rc = is_foreign(s, a, n, f->domains.v[i].name, &n->foreign[i], err);
    for (size_t i = 0; rc == 0 && i < f->config.n;) {
        const char *name = f->config.entries[i].name;
        bool foreign = false;
        rc = is_foreign(s, a, n, name, &foreign, err);
        if (rc == 0 && foreign)
            (void)sc_domains_config_remove(&f->config, name);
        else
            i++;
    }
    size_t n_known = n->n_known;
    for (size_t i = 0; rc == 0 && i < f->config.n; i++) {
        const struct sc_known_name key = {
            .name = f->config.entries[i].name, .docroot = "", .wanted = true};
        if (!n_known || !bsearch(&key, n->known, n_known, sizeof(key), by_name))
            n->known[n->n_known++] = key;
    }
    if (rc == 0 && n->n_known > n_known)
        qsort(n->known, n->n_known, sizeof(*n->known), by_name);
    return rc;
}

static void drop_missing(const struct sc_server *s, struct sc_facts *f, const struct names *n)
{
    int64_t now = sc_server_now(s);
    for (size_t i = 0; i < n->missed.n; i++) {
        const struct sc_missed_row *m = &n->missed.rows[i];
        if (now - m->since > SC_MISSED_MAX_S && !sc_domains_lists(&f->domains, m->name))
            (void)sc_domains_config_remove(&f->config, m->name);
    }
}

/* An event without a user, or with the name that this one had or has had, can be another
 * account's. */
static bool concerns(const struct sc_account *a, const struct sc_facts *f, const struct names *n,
                     const struct sc_event_row *e)
{
    const char *old = sc_event_domain(e), *new = e->new_name;
    if (e->user && strcmp(e->user, a->user) == 0)
        return true;
    return old && (is_known(n, old) || sc_domains_find(&f->domains, old) ||
                   (new &&sc_domains_find(&f->domains, new)));
}

static void agree(const struct sc_account *a, struct sc_facts *f, const struct names *n)
{
    char missing[512];
    (void)sc_events_agree(f->hints.rows, f->hints.n, &f->before, &f->domains, f->agreed, missing,
                          sizeof(missing));
    for (size_t i = 0; i < f->hints.n; i++)
        f->agreed[i] = concerns(a, f, n, &f->hints.rows[i]) &&
                       (f->agreed[i] || sc_identity_agrees(&f->hints.rows[i], a->uid, a->user));
}

/* ---- directories that moved with a name ---- */

/* The site that the name had, or that waits for it; 0. */
static unsigned site_of(const struct names *n, const char *name)
{
    const struct sc_isolated_row *row = sc_isolated_find(&n->isolated, name);
    if (row)
        return row->site_id;
    for (size_t i = 0; i < n->missed.n; i++)
        if (strcmp(n->missed.rows[i].name, name) == 0)
            return n->missed.rows[i].site_id;
    return 0;
}

static const struct sc_dir_ids *dirs_of(const struct names *n, unsigned site_id)
{
    for (size_t i = 0; i < n->sites.n; i++)
        if (n->sites.rows[i].id == site_id)
            return &n->sites.rows[i].dirs;
    return NULL;
}

static bool is_away(const struct sc_facts *f, const struct sc_known_name *k)
{
    return k->wanted && !sc_domains_find(&f->domains, k->name);
}

/* The directories that the sites of names that are listed no more had. *ret_any: one is known. */
static int gather_dirs(const struct sc_server *s, const struct sc_account *a,
                       const struct sc_facts *f, struct names *n, bool *ret_any,
                       struct sc_error *err)
{
    bool away = false;
    for (size_t i = 0; i < n->n_known; i++)
        away |= is_away(f, &n->known[i]);
    int rc = away ? sc_store_isolated_get(s->store, a->uid, &n->isolated, err) : 0;
    if (rc == 0 && away)
        rc = sc_store_sites_get(s->store, a->uid, &n->sites, err);
    for (size_t i = 0; rc == 0 && i < n->n_known; i++)
        if (is_away(f, &n->known[i]))
            n->known[i].dirs = dirs_of(n, site_of(n, n->known[i].name));
    for (size_t i = 0; i < n->n_known; i++)
        *ret_any |= n->known[i].dirs != NULL;
    return rc;
}

int sc_facts_names(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                   struct sc_error *err)
{
    SC_CLEANUP(names_done) struct names n = {0};
    int rc = gather_known(s, a, f, &n, err);
    if (rc == 0)
        rc = part_foreign(s, a, f, &n, err);
    bool moved = false;
    if (rc == 0)
        rc = gather_dirs(s, a, f, &n, &moved, err);
    if (rc == 0 && moved) /* any of those that there are now may be the one */
        rc = sc_facts_know_dirs(a, NULL, f, err);
    const struct sc_listed_names listed = {
        .panel = &f->domains, .foreign = n.foreign, .dirs = f->dirs};
    if (rc == 0)
        rc = sc_renames_find(n.known, n.n_known, f->hints.rows, f->hints.n, &listed, &f->renames,
                             err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < f->renames.n_ended; i++)
        (void)sc_domains_config_remove(&f->config, f->renames.ended[i]);
    rc = sc_domains_config_rename_all(&f->config, f->renames.v, f->renames.n, err);
    if (rc == 0) {
        drop_missing(s, f, &n);
        agree(a, f, &n);
    }
    return rc;
}
