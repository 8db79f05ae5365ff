/* SPDX-License-Identifier: GPL-2.0-or-later */
/* At each (re)start: what Apache has understood of its configuration, for the engine. */
#include "core/web/apache/report.h"

#include "core/web/apache/mod.h"

#include "core/web/apache/ask_client.h"

#include <errno.h>
#include <unixd.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/file.h"

APLOG_USE_MODULE(sitecage);

/* What decides which code a host runs, and how. In lower case. */
static const char *const wanted[] = {
    "servername",
    "serveralias",
    "documentroot",
    "virtualdocumentroot",
    "virtualscriptalias",
    "alias",
    "aliasmatch",
    "scriptalias",
    "scriptaliasmatch",
    "userdir",
    "suexecusergroup",
    "sethandler",
    "addhandler",
    "addtype",
    "forcetype",
    "removehandler",
    "removetype",
    "action",
    "script",
    "proxypass",
    "proxypassmatch",
    "balancermember",
    "rewriterule",
    "fcgidwrapper",
    "fcgidinitialenv",
    "passengerenabled",
    "wsgiscriptalias",
    "wsgiscriptaliasmatch",
    "lsapi_per_user",
    "ruidgid",
    "assignuserid",
    "allowoverride",
    "allowoverridelist",
    "options",
    "php_admin_flag",
    "engine",
};

/* Sections are walked into and named; those without anything of interest cost two lines. */
static bool is_section(const ap_directive_t *d)
{
    return d->directive[0] == '<';
}

static bool is_wanted(apr_pool_t *p, const char *directive)
{
    char *low = apr_pstrdup(p, directive);
    ap_str_tolower(low);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (strcmp(low, wanted[i]) == 0)
            return true;
    return false;
}

static bool has_wanted(apr_pool_t *p, const ap_directive_t *d)
{
    for (; d; d = d->next)
        if (is_section(d) ? has_wanted(p, d->first_child) : is_wanted(p, d->directive))
            return true;
    return false;
}

static void add_directive(struct sc_buf *out, const ap_directive_t *d, const char **file)
{
    if (!*file || strcmp(*file, d->filename) != 0) {
        sc_buf_str(out, "#file ");
        sc_buf_enc(out, d->filename, strlen(d->filename));
        sc_buf_str(out, "\n");
        *file = d->filename;
    }
    sc_buf_fmt(out, "#line %d\n%s %s\n", d->line_num, d->directive, d->args ? d->args : "");
}

static void add_tree(apr_pool_t *p, struct sc_buf *out, const ap_directive_t *d, const char **file)
{
    for (; d; d = d->next) {
        if (is_section(d) && has_wanted(p, d->first_child)) {
            add_directive(out, d, file);
            add_tree(p, out, d->first_child, file);
            sc_buf_fmt(out, "</%s>\n", d->directive + 1);
        } else if (!is_section(d) && is_wanted(p, d->directive)) {
            add_directive(out, d, file);
        }
    }
}

static void add_server(struct sc_buf *out, const server_rec *s)
{
    sc_buf_fmt(out,
               SC_WEB_REPORT_HEAD "\n#server %s\n#pid %ld\n#user %ld\n#group %ld\n#suexec %s\n",
               ap_get_server_description(), (long)getpid(), (long)ap_unixd_config.user_id,
               (long)ap_unixd_config.group_id, ap_unixd_config.suexec_enabled ? "on" : "off");
    if (s->defn_name) {
        sc_buf_str(out, "#config ");
        sc_buf_enc(out, s->defn_name, strlen(s->defn_name));
        sc_buf_str(out, "\n");
    }
    for (const module *m = ap_top_module; m; m = m->next)
        sc_buf_fmt(out, "#module %s\n", m->name);
}

void sc_mod_report(apr_pool_t *p, server_rec *s)
{
    SC_BUF struct sc_buf out = {.limit = SC_WEB_REPORT_MAX};
    struct sc_error err = SC_ERROR_INIT;
    const char *file = NULL;
    add_server(&out, s);
    add_tree(p, &out, ap_conftree, &file);
    sc_buf_str(&out, "#end\n");
    int rc = sc_buf_check(&out, "the report of the web server", &err);
    if (rc == 0 && sc_mod->may_not_write)
        rc = sc_web_tell_start(SC_WEB_SOCKET, ap_unixd_config.group_id, out.data, out.len, &err);
    else if (rc == 0)
        rc = sc_replace_file(SC_WEB_REPORT, 0600, out.data, out.len, &err);
    if (rc < 0)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, "sitecage: no report is written: %s",
                     err.text);
}
