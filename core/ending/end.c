/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending views: whose requests are answered, or whose time has come. */
#include "core/ending/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/lock.h"
#include "core/base/pidfd.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/php/old.h"
#include "core/php/requests.h"

#define TICK_MS     2
#define TICK_MAX_MS 100

static void path_of(uid_t uid, const struct sc_ending *e, char out[96])
{
    snprintf(out, 96, SC_RUN_DIR "/%u/%s", (unsigned)uid, e->name);
}

int sc_ending_keeper(uid_t uid, const struct sc_ending *e, int *ret_pidfd, pid_t *ret_pid,
                     struct sc_error *err)
{
    char path[96];
    path_of(uid, e, path);
    SC_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? SC_E_NOTFOUND : sc_error_sys(err, errno, "open %s", path);
    pid_t pid = sc_lock_holder(fd);
    if (pid < 0)
        return sc_error_sys(err, -pid, "find the keeper of site %u", e->id);
    if (pid == 0)
        return SC_E_NOTFOUND;
    SC_FD int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0 && errno != ESRCH)
        return sc_error_sys(err, errno, "find the keeper of site %u", e->id);
    /* still the holder with the descriptor in hand: the descriptor is the keeper's */
    if (pidfd < 0 || sc_lock_holder(fd) != pid)
        return SC_E_NOTFOUND;
    *ret_pidfd = sc_steal_fd(&pidfd);
    *ret_pid = pid;
    return 0;
}

static int remove_record(uid_t uid, const struct sc_ending *e, struct sc_error *err)
{
    char path[96];
    path_of(uid, e, path);
    if (unlink(path) < 0 && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "remove %s", path);
    return 0;
}

/* With its first process all others of the view end. */
static int end_one(uid_t uid, const struct sc_ending *e, int wait_ms, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    pid_t pid;
    int rc = sc_ending_keeper(uid, e, &pidfd, &pid, err);
    if (rc == SC_E_NOTFOUND)
        return remove_record(uid, e, err);
    if (rc < 0)
        return rc;
    if (sc_pidfd_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
        return sc_error_sys(err, errno, "end the former view of site %u", e->id);
    if (!sc_pidfd_wait(pidfd, wait_ms))
        return sc_error_set(err, SC_E_BUSY, "the processes of site %u's former view do not end",
                            e->id);
    return remove_record(uid, e, err);
}

int sc_ending_now(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    int rc = sc_ending_list(uid, &l, err);
    for (size_t i = 0; rc == 0 && i < l.n; i++)
        if (id == 0 || l.v[i].id == id)
            rc = end_one(uid, &l.v[i], SC_ENDING_KILL_MS, err);
    return rc;
}

int sc_ending_outdated(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    uint64_t plan = 0;
    int rc = sc_ending_list(uid, &l, err);
    if (rc == 0 && l.n)
        rc = sc_ending_plan(uid, id, &plan, err);
    bool none = rc == SC_E_NOTFOUND;
    for (size_t i = 0; (rc == 0 || none) && i < l.n; i++)
        if (l.v[i].id == id && (none || l.v[i].plan != plan))
            rc = end_one(uid, &l.v[i], SC_ENDING_KILL_MS, err);
    return none && rc == SC_E_NOTFOUND ? 0 : rc;
}

/* ---- with a wait ---- */

struct view {
    struct sc_ending e; /* its texts are not used */
    struct sc_php_requests requests;
    bool known; /* the requests are */
    bool seen;  /* still recorded */
};

struct views {
    struct view *v;
    size_t n;
};

static void views_done(struct views *w)
{
    for (size_t i = 0; i < w->n; i++)
        sc_php_requests_done(&w->v[i].requests);
    free(w->v);
}

static struct view *find(const struct views *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->v[i].e.name, name) == 0)
            return &w->v[i];
    return NULL;
}

/* What is recorded now: others may have ended some, or added some. */
static int refresh(uid_t uid, struct views *w, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    int rc = sc_ending_list(uid, &l, err);
    for (size_t i = 0; rc == 0 && i < w->n; i++)
        w->v[i].seen = false;
    for (size_t i = 0; rc == 0 && i < l.n; i++) {
        struct view *v = find(w, l.v[i].name);
        if (!v && !SC_VEC_ROOM(w->v, w->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for views that end");
        if (!v) {
            v = &w->v[w->n++];
            *v = (struct view){.e = l.v[i]};
            v->e.token = v->e.docroot = v->e.alias = NULL;
        }
        v->seen = true;
    }
    for (size_t i = w->n; rc == 0 && i-- > 0;)
        if (!w->v[i].seen) {
            sc_php_requests_done(&w->v[i].requests);
            w->v[i] = w->v[--w->n];
        }
    return rc;
}

/* 0: it has ended, or is to end; 1: requests run. */
static int look(uid_t uid, struct view *v, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    pid_t pid;
    if (!v->known) {
        int rc = sc_ending_keeper(uid, &v->e, &pidfd, &pid, err);
        if (rc == 0)
            rc = sc_php_requests_find(pid, !v->e.told, &v->requests, err);
        if (rc == 0 && !v->e.told)
            rc = sc_ending_set_told(uid, &v->e, err);
        if (rc < 0)
            return rc == SC_E_NOTFOUND ? 0 : rc;
        v->known = true;
    }
    return sc_clock_ms() < v->e.until && sc_php_requests_any(&v->requests);
}

static int look_at_all(uid_t uid, struct views *w, int64_t until, struct sc_error *err)
{
    int rc = 0;
    struct sc_error why = SC_ERROR_INIT;
    for (size_t i = 0; i < w->n; i++) {
        int64_t left = until - sc_clock_ms();
        int wait_ms = left < 0 ? 0 : left < SC_ENDING_KILL_MS ? (int)left : SC_ENDING_KILL_MS;
        int now = look(uid, &w->v[i], &why);
        if (now == 0)
            now = end_one(uid, &w->v[i].e, wait_ms, &why);
        if (now == SC_E_BUSY && wait_ms < SC_ENDING_KILL_MS)
            now = 0; /* who goes on with it waits longer */
        if (now < 0 && rc == 0)
            rc = sc_error_set(err, now, "%s", why.text);
    }
    return rc;
}

int sc_ending_wait(uid_t uid, int64_t wait_ms, size_t *ret_left, struct sc_error *err)
{
    SC_CLEANUP(views_done) struct views w = {0};
    const int64_t until = sc_clock_ms() + wait_ms;
    size_t old = 0;
    int rc = refresh(uid, &w, err);
    if (rc == 0)
        rc = sc_php_old_look(uid, &old, err);
    for (int64_t tick = TICK_MS; rc == 0 && (w.n || old);
         tick = tick < TICK_MAX_MS ? tick * 2 : tick) {
        rc = look_at_all(uid, &w, until, err);
        if (rc == 0)
            rc = refresh(uid, &w, err);
        if (rc == 0)
            rc = sc_php_old_look(uid, &old, err);
        int64_t now = sc_clock_ms();
        if (rc < 0 || !(w.n || old) || now >= until)
            break;
        sc_sleep_ms(now + tick < until ? tick : until - now);
    }
    if (rc == 0)
        *ret_left = w.n + old;
    return rc;
}
