/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/paths.h"

#define STORAGE ".cagefs/websites" /* core/cage/storage.h */

/* What of `path` lies at or below `above`, without a slash; NULL. Both absolute. */
static const char *rest_of(const char *above, const char *path)
{
    size_t n = strlen(above);
    if (strncmp(above, path, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path[n] ? path + n + 1 : path + n;
}

static void set_source(struct sc_explained_place *p, const char *top, const char *rest)
{
    int n = snprintf(p->source, sizeof(p->source), "%s%s%s", top, *rest ? "/" : "", rest);
    if (n < 0 || (size_t)n >= sizeof(p->source))
        p->source[0] = 0;
}

/* ---- the home ---- */

/* Cuts the last component off; false when there was none. */
static bool go_up(char *rel)
{
    char *slash = strrchr(rel, '/');
    if (!*rel)
        return false;
    *(slash ? slash : rel) = 0;
    return true;
}

static bool is_closed(const struct sc_plan *plan, const char *rel)
{
    for (size_t i = 0; i < plan->n_closed; i++)
        if (strcmp(plan->closed[i], rel) == 0)
            return true;
    return false;
}

/* Whether `rel` itself is somebody else's, or nobody's. */
static bool belongs(const struct sc_explain_site *s, const char *rel,
                    struct sc_explained_place *ret)
{
    const struct sc_plan_site *other = sc_plan_find(s->plan, rel);
    const struct sc_plan_area *area = sc_plan_area(s->plan, rel);
    if (other && other != s->site) {
        ret->rule = SC_RULE_OTHER_DOCROOT;
        ret->whose = other;
    } else if (is_closed(s->plan, rel)) {
        ret->rule = SC_RULE_UNKNOWN;
    } else if (area && !area->self && !sc_plan_is_app_of(s->site, rel) &&
               !sc_plan_extra_of(s->site, rel)) {
        ret->rule = area->is_app ? SC_RULE_OTHER_APP : SC_RULE_OTHER_PATH;
        ret->whose = area->site;
    } else if (sc_plan_is_secret(s->plan, rel)) {
        ret->rule = SC_RULE_SECRET;
    } else {
        return false;
    }
    return true;
}

/* The nearest that something belongs to, at or above it. */
static void who_closes(const struct sc_explain_site *s, const char *rel,
                       struct sc_explained_place *ret)
{
    char up[SC_REL_MAX + 1];
    snprintf(up, sizeof(up), "%s", rel);
    do
        if (belongs(s, up, ret))
            return;
    while (go_up(up));
    ret->rule = SC_RULE_PRIVATE_HOME;
}

/* What of the site's own it lies in. */
static enum sc_explain_rule what_opens(const struct sc_explain_site *s, const char *rel)
{
    char up[SC_REL_MAX + 1];
    snprintf(up, sizeof(up), "%s", rel);
    do {
        if (sc_plan_find(s->plan, up) == s->site)
            return SC_RULE_DOCROOT;
        if (sc_plan_is_app_of(s->site, up))
            return SC_RULE_APP;
        if (sc_plan_extra_of(s->site, up))
            return SC_RULE_GRANTED;
    } while (go_up(up));
    return SC_RULE_HOME;
}

/* The innermost entry at or above `rel`; NULL. */
static const struct sc_plan_entry *entry_of(const struct sc_planfile *view, const char *rel)
{
    const struct sc_plan_entry *found = NULL;
    for (size_t i = 0; i < view->entries.n; i++)
        if (sc_rel_rest(view->entries.v[i].rel, rel))
            found = &view->entries.v[i];
    return found;
}

static bool is_way(const struct sc_plan_entry *shell, const char *rel)
{
    const char *rest = sc_rel_rest(shell->rel, rel);
    for (size_t i = 0; i < shell->n_holes; i++)
        if (!*rest || sc_rel_rest(rest, shell->holes[i]))
            return true;
    return false;
}

static void own_source(const struct sc_planfile *view, const char *name, const char *rest,
                       struct sc_explained_place *ret)
{
    char top[SC_REL_MAX + 1];
    int n = snprintf(top, sizeof(top), "%s/" STORAGE "/%s/%s", view->home, view->token, name);
    if (n > 0 && (size_t)n < sizeof(top))
        set_source(ret, top, rest);
}

static void in_home(const struct sc_explain_site *s, const char *rel,
                    struct sc_explained_place *ret)
{
    const struct sc_plan_entry *e = entry_of(s->view, rel);
    set_source(ret, s->view->home, rel);
    if (!e) {
        ret->rule = what_opens(s, rel);
        ret->read = true;
        return;
    }
    switch (e->kind) {
    case SC_ENTRY_CLOSED_DIR:
    case SC_ENTRY_CLOSED_FILE:
        who_closes(s, rel, ret);
        return;
    case SC_ENTRY_SHELL:
        who_closes(s, rel, ret);
        ret->pass = is_way(e, rel);
        return;
    case SC_ENTRY_OWN:
        who_closes(s, rel, ret);
        if (ret->rule == SC_RULE_PRIVATE_HOME && (!*rel || strcmp(e->rel, rel) == 0))
            ret->rule = SC_RULE_OWN;
        own_source(s->view, "home", rel, ret);
        ret->read = ret->write = true;
        return;
    case SC_ENTRY_DOCROOT:
    case SC_ENTRY_RW:
        ret->write = true;
        break;
    case SC_ENTRY_RO:
        break;
    }
    ret->read = true;
    ret->rule = what_opens(s, rel);
}

/* ---- the rest of the server ---- */

static bool is_kind(const struct sc_sysline *l, const char *kind)
{
    return strcmp(l->kind, kind) == 0;
}

/* A directory of ours with this mode, root's. */
static void made_dir(const struct sc_sysline *l, const char *rest, struct sc_explained_place *ret)
{
    unsigned long mode = l->b ? strtoul(l->b, NULL, 8) : 0755;
    ret->made = true;
    ret->rule = *rest ? SC_RULE_SYSTEM_ABSENT : SC_RULE_SYSTEM_OTHER;
    ret->read = !*rest && mode & 4;
    ret->write = !*rest && mode & 2 && is_kind(l, "dir"); /* what is laid over is empty, and ours */
    ret->pass = !*rest && mode & 1;
}

static void bound(const struct sc_sysline *l, const char *rest, struct sc_explained_place *ret)
{
    ret->read = true;
    ret->write = is_kind(l, "rwbind");
    ret->rule = strcmp(l->a, l->b) == 0 ? SC_RULE_SYSTEM : SC_RULE_SYSTEM_OTHER;
    ret->made = rest_of(SC_RUN_DIR, l->b) != NULL; /* ours, behind directories of root's */
    set_source(ret, l->b, rest);
}

/* What the line makes of a place at or below its own. */
static void apply(const struct sc_planfile *view, const struct sc_sysline *l, const char *rest,
                  struct sc_explained_place *ret)
{
    *ret = (struct sc_explained_place){.rule = SC_RULE_SYSTEM_CLOSED};
    if (is_kind(l, "close"))
        return;
    if (is_kind(l, "dir") || is_kind(l, "over")) {
        made_dir(l, rest, ret);
    } else if (is_kind(l, "private") && l->b) {
        ret->rule = SC_RULE_OWN;
        ret->read = ret->write = true;
        own_source(view, l->b, rest, ret);
    } else if (is_kind(l, "link") && l->b) {
        ret->rule = SC_RULE_SYSTEM;
        ret->read = ret->made = true;
    } else if (l->b && (is_kind(l, "bind") || is_kind(l, "rwbind") || is_kind(l, "php") ||
                        is_kind(l, "service") || is_kind(l, "shown"))) {
        bound(l, rest, ret);
    } else { /* proc, dev, shm */
        ret->rule = SC_RULE_OWN;
        ret->read = ret->made = true;
        ret->write = is_kind(l, "shm");
    }
}

/* A later line lies over an earlier one. */
static void in_system(const struct sc_planfile *view, const char *path,
                      struct sc_explained_place *ret)
{
    *ret = (struct sc_explained_place){.rule = SC_RULE_SYSTEM_ABSENT, .made = true};
    for (size_t i = 0; i < view->n_sys; i++) {
        const char *rest = rest_of(view->sys[i].a, path);
        if (rest && !is_kind(&view->sys[i], "homelink"))
            apply(view, &view->sys[i], rest, ret);
        else if (ret->rule == SC_RULE_SYSTEM_ABSENT && rest_of(path, view->sys[i].a))
            ret->pass = ret->read = true; /* on the way to something */
    }
    if (ret->rule == SC_RULE_SYSTEM_ABSENT && (!path[1] || rest_of(path, view->home)))
        ret->pass = ret->read = true;
}

void sc_explain_place(const struct sc_explain_site *s, const char *path,
                      struct sc_explained_place *ret)
{
    const char *rel = rest_of(s->view->home, path);
    *ret = (struct sc_explained_place){0};
    if (rel)
        in_home(s, rel, ret);
    else
        in_system(s->view, path, ret);
}

void sc_explain_whose(const struct sc_explain_site *s, const char *path,
                      struct sc_explained_place *ret)
{
    const char *rel = rest_of(s->view->home, path);
    struct sc_explained_place is = {0};
    if (!rel)
        return;
    who_closes(s, rel, &is);
    if (is.rule == SC_RULE_PRIVATE_HOME)
        return;
    ret->rule = is.rule;
    ret->whose = is.whose;
}

/* ---- words ---- */

const char *sc_explain_rule_name(enum sc_explain_rule rule)
{
    static const char *const names[] = {[SC_RULE_DOCROOT] = "document-root",
                                        [SC_RULE_APP] = "application",
                                        [SC_RULE_GRANTED] = "granted",
                                        [SC_RULE_OWN] = "own",
                                        [SC_RULE_OTHER_DOCROOT] = "other-document-root",
                                        [SC_RULE_OTHER_APP] = "other-application",
                                        [SC_RULE_OTHER_PATH] = "other-path",
                                        [SC_RULE_UNKNOWN] = "unknown-document-root",
                                        [SC_RULE_SECRET] = "secret",
                                        [SC_RULE_HOME] = "shared-home",
                                        [SC_RULE_PRIVATE_HOME] = "private-home",
                                        [SC_RULE_SYSTEM] = "system",
                                        [SC_RULE_SYSTEM_OTHER] = "system-replaced",
                                        [SC_RULE_SYSTEM_CLOSED] = "system-closed",
                                        [SC_RULE_SYSTEM_ABSENT] = "system-absent"};
    return names[rule];
}

const char *sc_explain_no_grant(const struct sc_explain_site *s, const char *rel, bool rw)
{
    const struct sc_plan_path path = {.rel = rel, .rw = rw};
    return sc_plan_why_not(s->plan, s->site, &path);
}
