/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_lsapi's mode in which one lsphp serves all virtual hosts of a user: nothing can be
 * isolated. */
#include "core/base/cleanup.h"
#include "core/check/internal.h"
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
