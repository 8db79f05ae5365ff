/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting pools back into the shared master. */
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/pidfd.h"
#include "core/base/vec.h"
#include "core/php/fpm/idle.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"
#include "core/php/fpm/supervisor.h"

/* In this order: who is killed on the way leaves a shared master that can start. */
static int release(struct sc_fpm_taken *t, struct sc_error *err)
{
    int rc = sc_fpm_leave(t, err);
    if (rc == 0)
        rc = sc_fpm_give_name(t, err);
    return rc < 0 ? rc : sc_fpm_put_back(t, err);
}

/* The site goes on with the address; also with one that the shared master has forgotten, which it uses
 * or would, when it is isolated no more. */
static bool stays(const struct sc_fpm_use *uses, size_t n, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].pool && !*uses[i].route && sc_fpm_known_is(uses[i].pool, t) &&
            uses[i].how != SC_FPM_NONE && sc_fpm_forgotten(t))
            return true;
    return !t->leaving && sc_fpm_site_wants(uses, n, t);
}

bool sc_fpm_site_wants(const struct sc_fpm_use *uses, size_t n, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_COVERED && strcmp(sc_fpm_use_at(&uses[i]), t->listen) == 0)
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

/* Ends what of site `id` is not wanted any more. */
int sc_fpm_release_site(struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_use *uses,
                        size_t n_uses, struct sc_error *err)
{
    int rc = 0;
    size_t left = 0, gone = 0;
    if (gives_back(p, id))
        return 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id != id)
            continue;
        if (stays(uses, n_uses, t)) {
            left++;
            continue;
        }
        if (sc_fpm_share_takes(p, t)) { /* its address goes to the router */
            left++;
            continue;
        }
        if (p->a->later && (p->a->routed || sc_fpm_is_routed(t))) {
            *p->a->later = true;
            left++;
            continue;
        }
        /* a supervisor that goes on reads the records again */
        rc = sc_fpm_is_routed(t) ? sc_fpm_taken_remove(t, err) : release(t, err);
        t->leaving = true;
        gone++;
    }
    if (rc < 0 || gone == 0)
        return rc;
    SC_FD int pidfd = -EBADF;
    if (left == 0)
        rc = sc_fpm_end_supervisor(p, id, err);
    else if (sc_fpm_supervisor(id, &pidfd) > 0)
        (void)sc_pidfd_signal(pidfd, SIGUSR2);
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        char new[128];
        if (t->id != id || !t->leaving)
            continue;
        sc_fpm_beside(t, "new", new);
        (void)unlink(new);
        if (sc_fpm_is_routed(t))
            (void)unlink(t->listen);
        rc = sc_fpm_taken_remove(t, err);
        if (rc == 0 && !sc_fpm_is_routed(t))
            rc = sc_fpm_idle_sweep(t->file, err);
        sc_fpm_taken_done(t);
        p->taken.v[i--] = p->taken.v[--p->taken.n];
    }
    return rc;
}
