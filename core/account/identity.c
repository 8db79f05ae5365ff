/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/account/renames.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/cage/view.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's identity");
}

/* ---- pure ---- */

enum sc_told sc_identity_told(const struct sc_event_list *hints, const char *old, const char *now)
{
    enum sc_told t = SC_TOLD_NOTHING;
    const char *name = old;
    for (size_t i = 0; i < hints->n; i++) {
        const struct sc_event_row *e = &hints->rows[i];
        if (!e->user || strcmp(e->user, name) != 0)
            continue;
        if (sc_event_is(e, SC_KIND_USER_DELETED))
            t = SC_TOLD_DELETED;
        else if (sc_event_is(e, SC_KIND_USER_RENAMED) && e->new_name) {
            name = e->new_name;
            t = SC_TOLD_NOTHING;
        }
        if (t != SC_TOLD_DELETED && name != old && strcmp(name, now) == 0)
            t = SC_TOLD_RENAMED;
    }
    return t;
}

bool sc_identity_is_same(const struct sc_clues *c)
{
    if (c->told != SC_TOLD_NOTHING)
        return c->told == SC_TOLD_RENAMED;
    return c->storage || c->same_home || (!c->sites && c->shares);
}

/* ---- the verdict ---- */

void sc_verdict_done(struct sc_verdict *v)
{
    for (size_t i = 0; i < v->n; i++)
        SC_FREE_ALL(v->v[i].name, v->v[i].now_name, v->v[i].now_home);
    free(v->v);
    *v = (struct sc_verdict){0};
}

bool sc_verdict_renamed(const struct sc_verdict *v, uid_t uid)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i].is != SC_IDENTITY_ANOTHERS && v->v[i].now == uid)
            return true;
    return false;
}

static const struct sc_finding *find(const struct sc_verdict *v, uid_t uid)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i].uid == uid)
            return &v->v[i];
    return NULL;
}

/* `now` (uid, user, home): who it is now; NULL: nobody. */
static int add(struct sc_verdict *v, const struct sc_user_row *row, enum sc_identity_is is,
               enum sc_identity_policy policy, const struct sc_identity *now, struct sc_error *err)
{
    if (!SC_VEC_ROOM(v->v, v->n))
        return no_memory(err);
    struct sc_finding *f = &v->v[v->n++];
    *f =
        (struct sc_finding){.is = is, .policy = policy, .uid = row->uid, .name = strdup(row->name)};
    if (now) {
        f->now = now->uid;
        f->now_name = strdup(now->user);
        f->now_home = strdup(now->home);
    }
    return f->name && (!now || (f->now_name && f->now_home)) ? 0 : no_memory(err);
}

/* ---- the clues ---- */

/* One site's storage is there: 1; 0; or an error. A link or a file in its place is no proof; what
 * cannot be opened proves nothing either way. */
static int is_stored(const struct sc_identity *me, const char *token, struct sc_error *err)
{
    char rel[sizeof(SC_CAGE_STORAGE) + SC_SITE_TOKEN + 2];
    SC_FD int fd = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    snprintf(rel, sizeof(rel), SC_CAGE_STORAGE "/%s", token);
    int rc = sc_open_beneath(me->homefd, rel, O_PATH | O_DIRECTORY, 0, &fd, &why);
    if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED || (rc == SC_E_SYS && sc_is_absent(why.sys)))
        return 0;
    if (rc < 0 && err)
        *err = why;
    return rc < 0 ? rc : 1;
}

/* The same with the owner's rights (a home may be on a server that trusts no root); as root where
 * he closed a directory of his own, which must not end his account's passes. */
static int is_stored_anyhow(const struct sc_identity *me, const char *token, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        int rc = sc_asuser_begin(&as, me->uid, me->gid, err);
        if (rc < 0)
            return rc;
        rc = is_stored(me, token, &why);
        if (rc >= 0)
            return rc;
    }
    if (why.sys == EACCES)
        return is_stored(me, token, err);
    if (err)
        *err = why;
    return why.code;
}

static int has_storage(const struct sc_identity *me, const struct sc_site_list *sites, bool *ret,
                       struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; me->homefd >= 0 && rc == 0 && i < sites->n; i++)
        rc = is_stored_anyhow(me, sites->rows[i].token, err);
    if (rc >= 0)
        *ret = rc == 1;
    return rc < 0 ? rc : 0;
}

/* Where the panel did not answer, it may. */
static int shares_domain(const struct sc_server *s, uid_t uid, const struct sc_domains *panel,
                         bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list was = {0};
    *ret = !panel;
    int rc = panel ? sc_store_domains_get(s->store, uid, &was, err) : 0;
    for (size_t i = 0; i < was.n && !*ret; i++)
        *ret = sc_domains_find(panel, was.rows[i].name) != NULL;
    return rc;
}

/* Whether `me`, who has the uid of `row`, is the account that the row is about. */
static int judge(const struct sc_server *s, const struct sc_identity *me,
                 const struct sc_user_row *row, bool *ret_same, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    struct sc_clues c = {.told = sc_identity_told(me->hints, row->name, me->user),
                         .same_home = strcmp(row->home, me->home) == 0};
    int rc = c.told == SC_TOLD_NOTHING ? sc_store_sites_get(s->store, row->uid, &sites, err) : 0;
    c.sites = sites.n != 0;
    if (rc == 0 && c.sites && !c.same_home)
        rc = has_storage(me, &sites, &c.storage, err);
    if (rc == 0 && c.told == SC_TOLD_NOTHING)
        rc = shares_domain(s, row->uid, me->panel, &c.shares, err);
    if (rc < 0)
        return rc;
    *ret_same = sc_identity_is_same(&c);
    return 0;
}

/* ---- the same uid ---- */

/* Acting on the findings before this one gives the row's name to another uid. */
static bool loses_name(const struct sc_verdict *v, const struct sc_user_row *row)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i].is == SC_IDENTITY_RENAMED && strcmp(v->v[i].now_name, row->name) == 0)
            return true;
    return false;
}

static int look_at_uid(const struct sc_server *s, const struct sc_identity *me,
                       struct sc_verdict *v, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    bool same = true;
    int rc = sc_store_user_by_uid(s->store, me->uid, &row, err);
    if (rc < 0 || strcmp(row.name, me->user) == 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    if (sc_verdict_renamed(v, me->uid)) /* it gets the name of one that moves here */
        return 0;
    rc = judge(s, me, &row, &same, err);
    if (rc < 0)
        return rc;
    bool nameless = row.gone || loses_name(v, &row);
    if (same)
        return add(v, &row, SC_IDENTITY_RENAMED, nameless ? SC_IDENTITY_KEEPS : SC_IDENTITY_FOLLOWS,
                   me, err);
    rc = nameless ? 1 : sc_account_exists(row.name, err);
    return rc < 0 ? rc
                  : add(v, &row, SC_IDENTITY_ANOTHERS, rc ? SC_IDENTITY_KEEPS : SC_IDENTITY_ENDS,
                        NULL, err);
}

/* ---- another uid ---- */

/* Its owner can close it to root by a file system of his own: that is no reason for others' passes to
 * fail. */
static bool is_home_away(int sys)
{
    return sc_is_absent(sys) || sys == EACCES || sys == ENOTCONN;
}

/* The row's uid has an account, with another name than the row says: that one was renamed, and
 * somebody else uses the name now. Its own pass would find its name taken. */
static int look_at_namesake(const struct sc_server *s, const struct sc_identity *me,
                            const struct sc_user_row *row, struct sc_verdict *v,
                            struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    bool same = false;
    int rc = sc_account_look(row->uid, &a, &why);
    if (rc == SC_E_INVAL || (rc == SC_E_SYS && is_home_away(why.sys)))
        return 0; /* nothing is known, nothing done */
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    if (strcmp(a.user, row->name) == 0)
        return 0;
    const struct sc_identity other = {.uid = a.uid,
                                      .gid = a.gid,
                                      .user = a.user,
                                      .home = a.home_alias,
                                      .homefd = a.homefd,
                                      .hints = me->hints};
    rc = judge(s, &other, row, &same, err);
    return rc < 0 || !same ? rc
                           : add(v, row, SC_IDENTITY_RENAMED, SC_IDENTITY_FOLLOWS, &other, err);
}

/* The uid of the row has no account any more. */
static int look_at_moved(const struct sc_server *s, const struct sc_identity *me,
                         const struct sc_user_row *row, struct sc_verdict *v, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list old = {0}, own = {0};
    bool storage = false;
    enum sc_told t = sc_identity_told(me->hints, row->name, me->user);
    int rc = sc_store_sites_get(s->store, row->uid, &old, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, me->uid, &own, err);
    if (rc == 0 && old.n)
        rc = has_storage(me, &old, &storage, err);
    if (rc < 0)
        return rc;
    bool follows =
        t != SC_TOLD_DELETED && own.n == 0 && (storage || (old.n == 0 && t == SC_TOLD_RENAMED));
    return add(v, row, follows ? SC_IDENTITY_MOVED : SC_IDENTITY_ANOTHERS,
               follows || t == SC_TOLD_RENAMED ? SC_IDENTITY_FOLLOWS : SC_IDENTITY_KEEPS, me, err);
}

static int look_at_name(const struct sc_server *s, const struct sc_identity *me, const char *name,
                        struct sc_verdict *v, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = sc_store_user_by_name(s->store, name, &row, err);
    if (rc < 0 || row.uid == me->uid || find(v, row.uid))
        return rc == SC_E_NOTFOUND ? 0 : rc;
    bool mine = strcmp(name, me->user) == 0;
    rc = sc_account_uid_exists(row.uid, err);
    if (rc == 1)
        return mine ? look_at_namesake(s, me, &row, v, err) : 0;
    if (rc == 0 && !mine)
        rc = sc_account_exists(name, err);
    if (rc < 0)
        return rc;
    if (!mine && (rc || sc_identity_told(me->hints, name, me->user) != SC_TOLD_RENAMED))
        return 0;
    return look_at_moved(s, me, &row, v, err);
}

int sc_identity_look(const struct sc_server *s, const struct sc_identity *me,
                     struct sc_verdict *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_verdict_done) struct sc_verdict v = {0};
    int rc = look_at_name(s, me, me->user, &v, err);
    for (size_t i = 0; rc == 0 && i < me->hints->n; i++) {
        const struct sc_event_row *e = &me->hints->rows[i];
        if (sc_event_is(e, SC_KIND_USER_RENAMED) && e->user && strcmp(e->user, me->user) != 0)
            rc = look_at_name(s, me, e->user, &v, err);
    }
    if (rc == 0)
        rc = look_at_uid(s, me, &v, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &v);
    return 0;
}
