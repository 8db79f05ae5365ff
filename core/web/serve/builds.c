/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/serve/builds.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/enter/failures.h"
#include "core/web/serve/handover.h"

#define BUILDS_EACH 2 /* of one account */

/* A question waits while builds of its account end one after the other; where they hang, it takes a
 * thread from the web server's other sites for this long only. */
#define TURN_MS 150
#define MOST_MS 2000

static const struct sc_error busy = {.code = SC_E_BUSY, .text = "too many views are being built"};

/* ---- building ---- */

static struct sc_web_running *room_for(struct sc_web_builds *b, uid_t uid)
{
    struct sc_web_running *room = NULL;
    unsigned of_account = 0;
    for (size_t i = 0; i < SC_WEB_BUILDS_MAX; i++)
        if (b->running[i].pid == 0)
            room = &b->running[i];
        else
            of_account += b->running[i].uid == uid;
    return of_account < BUILDS_EACH ? room : NULL;
}

void sc_web_default_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* For the administrator to see later. */
static void note(const struct sc_web_question *q, int rc, const struct sc_error *why)
{
    if (rc < 0)
        sc_failures_note(q->uid, q->site, SC_FAILED_ENTER, 503, why->text);
    else
        sc_failures_note_ended(q->uid, q->site);
}

/* In a process of its own. */
static _Noreturn void build_and_answer(int sock, const struct sc_web_question *q)
{
    struct sc_error why = SC_ERROR_INIT;
    sc_web_default_signals();
    int rc = sc_web_build(q->uid, q->site, &why);
    note(q, rc, &why);
    if (rc == 0)
        rc = sc_web_hand_over(sock, q->uid, q->site, &why);
    if (rc < 0)
        sc_web_turn_away(sock, &why);
    _exit(0);
}

/* False: there is no room. */
static bool start(struct sc_web_builds *b, int sock, const struct sc_web_question *q)
{
    struct sc_web_running *r = room_for(b, q->uid);
    pid_t pid = r ? fork() : -1;
    if (pid == 0)
        build_and_answer(sock, q);
    if (pid > 0)
        *r = (struct sc_web_running){pid, q->uid};
    return pid > 0;
}

/* ---- waiting ---- */

static bool wait_for_turn(struct sc_web_builds *b, int sock, const struct sc_web_question *q)
{
    const int64_t now = sc_clock_ms();
    int fd = b->n_waiting < SC_WEB_WAITING_MAX ? fcntl(sock, F_DUPFD_CLOEXEC, 3) : -1;
    if (fd >= 0)
        b->waiting[b->n_waiting++] = (struct sc_web_waiting){fd, *q, now, now + TURN_MS};
    return fd >= 0;
}

void sc_web_builds_want(struct sc_web_builds *b, int sock, const struct sc_web_question *q)
{
    if (!start(b, sock, q) && !wait_for_turn(b, sock, q))
        sc_web_turn_away(sock, &busy);
}

void sc_web_builds_ended(struct sc_web_builds *b, pid_t pid)
{
    const int64_t now = sc_clock_ms();
    for (size_t i = 0; i < SC_WEB_BUILDS_MAX; i++) {
        if (b->running[i].pid != pid)
            continue;
        for (size_t k = 0; k < b->n_waiting; k++)
            if (b->waiting[k].q.uid == b->running[i].uid)
                b->waiting[k].until = now + TURN_MS;
        b->running[i] = (struct sc_web_running){0};
        b->again = true;
    }
}

/* False: it goes on waiting. Another one's build may have been of its site. */
static bool see_to(struct sc_web_builds *b, const struct sc_web_waiting *w, int64_t now)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_web_hand_over(w->fd, w->q.uid, w->q.site, &why);
    if (rc == SC_E_NOTFOUND && start(b, w->fd, &w->q))
        return true;
    if (rc == SC_E_NOTFOUND && w->until > now && w->since + MOST_MS > now)
        return false;
    if (rc < 0)
        sc_web_turn_away(w->fd, rc == SC_E_NOTFOUND ? &busy : &why);
    return true;
}

void sc_web_builds_see_to(struct sc_web_builds *b)
{
    size_t left = 0;
    const int64_t now = sc_clock_ms();
    if (!b->again && sc_web_builds_wait_ms(b) != 0)
        return;
    b->again = false;
    for (size_t i = 0; i < b->n_waiting; i++)
        if (see_to(b, &b->waiting[i], now))
            sc_close(&b->waiting[i].fd);
        else
            b->waiting[left++] = b->waiting[i];
    b->n_waiting = left;
}

int sc_web_builds_wait_ms(const struct sc_web_builds *b)
{
    int64_t first = -1;
    const int64_t now = sc_clock_ms();
    for (size_t i = 0; i < b->n_waiting; i++) {
        const struct sc_web_waiting *w = &b->waiting[i];
        int64_t until = w->until < w->since + MOST_MS ? w->until : w->since + MOST_MS;
        int64_t left = until > now ? until - now : 0;
        if (first < 0 || left < first)
            first = left;
    }
    return (int)first;
}
