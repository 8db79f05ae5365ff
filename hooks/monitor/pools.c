/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker that looks at pools of PHP-FPM and judges what covers each account's sites. */
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/jobs.h"
#include "hooks/monitor/loop.h"

static const char hangs[] = "a home does not answer";

/* One that was ended and hangs all the same is left alone, while there are few of those. True: another one
 * may begin. */
static bool leave(struct sc_loop *l, struct sc_worker *w)
{
    for (size_t i = 0; i < SC_LEFT; i++) {
        if (l->left[i] && waitpid(l->left[i], NULL, WNOHANG) == 0)
            continue;
        l->left[i] = w->pid;
        sc_worker_drop(w);
        return true;
    }
    return false;
}

/* Who has much to judge, on a busy machine, does not wait for a home. */
static bool gets_on(const struct sc_chore *c, int64_t now)
{
    struct sc_monitor_fpm *f = &c->l->m.fpm;
    int64_t cpu = sc_worker_cpu(&c->w);
    bool does = cpu - f->at_cpu >= SC_FPM_WORKS_MS && now - f->at_begun < SC_FPM_LONGEST_MS;
    f->at_cpu = cpu;
    if (does)
        f->at_since = now;
    return does;
}

/* One account's home is not to keep the others from being judged. */
void sc_pools_check(struct sc_chore *c, int64_t now)
{
    struct sc_monitor *m = &c->l->m;
    if (c->w.pid <= 0 || sc_monitor_fpm_hangs_at(m) > now)
        return;
    if (!c->w.killed && gets_on(c, now))
        return;
    if (!c->w.killed) {
        sc_worker_kill(&c->w, hangs);
        sc_monitor_fpm_hangs(m, now);
        return;
    }
    if (c->w.killed != hangs || !leave(c->l, &c->w)) {
        sc_monitor_fpm_begins(m, m->fpm.at, now); /* to ask again later */
        return;
    }
    c->w.killed = hangs;
    sc_pools_over(c, now);
    c->w.killed = NULL;
    free(sc_steal_ptr(&c->error));
}

void sc_pools_line(struct sc_chore *c, const char *word, char *rest)
{
    struct sc_watches *w = c->l->m.sets[0].w;
    if (strcmp(word, "judging") == 0) {
        sc_monitor_fpm_begins(&c->l->m, (uid_t)strtoul(rest, NULL, 10), sc_clock_ms());
        c->l->m.fpm.at_cpu = sc_worker_cpu(&c->w);
    } else if (strcmp(word, "pools") == 0) {
        sc_monitor_fpm_line(&c->l->m, rest);
    } else if (strcmp(word, "dir") == 0 && sc_decode_word(rest) > 0) {
        if (!c->begun)
            sc_watches_begin(w, SC_WATCH_FPM, 0);
        c->begun = true;
        (void)sc_watches_add(w, rest, SC_WATCH_NAMES | IN_CLOSE_WRITE, SC_WATCH_FPM, 0, NULL, NULL);
    }
}

void sc_pools_over(struct sc_chore *c, int64_t now)
{
    struct sc_monitor *m = &c->l->m;
    bool hung = c->w.killed == hangs;
    sc_monitor_fpm_begins(m, 0, now);
    if (!hung)
        m->fpm.from = 0;
    if (c->ok && c->begun)
        sc_watches_end(m->sets[0].w, SC_WATCH_FPM, 0);
    if (c->error && !hung)
        sc_monitor_error(&c->l->m, c->error);
}
