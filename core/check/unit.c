/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what the units of Apache and cron confine them to lets programs of isolated sites run. */
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

#define NAME      "web server: its unit"
#define NAME_CRON "cron: its unit"

static bool is_outside_served(void)
{
    struct stat st;
    return sc_proxyexec_running() && stat(SC_OUTSIDE_SOCKET, &st) == 0 && S_ISSOCK(st.st_mode);
}

struct confined {
    struct sc_unit unit;
    char by[512]; /* "": nothing that is known */
    char why[512];
};

static bool cannot_work(struct confined *u, const struct sc_unit_use *use, const char *shown)
{
    return sc_unit_forbids(&u->unit, use, u->why, sizeof(u->why)) ||
           sc_unit_hinders(&u->unit, use, shown, u->why, sizeof(u->why));
}

static bool is_confined(const struct confined *u)
{
    return u->unit.own_mounts || u->by[0];
}

static void judge(struct sc_checks *c, const char *row, const struct sc_unit_use *use,
                  struct confined *u, bool enabled)
{
    SC_RUN_RESULT struct sc_run_result shown = SC_RUN_RESULT_INIT;
    const char *name = u->unit.name[0] ? u->unit.name : "it is in no unit";
    sc_unit_show(&u->unit, &shown);
    const char *text = shown.out.data ? shown.out.data : "";
    sc_unit_confined_by(text, u->by, sizeof(u->by));
    if (cannot_work(u, use, text))
        sc_check_add(c, row, SC_CHECK_FAILED, "%s", u->why);
    else if (enabled && is_confined(u) && !is_outside_served())
        sc_check_add(c, row, SC_CHECK_FAILED,
                     "%s is confined%s%s, and the service that builds views outside of it does not "
                     "run: systemctl start " SC_PROXY_UNIT,
                     name, u->by[0] ? " by " : "", u->by);
    else if (is_confined(u))
        sc_check_add(c, row, SC_CHECK_OK,
                     "%s is confined%s%s: what isolated sites need is done outside of it", name,
                     u->by[0] ? " by " : "", u->by);
    else if (use == &sc_unit_of_apache)
        sc_check_add(c, row, SC_CHECK_OK, "%s: nothing confines it", name);
}

void sc_check_unit(struct sc_checks *c, bool enabled)
{
    struct confined u = {0};
    if (sc_unit_look(sc_web_module_server(), &u.unit))
        judge(c, NAME, &sc_unit_of_apache, &u, enabled);
    else
        sc_check_add(c, NAME, SC_CHECK_SKIPPED, "Apache does not run");
}

void sc_check_cron_unit(struct sc_checks *c, bool enabled)
{
    struct confined u = {0};
    if (sc_unit_look(sc_unit_cron_process(), &u.unit))
        judge(c, NAME_CRON, &sc_unit_of_cron, &u, enabled);
}
