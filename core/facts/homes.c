/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/homes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/plan/planfile.h"

#define PLAN_END ".plan"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the homes of sites");
}

/* The sites whose shared home is kept. */
struct kept {
    unsigned *ids; /* rising */
    size_t n_ids;
    char **rels; /* their document roots below the home, sorted */
    size_t n_rels;
};

static void kept_done(struct kept *k)
{
    for (size_t i = 0; i < k->n_rels; i++)
        free(k->rels[i]);
    free(k->rels);
    free(k->ids);
}

static int add_rel(struct kept *k, const char *rel, struct sc_error *err)
{
    if (!SC_VEC_ROOM(k->rels, k->n_rels))
        return no_memory(err);
    if (!(k->rels[k->n_rels] = strdup(rel)))
        return no_memory(err);
    k->n_rels++;
    return 0;
}

static int kept_rows(const struct sc_account *a, const struct sc_site_list *sites, struct kept *k,
                     struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sites->n; i++) {
        if (sites->rows[i].home != SC_SITE_KEPT)
            continue;
        if (!SC_VEC_ROOM(k->ids, k->n_ids))
            return no_memory(err);
        k->ids[k->n_ids++] = sites->rows[i].id;
        const char *rel = sc_path_below(sites->rows[i].docroot, a->home);
        rc = rel ? add_rel(k, rel, err) : 0;
    }
    return rc;
}

/* ---- a database that lost the account ---- */

static int is_marked(uid_t uid, bool *ret, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_MARK_DIR "/%u", (unsigned)uid);
    *ret = access(path, F_OK) == 0;
    return *ret || sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look for %s", path);
}

/* A plan that this version cannot read is none that it made. */
static int kept_plan(const struct sc_account *a, const char *path, struct kept *k,
                     struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = SC_PLANFILE_MAX_BYTES};
    SC_CLEANUP(sc_planfile_done) struct sc_planfile p = {0};
    int rc = sc_read_trusted_file(path, 0, SC_PLANFILE_MAX_BYTES, &text, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    if (sc_planfile_parse(text.data, text.len, &p, NULL) < 0 || strcmp(p.home, a->home) != 0)
        return 0;
    bool private = p.entries.n && p.entries.v[0].kind == SC_ENTRY_OWN && !p.entries.v[0].rel[0];
    return private ? 0 : add_rel(k, p.docroot, err);
}

static int kept_plans(const struct sc_account *a, struct kept *k, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u", (unsigned)a->uid);
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "list %s", path);
    int rc = 0;
    struct dirent *e;
    while (rc == 0 && (errno = 0, e = readdir(d)) != NULL) {
        char file[sizeof(path) + sizeof(e->d_name)];
        const char *end = strrchr(e->d_name, '.');
        if (!end || strcmp(end, PLAN_END) != 0)
            continue;
        snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
        rc = kept_plan(a, file, k, err);
    }
    return rc == 0 && errno ? sc_error_sys(err, errno, "list %s", path) : rc;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int gather(const struct sc_server *s, const struct sc_account *a, struct kept *k,
                  struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    bool lost = false;
    int rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    if (rc == 0)
        rc = kept_rows(a, &sites, k, err);
    if (rc == 0 && sites.n == 0)
        rc = is_marked(a->uid, &lost, err);
    if (rc == 0 && lost)
        rc = kept_plans(a, k, err);
    if (k->n_rels)
        qsort(k->rels, k->n_rels, sizeof(*k->rels), by_text);
    return rc;
}

/* ---- domains ---- */

static int by_id(const void *key, const void *id)
{
    unsigned a = *(const unsigned *)key, b = *(const unsigned *)id;
    return a < b ? -1 : a > b;
}

/* By the site that its name had last, wherever that lies now, and by its place. */
static bool is_kept(const struct kept *k, const struct sc_isolated_list *names,
                    const struct sc_facts *f, size_t i)
{
    const char *name = sc_renames_old(&f->renames, f->domains.v[i].name);
    const char *rel = f->docroots.rels[i];
    const struct sc_isolated_row *had = sc_isolated_find(names, name);
    if (had && k->n_ids && bsearch(&had->site_id, k->ids, k->n_ids, sizeof(*k->ids), by_id))
        return true;
    return rel && k->n_rels && bsearch(&rel, k->rels, k->n_rels, sizeof(*k->rels), by_text);
}

int sc_facts_kept(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err)
{
    SC_CLEANUP(kept_done) struct kept k = {0};
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    if (f->kept)
        return 0;
    int rc = gather(s, a, &k, err);
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, a->uid, &names, err);
    if (rc < 0)
        return rc;
    bool *kept = calloc(f->domains.n + 1, sizeof(*kept));
    if (!kept)
        return no_memory(err);
    for (size_t i = 0; i < f->domains.n; i++)
        kept[i] = is_kept(&k, &names, f, i);
    f->kept = kept;
    return 0;
}

enum sc_plan_home sc_facts_home(const struct sc_server *s, const struct sc_facts *f, size_t i)
{
    const struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
    enum sc_home says = s->conf.home_choice && e ? e->home : SC_HOME_UNSET;
    if (says != SC_HOME_UNSET)
        return says == SC_HOME_PRIVATE ? SC_PLAN_HOME_PRIVATE : SC_PLAN_HOME_SHARED;
    bool shared = s->conf.home == SC_HOME_UNSET ? f->kept[i] : s->conf.home == SC_HOME_SHARED;
    return shared ? SC_PLAN_HOME_SHARED_ELSE : SC_PLAN_HOME_PRIVATE_ELSE;
}
