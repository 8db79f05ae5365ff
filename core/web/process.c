/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/process.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/proc.h"

int sc_web_process_no_answer(int procfd, int errnum)
{
    return sc_proc_has_ended(procfd, errnum) ? 0 : -errnum;
}

int sc_web_process_is_servers(int procfd)
{
    struct stat st, ns, mine;
    if (fstat(procfd, &st) < 0)
        return sc_web_process_no_answer(procfd, errno);
    if (st.st_uid != 0)
        return 0;
    if (fstatat(procfd, "ns/pid", &ns, 0) < 0)
        return sc_web_process_no_answer(procfd, errno);
    if (stat("/proc/self/ns/pid", &mine) < 0)
        return -errno;
    return ns.st_ino == mine.st_ino && ns.st_dev == mine.st_dev;
}

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
