/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is new in an account while a look at it is under way. */
#include "core/account/give_way.h"
#include "hooks/monitor/loop.h"

#define AGAIN_MS 100 /* it had not begun to look, and has forgotten it; or something is newer */

int64_t sc_loop_asks_at(const struct sc_visit *v)
{
    int64_t at = v->user ? sc_work_waits(&v->l->m.work, v->user) : SC_WORK_NEVER;
    return at > v->asks_at ? at : v->asks_at;
}

void sc_loop_ask(struct sc_visit *v, int64_t now)
{
    if (sc_loop_asks_at(v) > now)
        return;
    const struct sc_monitor_account *a = sc_monitor_by_name(&v->l->m, v->user);
    if (a)
        sc_give_way_ask(a->uid);
    v->asks_at = now + AGAIN_MS;
}
