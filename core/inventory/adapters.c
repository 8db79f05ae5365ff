/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/adapters.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"

#define EXE(name) SC_LIBEXECDIR "/sitecage-" name
#define SCRIPTS   "/opt/cpvendor/etc/integration.ini"

static const struct sc_adapter table[] = {
    {.name = "cpanel",
     .title = "cPanel",
     .path = "/usr/local/cpanel",
     .exe = EXE("cpanel"),
     .programs = "/usr/local/cpanel/cgi-sys"},
    {.name = "plesk",
     .title = "Plesk",
     .path = "/usr/local/psa",
     .exe = EXE("plesk"),
     .programs = "/var/www/cgi-bin/cgi_wrapper"},
    {.name = "directadmin",
     .title = "DirectAdmin",
     .path = "/usr/local/directadmin",
     .exe = EXE("directadmin")},
    {.name = "generic", .title = "integration scripts", .path = SCRIPTS, .exe = EXE("generic")},
    {.name = "hestia",
     .title = "HestiaCP",
     .path = "/usr/local/hestia",
     .exe = EXE("generic"),
     .also = "hestiacp"},
    {.name = "virtualmin",
     .title = "Virtualmin",
     .path = "/etc/webmin/virtual-server",
     .exe = EXE("generic")},
    {.name = "plain", .title = "Apache or nginx without a panel", .exe = EXE("generic")},
    {.name = "etcd", .title = "etcd", .exe = EXE("generic")},
};
#define N_ADAPTERS (sizeof(table) / sizeof(table[0]))

const struct sc_adapter *sc_adapters(size_t *ret_n)
{
    *ret_n = N_ADAPTERS;
    return table;
}

const struct sc_adapter *sc_adapter_named(const char *name)
{
    for (size_t i = 0; i < N_ADAPTERS; i++)
        if (!strcmp(name, table[i].name) || (table[i].also && !strcmp(name, table[i].also)))
            return &table[i];
    return NULL;
}

static int by_setting(const char *panel, const struct sc_adapter **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    const struct sc_adapter *found = sc_adapter_named(panel);
    if (found) {
        *ret = found;
        return 0;
    }
    for (size_t i = 0; i < N_ADAPTERS; i++)
        sc_buf_fmt(&names, ", %s", table[i].name);
    int rc = sc_buf_check(&names, "the list of panels", err);
    if (rc < 0)
        return rc;
    return sc_error_set(err, SC_E_INVAL,
                        "unknown panel '%s' in /etc/sitecage.conf: use one of auto%s", panel,
                        names.data);
}

int sc_panel_detect(const struct sc_panel_conf *conf, const struct sc_adapter **ret,
                    struct sc_error *err)
{
    if (conf->panel && strcmp(conf->panel, "auto") != 0)
        return by_setting(conf->panel, ret, err);
    SC_BUF struct sc_buf looked = SC_BUF_INIT;
    for (size_t i = 0; i < N_ADAPTERS; i++) {
        SC_FREE char *path = NULL;
        if (!table[i].path)
            continue;
        if (asprintf(&path, "%s%s", conf->root_prefix ? conf->root_prefix : "", table[i].path) <
            0) {
            path = NULL;
            return sc_error_set(err, SC_E_NOMEM, "out of memory to look for the control panel");
        }
        struct stat st;
        if (stat(path, &st) == 0) {
            *ret = &table[i];
            return 0;
        }
        if (errno != ENOENT && errno != ENOTDIR)
            return sc_error_sys(err, errno, "cannot look for %s at %s", table[i].title, path);
        sc_buf_fmt(&looked, "%s%s (%s)", i ? ", " : "", path, table[i].title);
    }
    int rc = sc_buf_check(&looked, "the list of panels", err);
    if (rc < 0)
        return rc;
    return sc_error_set(err, SC_E_PLATFORM,
                        "no control panel found: looked for %s; on a server without one of these "
                        "panels, write 'panel = plain' into /etc/sitecage.conf to take the domains "
                        "from Apache's and nginx's own configuration, or name your integration "
                        "scripts in " SCRIPTS,
                        looked.data);
}
