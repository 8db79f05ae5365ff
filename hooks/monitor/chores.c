/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process of its own does for the daemon: the full pass, the panel's hooks and paths. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/clock.h"
#include "hooks/monitor/loop.h"

#define HOOKS_MS  600000
#define PATHS_MS  3600000
#define PATHS_MAX 4096

/* A file is watched by its directory: it may be replaced. */
static void watch_panel_path(struct sc_loop *l, const char *path)
{
    struct sc_watches *w = l->m.sets[0].w;
    if (path[0] != '/' || l->n_paths++ >= PATHS_MAX)
        return;
    if (sc_watches_add(w, -1, path, SC_WATCH_FILES, SC_WATCH_PANEL, 0, NULL, NULL, NULL) == 0)
        return;
    SC_FREE char *dir = strdup(path);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    if (!slash || !slash[1])
        return;
    *slash = 0;
    (void)sc_watches_add(w, -1, dir[0] ? dir : "/", SC_WATCH_FILES, SC_WATCH_PANEL, 0, slash + 1,
                         NULL, NULL);
}

static void hooks_line(struct sc_loop *l, const char *text, bool bad)
{
    if (bad && (!l->hooks_error || strcmp(l->hooks_error, text) != 0))
        sc_log("the panel's hooks are not in place: %s", text);
    if (!bad && strcmp(text, "put") == 0)
        sc_log("the panel's hooks were lost and are in place again");
    free(l->hooks_error);
    l->hooks_error = bad ? strdup(text) : NULL;
}

static void survey_line(struct sc_loop *l, const char *word, const char *rest)
{
    unsigned long domains, users;
    long long ms;
    if (strcmp(word, "found") == 0)
        sc_monitor_survey_found(rest, &l->m);
    else if (strcmp(word, "ok") == 0 && sscanf(rest, "%lu %lu %lld", &domains, &users, &ms) == 3)
        sc_monitor_survey_ok(&l->m, domains, users, ms);
    else if (strcmp(word, "error") == 0)
        sc_monitor_error(&l->m, rest);
}

struct chore_lines {
    struct sc_loop *l;
    const char *name;
};

static void chore_line(char *text, void *arg)
{
    struct chore_lines *c = arg;
    char *rest = strchr(text, ' ');
    if (rest)
        *rest++ = 0;
    else
        rest = text + strlen(text);
    bool bad = strcmp(text, "error") == 0;
    if (strcmp(c->name, SC_CHORE_SURVEY) == 0) {
        survey_line(c->l, text, rest);
    } else if (strcmp(c->name, SC_CHORE_HOOKS) == 0) {
        hooks_line(c->l, bad ? rest : text, bad);
    } else if (strcmp(text, "path") == 0) {
        if (!c->l->paths_begun)
            sc_watches_begin(c->l->m.sets[0].w, SC_WATCH_PANEL, 0);
        c->l->paths_begun = true;
        watch_panel_path(c->l, rest);
    } else if (bad) {
        sc_monitor_error(&c->l->m, rest);
    }
}

void sc_loop_read_chore(struct sc_loop *l)
{
    struct chore_lines c = {l, l->chore.name};
    l->n_paths = 0;
    if (!l->chore.name || !sc_chore_read(&l->chore, chore_line, &c))
        return;
    if (l->paths_begun)
        sc_watches_end(l->m.sets[0].w, SC_WATCH_PANEL, 0);
    l->paths_begun = false;
}

static void start_chore(struct sc_loop *l, const char *name)
{
    struct sc_error err = SC_ERROR_INIT;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &l->chore};
    if (sc_chore_start(&l->chore, name, sc_clock_ms(), &err) < 0)
        sc_monitor_error(&l->m, err.text);
    else if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, l->chore.fd, &e) < 0)
        sc_chore_kill(&l->chore);
}

void sc_loop_do_chores(struct sc_loop *l, int64_t now)
{
    if (l->chore.name) {
        if (now - l->chore.began > SC_CHORE_MS) {
            sc_monitor_error(&l->m, "the panel does not answer");
            sc_chore_kill(&l->chore);
        }
    } else if (sc_survey_next(&l->m.survey) <= now) {
        if (sc_survey_next(&l->m.survey) == l->m.survey.timer)
            sc_monitor_all_due(&l->m, true);
        l->m.front_at = now;
        sc_monitor_survey_began(&l->m);
        start_chore(l, SC_CHORE_SURVEY);
    } else if (l->paths_at <= now) {
        l->paths_at = now + PATHS_MS;
        start_chore(l, SC_CHORE_PATHS);
    } else if (l->hooks_at <= now) {
        l->hooks_at = now + HOOKS_MS;
        start_chore(l, SC_CHORE_HOOKS);
    }
}
