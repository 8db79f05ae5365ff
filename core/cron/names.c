/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crontab's words are compared with, and what comparing may cost. */
#include "core/cron/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/base/vec.h"

const struct sc_cron_site sc_cron_unknown = {
    .docroot = SC_CRON_NO_SITE, .token = "", .isolated = true};
const struct sc_cron_site sc_cron_unclear = {
    .docroot = SC_CRON_NO_SITE, .token = "", .isolated = true};
const struct sc_cron_site sc_cron_doubted = {
    .docroot = SC_CRON_NO_SITE, .token = "", .isolated = true};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
}

/* ---- document roots ---- */

static int by_path(const void *a, const void *b)
{
    const struct sc_cron_name *x = a, *y = b;
    int c = memcmp(x->path, y->path, x->len < y->len ? x->len : y->len);
    return c ? c : (x->len > y->len) - (x->len < y->len);
}

static void add_name(struct sc_cron_names *n, const char *path, const struct sc_cron_site *site)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    bool shared = false;
    for (size_t i = 0; i < site->n_shared && !shared; i++)
        shared = strcmp(site->shared[i], path) == 0;
    n->v[n->n++] = (struct sc_cron_name){path, len, site, shared};
    n->longest = len > n->longest ? len : n->longest;
    n->spaced |= sc_cron_has_separator(path, len);
}

/* "d'or", which is written "d'or", d\'or or 'd'\''or', also as it is when all quotes are taken out. */
static int add_bare(struct sc_cron_names *n, const char *path, const struct sc_cron_site *site,
                    struct sc_error *err)
{
    size_t len = 0;
    if (!path[strcspn(path, "'\"\\")])
        return 0;
    char *bare = strdup(path);
    if (!bare)
        return no_memory(err);
    n->bare[n->n_bare++] = bare;
    for (const char *p = path; *p; p++)
        if (!strchr("'\"\\", *p))
            bare[len++] = *p;
    bare[len] = 0;
    for (size_t i = 0; i < n->n; i++)
        if (strcmp(n->v[i].path, bare) == 0)
            return 0; /* somebody is called so */
    add_name(n, bare, site);
    return 0;
}

static int add_all_bare(struct sc_cron_names *n, const struct sc_cron_account *a,
                        struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < a->n_sites; i++) {
        const struct sc_cron_site *s = &a->sites[i];
        rc = add_bare(n, s->docroot, s, err);
        for (size_t k = 0; rc == 0 && k < s->n_aliases; k++)
            rc = add_bare(n, s->aliases[k], s, err);
    }
    return rc;
}

int sc_cron_names_init(struct sc_cron_names *n, const struct sc_cron_account *a,
                       struct sc_error *err)
{
    size_t all = 1 + a->n_doubted;
    for (size_t i = 0; i < a->n_sites; i++)
        all += 1 + a->sites[i].n_aliases;
    *n = (struct sc_cron_names){.account = a,
                                .v = calloc(2 * all, sizeof(*n->v)),
                                .bare = calloc(all, sizeof(*n->bare)),
                                .shared = SC_CRON_STEPS_SHARED};
    if (!n->v || !n->bare)
        return no_memory(err);
    for (size_t i = 0; i < a->n_sites; i++) {
        const struct sc_cron_site *s = &a->sites[i];
        n->isolated |= s->isolated;
        add_name(n, s->docroot, s);
        for (size_t k = 0; k < s->n_aliases; k++)
            add_name(n, s->aliases[k], s);
    }
    for (size_t i = 0; i < a->n_doubted; i++)
        add_name(n, a->doubted[i], &sc_cron_doubted);
    int rc = add_all_bare(n, a, err);
    qsort(n->v, n->n, sizeof(*n->v), by_path);
    if (rc == 0)
        rc = sc_cron_names_set(n, "HOME", a->home_alias ? a->home_alias : a->home, err);
    if (rc == 0) /* cron sets these, too */
        rc = sc_cron_names_set(n, "LOGNAME", a->user, err);
    return rc < 0 ? rc : sc_cron_names_set(n, "USER", a->user, err);
}

static void links_done(struct sc_cron_links *l)
{
    for (size_t i = 0; l->v && i < SC_CRON_LINKS_SLOTS; i++) {
        free(l->v[i].path);
        free(l->v[i].real);
    }
    free(l->v);
}

void sc_cron_names_done(struct sc_cron_names *n)
{
    free(n->v);
    sc_strings_free(n->bare, n->n_bare);
    for (size_t i = 0; i < n->n_vars; i++) {
        free(n->vars[i].name);
        free(n->vars[i].value);
    }
    links_done(&n->links);
    *n = (struct sc_cron_names){0};
}

const struct sc_cron_site *sc_cron_names_find(struct sc_cron_names *n, const char *path,
                                              size_t *ret_end)
{
    size_t len = strnlen(path, n->longest + 1);
    sc_cron_spend(n, len);
    for (size_t i = len < n->longest ? len : n->longest; i > 1 && !n->over; i--) {
        if (path[i] && path[i] != '/' && !sc_cron_separates(path[i]))
            continue;
        struct sc_cron_name key = {.path = path, .len = i};
        sc_cron_spend(n, SC_CRON_STEPS_PROBE);
        const struct sc_cron_name *hit = bsearch(&key, n->v, n->n, sizeof(*n->v), by_path);
        if (hit) {
            *ret_end = i;
            n->by_shared = hit->shared;
            return hit->site;
        }
    }
    return NULL;
}

bool sc_cron_share(const struct sc_cron_site *a, const struct sc_cron_site *b)
{
    for (size_t i = 0; i < a->n_shared; i++)
        for (size_t k = 0; k < b->n_shared; k++)
            if (strcmp(a->shared[i], b->shared[k]) == 0)
                return true;
    return false;
}

/* ---- variables ---- */

static struct sc_cron_var *find_var(struct sc_cron_names *n, const char *name, size_t len)
{
    for (size_t i = 0; i < n->n_vars; i++)
        if (strncmp(n->vars[i].name, name, len) == 0 && !n->vars[i].name[len])
            return &n->vars[i];
    return NULL;
}

const char *sc_cron_names_get(struct sc_cron_names *n, const char *name, size_t len)
{
    sc_cron_spend(n, n->n_vars);
    const struct sc_cron_var *v = find_var(n, name, len);
    n->over |= !v && n->vars_lost;
    return v ? v->value : NULL;
}

static void forget_var(struct sc_cron_names *n, struct sc_cron_var *v)
{
    free(v->name);
    free(v->value);
    *v = n->vars[--n->n_vars];
}

int sc_cron_names_set(struct sc_cron_names *n, const char *name, const char *value,
                      struct sc_error *err)
{
    struct sc_cron_var *v = find_var(n, name, strlen(name));
    n->settings_known = false;
    if (strlen(value) > SC_CRON_VALUE_MAX || (!v && n->n_vars == SC_CRON_VARS_MAX)) {
        n->vars_lost = true;
        if (v)
            forget_var(n, v);
        return 0;
    }
    SC_FREE char *copy = strdup(value);
    if (!copy)
        return no_memory(err);
    if (v) {
        free(v->value);
        v->value = sc_steal_ptr(&copy);
        return 0;
    }
    char *key = strdup(name);
    if (!key)
        return no_memory(err);
    n->vars[n->n_vars++] = (struct sc_cron_var){key, sc_steal_ptr(&copy)};
    return 0;
}

/* ---- links ---- */

static size_t hash(const char *path)
{
    size_t h = 2166136261u;
    for (; *path; path++)
        h = (h ^ (unsigned char)*path) * 16777619u;
    return h;
}

/* The slot of the path, or the empty one where it belongs; it is never full. */
static struct sc_cron_link *slot(const struct sc_cron_links *l, const char *path)
{
    size_t i = hash(path) % SC_CRON_LINKS_SLOTS;
    while (l->v[i].path && strcmp(l->v[i].path, path) != 0)
        i = (i + 1) % SC_CRON_LINKS_SLOTS;
    return &l->v[i];
}

const char *sc_cron_names_resolve(struct sc_cron_names *n, const char *path)
{
    const struct sc_cron_account *a = n->account;
    struct sc_cron_links *l = &n->links;
    if (!l->v && !(l->v = calloc(SC_CRON_LINKS_SLOTS, sizeof(*l->v)))) {
        n->over = true;
        return NULL;
    }
    struct sc_cron_link *at = slot(l, path);
    sc_cron_spend(n, SC_CRON_STEPS_PROBE);
    if (at->path)
        return at->real;
    char *copy = l->n < SC_CRON_LINKS_MAX ? strdup(path) : NULL;
    if (!copy) {
        n->over = true;
        return NULL;
    }
    l->n++;
    *at = (struct sc_cron_link){copy, a->resolve(a->arg, path)};
    return at->real;
}

/* ---- what it may cost ---- */

void sc_cron_names_begin(struct sc_cron_names *n, size_t len)
{
    n->own = SC_CRON_STEPS_ENTRY + len * SC_CRON_STEPS_BYTE;
    n->over = false;
}

void sc_cron_spend(struct sc_cron_names *n, size_t steps)
{
    size_t own = steps < n->own ? steps : n->own;
    n->own -= own;
    steps -= own;
    n->over |= steps > n->shared;
    n->shared -= steps < n->shared ? steps : n->shared;
}

/* ---- words ---- */

bool sc_cron_is_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool sc_cron_separates(char c)
{
    return !sc_cron_is_name(c) && c != '/' && c != '.' && c != '-' && c != '~' && c != '+' &&
           !((unsigned char)c & 0x80);
}

bool sc_cron_has_separator(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (sc_cron_separates(s[i]))
            return true;
    return false;
}
