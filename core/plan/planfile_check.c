/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/planfile_private.h"

#include <stdbool.h>
#include <string.h>
#include "core/plan/relpath.h"

int sc_planfile_bad(struct sc_error *err, const char *what, const char *value)
{
    return sc_error_set(err, SC_E_INVAL, "%s: '%s'", what, value ? value : "");
}

static bool is_absolute(const char *path)
{
    return path && path[0] == '/' && path[1] && sc_rel_valid(path + 1);
}

/* The passwd file may say "/home//john/"; nobody needs ".." there. */
static bool climbs(const char *path)
{
    for (const char *dots = path; (dots = strstr(dots, "/..")); dots += 3) {
        if (!dots[3] || dots[3] == '/')
            return true;
    }
    return false;
}

int sc_planfile_check_head(const struct sc_planfile *p, struct sc_error *err)
{
    if (p->id == 0)
        return sc_error_set(err, SC_E_INVAL, "a site's id is not 0");
    if (p->uid == 0 || p->uid == (uid_t)-1 || p->gid == (gid_t)-1)
        return sc_error_set(err, SC_E_INVAL, "no site belongs to uid %u, gid %u", (unsigned)p->uid,
                            (unsigned)p->gid);
    if (!p->user || !*p->user || strchr(p->user, '/'))
        return sc_planfile_bad(err, "not a user's name", p->user);
    if (!p->token || !*p->token)
        return sc_planfile_bad(err, "not a token", p->token);
    if (!is_absolute(p->home))
        return sc_planfile_bad(err, "not an absolute path of a home", p->home);
    if (!p->home_alias || p->home_alias[0] != '/' || climbs(p->home_alias))
        return sc_planfile_bad(err, "not an absolute path of a home", p->home_alias);
    if (!p->docroot || !*p->docroot || !sc_rel_valid(p->docroot))
        return sc_planfile_bad(err, "not a document root below the home", p->docroot);
    return 0;
}

int sc_planfile_check_sys(const struct sc_sysline *s, struct sc_error *err)
{
    if (!s->kind || !*s->kind || s->kind[strspn(s->kind, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return sc_planfile_bad(err, "not a kind of system line", s->kind);
    if (!s->a || !*s->a || (s->b && !*s->b))
        return sc_planfile_bad(err, "an empty word in a system line", s->kind);
    return 0;
}

int sc_planfile_check_entry(const struct sc_plan_entry *e, const struct sc_plan_entry *before,
                            struct sc_error *err)
{
    if (!sc_rel_valid(e->rel))
        return sc_planfile_bad(err, "not a plain path below the home", e->rel);
    if (before && sc_rel_cmp(before->rel, e->rel) >= 0)
        return sc_planfile_bad(err, "entry twice or out of order", e->rel);
    if ((e->kind == SC_ENTRY_SHELL) != (e->n_holes > 0))
        return sc_planfile_bad(err, "holes are for shells, and each shell has one", e->rel);
    for (size_t i = 0; i < e->n_holes; i++) {
        if (!*e->holes[i] || !sc_rel_valid(e->holes[i]))
            return sc_planfile_bad(err, "not a plain path of a hole", e->holes[i]);
        if (i && sc_rel_cmp(e->holes[i - 1], e->holes[i]) >= 0)
            return sc_planfile_bad(err, "hole twice or out of order", e->holes[i]);
    }
    return 0;
}

/* The entries as a whole: their number, and the one document root. */
int sc_planfile_check_entries(const struct sc_planfile *p, struct sc_error *err)
{
    size_t holes = 0, docroots = 0;
    for (size_t i = 0; i < p->entries.n; i++) {
        const struct sc_plan_entry *e = &p->entries.v[i];
        holes += e->n_holes;
        if (e->kind != SC_ENTRY_DOCROOT)
            continue;
        docroots++;
        if (strcmp(e->rel, p->docroot) != 0)
            return sc_planfile_bad(err, "a docroot entry that is not the site's", e->rel);
    }
    if (docroots != 1)
        return sc_planfile_bad(err, "no docroot entry for the site's document root", p->docroot);
    if (p->entries.n > SC_ENTRIES_MAX || holes > SC_ENTRIES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "more than %d entries or holes", SC_ENTRIES_MAX);
    return 0;
}
