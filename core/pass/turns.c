/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/turns.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"

struct round {
    struct sc_pass *p;
    size_t n;
    bool *todo;
    sc_turn *turn;
    const void *arg;
};

static int one(const struct round *r, size_t i, int wait_ms, struct sc_error *why)
{
    int rc = r->turn(r->p, i, wait_ms, r->arg, why);
    r->todo[i] = rc == SC_E_BUSY;
    return rc == SC_E_BUSY ? 0 : rc;
}

/* `until` 0: without a wait. */
static int go_round(const struct round *r, int64_t until, size_t *ret_left, struct sc_error *why)
{
    int rc = 0;
    *ret_left = 0;
    for (size_t k = 0; rc == 0 && k < r->n; k++) {
        size_t i = (r->p->from + k) % r->n;
        int64_t left = until ? until - sc_clock_ms() : 0;
        if (r->todo[i])
            rc = one(r, i, left > 0 ? (int)left : 0, why);
        *ret_left += r->todo[i];
    }
    return rc;
}

int sc_pass_turns(struct sc_pass *p, size_t n, const bool *wanted, sc_turn *turn, const void *arg,
                  size_t *ret_left, struct sc_error *err)
{
    SC_FREE bool *todo = calloc(n + 1, sizeof(*todo));
    struct sc_error why = SC_ERROR_INIT;
    struct round r = {.p = p, .n = n, .todo = todo, .turn = turn, .arg = arg};
    size_t left = 0;
    if (!todo)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
    for (size_t i = 0; i < n; i++)
        todo[i] = !wanted || wanted[i];
    int rc = go_round(&r, 0, &left, &why);
    if (rc == 0 && left && p->s->lock_ms > 0)
        rc = go_round(&r, sc_clock_ms() + p->s->lock_ms, &left, &why);
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    if (left)
        p->late = why;
    *ret_left = left;
    return 0;
}
