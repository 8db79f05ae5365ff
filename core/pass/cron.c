/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/cron.h"
#include "core/base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/cron/led.h"
#include "core/cron/nobodys.h"

static int apply_system(const struct sc_tools *t, const struct sc_cron_owner *o,
                        const struct sc_cron_site *sites, size_t n, struct sc_error *err)
{
    SC_BUF struct sc_buf note = SC_BUF_INIT;
    int rc = t->system_cron(o, sites, n, &note, err);
    return rc < 0 ? rc : sc_note_set(o->uid, SC_NOTE_CRON_D, note.data, err);
}

#define NOTE_END 40u /* room behind the last directory that a note names */

/* A note is one line. */
static void add_name_of(struct sc_buf *out, const char *path)
{
    for (; *path; path++)
        sc_buf_add(out, (unsigned char)*path < 0x20 || *path == 0x7f ? "?" : path, 1);
}

/* Which directories it is about, as many as a note has room for: their owner knows what has come and gone there. */
static void say_doubted(const struct sc_cron_owner *o, struct sc_buf *out)
{
    size_t i = 0;
    for (; i < o->n_doubted; i++) {
        if (out->len + strlen(o->doubted[i]) + NOTE_END > SC_NOTE_TEXT_MAX)
            break;
        sc_buf_str(out, i ? ", " : "; it is about ");
        add_name_of(out, o->doubted[i]);
    }
    if (i < o->n_doubted)
        sc_buf_fmt(out, " and %zu more", o->n_doubted - i);
}

static int note_nobodys(const struct sc_cron_owner *o, const struct sc_cron_nobodys *c,
                        struct sc_error *err)
{
    char whose[256];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    snprintf(whose, sizeof(whose), "of the crontab of %.200s", o->user);
    sc_cron_say_nobodys(&text, c, whose);
    if (c->doubted)
        say_doubted(o, &text);
    return sc_note_set(o->uid, SC_NOTE_CRONTAB, text.len ? text.data : NULL, err);
}

static int note_outside(const struct sc_cron_owner *o, const char *outside, struct sc_error *err)
{
    char text[SC_NOTE_TEXT_MAX];
    snprintf(text, sizeof(text) - 2,
             "entries of the crontab of %s use what the site that they run in has not, or cannot "
             "write: %s; "
             "lines for /etc/cagefs/site-isolation.paths",
             o->user, outside);
    return sc_note_set(o->uid, SC_NOTE_CRON_PATHS, outside[0] ? text : NULL, err);
}

static int apply(const struct sc_tools *t, const struct sc_cron_owner *o,
                 const struct sc_cron_site *sites, size_t n, struct sc_error *err)
{
    struct sc_cron_found found = {0};
    int rc = t->cron(o, sites, n, &found, err);
    if (rc == 0)
        rc = note_nobodys(o, &found.nobodys, err);
    if (rc == 0)
        rc = note_outside(o, found.outside, err);
    return rc < 0 ? rc : apply_system(t, o, sites, n, err);
}

/* What the sites point to. */
struct work {
    struct sc_cron_site *sites;
    char **paths;
    const char **names; /* of all sites, one behind the other */
    size_t n_paths, n_names;
    const struct sc_doubted *doubted;
};

static void work_done(struct work *w)
{
    sc_strings_free(w->paths, w->n_paths);
    free(w->names);
    free(w->sites);
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
}

static int make_room(struct work *w, const struct sc_plan *plan, struct sc_error *err)
{
    size_t paths = 1 + plan->n_secrets + w->doubted->n;
    size_t names = paths;
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        paths += 1 + 2 * s->n_apps + s->n_extras;
        names += s->n_aliases + 2 * s->n_apps + s->n_extras;
    }
    w->sites = calloc(plan->n_sites + 1, sizeof(*w->sites));
    w->paths = calloc(paths, sizeof(*w->paths));
    w->names = calloc(names, sizeof(*w->names));
    return w->sites && w->paths && w->names ? 0 : no_memory(err);
}

/* Below the home; NULL: no memory. */
static const char *below(struct work *w, const char *home, const char *rel)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s%s", home, *rel ? "/" : "", rel) < 0)
        return NULL;
    return w->paths[w->n_paths++] = path;
}

static int add_name(struct work *w, const char *name, struct sc_cron_site *out,
                    struct sc_error *err)
{
    if (!name)
        return no_memory(err);
    w->names[w->n_names++] = name;
    out->n_aliases++;
    return 0;
}

/* An entry that names, or works in, what a site owns is the site's: it may run what the site has
 * written there. */
static int add_owned(struct work *w, const struct sc_account *a, const struct sc_plan *plan,
                     const struct sc_plan_site *s, struct sc_cron_site *out, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->n_apps; i++) {
        const struct sc_plan_area *area = sc_plan_area(plan, s->apps[i]);
        if (area->site == s && !sc_doubted_has(w->doubted, s->apps[i]))
            rc = add_name(w, below(w, a->home, s->apps[i]), out, err);
    }
    for (size_t i = 0; rc == 0 && s->isolated && i < s->n_extras; i++)
        if (s->extras[i].rw)
            rc = add_name(w, below(w, a->home, s->extras[i].rel), out, err);
    return rc;
}

static int add_shared(struct work *w, const struct sc_account *a, const struct sc_plan *plan,
                      const struct sc_plan_site *s, struct sc_cron_site *out, struct sc_error *err)
{
    out->shared = w->names + w->n_names;
    for (size_t i = 0; s->isolated && i < s->n_apps; i++) {
        if (!sc_plan_area(plan, s->apps[i])->is_shared)
            continue;
        const char *path = below(w, a->home, s->apps[i]);
        if (!path)
            return no_memory(err);
        w->names[w->n_names++] = path;
        out->n_shared++;
    }
    return 0;
}

static int add_given(struct work *w, const struct sc_account *a, const struct sc_plan_site *s,
                     struct sc_cron_site *out, struct sc_error *err)
{
    out->given = w->names + w->n_names;
    for (size_t i = 0; s->isolated && i < s->n_extras; i++) {
        const char *path = s->extras[i].rw ? NULL : below(w, a->home, s->extras[i].rel);
        if (!path && !s->extras[i].rw)
            return no_memory(err);
        if (!path)
            continue;
        w->names[w->n_names++] = path;
        out->n_given++;
    }
    return 0;
}

static int add_site(struct work *w, const struct sc_account *a, const struct sc_plan *plan,
                    const struct sc_plan_site *s, const char *token, struct sc_cron_site *out,
                    struct sc_error *err)
{
    const char *docroot = s->rel ? below(w, a->home, s->rel) : s->aliases[0];
    int rc = docroot ? 0 : no_memory(err);
    *out = (struct sc_cron_site){.docroot = docroot,
                                 .aliases = w->names + w->n_names,
                                 .token = token,
                                 .domains = (const char *const *)s->names,
                                 .n_domains = s->n_names,
                                 .isolated = s->isolated,
                                 .private_home = s->private_home};
    for (size_t i = 0; rc == 0 && i < s->n_aliases; i++)
        rc = add_name(w, s->aliases[i], out, err);
    if (rc == 0)
        rc = add_owned(w, a, plan, s, out, err);
    if (rc == 0)
        rc = add_shared(w, a, plan, s, out, err);
    return rc < 0 ? rc : add_given(w, a, s, out, err);
}

static int add_hidden(struct work *w, const struct sc_account *a, const struct sc_plan *plan,
                      struct sc_cron_owner *o, struct sc_error *err)
{
    o->hidden = w->names + w->n_names;
    for (size_t i = 0; i < plan->n_secrets; i++, o->n_hidden++) {
        const char *path = below(w, a->home, plan->secrets[i].rel);
        if (!path)
            return no_memory(err);
        w->names[w->n_names++] = path;
    }
    return 0;
}

static int add_doubted(struct work *w, const struct sc_account *a, struct sc_cron_owner *o,
                       struct sc_error *err)
{
    o->doubted = w->names + w->n_names;
    for (size_t i = 0; i < w->doubted->n; i++, o->n_doubted++) {
        const char *path = below(w, a->home, w->doubted->rels[i]);
        if (!path)
            return no_memory(err);
        w->names[w->n_names++] = path;
    }
    return 0;
}

int sc_pass_cron(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                 const struct sc_made *m, const struct sc_doubted *doubted, struct sc_error *err)
{
    SC_CLEANUP(work_done) struct work w = {.doubted = doubted};
    struct sc_cron_owner o = {.uid = a->uid,
                              .gid = a->gid,
                              .user = a->user,
                              .home = a->home,
                              .home_alias = a->home_alias,
                              .homefd = a->homefd};
    int rc = make_room(&w, plan, err);
    if (rc == 0)
        rc = add_hidden(&w, a, plan, &o, err);
    if (rc == 0)
        rc = add_doubted(&w, a, &o, err);
    for (size_t i = 0; rc == 0 && i < plan->n_sites; i++)
        rc =
            add_site(&w, a, plan, &plan->sites[i], m->ids[i] ? m->tokens[i] : "", &w.sites[i], err);
    return rc < 0 ? rc : apply(t, &o, w.sites, plan->n_sites, err);
}

int sc_pass_cron_end(const struct sc_tools *t, uid_t uid, struct sc_error *err)
{
    struct sc_cron_owner o = {.uid = uid, .homefd = -1};
    SC_FREE char *user = NULL;
    SC_FREE char *home = NULL;
    int rc = sc_account_passwd(uid, &user, &o.gid, &home, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    o.user = user;
    o.home = o.home_alias = home;
    return apply(t, &o, NULL, 0, err);
}

bool sc_pass_cron_leads(const char *user)
{
    return sc_cron_has_led(user);
}
