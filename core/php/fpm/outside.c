/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids under which masters run outside of every site: of sites that are not isolated, because
 * isolated document roots lie below theirs, and of pools that several sites share
 * (docs/php-handlers.md). The records of their addresses have them. */
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <sys/random.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/run.h"

#define IDS   (SC_FPM_OUTSIDE / 2)
#define TRIES 64

/* As the records have it. 0: they do not. */
static unsigned recorded(const struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                         unsigned from)
{
    for (size_t i = 0; i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id >= from && t->id - from < IDS && sc_fpm_site_wants(one, t) &&
            !sc_fpm_pass_has(p, t->id)) /* a pool that another site had */
            return t->id;
    }
    return 0;
}

int sc_fpm_outside_id(const struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                      unsigned *ret_id, struct sc_error *err)
{
    unsigned from = one->shared ? SC_FPM_SHARED_POOL : SC_FPM_OUTSIDE;
    unsigned id = recorded(p, one, from);
    for (int i = 0; id == 0 && i < TRIES; i++) {
        SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list others = {0};
        unsigned any;
        /* not of the name: nobody can choose another account's */
        if (getrandom(&any, sizeof(any), 0) != (ssize_t)sizeof(any))
            return sc_error_sys(err, errno, "choose a number");
        any = from | (any & (IDS - 1));
        int rc = sc_fpm_taken_load(0, any, &others, NULL, err);
        if (rc == 0 && others.n == 0)
            rc = sc_fpm_run_begin(any, err);
        if (rc < 0 && rc != SC_E_BUSY)
            return rc;
        if (rc == 0 && others.n == 0)
            id = any;
    }
    *ret_id = id;
    return id ? 0 : sc_error_set(err, SC_E_BUSY, "no number is free in " SC_FPM_STATE);
}
