/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/way.h"

#include <stdlib.h>
#include <string.h>

struct sc_way_of_name *sc_way_at(const struct sc_names_way *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++)
        if (!w->v[i].dead && strcmp(w->v[i].at, name) == 0)
            return &w->v[i];
    return NULL;
}

bool sc_way_is_taken(const struct sc_way_of_name *there)
{
    return there && there->from && (there->wanted || strcmp(there->at, there->from) != 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_known_name *)a)->name, ((const struct sc_known_name *)b)->name);
}

static const struct sc_known_name *find_known(const struct sc_known_name *known, size_t n,
                                              const char *name)
{
    const struct sc_known_name key = {.name = name};
    return n ? bsearch(&key, known, n, sizeof(key), by_name) : NULL;
}

/* The document root is the one that the name had, by its path. */
static bool has_place(const struct sc_names_way *w, const struct sc_way_of_name *t, size_t k,
                      const struct sc_known_name *was)
{
    const struct sc_way_of_name *there = sc_way_at(w, w->listed->panel->v[k].name);
    return *t->docroot && !was && !(there && there->from) &&
           strcmp(w->listed->panel->v[k].docroot, t->docroot) == 0;
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* The domain has a directory that the name's site had, wherever it lies now: 2 the document root, 1
 * the panel's own, because the document root may be another one since we looked last; 0. A pass may
 * have seen the name before the directory came. One that has shared the document root all along is
 * not the renamed one. */
static unsigned has_directory(const struct sc_names_way *w, const struct sc_way_of_name *t,
                              size_t k, const struct sc_known_name *was)
{
    const struct sc_domain *d = &w->listed->panel->v[k];
    bool shared =
        was && strcmp(was->docroot, t->docroot) == 0 && strcmp(d->docroot, t->docroot) == 0;
    if (!t->dirs || !w->listed->dirs || shared || sc_way_is_taken(sc_way_at(w, d->name)))
        return 0;
    const struct sc_dir_ids *now = &w->listed->dirs[k];
    return is_same(t->dirs->docroot, now->docroot) ? 2 : is_same(t->dirs->own, now->own);
}

static bool is_www(const char *name)
{
    return strncmp(name, "www.", 4) == 0;
}

/* Of a site's new names the one that is most like the old one: with or without www, then the
 * shortest. */
static bool is_better(const char *old, const char *a, const char *b)
{
    bool like_a = is_www(a) == is_www(old), like_b = is_www(b) == is_www(old);
    return like_a != like_b ? like_a : strlen(a) < strlen(b);
}

/* NULL: there is none. */
static const char *new_name(const struct sc_names_way *w, const struct sc_way_of_name *t,
                            const struct sc_known_name *known, size_t n_known)
{
    const char *found = NULL;
    unsigned best = 0;
    for (size_t k = 0; k < w->listed->panel->n; k++) {
        const char *name = w->listed->panel->v[k].name;
        const struct sc_known_name *was = find_known(known, n_known, name);
        if (w->listed->foreign && w->listed->foreign[k])
            continue;
        unsigned is = has_place(w, t, k, was) ? 2 : has_directory(w, t, k, was);
        if (is > best || (is && is == best && is_better(t->from, name, found)))
            found = name;
        best = is > best ? is : best;
    }
    return found;
}

int sc_way_infer(struct sc_names_way *w, const struct sc_known_name *known, size_t n_known,
                 struct sc_error *err)
{
    for (size_t i = 0; i < w->n; i++) {
        struct sc_way_of_name *t = &w->v[i];
        if (!t->from || t->dead || sc_domains_find(w->listed->panel, t->at))
            continue;
        const char *found = new_name(w, t, known, n_known);
        if (!found)
            continue;
        char *to = strdup(found);
        if (!to)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains' names");
        struct sc_way_of_name *there = sc_way_at(w, to);
        if (there)
            there->dead = true;
        free(t->at);
        t->at = to;
    }
    return 0;
}
