/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that change what runs. */
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/pass/forget.h"
#include "core/pass/fpm.h"
#include "core/pass/step.h"
#include "core/pass/turns.h"
#include "core/pass/web.h"

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

/* What was read of the web server's configuration already. */
static struct sc_cover_server *cover_of(const struct sc_pass *p)
{
    return p->s->cover ? p->s->cover : p->f->cover;
}

int sc_step_fpm(struct sc_pass *p, struct sc_error *err)
{
    return sc_pass_fpm(p->tools, p->a, p->f->plan, &p->made, cover_of(p), &p->fpm_later, err);
}

int sc_step_web(struct sc_pass *p, struct sc_error *err)
{
    return sc_pass_web(p->tools, p->a, p->f->plan, p->made.ids, err);
}

/* What Apache went by until now. */
int sc_step_fpm_rest(struct sc_pass *p, struct sc_error *err)
{
    if (!p->fpm_later)
        return 0;
    return sc_pass_fpm(p->tools, p->a, p->f->plan, &p->made, cover_of(p), NULL, err);
}

/* A configuration of nginx that somebody else broke is no reason to fail: where links are followed
 * still, the judgement of coverage says so. */
int sc_step_nginx(struct sc_pass *p, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    (void)err;
    if (p->tools->web.nginx(p->s->store, p->a->uid, &why) < 0)
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
    enum sc_live_result result;
    int rc = p->tools->cage.lock(p->a->uid, p->made.ids[i], true, wait_ms, &lock, err);
    return rc < 0 ? rc : p->tools->cage.change(&p->made.plans[i], &result, err);
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

static int see_to_view(struct sc_pass *p, size_t i, int wait_ms, const void *arg,
                       struct sc_error *err)
{
    const struct sc_made *m = &p->made;
    int rc = 0;
    (void)arg;
    /* former views that are about to end are not changed any more: they end now */
    if (m->changed[i] || m->unfinished || p->f->renamed)
        rc = p->tools->ending.now(p->a->uid, m->ids[i], err);
    bool ends = p->wish->end_processes || m->moved[i] || p->f->renamed;
    if (rc == 0 && ends && !p->failed)
        rc = end_view(p, i, wait_ms, err);
    else if (rc == 0 && !ends)
        rc = change_view(p, i, wait_ms, err);
    return rc < 0 ? sc_error_wrap(err, "%s", p->f->plan->sites[i].names[0]) : 0;
}

int sc_step_views(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_made *m = &p->made;
    /* A pass that was asked for a change of some sites leaves the others alone, unless it changed
     * their plans; one without a wish (regenerate, repair) compares each running view with its
     * plan. */
    bool all = m->unfinished || p->f->renamed || !sc_pass_is_asked(p);
    SC_FREE bool *wanted = calloc(m->n + 1, sizeof(*wanted));
    size_t left;
    if (!wanted)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
    for (size_t i = 0; i < m->n; i++)
        wanted[i] = m->ids[i] && (all || m->changed[i] || m->moved[i]);
    return sc_pass_turns(p, m->n, wanted, see_to_view, NULL, &left, err);
}
