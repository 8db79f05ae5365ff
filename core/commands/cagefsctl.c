/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/cagefsctl.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/error_code.h"
#include "core/commands/progress.h"

enum {
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_UNSUPPORTED = 38
};

struct watcher {
    struct sc_out *out;
    FILE *now; /* for what is said while it works; NULL: nowhere */
    struct sc_progress bar;
};

static void on_progress(size_t done, size_t total, void *arg)
{
    struct watcher *w = arg;
    sc_progress_tick(&w->bar, done, total, sc_clock_ms());
}

/* Kept for the end: a reader of stderr that goes away must not end the work in its middle. */
static void on_notice(const char *text, void *arg)
{
    struct watcher *w = arg;
    sc_out_notice(w->out, text);
}

/* At once, unless nobody would read it: neither a full pipe nor one without a reader holds the work
 * up or ends it. */
static void on_waiting(const char *text, void *arg)
{
    struct watcher *w = arg;
    if (!w->now)
        return;
    struct pollfd p = {.fd = fileno(w->now), .events = POLLOUT};
    if (p.fd >= 0 && (poll(&p, 1, 0) <= 0 || !(p.revents & POLLOUT) || (p.revents & POLLERR)))
        return;
    sc_progress_clear(&w->bar);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    (void)fprintf(w->now, "%s\n", text);
    (void)fflush(w->now);
    (void)signal(SIGPIPE, before);
}

static int run(const struct sc_ctl_call *call, const struct sc_ctl_io *io, struct sc_out *out,
               struct sc_error *err)
{
    const struct sc_ctl_command *command = call->command;
    if (io->euid != 0 && !(command->flags & SC_CTL_ANYBODY))
        return sc_error_is(
            err, SC_IS_ROOT_NEEDED,
            sc_error_set(err, SC_E_DENIED, "cagefsctl must be run as root; users have isolatectl"));
    SC_CLEANUP(sc_server_freep) struct sc_server *server = NULL;
    int rc = command->flags & SC_CTL_SERVER ? sc_server_open(&server, err) : 0;
    if (rc < 0)
        return rc;
    struct watcher w = {.out = out, .bar = {.started_ms = sc_clock_ms()}};
    if (io->terminal && !call->json)
        w.bar.to = io->err;
    if (!call->json)
        w.now = io->err;
    struct sc_watch watch = {
        .progress = on_progress, .notice = on_notice, .waiting = on_waiting, .arg = &w};
    struct sc_ctl c = {.names = call->names,
                       .n = call->n,
                       .anyway = call->anyway,
                       .dry_run = call->dry_run,
                       .home = call->home,
                       .only = call->only,
                       .learned = call->learned,
                       .learn = call->learn,
                       .days = call->days,
                       .all = call->all,
                       .raw = call->raw,
                       .terminal = io->reader,
                       .many = call->many,
                       .history = call->history,
                       .server = server,
                       .watch = &watch,
                       .out = out};
    rc = command->run(&c, err);
    sc_progress_clear(&w.bar);
    if (rc == SC_E_NOTFOUND)
        sc_ctl_meant(&c, err);
    return rc;
}

/* Words that make no sense, which was seen only when they were looked at. */
static bool is_usage(int rc, const struct sc_error *err)
{
    return rc == SC_E_INVAL && strcmp(sc_error_word(err), SC_IS_USAGE) == 0;
}

int sc_cagefsctl(int argc, char **argv, const struct sc_ctl_io *io)
{
    SC_CLEANUP(sc_ctl_call_done) struct sc_ctl_call call = {0};
    SC_CLEANUP(sc_out_done) struct sc_out out = SC_OUT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    int status = 0;
    char all[] = "--help", version[] = "--version", *first = argc > 1 ? argv[1] : NULL;
    if (first && strcmp(first, "help") == 0) /* as other commands have it */
        argv[1] = all;
    if (first && (strcmp(first, "-V") == 0 || strcmp(first, "version") == 0))
        argv[1] = version;
    int rc = sc_ctl_parse(argc, argv, &call, &err);
    if (first)
        argv[1] = first;
    out.json = call.json;
    out.colour = io->colour;
    if (rc < 0) {
        status = rc == SC_E_INVAL ? EXIT_USAGE : EXIT_REFUSED;
        if (rc == SC_E_INVAL)
            (void)sc_error_is(&err, SC_IS_USAGE, rc);
    } else {
        rc = run(&call, io, &out, &err);
        if (rc < 0)
            status = rc == SC_E_UNSUPPORTED ? EXIT_UNSUPPORTED
                     : is_usage(rc, &err)   ? EXIT_USAGE
                                            : EXIT_REFUSED;
    }
    return sc_out_end(&out, io->out, io->err, status, &err);
}
