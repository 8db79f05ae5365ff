/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/fpm.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/clock.h"
#include "core/php/fpm/supervisor.h"

#define DEAD_RARELY 16 /* polls: the longest pause between two passes */

/* ---- pure ---- */

void sc_fpm_clock_changed(struct sc_fpm_clock *c, int64_t now)
{
    if (c->look_at == SC_WORK_NEVER)
        c->first = now;
    int64_t at = now + SC_FPM_SETTLE_MS;
    if (at > c->first + SC_FPM_GAP_MS)
        at = c->first + SC_FPM_GAP_MS;
    c->look_at = at > c->done + SC_FPM_GAP_MS ? at : c->done + SC_FPM_GAP_MS;
}

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    return mix(h, text, strlen(text) + 1);
}

uint64_t sc_fpm_digest(const struct sc_fpm_known_list *known, const char *user,
                       const struct sc_fpm_taken_list *taken, const uint64_t *stamps)
{
    uint64_t h = 0;
    for (size_t i = 0; i < known->n; i++) {
        const struct sc_fpm_known *k = &known->v[i];
        if (!k->user || strcmp(k->user, user) != 0)
            continue;
        h = mix_text(mix_text(h + 1, k->file), k->pool);
        h = mix(h, k->text, k->text_len);
    }
    for (size_t i = 0; i < taken->n; i++) {
        h = mix_text(mix_text(h + 2, taken->v[i].file), taken->v[i].pool);
        h = mix(h, &stamps[i], sizeof(stamps[i]));
    }
    return h;
}

bool sc_fpm_dead_due(unsigned times)
{
    return times >= DEAD_RARELY ? times % DEAD_RARELY == 0 : times && !(times & (times - 1));
}

/* ---- the directories ---- */

static void watch_dirs(struct sc_monitor *m, int64_t now)
{
    struct sc_watches *w = m->sets[0].w;
    size_t n = 0;
    m->fpm.rewatch_at = now + SC_FPM_REWATCH_MS;
    sc_watches_begin(w, SC_WATCH_FPM, 0);
    size_t n_vendors;
    const struct sc_php_vendor *v = sc_php_vendors(&n_vendors);
    for (size_t k = 0; k < n_vendors; k++) {
        char pattern[PATH_MAX];
        glob_t g = {0};
        if (sc_fpm_pool_dir(&v[k], pattern) && glob(pattern, GLOB_NOSORT, NULL, &g) == 0)
            for (size_t i = 0; i < g.gl_pathc && n < SC_FPM_DIRS_MAX; i++, n++)
                (void)sc_watches_add(w, -1, g.gl_pathv[i], SC_WATCH_NAMES | IN_CLOSE_WRITE,
                                     SC_WATCH_FPM, 0, NULL, NULL, NULL);
        globfree(&g);
    }
    sc_watches_end(w, SC_WATCH_FPM, 0);
}

/* ---- the pools ---- */

static uint64_t stamp(const char *file)
{
    struct stat st;
    if (stat(file, &st) < 0)
        return 0;
    uint64_t h = mix(1, &st.st_ino, sizeof(st.st_ino));
    h = mix(h, &st.st_size, sizeof(st.st_size));
    return mix(h, &st.st_mtim, sizeof(st.st_mtim));
}

static bool digest_of(const struct sc_fpm_known_list *known, const struct sc_monitor_account *a,
                      uint64_t *ret)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    if (sc_fpm_taken_load(a->uid, 0, &l, NULL, NULL) < 0)
        return false;
    SC_FREE uint64_t *stamps = calloc(l.n + 1, sizeof(*stamps));
    if (!stamps)
        return false;
    for (size_t i = 0; i < l.n; i++)
        stamps[i] = stamp(l.v[i].file);
    *ret = sc_fpm_digest(known, a->user, &l, stamps);
    return true;
}

static void note(struct sc_monitor *m, const struct sc_monitor_account *a, int64_t now)
{
    (void)sc_work_note(&m->work, a->user, SC_WORK_FOUND, now, NULL);
}

/* Accounts whose pools differ from what they were at the last look. */
static void look(struct sc_monitor *m, int64_t now, bool first)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list known = {0};
    struct sc_error err = SC_ERROR_INIT;
    m->fpm.clock.look_at = SC_WORK_NEVER;
    m->fpm.clock.done = now;
    watch_dirs(m, now);
    if (sc_fpm_known_load("", &known, &err) < 0) {
        sc_monitor_error(m, err.text);
        return;
    }
    for (size_t i = 0; i < m->n_accounts; i++) {
        struct sc_monitor_account *a = &m->accounts[i];
        uint64_t is;
        if (!digest_of(&known, a, &is) || is == a->pools)
            continue;
        a->pools = is;
        if (first)
            continue;
        sc_log_debug("user=%s: pools of PHP-FPM changed", a->user);
        note(m, a, now);
        a->again = true;
        m->fpm.again_at = now + SC_FPM_AGAIN_MS;
    }
}

static void look_again(struct sc_monitor *m, int64_t now)
{
    m->fpm.again_at = SC_WORK_NEVER;
    for (size_t i = 0; i < m->n_accounts; i++)
        if (m->accounts[i].again) {
            m->accounts[i].again = false;
            note(m, &m->accounts[i], now);
        }
}

/* ---- the supervisors ---- */

static void found_dead(uid_t uid, unsigned id, void *arg)
{
    struct sc_monitor *m = arg;
    (void)id;
    for (size_t i = 0; i < m->n_accounts; i++)
        if (m->accounts[i].uid == uid)
            m->accounts[i].dead_now = true;
}

static void poll_supervisors(struct sc_monitor *m, int64_t now)
{
    m->fpm.poll_at = now + SC_FPM_POLL_MS;
    sc_fpm_supervisors_dead(found_dead, m);
    for (size_t i = 0; i < m->n_accounts; i++) {
        struct sc_monitor_account *a = &m->accounts[i];
        a->dead = a->dead_now ? a->dead + 1 : 0;
        a->dead_now = false;
        if (!sc_fpm_dead_due(a->dead))
            continue;
        sc_log("user=%s: PHP-FPM's supervisor of a site is gone: it is started again", a->user);
        note(m, a, now);
    }
}

void sc_monitor_fpm_begin(struct sc_monitor *m)
{
    int64_t now = sc_clock_ms();
    m->fpm.again_at = SC_WORK_NEVER;
    m->fpm.poll_at = now + SC_FPM_POLL_MS;
    look(m, now, true);
}

void sc_monitor_fpm(struct sc_monitor *m, int64_t now)
{
    if (m->fpm.clock.look_at <= now)
        look(m, now, false);
    if (m->fpm.rewatch_at <= now)
        watch_dirs(m, now);
    if (m->fpm.again_at <= now)
        look_again(m, now);
    if (m->fpm.poll_at <= now)
        poll_supervisors(m, now);
}

int64_t sc_monitor_fpm_next(const struct sc_monitor *m)
{
    int64_t at = m->fpm.clock.look_at;
    at = m->fpm.rewatch_at < at ? m->fpm.rewatch_at : at;
    at = m->fpm.again_at < at ? m->fpm.again_at : at;
    return m->fpm.poll_at < at ? m->fpm.poll_at : at;
}
