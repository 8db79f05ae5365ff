/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a caller set on itself to make root's work fail half-way. Raising needs CAP_SYS_RESOURCE; a
 * container without it keeps what it has. */
static void reset_limits(void)
{
    for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
        struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
        if (i == RLIMIT_CORE)
            unlimited = (struct rlimit){0, 0};
        else if (i == RLIMIT_NOFILE)
            unlimited = (struct rlimit){65536, 65536};
        else if (i == RLIMIT_STACK)
            unlimited = (struct rlimit){8 << 20, RLIM_INFINITY};
        /* glibc and musl differ in the type of prlimit()'s second argument */
        (void)syscall(SYS_prlimit64, 0, (long)i, &unlimited, NULL);
    }
    (void)setpriority(PRIO_PROCESS, 0, 0);
    struct sched_param none = {0};
    (void)sched_setscheduler(0, SCHED_OTHER, &none);
}

static _Noreturn void become_helper(char *const argv[], int said_fd)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LANG=C.UTF-8";
    char *const env[] = {path, lang, NULL};
    sigset_t none;
    sigemptyset(&none);
    /* all ids root: the caller can neither signal nor stop it while it holds root's locks */
    if (setsid() < 0 || setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    reset_limits();
    umask(022);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (chdir("/") < 0 || null < 0 || dup2(said_fd, 2) < 0 || dup2(null, 0) < 0 ||
        dup2(null, 1) < 0 || syscall(SYS_close_range, 3U, ~0U, 0) < 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    execve(argv[0], argv, env);
    _exit(SC_EXIT_NOT_FOUND);
}

int sc_enter_helper(char *const argv[], struct sc_enter_why *why)
{
    int said[2];
    if (pipe2(said, O_CLOEXEC) < 0)
        return sc_why(why, "cannot start %s: %s", argv[0], strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        int e = errno;
        close(said[0]);
        close(said[1]);
        return sc_why(why, "cannot start %s: %s", argv[0], strerror(e));
    }
    if (pid == 0)
        become_helper(argv, said[1]);
    close(said[1]);
    char text[200];
    size_t len = 0;
    /* all of it is read, so that the helper never waits for us; the first bytes are kept */
    for (;;) {
        char more[200];
        ssize_t n = read(said[0], more, sizeof(more));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size_t fit = sizeof(text) - 1 - len;
        size_t take = (size_t)n < fit ? (size_t)n : fit;
        memcpy(text + len, more, take);
        len += take;
    }
    close(said[0]);
    text[len] = 0;
    text[strcspn(text, "\n")] = 0;
    int status = 0;
    pid_t got;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return sc_why(why, "%s",
                  len ? text : "the site cannot be built; the administrator's log says why");
}
