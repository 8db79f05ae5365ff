/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes isolation impossible for many sites at once: mod_lsapi's mode in which one lsphp serves
 * all virtual hosts of a user, and pools of PHP-FPM that anybody can connect to. */
#include "core/base/cleanup.h"
#include "core/check/internal.h"
#include "core/coverage/coverage.h"
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

void sc_check_ports(struct sc_checks *c, bool enabled)
{
    static const char name[] = "pools: TCP ports";
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server server = {0};
    if (sc_cover_server_look(true, &server, &err) < 0)
        sc_check_add(c, name, SC_CHECK_FAILED, "%s", err.text);
    else if (server.ports_error[0])
        sc_check_add(c, name, enabled ? SC_CHECK_FAILED : SC_CHECK_WARNING,
                     "%zu, which programs of isolated sites can connect to: %s",
                     server.ports.n_ports, server.ports_error);
    else if (server.ports.n_ports == 0)
        sc_check_add(c, name, SC_CHECK_SKIPPED, "no pool listens at one");
    else if (!sc_loopback_stands())
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "%zu, which programs of isolated sites can connect to, because somebody "
                     "removed the firewall's table: cagefsctl --site-isolation-regenerate",
                     server.ports.n_ports);
    else
        sc_check_add(c, name, SC_CHECK_OK, "%zu, closed to the programs of %zu accounts",
                     server.ports.n_ports, server.ports.n_accounts);
}
