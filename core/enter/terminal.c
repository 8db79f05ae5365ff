/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PTMX "/dev/pts/ptmx"

/* asm-generic/ioctls.h, Linux 4.13 */
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* A user's file system can answer ioctl(2) as a terminal does, but has no devices. */
static bool is_terminal(int fd)
{
    struct stat st;
    return isatty(fd) && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}

/* A description of our own, since it must not block: the flags of the caller's are everybody's who
 * has it. Opening a pseudoterminal's other side (TIOCGPTN) would make a further one. */
static int own(int fd, int flags)
{
    char path[32];
    int number, mine = -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (syscall(SYS_ioctl, (long)fd, (long)TIOCGPTN, &number) < 0)
        mine = open(path, (flags & O_ACCMODE) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return mine >= 0 ? mine : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* The first of these that is a terminal and can be used so. */
static int choose(const struct sc_terminal *t, const int *fds, size_t n, int unless_mode)
{
    for (size_t i = 0; i < n; i++) {
        int flags = fds[i] < 0 || (fds[i] < 3 && !t->is[fds[i]]) ? -1 : fcntl(fds[i], F_GETFL);
        if (flags >= 0 && (flags & O_ACCMODE) != unless_mode)
            return own(fds[i], flags);
    }
    return -EBADF;
}

/* In a pipeline others may read the terminal, and in the background nobody does: then the program
 * comes to the foreground when it asks. */
static bool begins_in_front(const struct sc_terminal *t)
{
    struct stat out;
    return t->is[0] && fstat(1, &out) == 0 && !S_ISFIFO(out.st_mode) && !S_ISSOCK(out.st_mode) &&
           tcgetpgrp(t->in) == getpgrp();
}

int sc_terminal_find(struct sc_terminal *ret)
{
    struct sc_terminal t = {.in = -EBADF,
                            .out = -EBADF,
                            .master = -EBADF,
                            .slave = -EBADF,
                            .control = {-EBADF, -EBADF}};
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    t.used = tty >= 0;
    for (int fd = 0; fd < 3; fd++) {
        t.is[fd] = is_terminal(fd);
        t.used = t.used || t.is[fd];
    }
    if (t.used) {
        t.in = choose(&t, (const int[]){0, tty, 1, 2}, 4, O_WRONLY);
        t.out = choose(&t, (const int[]){1, 2, tty, 0}, 4, O_RDONLY);
        if (tcgetattr(t.in >= 0 ? t.in : t.out, &t.mode) < 0)
            return -errno;
        t.controls = tcgetpgrp(t.in) >= 0;
        t.in_front = begins_in_front(&t);
    }
    if (tty >= 0)
        close(tty);
    *ret = t;
    return 0;
}

void sc_terminal_copy_size(const struct sc_terminal *t)
{
    struct winsize size;
    if (ioctl(t->out, TIOCGWINSZ, &size) == 0)
        (void)ioctl(t->master, TIOCSWINSZ, &size);
}

/* The user's, as a login would have made it: programs open their terminal by its name. */
static int open_master(uid_t owner)
{
    (void)setfsuid(owner);
    int fd = open(PTMX, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), e = errno;
    (void)setfsuid(0);
    errno = e;
    return fd;
}

int sc_terminal_make(struct sc_terminal *t, uid_t owner)
{
    int locked = 0;
    t->master = open_master(owner);
    if (t->master < 0 || ioctl(t->master, TIOCSPTLCK, &locked) < 0)
        return -errno;
    t->slave = ioctl(t->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (t->slave < 0 || tcsetattr(t->slave, TCSANOW, &t->mode) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, t->control) < 0)
        return -errno;
    sc_terminal_copy_size(t);
    return 0;
}

bool sc_terminal_is_ours(const struct sc_terminal *t)
{
    /* one that does not control us asks nobody who reads it */
    return !t->controls || tcgetpgrp(t->in) == getpgrp();
}

bool sc_terminal_same_mode(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cc[VMIN] == b->c_cc[VMIN] && a->c_cc[VTIME] == b->c_cc[VTIME];
}

void sc_terminal_close_inside(struct sc_terminal *t)
{
    close(t->slave);
    close(t->control[1]);
}

void sc_terminal_replace(const struct sc_terminal *t)
{
    for (int fd = 0; fd < 3; fd++)
        if (t->is[fd] && dup2(t->slave, fd) < 0)
            abort();
}
