/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What directives of Apache's say about hosts: names, document roots, and what runs code. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/web/apache_conf.h"

struct said { /* where, and by which words */
    struct sc_vhosts_reader *r;
    struct sc_apache_conf *p;
    const char *file;
    unsigned line;
    char **w;
    size_t n;
};

/* Where a way that is being said belongs to. */
static void add_way(const struct said *s, enum sc_handler handler, bool php, const char *address,
                    const char *what)
{
    struct sc_way way = {.handler = handler,
                         .php = php,
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

/* ---- addresses of mod_proxy ---- */

/* "unix:/run/x.sock|fcgi://localhost/…": the socket. "fcgi://127.0.0.1:9000/…": the address, which
 * may be a worker's or a balancer's name. False: not FastCGI. */
static bool fcgi_address(const char *url, char *out, size_t size)
{
    static const char unix_[] = "unix:", fcgi[] = "fcgi://", balancer[] = "balancer://";
    if (strncasecmp(url, unix_, sizeof(unix_) - 1) == 0) {
        const char *bar = strchr(url, '|');
        if (!bar || strncasecmp(bar + 1, "fcgi:", 5) != 0)
            return false;
        url += sizeof(unix_) - 1;
        while (url[0] == '/' && url[1] == '/') /* unix:///run/x.sock */
            url++;
        return snprintf(out, size, "%.*s", (int)(bar - url), url) < (int)size;
    }
    if (strncasecmp(url, balancer, sizeof(balancer) - 1) == 0)
        return snprintf(out, size, "%.*s",
                        (int)(sizeof(balancer) - 1 + strcspn(url + sizeof(balancer) - 1, "/")),
                        url) < (int)size;
    if (strncasecmp(url, fcgi, sizeof(fcgi) - 1) != 0)
        return false;
    url += sizeof(fcgi) - 1;
    return snprintf(out, size, "%.*s", (int)strcspn(url, "/"), url) < (int)size;
}

/* The name that others call a worker by: the URL behind "unix:…|", without its scheme and path. */
static bool worker_name(const char *url, char *out, size_t size)
{
    const char *bar = strchr(url, '|');
    return strncasecmp(url, "unix:", 5) == 0 && bar && fcgi_address(bar + 1, out, size) && *out;
}

/* A process of its own that is asked by another protocol: what it runs is nobody's to say. */
static bool is_application(const char *url)
{
    static const char *const schemes[] = {"uwsgi:", "scgi:", "ajp:"};
    const char *bar = strncasecmp(url, "unix:", 5) == 0 ? strchr(url, '|') : NULL;
    url = bar ? bar + 1 : url;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* "uwsgi://127.0.0.1:3031/": the address; NULL: a Unix socket. Not AJP's: those run their own alone. */
static const char *tcp_address(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    if (strncasecmp(url, "unix:", 5) == 0 || strncasecmp(url, "ajp:", 4) == 0 || !host)
        return NULL;
    host += strlen("://");
    return snprintf(out, size, "%.*s", (int)strcspn(host, "/"), host) < (int)size ? out : NULL;
}

static void proxy_target(const struct said *s, const char *url)
{
    const char *what = url;
    char address[4096];
    if (strncasecmp(url, "proxy:", 6) == 0)
        url += 6;
    if (fcgi_address(url, address, sizeof(address)))
        add_way(s, SC_HANDLER_FPM, true, address, what);
    else if (is_application(url))
        add_way(s, SC_HANDLER_OTHER, false, tcp_address(url, address, sizeof(address)), what);
}

/* Within <Proxy URL>, or as `BalancerMember URL` and `ProxySet` outside of one. */
static void balancer_member(const struct said *s)
{
    char address[4096], balancer[4096];
    bool inside = s->p->proxy != NULL;
    const char *of = inside ? s->p->proxy : s->w[1];
    const char *url = inside ? s->w[1] : s->n > 2 ? s->w[2] : "";
    if (!s->p->in_htaccess && strncasecmp(of, "balancer://", 11) == 0 &&
        fcgi_address(of, balancer, sizeof(balancer)) && fcgi_address(url, address, sizeof(address)))
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
    {"mod_python", SC_HANDLER_OTHER, false},
    {"wsgi-script", SC_HANDLER_OTHER, false},
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
        if (strcasecmp(name, handlers[i].name) == 0)
            add_way(s, handlers[i].handler, handlers[i].php, NULL, name);
}

static bool names_php(char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(words[i] + (*words[i] == '.'), "php", 3) == 0)
            return true;
    return false;
}

static void set_handler(const struct said *s)
{
    handler_name(s, s->w[1], true);
}

static void add_handler(const struct said *s)
{
    handler_name(s, s->w[1], names_php(s->w + 2, s->n - 2));
}

static void proxy_pass(const struct said *s)
{
    proxy_target(s, s->w[s->n > 2 ? 2 : 1]);
}

/* The flags of RewriteRule: [P], and [H=HANDLER]. */
static void rewrite_rule(const struct said *s)
{
    if (s->n < 4)
        return;
    for (char *flag = s->w[3] + (*s->w[3] == '['), *next; flag && *flag; flag = next) {
        size_t len = strcspn(flag, ",]");
        next = flag[len] == ',' ? flag + len + 1 : NULL;
        flag[len] = 0;
        if (strcasecmp(flag, "P") == 0 || strcasecmp(flag, "proxy") == 0)
            proxy_target(s, s->w[2]);
        else if (strncasecmp(flag, "H=", 2) == 0)
            handler_name(s, flag + 2, true);
        else if (strncasecmp(flag, "handler=", 8) == 0)
            handler_name(s, flag + 8, true);
    }
}

static void wrapper(const struct said *s)
{
    add_way(s, SC_HANDLER_FCGID, true, NULL, s->w[1]);
}

/* The type or handler of a script, and what runs it. */
static void action(const struct said *s)
{
    if (strstr(s->w[1], "php"))
        add_way(s, SC_HANDLER_CGI, true, NULL, s->n > 2 ? s->w[2] : s->w[1]);
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
    {"ProxyPassMatch", proxy_pass},
    {"BalancerMember", balancer_member},
    {"RewriteRule", rewrite_rule},
    {"FcgidWrapper", wrapper},
    {"FCGIWrapper", wrapper},
    {"Action", action},
    {"lsapi_engine", lsapi_engine},
    {"lsapi_per_user", lsapi_per_user},
    {"PassengerEnabled", application},
    {"PassengerAppRoot", application},
    {"WSGIScriptAlias", application},
    {"WSGIScriptAliasMatch", application},
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

void sc_apache_say(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                   unsigned line, char **w, size_t n)
{
    struct said s = {r, p, file, line, w, n};
    for (size_t i = 0; n > 1 && i < sizeof(directives) / sizeof(directives[0]); i++)
        if (strcasecmp(w[0], directives[i].name) == 0)
            directives[i].say(&s);
}

void sc_apache_say_proxy(struct sc_vhosts_reader *r, const char *url)
{
    char name[4096], socket[4096];
    if (worker_name(url, name, sizeof(name)) && fcgi_address(url, socket, sizeof(socket)))
        sc_vhosts_alias(r, name, socket);
}
