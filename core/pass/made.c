/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/made.h"
#include "core/base/cleanup.h"

#include <stdlib.h>

int sc_made_init(size_t n, struct sc_made *ret, struct sc_error *err)
{
    size_t room = n ? n : 1;
    struct sc_made m = {.ids = calloc(room, sizeof(*m.ids)),
                        .tokens = calloc(room, sizeof(*m.tokens)),
                        .moved = calloc(room, sizeof(*m.moved)),
                        .changed = calloc(room, sizeof(*m.changed)),
                        .limits = calloc(room, sizeof(*m.limits)),
                        .plans = calloc(room, sizeof(*m.plans)),
                        .was = calloc(room, sizeof(*m.was)),
                        .closed = calloc(room, sizeof(*m.closed)),
                        .php = calloc(room, sizeof(*m.php)),
                        .n = n};
    if (!m.ids || !m.tokens || !m.moved || !m.changed || !m.limits || !m.plans || !m.was ||
        !m.closed || !m.php) {
        sc_made_done(&m);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's sites");
    }
    *ret = m;
    return 0;
}

void sc_made_done(struct sc_made *m)
{
    SC_FREE_ALL(m->ids, m->tokens, m->moved, m->changed);
    for (size_t i = 0; m->limits && i < m->n; i++)
        sc_limits_made_done(&m->limits[i]);
    free(m->limits);
    for (size_t i = 0; m->plans && i < m->n; i++)
        sc_planfile_done(&m->plans[i]);
    free(m->plans);
    for (size_t i = 0; m->was && i < m->n; i++)
        sc_planfile_done(&m->was[i]);
    free(m->was);
    for (size_t i = 0; m->closed && i < m->n; i++)
        free(m->closed[i].entries);
    free(m->closed);
    for (size_t i = 0; m->php && i < m->n; i++)
        sc_php_choice_done(&m->php[i].choice);
    free(m->php);
    *m = (struct sc_made){0};
}
