/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains an account has, and what is known of it as a whole. Of one domain: overview_site.c. */
#include "core/engine/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/users.h"
#include "core/base/vec.h"
#include "core/engine/endings.h"
#include "core/engine/internal.h"
#include "core/engine/learning.h"
#include "core/engine/overview_private.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an overview");
}

/* ---- the server ---- */

void sc_overview_server_done(struct sc_overview_server *o)
{
    sc_php_catalogue_done(&o->php);
    *o = (struct sc_overview_server){0};
}

static bool look_at_php(struct sc_php_catalogue *c)
{
    if (sc_php_catalogue_load(NULL, c, NULL) < 0)
        return false;
    bool ok = sc_php_modules(NULL, &c->native, NULL) == 0;
    for (size_t i = 0; i < c->n; i++)
        ok &= sc_php_modules(NULL, &c->v[i], NULL) == 0;
    return ok;
}

int sc_overview_server_look(struct sc_server *s, struct sc_overview_server *ret,
                            struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    SC_CLEANUP(sc_overview_server_done) struct sc_overview_server o = {0};
    int rc = sc_policy_enabled(&s->policy, &o.enabled, err);
    if (rc == 0)
        rc = sc_policy_mode(&s->policy, &o.mode, err);
    if (rc == 0)
        rc = sc_cgroups_open(&cg, err);
    if (rc == 0)
        rc = sc_limits_probe(cg, &o.limits, err);
    if (rc < 0)
        return rc;
    o.home = s->conf.home == SC_HOME_UNSET ? SC_HOME_PRIVATE : s->conf.home;
    o.home_choice = s->conf.home_choice;
    o.php_known = look_at_php(&o.php);
    SC_MOVE(ret, &o);
    return 0;
}

/* ---- an account's names ---- */

struct name {
    const char *name, *docroot; /* borrowed */
    bool is_main;
    unsigned site; /* 0: not isolated */
};

struct names {
    struct name *v;
    size_t n;
    struct sc_domain_list stored;
    struct sc_isolated_list isolated;
    struct sc_domains told;
};

static void names_done(struct names *l)
{
    sc_domain_list_done(&l->stored);
    sc_isolated_list_done(&l->isolated);
    sc_domains_done(&l->told);
    free(l->v);
}

static int add_name(struct names *l, const char *name, const char *docroot, bool is_main,
                    struct sc_error *err)
{
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    l->v[l->n++] = (struct name){.name = name, .docroot = docroot, .is_main = is_main};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static int add_told(struct names *l, const struct sc_domains *told, const char *user,
                    struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < told->n; i++)
        if (strcmp(told->v[i].owner, user) == 0)
            rc = add_name(l, told->v[i].name, told->v[i].docroot, told->v[i].is_main, err);
    return rc;
}

/* The database is as good as the panel where the daemon follows the account: while it has isolated sites. */
static bool ask_panel(struct sc_server *s, const struct sc_user_row *u, struct names *l,
                      struct sc_overview *o)
{
    struct sc_error why = SC_ERROR_INIT;
    if (l->isolated.n && u->inventory_time)
        return false;
    int rc = sc_panel_user(s, u->name, &l->told, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        o->panel_error = strdup(why.text);
    return rc == 0;
}

/* A name that is isolated and that the panel does not list for the moment is there all the same. */
static int add_isolated(struct names *l, struct sc_error *err)
{
    int rc = 0;
    if (l->v)
        qsort(l->v, l->n, sizeof(*l->v), by_name);
    size_t n = l->n;
    for (size_t i = 0; rc == 0 && i < l->isolated.n; i++) {
        struct name key = {.name = l->isolated.rows[i].name};
        struct name *found = n ? bsearch(&key, l->v, n, sizeof(key), by_name) : NULL;
        if (!found) {
            rc = add_name(l, key.name, "", false, err);
            found = rc == 0 ? &l->v[l->n - 1] : NULL;
        }
        if (found)
            found->site = l->isolated.rows[i].site_id;
    }
    if (rc == 0 && l->v && l->n > n)
        qsort(l->v, l->n, sizeof(*l->v), by_name);
    return rc;
}

/* Domains with one document root are one site. */
static int add_other_names(struct sc_server *s, uid_t uid, struct names *l, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && l->isolated.n && i < l->n; i++)
        if (!l->v[i].site)
            rc = sc_engine_site_at(s, uid, &l->isolated, l->v[i].docroot, &l->v[i].site, err);
    return rc;
}

static int gather_stored(struct sc_server *s, const struct sc_user_row *u, struct names *l,
                         struct sc_error *err)
{
    int rc = sc_store_domains_get(s->store, u->uid, &l->stored, err);
    for (size_t i = 0; rc == 0 && i < l->stored.n; i++) {
        const struct sc_domain_row *d = &l->stored.rows[i];
        rc = add_name(l, d->name, d->docroot, d->is_main, err);
    }
    return rc;
}

static int gather_names(struct sc_server *s, const struct sc_user_row *u,
                        const struct sc_domains *panel, struct names *l, struct sc_overview *o,
                        struct sc_error *err)
{
    int rc = sc_store_isolated_get(s->store, u->uid, &l->isolated, err);
    if (rc < 0)
        return rc;
    o->from_panel = panel || ask_panel(s, u, l, o);
    rc = o->from_panel ? add_told(l, panel ? panel : &l->told, u->name, err)
                       : gather_stored(s, u, l, err);
    if (rc == 0)
        rc = add_isolated(l, err);
    return rc < 0 ? rc : add_other_names(s, u->uid, l, err);
}

/* ---- an account ---- */

void sc_overview_done(struct sc_overview *o)
{
    for (size_t i = 0; o->sites && i < o->st.n; i++)
        sc_overview_site_done(&o->sites[i]);
    SC_FREE_ALL(o->user, o->home, o->panel_error, o->stale, o->sites);
    sc_status_done(&o->st);
    *o = (struct sc_overview){0};
}

static bool is_wanted(const struct name *n, const struct sc_overview_of *of, const char *domain)
{
    return (!of->only || n->site == of->only) && (!of->domain || strcmp(n->name, domain) == 0);
}

static int add_rows(struct sc_server *s, const struct sc_user_row *u, const struct names *l,
                    const struct sc_overview_of *of, struct sc_overview *o, struct sc_error *err)
{
    char domain[256] = "";
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    if (of->domain && sc_domain_canon(of->domain, domain, NULL) < 0)
        return sc_no_domain(err, NULL);
    o->sites = calloc(l->n + 1, sizeof(*o->sites));
    int rc = o->sites ? sc_cgroups_open(&cg, err) : no_memory(err);
    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        const struct name *n = &l->v[i];
        if (!is_wanted(n, of, domain))
            continue;
        rc = sc_status_add(s, cg, &o->st, n->name, u, n->site, n->docroot, err);
        if (rc == 0)
            o->sites[o->st.n - 1].is_main = n->is_main;
    }
    if (rc == 0 && of->domain && o->st.n == 0)
        rc = sc_no_domain(err, NULL);
    return rc < 0 ? rc : sc_status_endings(s, false, &o->st, err);
}

static int add_learning(struct sc_server *s, const struct sc_user_row *u, struct sc_overview *o,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_learning_done) struct sc_learning l = {0};
    int rc = sc_learning_load(s, u, &l, err);
    for (size_t i = 0; rc == 0 && i < o->st.n; i++)
        if (!o->st.v[i].isolated)
            o->st.v[i].learning_until = sc_learning_until(&l, o->st.v[i].docroot);
    return rc;
}

static int look(struct sc_server *s, struct sc_overview_server *server, const struct sc_user_row *u,
                const struct sc_overview_of *of, struct sc_overview *o, struct sc_error *err)
{
    SC_CLEANUP(names_done) struct names names = {.n = 0};
    o->uid = u->uid;
    o->user = strdup(u->name);
    o->home = strdup(u->home);
    o->stale = u->stale && u->last_error ? strdup(u->last_error) : NULL;
    if (!o->user || !o->home)
        return no_memory(err);
    int rc = sc_policy_user_allowed(&s->policy, u->name, &o->allowed, err);
    if (rc == 0)
        rc = sc_policy_user_locked(&s->policy, u->name, &o->locked, err);
    if (rc == 0)
        rc = gather_names(s, u, of->panel, &names, o, err);
    if (rc == 0)
        rc = add_rows(s, u, &names, of, o, err);
    if (rc == 0)
        rc = add_learning(s, u, o, err);
    return rc < 0 ? rc : sc_overview_sites(s, server, o, err);
}

int sc_overview_look(struct sc_server *s, struct sc_overview_server *server,
                     const struct sc_overview_of *of, struct sc_overview *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user system = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row stored = {0};
    SC_CLEANUP(sc_overview_done) struct sc_overview o = {0};
    int rc = of->uid ? sc_user_by_uid(of->uid, &system, err) : SC_E_NOTFOUND;
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    if (rc < 0 || !sc_owner_valid(system.name))
        return sc_error_set(err, SC_E_INVAL, "uid %u is no hosting user", (unsigned)of->uid);
    rc = sc_store_user_by_uid(s->store, of->uid, &stored, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    /* by the name that he has now: what the database says of a renamed account is for its next pass */
    const struct sc_user_row u = {.uid = of->uid,
                                  .name = system.name,
                                  .home = stored.home ? stored.home : system.home,
                                  .inventory_time = stored.inventory_time,
                                  .stale = stored.stale,
                                  .last_error = stored.last_error};
    rc = look(s, server, &u, of, &o, err);
    if (rc == 0)
        SC_MOVE(ret, &o);
    return rc;
}
