/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/told.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/php/pools/which.h"
#include "core/php/fpm/supervisor.h"
#include "core/php/fpm/taken.h"
#include "core/php/pools/running.h"

void sc_fpm_told_done(struct sc_fpm_told *t)
{
    sc_strings_free(t->pools, t->n_pools);
    for (size_t i = 0; i < t->n_own; i++)
        free(t->own[i].address);
    free(t->own);
    *t = (struct sc_fpm_told){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
}

static int tell_pools(const struct sc_fpm_known_list *known, const char *user, uid_t uid,
                      struct sc_fpm_told *t, struct sc_error *err)
{
    t->pools = calloc(known->n + 1, sizeof(*t->pools));
    for (size_t i = 0; t->pools && i < known->n; i++) {
        const struct sc_fpm_known *k = &known->v[i];
        if (!sc_fpm_runs_as(k, user, uid))
            continue;
        t->pools[t->n_pools] = strdup(k->listen);
        if (!t->pools[t->n_pools++])
            return no_memory(err);
    }
    return t->pools ? 0 : no_memory(err);
}

/* The site has an address of the other kind, and is about to leave this one. */
static bool is_left(const struct sc_fpm_taken_list *taken, const struct sc_fpm_taken *t,
                    bool routed)
{
    if (sc_fpm_is_routed(t) == routed)
        return false;
    for (size_t i = 0; i < taken->n; i++)
        if (taken->v[i].id == t->id && !taken->v[i].leaving &&
            sc_fpm_is_routed(&taken->v[i]) == routed)
            return true;
    return false;
}

/* Of a site with several addresses the first one counts. */
static int tell_own(const struct sc_fpm_taken_list *taken, struct sc_fpm_told *t,
                    struct sc_error *err)
{
    t->own = calloc(taken->n + 1, sizeof(*t->own));
    if (!t->own)
        return no_memory(err);
    for (size_t i = 0; i < taken->n; i++) {
        const struct sc_fpm_taken *k = &taken->v[i];
        if (k->leaving || k->id >= SC_FPM_OUTSIDE || is_left(taken, k, t->routed))
            continue;
        pid_t pid = sc_fpm_supervisor(k->id, NULL);
        if (pid < 0)
            return sc_error_sys(err, -pid, "look for PHP-FPM's supervisor of site %u", k->id);
        if (pid == 0)
            continue;
        t->own[t->n_own] = (struct sc_fpm_own){k->id, strdup(k->listen)};
        if (!t->own[t->n_own++].address)
            return no_memory(err);
    }
    return 0;
}

int sc_fpm_tell(uid_t uid, const char *user, bool routed, const struct sc_fpm_known_list *known,
                struct sc_fpm_told *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list now = {0};
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list taken = {0};
    SC_CLEANUP(sc_fpm_told_done) struct sc_fpm_told t = {.routed = routed};
    int rc = known ? 0 : sc_fpm_known_all(&now, err);
    if (rc == 0)
        rc = sc_fpm_taken_load(uid, 0, &taken, NULL, err);
    if (rc == 0)
        rc = tell_pools(known ? known : &now, user, uid, &t, err);
    if (rc == 0)
        rc = tell_own(&taken, &t, err);
    if (rc == 0)
        SC_MOVE(ret, &t);
    return rc;
}
