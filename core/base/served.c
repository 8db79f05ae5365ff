/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/served.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int sc_served_begin(bool to_its_end, const char *keep)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
    for (size_t i = 0; to_its_end && i < sizeof(ignored) / sizeof(ignored[0]); i++)
        (void)signal(ignored[i], SIG_IGN);
    if (clearenv() != 0 || setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) != 0 ||
        (keep && putenv((char *)(uintptr_t)keep) != 0) || chdir("/") < 0)
        return -1;
    (void)umask(022);
    return 0;
}
