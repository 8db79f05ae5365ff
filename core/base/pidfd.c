/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"

int sc_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0u);
}

int sc_pidfd_signal(int pidfd, int sig)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0u);
}

bool sc_pidfd_wait(int pidfd, int wait_ms)
{
    const int64_t end = sc_clock_ms() + wait_ms;
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    for (;;) {
        int64_t left = wait_ms < 0 ? -1 : end - sc_clock_ms();
        int n = poll(&p, 1, (int)(wait_ms >= 0 && left < 0 ? 0 : left));
        if (n > 0)
            return (p.revents & POLLIN) != 0;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

bool sc_pidfd_end(int pidfd, int wait_ms)
{
    (void)sc_pidfd_signal(pidfd, SIGTERM);
    if (sc_pidfd_wait(pidfd, wait_ms))
        return true;
    (void)sc_pidfd_signal(pidfd, SIGKILL);
    return sc_pidfd_wait(pidfd, wait_ms);
}
