/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/outside.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"

#define UNITS     ".config/systemd/user"
#define UNITS_MAX 200 /* names in that directory */

struct reading {
    struct sc_looking *l;
    struct sc_buf *out;
    const char *rel; /* the file */
    const char *text;
    size_t len;
    bool said;
};

/* The innermost thing around `rel` that some site owns is this one's. */
static bool is_owned(const struct sc_looking *l, const char *rel)
{
    const struct sc_plan *plan = l->one->plan;
    const struct sc_plan_site *own = &plan->sites[l->one->site];
    SC_FREE char *up = strdup(rel);
    while (up && *up) {
        const struct sc_plan_site *site = sc_plan_find(plan, up);
        if (site || sc_plan_area(plan, up))
            return site == own || sc_plan_is_app_of(own, up) || sc_plan_extra_of(own, up);
        char *slash = strrchr(up, '/');
        *(slash ? slash : up) = 0;
    }
    return false;
}

/* Whoever wrote this line knows. */
static bool enters_itself(const struct reading *r, size_t at)
{
    static const char command[] = "cagefs_enter_site";
    const char *end = memchr(r->text + at, '\n', r->len - at), *start = r->text + at;
    while (start > r->text && start[-1] != '\n')
        start--;
    size_t len = (size_t)((end ? end : r->text + r->len) - start);
    return memmem(start, len, command, sizeof(command) - 1) != NULL;
}

static void on_word(const struct sc_look_word *w, void *arg)
{
    struct reading *r = arg;
    struct sc_look_line line;
    SC_FREE char *rel = NULL, *real = NULL;
    struct stat st;
    sc_look_line(r->text, r->len, w->at, &line);
    if (r->said || line.comment || w->here || w->up || enters_itself(r, w->at) ||
        asprintf(&rel, "%.*s", (int)w->len, w->text) < 0 ||
        sc_look_find(r->l, rel, &real, &st) < 0 || !is_owned(r->l, real))
        return;
    r->said = true;
    sc_buf_fmt(r->out, "%s: ~/", r->l->one->domain);
    sc_look_add_text(r->out, r->rel);
    sc_buf_str(r->out, " starts ");
    sc_look_add_text(r->out, r->l->one->a->home);
    sc_buf_str(r->out, "/");
    sc_look_add_text(r->out, rel);
    sc_buf_fmt(r->out,
               " outside of the site, and goes on to; to have it run inside, put "
               "cagefs_enter_site %s in front of the command there\n",
               r->l->one->domain);
}

static void look_at(struct sc_looking *l, const char *rel, struct sc_buf *out)
{
    const struct sc_look_home home = {.path = l->one->a->home, .alias = l->one->a->home_alias};
    SC_FREE char *text = NULL;
    struct reading r = {.l = l, .out = out, .rel = rel};
    r.len = sc_look_read(l, rel, &text);
    r.text = text;
    if (r.len)
        sc_look_words(&home, text, r.len, on_word, &r);
}

static bool is_unit(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && strcmp(dot, ".service") == 0;
}

static void look_at_units(struct sc_looking *l, struct sc_buf *out)
{
    SC_DIR DIR *d = sc_look_list(l, UNITS);
    if (!d)
        return;
    struct dirent *e;
    for (size_t i = 0; i < UNITS_MAX && (e = readdir(d)); i++) {
        SC_FREE char *rel = NULL;
        if (is_unit(e->d_name) && asprintf(&rel, UNITS "/%s", e->d_name) >= 0)
            look_at(l, rel, out);
    }
}

void sc_look_outside(struct sc_looking *l, struct sc_buf *out)
{
    static const char *const files[] = {".forward", ".procmailrc", ".mailfilter", ".qmail", NULL};
    for (size_t i = 0; files[i]; i++)
        look_at(l, files[i], out);
    look_at_units(l, out);
}
