/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/user_setting.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/account/in_home.h"
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/config/domains_held.h"
#include "core/engine/user_change.h"
#include "core/facts/held.h"

void sc_user_setting_now_done(struct sc_user_setting_now *now)
{
    sc_buf_free(&now->entry);
    *now = (struct sc_user_setting_now){0};
}

/* The entry of the domain, made where there is none. */
static struct sc_domain_entry *entry_of(struct sc_facts *f, const char *name, struct sc_error *err)
{
    struct sc_domain_entry *e = sc_domains_config_find(&f->config, name);
    if (!e && sc_domains_config_set_isolated(&f->config, name, false, err) == 0)
        e = sc_domains_config_find(&f->config, name);
    return e;
}

/* ---- home ---- */

/* With one of a site's names all others that say something of it say the same. */
static void set_homes(struct sc_facts *f, const char *name, enum sc_home home)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    struct sc_domain_entry *e = sc_domains_config_find(&f->config, name);
    if (e)
        e->home = home;
    for (size_t i = 0; site && i < site->n_names; i++)
        if ((e = sc_domains_config_find(&f->config, site->names[i])) != NULL)
            e->home = home;
}

static int change_home(const struct sc_server *s, struct sc_job *j, const char *name,
                       enum sc_home home, struct sc_error *err)
{
    if (!s->conf.home_choice)
        return sc_error_set(err, SC_E_DENIED,
                            "the administrator of this server chooses the kind of home for all "
                            "sites (home_choice = off in " SC_CONF_PATH ")");
    struct sc_domain_entry *e = entry_of(&j->facts, name, err);
    if (!e)
        return SC_E_NOMEM;
    set_homes(&j->facts, name, home);
    if (!e->isolated || home == SC_HOME_UNSET)
        return 0;
    if (!(j->names = calloc(1, sizeof(*j->names))))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    j->names[0] = name;
    j->wish = (struct sc_wish){.enable = j->names, .n_enable = 1, .home = home};
    return 0;
}

/* ---- paths ---- */

/* As the reader of the file has it, with its rules. */
static int read_path(const char *text, bool rw, const char *home, struct sc_domain_entry *ret,
                     struct sc_error *err)
{
    const char *path = strncmp(text, "~/", 2) == 0 ? text + 2 : text;
    json_auto_t *doc = json_pack("{s:{s:[s]}}", "paths", rw ? "rw" : "ro", path);
    SC_FREE char *json = doc ? json_dumps(doc, 0) : NULL;
    if (!json || sc_domain_entry_from_json(ret, json, home, NULL) < 0 || ret->n_paths != 1 ||
        !ret->paths) {
        sc_error_set(err, SC_E_INVAL, "%s is no path below your home: give one like ~/uploads",
                     text);
        return SC_E_INVAL;
    }
    return 0;
}

/* Where it is among the entry's paths; n_paths: nowhere. */
static size_t find_path(const struct sc_domain_entry *e, const char *rel)
{
    size_t i = 0;
    while (i < e->n_paths && strcmp(e->paths[i].rel, rel) != 0)
        i++;
    return i;
}

static bool take_away(struct sc_domain_entry *e, const char *rel)
{
    size_t at = e ? find_path(e, rel) : 0;
    if (!e || at == e->n_paths)
        return false;
    free(e->paths[at].rel);
    e->n_paths--;
    memmove(e->paths + at, e->paths + at + 1, (e->n_paths - at) * sizeof(*e->paths));
    return true;
}

/* From all names of the site: it has what any of them gives. */
static bool take_from_site(struct sc_facts *f, const char *name, const char *rel)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    bool was = take_away(sc_domains_config_find(&f->config, name), rel);
    for (size_t i = 0; site && i < site->n_names; i++)
        was |= take_away(sc_domains_config_find(&f->config, site->names[i]), rel);
    return was;
}

/* Where it leads to in the home, and whether the site may have that. */
static int check_path(const struct sc_job *j, const char *name, const char *rel, bool rw,
                      struct sc_error *err)
{
    SC_FREE char *absolute = NULL, *known = NULL, *real = NULL;
    SC_FD int fd = -EBADF;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    struct sc_error why = SC_ERROR_INIT;
    struct stat st;
    if (asprintf(&absolute, "%s/%s", j->account.home, rel) < 0) {
        absolute = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    int rc = sc_asuser_begin(&as, j->account.uid, j->account.gid, err);
    if (rc == 0)
        rc = sc_in_home(&j->account, &as, absolute, false, &real, &fd, &known, &why);
    if (rc < 0 && why.code && sc_in_home_told(rc, &why))
        return sc_error_set(err, SC_E_NOTFOUND, "~/%s cannot be given: %.600s", rel, why.text);
    if (rc < 0) {
        if (err && why.code)
            *err = why;
        return rc;
    }
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", absolute);
    const struct sc_plan_site *site = sc_plan_site_of(j->facts.plan, name);
    const struct sc_plan_path path = {.rel = real,
                                      .rw = rw,
                                      .site_rel = site ? site->rel : NULL,
                                      .is_file = !S_ISDIR(st.st_mode)};
    const char *no = sc_plan_why_not(j->facts.plan, site, &path);
    return no ? sc_error_set(err, SC_E_DENIED, "~/%s cannot be given to %s: it is %s", rel, name,
                             no)
              : 0;
}

void sc_user_paths_tell(const struct sc_job *j, const char *name, const struct sc_watch *w)
{
    const struct sc_domain_entry *e = sc_domains_config_find(&j->facts.config, name);
    for (size_t i = 0; w && w->notice && e && i < e->n_paths; i++) {
        struct sc_error why = SC_ERROR_INIT;
        int rc = check_path(j, name, e->paths[i].rel, e->paths[i].rw, &why);
        if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED)
            w->notice(why.text, w->arg);
    }
}

static int change_path(struct sc_job *j, const char *name, const struct sc_user_setting *want,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry given = {0};
    const bool add = want->is == SC_SETTING_PATH;
    int rc = read_path(want->path, want->rw, j->account.home_alias, &given, err);
    if (rc < 0)
        return rc;
    const char *rel = given.paths[0].rel;
    if (add && (rc = check_path(j, name, rel, want->rw, err)) < 0)
        return rc;
    bool was = take_from_site(&j->facts, name, rel);
    if (!add)
        return was ? 0
                   : sc_error_set(err, SC_E_NOTFOUND, "%s is not given the path ~/%s", name, rel);
    struct sc_domain_entry *e = entry_of(&j->facts, name, err);
    return e ? sc_domain_entry_add_path(e, rel, want->rw, err) : SC_E_NOMEM;
}

/* What would open more of who is locked is refused here: from his file it would only not be followed. */
static int check_locked(struct sc_job *j, struct sc_error *err)
{
    SC_BUF struct sc_buf before = SC_BUF_INIT, said = SC_BUF_INIT;
    struct sc_facts *f = &j->facts;
    if (!f->held.locked)
        return 0;
    int rc = sc_domains_config_hold(&f->held.was, &f->config, j->account.home_alias, &said, err);
    SC_MOVE(&before, &f->held.refused);
    if (rc == 0)
        rc = sc_held_names(f, err);
    bool more = said.len || f->held.refused.len;
    sc_buf_free(&f->held.refused);
    SC_MOVE(&f->held.refused, &before);
    if (rc == 0 && more)
        rc = sc_error_is(err, SC_IS_LOCKED,
                         sc_error_set(err, SC_E_DENIED,
                                      "isolation of user %s is locked: no more of the account can "
                                      "be opened to a site; ask the administrator of this server",
                                      j->account.user));
    return rc;
}

int sc_engine_user_setting(struct sc_server *s, uid_t uid, const char *domain,
                           const struct sc_user_setting *want, struct sc_user_setting_now *ret,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_user_change_done) struct sc_user_change c = {.n = 0};
    SC_CLEANUP(sc_user_setting_now_done) struct sc_user_setting_now now = {0};
    int rc = sc_user_change_begin(s, uid, &domain, 1, false, &c, err);
    if (rc < 0)
        return rc;
    struct sc_job *j = &c.jobs.v[0];
    const char *name = c.names[0];
    rc = want->is == SC_SETTING_HOME ? change_home(s, j, name, want->home, err)
                                     : change_path(j, name, want, err);
    c.jobs.what = want->is == SC_SETTING_HOME ? "home" : "paths";
    c.jobs.of = name;
    if (rc == 0)
        rc = check_locked(j, err);
    if (rc == 0)
        rc = sc_jobs_run(s, &c.jobs, NULL, err);
    if (rc < 0)
        return rc;
    const struct sc_domain_entry none = {0};
    const struct sc_domain_entry *e = sc_domains_config_find(&j->facts.config, name);
    now.isolated = e && e->isolated;
    rc = sc_domain_entry_to_json(e ? e : &none, &now.entry, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &now);
    return 0;
}
