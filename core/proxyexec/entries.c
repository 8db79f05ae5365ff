/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/paths.h"

#define BACKLOG 512
#define NEW     SC_OUTSIDE_SOCKET ".new"

/* 1: noted. 0: this is another mount namespace than the first process's. */
static int note(struct sc_error *err)
{
    struct stat mnt, pid, first;
    char text[64];
    if (stat("/proc/self/ns/mnt", &mnt) < 0 || stat("/proc/self/ns/pid", &pid) < 0)
        return sc_error_sys(err, errno, "look at /proc/self/ns");
    if (stat("/proc/1/ns/mnt", &first) < 0 || first.st_dev != mnt.st_dev ||
        first.st_ino != mnt.st_ino)
        return 0;
    int n = snprintf(text, sizeof(text), "%llu %llu\n", (unsigned long long)mnt.st_ino,
                     (unsigned long long)pid.st_ino);
    int rc = sc_replace_file(SC_OUTSIDE_NOTE, 0600, text, (size_t)n, err);
    return rc < 0 ? rc : 1;
}

/* Complete before it has its name: no caller is refused by a half-made one. */
static int open_socket(int *ret, struct sc_error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = NEW};
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(NEW);
    mode_t old = umask(0177);
    int bound = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&a, sizeof(a));
    (void)umask(old);
    if (bound < 0 || listen(fd, BACKLOG) < 0 || rename(NEW, SC_OUTSIDE_SOCKET) < 0)
        return sc_error_sys(err, errno, "make the socket " SC_OUTSIDE_SOCKET);
    *ret = sc_steal_fd(&fd);
    return 0;
}

int sc_entries_open(struct sc_entries *ret, struct sc_error *err)
{
    *ret = (struct sc_entries){.fd = -EBADF};
    int rc = note(err);
    if (rc == 0)
        sc_log("this service is confined to a mount namespace of its own: it builds no views for "
               "others; remove what confines it (systemctl cat sitecage-proxyexec)");
    return rc <= 0 ? rc : open_socket(&ret->fd, err);
}

/* Nothing of the daemon's but the connection. */
static _Noreturn void serve(int sock, const struct rlimit *files)
{
    char exe[] = SC_OUTSIDE_EXE, path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *argv[] = {exe, NULL}, *envp[] = {path, NULL};
    sigset_t none;
    sigemptyset(&none);
    (void)setrlimit(RLIMIT_NOFILE, files);
    if (setsid() < 0 || (sock == 3 ? fcntl(3, F_SETFD, 0) : dup2(sock, 3)) < 0 ||
        syscall(SYS_close_range, 4U, ~0U, 0) < 0)
        _exit(1);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    execve(exe, argv, envp);
    _exit(1);
}

int sc_entries_accept(struct sc_entries *e, const struct rlimit *files)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    SC_FD int sock = accept4(e->fd, NULL, NULL, SOCK_CLOEXEC);
    if (sock < 0)
        return -1;
    if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || len != sizeof(who) ||
        who.uid != 0 || e->n >= SC_ENTRIES_MAX)
        return 0;
    pid_t pid = fork();
    if (pid == 0)
        serve(sock, files);
    if (pid < 0)
        return 0;
    e->n++;
    return pid;
}

void sc_entries_close(struct sc_entries *e)
{
    if (e->fd >= 0)
        (void)unlink(SC_OUTSIDE_SOCKET);
    sc_close(&e->fd);
}
