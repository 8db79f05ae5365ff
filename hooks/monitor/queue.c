/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is due by the queue of events; what the daemon says of itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/ending/ending.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/monitor.h"

#define QUEUE_POLL_MS 30000 /* in case nobody woke us */
#define QUEUE_BUSY_MS 1000  /* users whose events are seen to */
#define QUEUE_USERS   4096  /* noted in one turn */
#define ERROR_WAIT_MS 5000  /* when the database cannot be asked */

void sc_monitor_error(struct sc_monitor *m, const char *text)
{
    if (!text) {
        if (m->error)
            (void)sc_store_meta_set(m->s->store, SC_META_MONITOR_ERROR, NULL, NULL);
        free(m->error);
        m->error = NULL;
        return;
    }
    if (m->error && strcmp(m->error, text) == 0)
        return;
    free(m->error);
    m->error = strdup(text);
    sc_log("error: %s", text);
    char value[SC_ERROR_TEXT_MAX + 32];
    snprintf(value, sizeof(value), "%lld %s", (long long)time(NULL), text);
    (void)sc_store_meta_set(m->s->store, SC_META_MONITOR_ERROR, value, NULL);
}

void sc_monitor_note(struct sc_monitor *m, const char *user, enum sc_work_why why)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_work_note(&m->work, user, why, sc_clock_ms(), &err) < 0)
        sc_monitor_error(m, err.text);
}

void sc_monitor_all_due(struct sc_monitor *m, bool only_unwatched)
{
    for (size_t i = 0; i < m->n_accounts; i++)
        if (!only_unwatched || !m->accounts[i].whole)
            sc_monitor_note(m, m->accounts[i].user, SC_WORK_START);
}

bool sc_monitor_any_pending(const struct sc_monitor *m)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    return sc_store_pending_get(m->s->store, &list, NULL) < 0 || list.n > 0 || sc_ending_any_left();
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void note_events(struct sc_monitor *m, const struct sc_due_row *d)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_work_note_events(&m->work, d->user, d->newest, sc_clock_ms(), &err) < 0)
        sc_monitor_error(m, err.text);
}

void sc_monitor_queue(struct sc_monitor *m)
{
    SC_CLEANUP(sc_due_list_done) struct sc_due_list due = {0};
    struct sc_error err = SC_ERROR_INIT;
    int64_t now = sc_clock_ms(), wall = sc_wall_ms(), in = QUEUE_POLL_MS;
    if (sc_store_events_due(m->s->store, wall, QUEUE_USERS, &due, &err) < 0) {
        sc_monitor_error(m, err.text);
        m->queue_at = now + ERROR_WAIT_MS;
        return;
    }
    for (size_t i = 0; i < due.n; i++) {
        const struct sc_due_row *d = &due.rows[i];
        int64_t settles = sc_event_settles(d->created_ms, d->attempts, wall);
        if (settles == 0)
            note_events(m, d);
        in = sooner(in, settles ? settles : QUEUE_BUSY_MS);
    }
    if (due.next_ms >= 0)
        in = sooner(in, due.next_ms - wall);
    m->queue_at = now + in;
}
