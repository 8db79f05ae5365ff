/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What workers do for the server: the full pass, the panel's hooks and paths, lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/jobs.h"
#include "hooks/monitor/look.h"
#include "hooks/monitor/loop.h"
#include "hooks/monitor/services.h"
#include "hooks/monitor/ports.h"

#define DEADLINE_MS 600000 /* a panel may have very many domains */
#define AGAIN_MS    5000   /* after one that failed */
#define HOOKS_MS    600000
#define MARKS_MS    30000
#define HISTORY_MS  60000

bool sc_loop_is_chore(const struct sc_loop *l, const void *ptr)
{
    const struct sc_chore *c = ptr;
    return c >= l->chores && c < l->chores + SC_CHORES;
}

/* ---- the panel's hooks ---- */

static void hooks_line(struct sc_chore *c, const char *word, char *rest)
{
    (void)c, (void)rest;
    if (strcmp(word, "put") == 0)
        sc_log("the panel's hooks were lost and are in place again");
}

static void hooks_over(struct sc_chore *c, int64_t now)
{
    char **last = &c->l->hooks_error;
    c->at = now + HOOKS_MS;
    if (c->error && (!*last || strcmp(*last, c->error) != 0))
        sc_log("the panel's hooks are not in place: %s", c->error);
    free(*last);
    *last = sc_steal_ptr(&c->error);
}

/* ---- the full pass, marks, what killed commands left ---- */

static void found_line(struct sc_chore *c, const char *word, char *rest)
{
    struct sc_monitor *m = &c->l->m;
    if (strcmp(word, "found") == 0 && sc_decode_word(rest) >= 0)
        sc_monitor_note(m, rest, SC_WORK_FOUND);
    else if (strcmp(word, "resync") == 0)
        sc_survey_asked(&m->survey, sc_clock_ms());
}

static void survey_over(struct sc_chore *c, int64_t now)
{
    sc_monitor_error(&c->l->m, c->error);
    sc_survey_over(&c->l->m.survey, now);
    if (c->ok)
        sc_work_sweep(&c->l->m.work, now);
}

static void marks_over(struct sc_chore *c, int64_t now)
{
    struct sc_monitor *m = &c->l->m;
    m->mark_at = now + (c->ok ? MARKS_MS : AGAIN_MS);
    m->queue_at = now;
}

static void pending_over(struct sc_chore *c, int64_t now)
{
    (void)now;
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}

/* ---- the accounts ---- */

static void accounts_line(struct sc_chore *c, const char *word, char *rest)
{
    struct sc_monitor *m = &c->l->m;
    char *name = NULL;
    if (strcmp(word, "account") != 0)
        return;
    uid_t uid = (uid_t)strtoul(rest, &name, 10);
    if (uid == 0 || *name != ' ' || sc_decode_word(++name) <= 0)
        return;
    struct sc_monitor_account *a = sc_monitor_by_uid(m, uid);
    bool known = a != NULL;
    a = sc_monitor_ensure(m, uid, name);
    if (!a)
        return;
    a->seen = true;
    if (!known)
        sc_monitor_note(m, a->user, SC_WORK_START);
    else if (m->following_all) /* else its own table says when its sites are others */
        sc_monitor_note(m, a->user, SC_WORK_WATCH);
}

static void accounts_over(struct sc_chore *c, int64_t now)
{
    struct sc_monitor *m = &c->l->m;
    for (size_t i = m->n_accounts; i-- > 0;) {
        bool seen = m->accounts[i].seen;
        m->accounts[i].seen = false;
        if (c->ok && !seen)
            sc_monitor_drop(m, m->accounts[i].uid);
    }
    m->check_end = true;
    if (c->ok)
        return;
    m->accounts_at = now + AGAIN_MS;
    m->follow_all |= m->following_all;
    sc_monitor_error(m, c->error);
}

/* ---- services of the system ---- */

static void services_line(struct sc_chore *c, const char *word, char *rest)
{
    if (!c->begun)
        sc_services_watch(&c->l->m);
    c->begun = true;
    if (strcmp(word, "source") == 0 && sc_decode_word(rest) > 0)
        sc_services_watch_source(&c->l->m, rest);
    c->n += strcmp(word, "again") == 0;
}

static void services_over(struct sc_chore *c, int64_t now)
{
    sc_services_looked(&c->l->m, c->ok && c->begun, c->n > 0, now);
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}

/* ---- TCP ports of pools ---- */

static void ports_line(struct sc_chore *c, const char *word, char *rest)
{
    (void)rest;
    if (strcmp(word, "changed") == 0) /* sites may be covered now, or not any more */
        sc_fpm_clock_changed(&c->l->m.fpm.clock, sc_clock_ms());
    c->n += strcmp(word, "failed") == 0;
}

static void ports_over(struct sc_chore *c, int64_t now)
{
    sc_monitor_ports_looked(&c->l->m, c->ok && c->n == 0, now);
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}

/* ---- the history ---- */

/* Nobody is woken for it while nothing is isolated: an account that becomes isolated makes it due (accounts_over()). */
static void history_line(struct sc_chore *c, const char *word, char *rest)
{
    (void)c, (void)word, (void)rest;
}

static void history_over(struct sc_chore *c, int64_t now)
{
    c->at = c->l->m.n_accounts ? now + HISTORY_MS : SC_WORK_NEVER;
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}

static void history_begin(struct sc_loop *l, int64_t now)
{
    struct sc_chore *c = &l->chores[SC_CHORE_HISTORY];
    if (l->m.n_accounts && c->at == SC_WORK_NEVER && c->w.pid <= 0)
        c->at = now;
}

/* ---- all of them ---- */

static const struct {
    const char *job;
    void (*line)(struct sc_chore *c, const char *word, char *rest);
    void (*over)(struct sc_chore *c, int64_t now);
} kinds[SC_CHORES] = {[SC_CHORE_ACCOUNTS] = {SC_JOB_ACCOUNTS, accounts_line, accounts_over},
                      [SC_CHORE_MARKS] = {SC_JOB_MARKS, found_line, marks_over},
                      [SC_CHORE_PENDING] = {SC_JOB_PENDING, found_line, pending_over},
                      [SC_CHORE_SURVEY] = {SC_JOB_SURVEY, found_line, survey_over},
                      [SC_CHORE_POOLS] = {SC_JOB_POOLS, sc_pools_line, sc_pools_over},
                      [SC_CHORE_PORTS] = {SC_JOB_PORTS, ports_line, ports_over},
                      [SC_CHORE_PATHS] = {SC_JOB_PATHS, sc_paths_line, sc_paths_over},
                      [SC_CHORE_PANEL] = {SC_JOB_PANEL, sc_panel_watch_line, sc_panel_watch_over},
                      [SC_CHORE_HOOKS] = {SC_JOB_HOOKS, hooks_line, hooks_over},
                      [SC_CHORE_SERVICES] = {SC_JOB_SERVICES, services_line, services_over},
                      [SC_CHORE_HISTORY] = {SC_JOB_HISTORY, history_line, history_over}};

static void line(char *text, void *arg)
{
    struct sc_chore *c = arg;
    char *rest = strchr(text, ' ');
    if (rest)
        *rest++ = 0;
    else
        rest = text + strlen(text);
    if (strcmp(text, "error") == 0) {
        free(c->error);
        c->error = strdup(rest);
    } else if (strcmp(text, "ok") == 0) {
        c->ok = true;
    } else {
        kinds[c - c->l->chores].line(c, text, rest);
    }
}

void sc_loop_hear_chore(struct sc_chore *c)
{
    int status = 0;
    if (c->w.pid <= 0 || !sc_worker_hear(&c->w, line, c, &status))
        return;
    const char *job = kinds[c - c->l->chores].job;
    if (!c->ok && !c->error &&
        asprintf(&c->error, "%s: %s", job, c->w.killed ? c->w.killed : "it ended by itself") < 0)
        c->error = NULL;
    kinds[c - c->l->chores].over(c, sc_clock_ms());
    free(sc_steal_ptr(&c->error));
    c->w.killed = NULL;
}

static void start(struct sc_chore *c, int64_t now)
{
    struct sc_error err = SC_ERROR_INIT;
    char turn[SC_FPM_TURN_SIZE];
    struct sc_worker_spec spec = {.job = kinds[c - c->l->chores].job};
    if (c == &c->l->chores[SC_CHORE_POOLS]) {
        sc_monitor_fpm_turn(&c->l->m, now, turn);
        spec.argument = turn;
    }
    c->ok = c->begun = false;
    c->n = 0;
    c->at = SC_WORK_NEVER;
    if (sc_loop_worker(c->l, &c->w, &spec, c, &err) == 0)
        return;
    sc_monitor_error(&c->l->m, err.text);
    c->at = now + AGAIN_MS;
}

/* When it is due by the clocks that others set. */
static int64_t due(const struct sc_loop *l, enum sc_chore_kind kind)
{
    const struct sc_monitor *m = &l->m;
    switch (kind) {
    case SC_CHORE_SURVEY:
        return sc_survey_next(&m->survey);
    case SC_CHORE_MARKS:
        return m->mark_at;
    case SC_CHORE_ACCOUNTS:
        return m->accounts_at;
    case SC_CHORE_POOLS:
        return sc_monitor_fpm_look_next(m);
    case SC_CHORE_SERVICES:
        return m->services_at;
    case SC_CHORE_PORTS:
        return m->ports.look_at;
    case SC_CHORE_PATHS:
        return m->paths_at < l->chores[kind].at ? m->paths_at : l->chores[kind].at;
    default:
        return l->chores[kind].at;
    }
}

static void take(struct sc_loop *l, enum sc_chore_kind kind, int64_t now)
{
    struct sc_monitor *m = &l->m;
    switch (kind) {
    case SC_CHORE_SURVEY:
        if (sc_survey_next(&m->survey) == m->survey.timer)
            sc_monitor_all_due(m, true);
        m->front_at = m->services_at = now;
        l->chores[SC_CHORE_PENDING].at = now;
        sc_survey_began(&m->survey, now);
        break;
    case SC_CHORE_MARKS:
        m->mark_at = now + MARKS_MS;
        break;
    case SC_CHORE_ACCOUNTS:
        m->accounts_at = SC_WORK_NEVER;
        m->following_all = m->follow_all;
        m->follow_all = false;
        break;
    case SC_CHORE_POOLS:
        sc_monitor_fpm_looks(m, now);
        break;
    case SC_CHORE_SERVICES:
        m->services_at = SC_WORK_NEVER;
        break;
    case SC_CHORE_PORTS:
        m->ports.look_at = SC_WORK_NEVER;
        m->ports.done = now;
        break;
    case SC_CHORE_PATHS:
        m->paths_at = SC_WORK_NEVER;
        break;
    default:
        break;
    }
}

/* Whether it has anything to do: a look into two directories of root's is no worker's. */
static bool is_idle(enum sc_chore_kind kind)
{
    bool any = true;
    return kind == SC_CHORE_MARKS && sc_monitor_any_marks(&any, NULL) == 0 && !any;
}

void sc_loop_do_chores(struct sc_loop *l, int64_t now)
{
    sc_pools_check(&l->chores[SC_CHORE_POOLS], now);
    history_begin(l, now);
    for (int kind = 0; kind < SC_CHORES; kind++) {
        struct sc_chore *c = &l->chores[kind];
        if (c->w.pid > 0 && now - c->w.began >= DEADLINE_MS)
            sc_worker_kill(&c->w, "it took too long");
        if (c->w.pid > 0 || due(l, (enum sc_chore_kind)kind) > now)
            continue;
        take(l, (enum sc_chore_kind)kind, now);
        if (!is_idle((enum sc_chore_kind)kind))
            start(c, now);
    }
}

int64_t sc_loop_chores_next(const struct sc_loop *l)
{
    int64_t at = SC_WORK_NEVER;
    for (int kind = 0; kind < SC_CHORES; kind++) {
        const struct sc_chore *c = &l->chores[kind];
        int64_t one = c->w.pid > 0 ? c->w.began + DEADLINE_MS : due(l, (enum sc_chore_kind)kind);
        /* one that was ended and hangs wakes us by its end */
        if (!c->w.killed && one < at)
            at = one;
        if (kind == SC_CHORE_POOLS && c->w.pid > 0 && sc_monitor_fpm_hangs_at(&l->m) < at)
            at = sc_monitor_fpm_hangs_at(&l->m);
    }
    return at;
}
