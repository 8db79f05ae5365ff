/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small kernel for test_live: a mount table and path lookup, written naively and apart from
 * core/plan. Its paths are all those of the names "a" and "ab", up to five deep; every one is a
 * live directory. */
#ifndef SC_TESTS_LIVE_SIM_H
#define SC_TESTS_LIVE_SIM_H

#include "tests/unit/fixture.h"

#include <stdio.h>
#include "core/plan/live.h"

#define SIM_HOME "8:1:/u"       /* the identity of the home */
#define SIM_OWN  "8:1:/storage" /* of a home of the site's own */

enum {
    SIM_PATHS = 1 + 2 + 4 + 8 + 16 + 32,
    SIM_MOUNTS = 1500
};

static char sim_path[SIM_PATHS][20];
static int sim_up[SIM_PATHS]; /* the directory of a path; of the home: -1 */

struct sim_mount {
    int parent; /* index, which is the id too */
    int at;     /* path */
    bool gone;
    enum sc_live_what what;
    bool ro;
    char key[64]; /* a bind's identity; a shell's holes, each followed by ',' */
};

struct sim {
    struct sim_mount m[SIM_MOUNTS];
    int n;
};

static void sim_init_paths(void)
{
    int n = 1;
    sim_up[0] = -1;
    for (int up = 0; n < SIM_PATHS; up++) {
        for (int k = 0; k < 2; k++, n++) {
            sim_up[n] = up;
            char name[sizeof(sim_path[0])];
            int len =
                snprintf(name, sizeof(name), "%s%s%s", sim_path[up], up ? "/" : "", k ? "ab" : "a");
            assert_true(len > 0 && (size_t)len < sizeof(name));
            memcpy(sim_path[n], name, sizeof(name));
        }
    }
}

static int sim_find(const char *rel)
{
    for (int i = 0; i < SIM_PATHS; i++) {
        if (strcmp(sim_path[i], rel) == 0)
            return i;
    }
    fail_msg("no path '%s'", rel);
    return -1;
}

static bool sim_below(int path, int above) /* or at it */
{
    while (path > above)
        path = sim_up[path];
    return path == above;
}

static void sim_start(struct sim *s)
{
    s->n = 1;
    s->m[0] = (struct sim_mount){.parent = -1, .what = SC_LIVE_BIND, .ro = true, .key = SIM_HOME};
}

/* The mount that lookup of `path` ends in. */
static int sim_lookup(const struct sim *s, int path)
{
    int chain[8], depth = 0, cur = 0;
    for (int p = path; p >= 0; p = sim_up[p])
        chain[depth++] = p;
    while (depth) {
        int p = chain[--depth];
        for (int i = s->n - 1; i > 0; i--) { /* newest first; after a crossing all again */
            if (!s->m[i].gone && s->m[i].parent == cur && s->m[i].at == p) {
                cur = i;
                i = s->n;
            }
        }
    }
    return cur;
}

/* 0 closed, 1 read-only, 2 writable; and what is seen there (when open). */
static int sim_see(const struct sim *s, int path, char *key, size_t size)
{
    const struct sim_mount *m = &s->m[sim_lookup(s, path)];
    if (m->what != SC_LIVE_BIND) {
        snprintf(key, size, "closed");
        return 0;
    }
    size_t n = strlen(sim_path[m->at]);
    const char *rest = sim_path[path] + n;
    snprintf(key, size, "%s%s%s", m->key, *rest && *rest != '/' ? "/" : "", rest);
    return m->ro ? 1 : 2;
}

static void sim_mount(struct sim *s, int path, struct sim_mount m)
{
    int on = sim_lookup(s, path);
    const struct sim_mount *under = &s->m[on];
    if (under->at != path && under->what != SC_LIVE_BIND) { /* only a shell has places, its holes */
        char hole[24];
        size_t n = strlen(sim_path[under->at]);
        snprintf(hole, sizeof(hole), "%s,", sim_path[path] + n + (n > 0));
        if (under->what != SC_LIVE_SHELL || !strstr(under->key, hole))
            fail_msg("nothing to mount on at '%s'", sim_path[path]);
    }
    assert_true(s->n < SIM_MOUNTS);
    m.at = path;
    m.parent = on;
    m.gone = false;
    s->m[s->n++] = m;
}

/* A lazy unmount: takes all mounts inside off their places, which those who hold a directory
 * notice. */
static void sim_umount(struct sim *s, int path)
{
    int top = sim_lookup(s, path);
    assert_true(top != 0 && s->m[top].at == path);
    s->m[top].gone = true;
    for (int i = top + 1; i < s->n; i++) { /* younger than what they are mounted in */
        const struct sim_mount *up = &s->m[s->m[i].parent];
        if (s->m[i].gone || !up->gone)
            continue;
        if (up->what == SC_LIVE_BIND)
            fail_msg("'%s' is laid bare in the detached '%s'", sim_path[s->m[i].at],
                     sim_path[up->at]);
        s->m[i].gone = true;
    }
}

static void sim_key(const struct sc_plan_entry *e, char *key, size_t size)
{
    key[0] = 0;
    if (e->kind == SC_ENTRY_SHELL) {
        for (size_t i = 0; i < e->n_holes; i++) {
            size_t n = strlen(key);
            snprintf(key + n, size - n, "%s,", e->holes[i]);
        }
    } else if (!sc_entry_closes(e->kind)) {
        snprintf(key, size, "%s%s%s", e->kind == SC_ENTRY_OWN ? SIM_OWN : SIM_HOME,
                 *e->rel ? "/" : "", e->rel);
    }
}

static void sim_mount_entry(struct sim *s, const struct sc_plan_entry *e)
{
    struct sim_mount m = {.ro = e->kind == SC_ENTRY_RO};
    m.what = e->kind == SC_ENTRY_CLOSED_DIR    ? SC_LIVE_CLOSED_DIR
             : e->kind == SC_ENTRY_CLOSED_FILE ? SC_LIVE_CLOSED_FILE
             : e->kind == SC_ENTRY_SHELL       ? SC_LIVE_SHELL
                                               : SC_LIVE_BIND;
    sim_key(e, m.key, sizeof(m.key));
    sim_mount(s, sim_find(e->rel), m);
}

/* Builds a cage again. */
static void sim_build(struct sim *s, const struct sc_entries *e)
{
    sim_start(s);
    for (size_t i = 0; i < e->n; i++)
        sim_mount_entry(s, &e->v[i]);
}

static size_t sim_rows(const struct sim *s, struct sc_live_row *rows)
{
    size_t n = 0;
    for (int i = 0; i < s->n; i++) {
        const struct sim_mount *m = &s->m[i];
        if (m->gone)
            continue;
        rows[n++] = (struct sc_live_row){
            .id = i + 100,
            .parent = m->parent + 100,
            .rel = sim_path[m->at],
            .home = i == 0,
            .what = m->what,
            .ro = m->ro,
            .key = m->what == SC_LIVE_SHELL || m->what == SC_LIVE_BIND ? m->key : NULL};
    }
    return n;
}

#endif
