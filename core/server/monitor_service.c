/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/monitor_service.h"

#include "core/base/log.h"
#include "core/base/service.h"
#include "core/base/paths.h"
#include "core/server/panel_hooks.h"
#include "core/server/server.h"

static const struct sc_service service = {.name = "the reconciling daemon",
                                          .unit = SC_MONITOR_UNIT,
                                          .daemon = SC_MONITOR_DAEMON,
                                          .dir = SC_RUN_DIR,
                                          .lock = SC_MONITOR_LOCK,
                                          .change = SC_MONITOR_CHANGE};

bool sc_monitor_running(void)
{
    return sc_service_running(&service);
}

int sc_monitor_start(struct sc_error *err)
{
    return sc_service_start(&service, err);
}

int sc_monitor_stop(struct sc_error *err)
{
    return sc_service_stop(&service, err);
}

void sc_monitor_revive(void)
{
    if (!sc_by_systemd())
        (void)sc_monitor_start(NULL);
}

void sc_monitor_hooks(struct sc_server *s, const struct sc_watch *w)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_inventory_conf panel;
    bool changed = false;
    int rc = sc_server_panel(s, &panel, &err);
    if (rc == 0)
        rc = sc_panel_hooks_ensure(&panel, &changed, &err);
    if (rc == 0 && changed)
        sc_log("the panel's hooks were put in place");
    if (rc == 0 || rc == SC_E_UNSUPPORTED)
        return;
    sc_log("the panel's hooks are not in place: %s", err.text);
    sc_watch_notice(w,
                    "The panel's hooks are not in place, so its changes are noticed late: %s; "
                    "repeat it with: %s register",
                    err.text, panel.adapter_exe ? panel.adapter_exe : "the adapter's");
}

void sc_monitor_wanted(struct sc_server *s, const struct sc_watch *w)
{
    struct sc_error err = SC_ERROR_INIT;
    bool needed = false;
    if (sc_monitor_needed(s, &needed, &err) < 0 || !needed)
        return;
    /* Not asked whether it runs: sc_monitor_start() does so under the lock that the daemon takes to
     * end, so that it does not end between our asking and its seeing the new site. */
    bool runs = sc_monitor_running();
    if (sc_monitor_start(&err) < 0) {
        sc_log("%s", err.text);
        sc_watch_notice(w,
                        "%s; until it runs, changes in the panel are taken over by: cagefsctl "
                        "--site-isolation-regenerate USER",
                        err.text);
    } else if (!runs) {
        sc_monitor_hooks(s, w);
    }
}
