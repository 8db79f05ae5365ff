/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/planfiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/cage/learning.h"
#include "core/cage/shownbinds.h"
#include "core/cage/system.h"
#include "core/inventory/adapters.h"
#include "core/pass/links.h"
#include "core/pass/planned.h"
#include "core/php/fpm/place.h"
#include "core/pass/php.h"
#include "core/pass/tools.h"
#include "core/web/suexec_front.h"
#include "core/php/pools/running.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

void sc_planner_done(struct sc_planner *p)
{
    sc_planfile_done(&p->common);
    sc_links_done(&p->links);
    if (p->php)
        sc_php_lazy_done(p->php);
    free(p->php);
    p->php = NULL;
}

/* Directories of sockets at which pools run what they are sent. */
static int look_at_sockets(const struct sc_fpm_known_list *pools, struct sc_fpm_places *ret,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list now = {0};
    int rc = pools ? 0 : sc_fpm_known_all(&now, err);
    return rc < 0 ? rc : sc_fpm_places_look(pools ? pools : &now, ret, err);
}

static int look_at_server(const struct sc_server *s, const struct sc_account *a,
                          const struct sc_fpm_known_list *pools, struct sc_planfile *ret,
                          struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_places_done) struct sc_fpm_places sockets = {0};
    SC_CLEANUP(sc_suexec_done) struct sc_suexec front = {0};
    int rc = sc_suexec_view(&front, err);
    if (rc == 0)
        rc = look_at_sockets(pools, &sockets, err);
    size_t n;
    const struct sc_adapter *adapters = sc_adapters(&n);
    struct sc_system_panel panels[16] = {{NULL, NULL}};
    for (size_t i = 0, k = 0; i < n && k < 15; i++)
        if (adapters[i].path)
            panels[k++] = (struct sc_system_panel){adapters[i].path, adapters[i].programs};
    struct sc_system system = {.uid = a->uid,
                               .home = a->home,
                               .shm_size = s->conf.shm_size,
                               .suexec_config = front.config_dir,
                               .suexec_log = front.log,
                               .panels = panels,
                               .closed = (const char *const *)sockets.closed,
                               .n_closed = sockets.n_closed};
    return rc < 0 ? rc : sc_tools_of(s)->cage.system_lines(&system, ret, err);
}

static int find_common(const struct sc_server *s, const struct sc_account *a,
                       const struct sc_fpm_known_list *pools, struct sc_planfile *ret,
                       struct sc_error *err)
{
    int rc = sc_planned_take(s->planned, a, ret, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = look_at_server(s, a, pools, ret, err);
    return rc < 0 || !s->planned ? rc : sc_planned_keep(s->planned, a, ret, err);
}

int sc_planner_init(const struct sc_server *s, const struct sc_account *a,
                    const struct sc_fpm_known_list *pools, struct sc_planner *ret,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_planner_done) struct sc_planner p = {0};
    int rc = find_common(s, a, pools, &p.common, err);
    if (rc == 0 && !(p.php = calloc(1, sizeof(*p.php))))
        rc = no_memory(err);
    if (rc == 0)
        rc = sc_links_find(a, &p.links, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &p);
    return 0;
}

static int copy_lines(const struct sc_planfile *from, struct sc_planfile *to, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n_sys; i++)
        rc = sc_planfile_add_sys(to, from->sys[i].kind, from->sys[i].a, from->sys[i].b, err);
    return rc;
}

/* Document roots elsewhere are in no view; but in those directories of the server that every site sees.
 * Only the account's own: the panel may say anything. */
static int close_outside(const struct sc_account *a, const struct sc_plan *plan,
                         struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = plan->n_present; rc >= 0 && i < plan->n_sites; i++) {
        const char *text = plan->sites[i].aliases[0];
        SC_FREE char *real = NULL;
        struct stat st;
        if (sc_path_below(text, a->home) || sc_path_below(text, a->home_alias))
            continue;
        rc = sc_real_path(text, &real, err);
        if (rc == SC_THERE && lstat(real, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == a->uid &&
            !sc_path_below(real, a->home))
            rc = sc_planfile_add_sys(p, "close", real, NULL, err);
    }
    return rc < 0 ? rc : 0;
}

/* What has a line of its own, or lies around or in what has one, stays as that says. */
static bool is_spoken_for(const struct sc_planfile *p, const char *path)
{
    for (size_t i = 0; i < p->n_sys; i++) {
        const struct sc_sysline *l = &p->sys[i];
        if (sc_path_below(l->a, path) || (sc_path_below(path, l->a) && strcmp(l->kind, "dir") != 0))
            return true;
    }
    return false;
}

static bool is_shown(const struct sc_planfile *p, const char *path)
{
    bool shown = false;
    for (size_t i = 0; i < p->n_sys; i++)
        if (sc_path_below(path, p->sys[i].a) && strcmp(p->sys[i].kind, "dir") != 0)
            shown = strcmp(p->sys[i].kind, SC_SHOWN_KIND) == 0;
    return shown;
}

/* In the site's storage it is called by its whole path. */
static int own_line(const char *path, struct sc_planfile *p, struct sc_error *err)
{
    SC_FREE char *name = strdup(path + 1);
    if (!name)
        return no_memory(err);
    for (char *c = name; *c; c++)
        *c = *c == '/' ? '-' : *c;
    return sc_planfile_add_sys(p, "private", path, name, err);
}

/* A directory of pools' files that lies in what is shown: nothing of it but PHP's own settings, which may be there. */
static int closed_lines(const char *dir, struct sc_planfile *p, struct sc_error *err)
{
    static const char *const settings[] = {"php.ini", "php.d", "conf.d"};
    int rc = sc_planfile_add_sys(p, "over", dir, "0711", err);
    for (size_t i = 0; rc == 0 && i < sizeof(settings) / sizeof(settings[0]); i++) {
        SC_FREE char *path = NULL, *real = NULL;
        if (asprintf(&path, "%s/%s", dir, settings[i]) < 0)
            return no_memory(err);
        rc = sc_real_path(path, &real, err);
        if (rc == SC_THERE && strcmp(real, path) == 0)
            rc = sc_planfile_add_sys(p, "bind", path, path, err);
        else if (rc >= 0)
            rc = 0;
    }
    return rc;
}

static int shown_line(const struct sc_shown_place *one, struct sc_planfile *p, struct sc_error *err)
{
    if (one->how == SC_SHOWN_CLOSED)
        return is_shown(p, one->path) ? closed_lines(one->path, p, err) : 0;
    if (is_spoken_for(p, one->path))
        return 0;
    return one->how == SC_SHOWN_OWN
               ? own_line(one->path, p, err)
               : sc_planfile_add_sys(p, SC_SHOWN_KIND, one->path, one->path, err);
}

static int shown_lines(const struct sc_planner *planner, const char *site_rel,
                       struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && planner->shown && i < planner->shown->n; i++) {
        const struct sc_shown_place *one = &planner->shown->v[i];
        if (!one->site_rel || strcmp(one->site_rel, site_rel) == 0)
            rc = shown_line(one, p, err);
    }
    return rc;
}

static int php_lines(struct sc_php_lazy *l, const struct sc_account *a, const char *token,
                     const struct sc_php_choice *known, struct sc_planfile *p, struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    struct sc_php_owner o = sc_php_owner_of(a);
    int rc = known ? 0 : sc_php_site_choice(&o, token, &c, NULL, err);
    return rc < 0 ? rc : sc_php_site_lines(l, known ? known : &c, p, err);
}

int sc_planner_make(const struct sc_planner *planner, const struct sc_account *a,
                    const struct sc_plan *plan, size_t site, unsigned id, const char *token,
                    const struct sc_php_choice *php, struct sc_planfile *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_planfile_done)
    struct sc_planfile p = {.id = id, .uid = a->uid, .gid = a->gid};
    p.user = strdup(a->user);
    p.token = strdup(token);
    p.home = strdup(a->home);
    p.home_alias = strdup(a->home_alias);
    p.docroot = strdup(plan->sites[site].rel);
    if (!p.user || !p.token || !p.home || !p.home_alias || !p.docroot)
        return no_memory(err);
    const struct sc_plan_site *ps = &plan->sites[site];
    int rc = sc_plan_site_entries(plan, site, &p.entries, err);
    if (rc == 0)
        rc = copy_lines(&planner->common, &p, err);
    if (rc == 0)
        rc = shown_lines(planner, plan->sites[site].rel, &p, err);
    if (rc == 0)
        rc = sc_system_site_lines(&p, err);
    if (rc == 0)
        rc = ps->learning ? 0 : close_outside(a, plan, &p, err);
    if (rc == 0)
        rc = sc_links_lines(a, &planner->links, ps, &p, err);
    if (rc == 0)
        rc = php_lines(planner->php, a, token, php, &p, err);
    if (rc == 0 && ps->learning)
        rc = sc_learning_add(&p, ps->learning_until, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &p);
    return 0;
}
