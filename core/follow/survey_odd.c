/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panel's odd entries in the full pass. */
#include <stdlib.h>
#include <string.h>

#include "core/account/odd.h"
#include "core/base/cleanup.h"
#include "core/follow/internal.h"

static int by_uid(const void *a, const void *b)
{
    const struct sc_domain_row *x = a, *y = b;
    return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static bool concerns(const struct sc_odds *odds, const struct sc_odd_account *a,
                     const struct sc_domain_list *his)
{
    for (size_t i = 0; i < odds->n; i++)
        if (sc_odd_concerns(&odds->v[i], a, his))
            return true;
    return false;
}

/* The rows of that uid, which are next to each other. */
static struct sc_domain_list rows_of(struct sc_domain_row *rows, size_t n, uid_t uid)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (rows[mid].uid < uid)
            from = mid + 1;
        else
            to = mid;
    }
    while (to < n && rows[to].uid == uid)
        to++;
    return (struct sc_domain_list){.rows = rows + from, .n = to - from};
}

int sc_survey_odd(struct sc_domains *panel, const struct sc_user_list *users,
                  const struct sc_domain_list *known, struct sc_error *err)
{
    if (panel->odds.n == 0)
        return 0;
    SC_FREE struct sc_domain_row *rows = calloc(known->n + 1, sizeof(*rows));
    if (!rows)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the server's domains");
    if (known->n) {
        memcpy(rows, known->rows, known->n * sizeof(*rows));
        qsort(rows, known->n, sizeof(*rows), by_uid);
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < users->n; i++) {
        const struct sc_user_row *u = &users->rows[i];
        const struct sc_odd_account who = {.user = u->name, .uid = u->uid, .home = u->home};
        const struct sc_domain_list his = rows_of(rows, known->n, u->uid);
        if (!u->gone && concerns(&panel->odds, &who, &his))
            rc = sc_odd_settle(panel, &who, &his, NULL, err);
    }
    return rc;
}
