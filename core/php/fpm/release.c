/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting pools back into the shared master. */
#include "core/php/fpm/apply.h"
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/pidfd.h"
#include "core/base/vec.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"
#include "core/php/fpm/supervisor.h"

/* In this order: who is killed on the way leaves a shared master that can start. */
static int release(struct sc_fpm_taken *t, struct sc_error *err)
{
    int rc = sc_fpm_leave(t, true, err);
    if (rc == 0)
        rc = sc_fpm_give_name(t, err);
    return rc < 0 ? rc : sc_fpm_put_back(t, err);
}

/* The site goes on with the address; also with one that the shared master has forgotten, which it uses
 * or would, when it is isolated no more. */
static bool stays(const struct sc_fpm_served *one, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; one && i < one->n; i++)
        if (one->v[i].pool && !*one->v[i].route && sc_fpm_known_is(one->v[i].pool, t) &&
            one->v[i].how != SC_FPM_NONE && sc_fpm_forgotten(t))
            return true;
    return one && !t->leaving && sc_fpm_site_wants(one, t);
}

bool sc_fpm_site_wants(const struct sc_fpm_served *one, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < one->n; i++)
        if (one->v[i].how == SC_FPM_COVERED && strcmp(sc_fpm_use_at(&one->v[i]), t->listen) == 0)
            return true;
    return false;
}

/* The supervisor waits for the shared master to start, and ends by itself. */
static bool gives_back(const struct sc_fpm_pass *p, unsigned id)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (p->taken.v[i].id == id && !p->taken.v[i].leaving)
            return false;
    return id >= SC_FPM_OUTSIDE && sc_fpm_supervisor(id, NULL) != 0;
}

int sc_fpm_end_supervisor(struct sc_fpm_pass *p, unsigned id, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    int rc = sc_fpm_supervisor_end(id, &pidfd, err);
    if (rc == 0 && pidfd >= 0 && SC_VEC_ROOM(p->ends, p->n_ends))
        p->ends[p->n_ends++] = sc_steal_fd(&pidfd);
    return rc;
}

void sc_fpm_record_drop(struct sc_fpm_pass *p, size_t i)
{
    sc_fpm_taken_done(&p->taken.v[i]);
    p->taken.v[i] = p->taken.v[--p->taken.n];
}

/* The last of an address that was left: behind the supervisor's end. */
static int forget(const struct sc_fpm_taken *t, struct sc_error *err)
{
    char new[128];
    sc_fpm_beside(t, "new", new);
    (void)unlink(new);
    if (sc_fpm_is_routed(t))
        (void)unlink(t->listen);
    int rc = sc_fpm_taken_remove(t, err);
    return rc < 0 || sc_fpm_is_routed(t) ? rc : sc_fpm_idle_sweep(t->file, err);
}

int sc_fpm_release_site(struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_served *one,
                        struct sc_error *err)
{
    int rc = 0;
    size_t left = 0, gone = 0;
    if (gives_back(p, id))
        return 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id != id)
            continue;
        bool goes_on = stays(one, t) || sc_fpm_share_takes(p, t); /* … or goes to the router */
        if (!goes_on && p->a->later && (p->a->routed || sc_fpm_is_routed(t)))
            goes_on = *p->a->later = true;
        left += goes_on;
        if (goes_on)
            continue;
        /* a supervisor that goes on reads the records again */
        rc = sc_fpm_is_routed(t) ? sc_fpm_taken_remove(t, err) : release(t, err);
        t->leaving = true;
        gone++;
    }
    if (rc < 0 || gone == 0)
        return rc;
    if (left == 0)
        rc = sc_fpm_end_supervisor(p, id, err);
    else
        sc_fpm_site_again(id);
    for (size_t i = p->taken.n; rc == 0 && i-- > 0;)
        if (p->taken.v[i].id == id && p->taken.v[i].leaving) {
            rc = forget(&p->taken.v[i], err);
            sc_fpm_record_drop(p, i);
        }
    return rc;
}
