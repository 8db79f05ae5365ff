/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coverage/nginx.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/config/conf.h"
#include "core/coverage/account.h"
#include "core/coverage/nginx_led.h"
#include "core/inventory/adapters.h"
#include "core/web/nginx/files.h"
#include "core/web/nginx/from.h"
#include "core/web/nginx/hold.h"
#include "core/web/nginx/kept.h"
#include "core/web/nginx/panel.h"
#include "core/web/nginx/place.h"
#include "core/web/nginx/running.h"

#define CONF "/etc/nginx/nginx.conf"

/* ---- places ---- */

/* The panel's adapter; NULL: there is none. */
static const char *adapter(void)
{
    const struct sc_adapter *a = NULL;
    struct sc_conf conf;
    if (sc_conf_load(SC_CONF_PATH, 0, &conf, NULL) < 0)
        return NULL;
    const struct sc_panel_conf panel = {.panel = conf.panel};
    return sc_panel_detect(&panel, &a, NULL) < 0 ? NULL : a->exe;
}

/* As the panel calls the site whose block this is; NULL. */
static const char *name_of(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    for (size_t i = 0; i < site->n_names; i++)
        if (sc_host_has_name(h, site->names[i]))
            return site->names[i];
    return NULL;
}

/* What the block itself reads, or else what the panel writes it from. */
static int find_place(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                      const struct sc_web_whose *site, struct sc_nginx_place *ret,
                      struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_nginx_place_find(hosts, h, site, ret, err);
    const char *name = rc == SC_E_NOTFOUND ? name_of(h, site) : NULL;
    const char *exe = name ? adapter() : NULL;
    if (!exe || sc_nginx_panel_place(exe, name, ret, &why) < 0)
        return rc;
    char from[PATH_MAX];
    if (sc_nginx_from(hosts, h, site, from) && !(ret->from = strdup(from)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    return 0;
}

/* 0, or why the line would not do. */
static int is_enough(const struct sc_vhost *h, const struct sc_web_whose *site,
                     const struct sc_nginx_place *p, struct sc_error *err)
{
    if (p->from || !sc_nginx_needs_from(h, site))
        return 0;
    return sc_error_set(err, SC_E_DENIED,
                        "an alias with variables, or of a file, is served through links whatever "
                        "stands there: let the location have a root instead");
}

/* ---- looking ---- */

/* Since when nginx has had its configuration; 0: it does not run. */
static int running_since(struct sc_cover_server *server, struct sc_error *err)
{
    if (server->nginx_timed)
        return 0;
    int64_t since = 0;
    pid_t master = sc_nginx_find();
    if (master < 0)
        return sc_error_sys(err, (int)-master, "look for the process of nginx");
    int rc = master ? sc_nginx_since(master, &since, err) : 0;
    if (rc < 0)
        return rc;
    server->nginx_since = since;
    server->nginx_timed = true;
    return 0;
}

/* A worker's beginning is known by the second. */
static int is_unread(struct sc_cover_server *server, const struct sc_vhost *h, bool *ret,
                     struct sc_error *err)
{
    struct stat st;
    *ret = false;
    if (!h->shut_by)
        return 0;
    if (stat(h->shut_by, &st) < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look at %s", h->shut_by);
    int rc = running_since(server, err);
    *ret = rc == 0 && server->nginx_since && (int64_t)st.st_ctim.tv_sec > server->nginx_since + 1;
    return rc;
}

static bool is_isolated(const struct sc_cover_site *site, const char *docroot)
{
    for (size_t i = 0; docroot && i < site->n_isolated; i++)
        if (strcmp(site->isolated[i], docroot) == 0)
            return true;
    return docroot && strcmp(docroot, site->is.docroot) == 0;
}

/* Once for a server, and only where a line is to be written. */
static bool is_valid(struct sc_cover_server *server, struct sc_error *err)
{
    char program[PATH_MAX];
    struct sc_error why = SC_ERROR_INIT;
    if (!server->nginx_tested && sc_nginx_program(0, program, sizeof(program)) &&
        sc_nginx_test(program, &why) < 0)
        snprintf(server->nginx_error, sizeof(server->nginx_error), "%s", why.text);
    server->nginx_tested = true;
    return !server->nginx_error[0] || sc_error_set(err, SC_E_INVAL, "%s", server->nginx_error) == 0;
}

/* Whether enable writes the line for that block: its own site is then isolated, too. */
static bool comes_soon(struct sc_cover_server *server, const struct sc_cover_site *site,
                       const struct sc_vhost *h, bool around, struct sc_error *err)
{
    SC_CLEANUP(sc_nginx_place_done) struct sc_nginx_place p = {0};
    struct sc_web_whose of = site->is;
    if (around) {
        of.docroot = sc_host_docroot(h);
        of.texts = NULL;
        of.names = (const char *const *)h->names;
        of.n_texts = 0;
        of.n_names = h->n_names;
        if (!is_isolated(site, of.docroot)) {
            sc_error_set(err, SC_E_NOTFOUND,
                         "isolate the site of that host, too, or write `disable_symlinks on "
                         "from=$document_root;` in that server block");
            return false;
        }
    }
    return find_place(&server->hosts, h, &of, &p, err) == 0 && is_enough(h, &of, &p, err) == 0 &&
           sc_nginx_file_look(&p, NULL, err) == 0 && (server->must_stand || is_valid(server, err));
}

static bool serves(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    enum sc_host_stands is = h->shut_by ? sc_host_stands(h, site) : SC_HOST_OTHER;
    return is == SC_HOST_SITE || is == SC_HOST_AROUND;
}

static int add(struct sc_cover_server *server, const struct sc_cover_site *site,
               const struct sc_cover_links *links, struct sc_cover_seen *seen, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    struct sc_cover_links l = *links;
    l.soon = !l.unread && !l.text && comes_soon(server, site, l.host, l.around, &why);
    if (!l.text)
        l.text = strdup(why.text);
    if (!l.text || !SC_VEC_ROOM(seen->links, seen->n_links)) {
        free(l.text);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
    }
    seen->links[seen->n_links++] = l;
    return 0;
}

int sc_cover_look_at_links(struct sc_cover_server *server, const struct sc_cover_site *site,
                           struct sc_cover_seen *seen, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; server->nginx && rc == 0 && i < server->hosts.n; i++) {
        const struct sc_vhost *h = &server->hosts.v[i];
        if (!h->nginx)
            continue;
        enum sc_host_stands follows = sc_host_follows_links(h, &site->is);
        struct sc_cover_links l = {.host = h, .around = follows == SC_HOST_AROUND};
        if (follows == SC_HOST_OTHER && serves(h, &site->is))
            rc = is_unread(server, h, &l.unread, err);
        if (rc == 0)
            rc = sc_cover_nginx_led(h, &site->is, &l.text, err);
        if (rc < 0)
            return rc;
        if (follows != SC_HOST_OTHER || l.unread || l.text)
            rc = add(server, site, &l, seen, err);
    }
    return rc;
}

/* ---- the lines ---- */

struct wanted {
    struct sc_nginx_place *v;
    size_t n;
    struct sc_nginx_kept kept; /* what was written before */
};

static void wanted_done(struct wanted *w)
{
    SC_VEC_DONE(w->v, w->n, sc_nginx_place_done);
    sc_nginx_kept_done(&w->kept);
}

/* What stands there already is wanted on; where somebody else has shut it nothing is. */
static int want(struct wanted *w, const struct sc_vhosts *hosts, const struct sc_vhost *h,
                const struct sc_web_whose *site, struct sc_error *err)
{
    SC_CLEANUP(sc_nginx_place_done) struct sc_nginx_place p = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = find_place(hosts, h, site, &p, &why);
    if (rc == SC_E_NOMEM)
        return sc_error_set(err, rc, "%s", why.text);
    bool ours =
        rc == 0 && h->shut_by &&
        (p.domain ? sc_nginx_kept_find(&w->kept, &p) != NULL : strcmp(h->shut_by, p.path) == 0);
    if (rc < 0 || (!ours && sc_host_follows_links(h, site) != SC_HOST_SITE))
        return 0;
    for (size_t i = 0; i < w->n; i++)
        if (sc_nginx_place_same(&w->v[i], &p))
            return 0;
    if (!SC_VEC_ROOM(w->v, w->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    w->v[w->n++] = p;
    p = (struct sc_nginx_place){0};
    return 0;
}

static int want_all(struct wanted *w, struct sc_vhosts *hosts, const struct sc_web_whose *site,
                    struct sc_error *err)
{
    int rc = sc_roots_resolve(hosts, site, err);
    for (size_t i = 0; rc == 0 && i < hosts->n; i++)
        if ((hosts->v[i].links || hosts->v[i].shut_by) &&
            sc_host_stands(&hosts->v[i], site) == SC_HOST_SITE)
            rc = want(w, hosts, &hosts->v[i], site, err);
    return rc;
}

static bool is_isolated_at_all(const struct sc_cover_account *a)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].id)
            return true;
    return false;
}

static int want_of_account(struct wanted *w, const struct sc_cover_account *a,
                           struct sc_vhosts *known, struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts now = {0};
    struct sc_vhosts *hosts = known ? known : &now;
    int rc = sc_nginx_kept_load(a->uid, &w->kept, err);
    if (rc == 0 && !known && is_isolated_at_all(a))
        rc = sc_vhosts_load_nginx("", &now, err);
    for (size_t i = 0; rc == 0 && i < a->n; i++) {
        SC_CLEANUP(sc_cover_lists_done) struct sc_cover_lists l = {0};
        struct sc_cover_site site;
        if (a->v[i].id == 0)
            continue;
        rc = sc_cover_account_site(a, &a->v[i], &l, &site, err);
        if (rc == 0)
            rc = want_all(w, hosts, &site.is, err);
    }
    return rc;
}

int sc_cover_nginx(struct sc_store *store, uid_t uid, struct sc_cover_server *known, bool later,
                   int wait_ms, struct sc_error *err)
{
    struct sc_vhosts *hosts = sc_cover_server_holds(known) ? &known->hosts : NULL;
    SC_CLEANUP(wanted_done) struct wanted w = {0};
    SC_CLEANUP(sc_cover_account_done) struct sc_cover_account a = {0};
    int rc = 0;
    if (access(CONF, F_OK) == 0 || !sc_is_absent(errno)) {
        rc = sc_cover_account_load(store, uid, &a, err);
        if (rc == 0)
            rc = want_of_account(&w, &a, hosts, err);
    }
    sc_cover_server_doubt(known);
    return rc < 0 ? rc : sc_nginx_hold(adapter(), uid, w.v, w.n, later, wait_ms, err);
}

int sc_cover_nginx_forget(uid_t uid, bool later, int wait_ms, struct sc_error *err)
{
    return sc_nginx_hold(adapter(), uid, NULL, 0, later, wait_ms, err);
}
