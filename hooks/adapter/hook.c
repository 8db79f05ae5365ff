/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/hook.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "hooks/events/starter.h"

/* For the signal handler, which has no other way to know; sc_hook_main() fills it, once. */
static struct {
    const char *const *dirs; /* for a mark; NULL: no mark */
    const char *answer;
    const char *monitor_socket;
    struct sc_starter starter;
    volatile sig_atomic_t safe, answered;
} ending;

static void nobody_listens(void)
{
    if (!sc_starter_go(&ending.starter))
        sc_log("the daemon cannot be started: what was queued waits");
}

static void write_answer(int fd, const char *answer)
{
    size_t len = strlen(answer);
    ending.answered = 1;
    while (len > 0) {
        ssize_t n = write(fd, answer, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        answer += n;
        len -= (size_t)n;
    }
}

static void on_end(int sig)
{
    (void)sig;
    if (!ending.safe && ending.dirs && sc_resync_mark_now(ending.dirs) &&
        !sc_queue_wake(ending.monitor_socket))
        (void)sc_starter_go(&ending.starter);
    /* A panel that does not read must not keep us. */
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (!ending.answered && poll(&out, 1, 0) == 1)
        write_answer(STDOUT_FILENO, ending.answer);
    _exit(0);
}

static void set_up(const struct sc_adapter_ops *ops, const struct sc_queue_conf *conf)
{
    ending.dirs = conf ? conf->resync_dirs : NULL;
    ending.answer = ops->hook_answer ? ops->hook_answer : "";
    ending.safe = ending.answered = 0;
    ending.monitor_socket = conf ? conf->monitor_socket : NULL;
    if (conf)
        sc_starter_prepare(&ending.starter);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = on_end};
    sigfillset(&end.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore,
              NULL); /* a limit that the panel runs under: a failed write instead */
    static const int ends[] = {SIGALRM, SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        sigaction(ends[i], &end, NULL);
    struct itimerval in = {.it_value = {.tv_usec = SC_HOOK_ALARM_MS * 1000}};
    setitimer(ITIMER_REAL, &in, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_DUMPABLE, 0); /* what panels send has passwords in it */
#ifdef SYS_close_range
    (void)syscall(SYS_close_range, 3, ~0u, 0);
#endif
}

/* All of `fd` to its end. What is beyond the limit is read too, so that the panel's write succeeds.
 * A terminal, and what cannot be read, has nothing. */
static char *read_all(int fd, size_t *ret_len, bool *ret_cut)
{
    SC_FREE char *data = malloc(SC_HOOK_INPUT_MAX + 1);
    char rest[4096];
    size_t len = 0;
    bool tty = isatty(fd);
    while (data && !tty) {
        bool full = len == SC_HOOK_INPUT_MAX;
        ssize_t n =
            read(fd, full ? rest : data + len, full ? sizeof(rest) : SC_HOOK_INPUT_MAX - len);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd in = {.fd = fd, .events = POLLIN};
            (void)poll(&in, 1, -1);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (full)
            *ret_cut = true;
        else
            len += (size_t)n;
    }
    if (data)
        data[len] = 0;
    *ret_len = len;
    return sc_steal_ptr(&data);
}

static void take_notice(const struct sc_adapter_ops *ops, const struct sc_queue_conf *conf,
                        const struct sc_hook_input *in)
{
    struct sc_events events = {.n = 0};
    struct sc_error err = SC_ERROR_INIT;
    if (ops->hook(in, &events, &err) < 0) {
        /* Not its text: it may quote what the panel sent, and passwords are in that. */
        sc_log("hook of %s: what the panel sent %s: all users are looked at", ops->name,
               err.code == SC_E_INVAL    ? "is malformed"
               : err.code == SC_E_TOOBIG ? "is too large"
                                         : "could not be used");
        sc_event_add(&events, SC_EVENT_RESYNC_ALL, &(struct sc_event_words){0});
    }
    err = (struct sc_error)SC_ERROR_INIT;
    if (sc_queue_push(conf, &events, &err) < 0)
        sc_log("hook of %s: an event is lost: %s", ops->name, err.text);
}

void sc_hook_run(const struct sc_adapter_ops *ops, const struct sc_queue_conf *conf,
                 char *const *args, char *const *env, int in_fd, int out_fd)
{
    struct sc_hook_input in = {.event = args[0],
                               .args = args[0] ? args + 1 : args,
                               .env = env,
                               .store = conf ? conf->store : NULL};
    SC_FREE char *data = ops->hook_reads_stdin ? read_all(in_fd, &in.len, &in.cut) : NULL;
    in.data = ops->hook_reads_stdin && !data ? "" : data;
    if (conf)
        take_notice(ops, conf, &in);
    ending.safe = 1;
    if (ops->hook_answer && *ops->hook_answer)
        write_answer(out_fd, ops->hook_answer);
}

void sc_hook_main(const struct sc_adapter_ops *ops, char *const *args, char *const *env)
{
    struct sc_queue_conf conf = SC_QUEUE_CONF(ops->name);
    conf.nobody = nobody_listens;
    bool root = getuid() == 0 && geteuid() == 0;
    set_up(ops, root ? &conf : NULL);
    sc_hook_run(ops, root ? &conf : NULL, args, env, STDIN_FILENO, STDOUT_FILENO);
    struct itimerval never = {.it_value = {.tv_sec = 0}};
    setitimer(ITIMER_REAL, &never, NULL);
}

int sc_hook_of_scripts(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    (void)err;
    sc_event_add(ret, SC_EVENT_USER_CHANGED,
                 &(struct sc_event_words){.user = in->event ? in->args[0] : NULL});
    return 0;
}
