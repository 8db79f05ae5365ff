/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list, status: nothing is changed, but what killed commands left is finished first. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/users.h"
#include "core/base/vec.h"
#include "core/coverage/account.h"
#include "core/engine/docroot.h"
#include "core/engine/endings.h"
#include "core/engine/internal.h"
#include "core/engine/learning.h"
#include "core/pass/recover.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

void sc_listing_done(struct sc_listing *l)
{
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->v[i].n; k++)
            free(l->v[i].domains[k]);
        for (size_t k = 0; k < l->v[i].n_covers; k++)
            free(l->v[i].covers[k].text);
        SC_FREE_ALL(l->v[i].covers, l->v[i].homes, l->v[i].domains, l->v[i].name);
    }
    free(l->v);
    *l = (struct sc_listing){0};
}

/* One name of each site is enough to say it. */
static bool is_said(const struct sc_isolated_list *names, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (names->rows[k].site_id == names->rows[i].site_id)
            return true;
    return false;
}

static int list_covers(const struct sc_isolated_list *names, struct sc_listed_user *ret,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records r = {0};
    int rc = sc_cover_records_told(ret->uid, ret->name, &r, err);
    if (rc < 0)
        return rc;
    ret->covers = calloc(names->n + 1, sizeof(*ret->covers));
    for (size_t i = 0; ret->covers && i < names->n; i++) {
        const struct sc_cover_record *c = sc_cover_record_of(&r, names->rows[i].site_id);
        if (!c || c->is == SC_COVERAGE_COVERED || is_said(names, i))
            continue;
        struct sc_listed_cover *to = &ret->covers[ret->n_covers++];
        *to = (struct sc_listed_cover){ret->domains[i], c->is, strdup(c->text)};
        if (!to->text)
            return no_memory(err);
    }
    return ret->covers ? 0 : no_memory(err);
}

static int list_homes(struct sc_server *s, const struct sc_isolated_list *names,
                      struct sc_listed_user *ret, struct sc_error *err)
{
    ret->homes = calloc(names->n + 1, sizeof(*ret->homes));
    int rc = ret->homes ? 0 : no_memory(err);
    for (size_t i = 0; rc == 0 && i < names->n; i++) {
        SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
        rc = sc_store_site_by_id(s->store, names->rows[i].site_id, &row, err);
        ret->homes[i] = sc_store_home_name(row.home);
    }
    return rc;
}

static int list_user(struct sc_server *s, const struct sc_user_row *u, struct sc_listed_user *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    int rc = sc_store_isolated_get(s->store, u->uid, &names, err);
    if (rc < 0)
        return rc;
    ret->uid = u->uid;
    ret->name = strdup(u->name);
    ret->domains = calloc(names.n ? names.n : 1, sizeof(*ret->domains));
    if (!ret->name || !ret->domains)
        return no_memory(err);
    for (size_t i = 0; i < names.n; i++)
        if (!(ret->domains[ret->n++] = strdup(names.rows[i].name)))
            return no_memory(err);
    rc = list_homes(s, &names, ret, err);
    return rc < 0 ? rc : list_covers(&names, ret, err);
}

static int check_users(struct sc_server *s, const char *const *users, size_t n,
                       struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        uid_t uid;
        SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
        int rc = sc_account_uid(users[i], &uid, err);
        if (rc < 0 && sc_store_user_by_name(s->store, users[i], &row, NULL) < 0)
            return rc;
    }
    return 0;
}

int sc_engine_list(struct sc_server *s, const char *const *users, size_t n, struct sc_listing *ret,
                   struct sc_error *err)
{
    sc_pass_recover(s);
    SC_CLEANUP(sc_user_list_done) struct sc_user_list all = {0};
    SC_CLEANUP(sc_listing_done) struct sc_listing l = {0};
    int rc = check_users(s, users, users ? n : 0, err);
    if (rc == 0)
        rc = sc_store_users_get(s->store, true, &all, err);
    if (rc < 0)
        return rc;
    l.v = calloc(all.n ? all.n : 1, sizeof(*l.v));
    if (!l.v)
        return no_memory(err);
    for (size_t i = 0; i < all.n; i++) {
        bool wanted = !users;
        for (size_t k = 0; users && k < n; k++)
            wanted |= strcmp(users[k], all.rows[i].name) == 0;
        if (!wanted || all.rows[i].gone)
            continue;
        rc = list_user(s, &all.rows[i], &l.v[l.n++], err);
        if (rc < 0)
            return rc;
        if (l.v[l.n - 1].n == 0) { /* its sites are all gone from the panel */
            const struct sc_listed_user *none = &l.v[--l.n];
            SC_FREE_ALL(none->covers, none->homes, none->domains, none->name);
        }
    }
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- status ---- */

void sc_status_done(struct sc_status *st)
{
    for (size_t i = 0; i < st->n; i++)
        SC_FREE_ALL(st->v[i].domain, st->v[i].user, st->v[i].docroot, st->v[i].stale,
                    st->v[i].coverage_text);
    free(st->v);
    for (size_t i = 0; i < st->n_notes; i++) {
        free(st->notes[i].user);
        sc_buf_free(&st->notes[i].text);
    }
    free(st->notes);
    sc_strings_free(st->locked, st->n_locked);
    *st = (struct sc_status){0};
}

static int add_notes(struct sc_status *st, const struct sc_user_row *u, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    for (size_t i = 0; i < st->n_notes; i++)
        if (strcmp(st->notes[i].user, u->name) == 0)
            return 0;
    sc_notes_read(u->uid, &text);
    int rc = sc_buf_check(&text, "notes", err);
    if (rc < 0 || !text.len)
        return rc;
    if (!SC_VEC_ROOM(st->notes, st->n_notes))
        return no_memory(err);
    char *user = strdup(u->name);
    if (!user)
        return no_memory(err);
    st->notes[st->n_notes++] = (struct sc_status_note){.user = user, .text = text};
    text = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

static int add_coverage(struct sc_status_row *r, uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records l = {0};
    int rc = sc_cover_records_told(uid, r->user, &l, err);
    const struct sc_cover_record *c = rc == 0 ? sc_cover_record_of(&l, r->id) : NULL;
    if (!c || c->is == SC_COVERAGE_COVERED)
        return rc;
    r->coverage = c->is;
    r->coverage_text = strdup(c->text);
    return r->coverage_text ? 0 : no_memory(err);
}

/* What is wrong with the site itself comes first: there may be much in an account. */
static int add_stale(struct sc_status_row *r, const struct sc_user_row *u, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user passwd = {0};
    const char *text = NULL;
    if (sc_user_by_uid(u->uid, &passwd, NULL) == 0)
        text = sc_docroot_problem(u->uid, passwd.gid, r->docroot, &r->dead);
    if (!text)
        text = u->stale ? u->last_error : NULL;
    r->stale = text ? strdup(text) : NULL;
    return text && !r->stale ? no_memory(err) : 0;
}

static int add_failing(struct sc_status_row *r, uid_t uid, struct sc_error *err)
{
    struct sc_failures noted;
    int rc = sc_failures_read(uid, r->id, &noted);
    if (rc < 0 && rc != -EBADMSG) /* of another version: nothing is known */
        return sc_error_sys(err, -rc, "read the failures of site %u", r->id);
    sc_failing_of(&noted, &r->failing);
    return 0;
}

int sc_status_add(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                  const char *name, const struct sc_user_row *u, unsigned site, const char *docroot,
                  struct sc_error *err)
{
    if (!SC_VEC_ROOM(st->v, st->n))
        return no_memory(err);
    struct sc_status_row *r = &st->v[st->n++];
    *r = (struct sc_status_row){
        .domain = strdup(name), .user = strdup(u->name), .isolated = site != 0, .id = site};
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    if (site && sc_store_site_by_id(s->store, site, &row, NULL) == 0) {
        docroot = row.docroot;
        r->home = sc_store_home_name(row.home);
        r->home_kept = row.home == SC_SITE_KEPT && s->conf.home == SC_HOME_UNSET;
    }
    r->docroot = strdup(docroot ? docroot : "");
    if (!r->domain || !r->user || !r->docroot)
        return no_memory(err);
    int rc = sc_policy_user_locked(&s->policy, u->name, &r->locked, err);
    if (rc < 0 || !site)
        return rc;
    rc = add_stale(r, u, err);
    if (rc == 0)
        rc = add_coverage(r, u->uid, err);
    if (rc == 0)
        rc = add_notes(st, u, err);
    if (rc < 0)
        return rc;
    if ((rc = add_failing(r, u->uid, err)) < 0)
        return rc;
    r->running = sc_site_running(u->uid, site, &r->processes);
    /* limits that cannot be read are in `stale` already, or will be at the next pass */
    (void)sc_stored_limits(s, site, u->home, &r->stats.limits, NULL);
    return sc_site_stats_look(cg, u->uid, site, &r->stats, err);
}

static int status_of_domain(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                            const char *given, struct sc_error *err)
{
    char name[256];
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    if (sc_domain_canon(given, name, NULL) < 0)
        return sc_no_domain(err, given);
    int rc = sc_store_domain_find(s->store, name, &d, err);
    if (rc == SC_E_NOTFOUND) { /* nobody has asked for it yet: the panel knows */
        SC_DOMAINS struct sc_domains found = SC_DOMAINS_INIT;
        rc = sc_panel_domain(s, name, &found, err);
        if (rc == SC_E_NOTFOUND)
            return sc_no_domain(err, given);
        if (rc < 0)
            return rc;
        return sc_status_of_told(s, cg, st, &found.v[0], err);
    }
    if (rc == 0)
        rc = sc_store_user_by_uid(s->store, d.uid, &u, err);
    if (rc == 0)
        rc = sc_store_isolated_get(s->store, d.uid, &names, err);
    unsigned site = 0;
    const struct sc_isolated_row *row = rc == 0 ? sc_isolated_find(&names, name) : NULL;
    if (row)
        site = row->site_id;
    else if (rc == 0 && names.n)
        rc = sc_engine_site_at(s, d.uid, &names, d.docroot, &site, err);
    SC_CLEANUP(sc_learning_done) struct sc_learning learning = {0};
    if (rc == 0 && !site)
        rc = sc_learning_load(s, &u, &learning, err);
    if (rc == 0)
        rc = sc_status_add(s, cg, st, name, &u, site, d.docroot, err);
    if (rc == 0)
        st->v[st->n - 1].learning_until = sc_learning_until(&learning, d.docroot);
    return rc;
}

/* Sites that learn are not isolated; they are told of nevertheless. */
static int learning_of_user(struct sc_server *s, const struct sc_cgroups *cg, struct sc_status *st,
                            const struct sc_user_row *u, struct sc_error *err)
{
    SC_CLEANUP(sc_learning_done) struct sc_learning learning = {0};
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list domains = {0};
    int rc = sc_learning_load(s, u, &learning, err);
    if (rc == 0 && learning.any)
        rc = sc_store_domains_get(s->store, u->uid, &domains, err);
    for (size_t i = 0; rc == 0 && i < domains.n; i++) {
        const struct sc_domain_row *d = &domains.rows[i];
        int64_t until = sc_learning_until(&learning, d->docroot);
        rc = until ? sc_status_add(s, cg, st, d->name, u, 0, d->docroot, err) : 0;
        if (rc == 0 && until)
            st->v[st->n - 1].learning_until = until;
    }
    return rc;
}

int sc_status_one(struct sc_server *s, const char *domain, struct sc_status *ret,
                  struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    int rc = sc_cgroups_open(&cg, err);
    if (rc == 0)
        rc = status_of_domain(s, cg, &st, domain, err);
    if (rc == 0)
        SC_MOVE(ret, &st);
    return rc;
}

/* Of accounts that have notes and no isolated sites. */
static int notes_of_others(struct sc_server *s, struct sc_status *st, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int rc = sc_notes_uids(SC_NOTE_WISHES, &uids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
        rc = sc_store_user_by_uid(s->store, uids[i], &u, err);
        if (rc == 0 && !u.gone)
            rc = add_notes(st, &u, err);
        if (rc == SC_E_NOTFOUND)
            rc = 0;
    }
    return rc;
}

int sc_engine_status(struct sc_server *s, const char *const *domains, size_t n,
                     struct sc_status *ret, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    int rc = sc_cgroups_open(&cg, err);
    if (rc == 0)
        rc = sc_policy_enabled(&s->policy, &st.enabled, err);
    if (rc == 0)
        rc = sc_policy_mode(&s->policy, &st.mode, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = status_of_domain(s, cg, &st, domains[i], err);
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    if (rc == 0 && n == 0)
        rc = sc_store_users_get(s->store, true, &users, err);
    if (rc == 0 && n == 0)
        rc = notes_of_others(s, &st, err);
    if (rc == 0 && n == 0)
        rc = sc_policy_locked_users(&s->policy, &st.locked, &st.n_locked, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++) {
        SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
        rc = sc_store_isolated_get(s->store, users.rows[i].uid, &names, err);
        for (size_t k = 0; rc == 0 && k < names.n; k++)
            rc = sc_status_add(s, cg, &st, names.rows[k].name, &users.rows[i],
                               names.rows[k].site_id, NULL, err);
        if (rc == 0)
            rc = learning_of_user(s, cg, &st, &users.rows[i], err);
    }
    if (rc == 0)
        rc = sc_status_endings(s, n == 0, &st, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &st);
    return 0;
}
