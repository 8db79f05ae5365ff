/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/run.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"
#include "core/base/run_private.h"

#define KILL_WAIT_MS                                                                               \
    2000               /* for a killed program to be gone; one stuck in the kernel is left behind */
#define TICK_MS     10 /* between looks at the program where pidfd_open() is refused */
#define DRAIN_READS 16 /* of 64 KiB, a pipe's size, when the grace is over */

struct job {
    const char *program;
    pid_t pid;
    int pidfd;          /* -1 where a filter refuses pidfd_open(), as valgrind does */
    int out, err, fail; /* our ends of the pipes; `fail` carries a struct report, or ends at exec */
    int64_t started, deadline;
    bool ended; /* the program is a zombie; its pid and group stay ours until reaped */
    struct sc_run_report report;
    bool failed;
};

/* Copying this process's page tables costs more than the program's start, so the child borrows
 * them until exec. Not one that becomes a user, who could stop it, and this process with it, or
 * get at its memory. */
static pid_t start(const struct sc_run_spec *spec, const char *program, const char *const *env,
                   const int fds[5])
{
    /* No handler of the caller's may run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = spec->drop ? fork() : vfork();
    if (pid == 0)
        sc_run_child(spec, program, env, fds);
    int forked = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = forked;
    return pid;
}

static void kill_job(const struct job *j)
{
    /* The group by itself does not exist before the child's setsid(). */
    kill(-j->pid, SIGKILL);
    kill(j->pid, SIGKILL);
}

/* Sets `ended` without reaping, so that the pid cannot become another process's meanwhile. */
static int look(struct job *j, struct sc_error *err)
{
    siginfo_t si = {0};
    if (waitid(P_PID, (id_t)j->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 && errno != EINTR)
        return sc_error_sys(err, errno, "cannot wait for %s", j->program);
    j->ended = si.si_pid == j->pid;
    return 0;
}

/* Kills the job's group and reaps it, if it can be killed soon. */
static void end_job(struct job *j)
{
    kill_job(j);
    int64_t end = sc_clock_ms() + KILL_WAIT_MS;
    while (!j->ended && sc_clock_ms() < end) {
        if (look(j, NULL) < 0)
            return;
        if (!j->ended)
            (void)sc_pidfd_wait(j->pidfd, TICK_MS);
    }
    waitpid(j->pid, NULL, WNOHANG);
}

static void keep_tail(struct sc_buf *b, size_t max)
{
    if (b->len > max) {
        memmove(b->data, b->data + (b->len - max), max);
        b->len = max;
        b->data[max] = 0;
    }
}

/* Reads once; closes *fd at its end. */
static void take(int *fd, struct sc_buf *into)
{
    char chunk[65536];
    ssize_t n = read(*fd, chunk, sizeof(chunk));
    if (n > 0)
        sc_buf_add(into, chunk, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        sc_close(fd);
}

static void take_report(struct job *j)
{
    ssize_t n = read(j->fail, &j->report, sizeof(j->report));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    j->failed = n == (ssize_t)sizeof(j->report);
    sc_close(&j->fail);
}

static int check_output(const struct job *j, const struct sc_run_result *r, struct sc_error *err)
{
    int rc = sc_buf_check(&r->out, "output", NULL);
    if (rc == SC_E_TOOBIG)
        return sc_error_set(err, rc, "%s printed more than %zu bytes", j->program, r->out.limit);
    if (rc < 0)
        return sc_error_set(err, rc, "out of memory for what %s prints", j->program);
    return 0;
}

/* Follows the job until it has ended and its output with it. */
static int follow(struct job *j, struct sc_run_result *r, struct sc_error *err)
{
    int64_t grace_end = INT64_MAX;
    while (!(j->ended && j->out < 0 && j->err < 0 && j->fail < 0)) {
        int64_t now = sc_clock_ms();
        if (now >= grace_end) {
            /* What the program itself wrote is in the pipe, however late we come to it. */
            for (int i = 0; i < DRAIN_READS && j->out >= 0; i++)
                take(&j->out, &r->out);
            return check_output(j, r, err);
        }
        if (!j->ended && now >= j->deadline)
            return sc_error_set(err, SC_E_TIMEOUT, "%s did not answer within %g s", j->program,
                                (double)(j->deadline - j->started) / 1000);
        int64_t wait = (j->ended ? grace_end : j->deadline) - now;
        if (!j->ended && j->pidfd < 0 && wait > TICK_MS)
            wait = TICK_MS;
        struct pollfd p[4] = {{.fd = j->out, .events = POLLIN},
                              {.fd = j->err, .events = POLLIN},
                              {.fd = j->fail, .events = POLLIN},
                              {.fd = j->ended ? -1 : j->pidfd, .events = POLLIN}};
        int n = poll(p, 4, (int)wait);
        if (n < 0 && errno != EINTR)
            return sc_error_sys(err, errno, "cannot wait for %s", j->program);
        if (n > 0 && p[0].revents)
            take(&j->out, &r->out);
        if (n > 0 && p[1].revents) {
            take(&j->err, &r->err);
            keep_tail(&r->err, SC_RUN_STDERR_MAX);
        }
        if (n > 0 && p[2].revents)
            take_report(j);
        int rc = check_output(j, r, err);
        if (rc < 0)
            return rc;
        if (!j->ended) {
            rc = look(j, err);
            if (rc < 0)
                return rc;
            if (j->ended)
                grace_end = sc_clock_ms() + SC_RUN_GRACE_MS;
        }
    }
    return 0;
}

static int start_error(const struct job *j, const struct sc_run_spec *spec, struct sc_error *err)
{
    int sys = j->report.sys;
    if (j->report.stage == SC_RUN_STAGE_IDS)
        return sc_error_sys(err, sys, "cannot run %s as uid %u", j->program,
                            (unsigned)spec->drop->uid);
    if (j->report.stage == SC_RUN_STAGE_EXEC && sys == ENOENT && access(j->program, F_OK) == 0)
        return sc_error_sys(err, sys, "cannot run %s: the interpreter that it names", j->program);
    if (j->report.stage == SC_RUN_STAGE_EXEC && sys == ENOEXEC)
        return sc_error_sys(
            err, sys, "cannot run %s: neither a program nor a script with a #! line", j->program);
    return sc_error_sys(err, sys, "cannot run %s", j->program);
}

/* A pipe whose reading end, ours, does not block. */
static int new_pipe(int *rd, int *wr, struct sc_error *err)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "cannot make a pipe");
    *rd = p[0];
    *wr = p[1];
    if (fcntl(*rd, F_SETFL, O_NONBLOCK) < 0)
        return sc_error_sys(err, errno, "cannot set up a pipe");
    return 0;
}

/* Input goes through a memory file: nothing to feed, no SIGPIPE, no deadlock. */
static int open_input(const struct sc_run_spec *spec, int *ret_fd, struct sc_error *err)
{
    SC_FD int fd =
        spec->input ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s",
                            spec->input ? "a memory file" : "/dev/null");
    for (size_t done = 0; spec->input && done < spec->input_len;) {
        ssize_t n = write(fd, (const char *)spec->input + done, spec->input_len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sc_error_sys(err, n < 0 ? errno : ENOSPC, "cannot write a memory file");
        done += (size_t)n;
    }
    if (spec->input && lseek(fd, 0, SEEK_SET) < 0)
        return sc_error_sys(err, errno, "cannot rewind a memory file");
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

static int find_program(const char *name, char **ret_path, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (!name || !*name)
        return sc_error_set(err, SC_E_INVAL, "no program to run");
    if (name[0] == '/') {
        path = strdup(name);
    } else if (strchr(name, '/')) {
        return sc_error_set(err, SC_E_INVAL, "cannot run '%s': give its full path", name);
    } else {
        for (const char *dir = SC_RUN_PATH; !path; dir++) {
            size_t n = strcspn(dir, ":");
            if (asprintf(&path, "%.*s/%s", (int)n, dir, name) < 0) {
                path = NULL;
                break;
            }
            if (access(path, X_OK) == 0)
                break;
            free(sc_steal_ptr(&path));
            dir += n;
            if (!*dir)
                return sc_error_sys(err, ENOENT, "cannot run %s", name);
        }
    }
    if (!path)
        return sc_error_set(err, SC_E_NOMEM, "out of memory to run %s", name);
    *ret_path = sc_steal_ptr(&path);
    return 0;
}

void sc_meanwhile_do(struct sc_meanwhile *m)
{
    if (!m || m->done)
        return;
    m->done = true;
    m->fn(m->arg);
}

static int run(const struct sc_run_spec *spec, struct sc_run_result *r, struct sc_error *err)
{
    SC_FREE char *program = NULL;
    SC_FREE char *home = NULL;
    int rc = find_program(spec->argv[0], &program, err);
    if (rc < 0)
        return rc;
    if (asprintf(&home, "HOME=%s", spec->home ? spec->home : "/root") < 0) {
        home = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory to run %s", program);
    }
    /* our own programs debug as we do */
    bool ours = strncmp(program, SC_LIBEXECDIR "/", sizeof(SC_LIBEXECDIR)) == 0;
    const char *const clean[] = {"PATH=" SC_RUN_PATH, "LANG=C.UTF-8", home,
                                 ours ? sc_debug_env(true) : NULL, NULL};

    SC_FD int in = -EBADF, out = -EBADF, out_w = -EBADF, errs = -EBADF, errs_w = -EBADF;
    SC_FD int fail = -EBADF, fail_w = -EBADF, pidfd = -EBADF;
    if ((rc = open_input(spec, &in, err)) < 0 || (rc = new_pipe(&out, &out_w, err)) < 0 ||
        (rc = new_pipe(&errs, &errs_w, err)) < 0 || (rc = new_pipe(&fail, &fail_w, err)) < 0)
        return sc_error_wrap(err, "cannot run %s", program);

    pid_t pid = start(spec, program, spec->env ? spec->env : clean,
                      (const int[]){in, out_w, errs_w, fail, fail_w});
    if (pid < 0)
        return sc_error_sys(err, errno, "cannot run %s", program);
    sc_close(&in);
    sc_close(&out_w);
    sc_close(&errs_w);
    sc_close(&fail_w);

    pidfd = sc_pidfd_open(pid);
    struct job j = {.program = program, .pid = pid, .pidfd = pidfd, .started = sc_clock_ms()};
    j.deadline = j.started + (spec->timeout_ms > 0 ? spec->timeout_ms : SC_RUN_TIMEOUT_MS);
    j.out = sc_steal_fd(&out);
    j.err = sc_steal_fd(&errs);
    j.fail = sc_steal_fd(&fail);
    sc_meanwhile_do(spec->meanwhile);
    rc = follow(&j, r, err);
    sc_close(&j.out);
    sc_close(&j.err);
    sc_close(&j.fail);
    if (rc < 0) {
        end_job(&j);
        return rc;
    }
    while (waitpid(pid, &r->status, 0) < 0) {
        if (errno != EINTR)
            return sc_error_sys(err, errno, "cannot wait for %s", program);
    }
    sc_log_debug("ran %s: %lld ms, status %d", program, (long long)(sc_clock_ms() - j.started),
                 r->status);
    return j.failed ? start_error(&j, spec, err) : 0;
}

int sc_run(const struct sc_run_spec *spec, struct sc_run_result *ret_result, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    r.out.limit = spec->max_out ? spec->max_out : SC_BUF_LIMIT_DEFAULT;
    /* An ignored SIGCHLD, which callers of commands do hand down, would eat the exit status. */
    struct sigaction dfl = {.sa_handler = SIG_DFL}, before;
    sigaction(SIGCHLD, NULL, &before);
    bool ignored = before.sa_handler == SIG_IGN || (before.sa_flags & SA_NOCLDWAIT);
    if (ignored)
        sigaction(SIGCHLD, &dfl, NULL);
    int rc = run(spec, &r, err);
    if (ignored)
        sigaction(SIGCHLD, &before, NULL);
    if (rc < 0)
        return rc;
    *ret_result = r;
    r = (struct sc_run_result)SC_RUN_RESULT_INIT;
    return 0;
}

void sc_run_result_done(struct sc_run_result *r)
{
    sc_buf_free(&r->out);
    sc_buf_free(&r->err);
}

bool sc_run_ok(const struct sc_run_result *r)
{
    return WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0;
}

void sc_run_how(const struct sc_run_result *r, char *text, size_t size)
{
    if (WIFSIGNALED(r->status)) {
        int sig = WTERMSIG(r->status);
        snprintf(text, size, "was killed by signal %d (%s)", sig, strsignal(sig));
        return;
    }
    const char *s = r->err.len ? r->err.data : "";
    size_t end = r->err.len;
    while (end && (s[end - 1] == '\n' || s[end - 1] == ' ' || s[end - 1] == '\r'))
        end--;
    size_t from = end;
    while (from && s[from - 1] != '\n')
        from--;
    if (end - from > 200)
        from = end - 200;
    snprintf(text, size, "exited with status %d%s%.*s", WEXITSTATUS(r->status),
             end > from ? ", saying: " : "", (int)(end - from), s + from);
}
