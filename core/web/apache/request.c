/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site is a request's? Asked when it begins, when its file is known, and before its handler
 * runs; the answer is the thread's context from then on. */
#include "core/web/apache/mod.h"

#include <errno.h>
#include <http_connection.h>
#include <http_main.h>
#include <unistd.h>

#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"

APLOG_USE_MODULE(sitecage);

/* What the thread's context points to is kept by these. */
struct holds {
    struct sc_web_shared *shared;
    struct sc_web_view *view;
    const request_rec *r; /* who entered */
};
static __thread struct holds holds;

void sc_mod_leave(void)
{
    struct sc_web_context *now = sc_web_now();
    sc_web_forget_looks();
    if (!now->site)
        return;
    *now = (struct sc_web_context){.root = -1};
    struct holds had = holds;
    holds = (struct holds){0};
    sc_web_view_unref(sc_mod->views, had.view);
    sc_web_live_put(sc_mod->live, had.shared);
}

static apr_status_t leave_with_request(void *r)
{
    if (holds.r == r)
        sc_mod_leave();
    return APR_SUCCESS;
}

/* Nothing of the site can be opened, but the thread works for it all the same. */
static void set_context(request_rec *r, const struct sc_web_site *site, struct sc_web_view *view)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    sc_mod_leave();
    sc_web_live_ref(sc_mod->live, q->shared);
    holds = (struct holds){q->shared, view, r};
    *sc_web_now() = (struct sc_web_context){
        .table = q->shared->table, .site = site, .root = view ? view->root : -1};
    apr_pool_cleanup_register(r->pool, r, leave_with_request, apr_pool_cleanup_null);
}

int sc_mod_refuse(request_rec *r, const struct sc_web_site *site, int status, const char *reason,
                  const char *detail)
{
    struct sc_mod_request *before = r->prev ? sc_mod_request_of(r->prev) : NULL;
    sc_mod_request_of(r)->refused = true;
    if (before && before->refused)
        return status; /* the page that tells of the error is refused as well: said already */
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "sitecage: %s: %d: %s%s%s%s",
                  site          ? site->name
                  : r->hostname ? r->hostname
                                : "-",
                  status, reason, detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
    if (site)
        sc_web_counts_add(sc_mod->counts, site->id, status, apr_time_sec(r->request_time), reason);
    return status;
}

/* ---- what the guard refused ---- */

/* What is missing in the site, in a home of its own above all, may be there outside. .htaccess files are looked
 * for in each directory; nobody misses them. */
static bool is_only_outside(const char *path)
{
    const char *name = strrchr(path, '/');
    return name && strcmp(name, "/.htaccess") != 0 && access(path, F_OK) == 0;
}

/* Of this thread's request; it lives as long as its main request. */
static void note_denied(const char *path, bool missing)
{
    const request_rec *r = holds.r;
    struct sc_mod_request *q = r ? sc_mod_request_of(r) : NULL;
    if (!q || q->denied || (missing && !is_only_outside(path)))
        return;
    while (r && r->main)
        r = r->main;
    q->denied = apr_pstrdup(r->pool, path);
}

/* Said when the visitor was refused, too; not of a file of the site's own that the web server may
 * not read. */
static int on_log(request_rec *r)
{
    const struct sc_mod_request *found = NULL;
    request_rec *last = r;
    for (request_rec *one = sc_mod ? r : NULL; one; one = one->next) {
        const struct sc_mod_request *q = sc_mod_request_of(one);
        if (q && q->refused)
            return DECLINED; /* said already */
        if (q && q->site && q->denied && !found)
            found = q;
        last = one;
    }
    if (found && last->status >= HTTP_BAD_REQUEST && access(found->denied, R_OK) == 0)
        (void)sc_mod_refuse(last, found->site, last->status,
                            "the site's cage does not show this, or it is no regular file",
                            found->denied);
    return DECLINED;
}

/* An error's answer has been made: this thread's work for the site is over. */
static int on_logged(request_rec *r)
{
    for (; r; r = r->next)
        if (holds.r == r) {
            sc_mod_leave();
            break;
        }
    return DECLINED;
}

static void say_lost(const request_rec *r, const struct sc_error *why)
{
    ap_log_rerror(APLOG_MARK, APLOG_CRIT, 0, r,
                  "sitecage: isolated sites are answered 503 from now on: %s", why->text);
}

/* Requests of isolated sites come here, and those that may be of one. */
static bool wait_for_table(const request_rec *r)
{
    bool lost = false;
    struct sc_error why = SC_ERROR_INIT;
    bool is_there = sc_web_live_wait(sc_mod->live, &lost, &why);
    if (lost)
        say_lost(r, &why);
    return is_there;
}

static const char no_table[] =
    "Sitecage's table of sites cannot be read: run cagefsctl --site-isolation-check";

/* Why a site cannot be served at all; NULL. */
static const char *cannot_be(const request_rec *r, const struct sc_mod_request *q,
                             const struct sc_web_site *site)
{
    if (sc_mod->broken)
        return sc_mod->broken;
    if (q->shared->lost || (q->shared->missing && !wait_for_table(r)))
        return no_table;
    if (site->state == SC_WEB_BROKEN)
        return "the site cannot be isolated now: cagefsctl --site-isolation-check says why";
    return NULL;
}

int sc_mod_enter(request_rec *r, const struct sc_web_site *site)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    struct sc_web_context *now = sc_web_now();
    q->site = site;
    if (now->site == site && now->table == q->shared->table && now->root >= 0)
        return 0;
    struct sc_error why = SC_ERROR_INIT;
    struct sc_web_view *view = NULL;
    const char *reason = cannot_be(r, q, site);
    if (!reason && sc_web_views_get(sc_mod->views, site->account->uid, site->id, &view, &why) < 0)
        reason = apr_psprintf(r->pool, "the site's view cannot be had: %s", why.text);
    set_context(r, site, view);
    return reason ? sc_mod_refuse(r, site, HTTP_SERVICE_UNAVAILABLE, reason, NULL) : 0;
}

struct sc_mod_request *sc_mod_request_of(const request_rec *r)
{
    struct sc_mod_request *q = ap_get_module_config(r->request_config, &sitecage_module);
    while (!q && r->main) {
        r = r->main;
        q = ap_get_module_config(r->request_config, &sitecage_module);
    }
    return q;
}

/* ---- which site ---- */

/* A site that learns is no isolated one; where its PHP goes is all that is done for it. */
static const struct sc_web_site *guarded(const request_rec *r, const struct sc_web_place *p)
{
    if (!p || sc_web_is_guarded(p->site))
        return p ? p->site : NULL;
    if (!r->main && p->site)
        sc_mod_request_of(r)->learns = p->site;
    return NULL;
}

const struct sc_web_site *sc_mod_site_of_path(const request_rec *r, const char *path)
{
    const struct sc_web_table *t = sc_mod_request_of(r)->shared->table;
    return guarded(r, sc_web_table_containing(t, path));
}

bool sc_mod_is_in_site(const char *path)
{
    char real[PATH_MAX];
    bool lost = false;
    struct sc_error why = SC_ERROR_INIT;
    if (!sc_mod || !realpath(path, real))
        return false;
    struct sc_web_shared *shared = sc_web_live_get(sc_mod->live, &lost, &why);
    const struct sc_web_place *p = sc_web_table_containing(shared->table, real);
    bool is = p && p->site && sc_web_is_guarded(p->site);
    sc_web_live_put(sc_mod->live, shared);
    if (lost)
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, ap_server_conf,
                     "sitecage: isolated sites are answered 503 from now on: %s", why.text);
    return is;
}

/* By a document root: as it is written, then by what it resolves to. */
static const struct sc_web_site *site_of_docroot(const request_rec *r, const struct sc_web_table *t,
                                                 const char *docroot)
{
    char clean[PATH_MAX], real[PATH_MAX];
    if (!docroot || sc_web_path_clean(docroot, clean) == 0)
        return NULL;
    const struct sc_web_place *p = sc_web_table_place(t, clean);
    if (!p && sc_web_docroots_real(sc_mod->docroots, clean, r->request_time, real))
        p = sc_web_table_place(t, real);
    return guarded(r, p);
}

/* Looked up once for each document root that the request has: httpd hands out the same text, or
 * another one. */
static const struct sc_web_site *site_of_host(request_rec *r, struct sc_mod_request *q)
{
    const char *docroot = ap_document_root(r);
    if (docroot != q->docroot) {
        q->host = site_of_docroot(r, q->shared->table, docroot);
        q->docroot = docroot;
    }
    return q->host;
}

static const struct sc_web_site *site_of_file(const request_rec *r)
{
    char clean[PATH_MAX];
    if (!r->filename || sc_web_path_clean(r->filename, clean) == 0)
        return NULL;
    return sc_mod_site_of_path(r, clean);
}

static apr_status_t put_table(void *shared)
{
    sc_web_live_put(sc_mod->live, shared);
    return APR_SUCCESS;
}

/* The table is looked at once for each request (and internal redirect). */
static struct sc_mod_request *begin(request_rec *r)
{
    bool lost = false;
    struct sc_error why = SC_ERROR_INIT;
    struct sc_mod_request *q = apr_pcalloc(r->pool, sizeof(*q));
    q->shared = sc_web_live_get(sc_mod->live, &lost, &why);
    if (sc_web_live_is_unknown(q->shared)) {
        sc_web_live_put(sc_mod->live, q->shared);
        (void)wait_for_table(r);
        q->shared = sc_web_live_get(sc_mod->live, &lost, &why);
    }
    apr_pool_cleanup_register(r->pool, q->shared, put_table, apr_pool_cleanup_null);
    ap_set_module_config(r->request_config, &sitecage_module, q);
    if (lost)
        say_lost(r, &why);
    return q;
}

static bool has_sites(const struct sc_mod_request *q)
{
    return sc_web_table_sites(q->shared->table) > 0;
}

/* ---- hooks ---- */

static int on_connection(conn_rec *c)
{
    (void)c;
    if (sc_mod)
        sc_mod_leave();
    return DECLINED;
}

static int on_create(request_rec *r)
{
    if (sc_mod && !r->main)
        sc_mod_leave();
    return OK;
}

/* Rules of the server may look at files before the request's own is known. */
static int on_begin(request_rec *r)
{
    if (!sc_mod)
        return DECLINED;
    struct sc_mod_request *q = begin(r);
    if (!r->main)
        sc_mod_leave();
    if (sc_web_live_is_unknown(q->shared))
        return sc_mod_refuse(r, NULL, HTTP_SERVICE_UNAVAILABLE, no_table, NULL);
    q->site = has_sites(q) ? site_of_host(r, q) : NULL;
    return q->site ? sc_mod_enter(r, q->site) : DECLINED;
}

/* A subrequest stays in the site of the request that it is part of. One that is in a site while its
 * main request is in none is that alone. */
int sc_mod_find_site(request_rec *r)
{
    struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    if (!q || !has_sites(q) || (r->main && q->site))
        return 0;
    const struct sc_web_site *site = site_of_host(r, q);
    site = site ? site : site_of_file(r);
    if (site && r->main && !ap_get_module_config(r->request_config, &sitecage_module)) {
        struct sc_mod_request *own = apr_pmemdup(r->pool, q, sizeof(*q));
        ap_set_module_config(r->request_config, &sitecage_module, own);
    }
    return site ? sc_mod_enter(r, site) : 0;
}

static int on_file(request_rec *r)
{
    char room[PATH_MAX];
    int rc = sc_mod_find_site(r);
    struct sc_mod_request *q = sc_mod && rc == 0 ? sc_mod_request_of(r) : NULL;
    if (!q || !q->site)
        return rc ? rc : DECLINED;
    struct sc_web_context *now = sc_web_now();
    if (!q->from_site)
        q->from_site = r->filename && sc_web_inside(now, r->filename, room);
    now->from_site = q->from_site;
    now->walks = true;
    return DECLINED;
}

void sc_mod_request_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_process_connection(on_connection, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_create_request(on_create, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_post_read_request(on_begin, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(on_file, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(on_log, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_log_transaction(on_logged, NULL, NULL, APR_HOOK_REALLY_LAST);
    sc_web_on_refusal(note_denied);
}
