/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that change what runs. */
#include <stdlib.h>

#include "core/account/give_way.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/pass/forget.h"
#include "core/pass/fpm.h"
#include "core/pass/step.h"
#include "core/pass/turns.h"
#include "core/pass/web.h"
#include "core/web/part.h"

#define LOOKS_MIN 16 /* of one pass, whatever is new: 0.1 s or so */

/* The account's other sites are not to suffer from one whose processes escape. */
int sc_step_join(struct sc_pass *p, struct sc_error *err)
{
    (void)err;
    for (size_t i = 0; p->any && i < p->made.n; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (!p->made.ids[i] ||
            p->tools->groups.join(p->a->uid, p->made.ids[i], &p->made.limits[i], &why) == 0)
            continue;
        sc_error_set(&p->late, why.code,
                     "the limits of %s hold for what starts from now on: %s; end what runs with: "
                     "cagefsctl --remount %s",
                     p->f->plan->sites[i].names[0], why.text, p->a->user);
    }
    return 0;
}

/* Not where mod_sitecage is about to be taken out: core/pass/webserver.h. */
static bool is_routed(const struct sc_pass *p)
{
    return p->s->conf.apache_module && p->tools->web.guards();
}

static int fpm(struct sc_pass *p, bool *later, struct sc_error *err)
{
    const struct sc_fpm_way way = {p->routed, p->s->conf.fpm_sites};
    return sc_pass_fpm(p->tools, p->a, p->f->plan, &p->made, sc_pass_cover(p), &way, later, err);
}

int sc_step_fpm(struct sc_pass *p, struct sc_error *err)
{
    p->routed = is_routed(p);
    return fpm(p, &p->fpm_later, err);
}

int sc_step_web(struct sc_pass *p, struct sc_error *err)
{
    return sc_pass_web(p->tools, p->a, p->f->plan, p->made.ids, p->routed, sc_pass_pools(p), err);
}

/* What Apache went by until now: no request begins with that any more. */
int sc_step_fpm_rest(struct sc_pass *p, struct sc_error *err)
{
    if (!p->fpm_later)
        return 0;
    sc_sleep_ms(SC_WEB_PART_SEEN_MS);
    return fpm(p, NULL, err);
}

/* What this pass could not do, and the next one may: a call that failed, or another account's turn, which is
 * waited for as other locks are. */
static bool is_to_come(int rc)
{
    return rc == SC_E_BUSY || rc == SC_E_SYS || rc == SC_E_NOMEM;
}

/* A configuration of nginx that somebody else broke is no reason to fail: where links are followed
 * still, the judgement of coverage says so. */
int sc_step_nginx(struct sc_pass *p, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    (void)err;
    int rc = p->tools->web.nginx(p->s->store, p->a->uid, sc_pass_cover(p), p->s->nginx_later,
                                 p->s->lock_ms, &why);
    if (rc < 0 && is_to_come(rc))
        sc_error_set(&p->late, rc, "%s", why.text);
    else if (rc < 0)
        sc_log("user=%s: nginx: %s", p->a->user, why.text);
    return 0;
}

/* FastCGI and LSAPI programs outside belong to a site from now on, or to none. */
int sc_step_outside(struct sc_pass *p, struct sc_error *err)
{
    bool changed = sc_pass_is_asked(p) || p->made.unfinished;
    for (size_t i = 0; i < p->made.n; i++)
        changed |= p->made.changed[i] || p->made.moved[i];
    return changed ? p->tools->php.restart_outside(p->a->uid, err) : 0;
}

static int change_view(struct sc_pass *p, size_t i, int wait_ms, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    enum sc_live_result result = SC_LIVE_NOT_RUNNING;
    int rc = p->tools->cage.lock(p->a->uid, p->made.ids[i], true, wait_ms, &lock, err);
    bool touched = p->made.closed[i].tried || p->made.unfinished;
    if (rc == 0)
        rc = p->tools->cage.change(&p->made.plans[i], touched, &result, err);
    p->looks += rc == 0 && result != SC_LIVE_NOT_RUNNING;
    return rc;
}

/* What it saw before may not be for it any more where the plan has changed. */
static int end_view(struct sc_pass *p, size_t i, int wait_ms, struct sc_error *err)
{
    const struct sc_made *m = &p->made;
    bool soon = m->moved[i] || m->changed[i] || m->unfinished || p->f->renamed;
    bool closed = false;
    int rc = sc_pass_close_site(p->tools, p->a->uid, m->ids[i], wait_ms,
                                soon ? SC_ENDING_SOON_MS : SC_ENDING_MS, &closed, err);
    if (rc == 0 && closed)
        p->tools->fpm.again(m->ids[i]);
    p->closed |= closed;
    return rc;
}

/* Former views are not changed any more: those that show what another plan said end now. The time of
 * the others is what it was, also where this pass completes another one. */
static int end_former(struct sc_pass *p, size_t i, struct sc_error *err)
{
    const struct sc_made *m = &p->made;
    return m->changed[i] || m->unfinished || p->f->renamed
               ? p->tools->ending.outdated(p->a->uid, m->ids[i], err)
               : 0;
}

static int name_it(const struct sc_pass *p, size_t i, int rc, struct sc_error *err)
{
    return rc < 0 ? sc_error_wrap(err, "%s", p->f->plan->sites[i].names[0]) : 0;
}

/* What is new in the account was not, or not wholly, closed to the site at once. */
static bool is_urgent(const struct sc_close_new *c)
{
    return c->more || (c->n && !c->tried);
}

/* What a pass that was cut short has closed is not known: then nothing is put off. */
static bool may_give_way(const struct sc_pass *p)
{
    return p->s->gives_way && p->looks >= LOOKS_MIN && !(p->made.unfinished && !p->goes_on_at);
}

/* What is new for this pass is closed by now, but for the urgent ones. However often something new comes, the
 * looks go on: each pass makes some, and the next one begins behind them. */
static bool gives_way(struct sc_pass *p, size_t i)
{
    if (p->gave_way || !may_give_way(p) || !sc_give_way_asked(p->a->uid))
        return p->gave_way;
    sc_give_way_stopped(p->a->uid, p->made.ids[i]);
    sc_log_debug("user=%s: %zu views compared, the others later: something new came", p->a->user,
                 p->looks);
    return p->gave_way = true;
}

static int hide_from(struct sc_pass *p, size_t i, int wait_ms, const void *arg,
                     struct sc_error *err)
{
    (void)arg;
    if (gives_way(p, i) && !is_urgent(&p->made.closed[i]))
        return 0;
    int rc = end_former(p, i, err);
    return name_it(p, i, rc < 0 ? rc : change_view(p, i, wait_ms, err), err);
}

static int end_one(struct sc_pass *p, size_t i, int wait_ms, const void *arg, struct sc_error *err)
{
    (void)arg;
    int rc = end_former(p, i, err);
    return name_it(p, i, rc < 0 ? rc : end_view(p, i, wait_ms, err), err);
}

static bool ends(const struct sc_pass *p, size_t i)
{
    return p->wish->end_processes || p->made.moved[i] || p->f->renamed;
}

/* A pass that was asked for a change of some sites leaves the others alone, unless it changed their
 * plans; one without a wish (regenerate, repair) compares each running view with its plan. */
static int see_to_views(struct sc_pass *p, bool end, sc_turn *turn, struct sc_error *err)
{
    const struct sc_made *m = &p->made;
    bool all = m->unfinished || p->f->renamed || !sc_pass_is_asked(p);
    SC_FREE bool *wanted = calloc(m->n + 1, sizeof(*wanted));
    size_t left;
    if (!wanted)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
    for (size_t i = 0; i < m->n; i++)
        wanted[i] = m->ids[i] && ends(p, i) == end && (all || m->changed[i] || m->moved[i]);
    return sc_pass_turns(p, m->n, wanted, turn, NULL, &left, err);
}

/* Behind those that the last pass has compared. */
static size_t where_to_go_on(const struct sc_pass *p)
{
    for (size_t i = 0; p->goes_on_at && i < p->made.n; i++)
        if (p->made.ids[i] == p->goes_on_at)
            return i;
    return 0;
}

/* A sibling of many is hidden from all of them before any is compared as a whole. */
int sc_step_hide(struct sc_pass *p, struct sc_error *err)
{
    p->tools->cage.close_new(p->made.closed, p->made.n);
    p->from = where_to_go_on(p);
    int rc = see_to_views(p, false, hide_from, err);
    p->from = 0;
    if (p->late.code) /* a view that somebody holds was not seen to */
        sc_give_way_stopped(p->a->uid, 0);
    return rc;
}

int sc_step_views(struct sc_pass *p, struct sc_error *err)
{
    return see_to_views(p, true, end_one, err);
}
