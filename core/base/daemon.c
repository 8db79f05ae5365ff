/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/debug.h"

/* What systemd says, and whether to debug. A command that debugs and happens to start a daemon
 * means itself. */
static int clean_environment(void)
{
    static const char *const kept[] = {"NOTIFY_SOCKET", "JOURNAL_STREAM"};
    SC_FREE char *notify = NULL, *journal = NULL;
    char **copies[] = {&notify, &journal};
    bool debug = sc_debugging() && strcmp(getenv(SC_DEBUG_ENV), SC_DEBUG_LOG) != 0;
    for (size_t i = 0; i < 2; i++)
        if (getenv(kept[i]) && !(*copies[i] = strdup(getenv(kept[i]))))
            return -1;
    if (clearenv() != 0 || setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) != 0 ||
        setenv("LANG", "C.UTF-8", 1) != 0 || (debug && setenv(SC_DEBUG_ENV, "1", 1) != 0))
        return -1;
    for (size_t i = 0; i < 2; i++)
        if (*copies[i] && setenv(kept[i], *copies[i], 1) != 0)
            return -1;
    return 0;
}

int sc_daemon_clean(void)
{
    return sc_daemon_clean_from(3);
}

int sc_daemon_clean_from(unsigned first)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return -1;
    (void)syscall(SYS_close_range, first, ~0U, 0);
    (void)umask(022);
    if (chdir("/") < 0)
        return -1;
    return clean_environment();
}

int sc_daemon_lock(const char *dir, const char *path, int *ret_fd, struct sc_error *err)
{
    int rc = sc_mkdir_p(dir, 0711, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &lock) < 0)
        return errno == EAGAIN || errno == EACCES
                   ? sc_error_set(err, SC_E_BUSY, "%s is locked: it runs already", path)
                   : sc_error_sys(err, errno, "lock %s", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_daemon_background(int (*run)(int ready, void *arg), void *arg)
{
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        close(ready[0]);
        if (setsid() < 0)
            _exit(1);
        pid = fork(); /* no leader of its session: it can get no terminal */
        if (pid != 0)
            _exit(pid < 0);
        _exit(run(ready[1], arg));
    }
    close(ready[1]);
    (void)waitpid(pid, NULL, 0);
    char byte;
    return read(ready[0], &byte, 1) == 1 ? 0 : 1;
}

/* sd_notify(3), of which nothing else is needed */
static void notify_systemd(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(a.sun_path))
        return;
    strcpy(a.sun_path, path);
    if (a.sun_path[0] == '@')
        a.sun_path[0] = 0;
    SC_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (fd >= 0)
        (void)!sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&a, len);
}

void sc_daemon_ready(int ready)
{
    if (ready >= 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd < 3; fd++)
            (void)dup2(null, fd);
        sc_close(&null);
        (void)!write(ready, "", 1);
        close(ready);
    } else {
        notify_systemd();
    }
    (void)unsetenv("NOTIFY_SOCKET");
}
