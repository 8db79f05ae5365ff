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

#define USERS_FROM 1000 /* uids and gids of hosting accounts */

static void pass_done(struct sc_fpm_pass *p)
{
    sc_fpm_taken_list_done(&p->taken);
    free(p->known.v);
    sc_fpm_known_done(&p->out);
    sc_fpm_known_done(&p->files);
    sc_vhosts_done(&p->hosts);
    sc_fpm_routes_done(&p->routes);
}

/* Pools that are taken out stand in no file: their records do. A file's word counts more: the panel
 * wrote the pool again. */
static int add_taken(struct sc_fpm_pass *p, const struct sc_fpm_known_list *files,
                     struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file now = {0};
        bool written = false, marked = false;
        for (size_t k = 0; k < files->n; k++)
            written |=
                strcmp(files->v[k].file, t->file) == 0 && strcmp(files->v[k].pool, t->pool) == 0;
        if (written || t->leaving || sc_fpm_is_routed(t)) /* that one has a copy */
            continue;
        /* no mark either: somebody removed the pool */
        rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, err);
        if (rc == SC_E_NOTFOUND)
            rc = 0;
        if (rc < 0 || !text.data)
            continue;
        if (sc_fpm_parse(text.data, text.len, t->file, &now, NULL) == 0) {
            for (size_t k = 0; k < now.n; k++)
                marked |= now.v[k].mark && strcmp(now.v[k].name, t->pool) == 0;
            if (!marked)
                continue;
        }
        if (sc_fpm_parse(t->text, t->text_len, t->file, &f, NULL) < 0)
            continue;
        const struct sc_fpm_pool *pool = sc_fpm_pool_find(&f, t->pool);
        if (pool)
            rc = sc_fpm_known_add(&p->out, t->file, t->main, t->exe, t->text, pool, err);
    }
    return rc;
}

static struct sc_vhosts *hosts_of(struct sc_fpm_pass *p)
{
    return p->a->hosts ? p->a->hosts : &p->hosts;
}

/* What stands in files, and what was taken out of them. */
static int join_pools(struct sc_fpm_pass *p, const struct sc_fpm_known_list *files,
                      struct sc_error *err)
{
    p->known.v = calloc(files->n + p->out.n + 1, sizeof(*p->known.v));
    if (!p->known.v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    for (size_t i = 0; i < files->n; i++)
        p->known.v[p->known.n++] = files->v[i];
    for (size_t i = 0; i < p->out.n; i++)
        p->known.v[p->known.n++] = p->out.v[i];
    return 0;
}

static int load(struct sc_fpm_pass *p, struct sc_error *err)
{
    const struct sc_fpm_known_list *files = p->a->known ? p->a->known : &p->files;
    int rc = p->a->known ? 0 : sc_fpm_known_all(&p->files, err);
    if (rc == 0)
        rc = add_taken(p, files, err);
    if (rc == 0)
        rc = join_pools(p, files, err);
    bool look = p->a->notice != NULL || p->a->seen != NULL || p->a->routed;
    if (p->a->hosts)
        return rc;
    for (size_t i = 0; i < p->known.n && !look; i++)
        look = sc_fpm_runs_as(&p->known.v[i], p->a->user, p->a->uid);
    return rc == 0 && look && p->known.n ? sc_vhosts_load("", &p->hosts, err) : rc;
}

/* Whether only root and the system's own users can put things where the socket is. */
static bool is_safe(const char *listen)
{
    char dir[PATH_MAX], real[PATH_MAX];
    struct stat st;
    if (listen[0] != '/')
        return true;
    snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(listen, '/') - listen), listen);
    if (!realpath(*dir ? dir : "/", real))
        return errno == ENOENT; /* it will be made, by root */
    for (;;) {
        if (lstat(*real ? real : "/", &st) < 0 || st.st_uid >= USERS_FROM ||
            (st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && st.st_gid >= USERS_FROM))
            return false;
        char *slash = strrchr(real, '/');
        if (!slash)
            return true;
        *slash = 0;
    }
}

static struct sc_web_whose whose(const struct sc_fpm_pass *p, const struct sc_fpm_site *s)
{
    return (struct sc_web_whose){.docroot = s->docroot,
                                 .texts = s->texts,
                                 .n_texts = s->n_texts,
                                 .names = s->names,
                                 .n_names = s->n_names,
                                 .docroots = p->a->docroots,
                                 .n_docroots = p->a->n_docroots,
                                 .homes = p->a->homes,
                                 .n_homes = p->a->n_homes};
}

/* Of a pool that the router tells apart. */
static const struct sc_fpm_known *split_pool(const struct sc_fpm_use *uses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_SPLIT)
            return uses[i].pool;
    return NULL;
}

/* Apache by itself, and the router, go to where isolated sites have their masters. */
static int route(struct sc_fpm_pass *p, const struct sc_fpm_site *s, const struct sc_fpm_asked *q,
                 struct sc_fpm_use **uses, size_t *n, struct sc_error *err)
{
    const struct sc_fpm_routing how = {hosts_of(p), &p->known, q};
    const struct sc_fpm_known *pool = p->a->routed ? sc_fpm_route_mark(&how, *uses, *n) : NULL;
    if (pool && !sc_fpm_route_wanted(&how, *uses, *n))
        pool = NULL;
    if (!pool && s->id)
        pool = split_pool(*uses, *n);
    return pool && !s->outside ? sc_fpm_route_add(&p->routes, pool, s->id, uses, n, err) : 0;
}

/* A port has no name that could be given away: only one that an earlier release took stays. */
static enum sc_fpm_how can_be_taken(struct sc_fpm_pass *p, unsigned id,
                                    const struct sc_fpm_known *pool)
{
    if (pool->listen[0] != '/' && !sc_fpm_record_of(p, id, sc_fpm_hash(pool->file, pool->pool)))
        return SC_FPM_PORT;
    return is_safe(pool->listen) ? SC_FPM_COVERED : SC_FPM_PLACE;
}

static int uses_of(struct sc_fpm_pass *p, const struct sc_fpm_site *s, struct sc_fpm_use **ret,
                   size_t *ret_n, struct sc_error *err)
{
    const struct sc_fpm_asked q = {whose(p, s), p->a->user, p->a->uid};
    int rc = sc_roots_resolve(hosts_of(p), &q.site, err);
    if (rc == 0)
        rc = sc_fpm_which(hosts_of(p), &p->known, &q, ret, ret_n, err);
    for (size_t i = 0; rc == 0 && i < *ret_n; i++) {
        struct sc_fpm_use *u = &(*ret)[i];
        if (sc_fpm_share_is(p, u))
            u->how = is_safe(u->pool->listen) ? SC_FPM_SPLIT : SC_FPM_PLACE;
        else if (u->how == SC_FPM_COVERED)
            u->how = can_be_taken(p, s->id, u->pool);
    }
    return rc == 0 ? route(p, s, &q, ret, ret_n, err) : rc;
}

/* What a use needs to be told about. */
static bool is_fine(const struct sc_fpm_use *u)
{
    return u->how == SC_FPM_COVERED || u->how == SC_FPM_ROUTED || u->how == SC_FPM_SPLIT ||
           u->how == SC_FPM_NONE;
}

static void tell(const struct sc_fpm_account *a, const struct sc_fpm_use *uses, size_t n)
{
    char text[1024];
    for (size_t i = 0; a->notice && i < n; i++)
        if (!is_fine(&uses[i])) {
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
            rc = first_of(rc, sc_fpm_supervisor_end(t->id, &why), &why, err);
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
            !sc_fpm_record_of(p, id, t->hash))
            continue;
        if (!goes_on)
            rc = sc_fpm_supervisor_end(t->id, err);
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
        if (p->taken.v[i].id < SC_FPM_SHARED_POOL &&
            p->taken.v[i].hash == sc_fpm_hash(u->pool->file, u->pool->pool) &&
            strcmp(p->taken.v[i].listen, u->pool->listen) == 0 && sc_fpm_forgotten(&p->taken.v[i]))
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
    int rc = sc_fpm_follow_moved(p, s->id, u->v, u->n, err);
    if (rc == 0)
        rc = sc_fpm_release_site(p, s->id, u->v, u->n, err);
    if (rc == 0)
        rc = sc_fpm_take_site(p, s, u->v, u->n, err);
    if (rc == 0)
        rc = drop_former(p, s->id, err);
    if (rc == 0)
        tell(p->a, u->v, u->n);
    return rc;
}

int sc_fpm_apply(const struct sc_fpm_account *given, struct sc_error *err)
{
    struct sc_fpm_account mine = *given, *a = &mine;
    SC_CLEANUP(pass_done) struct sc_fpm_pass p = {.a = a};
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc == 0 && p.taken.n == 0 && a->n_sites == 0)
        sc_fpm_outside_sweep(a->uid, is_used, &p);
    if (rc < 0 || (p.taken.n == 0 && a->n_sites == 0))
        return rc;
    rc = load(&p, err);
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
        int now = uses_of(&p, &a->sites[i], &u[i].v, &u[i].n, &why);
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
    return rc < 0 ? rc : sc_fpm_supervisor_wait(id, r.asked, err);
}

void sc_fpm_site_again(unsigned id)
{
    SC_FD int pidfd = -EBADF;
    if (sc_fpm_supervisor(id, &pidfd))
        (void)sc_pidfd_signal(pidfd, SIGUSR2);
}

/* Pools of hosts around the site that cannot be kept from it: its code runs there by their
 * names. */
static int look_around(struct sc_fpm_pass *p, const struct sc_fpm_site *site, struct sc_error *err)
{
    const struct sc_vhosts *hosts = hosts_of(p);
    const struct sc_web_whose inner = whose(p, site);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hosts->n; i++) {
        const char *around = sc_host_docroot(&hosts->v[i]);
        bool seen = !hosts->v[i].n_listens || !around ||
                    sc_host_stands(&hosts->v[i], &inner) != SC_HOST_AROUND;
        for (size_t k = 0; k < i && !seen; k++)
            seen =
                sc_host_docroot(&hosts->v[k]) && strcmp(sc_host_docroot(&hosts->v[k]), around) == 0;
        if (seen)
            continue;
        struct sc_fpm_site outer = {.docroot = around, .texts = &around, .n_texts = 1};
        SC_FREE struct sc_fpm_use *uses = NULL;
        size_t n = 0;
        char text[1024];
        rc = uses_of(p, &outer, &uses, &n, err);
        for (size_t k = 0; rc == 0 && k < n; k++) {
            if (is_fine(&uses[k]))
                continue;
            sc_fpm_around_text(&uses[k], site->docroot, text, sizeof(text));
            p->a->seen(p->a->arg, &uses[k], true, text);
        }
    }
    return rc;
}

/* The kernel's word: at the address of a pool that was taken over answers the site's supervisor, or
 * that of a pool that sites share. */
static void ask_kernel(const struct sc_fpm_pass *p, const struct sc_fpm_site *site,
                       struct sc_fpm_use *u)
{
    const char *listen = u->pool->listen;
    bool split = u->how == SC_FPM_SPLIT, known = false;
    for (size_t i = 0; i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        bool of_it = split ? t->id >= SC_FPM_SHARED_POOL : t->id == site->id;
        if (!of_it || t->leaving || *listen != '/' || strcmp(t->listen, listen) != 0)
            continue;
        pid_t is = sc_fpm_listener(listen), own = sc_fpm_supervisor(t->id, NULL);
        known = true;
        if (is != 0 && own != 0 && is != own)
            u->how = SC_FPM_ANSWERED;
    }
    if (split && !known) /* the shared master itself */
        u->how = SC_FPM_ANSWERED;
}

int sc_fpm_look(const struct sc_fpm_account *a, const struct sc_fpm_site *site,
                struct sc_error *err)
{
    SC_CLEANUP(pass_done) struct sc_fpm_pass p = {.a = a};
    SC_FREE struct sc_fpm_use *uses = NULL;
    size_t n = 0;
    char text[1024];
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc == 0)
        rc = load(&p, err);
    if (rc == 0)
        rc = uses_of(&p, site, &uses, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if ((uses[i].how == SC_FPM_COVERED || uses[i].how == SC_FPM_SPLIT) && site->id)
            ask_kernel(&p, site, &uses[i]);
        sc_fpm_use_text(&uses[i], text, sizeof(text));
        a->seen(a->arg, &uses[i], false, text);
    }
    return rc < 0 ? rc : look_around(&p, site, err);
}

bool sc_fpm_any(uid_t uid)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    return sc_fpm_taken_load(uid, 0, &l, NULL, NULL) == 0 && l.n > 0;
}
