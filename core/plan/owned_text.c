/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/owned_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

static void add(struct sc_buf *out, const char *rel)
{
    sc_buf_str(out, out->len ? " " : "");
    sc_buf_enc(out, rel, strlen(rel));
}

void sc_owned_text(const struct sc_plan_site *site, struct sc_buf *out)
{
    add(out, site->rel);
    for (size_t i = 0; i < site->n_apps; i++)
        add(out, site->apps[i]);
    for (size_t i = 0; i < site->n_extras; i++)
        if (site->extras[i].rw && !site->extras[i].own)
            add(out, site->extras[i].rel);
}

void sc_owned_text_link(struct sc_buf *out, bool first, const char *text, const char *rel)
{
    sc_buf_str(out, first ? "\t" : " ");
    sc_buf_enc(out, text, strlen(text));
    add(out, rel);
}

/* The next word of a list, decoded; NULL: none, or no memory. */
static char *next_word(const char **at)
{
    const char *p = *at + strspn(*at, " ");
    size_t n = strcspn(p, " \t");
    char *word = n ? strndup(p, n) : NULL;
    *at = p + n;
    if (word && sc_decode_word(word) < 0) {
        free(word);
        word = NULL;
    }
    return word;
}

/* What is behind that many tabs; NULL: the text ends before. */
static const char *part(const char *text, unsigned tabs)
{
    for (; text && tabs; tabs--)
        text = (text = strchr(text, '\t')) ? text + 1 : NULL;
    return text;
}

static bool goes_on(const char *at)
{
    return at && *at && *at != '\t';
}

char *sc_owned_text_found(const char *text, const char *path)
{
    for (const char *at = part(text, 1); goes_on(at);) {
        SC_FREE char *is = next_word(&at);
        SC_FREE char *rel = next_word(&at);
        if (is && rel && strcmp(is, path) == 0)
            return sc_steal_ptr(&rel);
    }
    return NULL;
}

static bool is_as_written(const char *path, const char *home, const char *rel)
{
    size_t n = strlen(home);
    return strncmp(path, home, n) == 0 && path[n] == '/' && strcmp(path + n + 1, rel) == 0;
}

void sc_owned_text_each_link(const char *text, const char *home,
                             void (*tell)(void *arg, const char *path), void *arg)
{
    for (const char *at = part(text, 1); goes_on(at);) {
        SC_FREE char *path = next_word(&at);
        SC_FREE char *rel = next_word(&at);
        if (path && rel && !is_as_written(path, home, rel))
            tell(arg, path);
    }
}

/* Whether `rel` lies in one of the list; what nobody can tell counts as such. */
static bool is_in(const char *list, const char *rel)
{
    while (goes_on(list)) {
        SC_FREE char *word = next_word(&list);
        if (!word || sc_rel_rest(word, rel))
            return true;
    }
    return false;
}

bool sc_owned_text_holds(const char *text, const char *rel)
{
    return is_in(text, rel);
}

/* ---- what it has had ---- */

#define LINKS     1u
#define APPS      2u
#define OTHERS    3u
#define PAST_APPS 64u /* a site can change what is its application in few ways; a panel in more */

bool sc_owned_text_ever_held(const char *text, const char *rel)
{
    return is_in(text, rel) || is_in(part(text, APPS), rel);
}

static bool has(const char *list, const char *rel)
{
    bool found = false;
    while (goes_on(list) && !found) {
        SC_FREE char *word = next_word(&list);
        found = word && strcmp(word, rel) == 0;
    }
    return found;
}

bool sc_owned_text_had(const char *text, const char *rel)
{
    return has(part(text, APPS), rel);
}

/* Whether it lies in what is the site's now. */
static bool is_own(const struct sc_plan_site *site, const char *rel)
{
    bool own = site->rel && sc_rel_rest(site->rel, rel);
    for (size_t i = 0; i < site->n_apps; i++)
        own = own || sc_rel_rest(site->apps[i], rel);
    return own;
}

static bool is_kept_for(const struct sc_plan_site *site, const char *rel)
{
    return site->site_dir && strcmp(site->site_dir, rel) == 0;
}

/* The first area at or below `rel`. */
static size_t first_area(const struct sc_plan *plan, const char *rel)
{
    size_t from = 0, to = plan->n_areas;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (sc_rel_cmp(plan->areas[mid].rel, rel) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* Tells the applications of others at or below `root`; those that the panel keeps for them apart. */
static void others_in(const struct sc_plan *plan, const struct sc_plan_site *site, const char *root,
                      void (*tell)(void *arg, const char *rel), void *arg)
{
    for (size_t i = first_area(plan, root);
         i < plan->n_areas && sc_rel_rest(root, plan->areas[i].rel); i++) {
        const struct sc_plan_area *area = &plan->areas[i];
        if (area->is_app && !sc_plan_is_app_of(site, area->rel) &&
            !is_kept_for(area->site, area->rel))
            tell(arg, area->rel);
    }
}

/* The same in all that the site has, and has had. */
static void others_in_all(const char *text, const struct sc_plan *plan,
                          const struct sc_plan_site *site, void (*tell)(void *arg, const char *rel),
                          void *arg)
{
    others_in(plan, site, site->rel, tell, arg);
    for (const char *at = part(text, APPS); goes_on(at);) {
        SC_FREE char *app = next_word(&at);
        if (app && !sc_rel_rest(site->rel, app))
            others_in(plan, site, app, tell, arg);
    }
}

struct past {
    struct sc_buf *out;
    const char *before;
    bool first;
};

static void add_to(struct past *p, const char *rel)
{
    sc_buf_str(p->out, p->first ? "" : " ");
    sc_buf_enc(p->out, rel, strlen(rel));
    p->first = false;
}

/* One that was there when all around it became the site's. */
static void add_other(void *arg, const char *rel)
{
    struct past *p = arg;
    const char *apps = part(p->before, APPS);
    if (!apps || has(part(p->before, OTHERS), rel) || !(is_in(p->before, rel) || is_in(apps, rel)))
        add_to(p, rel);
}

static void add_apps(struct past *p, const struct sc_plan_site *site)
{
    size_t n = site->n_apps;
    for (size_t i = 0; i < site->n_apps; i++)
        add_to(p, site->apps[i]);
    for (const char *at = part(p->before, APPS); goes_on(at) && n < PAST_APPS;) {
        SC_FREE char *app = next_word(&at);
        if (!app || is_own(site, app))
            continue;
        add_to(p, app);
        n++;
    }
}

void sc_owned_text_past(struct sc_buf *out, const struct sc_plan *plan,
                        const struct sc_plan_site *site, const char *before)
{
    struct past p = {out, before, true};
    sc_buf_str(out, "");
    if (out->failed)
        return;
    sc_buf_str(out, part(out->data, LINKS) ? "\t" : "\t\t");
    add_apps(&p, site);
    sc_buf_str(out, "\t");
    SC_FREE char *now = out->failed ? NULL : strdup(out->data);
    out->failed |= !now;
    p.first = true;
    if (now)
        others_in_all(now, plan, site, add_other, &p);
}

struct doubting {
    const char *text;
    void (*tell)(void *arg, const char *rel);
    void *arg;
};

static void doubt(void *arg, const char *rel)
{
    const struct doubting *d = arg;
    if (!has(part(d->text, OTHERS), rel))
        d->tell(d->arg, rel);
}

void sc_owned_text_doubted(const char *text, const struct sc_plan *plan,
                           const struct sc_plan_site *site,
                           void (*tell)(void *arg, const char *rel), void *arg)
{
    struct doubting d = {text, tell, arg};
    if (!part(text, OTHERS))
        return;
    for (const char *at = part(text, APPS); goes_on(at);) {
        SC_FREE char *app = next_word(&at);
        if (app && !is_own(site, app) && !sc_plan_find(plan, app))
            tell(arg, app);
    }
    others_in_all(text, plan, site, doubt, &d);
}
