/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_among(const char *name, size_t len, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (len == strlen(words[i]) && strncasecmp(name, words[i], len) == 0)
            return true;
    return false;
}

static const char *ending(const char *name)
{
    const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');
    return dot ? dot + 1 : "";
}

bool sc_look_is_code(const char *name)
{
    static const char *const endings[] = {"php", "phtml", "inc", "pl",  "pm",  "py",
                                          "cgi", "sh",    "rb",  "jar", "mjs", NULL};
    const char *end = ending(name);
    return is_among(end, strlen(end), endings);
}

static const char *const data_names[] = {
    "data",     "files",     "uploads",    "upload",        "media",       "images",  "cache",
    "storage",  "var",       "moodledata", "sessions",      "session",     "logs",    "log",
    "backups",  "backup",    "documents",  "userfiles",     "filestore",   "spool",   "queue",
    "database", "databases", "db",         "private_files", "attachments", "exports", NULL};

static bool has_data_name(const char *rel)
{
    for (const char *at = rel; *at;) {
        size_t len = strcspn(at, "/");
        if (is_among(at, len, data_names))
            return true;
        at += len + (at[len] == '/');
    }
    return false;
}

bool sc_look_is_data(const char *rel)
{
    static const char *const endings[] = {"sqlite", "sqlite3", "db", "log", "lock", "pid", NULL};
    const char *end = ending(rel);
    return is_among(end, strlen(end), endings) || (has_data_name(rel) && !sc_look_is_code(rel));
}

/* Directories that all sites of an account share for what is thrown away. */
static bool is_temporary(const char *rel)
{
    static const char *const names[] = {"tmp", "temp", ".tmp", ".temp", NULL};
    return is_among(rel, strcspn(rel, "/"), names);
}

/* ---- the place ---- */

/* The length of what is in front of the component `name` that something follows; 0: none. */
static size_t before(const char *rel, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = strchr(rel, '/'); at; at = strchr(at + 1, '/'))
        if (strncmp(at + 1, name, n) == 0 && at[1 + n] == '/')
            return (size_t)(at - rel);
    return 0;
}

static void cut(char *out, const char *rel, size_t len)
{
    snprintf(out, SC_REL_MAX + 1, "%.*s", (int)len, rel);
}

bool sc_look_place(const char *named, const char *real, bool is_dir, char out[SC_REL_MAX + 1])
{
    if (!*named || !*real || strlen(named) > SC_REL_MAX)
        return false;
    size_t release = before(named, "releases");
    release = release ? release : before(named, "current");
    size_t behind = release ? 0 : before(real, "releases");
    const char *slash = strrchr(named, '/');
    if (release)
        cut(out, named, release);
    else if (behind)
        cut(out, real, behind);
    else if (strncmp(named, "releases/", 9) == 0 || strncmp(named, "current/", 8) == 0)
        cut(out, named, strcspn(named, "/"));
    else
        cut(out, named, is_dir || !slash ? strlen(named) : (size_t)(slash - named));
    return true;
}

/* ---- the verdict ---- */

/* What is around document roots is nobody's to give. */
static bool is_around_sites(const struct sc_plan *plan, const char *rel)
{
    for (size_t i = 0; i < plan->n_present; i++) {
        const char *rest = sc_rel_rest(rel, plan->sites[i].rel);
        if (rest && *rest)
            return true;
    }
    return false;
}

static const struct sc_plan_entry *innermost(const struct sc_entries *entries, const char *rel)
{
    const struct sc_plan_entry *found = NULL;
    for (size_t i = 0; i < entries->n; i++)
        if (sc_rel_rest(entries->v[i].rel, rel))
            found = &entries->v[i]; /* parents come first */
    return found;
}

static const char *owner_of(const struct sc_plan *plan, const struct sc_plan_site *own,
                            const char *rel)
{
    char up[SC_REL_MAX + 1];
    snprintf(up, sizeof(up), "%s", rel);
    while (*up) {
        const struct sc_plan_site *site = sc_plan_find(plan, up);
        const struct sc_plan_area *area = sc_plan_area(plan, up);
        if (!site && area && area->is_app)
            site = area->site;
        if (site)
            return site == own ? NULL : site->names[0];
        char *slash = strrchr(up, '/');
        *(slash ? slash : up) = 0;
    }
    return NULL;
}

static enum sc_look_is what_is(const struct sc_plan_entry *e, const struct sc_look_use *u,
                               bool writes)
{
    if (!e || e->kind == SC_ENTRY_RO)
        return writes ? SC_LOOK_LOCKED : SC_LOOK_FINE;
    if (sc_entry_closes(e->kind))
        return SC_LOOK_CLOSED;
    if (e->kind == SC_ENTRY_OWN && !*e->rel && !is_temporary(u->real))
        return SC_LOOK_GONE;
    return SC_LOOK_FINE;
}

void sc_look_judge(const struct sc_plan *plan, size_t site, const struct sc_entries *entries,
                   const struct sc_look_use *u, struct sc_look_verdict *ret)
{
    const struct sc_plan_site *own = &plan->sites[site];
    bool writes = u->writes || sc_look_is_data(u->named) || is_temporary(u->real);
    *ret = (struct sc_look_verdict){.is = what_is(innermost(entries, u->real), u, writes)};
    if (ret->is != SC_LOOK_CLOSED && is_around_sites(plan, u->real))
        ret->is = SC_LOOK_FINE;
    if (ret->is == SC_LOOK_FINE)
        return;
    /* what lies among programs may be run by others */
    ret->rw =
        writes && !u->has_code && !before(u->real, "releases") && !before(u->named, "current");
    ret->other = owner_of(plan, own, u->real);
    const struct sc_plan_path path = {.rel = u->place_real, .rw = ret->rw, .is_file = !u->is_dir};
    if (ret->is == SC_LOOK_GONE && is_among(u->real, strcspn(u->real, "/"), sc_home_tops)) {
        ret->is = SC_LOOK_OWN;
        ret->no = "what each site has for itself";
    } else if (is_temporary(u->real))
        ret->no = "a directory for temporary files that all share; the site has /tmp for itself";
    else if (is_around_sites(plan, u->place_real))
        ret->no = "in a directory that has document roots in it";
    else
        ret->no = sc_plan_why_not(plan, own, &path);
    if (!ret->no && ret->is == SC_LOOK_LOCKED && !ret->rw)
        ret->no = "among programs, which the site must not write";
}
