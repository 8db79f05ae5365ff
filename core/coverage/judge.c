/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement itself: pure. Each question writes why the site is not covered, or nothing; the
 * first that does is the answer. */
#include "core/coverage/judging.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/web/apache/path.h"
#include "core/web/apache_code.h"

const char *sc_coverage_name(enum sc_coverage is)
{
    static const char *const names[] = {"covered", "unverified", "not covered"};
    return names[is];
}

bool sc_judge_no(struct judging *j, enum sc_coverage is, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(j->v->text, sizeof(j->v->text), fmt, ap);
    va_end(ap);
    j->v->is = is;
    return true;
}

/* ---- hosts ---- */

static bool is_named(const struct sc_vhost *h, const struct sc_cover_site *site)
{
    for (size_t i = 0; i < site->is.n_names; i++)
        for (size_t k = 0; k < h->n_names; k++)
            if (strcasecmp(h->names[k], site->is.names[i]) == 0)
                return true;
    return false;
}

static void count(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++)
        if (sc_host_stands(&hosts(j)->v[i], &j->site->is) == SC_HOST_SITE) {
            j->v->hosts++;
            j->v->handlers |= hosts(j)->v[i].handlers;
        }
}

bool sc_judge_in_home(const char *path, const struct sc_cover_site *site)
{
    char clean[PATH_MAX];
    return sc_web_path_clean(path, clean) != 0 && sc_roots_in_home(clean, &site->is);
}

/* A host with the site's name that serves another directory: what the panel calls the site is not
 * what visitors get. Outside the home it is nobody's business where another host serves the site. */
static bool is_elsewhere(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        const char *dir = sc_host_docroot(h);
        if (!dir)
            dir = h->pattern;
        if (!dir || h->handlers == 0 || !is_named(h, j->site) ||
            sc_host_stands(h, &j->site->is) == SC_HOST_SITE ||
            (j->v->hosts && !sc_judge_in_home(dir, j->site)))
            continue;
        return sc_judge_no(
            j, SC_COVERAGE_NOT,
            "the virtual host at %s:%u has the name %s and serves %s, not %s, which the panel "
            "names: make the two the same directory",
            h->file, h->line, j->site->domain, dir, j->site->is.docroot);
    }
    return false;
}

/* The panel calls the document root so, or only root can change the name: the view has it. */
static bool is_in_view(const struct judging *j, const struct sc_host_root *r)
{
    char text[PATH_MAX];
    for (size_t i = 0; i < j->site->is.n_texts; i++)
        if (strcmp(r->text, j->site->is.texts[i]) == 0)
            return true;
    for (size_t i = 0; i < j->seen->n_shown; i++)
        if (sc_web_path_clean(r->text, text) > 0 && sc_web_path_within(text, j->seen->shown[i]))
            return true;
    return false;
}

/* Apache calls a script by its document root as it is written. Another link to the site from outside
 * the home is not there in the site's view. */
static bool is_by_link(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        if (h->handlers == 0 || sc_host_stands(h, &j->site->is) != SC_HOST_SITE)
            continue;
        for (size_t k = 0; k < h->n_roots; k++) {
            const struct sc_host_root *r = &h->roots[k];
            if (r->real && sc_judge_in_home(r->real, j->site) &&
                !sc_judge_in_home(r->text, j->site) && !is_in_view(j, r))
                return sc_judge_no(
                    j, SC_COVERAGE_NOT,
                    "the virtual host at %s:%u reaches the site by %s, a link that is not in "
                    "the site's view: write %s there",
                    h->file, h->line, r->text, r->real);
        }
    }
    return false;
}

static bool is_unknown(struct judging *j)
{
    return j->v->hosts == 0 &&
           sc_judge_no(j, SC_COVERAGE_UNVERIFIED,
                       "no virtual host of Apache or nginx has this name or the document root %s",
                       j->site->is.docroot);
}

/* It starts PHP by itself; whatever Apache or nginx would do says nothing about it. */
static bool by_litespeed(struct judging *j)
{
    if (j->server->litespeed < 0)
        return sc_judge_no(j, SC_COVERAGE_NOT, "whether LiteSpeed runs cannot be told: %s",
                           strerror((int)-j->server->litespeed));
    return j->server->litespeed &&
           sc_judge_no(
               j, SC_COVERAGE_NOT,
               "LiteSpeed serves this server's sites (process %d) and starts PHP outside of "
               "every site: stop it (/usr/local/lsws/bin/lswsctrl stop) and have Apache or nginx "
               "serve them",
               (int)j->server->litespeed);
}

/* ---- ways ---- */

typedef bool way_fn(struct judging *j, const struct sc_vhost *h, const struct sc_way *w);

/* Asks of each way of each host that runs code of the site, then of those in its .htaccess, which
 * are ways of all its own hosts. */
static bool any_way(struct judging *j, way_fn *ask)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        if (!runs_it(j, h))
            continue;
        for (size_t k = 0; k < h->ways.n; k++)
            if (ask(j, h, &h->ways.v[k]))
                return true;
        for (size_t k = 0; !j->server->gate && k < h->rest.n; k++)
            if (ask(j, h, &h->rest.v[k]))
                return true;
        bool own = !h->nginx && sc_host_stands(h, &j->site->is) == SC_HOST_SITE;
        for (size_t k = 0; own && k < j->seen->own.n; k++)
            if (ask(j, h, &j->seen->own.v[k]))
                return true;
    }
    return false;
}

static bool has_mod_php(const struct judging *j)
{
    return has(j, "php_module") || has(j, "php7_module") || has(j, "php5_module");
}

/* Apache itself takes FastCGI requests of the site to its own master, whatever they name. */
static bool is_routed(const struct judging *j)
{
    for (size_t i = 0; i < j->seen->n_uses; i++)
        if (j->seen->uses[i].how == SC_FPM_ROUTED && !j->seen->uses[i].around)
            return true;
    return false;
}

/* A line that was left in a .htaccess does nothing where the module is not loaded, or where Apache
 * takes PHP to the site's own master all the same. */
static bool by_module(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    (void)h;
    return w->handler == SC_HANDLER_MODULE &&
           (!is_own_line(j, w) || (has_mod_php(j) && !is_routed(j))) &&
           sc_judge_no(
               j, SC_COVERAGE_NOT,
               "mod_php runs in the web server's own process and cannot be isolated: use LSAPI, "
               "FPM, "
               "FCGI or CGI (%s at %s:%u)",
               w->what, w->file, w->line);
}

/* A script of the server's own (Apache alone: for nginx it is a socket). */
static bool is_servers(const struct sc_vhost *h, const struct sc_way *w)
{
    return !h->nginx && w->address && *w->address == '/' && sc_apache_script_is_servers(w->address);
}

/* A handler of PHP that no module is known for is taken to the site's own master, too. */
static bool by_other(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    return w->handler == SC_HANDLER_OTHER && !is_servers(h, w) &&
           !(w->php && !h->nginx && is_routed(j)) &&
           sc_judge_no(j, SC_COVERAGE_NOT,
                       "%s at %s:%u runs programs outside of every site: "
                       "use LSAPI, FPM, FCGI or CGI instead",
                       w->what, w->file, w->line);
}

static bool by_unknown_address(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    return w->handler == SC_HANDLER_FPM && (!w->address || !*w->address) &&
           (h->nginx || !is_routed(j)) &&
           sc_judge_no(
               j, SC_COVERAGE_NOT,
               "PHP is passed to %s at %s:%u, and the configuration does not say where that is: "
               "write "
               "the address there",
               w->what, w->file, w->line);
}

static bool by_lsapi(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    (void)h;
    if (w->handler != SC_HANDLER_LSAPI || (is_own_line(j, w) && !has(j, "lsapi_module")))
        return false;
    if (hosts(j)->per_user_at)
        return sc_judge_no(
            j, SC_COVERAGE_NOT,
            "lsapi_per_user On at %s is incompatible with CloudLinux Isolates: switch to "
            "lsapi_per_user Off (the default)",
            hosts(j)->per_user_at);
    return !j->server->lsphp &&
           sc_judge_no(j, SC_COVERAGE_NOT,
                       "mod_lsapi does not run " SC_LIBEXECDIR
                       "/lsphp: name it in /etc/container/php.handler (%s at %s:%u)",
                       w->what, w->file, w->line);
}

/* ---- PHP-FPM ---- */

static bool by_fpm(struct judging *j)
{
    for (size_t i = 0; i < j->seen->n_uses; i++) {
        const struct sc_cover_use *u = &j->seen->uses[i];
        if (u->how == SC_FPM_COVERED || u->how == SC_FPM_ROUTED || u->how == SC_FPM_SPLIT)
            continue;
        if (u->way)
            return sc_judge_no(j, SC_COVERAGE_NOT, "%s (%s at %s:%u)", u->text, u->way->what,
                               u->way->file, u->way->line);
        return sc_judge_no(j, SC_COVERAGE_NOT, "%s", u->text);
    }
    return false;
}

/* The site's .htaccess may name a pool that its host does not. */
static bool by_own_fpm(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    (void)h;
    if (!is_own_line(j, w) || w->handler != SC_HANDLER_FPM || is_routed(j))
        return false;
    for (size_t i = 0; i < j->seen->n_uses; i++)
        if ((j->seen->uses[i].how == SC_FPM_COVERED || j->seen->uses[i].how == SC_FPM_SPLIT) &&
            !j->seen->uses[i].around && sc_fpm_same_address(j->seen->uses[i].listen, w->address))
            return false;
    return sc_judge_no(
        j, SC_COVERAGE_NOT,
        "%s at %s:%u names a PHP-FPM pool that the site's virtual host does not name: remove "
        "the line, or name the pool in the virtual host",
        w->what, w->file, w->line);
}

/* Over loopback a pool outside of the cages runs what the site's own PHP sends it. */
static bool by_port(struct judging *j)
{
    const struct sc_cover_server *s = j->server;
    const char *why = s->ports_error;
    unsigned port = sc_loopback_way_out(&s->ports, j->site->uid);
    if (port && !why[0] && sc_loopback_has_web(&s->ports, j->site->uid))
        why = "the web server runs as the account, whose programs cannot be told from it";
    return port && why[0] &&
           sc_judge_no(
               j, SC_COVERAGE_NOT,
               "PHP at TCP port %u runs outside of every site, and the site's own programs can "
               "connect to it: %.400s; or have it listen at a Unix socket",
               port, why);
}

/* The same by a socket that the site's view shows. */
static bool by_socket(struct judging *j)
{
    const struct sc_fpm_places *s = &j->server->sockets;
    for (size_t i = 0; i < s->n_open; i++)
        if (sc_fpm_is_open_to(&s->open[i], j->site->uid, j->site->gid))
            return sc_judge_no(
                j, SC_COVERAGE_NOT,
                "the PHP-FPM pool %s (%s) listens at %s, where the site's own programs can "
                "connect to it, and runs what they send outside of every site: have it "
                "listen below /run",
                s->open[i].pool, s->open[i].file, s->open[i].listen);
    return false;
}

/* Which way it names cannot be told: the module would ask at each request. */
static bool by_unread(struct judging *j)
{
    return j->v->hosts && hosts(j)->apache && !j->server->gate && j->seen->own_error[0] &&
           sc_judge_no(j, SC_COVERAGE_NOT,
                       "%s; make it a file that the account can read, or remove it",
                       j->seen->own_error);
}

/* In its sandbox Apache would answer 503 to everything that is the site's. */
static bool by_unit(struct judging *j)
{
    const char *why = j->server->shut_error;
    for (size_t i = 0; why[0] && i < hosts(j)->n; i++)
        if (!hosts(j)->v[i].nginx && sc_host_stands(&hosts(j)->v[i], &j->site->is) == SC_HOST_SITE)
            return sc_judge_no(j, SC_COVERAGE_NOT, "%s", why);
    return false;
}

/* What decides for Apache, in its own words. */
static bool by_table(struct judging *j)
{
    return j->server->gate && j->seen->left_out &&
           sc_judge_no(
               j, SC_COVERAGE_NOT,
               "mod_sitecage does not know the site: run cagefsctl --site-isolation-regenerate %s",
               j->site->user);
}

void sc_cover_judge(const struct sc_cover_server *server, const struct sc_cover_site *site,
                    const struct sc_cover_seen *seen, struct sc_cover_verdict *ret)
{
    struct judging j = {server, site, seen, ret};
    *ret = (struct sc_cover_verdict){.is = SC_COVERAGE_COVERED};
    count(&j);
    for (size_t i = 0; i < seen->own.n; i++)
        if (seen->own.v[i].php && ret->hosts)
            ret->handlers |= seen->own.v[i].handler;
    (void)(by_litespeed(&j) || is_elsewhere(&j) || is_unknown(&j) || is_by_link(&j) ||
           any_way(&j, by_module) || any_way(&j, by_other) || any_way(&j, by_unknown_address) ||
           any_way(&j, sc_judge_by_suexec) || any_way(&j, by_lsapi) || by_fpm(&j) ||
           any_way(&j, by_own_fpm) || any_way(&j, sc_judge_by_rest) ||
           sc_judge_by_alias_around(&j) || sc_judge_by_htaccess(&j) || by_unread(&j) ||
           sc_judge_by_unseen(&j) || by_unit(&j) || by_table(&j) || sc_judge_by_nginx_files(&j) ||
           by_port(&j) || by_socket(&j));
}
