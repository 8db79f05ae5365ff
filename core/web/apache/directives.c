/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directives: our own, and those of other modules that run code before any handler is asked for. What a
 * .htaccess of an isolated site says there would run in the web server. httpd calls each module that has a
 * directive's name, so these are seen here, and a request that they count for is refused once all its
 * .htaccess files are read. */
#include "core/web/apache/mod.h"

#include "core/web/apache/address.h"
#include "core/web/apache/stand_in.h"

APLOG_USE_MODULE(sitecage);

void *sc_mod_make_dir(apr_pool_t *p, char *path)
{
    (void)path;
    return apr_pcalloc(p, sizeof(struct sc_mod_dir));
}

static apr_array_header_t *both(apr_pool_t *p, apr_array_header_t *a, apr_array_header_t *b)
{
    return a && b ? apr_array_append(p, a, b) : a ? a : b;
}

void *sc_mod_merge_dirs(apr_pool_t *p, void *base, void *more)
{
    const struct sc_mod_dir *a = base, *b = more;
    if (!a->handlers && !a->backends && !a->code && !a->program && !a->passwords)
        return more;
    struct sc_mod_dir *out = apr_pcalloc(p, sizeof(*out));
    out->handlers = both(p, a->handlers, b->handlers);
    out->backends = both(p, a->backends, b->backends);
    out->passwords = both(p, a->passwords, b->passwords);
    out->code = b->code ? b->code : a->code;
    out->program = b->program ? b->program : a->program;
    out->linked = a->linked || b->linked;
    return out;
}

/* ---- our own ---- */

static void add_word(apr_pool_t *p, apr_array_header_t **list, const char *word)
{
    if (!*list)
        *list = apr_array_make(p, 2, sizeof(const char *));
    APR_ARRAY_PUSH(*list, const char *) = word;
}

static const char *allow_handler(cmd_parms *cmd, void *dir, const char *name)
{
    add_word(cmd->pool, &((struct sc_mod_dir *)dir)->handlers, name);
    return NULL;
}

static const char *allow_backend(cmd_parms *cmd, void *dir, const char *text)
{
    char name[PATH_MAX];
    if (!sc_web_address_of_text(strncmp(text, "unix:", 5) == 0 ? text + 5 : text, name))
        return "SitecageAllowBackend: the path of a Unix socket, or HOST:PORT";
    add_word(cmd->pool, &((struct sc_mod_dir *)dir)->backends, apr_pstrdup(cmd->pool, name));
    return NULL;
}

/* ---- those of others ---- */

/* Whether the module that it belongs to is loaded: else it must be as wrong as ever. */
static bool is_others(const char *name)
{
    for (module *m = ap_top_module; m && ap_find_command_in_modules(name, &m); m = m->next)
        if (m != &sitecage_module)
            return true;
    return false;
}

static bool is_in_htaccess(cmd_parms *cmd)
{
    return ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != NULL;
}

/* A link from a host that is not isolated may have led to it. */
static bool is_by_link(const cmd_parms *cmd)
{
    return !sc_web_now()->site && cmd->config_file && sc_mod_is_in_site(cmd->config_file->name);
}

/* NULL, or what is wrong with the line. */
static const char *wrong(cmd_parms *cmd)
{
    return is_others(cmd->cmd->name)
               ? NULL
               : apr_psprintf(cmd->pool,
                              "Invalid command '%s', perhaps misspelled or defined by a module not "
                              "included in the server configuration",
                              cmd->cmd->name);
}

/* Where the administrator writes it, it is his. */
static const char *seen(cmd_parms *cmd, struct sc_mod_dir *dir, const char **ret)
{
    const char *other = wrong(cmd);
    if (other || !is_in_htaccess(cmd))
        return other;
    *ret = cmd->cmd->name;
    dir->linked |= is_by_link(cmd);
    return NULL;
}

static const char *see_code(cmd_parms *cmd, void *dir, const char *args)
{
    (void)args;
    return seen(cmd, dir, &((struct sc_mod_dir *)dir)->code);
}

static const char *see_switch(cmd_parms *cmd, void *dir, const char *args)
{
    return strcasecmp(args, "off") == 0 ? NULL : see_code(cmd, dir, args);
}

static const char *see_program(cmd_parms *cmd, void *dir, const char *args)
{
    (void)args;
    return seen(cmd, dir, &((struct sc_mod_dir *)dir)->program);
}

/* The line is wrong: its .htaccess cannot be read, and the visitor gets 500. NULL: it is no isolated site's. */
static const char *refuse_line(cmd_parms *cmd, const char *reason)
{
    const struct sc_web_site *site = sc_web_now()->site;
    if (!site && !is_by_link(cmd))
        return NULL;
    if (site)
        sc_web_counts_add(sc_mod->counts, site->id, HTTP_INTERNAL_SERVER_ERROR,
                          apr_time_sec(apr_time_now()), reason);
    return apr_psprintf(cmd->pool, "sitecage: %s: %d: %s (%s)",
                        site ? site->name : cmd->server->server_hostname,
                        HTTP_INTERNAL_SERVER_ERROR, reason, cmd->cmd->name);
}

static const char secret_reason[] = "its .htaccess would start a program outside of the site";

/* What begins with "exec:" is a program, which would be started before the request can be refused. */
static const char *see_secret(cmd_parms *cmd, void *dir, const char *args)
{
    const char *other = wrong(cmd), *rest = args;
    (void)dir;
    if (other || strncmp(ap_getword_conf(cmd->temp_pool, &rest), "exec:", 5) != 0 ||
        !is_in_htaccess(cmd))
        return other;
    return refuse_line(cmd, secret_reason);
}

static const char macro_reason[] = "its .htaccess uses macros of the server's configuration";

/* Macros of mod_macro belong to the whole process: what hosts say in them, any .htaccess could say again, and what an
 * .htaccess defines would count for others. */
static const char *see_macro(cmd_parms *cmd, void *dir, const char *args)
{
    const char *other = wrong(cmd);
    (void)dir;
    (void)args;
    return other || !is_in_htaccess(cmd) ? other : refuse_line(cmd, macro_reason);
}

/* Panels keep the passwords of a domain's protected directories where no site sees them. Where the server's own
 * configuration names the file, it is the one. */
static const char *see_passwords(cmd_parms *cmd, void *dir, const char *args)
{
    const char *other = wrong(cmd), *rest = args;
    if (other || is_in_htaccess(cmd))
        return other;
    const char *path = ap_server_root_relative(cmd->pool, ap_getword_conf(cmd->pool, &rest));
    if (path)
        add_word(cmd->pool, &((struct sc_mod_dir *)dir)->passwords, path);
    return NULL;
}

static void know_passwords(const struct sc_mod_dir *dir)
{
    const apr_array_header_t *files = dir ? dir->passwords : NULL;
    sc_web_now()->passwords = files ? (const char *const *)(const void *)files->elts : NULL;
    sc_web_now()->n_passwords = files ? (size_t)files->nelts : 0;
}

static int on_directives(request_rec *r)
{
    const struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    const struct sc_mod_dir *dir = ap_get_module_config(r->per_dir_config, &sitecage_module);
    int rc = 0;
    sc_web_now()->walks = false;
    know_passwords(dir);
    if (!q || !dir || (!q->site && !dir->linked))
        return DECLINED;
    if (dir->code)
        rc = sc_mod_refuse(r, q->site, HTTP_SERVICE_UNAVAILABLE,
                           "its .htaccess runs code in the web server's own process, outside of "
                           "the site",
                           dir->code);
    else if (dir->program)
        rc = sc_mod_judge_program(r, q->site, dir->program);
    return rc ? rc : DECLINED;
}

void sc_mod_directive_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_post_perdir_config(on_directives, NULL, NULL, APR_HOOK_REALLY_FIRST);
}

#define CODE(name)    AP_INIT_RAW_ARGS(name, see_code, NULL, OR_ALL, NULL)
#define SWITCH(name)  AP_INIT_RAW_ARGS(name, see_switch, NULL, OR_ALL, NULL)
#define SECRET(name)  AP_INIT_RAW_ARGS(name, see_secret, NULL, OR_ALL, NULL)
#define MACRO(name)   AP_INIT_RAW_ARGS(name, see_macro, NULL, OR_ALL | EXEC_ON_READ, NULL)
#define PROGRAM(name) AP_INIT_RAW_ARGS(name, see_program, NULL, OR_ALL, NULL)

const command_rec sc_mod_directives[] = {
    AP_INIT_ITERATE("SitecageAllowHandler", allow_handler, NULL, RSRC_CONF | ACCESS_CONF,
                    "names of handlers that requests of isolated sites may have"),
    AP_INIT_ITERATE("SitecageAllowBackend", allow_backend, NULL, RSRC_CONF | ACCESS_CONF,
                    "addresses that requests of isolated sites may be passed on to"),
    /* of mod_lua, mod_wsgi, Passenger and mod_fcgid: what their tables of commands allow in .htaccess */
    CODE("LuaHookAccessChecker"),
    CODE("LuaHookAuthChecker"),
    CODE("LuaHookCheckUserID"),
    CODE("LuaHookFixups"),
    CODE("LuaHookInsertFilter"),
    CODE("LuaHookLog"),
    CODE("LuaHookMapToStorage"),
    CODE("LuaHookTypeChecker"),
    CODE("Lua_____ByteCodeHack"), /* what <LuaHook…> becomes */
    CODE("LuaPackageCPath"),      /* where the administrator's scripts find theirs */
    CODE("LuaPackagePath"),
    CODE("LuaRoot"),
    CODE("WSGIAccessScript"),
    CODE("WSGIAuthGroupScript"),
    CODE("WSGIAuthUserScript"),
    CODE("PassengerAppRoot"),
    SWITCH("PassengerEnabled"),
    AP_INIT_RAW_ARGS("AuthUserFile", see_passwords, NULL, OR_ALL, NULL),
    AP_INIT_RAW_ARGS("AuthGroupFile", see_passwords, NULL, OR_ALL, NULL),
    SECRET("AuthLDAPBindPassword"), /* of mod_authnz_ldap and mod_session_crypto */
    SECRET("SessionCryptoPassphrase"),
    MACRO("<Macro"), /* of mod_macro */
    MACRO("UndefMacro"),
    MACRO("Use"),
    PROGRAM("FcgidAccessChecker"),
    PROGRAM("FcgidAuthenticator"),
    PROGRAM("FcgidAuthorizer"),
    {.name = NULL}};
