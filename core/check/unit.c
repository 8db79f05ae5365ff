/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what Apache's unit confines it to lets programs of isolated sites run. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/base/run.h"
#include "core/base/service.h"
#include "core/check/internal.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/service.h"
#include "core/web/module.h"
#include "core/web/unit.h"

#define NAME "web server: its unit"

static bool is_outside_served(void)
{
    struct stat st;
    return sc_proxyexec_running() && stat(SC_OUTSIDE_SOCKET, &st) == 0 && S_ISSOCK(st.st_mode);
}

static void judge(struct sc_checks *c, const struct sc_unit *u, const char *shown, bool enabled)
{
    char why[512], by[512];
    const char *name = u->name[0] ? u->name : "it is in no unit";
    sc_unit_confined_by(shown, by, sizeof(by));
    if (sc_unit_forbids(u, why, sizeof(why)))
        sc_check_add(c, NAME, SC_CHECK_FAILED, "%s", why);
    else if (sc_unit_hinders(u, shown, why, sizeof(why)))
        sc_check_add(c, NAME, SC_CHECK_FAILED, "%s", why);
    else if (enabled && (u->own_mounts || by[0]) && !is_outside_served())
        sc_check_add(c, NAME, SC_CHECK_FAILED,
                     "%s is confined%s%s, and the service that builds views outside of it does not "
                     "run: systemctl start " SC_PROXY_UNIT,
                     name, by[0] ? " by " : "", by);
    else if (u->own_mounts || by[0])
        sc_check_add(c, NAME, SC_CHECK_OK,
                     "%s is confined%s%s: what isolated sites need is done outside of it", name,
                     by[0] ? " by " : "", by);
    else
        sc_check_add(c, NAME, SC_CHECK_OK, "%s: nothing confines it", name);
}

void sc_check_unit(struct sc_checks *c, bool enabled)
{
    struct sc_unit u;
    SC_RUN_RESULT struct sc_run_result shown = SC_RUN_RESULT_INIT;
    if (!sc_unit_look(sc_web_module_server(), &u)) {
        sc_check_add(c, NAME, SC_CHECK_SKIPPED, "Apache does not run");
        return;
    }
    sc_unit_show(&u, &shown);
    judge(c, &u, shown.out.data ? shown.out.data : "", enabled);
}
