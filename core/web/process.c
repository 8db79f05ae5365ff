/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/process.h"

#include "core/base/cleanup.h"
#include "core/base/proc.h"

pid_t sc_web_process_find(int (*is)(int procfd, const void *arg), const void *arg)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    int rc = sc_proc_list_open(0, &l);
    while (rc == 0) {
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next(&l, &fd);
        if (pid <= 0)
            return pid;
        rc = is(fd, arg);
        if (rc > 0)
            return pid;
    }
    return rc;
}
