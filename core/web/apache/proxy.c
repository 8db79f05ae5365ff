/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where mod_proxy connects to: one place for SetHandler, ProxyPass, [P], named workers, members of
 * balancers. PHP of an isolated site goes to its own PHP-FPM master, whatever the configuration
 * names. */
#include "core/web/apache/mod.h"

#include <dlfcn.h>
#include <mod_proxy.h>

#include "core/web/apache/address.h"
#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"
#include "core/web/apache/verdict.h"

APLOG_USE_MODULE(sitecage);

/* mod_proxy's own functions, looked up: it need not be loaded. */
typedef int (*scheme_handler)(request_rec *r, proxy_worker *worker, proxy_server_conf *conf,
                              char *url, const char *proxyhost, apr_port_t proxyport);
typedef void (*hook_scheme_handler)(scheme_handler f, const char *const *before,
                                    const char *const *after, int order);
static scheme_handler run_scheme_handler;

struct to {
    proxy_worker *worker;
    proxy_server_conf *conf;
    char *url;
    const char *host;
    apr_port_t port;
    const char *socket; /* NULL: a port */
};

static int go_on(request_rec *r, const struct to *to, struct sc_web_connection how)
{
    struct sc_mod_request *q = sc_mod_request_of(r);
    struct sc_web_connection *now = sc_web_connection(), before = *now;
    const request_rec *around = q->proxied; /* a page that has this one in it */
    *now = how;
    q->proxied = r;
    int rc = run_scheme_handler(r, to->worker, to->conf, to->url, to->host, to->port);
    q->proxied = around;
    *now = before;
    return rc;
}

/* Settings that the site may send to its own PHP, and to nobody else's. */
static void drop_settings(request_rec *r)
{
    static const char *const names[] = {"PHP_VALUE", "PHP_ADMIN_VALUE"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        apr_table_unset(r->subprocess_env, names[i]);
}

/* ---- what the address is ---- */

static bool name_of(const struct to *to, char out[PATH_MAX])
{
    return to->socket ? sc_web_path_clean(to->socket, out) > 1
                      : sc_web_address_of_url(to->url, 0, out);
}

static const struct sc_web_pool *pool_of(const request_rec *r, const struct to *to)
{
    char name[PATH_MAX];
    return name_of(to, name) ? sc_web_table_pool(sc_mod_request_of(r)->shared->table, name) : NULL;
}

static bool is_allowed(const request_rec *r, const struct to *to)
{
    const struct sc_mod_dir *dir = ap_get_module_config(r->per_dir_config, &sitecage_module);
    char name[PATH_MAX];
    if (!dir->backends || !name_of(to, name))
        return false;
    for (int i = 0; i < dir->backends->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(dir->backends, i, const char *), name) == 0)
            return true;
    return false;
}

static enum sc_web_address_is address_is(const request_rec *r, const struct to *to)
{
    char room[PATH_MAX];
    if (pool_of(r, to))
        return SC_WEB_ADDRESS_POOL;
    return to->socket && sc_web_inside(sc_web_now(), to->socket, room) ? SC_WEB_ADDRESS_INSIDE
                                                                       : SC_WEB_ADDRESS_OTHER;
}

/* The default worker has no address and keeps no connection; its path is the URL's. */
static struct to to_master(request_rec *r, const struct to *to, const char *fpm)
{
    struct to mine = *to;
    bool socket = fpm[0] == '/';
    mine.worker = to->conf->reverse;
    mine.url = apr_pstrcat(r->pool, "fcgi://", socket ? "localhost" : sc_mod_local(r->pool, fpm),
                           sc_web_url_path(to->url), NULL);
    mine.host = NULL;
    mine.port = 0;
    if (socket)
        apr_table_setn(r->notes, "uds_path", fpm);
    else
        apr_table_unset(r->notes, "uds_path");
    return mine;
}

/* A master that has taken the port that the configuration names is reached as it says. */
static int route(request_rec *r, const struct to *to, const struct sc_web_site *site)
{
    struct sc_web_connection how = {.how = SC_WEB_CONNECT_ROUTE, .route = site->fpm};
    char name[PATH_MAX];
    if (site->fpm[0] != '/' && name_of(to, name) && strcmp(name, site->fpm) == 0)
        return go_on(r, to, how);
    struct to mine = to_master(r, to, site->fpm);
    return go_on(r, &mine, how);
}

/* ---- deciding ---- */

static int for_site(request_rec *r, const struct to *to)
{
    const struct sc_mod_request *q = sc_mod_request_of(r);
    struct sc_web_proxy_ask ask = {.fastcgi = sc_web_url_is(to->url, "fcgi"),
                                   .socket = to->socket != NULL,
                                   .network = sc_web_url_is_network(to->url),
                                   .address = address_is(r, to),
                                   .allowed = is_allowed(r, to),
                                   .sites_code = q->handled != r || q->sites_code,
                                   .has_fpm = q->site->fpm != NULL};
    struct sc_web_verdict v = sc_web_judge_proxy(&ask);
    switch (v.action) {
    case SC_WEB_ROUTE:
        return route(r, to, q->site);
    case SC_WEB_IN_CAGE:
        return go_on(r, to, (struct sc_web_connection){.how = SC_WEB_CONNECT_INSIDE});
    case SC_WEB_REFUSE:
        return sc_mod_refuse(r, q->site, v.status, v.reason, to->socket ? to->socket : to->url);
    default:
        drop_settings(r);
        return go_on(r, to,
                     (struct sc_web_connection){.how = SC_WEB_CONNECT_OTHER,
                                                .table = q->shared->table,
                                                .allowed = ask.allowed});
    }
}

/* The account that the host of a request without a site belongs to. */
static const struct sc_web_account *account_of(const request_rec *r)
{
    char clean[PATH_MAX], real[PATH_MAX];
    const char *docroot = ap_document_root((request_rec *)(uintptr_t)r);
    if (!docroot || sc_web_path_clean(docroot, clean) == 0 ||
        !sc_web_docroots_real(sc_mod->docroots, clean, r->request_time, real))
        return NULL;
    return sc_web_table_home(sc_mod_request_of(r)->shared->table, real);
}

static int for_stranger(request_rec *r, const struct to *to)
{
    const struct sc_web_pool *pool = pool_of(r, to);
    const struct sc_web_account *own = account_of(r);
    bool fastcgi = to->socket || sc_web_url_is(to->url, "fcgi");
    struct sc_web_stranger_ask ask = {.pool = pool && fastcgi,
                                      .of_site = pool && pool->site,
                                      .own_account = pool && pool->account == own};
    struct sc_web_verdict v = sc_web_judge_stranger(&ask);
    if (v.action == SC_WEB_REFUSE)
        return sc_mod_refuse(r, NULL, v.status, v.reason, to->socket ? to->socket : to->url);
    return go_on(r, to,
                 (struct sc_web_connection){.how = SC_WEB_CONNECT_OTHER,
                                            .table = sc_mod_request_of(r)->shared->table,
                                            .own = own,
                                            .allowed = is_allowed(r, to)});
}

/* PHP of a site that learns goes to its own master, too: there it is seen. Everything else goes where it
 * always went. */
static bool is_learners_php(const request_rec *r, const struct to *to)
{
    const struct sc_mod_request *q = sc_mod_request_of(r);
    const struct sc_web_pool *pool = pool_of(r, to);
    return q->learns && q->learns->fpm && pool && (!pool->site || pool->site == q->learns) &&
           (to->socket || sc_web_url_is(to->url, "fcgi"));
}

static int on_scheme(request_rec *r, proxy_worker *worker, proxy_server_conf *conf, char *url,
                     const char *host, apr_port_t port)
{
    struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    if (!q || q->proxied == r || sc_web_table_sites(q->shared->table) == 0)
        return DECLINED;
    const char *socket =
        *worker->s->uds_path ? worker->s->uds_path : apr_table_get(r->notes, "uds_path");
    struct to to = {worker, conf, url, host, port, socket};
    if (!q->site && is_learners_php(r, &to))
        return route(r, &to, q->learns);
    return q->site ? for_site(r, &to) : for_stranger(r, &to);
}

void sc_mod_proxy_hooks(apr_pool_t *p)
{
    (void)p;
    hook_scheme_handler hook = NULL;
    *(void **)&hook = dlsym(RTLD_DEFAULT, "proxy_hook_scheme_handler");
    *(void **)&run_scheme_handler = dlsym(RTLD_DEFAULT, "proxy_run_scheme_handler");
    if (hook && run_scheme_handler)
        hook(on_scheme, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
