/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/fpm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/log.h"
#include "core/base/clock.h"
#include "core/base/users.h"
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

uint64_t sc_fpm_digest(const struct sc_fpm_known_list *known, const char *user,
                       const struct sc_fpm_taken_list *taken, const uint64_t *stamps)
{
    uint64_t h = 0;
    for (size_t i = 0; i < known->n; i++) {
        const struct sc_fpm_known *k = &known->v[i];
        if (!k->user || strcmp(k->user, user) != 0)
            continue;
        h = sc_digest_text(sc_digest_text(h + 1, k->file), k->pool);
        h = sc_digest(h, k->text, k->text_len);
    }
    for (size_t i = 0; i < taken->n; i++) {
        h = sc_digest_text(sc_digest_text(h + 2, taken->v[i].file), taken->v[i].pool);
        h = sc_digest(h, &stamps[i], sizeof(stamps[i]));
    }
    return h;
}

bool sc_fpm_dead_due(unsigned times)
{
    return times >= DEAD_RARELY ? times % DEAD_RARELY == 0 : times && !(times & (times - 1));
}

void sc_fpm_turn_format(uid_t from, const struct sc_monitor_account *accounts, size_t n,
                        int64_t now, char out[SC_FPM_TURN_SIZE])
{
    size_t used = (size_t)snprintf(out, SC_FPM_TURN_SIZE, "%u", (unsigned)from);
    for (size_t i = 0; i < n && used + 12 < SC_FPM_TURN_SIZE; i++)
        if (accounts[i].out_until > now)
            used += (size_t)snprintf(out + used, 12, " %u", (unsigned)accounts[i].uid);
}

bool sc_fpm_turn_has(const char *turn, uid_t uid)
{
    char *at = NULL;
    if (!turn)
        return true;
    if (uid < strtoul(turn, &at, 10))
        return false;
    while (*at == ' ')
        if (strtoul(at + 1, &at, 10) == uid)
            return false;
    return true;
}

bool sc_fpm_is_lock(const char *name)
{
    size_t n = strspn(name, "0123456789");
    return n > 0 && strcmp(name + n, ".lock") == 0;
}

/* ---- the pools ---- */

static uint64_t stamp(const char *file)
{
    struct stat st;
    if (stat(file, &st) < 0)
        return 0;
    uint64_t h = sc_digest(1, &st.st_ino, sizeof(st.st_ino));
    h = sc_digest(h, &st.st_size, sizeof(st.st_size));
    return sc_digest(h, &st.st_mtim, sizeof(st.st_mtim));
}

bool sc_fpm_digest_of(const struct sc_fpm_known_list *known, uid_t uid, const char *user,
                      uint64_t *ret)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    if (sc_fpm_taken_load(uid, 0, &l, NULL, NULL) < 0)
        return false;
    SC_FREE uint64_t *stamps = calloc(l.n + 1, sizeof(*stamps));
    if (!stamps)
        return false;
    for (size_t i = 0; i < l.n; i++)
        stamps[i] = stamp(l.v[i].file);
    *ret = sc_fpm_digest(known, user, &l, stamps);
    return true;
}

void sc_monitor_fpm_looks(struct sc_monitor *m, int64_t now)
{
    m->fpm.clock.look_at = SC_WORK_NEVER;
    m->fpm.clock.done = now;
    m->fpm.rewatch_at = now + SC_FPM_REWATCH_MS;
}

int64_t sc_monitor_fpm_look_next(const struct sc_monitor *m)
{
    const struct sc_monitor_fpm *f = &m->fpm;
    return f->rewatch_at < f->clock.look_at ? f->rewatch_at : f->clock.look_at;
}

void sc_monitor_fpm_line(struct sc_monitor *m, const char *text)
{
    char *end = NULL;
    struct sc_monitor_account *a = sc_monitor_by_uid(m, (uid_t)strtoul(text, &end, 10));
    uint64_t is = *end == ' ' ? strtoull(end + 1, &end, 10) : 0;
    if (!a)
        return;
    bool changed = (a->has_pools && a->pools != is) || strcmp(end, " other") == 0;
    a->has_pools = true;
    a->pools = is;
    if (!changed)
        return;
    sc_log_debug("user=%s: pools of PHP-FPM changed, or what covers its sites", a->user);
    sc_monitor_note(m, a->user, SC_WORK_FOUND);
    a->again = true;
    m->fpm.again_at = sc_clock_ms() + SC_FPM_AGAIN_MS;
}

void sc_monitor_fpm_begins(struct sc_monitor *m, uid_t uid, int64_t now)
{
    m->fpm.at = uid;
    m->fpm.at_since = m->fpm.at_begun = now;
}

int64_t sc_monitor_fpm_hangs_at(const struct sc_monitor *m)
{
    return m->fpm.at ? m->fpm.at_since + SC_FPM_HANGS_MS : SC_WORK_NEVER;
}

void sc_monitor_fpm_hangs(struct sc_monitor *m, int64_t now)
{
    struct sc_monitor_account *a = sc_monitor_by_uid(m, m->fpm.at);
    if (a)
        a->out_until = now + SC_FPM_OUT_MS;
    sc_log("user=%s: coverage: its home or a pool of its does not answer: it is judged again later",
           a ? a->user : "?");
    m->fpm.from = m->fpm.at + 1;
    m->fpm.at_since = now - SC_FPM_HANGS_MS + SC_FPM_LEAVE_MS;
    m->fpm.clock.look_at = now;
}

void sc_monitor_fpm_answers(struct sc_monitor *m, const char *user)
{
    for (size_t i = 0; i < m->n_accounts; i++)
        if (strcmp(m->accounts[i].user, user) == 0)
            m->accounts[i].out_until = 0;
}

void sc_monitor_fpm_turn(const struct sc_monitor *m, int64_t now, char out[SC_FPM_TURN_SIZE])
{
    sc_fpm_turn_format(m->fpm.from, m->accounts, m->n_accounts, now, out);
}

static void look_again(struct sc_monitor *m)
{
    m->fpm.again_at = SC_WORK_NEVER;
    for (size_t i = 0; i < m->n_accounts; i++)
        if (m->accounts[i].again) {
            m->accounts[i].again = false;
            sc_monitor_note(m, m->accounts[i].user, SC_WORK_FOUND);
        }
}

/* ---- the supervisors ---- */

static void found_dead(uid_t uid, unsigned id, void *arg)
{
    struct sc_monitor *m = arg;
    struct sc_monitor_account *a = sc_monitor_by_uid(m, uid);
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    if (a)
        a->dead_now = true;
    else if (id >= SC_FPM_OUTSIDE && sc_user_by_uid(uid, &u, NULL) == 0)
        sc_monitor_note(m, u.name, SC_WORK_FOUND); /* it has no isolated site any more */
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
        sc_log("user=%s: PHP-FPM's supervisor of a site has ended: it is started again", a->user);
        sc_monitor_note(m, a->user, SC_WORK_FOUND);
    }
}

/* Who ended it meanwhile has removed what makes it one that is missing. */
void sc_monitor_fpm_closed(struct sc_monitor *m, const char *name, int64_t now)
{
    int64_t at = now + SC_FPM_ENDED_MS;
    if ((!name || sc_fpm_is_lock(name)) && at < m->fpm.poll_at)
        m->fpm.poll_at = at;
}

void sc_monitor_fpm_begin(struct sc_monitor *m, int64_t now)
{
    m->fpm.again_at = SC_WORK_NEVER;
    m->fpm.poll_at = now + SC_FPM_POLL_MS;
    m->fpm.clock.look_at = now + SC_FPM_SETTLE_MS; /* when the accounts are known */
    m->fpm.rewatch_at = SC_WORK_NEVER;
}

void sc_monitor_fpm(struct sc_monitor *m, int64_t now)
{
    if (m->fpm.again_at <= now)
        look_again(m);
    if (m->fpm.poll_at <= now)
        poll_supervisors(m, now);
}

int64_t sc_monitor_fpm_next(const struct sc_monitor *m)
{
    return m->fpm.poll_at < m->fpm.again_at ? m->fpm.poll_at : m->fpm.again_at;
}
