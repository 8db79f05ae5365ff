/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/proc.h"
#include "core/web/unit.h"

static bool is_crons_name(const char *name)
{
    return strcmp(name, "cron") == 0 || strcmp(name, "crond") == 0;
}

pid_t sc_unit_cron_process(void)
{
    struct sc_proc_list list;
    pid_t pid = 0, found = 0;
    if (sc_proc_list_open(0, &list) < 0)
        return 0;
    do {
        SC_FD int proc = -EBADF;
        pid = sc_proc_next_named(&list, is_crons_name, &proc);
        if (pid > 0 && sc_proc_is_servers(proc) == 1)
            found = pid;
    } while (pid > 0 && !found);
    sc_proc_list_close(&list);
    return found;
}
