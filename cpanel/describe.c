/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `manage_hooks add script` asks for: one JSON array of the hooks that are wanted. None is
 * blocking: cPanel never waits for a verdict, and a failure of ours denies nothing. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "cpanel/cpanel.h"
#include "cpanel/wanted.h"

static const struct sc_cpanel_wanted wanted[] = {
    {"Whostmgr", "Accounts::Create", "post"},
    {"Whostmgr", "Accounts::Modify", "pre"}, /* only then the old main domain is still known */
    {"Whostmgr", "Accounts::Modify", "post"},
    {"Whostmgr", "Accounts::Remove", "post"},
    {"Whostmgr", "Accounts::SiteIP::set", "post"},
    {"Whostmgr", "Accounts::suspendacct", "post"},
    {"Whostmgr", "Accounts::unsuspendacct", "post"},
    {"Whostmgr", "Accounts::change_package", "post"},
    {"Whostmgr", "Accounts::Rearrangeacct", "post"},
    {"Whostmgr", "Domain::addsubdomain", "post"},
    {"Whostmgr", "Domain::delsubdomain", "post"},
    {"Whostmgr", "Domain::park", "post"},
    {"Whostmgr", "Domain::unpark", "post"},
    {"Cpanel", "Api1::Park::park", "post"},
    {"Cpanel", "Api1::Park::unpark", "post"},
    {"Cpanel", "Api2::AddonDomain::addaddondomain", "post"},
    {"Cpanel", "Api2::AddonDomain::deladdondomain", "post"},
    {"Cpanel", "Api2::Park::park", "post"},
    {"Cpanel", "Api2::Park::unpark", "post"},
    {"Cpanel", "Api2::SubDomain::addsubdomain", "post"},
    {"Cpanel", "Api2::SubDomain::changedocroot", "post"},
    {"Cpanel", "Api2::SubDomain::delsubdomain", "post"},
    {"Cpanel", "UAPI::AddonDomain::addaddondomain", "post"},
    {"Cpanel", "UAPI::AddonDomain::deladdondomain", "post"},
    {"Cpanel", "UAPI::Park::park", "post"},
    {"Cpanel", "UAPI::Park::unpark", "post"},
    {"Cpanel", "UAPI::SubDomain::addsubdomain", "post"},
    {"Cpanel", "UAPI::SubDomain::changedocroot", "post"},
    {"Cpanel", "UAPI::SubDomain::delsubdomain", "post"},
    /* what PHP serves a domain, and from which pool */
    {"Whostmgr", "Lang::PHP::set_vhost_versions", "post"},
    {"Whostmgr", "Lang::PHP::set_system_default_version", "post"},
    {"Whostmgr", "Lang::PHP::ini_set_content", "post"},
    {"Whostmgr", "Lang::PHP::ini_set_directives", "post"},
    {"Cpanel", "UAPI::LangPHP::php_set_vhost_versions", "post"},
    {"Cpanel", "UAPI::LangPHP::php_ini_set_user_content", "post"},
    {"scripts", "php_fpm_config", "post"},
    {"scripts", "build_apache_conf", "post"},
    {"PkgAcct", "Restore", "post"},
    {"ConvertAddon", "convert_addon", "post"},
};

const struct sc_cpanel_wanted *sc_cpanel_wanted(size_t *ret_n)
{
    *ret_n = sizeof(wanted) / sizeof(wanted[0]);
    return wanted;
}

int sc_cpanel_describe(struct sc_buf *out, struct sc_error *err)
{
    SC_JSON json_t *list = json_array();
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "category", wanted[i].category, "event",
                              wanted[i].event, "stage", wanted[i].stage, "hook", SC_CPANEL_HOOK,
                              "exectype", "script");
        /* Else the hook would run as the cPanel user, who cannot write the queue. */
        if (strcmp(wanted[i].category, "Cpanel") == 0)
            json_object_set_new(o, "escalateprivs", json_integer(1));
        if (json_array_append_new(list, o) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the description");
    }
    SC_FREE char *text = json_dumps(list, JSON_INDENT(1));
    if (!text)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the description");
    sc_buf_fmt(out, "%s\n", text);
    return sc_buf_check(out, "the description", err);
}
