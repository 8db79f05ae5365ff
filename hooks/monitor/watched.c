/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose homes are watched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/vec.h"
#include "hooks/monitor/monitor.h"
#include "hooks/monitor/home.h"

static size_t place(const struct sc_monitor *m, uid_t uid)
{
    size_t from = 0, to = m->n_accounts;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (m->accounts[mid].uid < uid)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

const struct sc_monitor_account *sc_monitor_by_uid(const struct sc_monitor *m, uid_t uid)
{
    size_t i = place(m, uid);
    return i < m->n_accounts && m->accounts[i].uid == uid ? &m->accounts[i] : NULL;
}

/* Accounts share instances, so that one that floods costs few others their events. */
static struct sc_watches *set_of(const struct sc_monitor *m, uid_t uid)
{
    return m->sets[1 + uid % (SC_MONITOR_SETS - 1)].w;
}

static void table_watch(struct sc_monitor *m, uid_t uid, bool on)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u", (unsigned)uid);
    sc_watches_begin(m->sets[0].w, SC_WATCH_TABLE, uid);
    if (on)
        (void)sc_watches_add(m->sets[0].w, -1, path, IN_MOVED_TO | IN_ONLYDIR, SC_WATCH_TABLE, uid,
                             SC_TABLE_NAME, NULL, NULL);
    sc_watches_end(m->sets[0].w, SC_WATCH_TABLE, uid);
}

static void drop(struct sc_monitor *m, uid_t uid)
{
    size_t i = place(m, uid);
    if (i == m->n_accounts || m->accounts[i].uid != uid)
        return;
    sc_home_unwatch(set_of(m, uid), uid);
    table_watch(m, uid, false);
    free(m->accounts[i].user);
    memmove(&m->accounts[i], &m->accounts[i + 1], (--m->n_accounts - i) * sizeof(*m->accounts));
    m->check_end = true;
}

static struct sc_monitor_account *ensure(struct sc_monitor *m, const struct sc_watched_account *a)
{
    size_t i = place(m, a->uid);
    char *user = strdup(a->user);
    if (!user)
        return NULL;
    if (i < m->n_accounts && m->accounts[i].uid == a->uid) {
        free(m->accounts[i].user);
        m->accounts[i].user = user;
        return &m->accounts[i];
    }
    if (!SC_VEC_ROOM(m->accounts, m->n_accounts)) {
        free(user);
        return NULL;
    }
    memmove(&m->accounts[i + 1], &m->accounts[i], (m->n_accounts++ - i) * sizeof(*m->accounts));
    m->accounts[i] = (struct sc_monitor_account){.uid = a->uid, .user = user};
    table_watch(m, a->uid, true);
    return &m->accounts[i];
}

static size_t watched_dirs(const struct sc_monitor *m)
{
    size_t n = 0;
    for (size_t i = 1; i < SC_MONITOR_SETS; i++)
        n += sc_watches_dirs(m->sets[i].w);
    return n;
}

static void watch(struct sc_monitor *m, const struct sc_watched_account *a)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_monitor_account *mine = ensure(m, a);
    if (!mine)
        return;
    bool was = mine->whole;
    mine->whole = false;
    if (watched_dirs(m) >= SC_MONITOR_DIRS_MAX)
        sc_home_unwatch(set_of(m, a->uid), a->uid);
    else if (sc_home_watch(set_of(m, a->uid), a, &mine->whole, &err) < 0)
        sc_monitor_error(m, err.text);
    if (was && !mine->whole)
        sc_log("user=%s: not all of the home can be watched: it is looked at by the timer",
               a->user);
}

void sc_monitor_rewatch(struct sc_monitor *m, uid_t uid)
{
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_follow_watched(m->s, uid, &w, &err) < 0) {
        sc_monitor_error(m, err.text);
        return;
    }
    if (uid != (uid_t)-1 && w.n == 0)
        drop(m, uid);
    for (size_t i = m->n_accounts; uid == (uid_t)-1 && i-- > 0;) {
        bool stays = false;
        for (size_t k = 0; k < w.n && !stays; k++)
            stays = w.v[k].uid == m->accounts[i].uid;
        if (!stays)
            drop(m, m->accounts[i].uid);
    }
    for (size_t i = 0; i < w.n; i++)
        watch(m, &w.v[i]);
}

void sc_monitor_unwatch_all(struct sc_monitor *m)
{
    for (size_t i = 0; i < m->n_accounts; i++)
        free(m->accounts[i].user);
    free(m->accounts);
    m->accounts = NULL;
    m->n_accounts = 0;
    for (size_t i = 0; i < SC_MONITOR_SETS; i++) {
        sc_watches_free(m->sets[i].w);
        m->sets[i].w = NULL;
    }
}
