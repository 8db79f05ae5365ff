/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of one site: the second half of plan.h. */
#include "core/plan/plan.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

struct walk {
    struct sc_entries out;
    /* Indexes of the entries at or above the path that is looked at, outermost first. */
    size_t *open;
    size_t n_open;
    bool in_own;   /* the own document root or application is among them … */
    size_t own_at; /* … and the outermost is this one */
};

static void done_walk(struct walk *w)
{
    sc_entries_done(&w->out);
    free(w->open);
}

static int emit(struct walk *w, enum sc_entry_kind kind, const char *rel, size_t len,
                struct sc_error *err)
{
    int r = sc_entries_add(&w->out, kind, rel, len, err);
    if (r < 0)
        return r;
    if (!SC_VEC_ROOM(w->open, w->n_open))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a site's plan");
    w->open[w->n_open++] = w->out.n - 1;
    return 0;
}

/* The innermost entry at or above `rel`, or NULL for the bare home. */
static struct sc_plan_entry *around(struct walk *w, const char *rel)
{
    while (w->n_open) {
        struct sc_plan_entry *e = &w->out.v[w->open[w->n_open - 1]];
        if (sc_rel_rest(e->rel, rel))
            return e;
        w->n_open--;
        if (w->in_own && w->own_at == w->n_open)
            w->in_own = false;
    }
    return NULL;
}

/* Emits an entry inside `up`: makes a hole where `up` is closed, pins the way where it is
 * writable. */
static int emit_in(struct walk *w, struct sc_plan_entry *up, enum sc_entry_kind kind,
                   const char *rel, struct sc_error *err)
{
    int r = 0;
    if (up && sc_entry_closes(up->kind)) {
        up->kind = SC_ENTRY_SHELL;
        r = sc_entry_add_hole(up, sc_rel_rest(up->rel, rel), err);
    } else if (up && up->kind != SC_ENTRY_RO) {
        const char *slash = sc_rel_rest(up->rel, rel); /* in `rel`; emit() may move *up */
        enum sc_entry_kind way = up->kind == SC_ENTRY_OWN ? SC_ENTRY_OWN : SC_ENTRY_RW;
        while (r == 0 && (slash = strchr(slash, '/'))) {
            r = emit(w, way, rel, (size_t)(slash - rel), err);
            slash++;
        }
    }
    return r < 0 ? r : emit(w, kind, rel, strlen(rel), err);
}

/* Nothing of the home is seen there, unless it is shown on purpose. */
static bool hides(const struct sc_plan_entry *up)
{
    return up && (sc_entry_closes(up->kind) || up->kind == SC_ENTRY_OWN);
}

/* What is inside the entry that was emitted last is the site's. */
static void begin_own(struct walk *w)
{
    if (!w->in_own)
        w->own_at = w->n_open - 1;
    w->in_own = true;
}

static int visit_own(struct walk *w, const char *rel, struct sc_error *err)
{
    int r = emit_in(w, around(w, rel), SC_ENTRY_DOCROOT, rel, err);
    if (r == 0)
        begin_own(w);
    return r;
}

/* In a home of the site's own nothing of it is there. Where it is around the own document root, its place is
 * walked through, and no directory that the site could take for it. */
static int visit_other(struct walk *w, const char *rel, const struct sc_plan_site *own,
                       struct sc_error *err)
{
    struct sc_plan_entry *up = around(w, rel);
    bool is_way = *rel && up && up->kind == SC_ENTRY_OWN && sc_rel_rest(rel, own->rel);
    return hides(up) && !is_way ? 0 : emit_in(w, up, SC_ENTRY_CLOSED_DIR, rel, err);
}

static int visit_secret(struct walk *w, const struct sc_plan_extra *s, struct sc_error *err)
{
    struct sc_plan_entry *up = around(w, s->rel);
    if (w->in_own || hides(up))
        return 0;
    return emit_in(w, up, s->rw ? SC_ENTRY_CLOSED_DIR : SC_ENTRY_CLOSED_FILE, s->rel, err);
}

static int visit_app(struct walk *w, const char *rel, struct sc_error *err)
{
    struct sc_plan_entry *up = around(w, rel);
    if (w->in_own && up->kind != SC_ENTRY_RO && !sc_entry_closes(up->kind))
        return 0;
    int r = emit_in(w, up, SC_ENTRY_RW, rel, err);
    if (r == 0)
        begin_own(w);
    return r;
}

static int visit_extra(struct walk *w, const struct sc_plan_extra *x, struct sc_error *err)
{
    struct sc_plan_entry *up = around(w, x->rel);
    if (x->own)
        return w->in_own || (up && up->kind == SC_ENTRY_OWN && up->rel[0])
                   ? 0
                   : emit_in(w, up, SC_ENTRY_OWN, x->rel, err);
    bool closed = hides(up);
    bool writable = up && !closed && up->kind != SC_ENTRY_RO;
    if (!closed && writable == x->rw && !x->held)
        return 0;
    return emit_in(w, up, x->rw ? SC_ENTRY_RW : SC_ENTRY_RO, x->rel, err);
}

static int visit_area(struct walk *w, const struct sc_plan_area *area,
                      const struct sc_plan_site *own, struct sc_error *err)
{
    const struct sc_plan_extra *x = sc_plan_extra_of(own, area->rel);
    if (sc_plan_is_app_of(own, area->rel))
        return visit_app(w, area->rel, err);
    if (x)
        return visit_extra(w, x, err);
    struct sc_plan_entry *up = around(w, area->rel);
    if (area->self || hides(up))
        return 0;
    return emit_in(w, up, area->is_file ? SC_ENTRY_CLOSED_FILE : SC_ENTRY_CLOSED_DIR, area->rel,
                   err);
}

/* The site names nothing in such a directory; what is in it stays the site's to write. */
static int visit_steady(struct walk *w, const struct sc_plan_steady *s, struct sc_error *err)
{
    struct sc_plan_entry *up = around(w, s->rel);
    bool here = up && strcmp(up->rel, s->rel) == 0; /* something else has been said of it */
    /* its own document root stays what it is: then it is not covered (core/coverage) */
    bool writable = up && (up->kind == SC_ENTRY_RW || (up->kind == SC_ENTRY_DOCROOT && !here));
    if (s->is_open)
        return up && !here && up->steady ? emit_in(w, up, SC_ENTRY_RW, s->rel, err) : 0;
    int r = !writable || here ? 0 : emit_in(w, up, SC_ENTRY_RO, s->rel, err);
    if (r == 0 && writable) {
        struct sc_plan_entry *e = here ? up : &w->out.v[w->out.n - 1];
        e->kind = SC_ENTRY_RO;
        e->steady = true;
    }
    return r;
}

/* The one that comes first; NULL comes last. */
static const char *lesser(const char *a, const char *b)
{
    return !b || (a && sc_rel_cmp(a, b) <= 0) ? a : b;
}

/* The five sorted lists are walked as one. */
static int walk_home(struct walk *w, const struct sc_plan *plan, const struct sc_plan_site *own,
                     struct sc_error *err)
{
    size_t d = 0, s = 0, x = 0, c = 0, k = 0;
    for (;;) {
        const char *dr = d < plan->n_present ? plan->sites[d].rel : NULL;
        const char *sr = s < plan->n_secrets ? plan->secrets[s].rel : NULL;
        const char *xr = x < plan->n_areas ? plan->areas[x].rel : NULL;
        const char *cr = c < plan->n_closed ? plan->closed[c] : NULL;
        const char *kr = k < plan->n_steady ? plan->steady[k].rel : NULL;
        const char *least = lesser(lesser(lesser(dr, cr), lesser(sr, xr)), kr);
        if (!least)
            return 0;
        bool is_d = dr && sc_rel_cmp(dr, least) == 0;
        bool is_s = sr && sc_rel_cmp(sr, least) == 0;
        bool is_x = xr && sc_rel_cmp(xr, least) == 0;
        bool is_c = cr && sc_rel_cmp(cr, least) == 0;
        bool is_k = kr && sc_rel_cmp(kr, least) == 0;
        int r = 0;
        if (is_d && &plan->sites[d] == own)
            r = visit_own(w, dr, err);
        else if (is_d || is_c)
            r = visit_other(w, least, own, err);
        else if (is_x) /* accepted at a secret's path: that is inside what the site owns */
            r = visit_area(w, &plan->areas[x], own, err);
        else if (is_s)
            r = visit_secret(w, &plan->secrets[s], err);
        if (r == 0 && is_k)
            r = visit_steady(w, &plan->steady[k], err);
        if (r < 0)
            return r;
        d += is_d;
        s += is_s;
        x += is_x;
        c += is_c;
        k += is_k;
    }
}

/* All that a site owns, in order: bound over itself, where nothing is closed. */
static int walk_own(struct walk *w, const struct sc_plan_site *own, struct sc_error *err)
{
    int rc = 0;
    bool done = false; /* the document root */
    for (size_t i = 0; rc == 0 && i <= own->n_apps; i++) {
        const char *app = i < own->n_apps ? own->apps[i] : NULL;
        int c = app ? sc_rel_cmp(own->rel, app) : -1;
        if (c <= 0 && !done)
            rc = emit(w, SC_ENTRY_DOCROOT, own->rel, strlen(own->rel), err);
        done |= c <= 0;
        if (rc == 0 && app && c != 0)
            rc = emit(w, SC_ENTRY_RW, app, strlen(app), err);
    }
    return rc;
}

int sc_plan_site_entries(const struct sc_plan *plan, size_t site, struct sc_entries *ret,
                         struct sc_error *err)
{
    const struct sc_plan_site *own = &plan->sites[site];
    if (own->missing)
        return sc_error_set(
            err, SC_E_NOTFOUND,
            "the document root %s of %s does not exist; create it, or correct it in "
            "the panel",
            own->aliases[0], own->names[0]);
    if (own->refused)
        return sc_error_set(err, SC_E_DENIED, "%s cannot be isolated: %s", own->names[0],
                            own->refused);
    SC_CLEANUP(done_walk) struct walk w = {0};
    int r = own->private_home ? emit(&w, SC_ENTRY_OWN, "", 0, err) : 0;
    if (r == 0)
        r = own->learning ? walk_own(&w, own, err) : walk_home(&w, plan, own, err);
    if (r < 0)
        return r;
    *ret = w.out;
    w.out = (struct sc_entries){0};
    return 0;
}
