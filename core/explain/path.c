/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain/path.h"

#include <stdio.h>
#include <string.h>

#define LINKS_MAX 40 /* as the kernel's own limit, path_resolution(7) */

struct walk {
    const struct sc_explain_site *s;
    const struct sc_explain_eyes *eyes;
    struct sc_explained_path *ret;
    char rest[2 * SC_REL_MAX + 2]; /* still to be walked */
    unsigned links;
    bool over;
};

/* What a link of the view itself leads to; NULL. */
static const char *link_of_view(const struct sc_planfile *view, const char *path)
{
    for (size_t i = 0; i < view->n_sys; i++)
        if ((strcmp(view->sys[i].kind, "link") == 0 ||
             strcmp(view->sys[i].kind, "homelink") == 0) &&
            strcmp(view->sys[i].a, path) == 0)
            return view->sys[i].b;
    return strcmp(view->home_alias, path) == 0 && strcmp(view->home_alias, view->home) != 0
               ? view->home
               : NULL;
}

static void up(char *place)
{
    char *slash = strrchr(place, '/');
    if (slash)
        *slash = 0;
}

/* Goes on with the target in place of the link at the end of the place. */
static int follow(struct walk *w, const char *target)
{
    char rest[sizeof(w->rest)];
    size_t n = strlen(target), m = strlen(w->rest);
    if (++w->links > LINKS_MAX || n + m + 2 > sizeof(rest))
        return -1;
    memcpy(rest, target, n);
    rest[n] = '/';
    memcpy(rest + n + 1, w->rest, m + 1);
    memcpy(w->rest, rest, n + m + 2);
    up(w->ret->place);
    if (target[0] == '/')
        w->ret->place[0] = 0;
    w->ret->led = true;
    return 0;
}

static void look(const struct walk *w, const struct sc_explained_place *is,
                 struct sc_explain_looked *ret)
{
    *ret = (struct sc_explain_looked){.there = SC_EXPLAIN_DIR, .read = true, .write = true};
    if (is->made)
        ret->there = is->read || is->pass ? SC_EXPLAIN_DIR : SC_EXPLAIN_NOTHING;
    else if (is->source[0])
        w->eyes->look(is->source, ret, w->eyes->arg);
}

/* Below a home of the site's own: a rule that says why the account's is not there lets nothing
 * through elsewhere. */
static bool is_own_home(const struct sc_explained_place *is)
{
    return is->read && ((is->rule >= SC_RULE_OTHER_DOCROOT && is->rule <= SC_RULE_SECRET) ||
                        is->rule == SC_RULE_PRIVATE_HOME);
}

/* Judges the place where the walk is. */
static int arrive(struct walk *w)
{
    struct sc_explained_path *ret = w->ret;
    struct sc_explain_looked seen;
    const char *path = ret->place[0] ? ret->place : "/";
    const char *target = ret->place[0] ? link_of_view(w->s->view, path) : NULL;
    if (target)
        return follow(w, target);
    sc_explain_place(w->s, path, &ret->is);
    ret->there = SC_EXPLAIN_NOTHING;
    ret->read = ret->write = ret->by_mode = false;
    if (!ret->is.read) {
        w->over = !ret->is.pass;
        ret->there = ret->is.pass ? SC_EXPLAIN_DIR : SC_EXPLAIN_NOTHING;
        return 0;
    }
    look(w, &ret->is, &seen);
    if (seen.there == SC_EXPLAIN_LINK)
        return follow(w, seen.target);
    if (seen.there != SC_EXPLAIN_NOTHING && is_own_home(&ret->is))
        ret->is.rule = SC_RULE_OWN;
    ret->there = seen.there;
    ret->read = seen.read && seen.there != SC_EXPLAIN_NOTHING;
    ret->write = ret->is.write && seen.write && seen.there != SC_EXPLAIN_NOTHING;
    ret->by_mode =
        seen.there != SC_EXPLAIN_NOTHING && (!seen.read || (ret->is.write && !seen.write));
    w->over = seen.there == SC_EXPLAIN_FILE;
    return 0;
}

/* Takes the next component; false at the end. -1: the place is too long. */
static int step(struct walk *w)
{
    char *place = w->ret->place;
    size_t skip = strspn(w->rest, "/"), n = strcspn(w->rest + skip, "/"), at = strlen(place);
    const char *name = w->rest + skip;
    if (n == 0)
        return 0;
    if (n == 2 && name[0] == '.' && name[1] == '.') {
        up(place);
    } else if (n != 1 || name[0] != '.') {
        if (at + 1 + n > SC_REL_MAX)
            return -1;
        place[at] = '/';
        memcpy(place + at + 1, name, n);
        place[at + 1 + n] = 0;
    }
    char *to = w->rest; /* not memmove(): valgrind takes its checked form for memcpy()'s */
    for (const char *from = name + n; (*to++ = *from) != '\0';)
        from++;
    return 1;
}

/* What lies further on is said by its text alone. */
static void ended_early(struct walk *w)
{
    char whole[SC_REL_MAX + 1];
    struct sc_explained_path *ret = w->ret;
    bool closed = !ret->is.read;
    ret->read = ret->write = ret->by_mode = false;
    ret->there = SC_EXPLAIN_NOTHING;
    int n = snprintf(whole, sizeof(whole), "%s%s", ret->place, w->rest);
    if (closed && n > 0 && (size_t)n < sizeof(whole) && !strstr(whole, "/..") &&
        !strstr(whole, "/./") && !strstr(whole, "//"))
        sc_explain_whose(w->s, whole, &ret->is);
}

int sc_explain_path(const struct sc_explain_site *s, const struct sc_explain_eyes *eyes,
                    const char *path, struct sc_explained_path *ret)
{
    struct walk w = {.s = s, .eyes = eyes, .ret = ret};
    *ret = (struct sc_explained_path){0};
    if (strlen(path) > SC_REL_MAX)
        return -1;
    memcpy(w.rest, path, strlen(path) + 1);
    int rc = arrive(&w); /* the root */
    while (rc == 0 && !w.over) {
        int more = step(&w);
        if (more <= 0) {
            rc = more;
            break;
        }
        rc = arrive(&w);
    }
    if (rc == 0 && w.rest[strspn(w.rest, "/")])
        ended_early(&w);
    if (!ret->place[0])
        memcpy(ret->place, "/", 2);
    return rc;
}
