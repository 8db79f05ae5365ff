/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sites a call for many is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/applied.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/vec.h"
#include "core/engine/internal.h"
#include "core/engine/many.h"
#include "core/facts/same_site.h"
#include "core/pass/pass.h"
#include "core/server/panel.h"

#define UNFINISHED_MS 5000

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of sites");
}

void sc_many_done(struct sc_many *m)
{
    for (size_t i = 0; i < m->n; i++)
        SC_FREE_ALL(m->v[i].domain, m->v[i].user, m->v[i].text);
    free(m->v);
    sc_names_done(&m->others);
    *m = (struct sc_many){0};
}

static int add(struct sc_many *m, const char *domain, const char *user, struct sc_error *err)
{
    if (!SC_VEC_ROOM(m->v, m->n))
        return no_memory(err);
    m->v[m->n++] = (struct sc_many_site){.domain = strdup(domain), .user = strdup(user)};
    return m->v[m->n - 1].domain && m->v[m->n - 1].user ? 0 : no_memory(err);
}

/* ---- what there is ---- */

/* The document root of one of these sites. */
static const char *docroot_of(const struct sc_site_list *sites, unsigned id)
{
    for (size_t i = 0; i < sites->n; i++)
        if (sites->rows[i].id == id)
            return sites->rows[i].docroot;
    return "/";
}

/* What the database knows: for ending isolation, which works without the panel. What is isolated has the document
 * root of its site, however the panel calls that. */
static int known_of_user(struct sc_server *s, const struct sc_user_row *u, struct sc_domains *ret,
                         struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list known = {0};
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list isolated = {0};
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    int rc = sc_store_domains_get(s->store, u->uid, &known, err);
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, u->uid, &isolated, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, u->uid, &sites, err);
    for (size_t i = 0; rc == 0 && i < known.n; i++)
        if (!sc_isolated_find(&isolated, known.rows[i].name))
            rc =
                sc_domains_put(ret, known.rows[i].name, u->name, known.rows[i].docroot, false, err);
    for (size_t i = 0; rc == 0 && i < isolated.n; i++)
        rc = sc_domains_put(ret, isolated.rows[i].name, u->name,
                            docroot_of(&sites, isolated.rows[i].site_id), false, err);
    return rc;
}

static int known_to_database(struct sc_server *s, struct sc_domains *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = sc_store_users_get(s->store, false, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++)
        rc = users.rows[i].gone ? 0 : known_of_user(s, &users.rows[i], &d, err);
    if (rc < 0)
        return rc;
    sc_domains_sort(&d);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int what_there_is(struct sc_server *s, bool enable, struct sc_domains *ret,
                         struct sc_error *err)
{
    return enable ? sc_panel_all(s, ret, err) : known_to_database(s, ret, err);
}

/* ---- what is wanted of it ---- */

static int by_user(const void *a, const void *b)
{
    const struct sc_many_site *x = a, *y = b;
    int users = strcmp(x->user, y->user);
    return users ? users : strcmp(x->domain, y->domain);
}

static void sort(struct sc_many *m)
{
    size_t n = 0;
    if (m->n)
        qsort(m->v, m->n, sizeof(*m->v), by_user);
    for (size_t i = 0; i < m->n; i++) {
        if (n && by_user(&m->v[n - 1], &m->v[i]) == 0)
            SC_FREE_ALL(m->v[i].domain, m->v[i].user);
        else
            m->v[n++] = m->v[i];
    }
    m->n = n;
}

static const struct sc_domain *find(const struct sc_domains *there, const char *given)
{
    char name[256];
    return sc_domain_canon(given, name, NULL) < 0 ? NULL : sc_domains_find(there, name);
}

static int add_named(const struct sc_many_which *which, const struct sc_domains *there,
                     struct sc_many *m, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < which->n_domains; i++) {
        const struct sc_domain *d = find(there, which->domains[i]);
        rc = d ? add(m, d->name, d->owner, err) : sc_no_domain(err, which->domains[i]);
    }
    return rc;
}

static int add_of_users(const struct sc_many_which *which, const struct sc_domains *there,
                        struct sc_many *m, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < which->n_users; i++) {
        uid_t uid;
        rc = sc_account_uid(which->users[i], &uid, err);
        for (size_t k = 0; rc == 0 && k < there->n; k++)
            if (strcmp(there->v[k].owner, which->users[i]) == 0)
                rc = add(m, there->v[k].name, there->v[k].owner, err);
    }
    for (size_t k = 0; rc == 0 && which->all && k < there->n; k++)
        rc = add(m, there->v[k].name, there->v[k].owner, err);
    return rc;
}

static void skip(struct sc_many *m, struct sc_many_site *site, const char *why)
{
    if (site->is == SC_MANY_OPEN)
        m->of[SC_MANY_SKIPPED]++;
    site->is = SC_MANY_SKIPPED;
    site->code = why;
}

static int leave_out_site(const struct sc_domain *left, struct sc_same_site *same,
                          struct sc_many *m, struct sc_error *err)
{
    for (size_t k = 0; k < m->n; k++) {
        const struct sc_domain *d = sc_domains_find(same->there, m->v[k].domain);
        bool is = false;
        int rc = d ? sc_same_site_is(same, d, left, &is, err) : 0;
        if (rc < 0)
            return rc;
        if (is)
            skip(m, &m->v[k], "excluded");
    }
    return 0;
}

/* With one name of a site its others are left out: it is one document root. A name that does not exist is a slip of
 * the pen, and the site that was meant would not be left out. */
static int leave_out(const struct sc_many_which *which, const struct sc_domains *there,
                     struct sc_many *m, struct sc_error *err)
{
    SC_CLEANUP(sc_same_site_done) struct sc_same_site same = {0};
    int rc = which->n_except ? sc_same_site_of(there, &same, err) : 0;
    for (size_t i = 0; rc == 0 && i < which->n_except; i++) {
        const struct sc_domain *d = find(there, which->except[i]);
        rc = d ? leave_out_site(d, &same, m, err) : sc_no_domain(err, which->except[i]);
    }
    return rc;
}

/* ---- what is as it should be ---- */

static bool is_named(const struct sc_many_which *which, const char *name)
{
    char canon[256];
    for (size_t i = 0; i < which->n_domains; i++)
        if (sc_domain_canon(which->domains[i], canon, NULL) == 0 && strcmp(canon, name) == 0)
            return true;
    return false;
}

static bool is_user(const struct sc_many_which *which, const char *user)
{
    for (size_t i = 0; i < which->n_users; i++)
        if (strcmp(which->users[i], user) == 0)
            return true;
    return false;
}

/* Who was asked for by name must be allowed; of all users only those who are are meant. */
static int check_user(struct sc_server *s, const struct sc_many_which *which, struct sc_many *m,
                      size_t from, size_t to, struct sc_error *err)
{
    bool allowed = false;
    int rc = sc_policy_user_allowed(&s->policy, m->v[from].user, &allowed, err);
    for (size_t i = from; rc == 0 && !allowed && i < to; i++) {
        if (m->v[i].is != SC_MANY_OPEN)
            continue;
        if (is_user(which, m->v[i].user) || is_named(which, m->v[i].domain))
            return sc_error_is(
                err, SC_IS_NOT_ALLOWED,
                sc_error_set(err, SC_E_DENIED,
                             "CloudLinux Isolates is not allowed for user %s; allow it with: "
                             "cagefsctl --site-isolation-allow %s",
                             m->v[i].user, m->v[i].user));
        skip(m, &m->v[i], SC_IS_NOT_ALLOWED);
    }
    return rc;
}

/* Whether a command was killed in the midst of a change of the account. Who is at it now, as the daemon that
 * completes it, has a moment to come to its end. */
static int is_unfinished(struct sc_server *s, uid_t uid, bool *ret, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = sc_account_is_pending(s, uid, ret, err);
    if (rc == 0 && *ret)
        rc = sc_account_lock(uid, UNFINISHED_MS, &lock, err);
    if (rc == SC_E_BUSY) /* what is done about it waits as any change does, and says so */
        return 0;
    return rc < 0 || !*ret ? rc : sc_account_is_pending(s, uid, ret, err);
}

/* What the database has of it is not in force then. To be isolated it is done like what was never begun;
 * what was to end may not be in the database any more, and ends now. */
static int look_for_unfinished(struct sc_server *s, const struct sc_many_how *how, uid_t uid,
                               bool *ret_again, struct sc_error *err)
{
    bool unfinished = false;
    int rc = is_unfinished(s, uid, &unfinished, err);
    if (rc == 0 && unfinished && how->enable)
        *ret_again = true;
    return rc < 0 || !unfinished || how->enable || how->dry_run
               ? rc
               : sc_pass_complete(s, uid, s->lock_ms, err);
}

static int look_at_user(struct sc_server *s, const struct sc_many_how *how, struct sc_many *m,
                        size_t from, size_t to, struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list l = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    bool again = how->how.home != SC_HOME_UNSET || how->how.learned; /* of isolated ones, too */
    int rc = sc_store_user_by_name(s->store, m->v[from].user, &u, err);
    if (rc == 0)
        rc = look_for_unfinished(s, how, u.uid, &again, err);
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, u.uid, &l, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    for (size_t i = from; i < to; i++)
        if (!(how->enable && again) &&
            (sc_isolated_find(&l, m->v[i].domain) != NULL) == how->enable)
            skip(m, &m->v[i], m->v[i].is == SC_MANY_OPEN ? "already" : m->v[i].code);
    return 0;
}

static int look_at_users(struct sc_server *s, const struct sc_many_which *which,
                         const struct sc_many_how *how, struct sc_many *m, struct sc_error *err)
{
    int rc = 0;
    for (size_t from = 0, to; rc == 0 && from < m->n; from = to) {
        for (to = from + 1; to < m->n && strcmp(m->v[to].user, m->v[from].user) == 0;)
            to++;
        rc = look_at_user(s, how, m, from, to, err);
        if (rc == 0 && how->enable)
            rc = check_user(s, which, m, from, to, err);
    }
    return rc;
}

int sc_many_select(struct sc_server *s, const struct sc_many_which *which,
                   const struct sc_many_how *how, struct sc_many *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains there = SC_DOMAINS_INIT;
    int rc = how->enable ? sc_engine_feature_on(s, err) : 0;
    if (rc == 0)
        rc = what_there_is(s, how->enable, &there, err);
    if (rc == 0)
        rc = add_named(which, &there, ret, err);
    if (rc == 0)
        rc = add_of_users(which, &there, ret, err);
    sort(ret);
    if (rc == 0)
        rc = leave_out(which, &there, ret, err);
    return rc < 0 ? rc : look_at_users(s, which, how, ret, err);
}
