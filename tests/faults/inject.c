/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault-inject [-n N] [-e ERROR | -e auto:K | -k] [-c CALL,…] [-p PATH] [-a PROGRAM] [-o FILE] [-l]
 * COMMAND…
 *
 * Runs COMMAND and everything that it starts, counts the system calls that Sitecage's own programs
 * among them make (those that can fail: calls.c), and makes the Nth of them fail, or kills the
 * process that makes it. From then on nothing is traced any more. Ends with COMMAND's status
 * (128 + signal), or with 125 when it could not be traced.
 *
 *   -n N         the Nth call; without it none fails, and -o tells how many there were
 *   -e ERROR     which error: EIO, EMFILE…; auto:K: the Kth of those that this call can have
 *   -k           SIGKILL instead
 *   -c CALL,…    count these calls only
 *   -p PATH      count those only whose path is this, as the program says it
 *   -a PROGRAM   count from the start of PROGRAM (a file name) on
 *   -o FILE      what happened, one line: "CALL PROGRAM ERROR PATH", or "total N"
 *   -l           with -o and without -n: each call that is counted, a line each
 *
 * As root, which may trace setuid programs. What the dynamic loader does before a program begins is
 * not counted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/calls.h"

#define CANNOT_TRACE 125
#define TRACEES_MAX  256

/* Whose calls count. */
static const char *const programs[] = {"cagefsctl",      "isolatectl", "selectorctl",
                                       "cagefsctl-user", "suexec",     "cagefs_enter_site",
                                       "lsphp",          "cron-shell"};

struct tracee {
    pid_t pid;
    bool ours;    /* runs one of Sitecage's programs */
    bool begun;   /* the loader is done */
    bool entered; /* in a system call */
    int fail;     /* the call under way returns this error */
    char program[64];
};

struct run {
    long at; /* 0: count only */
    int error;
    int turn; /* auto:K */
    bool kill, list;
    const char *only, *path, *after;
    FILE *out;
    long n;
    bool on;   /* -a has been seen */
    bool done; /* the fault has happened: let everybody go */
    pid_t child;
    struct tracee t[TRACEES_MAX];
};

static struct tracee *tracee_of(struct run *r, pid_t pid)
{
    struct tracee *free_one = NULL;
    for (size_t i = 0; i < TRACEES_MAX; i++) {
        if (r->t[i].pid == pid)
            return &r->t[i];
        if (!free_one && r->t[i].pid == 0)
            free_one = &r->t[i];
    }
    if (!free_one) {
        fputs("fault-inject: too many processes\n", stderr);
        exit(CANNOT_TRACE);
    }
    *free_one = (struct tracee){.pid = pid};
    return free_one;
}

static bool is_ours(const char *program)
{
    if (strncmp(program, "sitecage", 8) == 0)
        return true;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (strcmp(program, programs[i]) == 0)
            return true;
    return false;
}

/* A program has been started. */
static void began(struct run *r, struct tracee *t)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)t->pid);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = 0;
    char *slash = strrchr(path, '/');
    snprintf(t->program, sizeof(t->program), "%.60s", slash ? slash + 1 : path);
    t->ours = is_ours(t->program);
    t->begun = false;
    t->entered = true; /* its exit from execve comes next */
    t->fail = 0;
    if (r->after && strcmp(t->program, r->after) == 0)
        r->on = true;
}

/* What a fork leaves behind goes on where its parent was. */
static void inherit(struct run *r, const struct tracee *parent, pid_t child)
{
    struct tracee *t = tracee_of(r, child);
    t->ours = parent->ours;
    t->begun = parent->begun;
    memcpy(t->program, parent->program, sizeof(t->program));
}

static void read_path(pid_t pid, unsigned long at, char out[PATH_MAX])
{
    struct iovec to = {out, PATH_MAX - 1}, from = {(void *)at, PATH_MAX - 1};
    ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);
    if (n < 0) { /* near the end of a mapping */
        size_t rest = 4096 - at % 4096;
        to.iov_len = from.iov_len = rest < PATH_MAX - 1 ? rest : PATH_MAX - 1;
        n = process_vm_readv(pid, &to, 1, &from, 1, 0);
    }
    out[n > 0 ? n : 0] = 0;
    for (char *p = out; *p; p++)
        if (*p < ' ')
            *p = '?';
}

static void report(struct run *r, const struct tracee *t, const struct call *c, const char *error,
                   const struct __ptrace_syscall_info *info)
{
    char path[PATH_MAX] = "";
    if (c->path >= 0)
        read_path(t->pid, info->entry.args[c->path], path);
    if (r->out)
        fprintf(r->out, "%s %s %s %s\n", c->name, t->program, error, path);
}

static bool counts(const struct run *r, const struct tracee *t, const struct call *c,
                   const struct __ptrace_syscall_info *info)
{
    char path[PATH_MAX] = "";
    if (r->path && c->path >= 0)
        read_path(t->pid, info->entry.args[c->path], path);
    if (r->path && strcmp(path, r->path) != 0)
        return false;
    if (!r->only)
        return true;
    size_t n = strlen(c->name);
    for (const char *p = r->only; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strncmp(p, c->name, n) == 0 && (p[n] == ',' || p[n] == 0))
            return true;
    return false;
}

static int error_for(const struct run *r, const struct call *c)
{
    int n = 0;
    if (r->error)
        return r->error;
    while (n < CALL_ERRORS && c->errors[n])
        n++;
    return c->errors[r->turn % n];
}

/* The call itself does not happen: its number becomes one that no kernel has. */
static void skip_call(pid_t pid)
{
    struct user_regs_struct regs;
    struct iovec v = {&regs, sizeof(regs)};
    if (ptrace(PTRACE_GETREGSET, pid, 1 /* NT_PRSTATUS */, &v) < 0)
        exit(CANNOT_TRACE);
    regs.orig_rax = (unsigned long long)-1;
    if (ptrace(PTRACE_SETREGSET, pid, 1, &v) < 0)
        exit(CANNOT_TRACE);
}

static void set_result(pid_t pid, int error)
{
    struct user_regs_struct regs;
    struct iovec v = {&regs, sizeof(regs)};
    if (ptrace(PTRACE_GETREGSET, pid, 1, &v) < 0)
        return;
    regs.rax = (unsigned long long)-(long long)error;
    (void)ptrace(PTRACE_SETREGSET, pid, 1, &v);
}

static void entry(struct run *r, struct tracee *t, const struct __ptrace_syscall_info *info)
{
    long nr = (long)info->entry.nr;
    if (nr == SYS_set_tid_address)
        t->begun = true;
    const struct call *c = call_find(nr);
    if (!t->ours || !t->begun || !c || (r->after && !r->on) || !counts(r, t, c, info))
        return;
    r->n++;
    if (r->list)
        report(r, t, c, "-", info);
    if (r->n != r->at)
        return;
    r->done = true;
    if (r->kill) {
        report(r, t, c, "SIGKILL", info);
        (void)kill(t->pid, SIGKILL);
        return;
    }
    t->fail = error_for(r, c);
    report(r, t, c, call_error_name(t->fail), info);
    skip_call(t->pid);
}

static void syscall_stop(struct run *r, struct tracee *t)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) < 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        entry(r, t, &info);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->fail) {
        set_result(t->pid, t->fail);
        t->fail = 0;
    }
}

/* Lets the tracee go on: for good when there is nothing left to do in it. */
static void resume(const struct run *r, struct tracee *t, int sig)
{
    bool let_go = r->done && !t->fail;
    (void)ptrace(let_go ? PTRACE_DETACH : PTRACE_SYSCALL, t->pid, 0, (long)sig);
    if (let_go)
        *t = (struct tracee){0};
}

static void stopped(struct run *r, struct tracee *t, int status)
{
    int sig = WSTOPSIG(status), event = status >> 16;
    unsigned long child = 0;
    if (sig == (SIGTRAP | 0x80)) {
        syscall_stop(r, t);
        sig = 0;
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
               event == PTRACE_EVENT_CLONE) {
        if (ptrace(PTRACE_GETEVENTMSG, t->pid, 0, &child) == 0)
            inherit(r, t, (pid_t)child);
        sig = 0;
    } else if (event == PTRACE_EVENT_EXEC) {
        began(r, t);
        sig = 0;
    } else if (event == PTRACE_EVENT_STOP) {
        if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU) {
            (void)ptrace(PTRACE_LISTEN, t->pid, 0, 0); /* a group stop */
            return;
        }
        sig = 0;
    }
    resume(r, t, sig);
}

/* Until the command ends. Returns its status. */
static int trace(struct run *r)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return CANNOT_TRACE;
        struct tracee *t = tracee_of(r, pid);
        if (WIFSTOPPED(status)) {
            stopped(r, t, status);
            continue;
        }
        *t = (struct tracee){0};
        if (pid == r->child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

static pid_t start(char **argv)
{
    int go[2];
    if (pipe2(go, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        char c;
        close(go[1]);
        if (read(go[0], &c, 1) != 1)
            _exit(CANNOT_TRACE);
        execvp(argv[0], argv);
        _exit(127);
    }
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, options) < 0 ||
        ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 || write(go[1], "g", 1) != 1)
        return -1;
    close(go[0]);
    close(go[1]);
    return pid;
}

static void usage(void)
{
    fputs("usage: fault-inject [-n N] [-e ERROR|auto:K | -k] [-c CALL,...] [-p PATH] [-a PROGRAM] "
          "[-o FILE] "
          "[-l] COMMAND...\n",
          stderr);
    exit(CANNOT_TRACE);
}

static void options(struct run *r, int argc, char **argv)
{
    for (int o; (o = getopt(argc, argv, "+n:e:kc:p:a:o:l")) != -1;)
        switch (o) {
        case 'n':
            r->at = atol(optarg);
            break;
        case 'e':
            if (strncmp(optarg, "auto:", 5) == 0)
                r->turn = atoi(optarg + 5);
            else if ((r->error = call_error(optarg)) == 0)
                usage();
            break;
        case 'k':
            r->kill = true;
            break;
        case 'c':
            r->only = optarg;
            break;
        case 'p':
            r->path = optarg;
            break;
        case 'a':
            r->after = optarg;
            break;
        case 'o':
            if (!(r->out = fopen(optarg, "we")))
                usage();
            break;
        case 'l':
            r->list = true;
            break;
        default:
            usage();
        }
    if (optind >= argc || r->turn < 0)
        usage();
}

int main(int argc, char **argv)
{
    static struct run r;
    options(&r, argc, argv);
    r.child = start(argv + optind);
    if (r.child < 0) {
        perror("fault-inject");
        return CANNOT_TRACE;
    }
    int status = trace(&r);
    if (r.out && !r.done)
        fprintf(r.out, "total %ld\n", r.n);
    if (r.out && fclose(r.out) != 0)
        return CANNOT_TRACE;
    return status;
}
