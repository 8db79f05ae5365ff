/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --once: what the daemon does, one after the other and in this process. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/follow/follow.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/look.h"
#include "hooks/monitor/monitor.h"

#define ROUNDS 100 /* over the queue: an event that comes back at once is left to the daemon */

static void found(const char *user, void *m)
{
    if (user)
        sc_monitor_note(m, user, SC_WORK_FOUND);
}

static bool one_account(struct sc_monitor *m)
{
    unsigned why = 0;
    struct sc_look look;
    const char *taken = sc_work_take(&m->work, sc_clock_ms(), &why);
    SC_FREE char *user = taken ? strdup(taken) : NULL;
    if (!user)
        return false;
    sc_monitor_look(m->s, user, false, &look);
    if (look.why.code)
        sc_log("user=%s: %s", user, look.why.text);
    (void)sc_work_end(&m->work, user, why, look.changed, NULL, sc_clock_ms(), NULL, NULL);
    return true;
}

static void empty_queue(struct sc_monitor *m)
{
    for (int i = 0; i < ROUNDS; i++) {
        sc_monitor_queue(m);
        bool any = false;
        while (one_account(m))
            any = true;
        int64_t wait = m->queue_at - sc_clock_ms();
        if (!any && wait > SC_EVENT_SETTLE_MS)
            return;
        if (!any)
            sc_sleep_ms(wait);
    }
}

int sc_monitor_once(struct sc_error *err)
{
    struct sc_monitor m = {0};
    int rc = sc_server_open(&m.s, err);
    if (rc == 0) {
        (void)sc_store_meta_get(m.s->store, SC_META_MONITOR_ERROR, &m.error, NULL);
        (void)sc_follow_pending(m.s, found, &m, NULL);
        (void)sc_monitor_marks(m.s, found, &m);
        empty_queue(&m);
        struct sc_error why = SC_ERROR_INIT;
        rc = sc_monitor_survey(m.s, found, &m, &why);
        sc_monitor_error(&m, rc < 0 ? why.text : NULL);
        if (rc < 0 && err)
            *err = why;
        while (one_account(&m))
            ;
    }
    sc_work_free(&m.work);
    sc_server_free(m.s);
    free(m.error);
    return rc;
}
