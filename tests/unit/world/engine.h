/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of commands' calls: words instead of lists, and what a call told meanwhile. */
#ifndef SC_TESTS_WORLD_ENGINE_H
#define SC_TESTS_WORLD_ENGINE_H

#include "tests/unit/fakes/world.h"

#include "core/engine/engine.h"

#define LIST_MAX 8

struct word_list {
    char text[512];
    const char *v[LIST_MAX];
    size_t n;
};

static inline struct word_list *list_of(const char *words)
{
    static struct word_list l;
    char *save = NULL;
    l.n = 0;
    snprintf(l.text, sizeof(l.text), "%s", words);
    for (char *w = strtok_r(l.text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        assert_true(l.n < LIST_MAX);
        l.v[l.n++] = w;
    }
    return &l;
}

static char noticed[4096]; /* a line each */
static size_t progressed;

static inline void take_notice(const char *text, void *arg)
{
    (void)arg;
    size_t n = strlen(noticed);
    snprintf(noticed + n, sizeof(noticed) - n, "%s\n", text);
}

static inline void take_progress(size_t done, size_t total, void *arg)
{
    (void)arg;
    (void)total;
    progressed = done;
}

static const struct sc_watch watcher = {.progress = take_progress, .notice = take_notice};

static bool enable_anyway;

/* Unless the test has said what the web server's configuration is: a host for each name. */
static inline void have_hosts(const struct word_list *l)
{
    SC_BUF struct sc_buf conf = SC_BUF_INIT;
    if (access(root_at("/etc/apache2/apache2.conf"), F_OK) == 0)
        return;
    for (size_t i = 0; i < l->n; i++)
        sc_buf_fmt(&conf, "<VirtualHost *:80>\nServerName %s\n</VirtualHost>\n", l->v[i]);
    root_put("/etc/apache2/apache2.conf", conf.data ? conf.data : "");
}

/* Calls of the engine with the words of a list. */
static inline int enable(const char *domains)
{
    struct word_list *l = list_of(domains);
    noticed[0] = 0;
    bool own = access(root_at("/etc/apache2/apache2.conf"), F_OK) == 0;
    have_hosts(l);
    int rc =
        sc_engine_enable(&world.s, l->v, l->n, &(struct sc_enable_how){.anyway = enable_anyway},
                         &watcher, &world.err);
    if (!own)
        (void)unlink(root_at("/etc/apache2/apache2.conf"));
    return rc;
}

static inline int disable(const char *domains)
{
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    struct word_list *l = list_of(domains);
    noticed[0] = 0;
    int rc = sc_engine_disable(&world.s, l->v, l->n, &watcher, &others, &world.err);
    for (size_t i = 0; i < others.n; i++)
        take_notice(others.v[i], NULL);
    return rc;
}

#endif
