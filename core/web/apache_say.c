/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What directives of Apache's say about hosts: names, document roots, and what runs code. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/web/apache_code.h"
#include "core/web/apache_conf.h"
#include "core/web/proxy_url.h"

struct said { /* where, and by which words */
    struct sc_vhosts_reader *r;
    struct sc_apache_conf *p;
    const char *file;
    unsigned line;
    char **w;
    size_t n;
    unsigned firm, loose; /* names of files that it is for */
};

/* Where a way that is being said belongs to. */
static void add_way(const struct said *s, enum sc_handler handler, bool php, const char *address,
                    const char *what)
{
    struct sc_way way = {.handler = handler,
                         .php = php,
                         .firm = s->firm,
                         .loose = s->loose,
                         .address = (char *)(uintptr_t)address,
                         .what = (char *)(uintptr_t)what,
                         .file = (char *)(uintptr_t)(s->p->used_at ? s->p->used_at : s->file),
                         .line = s->p->used_at ? s->p->used_line : s->line};
    if (s->p->in_host) {
        sc_vhosts_way(s->r, &s->r->out->v[s->p->host_at].ways, &way);
        return;
    }
    struct sc_vhosts_dir *d = sc_vhosts_dir(s->r, s->p->dir ? s->p->dir : "");
    if (d)
        sc_vhosts_way(s->r, &d->ways, &way);
}

/* ---- what mod_proxy connects to ---- */

static void proxy_target(const struct said *s, const char *url)
{
    const char *what = url;
    char address[4096];
    if (strncasecmp(url, "proxy:", 6) == 0)
        url += 6;
    if (sc_proxy_fcgi(url, address, sizeof(address)))
        add_way(s, SC_HANDLER_FPM, true, address, what);
    else if (sc_proxy_is_application(url))
        add_way(s, SC_HANDLER_OTHER, false, sc_proxy_tcp(url, address, sizeof(address)), what);
}

/* Within <Proxy URL>, or as `BalancerMember URL` and `ProxySet` outside of one. */
static void balancer_member(const struct said *s)
{
    char address[4096], balancer[4096];
    bool inside = s->p->proxy != NULL;
    const char *of = inside ? s->p->proxy : s->w[1];
    const char *url = inside ? s->w[1] : s->n > 2 ? s->w[2] : "";
    if (!s->p->in_htaccess && strncasecmp(of, "balancer://", 11) == 0 &&
        sc_proxy_fcgi(of, balancer, sizeof(balancer)) &&
        sc_proxy_fcgi(url, address, sizeof(address)))
        sc_vhosts_alias(s->r, balancer, address);
}

/* ---- handlers ---- */

static const struct {
    const char *name;
    enum sc_handler handler;
    bool php;
} handlers[] = {
    {"application/x-httpd-php", SC_HANDLER_MODULE, true},
    {"php-script", SC_HANDLER_MODULE, true},
    {"lsapi-script", SC_HANDLER_LSAPI, true},
    {"lua-script", SC_HANDLER_OTHER, false},
    {"perl-script", SC_HANDLER_OTHER, false},
    {"modperl", SC_HANDLER_OTHER, false},
    {"mod_python", SC_HANDLER_OTHER, false},
    {"python-program", SC_HANDLER_OTHER, false},
    {"wsgi-script", SC_HANDLER_OTHER, false},
    {"uwsgi-handler", SC_HANDLER_OTHER, false},
    {"x-httpd-suphp", SC_HANDLER_OTHER, true},
    {"application/x-httpd-suphp", SC_HANDLER_OTHER, true},
};

/* SetHandler NAME, AddHandler NAME .ext…, AddType NAME .ext… */
static void handler_name(const struct said *s, const char *name, bool for_php)
{
    if (strncasecmp(name, "proxy:", 6) == 0) {
        proxy_target(s, name);
        return;
    }
    if (strstr(name, "lsphp")) {
        add_way(s, SC_HANDLER_LSAPI, true, NULL, name);
        return;
    }
    if (strcasecmp(name, "cgi-script") == 0 || strcasecmp(name, "fcgid-script") == 0) {
        add_way(s, tolower((unsigned char)name[0]) == 'f' ? SC_HANDLER_FCGID : SC_HANDLER_CGI,
                for_php, NULL, name);
        return;
    }
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
        if (strcasecmp(name, handlers[i].name) == 0) {
            add_way(s, handlers[i].handler, handlers[i].php, NULL, name);
            return;
        }
    /* mod_suphp's and others'; an Action may say what it is. In .htaccess that is the server's to know. */
    if (for_php && !s->p->in_htaccess && strcasestr(name, "php") && !strcasestr(name, "-source"))
        add_way(s, SC_HANDLER_OTHER, true, NULL, name);
}

static bool names_php(char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(words[i] + (*words[i] == '.'), "php", 3) == 0)
            return true;
    return false;
}

static struct said for_names(const struct said *s, unsigned names)
{
    struct said one = *s;
    one.firm = sc_apache_names(s->p) & names;
    return one;
}

/* Expressions that accounts write are not tried. */
static unsigned names_by(const struct said *s, const char *pattern)
{
    return s->p->in_htaccess || *pattern == '!' ? SC_PHP_NAMES_ALL
                                                : sc_php_names_regex(pattern, true);
}

static void set_handler(const struct said *s)
{
    struct said one = for_names(s, SC_PHP_NAMES_ALL);
    bool none = strcasecmp(s->w[1], "none") == 0 || strcasecmp(s->w[1], "default-handler") == 0;
    if (none && s->p->in_host)
        s->r->out->v[s->p->host_at].named |= one.firm;
    handler_name(&one, s->w[1], true);
}

static void add_handler(const struct said *s)
{
    struct said one = *s;
    one.loose = sc_apache_names(s->p) & sc_php_names_exts(s->w + 2, s->n - 2);
    handler_name(&one, s->w[1], names_php(s->w + 2, s->n - 2));
}

static void proxy_pass(const struct said *s)
{
    struct said one = for_names(s, s->n > 2 ? sc_php_names_path(s->w[1]) : SC_PHP_NAMES_ALL);
    proxy_target(&one, s->w[s->n > 2 ? 2 : 1]);
}

static void proxy_pass_match(const struct said *s)
{
    struct said one = for_names(s, s->n > 2 ? names_by(s, s->w[1]) : SC_PHP_NAMES_ALL);
    proxy_target(&one, s->w[s->n > 2 ? 2 : 1]);
}

/* The flags of RewriteRule: [P], and [H=HANDLER]. */
static void rewrite_rule(const struct said *s)
{
    if (s->n < 4)
        return;
    struct said one = for_names(s, names_by(s, s->w[1]));
    for (char *flag = s->w[3] + (*s->w[3] == '['), *next; flag && *flag; flag = next) {
        size_t len = strcspn(flag, ",]");
        next = flag[len] == ',' ? flag + len + 1 : NULL;
        flag[len] = 0;
        if (strcasecmp(flag, "P") == 0 || strcasecmp(flag, "proxy") == 0)
            proxy_target(&one, s->w[2]);
        else if (strncasecmp(flag, "H=", 2) == 0)
            handler_name(&one, flag + 2, true);
        else if (strncasecmp(flag, "handler=", 8) == 0)
            handler_name(&one, flag + 8, true);
    }
}

static void wrapper(const struct said *s)
{
    add_way(s, SC_HANDLER_FCGID, true, NULL, s->w[1]);
}

/* The type or handler of a script, and what runs it. */
static void action(const struct said *s)
{
    if (!strcasestr(s->w[1], "php"))
        return;
    add_way(s, SC_HANDLER_CGI, true, NULL, s->n > 2 ? s->w[2] : s->w[1]);
    if (!s->p->in_htaccess)
        sc_vhosts_action(s->r, s->p->in_host ? s->p->host_at + 1 : 0, s->w[1]);
}

static void lsapi_engine(const struct said *s)
{
    if (strcasecmp(s->w[1], "on") == 0)
        add_way(s, SC_HANDLER_LSAPI, true, NULL, s->w[0]);
}

static void lsapi_per_user(const struct said *s)
{
    if (strcasecmp(s->w[1], "on") == 0 && !s->r->out->per_user_at &&
        asprintf(&s->r->out->per_user_at, "%s:%u", s->file, s->line) < 0)
        s->r->out->per_user_at = NULL;
}

static void application(const struct said *s)
{
    if (strcasecmp(s->w[1], "off") != 0)
        add_way(s, SC_HANDLER_OTHER, false, NULL, s->w[0]);
}

/* On for each host, unless it is off for the host or the server as a whole. */
static void passenger(const struct said *s)
{
    application(s);
    if (strcasecmp(s->w[1], "off") != 0 || s->p->parts || s->p->in_htaccess)
        return;
    if (s->p->in_host)
        s->r->out->v[s->p->host_at].passenger_off = true;
    else
        s->r->passenger_off = true;
}

/* In .htaccess the module asks (core/web/apache/directives.c). For the whole server what has no script is
 * the administrator's. */
static void code(const struct said *s)
{
    const char *script;
    if (!s->p->in_htaccess && sc_apache_runs_code(s->w, s->n, &script) && (script || s->p->in_host))
        add_way(s, SC_HANDLER_OTHER, false, script, s->w[0]);
}

/* mod_fastcgi: where a program runs, or a server listens, that an Action may lead to. */
static void fastcgi_server(const struct said *s)
{
    if (sc_vhosts_has_module(s->r->out, "fastcgi_module"))
        add_way(s, SC_HANDLER_OTHER, false, NULL, s->w[0]);
}

static void environment(const struct said *s)
{
    sc_apache_say_env(s->r, s->p, s->w, s->n);
}

static void load_module(const struct said *s)
{
    if (s->p->in_htaccess)
        return;
    sc_vhosts_word(s->r, &s->r->out->modules, &s->r->out->n_modules, s->w[1]);
}

/* ---- hosts ---- */

static struct sc_vhost *host(const struct said *s)
{
    return s->p->in_host ? &s->r->out->v[s->p->host_at] : NULL;
}

static void document_root(const struct said *s)
{
    if (host(s))
        sc_vhosts_root(s->r, host(s), s->w[1], false);
}

static void pattern(const struct said *s)
{
    struct sc_vhost *h = host(s);
    if (!h || strcasecmp(s->w[1], "none") == 0)
        return;
    free(h->pattern);
    h->pattern = sc_vhosts_dup(s->r, s->w[1]);
}

static void alias(const struct said *s)
{
    if (!host(s) && !s->p->in_htaccess && s->n > 2 && s->w[2][0] == '/')
        sc_vhosts_word(s->r, &s->r->out->shared, &s->r->out->n_shared, s->w[2]);
    if (host(s) && s->n > 2 && s->w[2][0] == '/')
        sc_vhosts_root(s->r, host(s), s->w[2], true);
}

static void script_alias(const struct said *s)
{
    add_way(s, SC_HANDLER_CGI, false, NULL, s->n > 2 ? s->w[2] : s->w[1]);
    alias(s);
}

static void names(const struct said *s)
{
    struct sc_vhost *h = host(s);
    for (size_t i = 1; h && i < s->n; i++) {
        char *name = strstr(s->w[i], "://") ? strstr(s->w[i], "://") + 3 : s->w[i];
        name[strcspn(name, ":")] = 0;
        sc_vhosts_word(s->r, &h->names, &h->n_names, name);
    }
}

static void suexec(const struct said *s)
{
    if (host(s))
        host(s)->suexec = true;
}

/* Valid in <Directory> alone; without a directory here that one is a pattern. */
static void override(const struct said *s)
{
    bool list = strcasecmp(s->w[0], "AllowOverrideList") == 0;
    char at[4200];
    if (s->p->in_htaccess)
        return;
    snprintf(at, sizeof(at), "%s:%u", s->p->used_at ? s->p->used_at : s->file,
             s->p->used_at ? s->p->used_line : s->line);
    struct sc_override line = {.dir = s->p->dir ? s->p->dir : (char *)(uintptr_t) "",
                               .allows = list ? sc_override_list_allows(s->w + 1, s->n - 1)
                                              : sc_override_allows(s->w + 1, s->n - 1),
                               .list = list,
                               .at = at};
    if (!sc_overrides_add(host(s) ? &host(s)->overrides : &s->r->overrides, &line))
        sc_vhosts_no_memory(s->r);
}

static const struct {
    const char *name;
    void (*say)(const struct said *s);
} directives[] = {
    {"SetHandler", set_handler},
    {"AddHandler", add_handler},
    {"AddType", add_handler},
    {"ForceType", set_handler},
    {"ProxyPass", proxy_pass},
    {"ProxyPassMatch", proxy_pass_match},
    {"BalancerMember", balancer_member},
    {"RewriteRule", rewrite_rule},
    {"FcgidWrapper", wrapper},
    {"FCGIWrapper", wrapper},
    {"Action", action},
    {"lsapi_engine", lsapi_engine},
    {"lsapi_per_user", lsapi_per_user},
    {"FastCgiExternalServer", fastcgi_server},
    {"FastCgiServer", fastcgi_server},
    {"PassengerEnabled", passenger},
    {"PassengerAppRoot", application},
    {"SetEnv", environment},
    {"FcgidInitialEnv", environment},
    {"DefaultInitEnv", environment},
    {"lsapi_set_env", environment},
    {"SetEnvIf", environment},
    {"SetEnvIfNoCase", environment},
    {"SetEnvIfExpr", environment},
    {"lsapi_phprc", environment},
    {"suPHP_ConfigPath", environment},
    {"LoadModule", load_module},
    {"DocumentRoot", document_root},
    {"VirtualDocumentRoot", pattern},
    {"Alias", alias},
    {"ScriptAlias", script_alias},
    {"ScriptAliasMatch", script_alias},
    {"ServerName", names},
    {"ServerAlias", names},
    {"SuexecUserGroup", suexec},
    {"AllowOverride", override},
    {"AllowOverrideList", override},
};

/* Most names differ in their first letter. */
static bool is_called(const char *word, const char *name)
{
    return ((word[0] ^ name[0]) & ~0x20) == 0 && strcasecmp(word, name) == 0;
}

void sc_apache_say(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                   unsigned line, char **w, size_t n)
{
    struct said s = {.r = r, .p = p, .file = file, .line = line, .w = w, .n = n};
    for (size_t i = 0; n > 1 && i < sizeof(directives) / sizeof(directives[0]); i++)
        if (is_called(w[0], directives[i].name))
            directives[i].say(&s);
    if (n > 1)
        code(&s);
}

void sc_apache_say_proxy(struct sc_vhosts_reader *r, const char *url)
{
    char name[4096], socket[4096];
    if (sc_proxy_worker(url, name, sizeof(name)) && sc_proxy_fcgi(url, socket, sizeof(socket)))
        sc_vhosts_alias(r, name, socket);
}
