/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/parts.h"
#include "core/plan/plan.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/plan/owned_text.h"
#include "core/plan/relpath.h"

#define MARKED (SC_MARK_APPLICATION | SC_MARK_UNKNOWN)

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
}

/* Cuts the last component off; false when nothing is left. */
static bool go_up(char *rel)
{
    char *slash = strrchr(rel, '/');
    *(slash ? slash : rel) = 0;
    return *rel != 0;
}

/* ---- what is known of directories ---- */

static int by_rel(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_plan_dir *)a)->rel, ((const struct sc_plan_dir *)b)->rel);
}

/* A directory that may be an application. */
struct candidate {
    const char *rel;
    size_t claims; /* domains for which the panel keeps it */
    bool stray;    /* there is an application in it */
};

/* What was found for one site; all "" or a path. */
struct choice {
    char app[SC_REL_MAX + 1];     /* the marked directory, widened */
    char release[SC_REL_MAX + 1]; /* the same before it was widened */
    char dir[SC_REL_MAX + 1];     /* the panel's */
    char lost[SC_REL_MAX + 1];    /* what was its application, and has no mark any more */
    char beyond[SC_REL_MAX + 1];  /* what would be its application now, above that */
};

struct owning {
    struct sc_plan *plan;
    struct sc_plan_dir *dirs; /* sorted */
    size_t n_dirs;
    struct candidate *kept; /* what the panel keeps for sites; sorted by rel */
    size_t n_kept;
    char **chosen;       /* per site, three texts of struct choice; NULL: "" */
    struct candidate *v; /* sorted by rel */
    size_t n;
};

enum {
    CHOSE_APP,
    CHOSE_RELEASE,
    CHOSE_DIR,
    N_CHOSEN
};

static void owning_done(struct owning *o)
{
    for (size_t i = 0; o->chosen && i < N_CHOSEN * o->plan->n_sites; i++)
        free(o->chosen[i]);
    SC_FREE_ALL(o->chosen, o->dirs, o->kept, o->v);
}

/* ---- lists of directories ---- */

static int by_candidate(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct candidate *)a)->rel, ((const struct candidate *)b)->rel);
}

static struct candidate *find_candidate(struct candidate *v, size_t n, const char *rel)
{
    const struct candidate key = {.rel = rel};
    return n ? bsearch(&key, v, n, sizeof(key), by_candidate) : NULL;
}

static struct candidate *candidate(const struct owning *o, const char *rel)
{
    return find_candidate(o->v, o->n, rel);
}

/* Sorts them; of those at one path one stays, with the claims of all. Their number. */
static size_t join_candidates(struct candidate *v, size_t n)
{
    size_t kept = 0;
    qsort(v, n, sizeof(*v), by_candidate);
    for (size_t i = 0; i < n; i++) {
        if (kept && sc_rel_cmp(v[kept - 1].rel, v[i].rel) == 0)
            v[kept - 1].claims += v[i].claims;
        else
            v[kept++] = v[i];
    }
    return kept;
}

static int list_kept(struct owning *o, struct sc_error *err)
{
    o->kept = calloc(o->plan->n_sites + 1, sizeof(*o->kept));
    if (!o->kept)
        return no_memory(err);
    for (size_t i = 0; i < o->plan->n_sites; i++)
        if (o->plan->sites[i].site_dir)
            o->kept[o->n_kept++] =
                (struct candidate){.rel = o->plan->sites[i].site_dir, .claims = 1};
    o->n_kept = join_candidates(o->kept, o->n_kept);
    return 0;
}

static unsigned marks_of(const struct owning *o, const char *rel)
{
    const struct sc_plan_dir key = {.rel = rel};
    const struct sc_plan_dir *d =
        o->n_dirs ? bsearch(&key, o->dirs, o->n_dirs, sizeof(key), by_rel) : NULL;
    return d ? d->marks : 0;
}

/* Whether `rel` lies in a release of `holder`. While `current` is switched it may be away: then the
 * document root is missing, and its releases tell enough. */
static bool holds_release(const struct owning *o, const struct sc_plan_site *site,
                          const char *holder, const char *rel)
{
    unsigned marks = marks_of(o, holder);
    const char *rest = sc_rel_rest(holder, rel);
    if (!(marks & SC_MARK_RELEASES) || !rest)
        return false;
    if (site->missing && !*rest)
        return true;
    return (marks & SC_MARK_CURRENT || site->missing) &&
           (strncmp(rest, "releases/", 9) == 0 || strcmp(rest, "current") == 0 ||
            strncmp(rest, "current/", 8) == 0);
}

/* Whether nothing from `up` on can be the site's: its document root lies in that of another site, or
 * in what the panel keeps for another alone. What is around that is the other's. */
static bool is_anothers(const struct owning *o, const struct sc_plan_site *site, const char *up)
{
    const struct candidate *kept = find_candidate(o->kept, o->n_kept, up);
    bool mine = site->site_dir && strcmp(site->site_dir, up) == 0;
    return sc_plan_find(o->plan, up) || (kept && kept->claims == 1 && !mine);
}

/* ---- one site's choice ---- */

/* From the marked directory up to the one that holds it as a release. */
static void widen(const struct owning *o, const struct sc_plan_site *site, struct choice *c)
{
    char up[SC_REL_MAX + 1];
    memcpy(up, c->app, strlen(c->app) + 1);
    memcpy(c->release, c->app, strlen(c->app) + 1);
    while (go_up(up) && !is_anothers(o, site, up))
        if (holds_release(o, site, up, c->app) && !sc_plan_is_secret(o->plan, up)) {
            memcpy(c->app, up, strlen(up) + 1);
            return;
        }
}

static void note(char *to, const char *rel)
{
    if (!to[0])
        memcpy(to, rel, strlen(rel) + 1);
}

/* One directory on the way up. By taking its marks away a site would come to own what is around it. */
static void consider(const struct owning *o, const struct sc_plan_site *site, const char *base,
                     const char *up, struct choice *c)
{
    if (marks_of(o, up) & MARKED || holds_release(o, site, up, base))
        note(c->lost[0] ? c->beyond : c->app, up);
    else if (!c->app[0] && site->had && sc_owned_text_had(site->had, up))
        note(c->lost, up);
}

static void choose(const struct owning *o, const struct sc_plan_site *site, struct choice *c)
{
    char up[SC_REL_MAX + 1];
    const char *base = site->missing ? site->near : site->rel;
    c->app[0] = c->release[0] = c->dir[0] = c->lost[0] = c->beyond[0] = 0;
    if (!base || !*base)
        return;
    memcpy(up, base, strlen(base) + 1);
    for (bool more = site->missing || go_up(up); more && !is_anothers(o, site, up);
         more = go_up(up)) {
        if (sc_plan_is_secret(o->plan, up))
            continue;
        consider(o, site, base, up, c);
        if (site->site_dir && strcmp(up, site->site_dir) == 0) {
            memcpy(c->dir, up, strlen(up) + 1);
            break;
        }
    }
    if (c->dir[0] && strcmp(c->dir, c->app) == 0)
        c->app[0] = 0; /* one reason is enough: the stronger */
    else if (c->app[0])
        widen(o, site, c);
}

static int keep(char **to, const char *text, struct sc_error *err)
{
    if (*text && !(*to = strdup(text)))
        return no_memory(err);
    return 0;
}

static int keep_out(struct sc_plan_site *site, const struct choice *c, struct sc_error *err)
{
    int r = keep(&site->lost, c->lost, err);
    return r < 0 ? r : keep(&site->beyond, c->beyond, err);
}

static int choose_all(struct owning *o, struct sc_error *err)
{
    SC_FREE struct choice *c = malloc(sizeof(*c));
    if (!c)
        return no_memory(err);
    int r = 0;
    for (size_t i = 0; r == 0 && i < o->plan->n_sites; i++) {
        char **to = o->chosen + N_CHOSEN * i;
        choose(o, &o->plan->sites[i], c);
        if ((r = keep(&to[CHOSE_APP], c->app, err)) == 0 &&
            (r = keep(&to[CHOSE_RELEASE], c->release, err)) == 0)
            r = keep(&to[CHOSE_DIR], c->dir, err);
        if (r == 0 && c->beyond[0] && strcmp(c->beyond, c->dir) != 0)
            r = keep_out(&o->plan->sites[i], c, err);
    }
    return r;
}

/* ---- which of them hold ---- */

/* Whatever is above somebody's nearest directory is a stray one; not what he has himself around
 * it, nor what is around the document root of another that he lies in. */
static int find_strays(struct owning *o, struct sc_error *err)
{
    SC_FREE char *up = malloc(SC_REL_MAX + 1);
    if (!up)
        return no_memory(err);
    for (size_t i = 0; i < o->plan->n_sites; i++) {
        char **mine = o->chosen + N_CHOSEN * i;
        const char *nearest = mine[CHOSE_APP] ? mine[CHOSE_APP] : mine[CHOSE_DIR];
        if (!nearest)
            continue;
        memcpy(up, nearest, strlen(nearest) + 1);
        while (go_up(up) && !sc_plan_find(o->plan, up)) {
            struct candidate *c = candidate(o, up);
            if (c && !(mine[CHOSE_DIR] && strcmp(up, mine[CHOSE_DIR]) == 0))
                c->stray = true;
        }
    }
    return 0;
}

static int list_candidates(struct owning *o, struct sc_error *err)
{
    o->v = calloc(N_CHOSEN * o->plan->n_sites + 1, sizeof(*o->v));
    if (!o->v)
        return no_memory(err);
    for (size_t i = 0; i < N_CHOSEN * o->plan->n_sites; i++)
        if (o->chosen[i])
            o->v[o->n++] =
                (struct candidate){.rel = o->chosen[i], .claims = i % N_CHOSEN == CHOSE_DIR};
    o->n = join_candidates(o->v, o->n);
    return find_strays(o, err);
}

static bool holds(const struct owning *o, const char *rel)
{
    const struct candidate *c = rel ? candidate(o, rel) : NULL;
    return c && !c->stray;
}

static bool panel_holds(const struct owning *o, const char *rel)
{
    const struct candidate *c = rel ? candidate(o, rel) : NULL;
    return c && (!c->stray || c->claims == 1);
}

static void give(struct sc_plan_site *s, char **text)
{
    s->apps[s->n_apps++] = *text;
    *text = NULL;
}

/* The panel's directory is above the marked one, if there are both. */
static void settle(struct owning *o, size_t i)
{
    struct sc_plan_site *s = &o->plan->sites[i];
    char **mine = o->chosen + N_CHOSEN * i;
    bool app = holds(o, mine[CHOSE_APP]), release = !app && holds(o, mine[CHOSE_RELEASE]);
    bool dir = panel_holds(o, mine[CHOSE_DIR]);
    if (dir)
        give(s, &mine[CHOSE_DIR]);
    if (app)
        give(s, &mine[CHOSE_APP]);
    else if (release)
        give(s, &mine[CHOSE_RELEASE]);
    else
        s->stray = sc_steal_ptr(&mine[CHOSE_APP]);
    if (s->n_apps == 2 && sc_rel_cmp(s->apps[0], s->apps[1]) > 0) { /* widened beyond it */
        char *first = s->apps[0];
        s->apps[0] = s->apps[1];
        s->apps[1] = first;
    }
}

int sc_plan_applications(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    SC_CLEANUP(owning_done) struct owning o = {.plan = plan, .n_dirs = in->n_dirs};
    o.chosen = calloc(N_CHOSEN * plan->n_sites + 1, sizeof(*o.chosen));
    o.dirs = calloc(in->n_dirs + 1, sizeof(*o.dirs));
    if (!o.chosen || !o.dirs)
        return no_memory(err);
    if (in->n_dirs)
        memcpy(o.dirs, in->dirs, in->n_dirs * sizeof(*o.dirs));
    qsort(o.dirs, o.n_dirs, sizeof(*o.dirs), by_rel);
    int r = list_kept(&o, err);
    if (r == 0)
        r = choose_all(&o, err);
    if (r == 0)
        r = list_candidates(&o, err);
    for (size_t i = 0; r == 0 && i < plan->n_sites; i++)
        settle(&o, i);
    return r;
}
