/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes isolation impossible for many sites at once: mod_lsapi's mode in which one lsphp serves
 * all virtual hosts of a user, and pools of PHP-FPM that anybody can connect to. */
#include "core/base/cleanup.h"
#include "core/check/internal.h"
#include "core/loopback/loopback.h"
#include "core/web/vhosts.h"
#include "core/server/platform.h"

void sc_check_lsapi(struct sc_checks *c)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    (void)sc_vhosts_load("", &hosts, NULL);
    if (sc_lsapi_check(&hosts, &err) < 0)
        sc_check_add(c, "web server: LSAPI", SC_CHECK_FAILED, "%s", err.text);
}

static int look_for_ports(struct sc_loopback *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list pools = {0};
    int rc = sc_vhosts_load("", &hosts, err);
    if (rc == 0)
        rc = sc_fpm_known_load("", &pools, err);
    return rc < 0 ? rc : sc_loopback_look(&pools, &hosts, ret, err);
}

void sc_check_ports(struct sc_checks *c, bool enabled)
{
    static const char name[] = "PHP-FPM: TCP ports";
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_loopback_done) struct sc_loopback found = {0};
    int rc = look_for_ports(&found, &err);
    if (rc == 0)
        rc = sc_loopback_holds(&found, false, &err);
    if (rc < 0)
        sc_check_add(c, name, enabled ? SC_CHECK_FAILED : SC_CHECK_WARNING,
                     "%zu, which programs of isolated sites can connect to: %s", found.n_ports,
                     err.text);
    else if (found.n_ports == 0)
        sc_check_add(c, name, SC_CHECK_SKIPPED, "no pool listens at one");
    else if (!sc_loopback_stands())
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "%zu, which programs of isolated sites can connect to, because somebody "
                     "removed the firewall's table: cagefsctl --site-isolation-regenerate",
                     found.n_ports);
    else
        sc_check_add(c, name, SC_CHECK_OK, "%zu, closed to the programs of %zu accounts",
                     found.n_ports, found.n_accounts);
}
