/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/relay.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/enter/job.h"
#include "core/enter/relay_private.h"
#include "core/enter/why.h"

#define AFTER_MAX (1u << 20) /* what a pseudoterminal can hold, and more */

void sc_relay_signals(sigset_t *add)
{
    sigaddset(add, SIGTSTP);
    sigaddset(add, SIGCONT);
    (void)sigprocmask(SIG_BLOCK, add, NULL);
}

static void leader_ended(struct sc_relay *r)
{
    int status;
    pid_t pid = waitpid(r->leader, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR))
        return;
    r->ended = true;
    r->status = pid < 0             ? SC_EXIT_CANNOT_ENTER
                : WIFEXITED(status) ? WEXITSTATUS(status)
                                    : 128 + WTERMSIG(status);
    sc_flow_clear(&r->typed);
    if (r->watch && pid > 0 && WIFEXITED(status))
        r->watch->over = true;
}

/* After the end only the last of the output is waited for: who ends us wants no more of it. */
static void end_sooner(struct sc_relay *r, int sig)
{
    if (sig != SIGHUP && sig != SIGINT && sig != SIGQUIT && sig != SIGTERM)
        return;
    sc_job_hang_up(r);
    sc_flow_clear(&r->shown);
}

/* A terminal's signal is for the program's whole group, as it is for ours. */
static void pass_on(struct sc_relay *r, int sig, bool by_terminal)
{
    r->job_told = r->job_told || (sig == SIGTSTP && by_terminal);
    sc_job_tell(r, by_terminal ? SC_TERMINAL_SIGNAL_GROUP : SC_TERMINAL_SIGNAL, sig);
}

static void take_signals(struct sc_relay *r)
{
    struct signalfd_siginfo si;
    while (read(r->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
        const int sig = (int)si.ssi_signo;
        if (sig == SIGCHLD)
            leader_ended(r);
        else if (sig == SIGCONT)
            sc_job_continued(r);
        else if (sig == SIGWINCH && !r->hung)
            sc_terminal_copy_size(r->t);
        else if (r->ended)
            end_sooner(r, sig);
        else
            pass_on(r, sig, si.ssi_code == SI_KERNEL);
    }
}

static void take_words(struct sc_relay *r)
{
    struct sc_terminal_word w;
    while (recv(r->t->control[0], &w, sizeof(w), MSG_DONTWAIT) == (ssize_t)sizeof(w))
        if (w.what == SC_TERMINAL_STOPPED)
            sc_job_stopped(r, w.sig);
}

/* ---- what is typed --------------------------------------------------------------------------- */

static int signal_of(const struct sc_relay *r, char typed)
{
    const cc_t c = (cc_t)typed;
    return c == r->before.c_cc[VINTR] ? SIGINT : c == r->before.c_cc[VQUIT] ? SIGQUIT : 0;
}

static void carry_typed(struct sc_relay *r, const struct pollfd *in)
{
    if (in->revents & (POLLHUP | POLLERR | POLLNVAL))
        sc_job_hang_up(r);
    else if (in->revents & POLLIN) {
        ssize_t n = sc_flow_read(&r->typed, r->t->in);
        if (n < 0)
            sc_job_hang_up(r);
        else if (n > 0)
            r->typed_last = signal_of(r, r->typed.data[n - 1]);
    }
    if (!r->hung && sc_flow_write(&r->typed, r->t->master) < 0)
        sc_flow_clear(&r->typed);
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void read_shown(struct sc_relay *r)
{
    ssize_t n = sc_flow_read(&r->shown, r->t->master);
    if (r->ended && n > 0)
        r->after += (size_t)n;
    if (n < 0 || (r->ended && (n == 0 || r->after > AFTER_MAX)))
        sc_job_hang_up(r);
}

static void carry_shown(struct sc_relay *r, const struct pollfd *master)
{
    if (!r->hung && sc_flow_empty(&r->shown) && (master->revents || r->ended))
        read_shown(r);
    if (sc_flow_write(&r->shown, r->t->out) < 0) {
        sc_flow_clear(&r->shown);
        sc_job_hang_up(r);
    }
}

/* ---- the loop -------------------------------------------------------------------------------- */

/* Nothing waits for anything but what it needs; once the program has ended, only for who reads. */
static void work(struct sc_relay *r)
{
    const bool types = r->front && sc_flow_empty(&r->typed), shows = sc_flow_empty(&r->shown);
    const int master = (shows ? POLLIN : 0) | (sc_flow_empty(&r->typed) ? 0 : POLLOUT);
    struct pollfd fds[] = {
        {.fd = r->signals, .events = POLLIN},
        {.fd = r->ended ? -1 : r->t->control[0], .events = POLLIN},
        {.fd = r->hung || r->ended ? -1 : r->t->in, .events = types ? POLLIN : 0},
        {.fd = shows ? -1 : r->t->out, .events = POLLOUT},
        {.fd = r->hung || !master ? -1 : r->t->master, .events = (short)master}};
    if (poll(fds, 5, r->ended && shows && !r->hung ? 0 : -1) < 0)
        return;
    carry_typed(r, &fds[2]);
    carry_shown(r, &fds[4]);
    if (fds[0].revents)
        take_signals(r);
    if (fds[1].revents)
        take_words(r);
}

int sc_relay_run(const struct sc_terminal *t, pid_t leader, const sigset_t *signals,
                 struct sc_watch *watch)
{
    struct sc_relay r = {.t = t, .watch = watch, .leader = leader};
    r.signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r.signals < 0)
        return SC_EXIT_CANNOT_ENTER;
    sc_job_begin(&r);
    while (!r.ended || !r.hung || !sc_flow_empty(&r.shown))
        work(&r);
    sc_job_end(&r);
    close(r.signals);
    return r.status;
}
