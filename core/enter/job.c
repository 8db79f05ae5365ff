/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"

#define SHOW_MS 1000 /* for what is still to be shown before the modes change */

void sc_job_tell(const struct sc_relay *r, enum sc_terminal_what what, int sig)
{
    struct sc_terminal_word w = {(unsigned char)what, (unsigned char)sig};
    (void)send(r->t->control[0], &w, sizeof(w), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool is_ours(const struct sc_relay *r)
{
    return r->t->in < 0 || sc_terminal_is_ours(r->t);
}

static bool is_cooked(const struct termios *mode)
{
    return (mode->c_oflag & OPOST) && (mode->c_oflag & ONLCR);
}

/* It was made for the modes that are. Who does not read his terminal for so long sees it in others. */
static void show_rest(struct sc_relay *r)
{
    const int64_t until = sc_clock_ms() + SHOW_MS;
    while (!sc_flow_empty(&r->shown)) {
        struct pollfd out = {.fd = r->t->out, .events = POLLOUT};
        int64_t left = until - sc_clock_ms();
        if (left <= 0 || poll(&out, 1, (int)left) <= 0 || sc_flow_write(&r->shown, r->t->out) < 0)
            return;
    }
}

/* Where another program of the job writes to the terminal, it goes on to be cooked for output. */
static void make_raw(struct sc_relay *r)
{
    const struct sc_terminal *t = r->t;
    struct termios now;
    if (tcgetattr(t->in, &now) == 0 && !sc_terminal_same_mode(&now, &r->raw))
        r->before = now;
    r->raw = r->before;
    cfmakeraw(&r->raw);
    if (!t->is[1])
        r->raw.c_oflag = r->before.c_oflag;
    show_rest(r);
    sc_watch_terminal(r->watch, t->in, &r->before, &r->raw);
    (void)tcsetattr(t->in, TCSANOW, &r->raw);
}

/* The modes that the caller's terminal has now, unless the program has set its own: a shell that
 * starts a job in the background has the terminal in modes of its own at that time. */
static void give_modes(struct sc_relay *r)
{
    struct termios now;
    if (tcgetattr(r->t->master, &now) < 0 || !sc_terminal_same_mode(&now, &r->given))
        return;
    if (tcsetattr(r->t->master, TCSANOW, &r->before) == 0)
        r->given = r->before;
}

static void make_as_before(struct sc_relay *r)
{
    if (r->t->in < 0)
        return;
    show_rest(r);
    (void)tcsetattr(r->t->in, TCSANOW, &r->before);
    sc_watch_terminal(r->watch, -EBADF, NULL, NULL);
}

static void to_front(struct sc_relay *r)
{
    if (r->t->in >= 0) {
        make_raw(r);
        give_modes(r);
    }
    r->front = true;
    r->shown.undo_onlcr = is_cooked(r->t->in >= 0 ? &r->raw : &r->before);
    sc_terminal_copy_size(r->t);
    sc_job_tell(r, SC_TERMINAL_FRONT, 0);
}

static void to_back(struct sc_relay *r)
{
    r->front = false;
    r->shown.undo_onlcr = is_cooked(&r->before);
    sc_watch_terminal(r->watch, -EBADF, NULL, NULL);
    sc_job_tell(r, SC_TERMINAL_BACK, 0);
}

void sc_job_begin(struct sc_relay *r)
{
    r->before = r->given = r->t->mode;
    if (r->watch)
        r->watch->master = r->t->master;
    if (r->t->in_front && is_ours(r))
        to_front(r);
    else
        to_back(r);
}

void sc_job_hang_up(struct sc_relay *r)
{
    if (r->hung)
        return;
    r->hung = true;
    if (r->watch)
        r->watch->master = -EBADF;
    sc_flow_clear(&r->typed);
    close(r->t->master); /* before it goes on: it must not ask again */
    if (!r->ended) {
        sc_watch_terminal(r->watch, -EBADF, NULL, NULL);
        if (r->front)
            sc_job_tell(r, SC_TERMINAL_SIGNAL_GROUP, SIGHUP);
        sc_job_tell(r, SC_TERMINAL_SIGNAL_GROUP, SIGCONT);
    }
}

/* Stops this process, and the job that it is a part of, as the terminal would. Returns when it is
 * continued. False: nothing stopped, since nobody would continue it (an orphaned group), or it is
 * ignored. */
static bool stop(struct sc_relay *r, int sig)
{
    static const struct timespec now;
    sigset_t this, cont;
    sigemptyset(&this);
    sigaddset(&this, sig);
    sigemptyset(&cont);
    sigaddset(&cont, SIGCONT);
    while (sigtimedwait(&cont, NULL, &now) > 0)
        ;
    (void)kill(r->job_told ? getpid() : 0, sig);
    r->job_told = false;
    (void)sigprocmask(SIG_UNBLOCK, &this, NULL); /* here */
    if (sig == SIGTSTP)
        (void)sigprocmask(SIG_BLOCK, &this, NULL);
    return sigtimedwait(&cont, NULL, &now) > 0;
}

void sc_job_stopped(struct sc_relay *r, int sig)
{
    if (r->hung)
        return;
    const bool asks = sig == SIGTTIN || sig == SIGTTOU; /* it used the terminal in the background */
    const bool front = r->front || asks;
    bool goes_on = !asks || r->t->in >= 0;
    if (goes_on && (!asks || !is_ours(r))) {
        if (r->front)
            make_as_before(r);
        goes_on = stop(r, sig == SIGSTOP ? SIGTSTP : sig) || !asks;
    }
    if (!goes_on) { /* nobody types for it: an error, as the kernel answers such a reader */
        sc_job_hang_up(r);
        return;
    }
    if (front && is_ours(r))
        to_front(r);
    else
        to_back(r);
    sc_job_tell(r, SC_TERMINAL_SIGNAL_GROUP, SIGCONT);
}

void sc_job_continued(struct sc_relay *r)
{
    r->job_told = false;
    if (!r->front || r->hung || r->ended)
        return;
    if (is_ours(r))
        to_front(r);
    else
        to_back(r);
}

/* With us: a shell goes on with its script when what it waited for did not end by the signal. */
static void interrupt_job(int sig)
{
    sigset_t this;
    sigemptyset(&this);
    sigaddset(&this, sig);
    (void)kill(0, sig);
    (void)sigprocmask(SIG_UNBLOCK, &this, NULL);
}

void sc_job_end(struct sc_relay *r)
{
    if (r->front && is_ours(r))
        make_as_before(r);
    sc_watch_terminal(r->watch, -EBADF, NULL, NULL);
    if (r->front && r->typed_last && r->status == 128 + r->typed_last)
        interrupt_job(r->typed_last);
}
