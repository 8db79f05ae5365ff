/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address that was taken over, is not wanted any more, and which the shared master has forgotten:
 * of a site that is isolated no more, which is served outside as long, or of one to whose master
 * Apache goes by another address now. When the shared master ends, address and text of the pool are
 * its own again. One that has read the file a moment before goes on without the pool: then it is
 * taken once more. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "core/php/pools/known.h"
#include "core/php/pools/master.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"

#define LOOK_MS  200
#define START_MS 2000 /* a master that runs so long listens at all that it has read of */

static bool is_kept(const struct sc_fpm_held *p)
{
    bool routed = false;
    for (size_t i = 0; i < me.n; i++)
        routed |= sc_fpm_is_routed(&me.pools[i].t);
    return sc_fpm_is_outside() ? strcmp(me.run.changes, "-") == 0
                               : routed && !sc_fpm_is_routed(&p->t);
}

/* The first of them; NULL. Their shared master is all others'. */
static const struct sc_fpm_taken *kept(void)
{
    for (size_t i = 0; i < me.n; i++)
        if (is_kept(&me.pools[i]))
            return &me.pools[i].t;
    return NULL;
}

static void failed(const struct sc_error *why)
{
    sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, why->text);
}

/* The name first: php-fpm does not start while somebody else listens there. */
static int give(struct sc_fpm_taken *t, struct sc_error *err)
{
    char back[128];
    sc_fpm_beside(t, "back", back);
    int rc = sc_fpm_leave(t, true, err);
    if (rc == 0)
        sc_fpm_unguard(t->listen);
    if (rc == 0 && rename(t->listen, back) < 0 && errno != ENOENT)
        rc = sc_error_sys(err, errno, "rename %s", t->listen);
    if (rc == 0)
        rc = sc_fpm_put_back(t, err);
    return rc < 0 ? rc : sc_fpm_idle_sweep(t->file, err);
}

static int take_again(struct sc_fpm_taken *t, struct sc_error *err)
{
    char back[128];
    sc_fpm_beside(t, "back", back);
    int rc = sc_fpm_leave(t, false, err);
    if (rc == 0)
        rc = sc_fpm_take_out(t, NULL, err);
    if (rc >= 0 && rename(back, t->listen) < 0)
        rc = sc_error_sys(err, errno, "rename %s", back);
    return rc < 0 ? rc : 0;
}

static void each(int (*what)(struct sc_fpm_taken *t, struct sc_error *err))
{
    for (size_t i = 0; i < me.n; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (is_kept(&me.pools[i]) && what(&me.pools[i].t, &why) < 0)
            failed(&why);
    }
}

void sc_fpm_shared_ended(void)
{
    sc_close(&me.shared);
    each(give);
    me.given = true;
    me.seen_at = 0;
    me.look_at = sc_clock_ms() + LOOK_MS;
    sc_log("uid=%u site=%u PHP-FPM: the shared master has its pool again when it starts",
           (unsigned)me.uid, me.id);
}

void sc_fpm_watch_shared(void)
{
    sc_close(&me.shared);
    me.given = false;
    const struct sc_fpm_taken *t = kept();
    pid_t pid = t ? sc_fpm_master_find(t->main) : -1;
    if (pid > 0)
        me.shared = sc_pidfd_open(pid);
    if (pid == 0 || (pid > 0 && me.shared < 0 && errno == ESRCH))
        sc_fpm_shared_ended();
}

static bool all_taken_back(void)
{
    for (size_t i = 0; i < me.n; i++)
        if (is_kept(&me.pools[i]) && sc_fpm_alive(me.pools[i].t.listen) <= 0)
            return false;
    return true;
}

static int forget(struct sc_fpm_taken *t, struct sc_error *err)
{
    char back[128];
    sc_fpm_beside(t, "back", back);
    (void)unlink(back);
    return sc_fpm_taken_remove(t, err);
}

static void finish(long long now)
{
    each(forget);
    me.given = false;
    if (!sc_fpm_is_outside()) {
        sc_fpm_change_master();
        return;
    }
    sc_fpm_run_forget(me.id);
    me.stop = true;
    me.stop_at = now;
}

void sc_fpm_go_on_giving(void)
{
    long long now = sc_clock_ms();
    if (!me.given || !kept() || me.stop || now < me.look_at)
        return;
    me.look_at = now + LOOK_MS;
    if (all_taken_back()) {
        finish(now);
        return;
    }
    if (sc_fpm_master_find(kept()->main) <= 0) {
        me.seen_at = 0;
    } else if (!me.seen_at) {
        me.seen_at = now;
    } else if (now - me.seen_at > START_MS) {
        each(take_again);
        sc_fpm_watch_shared();
    }
}
