/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/litespeed.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/base/proc.h"
#include "core/base/there.h"
#include "core/web/process.h"

#define PLACE "/usr/local/lsws" /* both, from whatever package */

/* The program's name: lshttpd.6.3, openlitespeed. 1, 0, or -errno. */
static int is_server(int procfd, const void *arg)
{
    static const char *const names[] = {"lshttpd", "litespeed", "openlitespeed"};
    char exe[PATH_MAX];
    (void)arg;
    ssize_t n = readlinkat(procfd, "exe", exe, sizeof(exe) - 1);
    if (n < 0) /* of the kernel's own threads there is none */
        return sc_is_absent(errno) || sc_proc_has_ended(procfd, errno) ? 0 : -errno;
    exe[n] = 0;
    const char *slash = strrchr(exe, '/');
    for (size_t i = 0; slash && i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(slash + 1, names[i], strlen(names[i])) == 0)
            return sc_proc_is_servers(procfd);
    return 0;
}

pid_t sc_litespeed_find(void)
{
    if (access(PLACE, F_OK) < 0 && sc_is_absent(errno))
        return 0;
    return sc_web_process_find(is_server, NULL);
}
