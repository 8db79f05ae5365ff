/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/chore.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/server/panel_hooks.h"
#include "core/server/server.h"

/* ---- the daemon's side ---- */

static _Noreturn void become(int out, const char *name)
{
    static char program[] = "sitecage-monitor", chore[] = "--chore";
    char what[32];
    snprintf(what, sizeof(what), "%s", name);
    char *const argv[] = {program, chore, what, NULL};
    sigset_t none;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        _exit(1);
    (void)syscall(SYS_close_range, 3U, ~0U, 0);
    (void)execv("/proc/self/exe", argv);
    _exit(1);
}

int sc_chore_start(struct sc_chore *c, const char *name, int64_t now, struct sc_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    SC_FD int in = ends[0];
    SC_FD int out = ends[1];
    (void)fcntl(out, F_SETFL, 0); /* the program writes as to any pipe */
    pid_t pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        become(out, name);
    *c = (struct sc_chore){.name = name, .pid = pid, .fd = sc_steal_fd(&in), .began = now};
    return 0;
}

static void end(struct sc_chore *c)
{
    (void)waitpid(c->pid, NULL, 0);
    sc_close(&c->fd);
    sc_buf_free(&c->text);
    *c = (struct sc_chore)SC_CHORE_INIT;
}

int sc_chore_read(struct sc_chore *c, void (*line)(char *text, void *arg), void *arg)
{
    char bytes[65536];
    ssize_t n;
    while ((n = read(c->fd, bytes, sizeof(bytes))) > 0)
        sc_buf_add(&c->text, bytes, (size_t)n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    char *save = NULL;
    struct sc_buf text = c->text;
    c->text = (struct sc_buf)SC_BUF_INIT;
    end(c); /* first: `line` may want to start another one */
    for (char *l = text.data ? strtok_r(text.data, "\n", &save) : NULL; l;
         l = strtok_r(NULL, "\n", &save))
        line(l, arg);
    sc_buf_free(&text);
    return 1;
}

void sc_chore_kill(struct sc_chore *c)
{
    if (!c->name)
        return;
    (void)kill(c->pid, SIGKILL);
    end(c);
}

/* ---- the other process ---- */

static void found(const char *user, void *arg)
{
    (void)arg;
    printf("found %s\n", user);
}

static int survey(struct sc_server *s, struct sc_error *err)
{
    size_t domains = 0, users = 0;
    int64_t began = sc_clock_ms();
    int rc = sc_follow_survey(s, found, NULL, &domains, &users, err);
    if (rc == 0)
        printf("ok %zu %zu %lld\n", domains, users, (long long)(sc_clock_ms() - began));
    return rc;
}

static int hooks(struct sc_server *s, struct sc_error *err)
{
    struct sc_inventory_conf panel;
    bool changed = false;
    int rc = sc_server_panel(s, &panel, err);
    if (rc == 0)
        rc = sc_panel_hooks_ensure(&panel, &changed, err);
    if (rc == 0 || rc == SC_E_UNSUPPORTED)
        puts(changed ? "put" : "ok");
    return rc == SC_E_UNSUPPORTED ? 0 : rc;
}

static int paths(struct sc_server *s, struct sc_error *err)
{
    struct sc_inventory_conf panel;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_server_panel(s, &panel, err);
    if (rc == 0)
        rc = sc_panel_paths(&panel, &text, err);
    if (rc < 0)
        return rc;
    char *save = NULL;
    for (char *l = strtok_r(text.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
        printf("path %s\n", l);
    puts("ok");
    return 0;
}

int sc_chore_do(const char *name)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_server_open(&s, &err);
    if (rc == 0 && strcmp(name, SC_CHORE_SURVEY) == 0)
        rc = survey(s, &err);
    else if (rc == 0 && strcmp(name, SC_CHORE_HOOKS) == 0)
        rc = hooks(s, &err);
    else if (rc == 0 && strcmp(name, SC_CHORE_PATHS) == 0)
        rc = paths(s, &err);
    else if (rc == 0)
        return 2;
    if (rc < 0)
        printf("error %s\n", err.text);
    return fflush(stdout) == 0 && rc == 0 ? 0 : 1;
}
