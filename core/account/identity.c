/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/cage/view.h"
#include "core/account/account.h"
#include "core/pass/pass.h"

enum judgement {
    SAME,
    ANOTHER
};

/* The last word of the events about what became of the name `old`. */
enum told {
    TOLD_NOTHING,
    TOLD_RENAMED, /* to `now`, maybe over other names */
    TOLD_DELETED
};

static enum told told(const struct sc_event_list *hints, const char *old, const char *now)
{
    enum told t = TOLD_NOTHING;
    const char *name = old;
    for (size_t i = 0; i < hints->n; i++) {
        const struct sc_event_row *e = &hints->rows[i];
        if (!e->user || strcmp(e->user, name) != 0)
            continue;
        if (sc_event_is(e, SC_KIND_USER_DELETED))
            t = TOLD_DELETED;
        else if (sc_event_is(e, SC_KIND_USER_RENAMED) && e->new_name) {
            name = e->new_name;
            t = TOLD_NOTHING;
        }
        if (t != TOLD_DELETED && name != old && strcmp(name, now) == 0)
            t = TOLD_RENAMED;
    }
    return t;
}

bool sc_identity_agrees(const struct sc_event_row *e, uid_t uid, const char *user)
{
    uid_t other = 0;
    bool mine = e->user && strcmp(e->user, user) == 0;
    if (sc_event_is(e, SC_KIND_USER_CREATED))
        return mine;
    if (sc_event_is(e, SC_KIND_USER_RENAMED))
        return !mine && e->new_name && strcmp(e->new_name, user) == 0 &&
               (sc_account_uid(e->user, &other, NULL) == SC_E_NOTFOUND || other != uid);
    if (sc_event_is(e, SC_KIND_USER_DELETED))
        return !mine && sc_account_uid(e->user, &other, NULL) == SC_E_NOTFOUND;
    return false;
}

/* ---- the proof ---- */

static int has_storage(const struct sc_identity *me, const struct sc_site_list *sites, bool *ret,
                       struct sc_error *err)
{
    *ret = false;
    if (me->homefd < 0)
        return 0;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, me->uid, me->gid, err);
    for (size_t i = 0; rc == 0 && i < sites->n && !*ret; i++) {
        char rel[sizeof(SC_CAGE_STORAGE) + SC_SITE_TOKEN + 2];
        SC_FD int fd = -EBADF;
        snprintf(rel, sizeof(rel), SC_CAGE_STORAGE "/%s", sites->rows[i].token);
        *ret = sc_open_beneath(me->homefd, rel, O_PATH | O_DIRECTORY, 0, &fd, NULL) == 0;
    }
    return rc;
}

static bool shares_domain(struct sc_server *s, uid_t uid, const struct sc_domains *panel)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list was = {0};
    if (sc_store_domains_get(s->store, uid, &was, NULL) < 0)
        return true;
    for (size_t i = 0; i < was.n; i++)
        if (sc_domains_find(panel, was.rows[i].name))
            return true;
    return false;
}

/* Whether `me`, who has the uid of `row`, is the account that the row is about. */
static int judge(struct sc_server *s, const struct sc_identity *me, const struct sc_user_row *row,
                 enum judgement *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    bool storage = false;
    enum told t = told(me->hints, row->name, me->user);
    int rc = t == TOLD_NOTHING ? sc_store_sites_get(s->store, row->uid, &sites, err) : 0;
    if (rc == 0 && sites.n)
        rc = has_storage(me, &sites, &storage, err);
    if (rc < 0)
        return rc;
    if (t != TOLD_NOTHING)
        *ret = t == TOLD_RENAMED ? SAME : ANOTHER;
    else if (storage || strcmp(row->home, me->home) == 0)
        *ret = SAME;
    else if (sites.n)
        *ret = ANOTHER;
    else
        *ret = !me->panel || shares_domain(s, row->uid, me->panel) ? SAME : ANOTHER;
    return 0;
}

/* ---- the same uid ---- */

static bool exists(const char *user)
{
    uid_t uid;
    return sc_account_uid(user, &uid, NULL) != SC_E_NOTFOUND;
}

static int settle_uid(struct sc_server *s, const struct sc_identity *me, bool *ret_renamed,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    enum judgement j;
    int rc = sc_store_user_by_uid(s->store, me->uid, &row, err);
    if (rc < 0 || strcmp(row.name, me->user) == 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    rc = judge(s, me, &row, &j, err);
    if (rc == 0 && j == ANOTHER) {
        rc = sc_pass_forget(s, me->uid, err);
        return rc < 0 || row.gone || exists(row.name)
                   ? rc
                   : sc_policy_user_gone(&s->policy, row.name, err);
    }
    if (rc == 0 && !row.gone)
        rc = sc_policy_user_renamed(&s->policy, row.name, me->user, err);
    if (rc == 0)
        rc = sc_store_user_put(s->store, me->uid, me->user, me->home, err);
    if (rc == 0)
        *ret_renamed = true;
    return rc;
}

/* ---- another uid ---- */

/* The row's uid has an account, with another name than the row says: that one was renamed, and
 * somebody else uses the name now. Its own pass would find its name taken. */
static int settle_namesake(struct sc_server *s, const struct sc_identity *me,
                           const struct sc_user_row *row, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    enum judgement j;
    int rc = sc_account_look(row->uid, &a, err);
    if (rc == SC_E_INVAL ||
        rc == SC_E_SYS) /* its home is away: nothing is known, nothing is done */
        return 0;
    if (rc < 0 || strcmp(a.user, row->name) == 0)
        return rc;
    const struct sc_identity other = {.uid = a.uid,
                                      .gid = a.gid,
                                      .user = a.user,
                                      .home = a.home_alias,
                                      .homefd = a.homefd,
                                      .hints = me->hints};
    rc = judge(s, &other, row, &j, err);
    if (rc < 0 || j == ANOTHER)
        return rc;
    rc = sc_policy_user_renamed(&s->policy, row->name, a.user, err);
    return rc < 0 ? rc : sc_store_user_put(s->store, a.uid, a.user, a.home_alias, err);
}

/* The uid of the row has no account any more. */
static int settle_moved(struct sc_server *s, const struct sc_identity *me,
                        const struct sc_user_row *row, bool *ret_renamed, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_CLEANUP(sc_site_list_done) struct sc_site_list old = {0}, own = {0};
    bool storage = false;
    enum told t = told(me->hints, row->name, me->user);
    int rc = sc_account_lock(row->uid, SC_ACCOUNT_WAIT_MS, &lock, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, row->uid, &old, err);
    if (rc == 0)
        rc = sc_store_sites_get(s->store, me->uid, &own, err);
    if (rc == 0 && old.n)
        rc = has_storage(me, &old, &storage, err);
    bool follows =
        t != TOLD_DELETED && own.n == 0 && (storage || (old.n == 0 && t == TOLD_RENAMED));
    if (rc == 0 && follows) {
        rc = sc_store_user_move(s->store, row->uid, me->uid, me->user, me->home,
                                (int64_t)time(NULL), err);
        *ret_renamed = rc == 0;
    }
    if (rc == 0 && (follows || t == TOLD_RENAMED))
        rc = sc_policy_user_renamed(&s->policy, row->name, me->user, err);
    return rc < 0 ? rc : sc_pass_forget(s, row->uid, err);
}

static int settle_name(struct sc_server *s, const struct sc_identity *me, const char *name,
                       bool *ret_renamed, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = sc_store_user_by_name(s->store, name, &row, err);
    if (rc < 0 || row.uid == me->uid)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    uid_t now;
    bool used = sc_account_uid(name, &now, NULL) != SC_E_NOTFOUND;
    rc = sc_account_uid_exists(row.uid, err);
    if (rc == 1)
        return strcmp(name, me->user) == 0 ? settle_namesake(s, me, &row, err) : 0;
    if (rc < 0)
        return rc;
    if (strcmp(name, me->user) != 0 && (used || told(me->hints, name, me->user) != TOLD_RENAMED))
        return 0;
    return settle_moved(s, me, &row, ret_renamed, err);
}

int sc_identity_settle(struct sc_server *s, const struct sc_identity *me, bool *ret_renamed,
                       struct sc_error *err)
{
    int rc = settle_name(s, me, me->user, ret_renamed, err);
    for (size_t i = 0; rc == 0 && i < me->hints->n; i++) {
        const struct sc_event_row *e = &me->hints->rows[i];
        if (sc_event_is(e, SC_KIND_USER_RENAMED) && e->user && strcmp(e->user, me->user) != 0)
            rc = settle_name(s, me, e->user, ret_renamed, err);
    }
    return rc < 0 ? rc : settle_uid(s, me, ret_renamed, err);
}

static int claims(struct sc_server *s, const char *name, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = sc_store_user_by_name(s->store, name, &row, err);
    if (rc < 0 || *ret)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    return sc_store_user_isolated(s->store, row.uid, ret, err);
}

int sc_identity_has_claim(struct sc_server *s, uid_t uid, const char *user,
                          const struct sc_event_list *hints, bool *ret, struct sc_error *err)
{
    bool any = false;
    int rc = sc_store_user_isolated(s->store, uid, &any, err);
    if (rc == 0)
        rc = claims(s, user, &any, err);
    for (size_t i = 0; rc == 0 && !any && i < hints->n; i++)
        if (sc_event_is(&hints->rows[i], SC_KIND_USER_RENAMED) && hints->rows[i].user)
            rc = claims(s, hints->rows[i].user, &any, err);
    if (rc == 0)
        *ret = any;
    return rc;
}
