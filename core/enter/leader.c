/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/leader.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/enter/drop.h"
#include "core/enter/title.h"

int sc_leader_begin(const struct sc_terminal *t)
{
    sigset_t all;
    sigfillset(&all);
    if (sigprocmask(SIG_BLOCK, &all, NULL) < 0 || setsid() < 0 || ioctl(t->slave, TIOCSCTTY, 0) < 0)
        return -errno;
    return 0;
}

void sc_leader_place(const struct sc_terminal *t)
{
    if (setpgid(0, 0) < 0 || (t->in_front && tcsetpgrp(t->slave, getpid()) < 0))
        abort();
}

/* A reader must see the program's end of file, not ours: not even 0-2 are kept. */
static void keep_little(const struct sc_terminal *t, int entry, char *const argv[])
{
    const int keep[] = {t->slave, t->control[1], entry};
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    sc_drop_fds(keep, 3);
    sc_drop_bounding(0);
    if (chdir("/") < 0 || setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 ||
        setresuid(0, 0, 0) < 0)
        abort();
    sc_drop_caps(SC_CAP_BIT(CAP_KILL));
    sc_drop_everything_else();
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    sc_title_set(argv, "sitecage-leader");
}

static _Noreturn void end(const struct sc_terminal *t, int status)
{
    /* when a session's leader ends, the foreground is signalled: that is not what the program left */
    (void)tcsetpgrp(t->slave, getpgrp());
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void look(const struct sc_terminal *t, pid_t program)
{
    int status;
    while (waitpid(program, &status, WNOHANG | WUNTRACED) == program) {
        if (!WIFSTOPPED(status))
            end(t, status);
        struct sc_terminal_word w = {SC_TERMINAL_STOPPED, (unsigned char)WSTOPSIG(status)};
        (void)send(t->control[1], &w, sizeof(w), MSG_NOSIGNAL);
    }
}

/* The program is not reaped: its number, and its group's, are its own. */
static void obey(const struct sc_terminal *t, pid_t program)
{
    struct sc_terminal_word w;
    while (recv(t->control[1], &w, sizeof(w), MSG_DONTWAIT) == (ssize_t)sizeof(w)) {
        if (w.what == SC_TERMINAL_FRONT)
            (void)tcsetpgrp(t->slave, program);
        else if (w.what == SC_TERMINAL_BACK)
            (void)tcsetpgrp(t->slave, getpgrp());
        else if (w.what == SC_TERMINAL_SIGNAL)
            (void)kill(program, w.sig);
        else if (w.what == SC_TERMINAL_SIGNAL_GROUP)
            (void)kill(-program, w.sig);
    }
}

static int children(void)
{
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    int fd = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        abort();
    return fd;
}

_Noreturn void sc_leader_run(const struct sc_terminal *t, pid_t program, int entry,
                             char *const argv[])
{
    (void)setpgid(program, program); /* or it did so itself */
    keep_little(t, entry, argv);
    struct pollfd fds[] = {{.fd = children(), .events = POLLIN},
                           {.fd = t->control[1], .events = POLLIN},
                           {.fd = entry, .events = POLLIN}};
    for (;;) {
        struct signalfd_siginfo si;
        (void)poll(fds, 3, -1);
        while (read(fds[0].fd, &si, sizeof(si)) > 0)
            ;
        if (fds[2].revents) {
            (void)kill(-program, SIGKILL);
            (void)kill(program, SIGKILL);
            _exit(128 + SIGKILL);
        }
        look(t, program);
        obey(t, program);
    }
}
