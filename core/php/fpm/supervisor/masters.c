/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the masters: what they say, when they end, whether the pass is answered. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/clock.h"
#include "core/enter/why.h"

#define QUIT_MS     13000 /* it gives requests 10 s, and ends what is left */
#define BACKOFF_MS  30000
#define STEADY_MS   10000 /* a master that lived so long is started again at once */
#define SAY_PER_MIN 60
#define ALONE_MS                                                                                   \
    1000 /* a master of before answers to nobody new by then: its idle workers have ended */
#define READY_WORDS "ready to handle connections"

void sc_fpm_own_end(struct sc_fpm_own *m)
{
    if (m->pid == 0 || m->ending)
        return;
    m->ending = true;
    m->kill_at = sc_clock_ms() + QUIT_MS;
    /* its own waiting process passes it on; where it waits for the start it ends at once */
    (void)kill(m->pid, SIGQUIT);
}

void sc_fpm_own_kill(struct sc_fpm_own *m)
{
    if (m->inner > 1)
        (void)kill(-m->inner, SIGKILL);
    (void)kill(m->pid, SIGKILL);
    m->kill_at = sc_clock_ms() + 1000;
}

static void find_inner(struct sc_fpm_own *m)
{
    char path[64], text[32] = "";
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)m->pid, (int)m->pid);
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    pid_t pid = n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
    if (pid > 1 && getpgid(pid) == pid)
        m->inner = pid;
}

/* ---- answers ---- */

static void answer(bool ok)
{
    me.answer_by = 0;
    if (me.answer) {
        sc_fpm_run_answer(me.id, me.answer, ok);
        me.answer = 0;
    }
}

static bool is_alone(void)
{
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
        if (me.masters[i].pid && me.masters[i].ending)
            return false;
    return true;
}

void sc_fpm_own_answer(void)
{
    if (me.answer_by && (is_alone() || sc_clock_ms() >= me.answer_by))
        answer(true);
}

/* ---- for the administrator to see later ---- */

void sc_fpm_note(enum sc_failure_kind kind, unsigned status, const char *text)
{
    char whole[SC_FAILURE_TEXT];
    snprintf(whole, sizeof(whole), "PHP-FPM: %.200s", text);
    if (!sc_fpm_is_outside())
        sc_failures_note(me.uid, me.id, kind, status, whole);
}

/* What php-fpm says of a worker that the kernel ended, as for want of memory. */
static void note_killed(const char *line)
{
    if (strstr(line, "exited on signal 9"))
        sc_fpm_note(SC_FAILED_KILLED, 128 + SIGKILL, "a worker was killed");
}

static void is_ready(struct sc_fpm_own *m)
{
    if (!sc_fpm_is_outside())
        sc_failures_note_ended(me.uid, me.id);
    m->ready = true;
    m->kill_at = 0;
    if (!m->inner)
        find_inner(m);
    me.refuse = false;
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
        if (me.masters[i].pid && &me.masters[i] != m && &me.masters[i] != me.now)
            sc_fpm_own_end(&me.masters[i]);
    if (me.now && me.now != m) /* a newer one, for what is wanted now, is about to be ready */
        return;
    if (me.now)
        me.start_at = 0;
    sc_log("uid=%u site=%u PHP-FPM serves %zu pool%s", (unsigned)me.uid, me.id, me.n,
           me.n == 1 ? "" : "s");
    me.answer_by = sc_clock_ms() + ALONE_MS;
    sc_fpm_own_answer();
}

static void failed(const char *why, bool is_noted)
{
    sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, why);
    long long wait = 100LL << (me.fails < 9 ? me.fails : 9);
    me.fails++;
    me.start_at = sc_clock_ms() + (wait < BACKOFF_MS ? wait : BACKOFF_MS);
    /* an older master that still serves is kept until a new one is ready, which is tried again: it may
     * have other addresses; not one outside for which other document roots are hidden than have to be */
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
        struct sc_fpm_own *m = &me.masters[i];
        if (!m->pid || !m->ready || m->ending)
            continue;
        if (!sc_fpm_is_outside() || m->changes == sc_fpm_hash(me.run.changes, "")) {
            me.now = m;
            answer(false);
            return;
        }
        if (me.now == m)
            me.now = NULL;
        if (me.fails > 1)
            sc_fpm_own_end(m);
    }
    if (!is_noted)
        sc_fpm_note(SC_FAILED_ENTER, 503, why);
    me.refuse = me.fails > 1;
    if (me.refuse)
        answer(false);
}

void sc_fpm_own_failed(const char *why)
{
    failed(why, false);
}

/* ---- what they say, and their end ---- */

static void said_line(struct sc_fpm_own *m)
{
    m->line[m->len] = 0;
    m->len = 0;
    bool router = m == &me.router.said; /* whose lines quote requests */
    if (!router && strstr(m->line, READY_WORDS) && !m->ready && !m->ending)
        is_ready(m);
    if (!router && strstr(m->line, "NOTICE"))
        return;
    note_killed(m->line);
    long long minute = sc_clock_ms() / 60000;
    if (minute != me.minute) {
        me.minute = minute;
        me.said = 0;
    }
    if (m->line[0] && me.said++ < SAY_PER_MIN)
        sc_log("uid=%u site=%u %s: %s", (unsigned)me.uid, me.id, router ? "router" : "php-fpm",
               m->line);
}

void sc_fpm_own_hear(struct sc_fpm_own *m)
{
    char text[4096];
    ssize_t n = read(m->err, text, sizeof(text));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        sc_close(&m->err);
    for (ssize_t i = 0; i < n; i++) {
        if (text[i] == '\n' || m->len == SC_FPM_LINE_MAX)
            said_line(m);
        if (text[i] != '\n')
            m->line[m->len++] = text[i];
    }
}

void sc_fpm_own_ended(pid_t pid, int status)
{
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
        struct sc_fpm_own *m = &me.masters[i];
        if (m->pid != pid)
            continue;
        while (m->err >= 0) { /* its last words */
            struct pollfd p = {.fd = m->err, .events = POLLIN};
            if (poll(&p, 1, 0) <= 0)
                break;
            sc_fpm_own_hear(m);
        }
        sc_close(&m->err);
        bool meant = m->ending, was_ready = m->ready;
        long long lived = sc_clock_ms() - m->since;
        if (m->inner > 1 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
            (void)kill(-m->inner, SIGKILL); /* workers of a master that was killed */
        *m = (struct sc_fpm_own){.err = -EBADF};
        if (me.now == m)
            me.now = NULL;
        if (meant || me.stop)
            return;
        if (was_ready && lived > STEADY_MS)
            me.fails = 0;
        char text[80];
        snprintf(text, sizeof(text), "the master ended (%s %d), and is started again",
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        failed(text, WIFEXITED(status) && WEXITSTATUS(status) == SC_EXIT_CANNOT_ENTER);
        if (was_ready && me.fails == 1)
            me.start_at = sc_clock_ms();
        return;
    }
}
