/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/adapters.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"

#define EXE(name) SC_LIBEXECDIR "/sitecage-" name

static const struct sc_adapter table[] = {
    {"cpanel", "cPanel", "/usr/local/cpanel", EXE("cpanel"), "/usr/local/cpanel/cgi-sys"},
    {"plesk", "Plesk", "/usr/local/psa", EXE("plesk"), "/var/www/cgi-bin/cgi_wrapper"},
    {"directadmin", "DirectAdmin", "/usr/local/directadmin", EXE("directadmin"), NULL},
    {"generic", "integration scripts", "/opt/cpvendor/etc/integration.ini", EXE("generic"), NULL},
};
#define N_ADAPTERS (sizeof(table) / sizeof(table[0]))

const struct sc_adapter *sc_adapters(size_t *ret_n)
{
    *ret_n = N_ADAPTERS;
    return table;
}

static int by_setting(const char *panel, const struct sc_adapter **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    for (size_t i = 0; i < N_ADAPTERS; i++) {
        if (strcmp(panel, table[i].name) == 0) {
            *ret = &table[i];
            return 0;
        }
        sc_buf_fmt(&names, ", %s", table[i].name);
    }
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
                        "panels, name your integration scripts in %s",
                        looked.data, table[N_ADAPTERS - 1].path);
}
