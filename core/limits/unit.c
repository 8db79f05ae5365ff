/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/unit.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/own_group.h"
#include "core/base/paths.h"
#include "core/base/service.h"
#include "core/limits/members.h"

void sc_sites_unit_start(void)
{
    if (!sc_by_systemd() || !sc_sites_unit_fits() || sc_sites_unit_runs())
        return;
    if (sc_unit_start(SC_SITES_UNIT, NULL) == 0)
        sc_sites_unit_adopt();
}

/* A program of ours; one of a version before is "(deleted)". */
static bool is_ours(pid_t pid)
{
    static const char folder[] = SC_LIBEXECDIR "/";
    char link[32], exe[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    ssize_t n = readlink(link, exe, sizeof(exe) - 1);
    return n >= (ssize_t)sizeof(folder) - 1 && strncmp(exe, folder, sizeof(folder) - 1) == 0;
}

void sc_sites_unit_adopt(void)
{
    SC_CLEANUP(sc_members_done) struct sc_members m = {0};
    SC_FD int own = sc_own_group_open();
    if (own < 0 || sc_members_read(SC_GROUPS_MOUNT, &m, NULL) < 0)
        return;
    for (size_t i = 0; i < m.n; i++)
        if (is_ours(m.v[i]))
            (void)sc_member_move(SC_GROUPS_MOUNT "/" SC_OWN_GROUP, m.v[i]);
}
