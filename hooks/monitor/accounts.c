/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The accounts with isolated sites, and whose homes are watched. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/place.h"
#include "core/base/vec.h"
#include "core/cron/system.h"
#include "hooks/monitor/home.h"
#include "hooks/monitor/monitor.h"

#define CRON_MAX (1u << 20)

static int by_uid(const void *account, const void *uid)
{
    uid_t a = ((const struct sc_monitor_account *)account)->uid, b = *(const uid_t *)uid;
    return (a > b) - (a < b);
}

static size_t place(const struct sc_monitor *m, uid_t uid)
{
    return sc_place(m->accounts, m->n_accounts, sizeof(*m->accounts), &uid, by_uid);
}

struct sc_monitor_account *sc_monitor_by_uid(const struct sc_monitor *m, uid_t uid)
{
    size_t i = place(m, uid);
    return i < m->n_accounts && m->accounts[i].uid == uid ? &m->accounts[i] : NULL;
}

struct sc_monitor_account *sc_monitor_by_name(const struct sc_monitor *m, const char *user)
{
    for (size_t i = 0; i < m->n_accounts; i++)
        if (strcmp(m->accounts[i].user, user) == 0)
            return &m->accounts[i];
    return NULL;
}

struct sc_watches *sc_monitor_set_of(const struct sc_monitor *m, uid_t uid)
{
    return m->sets[1 + sc_home_set(uid, SC_MONITOR_HOME_SETS)].w;
}

void sc_monitor_home_begin(struct sc_monitor *m, uid_t uid)
{
    sc_watches_begin(sc_monitor_set_of(m, uid), SC_WATCH_HOME, uid);
    sc_watches_begin(sc_monitor_set_of(m, uid), SC_WATCH_TOP, uid);
    sc_watches_begin(sc_monitor_set_of(m, uid), SC_WATCH_SITE, uid);
    sc_watches_begin(sc_monitor_set_of(m, uid), SC_WATCH_FILE, uid);
}

void sc_monitor_home_end(struct sc_monitor *m, uid_t uid)
{
    sc_watches_end(sc_monitor_set_of(m, uid), SC_WATCH_HOME, uid);
    sc_watches_end(sc_monitor_set_of(m, uid), SC_WATCH_TOP, uid);
    sc_watches_end(sc_monitor_set_of(m, uid), SC_WATCH_SITE, uid);
    sc_watches_end(sc_monitor_set_of(m, uid), SC_WATCH_FILE, uid);
}

static void table_watch(struct sc_monitor *m, uid_t uid, bool on)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u", (unsigned)uid);
    sc_watches_begin(m->sets[0].w, SC_WATCH_TABLE, uid);
    if (on)
        (void)sc_watches_add(m->sets[0].w, path, IN_MOVED_TO | IN_ONLYDIR, SC_WATCH_TABLE, uid,
                             SC_TABLE_NAME, NULL);
    sc_watches_end(m->sets[0].w, SC_WATCH_TABLE, uid);
}

void sc_monitor_drop(struct sc_monitor *m, uid_t uid)
{
    size_t i = place(m, uid);
    if (i == m->n_accounts || m->accounts[i].uid != uid)
        return;
    sc_monitor_home_begin(m, uid);
    sc_monitor_home_end(m, uid);
    table_watch(m, uid, false);
    free(m->accounts[i].user);
    memmove(&m->accounts[i], &m->accounts[i + 1], (--m->n_accounts - i) * sizeof(*m->accounts));
    m->check_end = true;
}

struct sc_monitor_account *sc_monitor_ensure(struct sc_monitor *m, uid_t uid, const char *user)
{
    size_t i = place(m, uid);
    char *copy = strdup(user);
    if (!copy)
        return NULL;
    if (i < m->n_accounts && m->accounts[i].uid == uid) {
        free(m->accounts[i].user);
        m->accounts[i].user = copy;
    } else if (!SC_VEC_ROOM(m->accounts, m->n_accounts)) {
        free(copy);
        return NULL;
    } else {
        memmove(&m->accounts[i + 1], &m->accounts[i], (m->n_accounts++ - i) * sizeof(*m->accounts));
        m->accounts[i] = (struct sc_monitor_account){.uid = uid, .user = copy};
    }
    table_watch(m, uid, true); /* its directory may be another one */
    return &m->accounts[i];
}

void sc_monitor_sites_changed(struct sc_monitor *m, uid_t uid)
{
    const struct sc_monitor_account *a = sc_monitor_by_uid(m, uid);
    if (a && uid != m->covered)
        sc_monitor_note(m, a->user, SC_WORK_WATCH);
    else if (!a)
        m->accounts_at = sc_clock_ms();
}

void sc_monitor_cron_changed(struct sc_monitor *m, const char *name)
{
    static const char *const dirs[] = {SC_CRON_SYSTEM_DIR "/", "/etc/"};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[NAME_MAX + sizeof(SC_CRON_SYSTEM_DIR) + 2];
    bool all = !name;
    for (size_t d = 0; name && d < 2; d++) {
        SC_BUF struct sc_buf one = SC_BUF_INIT;
        struct sc_error why = SC_ERROR_INIT;
        if (d == 1 && strcmp(name, strrchr(SC_CRON_SYSTEM_FILE, '/') + 1) != 0)
            continue;
        snprintf(path, sizeof(path), "%s%.255s", dirs[d], name);
        int rc = sc_read_file(path, CRON_MAX, &one, &why);
        all |= rc < 0 && rc != SC_E_NOTFOUND && rc != SC_E_INVAL;
        sc_buf_add(&text, one.data ? one.data : "", one.len);
    }
    sc_buf_str(&text, "");
    for (size_t i = 0; i < m->n_accounts; i++)
        if (all || (text.data && strstr(text.data, m->accounts[i].user)))
            sc_monitor_note(m, m->accounts[i].user, SC_WORK_HOME);
}

size_t sc_monitor_dirs(const struct sc_monitor *m)
{
    size_t n = 0;
    for (size_t i = 1; i < SC_MONITOR_SETS; i++)
        n += sc_watches_dirs(m->sets[i].w);
    return n;
}

void sc_monitor_accounts_done(struct sc_monitor *m)
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
