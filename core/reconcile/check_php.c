/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_lsapi's mode in which one lsphp serves all virtual hosts of a user: nothing can be isolated.
 */
#include "core/base/cleanup.h"
#include "core/reconcile/check_internal.h"
#include "core/reconcile/engine_internal.h"
#include "core/web/vhosts.h"

int sc_lsapi_check(struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts v = {0};
    /* what cannot be read does not stop anybody: the entries themselves fail closed */
    if (sc_vhosts_load("", &v, NULL) < 0 || !v.per_user_at)
        return 0;
    return sc_error_set(
        err, SC_E_PLATFORM,
        "%s: lsapi_per_user On is incompatible with CloudLinux Isolates. In per-user mode, a "
        "single "
        "lsphp master process handles all virtual hosts for a user, making per-domain isolation "
        "architecturally impossible. Switch to lsapi_per_user Off (the default) before enabling "
        "isolation.",
        v.per_user_at);
}

void sc_check_lsapi(struct sc_checks *c)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_lsapi_check(&err) < 0)
        sc_check_add(c, "web server: LSAPI", SC_CHECK_FAILED, "%s", err.text);
}
