/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/io.h"
#include "core/base/vec.h"

#define QUEUE_MAX 20000u

/* Directories that wait: first those of the site's own code, then those of libraries. */
struct queue {
    char **v;
    size_t n, next;
};

struct walk {
    struct sc_looking *l;
    struct queue first, last;
};

static void queue_done(struct queue *q)
{
    for (size_t i = 0; i < q->n; i++)
        free(q->v[i]);
    free(q->v);
}

static void walk_done(struct walk *w)
{
    queue_done(&w->first);
    queue_done(&w->last);
}

static void put(struct walk *w, struct queue *q, const char *rel)
{
    if (q->n >= QUEUE_MAX) {
        w->l->cut_short = w->l->cut_short || q == &w->first;
        return;
    }
    char *copy = SC_VEC_ROOM(q->v, q->n) ? strdup(rel) : NULL;
    if (copy)
        q->v[q->n++] = copy;
    else
        w->l->rc = sc_error_set(w->l->err, SC_E_NOMEM, "out of memory for what a site uses");
}

static bool is_spent(const struct sc_look_budget *b)
{
    return b->files >= SC_LOOK_FILES_MAX || b->bytes >= SC_LOOK_BYTES_MAX ||
           b->entries >= SC_LOOK_ENTRIES_MAX || sc_clock_ms() >= b->until;
}

/* ---- files ---- */

/* What else than programs names places. */
static bool is_configuration(const char *name)
{
    static const char *const endings[] = {"json", "yml",  "yaml", "ini",  "js",         "conf",
                                          "cnf",  "xml",  "neon", "toml", "properties", "cfg",
                                          "env",  "twig", "tpl",  "html", "htaccess",   NULL};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && endings[i]; i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return true;
    return strncmp(name, ".env", 4) == 0;
}

static void look_at_file(struct sc_looking *l, const char *rel)
{
    SC_FREE char *text = NULL;
    size_t len = sc_look_read(l, rel, &text);
    if (len)
        sc_look_file(l, rel, text, len);
}

static void look_at_link(struct sc_looking *l, const char *rel)
{
    SC_FD int fd = -EBADF;
    char target[PATH_MAX];
    if (sc_open_beneath(l->one->a->homefd, rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0)
        return;
    ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
    if (n <= 0)
        return;
    target[n] = 0;
    sc_look_link(l, rel, target);
}

/* ---- directories ---- */

static bool is_passed_over(const char *name)
{
    static const char *const names[] = {".",   "..",           ".git",    ".svn",
                                        ".hg", "node_modules", ".cagefs", NULL};
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What others wrote, and what visitors did: it names no place of this home. */
static bool is_of_libraries(const char *name)
{
    static const char *const names[] = {"vendor", "wp-includes", "wp-admin", "bower_components",
                                        "lib",    "libraries",   "uploads",  "cache",
                                        "core",   "languages",   "tests",    NULL};
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* It is another site's: that looks at it itself. */
static bool is_others(const struct sc_looking *l, const char *rel)
{
    const struct sc_look_one *one = l->one;
    const struct sc_plan_site *own = &one->plan->sites[one->site];
    const struct sc_plan_site *site = sc_plan_find(one->plan, rel);
    const struct sc_plan_area *area = sc_plan_area(one->plan, rel);
    return (site && site != own) || (area && area->is_app && !sc_plan_is_app_of(own, rel));
}

static unsigned char type_of(int dirfd, const struct dirent *e)
{
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type;
    if (fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return S_ISDIR(st.st_mode)   ? DT_DIR
           : S_ISREG(st.st_mode) ? DT_REG
           : S_ISLNK(st.st_mode) ? DT_LNK
                                 : DT_UNKNOWN;
}

static void on_entry(struct walk *w, struct queue *from, const char *dir, const struct dirent *e,
                     unsigned char type)
{
    SC_FREE char *rel = NULL;
    if (asprintf(&rel, "%s%s%s", dir, *dir ? "/" : "", e->d_name) < 0)
        return;
    if (type == DT_LNK)
        look_at_link(w->l, rel);
    else if (type == DT_DIR && !is_others(w->l, rel))
        put(w, from == &w->last || is_of_libraries(e->d_name) ? &w->last : &w->first, rel);
    else if (type == DT_REG && (is_configuration(e->d_name) || sc_look_is_code(e->d_name)))
        look_at_file(w->l, rel);
}

static void look_into(struct walk *w, struct queue *from, const char *dir)
{
    SC_DIR DIR *d = sc_look_list(w->l, dir);
    if (!d)
        return;
    struct dirent *e;
    while (w->l->rc == 0 && !is_spent(w->l->budget) && (e = readdir(d))) {
        w->l->budget->entries++;
        if (!is_passed_over(e->d_name))
            on_entry(w, from, dir, e, type_of(dirfd(d), e));
    }
}

static void drain(struct walk *w, struct queue *q)
{
    while (q->next < q->n && w->l->rc == 0 && !is_spent(w->l->budget))
        look_into(w, q, q->v[q->next++]);
}

void sc_look_tree(struct sc_looking *l, const char *rel)
{
    SC_CLEANUP(walk_done) struct walk w = {.l = l};
    put(&w, &w.first, rel);
    drain(&w, &w.first);
    if (is_spent(l->budget))
        l->cut_short = true;
    drain(&w, &w.last);
}

void sc_look_above(struct sc_looking *l, const char *rel)
{
    SC_FREE char *up = strdup(rel);
    while (up && *up && l->rc == 0) {
        SC_FREE char *file = NULL;
        char *slash = strrchr(up, '/');
        *(slash ? slash : up) = 0;
        if (asprintf(&file, "%s%s.htaccess", up, *up ? "/" : "") >= 0)
            look_at_file(l, file);
    }
}
