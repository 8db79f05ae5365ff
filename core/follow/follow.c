/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One account followed to what the panel and the system say of it now. */
#include "core/follow/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/follow/internal.h"
#include "core/follow/news.h"
#include "core/account/identity.h"
#include "core/account/odd.h"
#include "core/pass/forget.h"
#include "core/pass/identify.h"
#include "core/pass/tools.h"
#include "core/server/panel.h"

#define RENAMES_MAX 16 /* of one account, waiting one behind the other */

static const struct sc_event_list no_events;

static void await(struct sc_follow *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void await(struct sc_follow *f, const char *fmt, ...)
{
    if (f->agrees) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(f->missing, sizeof(f->missing), fmt, ap);
        va_end(ap);
    }
    f->agrees = false;
}

/* ---- an account that is there ---- */

int sc_follow_judge(const struct sc_event_list *events, const struct sc_domain_list *before,
                    const struct sc_domains *panel, struct sc_follow *f, struct sc_error *err)
{
    char missing[sizeof(f->missing)] = "";
    SC_FREE bool *done = calloc(events->n ? events->n : 1, sizeof(*done));
    if (!done)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's events");
    if (!sc_events_agree(events->rows, events->n, before, panel, done, missing, sizeof(missing)))
        await(f, "%s", missing);
    return 0;
}

static int follow_sites(struct sc_server *s, const char *user, const struct sc_event_list *events,
                        struct sc_heard *heard, struct sc_follow *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish none = {0};
    int rc = sc_account_open(user, s->lock_ms, &a, err);
    if (rc == 0)
        rc = sc_pass_gather(s, &a, SC_FACTS_LAST_GOOD, heard, &f, err);
    if (rc == 0)
        rc = sc_pass_apply(s, &a, &f, &none, err);
    if (rc < 0)
        return rc;
    if (!f.from_panel && err)
        *err = f.why;
    if (!f.from_panel)
        return f.why.code;
    return sc_follow_judge(events, &f.before, &f.domains, ret, err);
}

/* Where nothing is isolated: the copy of the panel's domains, and who the account is. */
static int follow_copy(struct sc_server *s, const struct sc_identity *me,
                       const struct sc_event_list *events, struct sc_domains *panel,
                       struct sc_follow *ret, struct sc_error *err)
{
    const struct sc_odd_account who = {.user = me->user, .uid = me->uid, .home = me->home};
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list before = {0};
    SC_FD int lock = -EBADF;
    bool renamed = false;
    int rc = sc_account_lock(me->uid, s->lock_ms, &lock, err);
    if (rc == 0)
        rc = sc_pass_identify(s, me, &renamed, err);
    if (rc == 0)
        rc = sc_store_user_put(s->store, me->uid, me->user, me->home, err);
    if (rc == 0)
        rc = sc_store_domains_get(s->store, me->uid, &before, err);
    if (rc == 0)
        rc = sc_odd_settle(panel, &who, &before, me->hints, err);
    SC_FREE struct sc_domain_row *rows = calloc(panel->n + 1, sizeof(*rows));
    if (!rows)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains of %s", me->user);
    for (size_t i = 0; i < panel->n; i++) {
        const struct sc_domain *d = &panel->v[i];
        rows[i] = sc_panel_row(d, me->uid);
    }
    if (rc == 0)
        rc = sc_store_domains_replace(s->store, me->uid, rows, panel->n, NULL, err);
    return rc < 0 ? rc : sc_follow_judge(events, &before, panel, ret, err);
}

static bool has_event(const struct sc_event_list *events, const char *kind)
{
    for (size_t i = 0; i < events->n; i++)
        if (sc_event_is(&events->rows[i], kind))
            return true;
    return false;
}

/* `claim`: whether there is anything to follow but the copy of the panel's domains. */
static int find_claim(struct sc_server *s, uid_t uid, gid_t gid, const char *user, const char *home,
                      struct sc_event_list *hints, bool *claim, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int known = sc_store_user_by_uid(s->store, uid, &row, err);
    if (known < 0 && known != SC_E_NOTFOUND)
        return known;
    int rc = sc_store_events_about(s->store, user, known == 0 && !row.gone ? row.name : NULL, hints,
                                   err);
    if (rc == 0)
        rc = sc_identity_has_claim(s, uid, user, hints, claim, err);
    if (rc == 0 && !*claim)
        *claim = sc_follow_has_wishes(s, uid, gid, home) || sc_tools_of(s)->fpm.any(uid);
    return rc;
}

/* With a pass, unless nothing but events asks for it and they tell nothing new. */
static int follow_claim(struct sc_server *s, const struct sc_identity *me,
                        const struct sc_event_list *events, bool alone, struct sc_follow *ret,
                        struct sc_error *err)
{
    const struct sc_news_account a = {
        .uid = me->uid, .gid = me->gid, .user = me->user, .home = me->home, .hints = me->hints};
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list before = {0};
    bool news = true;
    int rc = alone ? sc_follow_news(s, &a, &heard, &before, &news, err) : 0;
    if (rc < 0 || news)
        return rc < 0 ? rc : follow_sites(s, me->user, events, alone ? &heard : NULL, ret, err);
    sc_log_debug("user=%s: the events tell nothing new: no pass", me->user);
    return sc_follow_judge(events, &before, &heard.domains, ret, err);
}

int sc_follow_one(struct sc_server *s, uid_t uid, const struct sc_event_list *events, bool alone,
                  struct sc_follow *ret, struct sc_error *err)
{
    SC_FREE char *user = NULL, *home = NULL;
    SC_CLEANUP(sc_event_list_done) struct sc_event_list hints = {0};
    struct sc_identity me = {.uid = uid, .homefd = -EBADF, .hints = &hints};
    bool claim = false;
    int rc = sc_account_passwd(uid, &user, &me.gid, &home, err);
    if (rc == 0)
        rc = find_claim(s, uid, me.gid, user, home, &hints, &claim, err);
    if (rc < 0)
        return rc;
    me.user = user;
    me.home = home;
    if (claim) {
        struct sc_error why = SC_ERROR_INIT;
        rc = follow_claim(s, &me, events, alone, ret, &why);
        if (rc < 0 && rc != SC_E_BUSY) /* then somebody else is at it, and the daemon comes again */
            (void)sc_store_user_set_stale(s->store, uid, why.text, NULL);
        if (rc < 0 && err)
            *err = why;
        return rc;
    }
    SC_DOMAINS struct sc_domains domains = SC_DOMAINS_INIT;
    rc = sc_panel_user(s, user, &domains, err);
    me.panel = &domains;
    return rc < 0 ? rc : follow_copy(s, &me, events, &domains, ret, err);
}

/* ---- an account that no longer exists ---- */

static int end_events_of(struct sc_server *s, const char *user, struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    int rc = sc_store_events_peek(s->store, user, INT64_MAX, &list, err);
    return rc < 0 ? rc : sc_store_events_done(s->store, list.rows, list.n, err);
}

/* The system knows neither name nor uid. A directory service that does not answer looks like that,
 * too: the panel must agree, else *ret tells. Then all ends: what was made, its rows, its policy
 * exceptions, its events. `uid` (uid_t)-1: not known; `user` beginning with '#': his name is
 * another's. */
static int forget(struct sc_server *s, const char *user, uid_t uid, struct sc_follow *ret,
                  struct sc_error *err)
{
    SC_DOMAINS struct sc_domains domains = SC_DOMAINS_INIT;
    int rc = *user != '#' ? sc_panel_user(s, user, &domains, err) : 0;
    if (rc < 0)
        return rc;
    if (domains.n) {
        await(ret, "the system does not know user %s, but the panel has domains of it", user);
        return 0;
    }
    SC_FD int lock = -EBADF;
    rc = uid != (uid_t)-1 ? sc_account_lock(uid, s->lock_ms, &lock, err) : 0;
    if (rc == 0 && *user != '#')
        rc = sc_policy_user_gone(&s->policy, user, err);
    if (rc == 0 && uid != (uid_t)-1)
        rc = sc_pass_forget(s, uid, err);
    if (rc == 0 && *user != '#')
        rc = end_events_of(s, user, err);
    sc_log("user=%s is gone: %s", user, rc < 0 && err ? err->text : "cleaned up");
    return rc;
}

/* ---- whose events are they? ---- */

/* The name that the waiting events say `user` has now; empty when they say nothing. */
static int renamed_to(struct sc_server *s, const char *user, char now[SC_STORE_NAME_MAX + 1],
                      struct sc_error *err)
{
    char name[SC_STORE_NAME_MAX + 1];
    *now = 0;
    snprintf(name, sizeof(name), "%s", user);
    int rc = 0;
    for (int i = 0; rc == 0 && i < RENAMES_MAX; i++) {
        SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
        const char *next = NULL;
        rc = sc_store_events_peek(s->store, name, INT64_MAX, &list, err);
        for (size_t k = 0; rc == 0 && k < list.n; k++)
            if (sc_event_is(&list.rows[k], SC_KIND_USER_RENAMED))
                next = list.rows[k].new_name;
        if (!next || strcmp(next, user) == 0)
            break;
        snprintf(name, sizeof(name), "%s", next);
        snprintf(now, SC_STORE_NAME_MAX + 1, "%s", next);
        int there = sc_account_exists(now, err);
        if (there != 0)
            return there < 0 ? there : 0;
    }
    return rc;
}

static bool goes_later(const struct sc_event_list *events, const char *user)
{
    for (size_t i = 0; i < events->n; i++)
        if (events->rows[i].user && strcmp(events->rows[i].user, user) == 0 &&
            (sc_event_is(&events->rows[i], SC_KIND_USER_DELETED) ||
             sc_event_is(&events->rows[i], SC_KIND_USER_RENAMED)))
            return true;
    return false;
}

/* A user of that name was renamed further, by an event that waits under that name: 1, 0, or an
 * error. */
static int goes_on(struct sc_server *s, const char *user, struct sc_error *err)
{
    char now[SC_STORE_NAME_MAX + 1];
    int rc = renamed_to(s, user, now, err);
    return rc == 0 && *now ? sc_account_exists(now, err) : rc;
}

/* The user whom the event makes appear; NULL: it makes none. */
static const char *who_comes(const struct sc_event_row *e)
{
    return sc_event_is(e, SC_KIND_USER_CREATED)   ? e->user
           : sc_event_is(e, SC_KIND_USER_RENAMED) ? e->new_name
                                                  : NULL;
}

/* Whether the system is as the event tells. */
static int is_so(struct sc_server *s, const struct sc_event_row *e,
                 const struct sc_event_list *events, bool *ret, struct sc_error *err)
{
    const char *comes = who_comes(e);
    bool goes = sc_event_is(e, SC_KIND_USER_DELETED) && !has_event(events, SC_KIND_USER_CREATED);
    *ret = true;
    if (!goes && (!comes || goes_later(events, comes)))
        return 0;
    int there = sc_account_exists(comes ? comes : e->user, err);
    if (there == 0 && comes && sc_event_is(e, SC_KIND_USER_RENAMED))
        there = goes_on(s, comes, err);
    if (there >= 0)
        *ret = comes ? there : !there;
    return there < 0 ? there : 0;
}

/* What events about users told, against the system. */
static int judge_users(struct sc_server *s, const struct sc_event_list *events,
                       struct sc_follow *ret, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < events->n; i++) {
        const struct sc_event_row *e = &events->rows[i];
        bool so = true;
        if (e->user)
            rc = is_so(s, e, events, &so, err);
        if (so || rc < 0)
            continue;
        if (who_comes(e))
            await(ret, "user %s does not exist yet", who_comes(e));
        else
            await(ret, "user %s still exists", e->user);
    }
    return rc;
}

static int follow_user(struct sc_server *s, const char *user, const struct sc_event_list *events,
                       bool alone, struct sc_follow *ret, struct sc_error *err)
{
    char now[SC_STORE_NAME_MAX + 1];
    uid_t uid = (uid_t)-1, other;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    bool found = false;
    int rc = renamed_to(s, user, now, err);
    if (rc == 0 && *now) {
        rc = sc_account_uid(now, &other, err);
        found = rc == 0;
        rc = found                 ? sc_follow_one(s, other, events, false, ret, err)
             : rc == SC_E_NOTFOUND ? 0
                                   : rc;
    }
    if (rc == 0 && *user != '#') {
        rc = sc_account_uid(user, &uid, err);
        if (rc == 0) /* or somebody new has the name */
            return sc_follow_one(s, uid, found ? &no_events : events, alone && !found, ret, err);
        if (rc != SC_E_NOTFOUND)
            return rc;
        rc = sc_store_user_by_name(s->store, user, &row, err);
    } else if (rc == 0) {
        char *end = NULL;
        unsigned long n = strtoul(user + 1, &end, 10);
        rc = *end || n >= UINT32_MAX ? SC_E_NOTFOUND
                                     : sc_store_user_by_uid(s->store, (uid_t)n, &row, err);
    }
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    uid = rc == 0 ? row.uid : (uid_t)-1;
    if (rc == 0 && (rc = sc_account_uid_exists(row.uid, err)) != 0)
        return rc < 0 ? rc : sc_follow_one(s, row.uid, events, false, ret, err);
    if (*now) /* followed, or on its way */
        return 0;
    if (uid == (uid_t)-1 && !has_event(events, SC_KIND_USER_DELETED))
        return 0;
    return forget(s, user, uid, ret, err);
}

static int follow_account(struct sc_server *s, const char *user, const struct sc_event_list *events,
                          bool alone, struct sc_follow *ret, struct sc_error *err)
{
    struct sc_follow f = {.agrees = true};
    uid_t uid = (uid_t)-1;
    if (!events)
        events = &no_events;
    int rc = 0;
    if (!*user)
        rc = sc_follow_nobodys(s, events, &f, err);
    else if (sc_account_uid(user, &uid, NULL) < 0 || uid != 0) /* root has no sites */
        rc = follow_user(s, user, events, alone, &f, err);
    if (rc == 0)
        rc = judge_users(s, events, &f, err);
    if (rc == 0)
        *ret = f;
    return rc;
}

int sc_follow_account(struct sc_server *s, const char *user, const struct sc_event_list *events,
                      struct sc_follow *ret, struct sc_error *err)
{
    return follow_account(s, user, events, false, ret, err);
}

int sc_follow_events(struct sc_server *s, const char *user, const struct sc_event_list *events,
                     struct sc_follow *ret, struct sc_error *err)
{
    return follow_account(s, user, events, true, ret, err);
}
