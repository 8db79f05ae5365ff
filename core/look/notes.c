/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/notes.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

#define ALL_MAX 1000u

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
}

static void note_done(struct sc_look_note *n)
{
    free(n->what);
    free(n->place);
    for (size_t i = 0; i < SC_LOOK_NAMERS; i++)
        free(n->by[i]);
}

void sc_look_notes_done(struct sc_look_notes *l)
{
    for (size_t i = 0; i < l->n; i++)
        note_done(&l->v[i]);
    free(l->v);
    *l = (struct sc_look_notes){0};
}

/* ---- collecting ---- */

static bool is_same(const struct sc_look_note *n, const struct sc_look_use *u,
                    const struct sc_look_verdict *v)
{
    return n->verdict.is == v->is && n->verdict.no == v->no && strcmp(n->place, u->place) == 0;
}

static int add_namer(struct sc_look_note *n, const char *by, struct sc_error *err)
{
    for (size_t i = 0; i < SC_LOOK_NAMERS && i < n->n_by; i++)
        if (strcmp(n->by[i], by) == 0)
            return 0;
    if (n->n_by < SC_LOOK_NAMERS && !(n->by[n->n_by] = strdup(by)))
        return no_memory(err);
    n->n_by++;
    return 0;
}

static int append(struct sc_look_notes *l, const struct sc_look_use *u,
                  const struct sc_look_verdict *v, struct sc_error *err)
{
    if (l->n >= ALL_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "a site uses more than %u places", ALL_MAX);
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    struct sc_look_note *n = &l->v[l->n++];
    *n = (struct sc_look_note){.verdict = *v, .what = strdup(u->named), .place = strdup(u->place)};
    return n->what && n->place ? 0 : no_memory(err);
}

/* Of several things in one place, the place is spoken of. */
static int widen(struct sc_look_note *n, const struct sc_look_use *u, struct sc_error *err)
{
    char *what = strcmp(n->what, u->named) == 0 ? NULL : strdup(n->place);
    if (!what)
        return strcmp(n->what, u->named) == 0 ? 0 : no_memory(err);
    free(n->what);
    n->what = what;
    return 0;
}

int sc_look_notes_add(struct sc_look_notes *l, const struct sc_look_use *u,
                      const struct sc_look_verdict *v, const char *by, struct sc_error *err)
{
    size_t i = 0;
    while (i < l->n && !is_same(&l->v[i], u, v))
        i++;
    int rc = i < l->n ? widen(&l->v[i], u, err) : append(l, u, v, err);
    if (rc < 0)
        return rc;
    l->v[i].verdict.rw = l->v[i].verdict.rw || v->rw;
    return add_namer(&l->v[i], by, err);
}

/* ---- sorting out ---- */

static int by_place(const void *a, const void *b)
{
    const struct sc_look_note *x = a, *y = b;
    int c = sc_rel_cmp(x->place, y->place);
    return c ? c : strcmp(x->what, y->what);
}

/* Whether what gives `up` gives all that `n` needs. */
static bool includes(const struct sc_look_note *up, const struct sc_look_note *n)
{
    return !up->verdict.no && !n->verdict.no && (up->verdict.rw || !n->verdict.rw) &&
           sc_rel_rest(up->place, n->place);
}

static void drop_included(struct sc_look_notes *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool is = false;
        for (size_t k = 0; k < kept && !is; k++)
            is = includes(&l->v[k], &l->v[i]);
        if (is)
            note_done(&l->v[i]);
        else
            l->v[kept++] = l->v[i];
    }
    l->n = kept;
}

/* ---- saying ---- */

void sc_look_line_of_admin(const char *docroot, const char *place, bool rw, struct sc_buf *out)
{
    for (const char *c = docroot; *c; c++) {
        if (strchr("*?[]\\", *c)) /* it is a pattern there */
            sc_buf_str(out, "\\");
        sc_buf_enc(out, c, 1);
    }
    sc_buf_fmt(out, " %s ~/", rw ? "rw" : "ro");
    sc_buf_enc(out, place, strlen(place));
}

bool sc_look_line_of_user(const char *place, bool rw, struct sc_buf *out)
{
    json_t *j = json_string(place);
    SC_FREE char *text = j ? json_dumps(j, JSON_ENCODE_ANY) : NULL;
    json_decref(j);
    if (text)
        sc_buf_fmt(out, "\"%s\": [%s]", rw ? "rw" : "ro", text);
    return text != NULL;
}

void sc_look_add_text(struct sc_buf *out, const char *text)
{
    for (const char *c = text; *c; c++)
        sc_buf_add(out, (unsigned char)*c < 0x20 || *c == 0x7f ? "?" : c, 1);
}

static void say_namers(const struct sc_look_note *n, struct sc_buf *out)
{
    sc_buf_str(out, " (");
    for (size_t i = 0; i < SC_LOOK_NAMERS && i < n->n_by; i++) {
        sc_buf_str(out, i ? ", " : "");
        sc_look_add_text(out, n->by[i]);
    }
    if (n->n_by > SC_LOOK_NAMERS)
        sc_buf_fmt(out, " and %zu more", n->n_by - SC_LOOK_NAMERS);
    sc_buf_str(out, ")");
}

static void say_way_out(const struct sc_look_note *n, const struct sc_look_where *w,
                        struct sc_buf *out)
{
    if (n->verdict.no) {
        sc_buf_fmt(out, ", and no line gives it: it is %s", n->verdict.no);
        return;
    }
    sc_buf_str(out, "; to give it: ");
    SC_BUF struct sc_buf mine = SC_BUF_INIT;
    if (sc_look_line_of_user(n->place, n->verdict.rw, &mine) && mine.data)
        sc_buf_fmt(out, "\"paths\": {%s} in ~/.lve/domains.json, or ", mine.data);
    sc_buf_str(out, "in /etc/cagefs/site-isolation.paths: ");
    sc_look_line_of_admin(w->docroot, n->place, n->verdict.rw, out);
}

static void say(const struct sc_look_note *n, const struct sc_look_where *w, struct sc_buf *out)
{
    sc_buf_fmt(out, "%s: ", w->domain);
    if (*n->what != '/') { /* else it is outside of the home */
        sc_look_add_text(out, w->home);
        sc_buf_str(out, "/");
    }
    sc_look_add_text(out, n->what);
    sc_buf_str(out, " ");
    if (n->verdict.other)
        sc_buf_fmt(out, "belongs to %s and will be closed", n->verdict.other);
    else if (n->verdict.is == SC_LOOK_GONE)
        sc_buf_str(out, "will be missing");
    else if (n->verdict.is == SC_LOOK_OWN)
        sc_buf_str(out, "will be the site's own, without what is in it now");
    else if (n->verdict.is == SC_LOOK_LOCKED)
        sc_buf_str(out, "will be read-only");
    else
        sc_buf_str(out, "will be closed");
    say_namers(n, out);
    say_way_out(n, w, out);
    sc_buf_str(out, "\n");
}

void sc_look_notes_say(struct sc_look_notes *l, const struct sc_look_where *w, struct sc_buf *out)
{
    if (l->n)
        qsort(l->v, l->n, sizeof(*l->v), by_place);
    drop_included(l);
    for (size_t i = 0; i < l->n && i < SC_LOOK_NOTES_MAX; i++)
        say(&l->v[i], w, out);
    if (l->n > SC_LOOK_NOTES_MAX)
        sc_buf_fmt(out, "%s: and %zu more places\n", w->domain, l->n - SC_LOOK_NOTES_MAX);
}

void sc_look_say_stray(const char *place, const struct sc_look_where *w, struct sc_buf *out)
{
    sc_buf_fmt(out, "%s: ", w->domain);
    sc_look_add_text(out, w->home);
    sc_buf_str(out, "/");
    sc_look_add_text(out, place);
    sc_buf_str(out,
               " looks like its application, but another site's application is in it, so that it "
               "is nobody's");
    const struct sc_look_note n = {.place = (char *)(uintptr_t)place, .verdict = {.rw = true}};
    say_way_out(&n, w, out);
    sc_buf_str(out, "\n");
}
