/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/httpd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/base/there.h"
#include "core/web/process.h"

#define MASTER_MS   20000 /* for the new configuration */
#define CHILDREN_MS 3000  /* for processes of the old one; longer requests go on behind our back */
#define DELETED     " (deleted)"

bool sc_httpd_is_program(const char *link, const char *exe)
{
    size_t n = strlen(exe);
    return strncmp(link, exe, n) == 0 && (link[n] == 0 || strcmp(link + n, DELETED) == 0);
}

/* Apache takes "-d DIR" and "-dDIR". */
bool sc_httpd_is_other(const char *cmdline, size_t len)
{
    bool first = true;
    for (size_t at = 0; at < len; at += strnlen(cmdline + at, len - at) + 1) {
        const char *word = cmdline + at;
        if (!first && len - at > 1 && word[0] == '-' && (word[1] == 'd' || word[1] == 'f'))
            return true;
        first = false;
    }
    return false;
}

/* 1, 0, or -errno; so are the next ones. */
static int asked(int procfd, const char *exe)
{
    char link[PATH_MAX];
    ssize_t n = readlinkat(procfd, "exe", link, sizeof(link) - 1);
    if (n < 0) /* the kernel's own threads have none */
        return sc_proc_no_answer(procfd, errno);
    link[n] = 0;
    return sc_httpd_is_program(link, exe);
}

static bool runs(int procfd, const char *exe)
{
    return asked(procfd, exe) > 0;
}

static int is_child_of(int procfd, const char *exe)
{
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    SC_FD int parent = sc_proc_open(st.parent);
    if (parent < 0) /* 0: it is in another pid namespace, or nobody's child */
        return sc_is_absent(errno) ? 0 : -errno;
    return asked(parent, exe);
}

static int is_first(int procfd, const void *arg)
{
    const char *exe = arg;
    char cmdline[4096];
    int rc = asked(procfd, exe);
    rc = rc > 0 ? sc_proc_is_servers(procfd) : rc;
    int child = rc > 0 ? is_child_of(procfd, exe) : 0;
    if (rc <= 0 || child)
        return child < 0 ? child : rc < 0 ? rc : 0;
    ssize_t n = sc_proc_read(procfd, "cmdline", cmdline, sizeof(cmdline));
    if (n < 0)
        return sc_proc_no_answer(procfd, (int)-n);
    return n > 0 && !sc_httpd_is_other(cmdline, (size_t)n);
}

pid_t sc_httpd_find(const char *exe)
{
    return sc_web_process_find(is_first, exe);
}

static bool has_object(int procfd)
{
    SC_FREE char *line = NULL;
    size_t room = 0;
    int fd = openat(procfd, "maps", O_RDONLY | O_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    bool found = false;
    while (f && !found && getline(&line, &room, f) > 0)
        found = strstr(line, SC_HTTPD_OBJECT) != NULL;
    if (f)
        fclose(f);
    else if (fd >= 0)
        close(fd);
    return found;
}

bool sc_httpd_has_module(pid_t pid, const char *exe)
{
    SC_FD int fd = pid > 0 ? sc_proc_open(pid) : -EBADF;
    return fd >= 0 && runs(fd, exe) && sc_proc_is_servers(fd) > 0 && has_object(fd);
}

/* Whether no process of this Apache is of the other configuration. Some serve no requests (cgid's
 * daemon): they are new with each configuration, too. */
static bool children_are(pid_t master, const char *exe, bool with)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    size_t n = 0;
    if (sc_proc_list_open(0, &l) < 0)
        return false;
    for (;;) {
        SC_FD int fd = -EBADF;
        struct sc_proc_stat st;
        pid_t pid = sc_proc_next(&l, &fd);
        if (pid <= 0)
            return pid == 0 && n > 0;
        if (sc_proc_stat(fd, &st) < 0 || st.parent != master || st.state == 'Z' || !runs(fd, exe))
            continue;
        n++;
        if (has_object(fd) != with)
            return false;
    }
}

int sc_httpd_graceful(pid_t pid, const char *exe, bool with, struct sc_error *err)
{
    SC_FD int pidfd = sc_pidfd_open(pid);
    SC_FD int fd = sc_proc_open(pid);
    if (pidfd < 0 || fd < 0 || !runs(fd, exe) || sc_pidfd_signal(pidfd, SIGUSR1) < 0)
        return sc_error_sys(err, errno, "reload Apache (process %d)", (int)pid);
    int64_t until = sc_clock_ms() + MASTER_MS;
    while (has_object(fd) != with) {
        if (sc_clock_ms() > until || !runs(fd, exe))
            return sc_error_set(err, SC_E_TIMEOUT,
                                "Apache (process %d) did not take its new configuration; its error "
                                "log says why",
                                (int)pid);
        sc_sleep_ms(10);
    }
    until = sc_clock_ms() + CHILDREN_MS;
    while (!children_are(pid, exe, with) && sc_clock_ms() < until)
        sc_sleep_ms(20);
    return 0;
}
