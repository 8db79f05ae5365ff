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
#include "core/php/fpm/outside.h"
#include "core/php/fpm/pass.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/supervisor.h"
#include "core/php/fpm/running.h"

#define PHP_MS 3000 /* who changes a site's PHP waits so long for its master */

static void tell(const struct sc_fpm_account *a, const struct sc_fpm_use *uses, size_t n)
{
    char text[1024];
    for (size_t i = 0; a->notice && i < n; i++)
        if (!sc_fpm_use_is_fine(&uses[i])) {
            sc_fpm_use_text(&uses[i], text, sizeof(text));
            a->notice(a->arg, text);
        }
}

static bool is_site(const struct sc_fpm_account *a, unsigned id)
{
    for (size_t i = 0; i < a->n_sites; i++)
        if (a->sites[i].id == id)
            return true;
    return false;
}

/* The first error is the pass's, and keeps nothing from being done that can be. */
static int first_of(int rc, int now, const struct sc_error *why, struct sc_error *err)
{
    if (now < 0)
        sc_log("PHP-FPM: %s", why->text);
    return rc < 0 || now == 0 ? rc : sc_error_set(err, now, "%s", why->text);
}

static void free_uses(struct sc_fpm_site_uses *u, size_t n)
{
    for (size_t i = 0; u && i < n; i++)
        free(u[i].v);
    free(u);
}

/* The site that a pool is to run in; NULL: none. */
static const struct sc_fpm_site *site_of(const struct sc_fpm_account *a,
                                         const struct sc_fpm_site_uses *u,
                                         const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < a->n_sites; i++)
        if (u[i].failed || sc_fpm_site_wants(u[i].v, u[i].n, t))
            return &a->sites[i];
    return NULL;
}

/* Pools of sites that are no more. One that another site has now is not put back in between; one of
 * a site that cannot be isolated now is served by nobody. */
static int release_others(struct sc_fpm_pass *p, const struct sc_fpm_site_uses *u,
                          struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < p->taken.n;) {
        struct sc_error why = SC_ERROR_INIT;
        const struct sc_fpm_taken *t = &p->taken.v[i];
        size_t before = p->taken.n;
        if (is_site(p->a, t->id)) {
            i++;
            continue;
        }
        const struct sc_fpm_site *now = t->leaving ? NULL : site_of(p->a, u, t);
        if (!now)
            rc = first_of(rc, sc_fpm_release_site(p, t->id, NULL, 0, &why), &why, err);
        else if (now->id == 0 && t->id < SC_FPM_SHARED_POOL &&
                 sc_fpm_supervisor(t->id, NULL)) /* or it cannot be told */
            rc = first_of(rc, sc_fpm_end_supervisor(p, t->id, &why), &why, err);
        i = p->taken.n == before ? i + 1 : 0; /* the list moved */
    }
    return rc;
}

/* Records of the site's pools under the id that it had before, or of a site's whose pool has a router
 * now. */
static int drop_former(struct sc_fpm_pass *p, unsigned id, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        bool goes_on = is_site(p->a, t->id);
        if (t->id == id || (goes_on && id < SC_FPM_SHARED_POOL) ||
            !sc_fpm_record_of(p, id, t->listen))
            continue;
        if (!goes_on)
            rc = sc_fpm_end_supervisor(p, t->id, err);
        if (rc == 0)
            rc = sc_fpm_taken_remove(t, err);
        if (rc == 0 && goes_on)
            sc_fpm_site_again(t->id);
        sc_fpm_taken_done(t);
        p->taken.v[i--] = p->taken.v[--p->taken.n];
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
static bool mark_outside(const struct sc_fpm_pass *p, const struct sc_fpm_site *s,
                         struct sc_fpm_site_uses *u)
{
    bool any = false;
    for (size_t i = 0; i < u->n; i++) {
        if (is_held(p, &u->v[i]))
            u->v[i].how = SC_FPM_COVERED;
        else if (!*s->changes)
            u->v[i].how = SC_FPM_NONE;
        any |= u->v[i].how == SC_FPM_COVERED;
    }
    return any;
}

/* Gives the sites outside their ids; leaves those out that have nothing to be served. */
static int number_outside(const struct sc_fpm_pass *p, struct sc_fpm_account *a,
                          struct sc_fpm_site *v, struct sc_fpm_site_uses *u, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < a->n_sites; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (!v[i].outside)
            continue;
        bool covered = mark_outside(p, &v[i], &u[i]);
        if (covered || u[i].failed)
            rc = first_of(
                rc,
                sc_fpm_outside_id(a->uid, v[i].docroot, SC_FPM_OUTSIDE, covered, &v[i].id, &why),
                &why, err);
        if (v[i].id)
            continue;
        free(u[i].v);
        v[i] = v[--a->n_sites];
        u[i--] = u[a->n_sites];
        u[a->n_sites] = (struct sc_fpm_site_uses){0};
    }
    return rc;
}

static bool is_used(void *arg, unsigned id)
{
    const struct sc_fpm_pass *p = arg;
    for (size_t i = 0; i < p->taken.n; i++)
        if (p->taken.v[i].id == id)
            return true;
    return is_site(p->a, id);
}

static int serve(struct sc_fpm_pass *p, const struct sc_fpm_site *s, struct sc_fpm_site_uses *u,
                 struct sc_error *err)
{
    int rc = sc_fpm_release_site(p, s->id, u->v, u->n, err);
    if (rc == 0)
        rc = u->many ? sc_fpm_close_site(p, s, u->v, u->n, err)
                     : sc_fpm_take_site(p, s, u->v, u->n, err);
    if (rc == 0)
        rc = drop_former(p, s->id, err);
    if (rc == 0)
        tell(p->a, u->v, u->n);
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

int sc_fpm_apply(const struct sc_fpm_account *given, struct sc_error *err)
{
    struct sc_fpm_account mine = *given, *a = &mine;
    SC_CLEANUP(sc_fpm_pass_done) struct sc_fpm_pass p = {.a = a};
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc == 0 && p.taken.n == 0 && a->n_sites == 0)
        sc_fpm_outside_sweep(a->uid, is_used, &p);
    if (rc < 0 || (p.taken.n == 0 && a->n_sites == 0))
        return rc;
    rc = sc_fpm_pass_load(&p, err);
    if (rc < 0)
        return rc;
    size_t room = a->n_sites + SC_FPM_SHARES_MAX;
    SC_FREE struct sc_fpm_site *sites = calloc(room, sizeof(*sites));
    struct sc_fpm_site_uses *u = calloc(room, sizeof(*u));
    if (!u || !sites) {
        free(u);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    }
    if (a->n_sites)
        memcpy(sites, a->sites, a->n_sites * sizeof(*sites));
    a->sites = sites;
    for (size_t i = 0; i < a->n_sites; i++) {
        struct sc_error why = SC_ERROR_INIT;
        int now = sc_fpm_pass_uses(&p, &a->sites[i], &u[i].v, &u[i].n, &why);
        u[i].failed = now < 0;
        rc = first_of(rc, now, &why, err);
    }
    struct sc_error why = SC_ERROR_INIT;
    rc = first_of(rc, sc_fpm_share_find(&p, a, u, &why), &why, err);
    why = (struct sc_error)SC_ERROR_INIT;
    rc = first_of(rc, number_outside(&p, a, sites, u, &why), &why, err);
    why = (struct sc_error)SC_ERROR_INIT;
    rc = first_of(rc, sc_fpm_share_add(&p, a, sites, u, &why), &why, err);
    why = (struct sc_error)SC_ERROR_INIT;
    rc = first_of(rc, release_others(&p, u, &why), &why, err);
    sc_fpm_budget(a, u);
    for (size_t i = 0; i < a->n_sites; i++) {
        const struct sc_fpm_site *s = &a->sites[i];
        if (s->id == 0 || u[i].failed)
            continue;
        if (s->outside && a->routed && a->later) { /* Apache may still be sent to the site */
            *a->later = true;
            continue;
        }
        why = (struct sc_error)SC_ERROR_INIT;
        rc = first_of(rc, serve(&p, s, &u[i], &why), &why, err);
    }
    free_uses(u, a->n_sites);
    sc_fpm_outside_sweep(a->uid, is_used, &p);
    wait_a_moment(&p);
    return rc;
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
