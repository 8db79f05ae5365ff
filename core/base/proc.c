/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/io.h"
#include "core/base/pidfd.h"

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

int sc_proc_list_take(int procfs, struct sc_proc_list *ret)
{
    ret->dir = fdopendir(procfs);
    return ret->dir ? 0 : -errno;
}

int sc_proc_list_open(pid_t keeper, struct sc_proc_list *ret)
{
    char path[64] = "/proc";
    if (keeper > 0)
        snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)keeper);
    int fd = open(path, DIRECTORY);
    if (fd < 0)
        return -errno;
    int rc = sc_proc_list_take(fd, ret);
    if (rc < 0)
        close(fd);
    return rc;
}

void sc_proc_list_close(struct sc_proc_list *l)
{
    if (l->dir)
        closedir(l->dir);
    l->dir = NULL;
}

/* 1: its name is wanted; 0: it is not, or the process has ended; a negative errno. */
static int has_name(int procfs, const char *pid, bool (*wanted)(const char *name))
{
    char path[280], name[128];
    snprintf(path, sizeof(path), "%s/comm", pid);
    int fd = openat(procfs, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -errno : read(fd, name, sizeof(name) - 1); /* one read gets all of it */
    n = fd >= 0 && n < 0 ? -errno : n;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return n == -ENOENT || n == -ESRCH ? 0 : (int)n;
    name[n] = 0;
    name[strcspn(name, "\n")] = 0;
    return wanted(name);
}

pid_t sc_proc_next(struct sc_proc_list *l, int *ret_procfd)
{
    return sc_proc_next_named(l, NULL, ret_procfd);
}

pid_t sc_proc_next_named(struct sc_proc_list *l, bool (*wanted)(const char *name), int *ret_procfd)
{
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(l->dir);
        if (!e)
            return -errno;
        char *end;
        long pid = strtol(e->d_name, &end, 10);
        if (*end || pid <= 1)
            continue;
        int is = wanted ? has_name(dirfd(l->dir), e->d_name, wanted) : 1;
        if (is < 0)
            return is;
        if (is == 0)
            continue;
        int fd = openat(dirfd(l->dir), e->d_name, DIRECTORY);
        if (fd < 0 && (errno == ENOENT || errno == ESRCH))
            continue; /* it has ended since */
        if (fd < 0)
            return -errno;
        *ret_procfd = fd;
        return (pid_t)pid;
    }
}

bool sc_proc_has_ended(int procfd, int errnum)
{
    return errnum == ENOENT || errnum == ESRCH ||
           (errnum == EACCES && sc_pidfd_signal(procfd, 0) < 0 && errno == ESRCH);
}

int sc_proc_no_answer(int procfd, int errnum)
{
    return sc_proc_has_ended(procfd, errnum) ? 0 : -errnum;
}

int sc_proc_is_servers(int procfd)
{
    struct stat st, ns, mine;
    if (fstat(procfd, &st) < 0)
        return sc_proc_no_answer(procfd, errno);
    if (st.st_uid != 0)
        return 0;
    if (fstatat(procfd, "ns/pid", &ns, 0) < 0)
        return sc_proc_no_answer(procfd, errno);
    if (stat("/proc/self/ns/pid", &mine) < 0)
        return -errno;
    return ns.st_ino == mine.st_ino && ns.st_dev == mine.st_dev;
}

int sc_proc_open(pid_t pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    return open(path, DIRECTORY);
}

ssize_t sc_proc_read(int procfd, const char *name, char *out, size_t size)
{
    int fd = openat(procfd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = sc_read_all(fd, out, size - 1);
    if (n < 0)
        n = -errno;
    close(fd);
    if (n >= 0)
        out[n] = 0;
    return n;
}

int sc_proc_stat(int procfd, struct sc_proc_stat *ret)
{
    char text[512];
    int parent, session;
    int fd = openat(procfd, "stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -errno : read(fd, text, sizeof(text) - 1); /* one read gets all of it */
    n = fd >= 0 && n < 0 ? -errno : n;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return (int)n;
    text[n] = 0;
    /* the name may have anything in it, parentheses too */
    const char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (!begin || !end ||
        sscanf(end + 1,
               " %c %d %*s %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
               &ret->state, &parent, &session, &ret->started) != 4)
        return -ESRCH;
    snprintf(ret->name, sizeof(ret->name), "%.*s", (int)(end - begin - 1), begin + 1);
    ret->parent = (pid_t)parent;
    ret->session = (pid_t)session;
    return 0;
}
