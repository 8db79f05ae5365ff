/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/led.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/in_home.h"
#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/plan/owned_text.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's document roots");
}

/* ---- what isolated sites owned ---- */

static unsigned id_of(const struct sc_past *p, const char *name)
{
    const struct sc_isolated_row *row = sc_isolated_find(&p->names, name);
    return row ? row->site_id : 0;
}

/* Whether a domain that the panel has now has this site. */
static bool is_named(const struct sc_past *p, const struct sc_facts *f, unsigned id)
{
    for (size_t i = 0; i < f->domains.n; i++)
        if (id_of(p, f->domains.v[i].name) == id)
            return true;
    return false;
}

/* The site that the domain had: by its name, or as the renamed one of the site that led it. */
static const struct sc_site_row *row_of(const struct sc_past *p, const struct sc_facts *f,
                                        const char *name, const struct sc_site_row *led_by)
{
    unsigned id = id_of(p, name);
    if (!id && !is_named(p, f, led_by->id))
        return led_by;
    return sc_past_site(p, id);
}

/* ---- where a way goes ---- */

struct way {
    char **dirs; /* with the links on it */
    size_t n;
    bool failed;
    char *rel; /* its end */
};

static void way_done(struct way *w)
{
    sc_strings_free(w->dirs, w->n);
    free(w->rel);
}

static void note_link(void *arg, const char *dir)
{
    struct way *w = arg;
    if (!SC_VEC_ROOM(w->dirs, w->n) || !(w->dirs[w->n] = strdup(dir)))
        w->failed = true;
    else
        w->n++;
}

static int find_way(const struct sc_account *a, const char *path, bool want_dir, struct way *w,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FREE char *known = NULL;
    const struct sc_resolve_trace trace = {.link = note_link, .arg = w};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc < 0)
        return rc;
    rc = sc_in_home_traced(a, &as, path, want_dir, &trace, &w->rel, NULL, &known, &why);
    if (w->failed)
        return no_memory(err);
    if (rc < 0 && !sc_in_home_told(rc, &why)) {
        if (err)
            *err = why;
        return rc;
    }
    return 0;
}

/* The site that can change a link on the way, or could, and did not own where it ends; NULL. */
static const struct sc_site_row *leader(const struct sc_past *p, const struct way *w)
{
    for (size_t i = 0; i < p->sites.n; i++)
        for (size_t k = 0; p->sites.rows[i].isolated && k < w->n; k++)
            if (sc_owned_text_ever_held(p->owned[i], w->dirs[k]) &&
                !(w->rel && sc_owned_text_holds(p->owned[i], w->rel)))
                return &p->sites.rows[i];
    return NULL;
}

/* ---- what becomes of it ---- */

static int set_text(char **to, const char *text, struct sc_error *err)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        return no_memory(err);
    free(*to);
    *to = copy;
    return 0;
}

static int refuse(struct sc_facts *f, size_t i, const struct sc_site_row *by, struct sc_error *err)
{
    char text[SC_ERROR_TEXT_MAX];
    snprintf(text, sizeof(text),
             "the way to its document root goes over a link that the isolated site at %.300s can "
             "change; correct the document root in the panel",
             by->docroot);
    return set_text(&f->docroots.problems[i], text, err);
}

/* The document root is where it was, whatever the link says. */
static int hold(const struct sc_account *a, struct sc_facts *f, size_t i,
                const struct sc_site_row *row, const char *to, struct sc_error *err)
{
    struct sc_domain *d = &f->domains.v[i];
    SC_CLEANUP(way_done) struct way was = {0};
    if (!f->docroots.led && !(f->docroots.led = calloc(f->domains.n, sizeof(*f->docroots.led))))
        return no_memory(err);
    if (set_text(&f->docroots.led[i], to ? to : "", err) < 0)
        return SC_E_NOMEM;
    if (f->why.code == 0)
        sc_error_set(&f->why, SC_E_DENIED,
                     "the document root %s of %s leads out of what the site owned, by a link that "
                     "isolated sites can change, so it stays %s; if that is right, disable its "
                     "isolation, and give it the directory itself as document root in the panel",
                     d->docroot, d->name, row->docroot);
    int rc = find_way(a, row->docroot, true, &was, err);
    const char *rel = sc_path_below(row->docroot, a->home);
    bool there = rel && was.rel && strcmp(was.rel, rel) == 0;
    if (rc == 0)
        rc = set_text(&d->docroot, row->docroot, err);
    return rc < 0 ? rc : set_text(&f->docroots.rels[i], there ? rel : NULL, err);
}

static int settle(const struct sc_account *a, struct sc_facts *f, const struct sc_past *p, size_t i,
                  struct sc_error *err)
{
    const struct sc_domain *d = &f->domains.v[i];
    SC_CLEANUP(way_done) struct way w = {0};
    int rc = find_way(a, d->docroot, true, &w, err);
    const struct sc_site_row *by = rc == 0 ? leader(p, &w) : NULL;
    if (rc < 0)
        return rc;
    if (!by)
        return w.rel ? set_text(&f->docroots.rels[i], w.rel, err) : 0;
    const struct sc_site_row *row = row_of(p, f, d->name, by);
    const char *rel = row ? sc_path_below(row->docroot, a->home) : NULL;
    if (!rel)
        return refuse(f, i, by, err);
    return w.rel && strcmp(rel, w.rel) == 0 ? 0 : hold(a, f, i, row, w.rel, err);
}

/* ---- what was led, and is not isolated any more ---- */

#define KEY "led.%u."

static char *key_of(const struct sc_account *a, const char *name)
{
    char *key = NULL;
    return asprintf(&key, KEY "%s", (unsigned)a->uid, name) < 0 ? NULL : key;
}

int sc_facts_led_note(struct sc_store *store, const struct sc_account *a, const struct sc_facts *f,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && f->docroots.led && i < f->domains.n; i++) {
        if (!f->docroots.led[i])
            continue;
        SC_FREE char *key = key_of(a, f->domains.v[i].name);
        SC_FREE char *was = NULL;
        rc = key ? sc_store_meta_get(store, key, &was, err) : no_memory(err);
        if (rc == 0 && !(was && strcmp(was, f->docroots.led[i]) == 0))
            rc = sc_store_meta_set(store, key, f->docroots.led[i], err);
    }
    return rc;
}

static bool is_known(const struct sc_facts *f, const char *name)
{
    return f && (sc_domains_find(&f->domains, name) || sc_domains_config_find(&f->config, name));
}

int sc_facts_led_forget(struct sc_store *store, uid_t uid, const struct sc_facts *f,
                        struct sc_error *err)
{
    char beginning[32], **keys = NULL;
    size_t n = 0;
    snprintf(beginning, sizeof(beginning), KEY, (unsigned)uid);
    int rc = sc_store_meta_keys(store, beginning, &keys, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!is_known(f, keys[i] + strlen(beginning)))
            rc = sc_store_meta_set(store, keys[i], NULL, err);
    sc_strings_free(keys, n);
    return rc;
}

/* A link that the site led away itself means nobody else's wish, because its isolation has ended. */
static int still_led(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                     size_t i, struct sc_error *err)
{
    const struct sc_domain *d = &f->domains.v[i];
    SC_FREE char *key = key_of(a, d->name);
    SC_FREE char *to = NULL;
    char text[SC_ERROR_TEXT_MAX];
    int rc = key ? sc_store_meta_get(s->store, key, &to, err) : no_memory(err);
    if (rc < 0 || !to || strcmp(to, f->docroots.rels[i]) != 0)
        return rc;
    snprintf(text, sizeof(text),
             "the site itself led it to %.300s/%.300s by a link, while it was isolated; lead the "
             "link back, or give the domain the directory itself in the panel",
             a->home, to);
    return set_text(&f->docroots.problems[i], text, err);
}

/* Whether the document root is found by a link: it is called otherwise than it lies. */
static bool is_by_link(const struct sc_account *a, const struct sc_facts *f, size_t i)
{
    const char *text = f->domains.v[i].docroot;
    const char *below = sc_path_below(text, a->home);
    below = below ? below : sc_path_below(text, a->home_alias);
    return f->docroots.rels[i] && below && strcmp(below, f->docroots.rels[i]) != 0;
}

int sc_facts_led(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                 struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++) {
        if (!is_by_link(a, f, i))
            continue;
        rc = sc_past_load(s, a, &f->past, err);
        bool isolated = rc == 0 && id_of(&f->past, f->domains.v[i].name);
        if (rc == 0 && f->past.sites.n)
            rc = settle(a, f, &f->past, i, err);
        if (rc == 0 && !isolated && f->docroots.rels[i])
            rc = still_led(s, a, f, i, err);
    }
    return rc;
}

/* ---- other paths ---- */

/* Where it was found the last time. A site whose document root changes in this look has no row by its place: any will do. */
static char *found_at(const struct sc_past *p, const struct sc_account *a, const char *site_rel,
                      const char *path)
{
    char *any = NULL;
    for (size_t i = 0; i < p->sites.n; i++) {
        const char *is = sc_path_below(p->sites.rows[i].docroot, a->home);
        bool own = is && strcmp(is, site_rel) == 0;
        if (!own && any)
            continue;
        char *found = sc_owned_text_found(p->owned[i], path);
        if (found) {
            free(any);
            any = found;
        }
        if (own)
            return any;
    }
    return any;
}

/* 1: some site can lead it out of what it owned. *ret_was: where it was found, or NULL; *ret_same: it is there. */
static int is_led(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const char *site_rel, const char *path, char **ret_was, bool *ret_same,
                  struct sc_error *err)
{
    SC_CLEANUP(way_done) struct way w = {0};
    int rc = sc_past_load(s, a, &f->past, err);
    if (rc == 0 && f->past.sites.n)
        rc = find_way(a, path, false, &w, err);
    if (rc < 0 || !leader(&f->past, &w))
        return rc;
    *ret_was = found_at(&f->past, a, site_rel, path);
    *ret_same = *ret_was && w.rel && strcmp(*ret_was, w.rel) == 0;
    return 1;
}

int sc_facts_led_path(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, char **ret, struct sc_error *err)
{
    SC_FREE char *was = NULL;
    bool same = false;
    int rc = is_led(s, a, f, site_rel, path, &was, &same, err);
    *ret = rc == 1 && !same ? sc_steal_ptr(&was) : NULL;
    return rc < 0 ? rc : 0;
}

int sc_facts_led_used(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, bool *ret, struct sc_error *err)
{
    SC_FREE char *was = NULL;
    bool same = false;
    int rc = is_led(s, a, f, site_rel, path, &was, &same, err);
    *ret = rc == 1 && !same;
    return rc < 0 ? rc : 0;
}

int sc_facts_led_keep(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, struct sc_error *err)
{
    int rc = sc_past_load(s, a, &f->past, err);
    SC_FREE char *was = rc == 0 ? found_at(&f->past, a, site_rel, path) : NULL;
    return was ? sc_facts_found(f, site_rel, path, was, err) : rc;
}

int sc_facts_found(struct sc_facts *f, const char *site_rel, const char *text, const char *rel,
                   struct sc_error *err)
{
    struct sc_by_links *l = &f->by_link;
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    struct sc_by_link *one = &l->v[l->n++];
    *one = (struct sc_by_link){strdup(site_rel), strdup(text), strdup(rel)};
    return one->site_rel && one->text && one->rel ? 0 : no_memory(err);
}

struct ways {
    char ***v;
    size_t *n;
    bool failed;
};

static void add_way(void *arg, const char *path)
{
    struct ways *w = arg;
    char *copy = strdup(path);
    if (copy && SC_VEC_ROOM(*w->v, *w->n)) {
        (*w->v)[(*w->n)++] = copy;
        return;
    }
    free(copy);
    w->failed = true;
}

int sc_facts_led_ways(struct sc_store *store, uid_t uid, const char *home, char ***v, size_t *n,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    struct ways w = {.v = v, .n = n};
    int rc = sc_store_sites_get(store, uid, &sites, err);
    for (size_t i = 0; rc == 0 && i < sites.n; i++) {
        SC_FREE char *owned = NULL;
        rc = sc_store_site_owned_get(store, sites.rows[i].id, &owned, err);
        if (rc == 0)
            sc_owned_text_each_link(owned, home, add_way, &w);
    }
    return rc == 0 && w.failed ? no_memory(err) : rc;
}
