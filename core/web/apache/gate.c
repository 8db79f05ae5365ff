/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate: code of an isolated site runs in the site or not at all. Asked when the handler is
 * about to run, because only then nothing changes the handler's name any more. */
#include "core/web/apache/mod.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unixd.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/base/told.h"
#include "core/web/apache/env.h"
#include "core/web/apache/handler.h"
#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"
#include "core/web/apache/verdict.h"

APLOG_USE_MODULE(sitecage);

/* ---- whose code ---- */

/* What an un-isolated request's file really is, for who may have come by a link. */
static bool real_place(const char *filename, char real[PATH_MAX], struct stat *st)
{
    SC_FD int fd = open(filename, O_PATH | O_CLOEXEC);
    return fd >= 0 && fstat(fd, st) == 0 && sc_web_real_path(fd, real);
}

bool sc_mod_is_sites_code(const request_rec *r, const char *filename)
{
    char room[PATH_MAX], real[PATH_MAX];
    struct stat st;
    const struct sc_mod_request *q = sc_mod_request_of(r);
    struct sc_web_context c = {.table = q->shared->table, .site = q->site};
    return sc_web_inside(&c, filename, room) || !real_place(filename, real, &st) ||
           sc_web_is_users(c.table, real, &st);
}

/* A page or an .htaccess of the site asked for this: Action, ErrorDocument, DirectoryIndex, a line of SSI. */
static bool is_from_site(const request_rec *r)
{
    while (r && !sc_mod_request_of(r)->from_site)
        r = r->prev ? r->prev : r->main;
    return r != NULL;
}

/* A program that the site gives a file to is as good as the site's own. */
static bool is_given_file(const request_rec *r)
{
    return r->path_info && r->path_info[0] && is_from_site(r);
}

static int keep_plain(void *table, const char *name, const char *value)
{
    if (sc_web_env_is_plain(name))
        apr_table_addn(table, name, value);
    return 1;
}

/* Programs and applications of the administrator's get none of the site's variables. */
static void drop_variables(request_rec *r)
{
    apr_table_t *plain = apr_table_make(r->pool, 16);
    apr_table_do(keep_plain, plain, r->subprocess_env, NULL);
    r->subprocess_env = plain;
}

/* A request of a host that is not isolated, for code that lies in an isolated site. Where a user's link led
 * there, the .htaccess of somebody else would say how the site's code runs. */
static int find_real_site(request_rec *r)
{
    char real[PATH_MAX];
    struct stat st;
    if (!r->filename || r->filename[0] != '/' || !real_place(r->filename, real, &st))
        return 0;
    const struct sc_web_site *site = sc_mod_site_of_path(r, real);
    if (!site)
        return 0;
    return sc_web_is_roots_name(r->filename, real)
               ? sc_mod_enter(r, site)
               : sc_mod_refuse(r, site, HTTP_SERVICE_UNAVAILABLE,
                               "a link from outside of the site leads to its code", r->filename);
}

/* ---- what stands in the way ---- */

static bool is_file(const struct stat *st, const char *path)
{
    struct stat other;
    return lstat(path, &other) == 0 && st->st_dev == other.st_dev && st->st_ino == other.st_ino;
}

/* The file that the table names, or one of our own: an upgrade makes the entry again, and the table
 * follows a moment later. */
static bool is_our_entry(const struct stat *st, const struct sc_web_suexec *told)
{
    return (st->st_mode & S_ISUID) && st->st_uid == 0 &&
           ((st->st_dev == told->dev && st->st_ino == told->ino) || is_file(st, SC_SUEXEC_ENTRY) ||
            is_file(st, SC_SUEXEC_INSTALLED));
}

static enum sc_web_suexec_is suexec_is(const request_rec *r)
{
    struct stat st;
    struct sc_web_suexec ours = sc_web_table_suexec(sc_mod_request_of(r)->shared->table);
    if (!ap_unixd_config.suexec_enabled || !ap_run_get_suexec_identity(r))
        return SC_WEB_SUEXEC_NONE;
    const char *at = sc_mod->suexec_bin ? sc_mod->suexec_bin : ours.path;
    return ours.path && stat(at, &st) == 0 && is_our_entry(&st, &ours) ? SC_WEB_SUEXEC_OURS
                                                                       : SC_WEB_SUEXEC_OTHER;
}

static bool is_listed(const apr_array_header_t *list, const char *word)
{
    for (int i = 0; list && i < list->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(list, i, const char *), word) == 0)
            return true;
    return false;
}

static bool may_exec(const request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    return core->opts & OPT_INC_WITH_EXEC;
}

/* SSI may start programs, too: not where they would run outside. */
static void forbid_exec(request_rec *r)
{
    core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    ap_conf_vector_t *only = ap_create_per_dir_config(r->pool);
    core = apr_pmemdup(r->pool, core, sizeof(*core));
    core->opts &= (allow_options_t)~OPT_INC_WITH_EXEC;
    r->per_dir_config = ap_merge_per_dir_configs(r->pool, r->per_dir_config, only);
    ap_set_core_module_config(r->per_dir_config, core);
}

/* mod_filter's own filters may become any; those of AddOutputFilterByType have the name of what they become. */
static bool is_includes(const ap_filter_rec_t *f)
{
    static const char by_type[] = "BYTYPE:";
    size_t n = sizeof(by_type) - 1;
    bool is_by_type = strncasecmp(f->name, by_type, n) == 0;
    return strcasecmp(is_by_type ? f->name + n : f->name, "INCLUDES") == 0 ||
           (f->providers && !is_by_type);
}

static bool has_includes(const request_rec *r)
{
    for (const ap_filter_t *f = r->output_filters; f; f = f->next)
        if (is_includes(f->frec))
            return true;
    return false;
}

/* ---- the gate ---- */

static int route(request_rec *r, const struct sc_web_site *site)
{
    r->handler =
        site->fpm[0] == '/'
            ? apr_pstrcat(r->pool, "proxy:unix:", site->fpm, "|fcgi://localhost", NULL)
            : apr_pstrcat(r->pool, "proxy:fcgi://", sc_mod_local(r->pool, site->fpm), NULL);
    return 0;
}

static int judge(request_rec *r)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    const struct sc_mod_dir *dir = ap_get_module_config(r->per_dir_config, &sitecage_module);
    enum sc_web_handler handler = sc_web_handler_of(r->handler);
    if (has_includes(r) && may_exec(r) && suexec_is(r) != SC_WEB_SUEXEC_OURS)
        forbid_exec(r);
    if (handler == SC_WEB_STATIC)
        return 0;
    q->sites_code = !r->filename || r->filename[0] != '/' || sc_mod_is_sites_code(r, r->filename);
    bool program = handler == SC_WEB_CGI || handler == SC_WEB_FCGID;
    struct sc_web_ask ask = {.handler = handler,
                             .allowed = is_listed(dir->handlers, r->handler),
                             .sites_code = q->sites_code || (program && is_given_file(r)),
                             .has_fpm = q->site->fpm != NULL,
                             .can_proxy = sc_mod->can_proxy,
                             .suexec = program ? suexec_is(r) : SC_WEB_SUEXEC_NONE};
    struct sc_web_verdict v = sc_web_judge_handler(&ask);
    if (v.action == SC_WEB_ROUTE)
        return route(r, q->site);
    if (!ask.sites_code && is_from_site(r))
        drop_variables(r);
    return v.action == SC_WEB_REFUSE ? sc_mod_refuse(r, q->site, v.status, v.reason, r->handler)
                                     : 0;
}

int sc_mod_judge_program(request_rec *r, const struct sc_web_site *site, const char *detail)
{
    struct sc_web_ask ask = {.handler = SC_WEB_FCGID, .sites_code = true, .suexec = suexec_is(r)};
    struct sc_web_verdict v = sc_web_judge_handler(&ask);
    return v.action == SC_WEB_REFUSE ? sc_mod_refuse(r, site, v.status, v.reason, detail) : 0;
}

/* mod_actions hands names that no module has to programs, which are judged when they are about to
 * run. Others must not come before it with a name that they have. */
static int try_actions(request_rec *r)
{
    enum sc_web_handler handler = sc_web_handler_of(r->handler);
    const apr_array_header_t *hooks = ap_hook_get_handler();
    if (handler != SC_WEB_PHP && handler != SC_WEB_UNKNOWN)
        return DECLINED;
    for (int i = 0; hooks && i < hooks->nelts; i++) {
        const ap_LINK_handler_t *h = &APR_ARRAY_IDX(hooks, i, ap_LINK_handler_t);
        if (strcmp(h->szName, "mod_actions.c") == 0)
            return h->pFunc(r);
    }
    return DECLINED;
}

static bool skips_passenger(const request_rec *r)
{
    const struct sc_mod_dir *dir = ap_get_module_config(r->per_dir_config, &sitecage_module);
    return sc_mod->passenger && !is_listed(dir->handlers, "passenger");
}

/* The handlers that come after us. */
static int run_others(request_rec *r)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    const request_rec *before = q->handled;
    if (sc_web_handler_of(r->handler) == SC_WEB_CGI)
        sc_mod_ask_entry(r);
    q->handled = r;
    int rc = skips_passenger(r) ? sc_mod_passenger_without(r) : ap_run_handler(r);
    q->handled = before;
    apr_table_unset(r->subprocess_env,
                    SC_TOLD_ENV); /* a page that tells of the error has its own */
    if (rc != DECLINED)
        return rc;
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "no module has the handler %s for %s",
                  r->handler, r->filename);
    return HTTP_INTERNAL_SERVER_ERROR;
}

static int judge_and_run(request_rec *r)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    bool before = q->sites_code; /* of the page that this request is part of */
    int rc = judge(r);
    rc = rc ? rc : run_others(r);
    q->sites_code = before;
    return rc;
}

/* All that comes after us in the handler phase happens in here, so that its end is seen. The answer's head may
 * not be made yet, and asks what an .htaccess says; that of an error is made after us. */
static int run_for_site(request_rec *r)
{
    int rc = skips_passenger(r) ? sc_mod_passenger_judge(r, sc_mod_request_of(r)->site) : 0;
    if (rc == 0)
        rc = try_actions(r); /* OK: it has run */
    if (rc == DECLINED)
        rc = judge_and_run(r);
    if (r->main || (rc != OK && rc != DONE && rc != SUSPENDED))
        return rc;
    if (rc != SUSPENDED)
        ap_finalize_request_protocol(r);
    sc_mod_leave();
    return rc;
}

/* A file of a host that is not isolated may lie in a site. Its page is served as any, but starts no program. */
static int judge_link(request_rec *r)
{
    if (sc_web_handler_of(r->handler) != SC_WEB_STATIC)
        return find_real_site(r);
    if (has_includes(r) && may_exec(r) && r->filename && sc_mod_is_in_site(r->filename))
        forbid_exec(r);
    return 0;
}

static int on_handler(request_rec *r)
{
    struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    if (!q || q->handled == r || sc_web_table_sites(q->shared->table) == 0)
        return DECLINED;
    int rc = q->site ? sc_mod_enter(r, q->site) : sc_mod_find_site(r);
    if (rc == 0 && !q->site)
        rc = judge_link(r);
    if (rc)
        return rc;
    return sc_mod_request_of(r)->site ? run_for_site(r) : DECLINED;
}

/* ---- as whom programs run ---- */

/* Programs of an isolated site run as its account, also where the host names nobody. */
static ap_unix_identity_t *on_identity(const request_rec *r)
{
    const struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    if (!q || !q->site || !r->filename ||
        (!sc_mod_is_sites_code(r, r->filename) && !is_given_file(r)))
        return NULL;
    ap_unix_identity_t *id = apr_pcalloc(r->pool, sizeof(*id));
    id->uid = q->site->account->uid;
    id->gid = q->site->account->gid;
    return id;
}

void sc_mod_gate_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_handler(on_handler, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_get_suexec_identity(on_identity, NULL, NULL, APR_HOOK_REALLY_LAST);
}
