/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/apply.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "core/base/clock.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pass.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/supervisor.h"
#include "core/php/pools/running.h"

#define PHP_MS 3000 /* who changes a site's PHP waits so long for its master */

static void tell(const struct sc_fpm_account *a, const struct sc_fpm_served *one)
{
    char text[1024];
    for (size_t i = 0; a->notice && i < one->n; i++)
        if (!sc_fpm_use_is_fine(&one->v[i])) {
            sc_fpm_use_text(&one->v[i], text, sizeof(text));
            a->notice(a->arg, text);
        }
}

/* A step's end (`why` is p->why). The first error is the pass's, and keeps nothing from being done that
 * can be. */
static void step(struct sc_fpm_pass *p, int rc)
{
    if (rc >= 0)
        return;
    sc_log("PHP-FPM: %s", p->why.text);
    if (p->rc == 0)
        p->rc = sc_error_set(p->err, rc, "%s", p->why.text);
    p->why = (struct sc_error)SC_ERROR_INIT;
}

/* The site that a pool is to run in; NULL: none. */
static const struct sc_fpm_site *site_of(const struct sc_fpm_pass *p, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < p->n_sites; i++)
        if (sc_fpm_site_wants(&p->sites[i], t))
            return &p->sites[i].s;
    return NULL;
}

/* Pools of sites that are no more. One that another site has now is not put back in between; one of
 * a site that cannot be isolated now is served by nobody. */
static void release_others(struct sc_fpm_pass *p)
{
    for (size_t i = 0; i < p->taken.n;) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        size_t before = p->taken.n;
        if (!sc_fpm_pass_has(p, t->id)) {
            const struct sc_fpm_site *now = t->leaving ? NULL : site_of(p, t);
            if (!now)
                step(p, sc_fpm_release_site(p, t->id, NULL, &p->why));
            else if (now->id == 0 && t->id < SC_FPM_SHARED_POOL &&
                     sc_fpm_supervisor(t->id, NULL)) /* or it cannot be told */
                step(p, sc_fpm_end_supervisor(p, t->id, &p->why));
        }
        i = p->taken.n == before ? i + 1 : 0; /* the list moved */
    }
}

/* Records of the site's pools under the id that it had before, or of a site's whose pool has a router
 * now. */
static int drop_former(struct sc_fpm_pass *p, unsigned id, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = p->taken.n; rc == 0 && i-- > 0;) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        unsigned former = t->id;
        bool goes_on = sc_fpm_pass_has(p, former);
        if (former == id || (goes_on && id < SC_FPM_SHARED_POOL) ||
            !sc_fpm_record_of(p, id, t->listen))
            continue;
        if (!goes_on)
            rc = sc_fpm_end_supervisor(p, former, err);
        if (rc == 0)
            rc = sc_fpm_taken_remove(t, err);
        if (rc == 0 && goes_on)
            sc_fpm_site_again(former);
        sc_fpm_record_drop(p, i);
    }
    return rc;
}

/* The shared master does not listen there any more, and cannot without a reload: Sitecage goes on,
 * outside of the site, until the master starts again. */
static bool is_held(const struct sc_fpm_pass *p, const struct sc_fpm_use *u)
{
    for (size_t i = 0; u->pool && i < p->taken.n; i++)
        if (p->taken.v[i].id < SC_FPM_SHARED_POOL && sc_fpm_known_is(u->pool, &p->taken.v[i]) &&
            sc_fpm_forgotten(&p->taken.v[i]))
            return true;
    return false;
}

/* What a site that is not isolated has to be served by us. */
static bool mark_outside(const struct sc_fpm_pass *p, struct sc_fpm_served *one)
{
    bool any = false;
    for (size_t i = 0; i < one->n; i++) {
        if (is_held(p, &one->v[i]))
            one->v[i].how = SC_FPM_COVERED;
        else if (!*one->s.changes)
            one->v[i].how = SC_FPM_NONE;
        any |= one->v[i].how == SC_FPM_COVERED;
    }
    return any;
}

/* Gives those their ids that are to be served outside. */
static void number_outside(struct sc_fpm_pass *p)
{
    for (size_t i = 0; i < p->n_sites; i++) {
        struct sc_fpm_served *one = &p->sites[i];
        if (one->s.outside && (one->shared || mark_outside(p, one)))
            step(p, sc_fpm_outside_id(p, one, &one->s.id, &p->why));
    }
}

static int serve(struct sc_fpm_pass *p, const struct sc_fpm_served *one, struct sc_error *err)
{
    int rc = sc_fpm_release_site(p, one->s.id, one, err);
    if (rc == 0)
        rc = one->many ? sc_fpm_close_site(p, one, err) : sc_fpm_take_site(p, one, err);
    if (rc == 0)
        rc = drop_former(p, one->s.id, err);
    if (rc == 0)
        tell(p->a, one);
    return rc;
}

/* Most end at once. Those that are at requests go on by themselves, in the sites that they are in. */
static void wait_a_moment(const struct sc_fpm_pass *p)
{
    long long until = sc_clock_ms() + SC_FPM_GRACE_MS;
    for (size_t i = 0; i < p->n_ends; i++) {
        long long left = until - sc_clock_ms();
        (void)sc_pidfd_wait(p->ends[i], left > 0 ? (int)left : 0);
    }
}

static int list_sites(struct sc_fpm_pass *p, struct sc_error *err)
{
    p->sites = calloc(p->a->n_sites + SC_FPM_SHARES_MAX, sizeof(*p->sites));
    if (!p->sites)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    int rc = 0;
    for (; rc == 0 && p->n_sites < p->a->n_sites; p->n_sites++) {
        struct sc_fpm_served *one = &p->sites[p->n_sites];
        one->s = p->a->sites[p->n_sites];
        rc = sc_fpm_pass_uses(p, &one->s, &one->v, &one->n, err);
    }
    return rc;
}

int sc_fpm_apply(const struct sc_fpm_account *a, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_pass_done) struct sc_fpm_pass p = {.a = a, .err = err};
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc < 0 || (p.taken.n == 0 && a->n_sites == 0))
        return rc;
    rc = sc_fpm_pass_load(&p, err);
    if (rc == 0)
        rc = list_sites(&p, err);
    if (rc < 0)
        return rc;
    step(&p, sc_fpm_share_find(&p, &p.why));
    number_outside(&p);
    release_others(&p);
    sc_fpm_budget(&p);
    for (size_t i = 0; i < p.n_sites; i++) {
        const struct sc_fpm_served *one = &p.sites[i];
        if (one->s.id == 0)
            continue;
        if (one->s.outside && a->routed && a->later) /* Apache may still be sent to the site */
            *a->later = true;
        else
            step(&p, serve(&p, one, &p.why));
    }
    wait_a_moment(&p);
    return p.rc;
}

int sc_fpm_site_php(unsigned id, const char *php, const char *changes, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run r = {0};
    SC_FD int pidfd = -EBADF;
    pid_t pid = sc_fpm_supervisor(id, &pidfd);
    if (pid < 0)
        return sc_error_sys(err, -pid, "look for PHP-FPM's supervisor of site %u", id);
    if (pid == 0)
        return 0;
    int rc = sc_fpm_run_load(id, &r, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    php = php ? php : "-";
    if (strcmp(r.php, php) == 0 && strcmp(r.changes, changes) == 0)
        return 0;
    free(r.php);
    free(r.changes);
    r.php = strdup(php);
    r.changes = strdup(changes);
    r.asked = (unsigned long long)sc_clock_ns();
    rc = r.php && r.changes ? sc_fpm_run_save(id, &r, err)
                            : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
    if (rc == 0)
        (void)sc_pidfd_signal(pidfd, SIGUSR2);
    struct sc_error why = SC_ERROR_INIT;
    if (rc == 0)
        rc = sc_fpm_supervisor_wait(id, r.asked, PHP_MS, &why);
    if (rc == SC_E_TIMEOUT) /* it comes, and until then the one of before serves */
        rc = 0;
    return why.code && rc < 0 ? sc_error_set(err, why.code, "%s", why.text) : rc;
}

void sc_fpm_site_again(unsigned id)
{
    SC_FD int pidfd = -EBADF;
    if (sc_fpm_supervisor(id, &pidfd))
        (void)sc_pidfd_signal(pidfd, SIGUSR2);
}

bool sc_fpm_any(uid_t uid)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    return sc_fpm_taken_load(uid, 0, &l, NULL, NULL) == 0 && l.n > 0;
}
