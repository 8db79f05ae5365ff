/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that Apache starts, and what .htaccess files may have it run. Pure. */
#include "core/coverage/judging.h"

#include <string.h>

#include "core/web/php_names.h"

/* Programs that are no code of the site: those of a ScriptAlias to another place, and what the whole
 * server would run if a site had it. */
static bool is_not_its_own(const struct judging *j, const struct sc_way *w)
{
    return !w->php && (w->server || (w->what[0] == '/' && !sc_judge_in_home(w->what, j->site)));
}

static bool is_cgi(const struct judging *j, const struct sc_way *w)
{
    if (is_not_its_own(j, w))
        return false;
    if (w->handler == SC_HANDLER_FCGID)
        return has(j, "fcgid_module");
    return w->handler == SC_HANDLER_CGI && (has(j, "cgi_module") || has(j, "cgid_module"));
}

/* What keeps our entry from standing in front of suexec; NULL. */
static const char *front_lacks(const struct judging *j)
{
    const struct sc_suexec *front = &j->server->front;
    if (j->server->front_error[0])
        return j->server->front_error;
    if (j->server->unit_error[0])
        return j->server->unit_error;
    if (!front->here)
        return "no suexec is installed whose place Sitecage's entry can take: use FPM; cagefsctl "
               "--site-isolation-check says more";
    if (j->server->must_stand && front->in_front && !front->armed)
        return "Sitecage's entry " SC_SUEXEC_NOT_ARMED;
    if (j->server->must_stand && !front->in_front)
        return "Sitecage's entry is not in front of suexec: run cagefsctl "
               "--site-isolation-allow-all";
    return NULL;
}

/* Programs that Apache starts: covered where suexec starts them, and our entry is in its place. */
bool sc_judge_by_suexec(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    if (h->nginx || !is_cgi(j, w))
        return false;
    /* mod_sitecage says as whom, where the host does not */
    if ((!h->suexec && !j->server->gate) || !has(j, "suexec_module"))
        return sc_judge_no(
            j, SC_COVERAGE_NOT,
            "the virtual host at %s:%u has no SuexecUserGroup: its programs (%s at %s:%u) run "
            "as the web server's user, outside of every site; give it one",
            h->file, h->line, w->what, w->file, w->line);
    const char *why = front_lacks(j);
    return why &&
           sc_judge_no(j, SC_COVERAGE_NOT, "%s (%s at %s:%u)", why, w->what, w->file, w->line);
}

/* The server's own handler runs PHP files that the host's does not name; where Apache has the module, that takes
 * these to the site's master, too. */
bool sc_judge_by_rest(struct judging *j, const struct sc_vhost *h, const struct sc_way *w)
{
    if (w < h->rest.v || w >= h->rest.v + h->rest.n || w->handler != SC_HANDLER_FPM || !w->address)
        return false;
    for (size_t i = 0; i < h->n_listens; i++)
        if (sc_fpm_same_address(h->listens[i], w->address))
            return false;
    return sc_judge_no(
        j, SC_COVERAGE_NOT,
        "files as %s, which the virtual host at %s:%u does not name, are run by %s at "
        "%s:%u, outside of the site: name them in the virtual host's own lines, or "
        "remove that one",
        sc_php_names_one(w->firm), h->file, h->line, w->what, w->file, w->line);
}

/* It would answer 503 to all of its PHP. */
bool sc_judge_by_unseen(struct judging *j)
{
    return j->seen->unseen && sc_judge_no(j, SC_COVERAGE_NOT, "%s", j->seen->unseen);
}

/* ---- aliases around the site ---- */

/* At the site's own address each request is told by where its code lies; an isolated site's pool sees no other. */
static bool is_kept(const struct judging *j, const struct sc_vhost *h, const char *address)
{
    const char *docroot = sc_host_docroot(h);
    for (size_t i = 0; docroot && i < j->site->n_isolated; i++)
        if (strcmp(j->site->isolated[i], docroot) == 0)
            return true;
    for (size_t i = 0; i < j->seen->n_uses; i++)
        if (!j->seen->uses[i].around && sc_fpm_same_address(j->seen->uses[i].listen, address))
            return true;
    return false;
}

static bool by_way_around(struct judging *j, const struct sc_vhost *h, const char *place)
{
    for (size_t i = 0; i < h->ways.n; i++) {
        const struct sc_way *w = &h->ways.v[i];
        if (w->handler == SC_HANDLER_FPM && !is_kept(j, h, w->address ? w->address : ""))
            return sc_judge_no(
                j, SC_COVERAGE_NOT,
                "the virtual host at %s:%u serves %s, where the site's code is, too, and has it "
                "run by %s at %s:%u, outside of the site: %s, or run no PHP there",
                h->file, h->line, place, w->what, w->file, w->line,
                place == h->pattern ? "write its directory" : "remove that alias");
    }
    return false;
}

/* Apache's module looks where the code lies. */
bool sc_judge_by_alias_around(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        const char *place =
            h->nginx || !j->server->gate ? sc_host_runs_around(h, &j->site->is) : NULL;
        if (place && by_way_around(j, h, place))
            return true;
    }
    return false;
}

/* ---- what .htaccess files may say at any time ---- */

/* What a handler that a .htaccess names would run outside of the site; NULL. */
static const char *htaccess_runs(const struct judging *j, const struct sc_vhost *h)
{
    static const char *const in_server[][2] = {
        {"php_module", "PHP in the web server's own process (mod_php)"},
        {"php7_module", "PHP in the web server's own process (mod_php)"},
        {"php5_module", "PHP in the web server's own process (mod_php)"},
        {"lua_module", "Lua in the web server's own process"},
        {"perl_module", "Perl in the web server's own process"},
        {"python_module", "Python in the web server's own process"},
        {"wsgi_module", "Python in the web server's own process"}};
    bool programs = has(j, "cgi_module") || has(j, "cgid_module");
    if (programs && (!h->suexec || !has(j, "suexec_module")))
        return "programs as the web server's user (give the host a SuexecUserGroup)";
    if (programs && front_lacks(j))
        return front_lacks(j);
    for (size_t i = 0; i < sizeof(in_server) / sizeof(in_server[0]); i++)
        if (has(j, in_server[i][0]))
            return in_server[i][1];
    return NULL;
}

/* Modules whose lines in .htaccess mod_sitecage cannot judge; NULL. */
static const char *htaccess_evades(const struct judging *j)
{
    static const char *const modules[][2] = {
        {"perl_module", "Perl in the web server's own process (mod_perl)"},
        {"python_module", "Python in the web server's own process (mod_python)"}};
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        if (sc_vhosts_has_module(hosts(j), modules[i][0]))
            return modules[i][1];
    return NULL;
}

/* Files below the document root, too, and lines that are written tomorrow; the module would ask at
 * each request. */
bool sc_judge_by_htaccess(struct judging *j)
{
    bool gate = j->server->gate;
    const char *way_out =
        gate ? "have Apache do without that module" : "let Apache have mod_sitecage";
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        const char *runs = !h->htaccess_at || !runs_it(j, h) ? NULL
                           : gate                            ? htaccess_evades(j)
                                                             : htaccess_runs(j, h);
        if (runs)
            return sc_judge_no(
                j, SC_COVERAGE_NOT,
                ".htaccess files of the virtual host at %s:%u may run, outside of every site: "
                "%s; %s, or write AllowOverride None at %s",
                h->file, h->line, runs, way_out, h->htaccess_at);
    }
    return false;
}
