/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pools that the supervisor holds: their sockets, their records, their files. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/match.h"
#include "core/base/log.h"
#include "core/php/pools/known.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"

#define WATCH IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR

static void watch_pool(struct sc_fpm_held *p)
{
    SC_FREE char *dir = sc_fpm_is_routed(&p->t) ? NULL : strdup(p->t.file);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    p->watch = -1;
    if (slash && slash != dir) {
        *slash = 0;
        p->watch = inotify_add_watch(me.notify, dir, WATCH);
    }
}

static void watch_dir(const char *path)
{
    char file[PATH_MAX], dir[PATH_MAX];
    struct sc_fpm_dir *d = &me.dirs[me.n_dirs];
    int n = snprintf(file, sizeof(file), "%s/x.conf", path);
    if (n < 0 || n >= (int)sizeof(file) || !sc_fpm_shared_dir(file, dir) ||
        strlen(dir) >= sizeof(d->path))
        return;
    d->watch = inotify_add_watch(me.notify, dir, WATCH);
    memcpy(d->path, dir, strlen(dir) + 1);
    me.n_dirs += d->watch >= 0;
}

/* Where a panel may move a pool of ours to: the directories of the other PHP versions. */
static void watch_others(void)
{
    me.n_dirs = 0;
    size_t n_vendors;
    const struct sc_php_vendor *v = sc_php_vendors(&n_vendors);
    for (size_t i = 0; i < n_vendors; i++) {
        char pattern[PATH_MAX];
        SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
        struct sc_error err = SC_ERROR_INIT;
        /* the next pass finds what was moved there, too */
        if (sc_fpm_pool_dir(&v[i], pattern) && sc_match(pattern, NULL, &m, &err) < 0)
            sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, err.text);
        for (size_t k = 0; k < m.n && me.n_dirs < SC_FPM_DIRS_MAX; k++)
            watch_dir(m.v[k]);
    }
}

int sc_fpm_pools_load(struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    struct sc_fpm_run run = {0};
    int rc = sc_fpm_run_load(me.id, &run, err);
    if (rc == 0 && (rc = sc_fpm_taken_load(me.uid, me.id, &l, NULL, err)) < 0)
        sc_fpm_run_done(&run);
    if (rc < 0)
        return rc;
    sc_fpm_run_done(&me.run);
    me.run = run;
    me.answer = run.asked;
    for (size_t i = 0; i < l.n; i++)
        if (l.v[i].leaving) {
            sc_fpm_taken_done(&l.v[i]);
            l.v[i--] = l.v[--l.n];
        }
    if (run.uid != me.uid || l.n == 0 || l.n > SC_FPM_TAKEN_MAX)
        return sc_error_set(err, SC_E_INVAL, "there are no pools, too many, or another account's");
    struct sc_fpm_held old[SC_FPM_TAKEN_MAX];
    size_t n_old = me.n;
    memcpy(old, me.pools, sizeof(old));
    me.n = 0;
    for (size_t i = 0; i < l.n; i++) {
        struct sc_fpm_held p = {.t = l.v[i], .fd = -EBADF, .watch = -1};
        l.v[i] = (struct sc_fpm_taken){0};
        for (size_t k = 0; k < n_old; k++) /* somebody may have removed the name */
            if (old[k].fd >= 0 && strcmp(old[k].t.listen, p.t.listen) == 0 &&
                sc_fpm_answers(&p.t, getpid()))
                p.fd = sc_steal_fd(&old[k].fd);
        if (p.fd < 0 && rc == 0) {
            rc = sc_fpm_listen_make(&p.t, &p.fd, err);
            if (me.router.pid) /* it has a socket that nobody reaches */
                (void)kill(me.router.pid, SIGKILL);
        }
        watch_pool(&p);
        me.pools[me.n++] = p;
    }
    watch_others();
    for (size_t k = 0; k < n_old; k++) {
        sc_fpm_taken_done(&old[k].t);
        sc_close(&old[k].fd);
    }
    if (rc == 0 && me.run.router)
        rc = sc_fpm_router_listen(err);
    for (size_t i = 0; rc < 0 && i < me.n; i++)
        if (me.pools[i].fd < 0) { /* the others go on */
            sc_fpm_taken_done(&me.pools[i].t);
            me.pools[i--] = me.pools[--me.n];
        }
    return rc;
}

/* Its address has been taken over; also when that cannot be looked at: the pool stays out. */
static bool is_mine(const struct sc_fpm_held *p)
{
    char path[128];
    struct stat st;
    sc_fpm_beside(&p->t, "new", path);
    return !sc_fpm_is_routed(&p->t) && lstat(path, &st) < 0;
}

/* A pool at an address of ours that appeared in another file was moved there: out of it, before
 * the master that reads that file finds the address in use, and ends. */
static int take_moved(const char *file, bool *ret_changed, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    int rc = sc_fpm_known_file(file, &l, err);
    for (size_t i = 0; rc == 0 && i < l.n; i++)
        for (size_t k = 0; rc == 0 && k < me.n; k++) {
            struct sc_fpm_taken *t = &me.pools[k].t;
            const struct sc_fpm_known *now = &l.v[i];
            if (strcmp(t->listen, now->listen) != 0 || strcmp(t->file, file) == 0 ||
                !is_mine(&me.pools[k]))
                continue;
            rc = sc_fpm_taken_set(t, now, err);
            if (rc == 0)
                rc = sc_fpm_taken_save(t, err);
            if (rc == 0 && (rc = sc_fpm_take_out(t, NULL, err)) >= 0) {
                *ret_changed = true;
                watch_pool(&me.pools[k]);
                rc = 0;
            }
        }
    return rc;
}

void sc_fpm_pool_file_changed(int watch, const char *name)
{
    bool changed = false;
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < me.n_dirs; i++) {
        char file[PATH_MAX];
        if (me.dirs[i].watch == watch &&
            snprintf(file, sizeof(file), "%s/%s", me.dirs[i].path, name) < (int)sizeof(file) &&
            take_moved(file, &changed, &err) < 0)
            sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, err.text);
    }
    for (size_t i = 0; i < me.n; i++) {
        struct sc_fpm_held *p = &me.pools[i];
        if (p->watch != watch || strcmp(strrchr(p->t.file, '/') + 1, name) != 0 || !is_mine(p))
            continue;
        if (sc_fpm_take_out(&p->t, &changed, &err) < 0)
            sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, err.text);
    }
    if (changed) {
        sc_log("uid=%u site=%u PHP-FPM: a pool was written again", (unsigned)me.uid, me.id);
        if (sc_fpm_own_start(&err) < 0)
            sc_fpm_own_failed(err.text);
    }
}
