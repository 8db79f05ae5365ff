/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/needs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

#define CHILDREN_MAX 3 /* directories of one directory that are given one by one */

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site needs");
}

static void need_done(struct sc_learn_need *n)
{
    sc_free_n((void *const *)n->by, n->n_by);
    free(n->rel);
    free(n->example);
    *n = (struct sc_learn_need){0};
}

void sc_learn_needs_done(struct sc_learn_needs *n)
{
    SC_VEC_DONE(n->v, n->n, need_done);
    *n = (struct sc_learn_needs){0};
}

/* ---- what would be missing ---- */

/* The nearest entry at or above `rel`; NULL: the home, read-only. */
static const struct sc_plan_entry *over(const struct sc_entries *entries, const char *rel)
{
    const struct sc_plan_entry *best = NULL;
    for (size_t i = 0; i < entries->n; i++)
        if (sc_rel_rest(entries->v[i].rel, rel))
            best = &entries->v[i]; /* in component order the deeper one comes later */
    return best;
}

/* Something of the plan lies at or below `rel`: document roots, or what is closed. What the site is given
 * there already, read-only, is none of it. */
static bool holds_entries(const struct sc_entries *entries, const char *rel)
{
    for (size_t i = 0; i < entries->n; i++) {
        const char *rest = sc_rel_rest(rel, entries->v[i].rel);
        if (rest && (*rest || entries->v[i].kind != SC_ENTRY_RO))
            return true;
    }
    return false;
}

/* What a shell has in each home. */
static bool is_shells(const char *rel)
{
    static const char *const names[] = {
        ".bashrc",       ".bash_profile", ".bash_login",     ".bash_logout",       ".bash_aliases",
        ".bash_history", ".profile",      ".inputrc",        ".hushlogin",         ".lesshst",
        ".viminfo",      ".wget-hsts",    ".python_history", ".node_repl_history", ".php_history"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], rel) == 0)
            return true;
    return false;
}

/* Directories for temporary files: giving one shows what all other sites put there. */
static bool is_temporary(const char *rel)
{
    static const char *const names[] = {"tmp", "temp", ".tmp", ".cache"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (sc_rel_rest(names[i], rel))
            return true;
    return false;
}

static bool is_missed(const struct sc_learn_place *p, const struct sc_entries *entries)
{
    const struct sc_plan_entry *e = over(entries, p->rel);
    bool writes = p->kinds & SC_LEARN_WRITE;
    if (!e)
        return writes && !is_shells(p->rel);
    switch (e->kind) {
    case SC_ENTRY_DOCROOT:
    case SC_ENTRY_RW:
        return false;
    case SC_ENTRY_RO:
        return writes;
    case SC_ENTRY_OWN: /* in a home of its own it finds nothing, and what it makes is elsewhere */
        return !*e->rel && !is_shells(p->rel) && !is_temporary(p->rel);
    default:
        return true;
    }
}

/* ---- what to give ---- */

/* A name that is another one tomorrow: a number, a date, a version, a digest. */
static bool passes(const char *name, size_t len)
{
    size_t digits = 0, hex = 0, marks = 0;
    for (size_t i = 0; i < len; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        digits += digit;
        hex += digit || (name[i] >= 'a' && name[i] <= 'f');
        marks += name[i] == '.' || name[i] == '-' || name[i] == '_' || (i == 0 && name[i] == 'v');
    }
    return digits && (digits + marks == len || (hex == len && (len == 2 || len >= 6)));
}

/* Takes what passes off the end, in place; at least one component stays. */
static void settle(char *rel)
{
    for (char *slash; (slash = strrchr(rel, '/')) && passes(slash + 1, strlen(slash + 1));)
        *slash = 0;
}

/* Tools that deploy put each release into a directory of its own, and lead to it by "current", next to
 * "releases": where that is in `rel`, or NULL. */
static char *releases_in(char *rel)
{
    static const char name[] = "releases";
    for (char *at = rel; (at = strstr(at, name)); at++)
        if ((at == rel || at[-1] == '/') && (at[sizeof(name) - 1] == '/' || !at[sizeof(name) - 1]))
            return at;
    return NULL;
}

/* All releases, in place: the next one is another directory. */
static void leave_releases(char *rel)
{
    char *at = releases_in(rel);
    if (at)
        at[strlen("releases")] = 0;
}

/* The directory to give for a place; the path itself where that directory holds more than it may: parts
 * of the plan, or the logs of all sites. */
static char *what_to_give(const struct sc_learn_place *p, const struct sc_entries *entries)
{
    char *rel = strdup(p->rel);
    char *slash = rel && !(p->kinds & SC_LEARN_DIR) ? strrchr(rel, '/') : NULL;
    if (slash)
        *slash = 0;
    if (rel && (slash || (p->kinds & SC_LEARN_DIR))) {
        settle(rel);
        leave_releases(rel);
    }
    if (!rel || !(holds_entries(entries, rel) || sc_rel_rest("logs", rel)))
        return rel;
    free(rel);
    return strdup(p->rel);
}

/* ---- the list ---- */

static void join_by(struct sc_learn_need *to, char *const *by, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool there = to->n_by >= SC_LEARN_BY_MAX;
        for (size_t i = 0; i < to->n_by && !there; i++)
            there = strcmp(to->by[i], by[k]) == 0;
        if (!there && (to->by[to->n_by] = strdup(by[k])))
            to->n_by++;
    }
}

static void join(struct sc_learn_need *to, struct sc_learn_need *from)
{
    to->rw |= from->rw;
    to->kinds |= from->kinds;
    to->n += from->n;
    to->first = !to->first || from->first < to->first ? from->first : to->first;
    to->last = from->last > to->last ? from->last : to->last;
    join_by(to, from->by, from->n_by);
    if (!to->example)
        to->example = sc_steal_ptr(&from->example);
    need_done(from);
}

static int append(struct sc_learn_needs *l, const struct sc_learn_place *p, char *rel, bool rw,
                  struct sc_error *err)
{
    struct sc_learn_need n = {.rel = rel,
                              .rw = rw,
                              .kinds = p->kinds & SC_LEARN_USES,
                              .n = p->n,
                              .first = p->first,
                              .last = p->last};
    if (p->kinds & SC_LEARN_WRITE) /* what is written was opened first: that looks like reading */
        n.kinds &= ~(unsigned)SC_LEARN_READ;
    join_by(&n, p->by, p->n_by);
    if (n.rel && strcmp(n.rel, p->rel) != 0)
        n.example = strdup(p->rel);
    if (!n.rel || !SC_VEC_ROOM(l->v, l->n)) {
        need_done(&n);
        return no_memory(err);
    }
    n.temporary = is_temporary(n.rel);
    l->v[l->n++] = n;
    return 0;
}

/* What is used of a release is found by the link next to "releases": to be read, the directory that has both is
 * given. NULL: none, or it holds more than it may. */
static char *around_releases(const char *rel, const struct sc_entries *entries)
{
    char *up = strdup(rel);
    char *at = up ? releases_in(up) : NULL;
    if (at && at != up)
        at[-1] = 0;
    if (at && at != up && !holds_entries(entries, up))
        return up;
    free(up);
    return NULL;
}

static int add(struct sc_learn_needs *l, const struct sc_learn_place *p,
               const struct sc_entries *entries, struct sc_error *err)
{
    bool rw = p->kinds & SC_LEARN_WRITE;
    char *rel = what_to_give(p, entries);
    char *up = rel ? around_releases(rel, entries) : NULL;
    int rc = up ? append(l, p, up, false, err) : 0;
    if (rc == 0 && (rw || !up))
        return append(l, p, rel, rw, err);
    free(rel);
    return rc;
}

static int by_rel(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_learn_need *)a)->rel,
                      ((const struct sc_learn_need *)b)->rel);
}

/* Sorts, and makes one of what is given by the same word, or by that of a directory above. */
static void tidy(struct sc_learn_needs *l)
{
    if (l->n)
        qsort(l->v, l->n, sizeof(*l->v), by_rel);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t k = kept;
        while (k > 0) {
            const char *rest = sc_rel_rest(l->v[k - 1].rel, l->v[i].rel);
            if (rest && (!*rest || l->v[k - 1].rw || !l->v[i].rw))
                break;
            k--;
        }
        if (k > 0)
            join(&l->v[k - 1], &l->v[i]);
        else
            l->v[kept++] = l->v[i];
    }
    l->n = kept;
}

static size_t dir_len(const char *rel)
{
    const char *slash = strrchr(rel, '/');
    return slash ? (size_t)(slash - rel) : 0;
}

/* Many directories of one directory, and nothing else of the plan in it: that one is given. Whether it
 * changed anything. */
static bool fold_children(struct sc_learn_needs *l, const struct sc_entries *entries)
{
    for (size_t i = 0; i < l->n; i++) {
        size_t len = dir_len(l->v[i].rel), same = 0;
        SC_FREE char *dir = len ? strndup(l->v[i].rel, len) : NULL;
        for (size_t k = 0; dir && k < l->n; k++)
            same += dir_len(l->v[k].rel) == len && strncmp(l->v[k].rel, dir, len) == 0;
        if (same <= CHILDREN_MAX || holds_entries(entries, dir))
            continue;
        for (size_t k = 0; k < l->n; k++)
            if (dir_len(l->v[k].rel) == len && strncmp(l->v[k].rel, dir, len) == 0) {
                if (!l->v[k].example)
                    l->v[k].example = strdup(l->v[k].rel);
                l->v[k].rel[len] = 0;
            }
        return true;
    }
    return false;
}

int sc_learn_needs(const struct sc_learn_record *r, const struct sc_entries *entries,
                   struct sc_learn_needs *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_learn_needs_done) struct sc_learn_needs l = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        if (is_missed(&r->v[i], entries))
            rc = add(&l, &r->v[i], entries, err);
    if (rc < 0)
        return rc;
    do
        tidy(&l);
    while (fold_children(&l, entries));
    SC_MOVE(ret, &l);
    return 0;
}
