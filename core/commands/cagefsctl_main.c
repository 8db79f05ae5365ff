/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/debug.h"
#include "core/commands/cagefsctl.h"
#include "core/commands/mains.h"

/* A descriptor 0-2 that the caller left closed would be given to the first file that is opened, the
 * database for one, and written to. Output gets one that cannot be written, so that a closed stdout
 * is noticed like a full disk. */
static int guard_fds(void)
{
    static const int flags[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
            return -1;
    return 0;
}

/* Of what root's caller has in the environment only PATH may matter to us or to what we run, and
 * whether to debug. */
static int clean_environment(void)
{
    static const char plain[] = "/usr/sbin:/usr/bin:/sbin:/bin";
    const char *given = getenv("PATH");
    char *path = strdup(given && *given ? given : plain);
    const char *debug = sc_debug_env(false);
    int rc = !path || clearenv() != 0 || setenv("PATH", path, 1) != 0 ||
                     (debug && putenv((char *)(uintptr_t)debug) != 0)
                 ? -1
                 : 0;
    free(path);
    return rc;
}

int sc_cagefsctl_main(int argc, char **argv)
{
    bool colour = sc_out_wants_colour(isatty(STDOUT_FILENO), getenv("NO_COLOR"), getenv("TERM"));
    if (guard_fds() < 0 || clean_environment() < 0)
        return 1;
    umask(022);
    sc_debug_switch(&argc, argv);
    struct sc_ctl_io io = {.out = stdout,
                           .err = stderr,
                           .euid = geteuid(),
                           .terminal = isatty(STDERR_FILENO),
                           .reader = isatty(STDOUT_FILENO),
                           .colour = colour};
    int status = sc_cagefsctl(argc, argv, &io);
    /* Some file systems say only now that what was written did not arrive. */
    if (fclose(stdout) != 0 && status == 0) {
        fprintf(stderr, "it is done, but standard output could not be written: %s\n",
                strerror(errno));
        return 1;
    }
    return status;
}
