/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/enter/drop.h"
#include "core/enter/terminal.h"
#include "core/enter/title.h"

#define NAME     "sitecage-watch"
#define ROUNDS   200 /* of killing, */
#define ROUND_MS 10  /* this far apart: what was killed may take its time to end */

static bool lives_in(int proc, pid_t session)
{
    struct sc_proc_stat st;
    return sc_proc_stat(proc, &st) == 0 && st.session == session && st.state != 'Z' &&
           st.state != 'X';
}

/* How many were sent the signal; an error counts. */
static unsigned kill_once(int procfs, pid_t session)
{
    struct sc_proc_list list = {NULL};
    int proc, fd = openat(procfs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || sc_proc_list_take(fd, &list) < 0)
        return 1;
    unsigned n = 0;
    pid_t pid;
    while ((pid = sc_proc_next(&list, &proc)) > 0) {
        if (lives_in(proc, session) && sc_pidfd_signal(proc, SIGKILL) == 0)
            n++;
        close(proc);
    }
    sc_proc_list_close(&list);
    return n + (pid < 0);
}

static void kill_session(int procfs, pid_t session)
{
    for (int i = 0; i < ROUNDS && kill_once(procfs, session) > 0; i++)
        sc_sleep_ms(ROUND_MS);
}

/* As the entry found it, unless somebody has changed it since. A terminal that does not control us
 * asks nobody who sets its modes. */
static void restore_terminal(const struct sc_watch *w)
{
    struct termios now;
    if (w->terminal >= 0 && tcgetattr(w->terminal, &now) == 0 &&
        sc_terminal_same_mode(&now, &w->during))
        (void)tcsetattr(w->terminal, TCSANOW, &w->before);
}

static void become_root(void)
{
    if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        abort();
    sc_drop_caps(SC_CAP_BIT(CAP_KILL));
}

static _Noreturn void watch(const struct sc_watch *w, int entry, bool as_root, char *const argv[])
{
    sc_title_set(argv, NAME);
    (void)setsid();
    if (as_root)
        become_root();
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    /* no parent-death signal: what the entry has become may not signal us */
    while (!sc_pidfd_wait(entry, -1))
        ;
    if (w->master >= 0)
        close(w->master);
    restore_terminal(w);
    if (w->session > 0 && !w->over)
        kill_session(w->proc, w->session);
    _exit(0);
}

/* With this process's descriptors, and no signal at its end. */
static pid_t another(void)
{
    return (pid_t)syscall(SYS_clone, (long)CLONE_FILES, 0L, 0L, 0L, 0L);
}

struct sc_watch *sc_watch_new(struct sc_enter_why *why)
{
    struct sc_watch *w =
        mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w == MAP_FAILED) {
        sc_why(why, "cannot watch the entry: %s", strerror(errno));
        return NULL;
    }
    w->proc = w->master = w->terminal = -EBADF;
    return w;
}

void sc_watch_terminal(struct sc_watch *w, int fd, const struct termios *before,
                       const struct termios *during)
{
    if (!w)
        return;
    w->terminal = -EBADF;
    if (fd < 0)
        return;
    w->before = *before;
    w->during = *during;
    w->terminal = fd;
}

int sc_watch_see(struct sc_watch *w)
{
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    w->proc = fd;
    return 0;
}

static int start(struct sc_watch *w, bool as_root, char *const argv[])
{
    int self = sc_pidfd_open(getpid()), status = 0;
    pid_t pid = self < 0 ? -1 : another();
    if (pid == 0 && as_root)
        watch(w, self, true, argv);
    if (pid == 0) {
        pid = another();
        if (pid == 0)
            watch(w, self, false, argv);
        _exit(pid < 0 ? errno : 0);
    }
    if (pid < 0)
        return -errno;
    while (!as_root && waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

/* The caller's group may be signalled, or stopped, before the watcher has left it: its signals are
 * blocked when it is born. */
int sc_watch_start(struct sc_watch *w, bool as_root, char *const argv[])
{
    sigset_t all, before;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    int rc = start(w, as_root, argv);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}
