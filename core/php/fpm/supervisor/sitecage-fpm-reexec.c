/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands over php-fpm's program for the moment of one reload (core/php/fpm/master.c): adds a
 * listening socket of another process to FPM_SOCKETS, uncovers the real program and becomes it.
 * Anybody else who starts php-fpm in that moment gets the real one, unchanged. Runs as root only
 * where it was started by root; not setuid. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/php/fpm/taken.h"
#include "core/base/pidfd.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* "MASTER EXE\nPID FD LISTEN\n". Returns 0 when it is meant for this process. */
static int read_todo(char exe[PATH_MAX], int *pid, int *fd, char listen[128])
{
    char text[PATH_MAX + 256];
    int master = 0, in = open(SC_FPM_REEXEC_TODO, O_RDONLY | O_CLOEXEC);
    ssize_t n = in < 0 ? -1 : read(in, text, sizeof(text) - 1);
    if (in >= 0)
        close(in);
    if (n <= 0)
        return -1;
    text[n] = 0;
    char *nl = strchr(text, '\n');
    if (!nl || sscanf(nl + 1, "%d %d %120s", pid, fd, listen) != 3 ||
        sscanf(text, "%d %4095[^\n]", &master, exe) != 2)
        return -1;
    return master == (int)getpid() ? 0 : -1;
}

static void add_socket(int pid, int fd, const char *listen)
{
    int pidfd = sc_pidfd_open(pid);
    int got = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    const char *old = getenv("FPM_SOCKETS");
    if (pidfd >= 0)
        close(pidfd);
    /* php-fpm's own are inherited; this one, too */
    if (got < 0 || fcntl(got, F_SETFD, 0) < 0) {
        dprintf(2, "sitecage-fpm-reexec: cannot take %s over: %s\n", listen, strerror(errno));
        return;
    }
    size_t size = (old ? strlen(old) : 0) + strlen(listen) + 32, len = strlen(listen);
    char *sockets = malloc(size);
    if (!sockets)
        return;
    int at = snprintf(sockets, size, "%s=%d", listen, got);
    /* with the others; a second one for this address would be closed, and its name removed */
    while (old && *old) {
        size_t n = strcspn(old, ",");
        if (strncmp(old, listen, len) != 0 || old[len] != '=')
            at += snprintf(sockets + at, size - (size_t)at, ",%.*s", (int)n, old);
        else
            close((int)strtol(old + len + 1, NULL, 10));
        old += n + (old[n] == ',');
    }
    (void)setenv("FPM_SOCKETS", sockets, 1);
}

int main(int argc, char **argv)
{
    char self[PATH_MAX], exe[PATH_MAX] = "", listen[128];
    int pid = 0, fd = -1;
    if (argc < 1)
        return 127;
    int mine = read_todo(exe, &pid, &fd, listen) == 0;
    if (mine)
        add_socket(pid, fd, listen);
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (!mine && n > 0 && (size_t)n < sizeof(exe)) {
        memcpy(exe, self, (size_t)n);
        exe[n] = 0;
    }
    struct stat me, there;
    if (stat("/proc/self/exe", &me) < 0)
        return 127;
    /* whoever is not meant waits for the cover to go, as it will at once */
    for (int i = 0; i < 5000; i++) {
        if (stat(exe, &there) < 0)
            break;
        if (there.st_dev != me.st_dev || there.st_ino != me.st_ino) {
            execv(exe, argv);
            break;
        }
        if (mine || i > 3000)
            (void)umount2(exe, MNT_DETACH);
        else {
            struct timespec t = {0, 1000000};
            (void)nanosleep(&t, NULL);
        }
    }
    dprintf(2, "sitecage-fpm-reexec: cannot become %s: %s\n", exe, strerror(errno));
    return 126;
}
