/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/renames.h"
#include "core/account/way.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

static void way_done(struct sc_names_way *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->v[i].at);
    free(w->v);
}

void sc_renames_done(struct sc_renames *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free((char *)(uintptr_t)r->v[i].old_name);
        free((char *)(uintptr_t)r->v[i].new_name);
    }
    free(r->v);
    sc_strings_free(r->ended, r->n_ended);
    *r = (struct sc_renames){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains' names");
}

/* The domain that the event makes appear: created, or the new name of a rename. */
static const char *appears(const struct sc_event_row *e)
{
    if (sc_event_is(e, SC_KIND_DOMAIN_RENAMED))
        return e->new_name && *e->new_name ? e->new_name : NULL;
    return sc_event_is(e, SC_KIND_DOMAIN_CREATED) ? sc_event_domain(e) : NULL;
}

/* The name that a domain called `name` has after the rename; NULL: the event is not about it, or
 * there is no memory. The caller frees it. */
static char *renamed(const struct sc_event_row *e, const char *name)
{
    const char *old = sc_event_domain(e);
    if (!sc_event_is(e, SC_KIND_DOMAIN_RENAMED) || !old || !appears(e))
        return NULL;
    if (strcmp(name, old) == 0)
        return strdup(e->new_name);
    size_t n = strlen(name), m = strlen(old);
    char *text = NULL;
    if (!e->payload || strcmp(e->payload, SC_EVENT_SUBDOMAINS) != 0 || n <= m + 1 ||
        name[n - m - 1] != '.' || strcmp(name + n - m, old) != 0 ||
        asprintf(&text, "%.*s%s", (int)(n - m), name, e->new_name) < 0)
        return NULL;
    return text;
}

static bool listed(const struct sc_names_way *w, const char *name)
{
    return sc_domains_find(w->listed->panel, name) != NULL;
}

/* One event, as it came. A name that is taken cannot be a new one: such an event came too early and
 * is looked at again in settle(). */
static int follow_rename(struct sc_names_way *w, const struct sc_event_row *e)
{
    bool any = false;
    for (int dead = 0; dead < 2 && !any; dead++) /* a "deleted" that was part of the rename */
        for (size_t i = 0; i < w->n; i++) {
            struct sc_way_of_name *t = &w->v[i];
            if (t->dead != dead)
                continue;
            char *to = renamed(e, t->at);
            struct sc_way_of_name *there = to ? sc_way_at(w, to) : NULL;
            if (!to || (there && there->from) || (dead && listed(w, t->at))) {
                free(to);
                continue;
            }
            if (there)
                there->dead = true; /* "created" was the rename's other half */
            free(t->at);
            t->at = to;
            t->dead = false;
            any = true;
        }
    return 0;
}

static int create(struct sc_names_way *w, const char *name, struct sc_error *err)
{
    if (sc_way_at(w, name))
        return 0;
    char *at = strdup(name);
    if (!at || !SC_VEC_ROOM(w->v, w->n)) {
        free(at);
        return no_memory(err);
    }
    w->v[w->n++] = (struct sc_way_of_name){.docroot = "", .at = at};
    return 0;
}

static int follow_events(struct sc_names_way *w, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < w->n_events; i++) {
        const struct sc_event_row *e = &w->events[i];
        const char *domain = sc_event_domain(e);
        struct sc_way_of_name *t;
        if (!domain)
            continue;
        if (sc_event_is(e, SC_KIND_DOMAIN_RENAMED))
            rc = follow_rename(w, e);
        else if (sc_event_is(e, SC_KIND_DOMAIN_CREATED))
            rc = create(w, domain, err);
        else if (sc_event_is(e, SC_KIND_DOMAIN_DELETED) && (t = sc_way_at(w, domain)))
            t->dead = true;
    }
    return rc;
}

/* ---- what the order of events did not explain ---- */

/* Names that lead from `name` by renames in any order. */
struct reach {
    char **v;
    size_t n;
};

static void reach_done(struct reach *r)
{
    sc_strings_free(r->v, r->n);
}

static int reach_add(struct reach *r, char *name, struct sc_error *err)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->v[i], name) == 0) {
            free(name);
            return 0;
        }
    if (!SC_VEC_ROOM(r->v, r->n)) {
        free(name);
        return no_memory(err);
    }
    r->v[r->n++] = name;
    return 0;
}

static int reach_from(const struct sc_names_way *w, const char *name, struct reach *r,
                      struct sc_error *err)
{
    char *first = strdup(name);
    int rc = first ? reach_add(r, first, err) : no_memory(err);
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        for (size_t k = 0; rc == 0 && k < w->n_events; k++) {
            char *to = renamed(&w->events[k], r->v[i]);
            if (to)
                rc = reach_add(r, to, err);
        }
    return rc;
}

/* The one listed name that the token can have come to and that no other has; NULL when there is
 * none, or a choice. */
static int only_place(const struct sc_names_way *w, const struct sc_way_of_name *t, char **ret,
                      struct sc_error *err)
{
    SC_CLEANUP(reach_done) struct reach r = {0};
    int rc = reach_from(w, t->from, &r, err);
    size_t found = 0, at = 0;
    for (size_t i = 0; rc == 0 && i < r.n; i++) {
        struct sc_way_of_name *there = sc_way_at(w, r.v[i]);
        if (!listed(w, r.v[i]) || (there != t && sc_way_is_taken(there)))
            continue;
        found++;
        at = i;
    }
    if (rc == 0 && found == 1)
        *ret = strdup(r.v[at]);
    return rc < 0 || found != 1 || *ret ? rc : no_memory(err);
}

/* Domains whose way led to a name that is not listed: events came out of order, or not all. */
static int settle(struct sc_names_way *w, struct sc_error *err)
{
    if (w->n_events == 0)
        return 0;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < w->n; i++) {
            struct sc_way_of_name *t = &w->v[i];
            if (!t->from || t->dead || listed(w, t->at))
                continue;
            char *to = NULL;
            int rc = only_place(w, t, &to, err);
            if (rc < 0)
                return rc;
            if (!to)
                continue;
            struct sc_way_of_name *there = sc_way_at(w, to);
            if (there)
                there->dead = true;
            free(t->at);
            t->at = to;
            again = true;
        }
    }
    return 0;
}

/* An event's rename to a name that is listed, while the old one is listed as well and is nothing
 * new: the panel is not done yet, or only the document roots can tell. */
static void take_back(struct sc_names_way *w)
{
    for (size_t i = 0; i < w->n; i++) {
        struct sc_way_of_name *t = &w->v[i];
        if (!t->from || t->dead || strcmp(t->at, t->from) == 0)
            continue;
        const struct sc_domain *now = sc_domains_find(w->listed->panel, t->at),
                               *old = sc_domains_find(w->listed->panel, t->from);
        bool moved = now && old && strcmp(now->docroot, t->docroot) == 0 &&
                     strcmp(old->docroot, t->docroot) != 0;
        if (now && (!old || sc_way_at(w, t->from) || moved))
            continue;
        char *back = strdup(t->from); /* without memory it keeps a name that is listed nowhere */
        if (!back)
            continue;
        free(t->at);
        t->at = back;
    }
}

/* ---- the answer ---- */

static int by_old(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain_rename *)a)->old_name,
                  ((const struct sc_domain_rename *)b)->old_name);
}

static int answer(const struct sc_names_way *w, struct sc_renames *r, struct sc_error *err)
{
    size_t moved = 0, ended = 0;
    for (size_t i = 0; i < w->n; i++) {
        moved += w->v[i].from && !w->v[i].dead && strcmp(w->v[i].from, w->v[i].at) != 0;
        ended += w->v[i].from && w->v[i].dead;
    }
    r->v = calloc(moved ? moved : 1, sizeof(*r->v));
    r->ended = calloc(ended ? ended : 1, sizeof(*r->ended));
    if (!r->v || !r->ended)
        return no_memory(err);
    for (size_t i = 0; i < w->n; i++) {
        const struct sc_way_of_name *t = &w->v[i];
        if (!t->from)
            continue;
        if (!t->dead && strcmp(t->from, t->at) != 0 && listed(w, t->at)) {
            struct sc_domain_rename *one = &r->v[r->n++];
            one->old_name = strdup(t->from);
            one->new_name = strdup(t->at);
            if (!one->old_name || !one->new_name)
                return no_memory(err);
        } else if (t->dead && (!listed(w, t->from) || sc_way_at(w, t->from))) {
            if (!(r->ended[r->n_ended++] = strdup(t->from)))
                return no_memory(err);
        }
    }
    qsort(r->v, r->n, sizeof(*r->v), by_old);
    return 0;
}

int sc_renames_find(const struct sc_known_name *known, size_t n_known,
                    const struct sc_event_row *events, size_t n_events,
                    const struct sc_listed_names *listed, struct sc_renames *ret,
                    struct sc_error *err)
{
    SC_CLEANUP(way_done)
    struct sc_names_way w = {.v = calloc(n_known ? n_known : 1, sizeof(*w.v)),
                             .events = events,
                             .n_events = n_events,
                             .listed = listed};
    if (!w.v)
        return no_memory(err);
    for (size_t i = 0; i < n_known; i++) {
        w.v[w.n] = (struct sc_way_of_name){.from = known[i].name,
                                           .docroot = known[i].docroot,
                                           .dirs = known[i].dirs,
                                           .at = strdup(known[i].name),
                                           .wanted = known[i].wanted};
        if (!w.v[w.n++].at)
            return no_memory(err);
    }
    int rc = follow_events(&w, err);
    if (rc == 0)
        rc = settle(&w, err);
    if (rc == 0) {
        take_back(&w);
        rc = sc_way_infer(&w, known, n_known, err);
    }
    SC_CLEANUP(sc_renames_done) struct sc_renames r = {0};
    if (rc == 0)
        rc = answer(&w, &r, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &r);
    return 0;
}

const char *sc_renames_new(const struct sc_renames *r, const char *name)
{
    const struct sc_domain_rename key = {.old_name = name}, *one;
    one = r->n ? bsearch(&key, r->v, r->n, sizeof(*r->v), by_old) : NULL;
    return one ? one->new_name : name;
}

const char *sc_renames_old(const struct sc_renames *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->v[i].new_name, name) == 0)
            return r->v[i].old_name;
    return name;
}
