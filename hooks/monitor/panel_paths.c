/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panel's files: the list of them is a worker's, and they are watched. Where no file shows changes, the adapter
 * waits for them itself, in a worker of its own. */
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "hooks/monitor/look.h"
#include "hooks/monitor/loop.h"

#define PATHS_MS 3600000
/* Between two lists because the panel's files changed: a tenth of the time at most, but */
#define PATHS_SHARE    10
#define PATHS_MIN_MS   1000
#define PATHS_MAX_MS   10000
#define PATHS_MAX      20000
#define POLL_UNIT_MS   1000
#define WATCH_AGAIN_MS 5000 /* after one that failed */

/* A file is watched by its directory: it may be replaced. */
static void watch_panel_path(struct sc_watches *w, const char *path)
{
    if (path[0] != '/')
        return;
    if (sc_watches_add(w, path, SC_WATCH_FILES, SC_WATCH_PANEL, 0, NULL, NULL) == 0)
        return;
    SC_FREE char *dir = strdup(path);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    if (!slash || !slash[1])
        return;
    *slash = 0;
    (void)sc_watches_add(w, dir[0] ? dir : "/", SC_WATCH_FILES, SC_WATCH_PANEL, 0, slash + 1, NULL);
}

/* Folders of accounts come and go: the list is made again, now and then. */
void sc_monitor_paths_changed(struct sc_monitor *m, int64_t now)
{
    int64_t at = now + SC_SURVEY_SETTLE_MS, gap = m->paths_took * PATHS_SHARE;
    gap = gap < PATHS_MIN_MS ? PATHS_MIN_MS : gap > PATHS_MAX_MS ? PATHS_MAX_MS : gap;
    if (m->paths_done && at < m->paths_done + gap)
        at = m->paths_done + gap;
    if (at < m->paths_at)
        m->paths_at = at;
}

void sc_paths_line(struct sc_chore *c, const char *word, char *rest)
{
    struct sc_watches *w = c->l->m.sets[0].w;
    if (strcmp(word, "poll") == 0)
        sc_survey_poll(&c->l->m.survey, POLL_UNIT_MS * strtol(rest, NULL, 10), sc_clock_ms());
    struct sc_chore *panel = &c->l->chores[SC_CHORE_PANEL];
    if (strcmp(word, "watch") == 0 && panel->w.pid <= 0 && panel->at == SC_WORK_NEVER)
        panel->at = sc_clock_ms();
    if (strcmp(word, "path") != 0 || c->n++ >= PATHS_MAX)
        return;
    if (!c->begun) {
        sc_watches_begin(w, SC_WATCH_PANEL, 0);
        c->dirs = sc_watches_dirs(w);
    }
    c->begun = true;
    watch_panel_path(w, rest);
}

void sc_paths_over(struct sc_chore *c, int64_t now)
{
    struct sc_monitor *m = &c->l->m;
    /* what changed in a directory before it was watched: the panel is asked once more */
    if (c->begun && m->paths_done && sc_watches_dirs(m->sets[0].w) > c->dirs)
        sc_survey_panel_changed(&m->survey, now);
    if (c->ok && c->begun)
        sc_watches_end(m->sets[0].w, SC_WATCH_PANEL, 0);
    m->paths_done = now;
    m->paths_took = now - c->w.began;
    c->at = now + PATHS_MS;
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}

void sc_panel_watch_line(struct sc_chore *c, const char *word, char *rest)
{
    (void)rest;
    c->n += strcmp(word, "none") == 0;
}

void sc_panel_watch_over(struct sc_chore *c, int64_t now)
{
    c->at = !c->ok ? now + WATCH_AGAIN_MS : c->n ? SC_WORK_NEVER : now;
    if (c->error)
        sc_monitor_error(&c->l->m, c->error);
}
