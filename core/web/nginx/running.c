/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/running.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/web/process.h"
#include "core/base/run.h"

#define MASTER  "nginx: master process "
#define WORKER  "nginx: worker process" /* one that ends has " is shutting down" behind it */
#define CONF    "/etc/nginx/nginx.conf"
#define DELETED " (deleted)"

#define WORKERS_MAX 4096
#define RELOAD_MS   20000
#define TEST_MS     120000 /* very many hosts */

/* ---- processes ---- */

/* The words behind the title are the command line's. */
bool sc_nginx_is_master(const char *title, size_t len)
{
    char text[4096];
    size_t n = strnlen(title, len);
    if (n >= sizeof(text) || n < sizeof(MASTER) - 1 ||
        strncmp(title, MASTER, sizeof(MASTER) - 1) != 0)
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)n, title);
    char *rest = NULL;
    bool conf = false;
    for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        if (conf && strcmp(w, CONF) != 0)
            return false;
        conf = strcmp(w, "-c") == 0;
        if (strcmp(w, "-p") == 0)
            return false;
    }
    return true;
}

/* 1, 0, or -errno */
static int is_master(int procfd, const void *arg)
{
    (void)arg;
    char title[4096];
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    if (strcmp(st.name, "nginx") != 0)
        return 0;
    ssize_t n = sc_proc_read(procfd, "cmdline", title, sizeof(title));
    if (n < 0)
        return sc_proc_no_answer(procfd, (int)-n);
    return sc_nginx_is_master(title, (size_t)n) ? sc_proc_is_servers(procfd) : 0;
}

pid_t sc_nginx_find(void)
{
    return sc_web_process_find(is_master, NULL);
}

static int is_worker(int procfd, pid_t master)
{
    char title[256];
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    if (st.parent != master || st.state == 'Z')
        return 0;
    ssize_t n = sc_proc_read(procfd, "cmdline", title, sizeof(title));
    if (n < 0)
        return sc_proc_no_answer(procfd, (int)-n);
    while (n > 0 && (title[n - 1] == ' ' || title[n - 1] == 0))
        title[--n] = 0;
    return strcmp(title, WORKER) == 0;
}

/* Ticks since the boot: proc(5), /proc/PID/stat, field 22. */
static unsigned long long began(int procfd)
{
    char text[1024];
    ssize_t n = sc_proc_read(procfd, "stat", text, sizeof(text));
    char *at = n > 0 ? strrchr(text, ')') : NULL;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

struct workers {
    pid_t v[WORKERS_MAX];
    size_t n;
    unsigned long long oldest;
};

/* Those that take new requests. -errno: it cannot be said. */
static int list_workers(pid_t master, struct workers *w)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    *w = (struct workers){.oldest = ULLONG_MAX};
    int rc = sc_proc_list_open(0, &l);
    for (;;) {
        SC_FD int fd = -EBADF;
        pid_t pid = rc < 0 ? rc : sc_proc_next(&l, &fd);
        if (pid <= 0)
            return pid;
        rc = w->n == WORKERS_MAX ? 0 : is_worker(fd, master);
        if (rc <= 0)
            continue;
        unsigned long long at = began(fd);
        w->oldest = at < w->oldest ? at : w->oldest;
        w->v[w->n++] = pid;
    }
}

int sc_nginx_since(pid_t master, int64_t *ret, struct sc_error *err)
{
    struct timespec now, up;
    SC_FREE struct workers *w = malloc(sizeof(*w));
    long hz = sysconf(_SC_CLK_TCK);
    if (!w)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    int rc = list_workers(master, w);
    if (rc < 0)
        return sc_error_sys(err, -rc, "look for the workers of nginx");
    if (hz <= 0 || clock_gettime(CLOCK_REALTIME, &now) < 0 ||
        clock_gettime(CLOCK_BOOTTIME, &up) < 0)
        return sc_error_sys(err, errno, "ask what time it is");
    int64_t age = (int64_t)up.tv_sec - (int64_t)(w->oldest / (unsigned long)hz);
    *ret = w->n ? (int64_t)now.tv_sec - age : 0;
    return 0;
}

/* ---- its program ---- */

bool sc_nginx_program(pid_t master, char *out, size_t size)
{
    static const char *const usual[] = {"/usr/sbin/nginx", "/usr/local/sbin/nginx",
                                        "/usr/local/nginx/sbin/nginx"};
    char link[64];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)master);
    ssize_t n = master > 0 ? readlink(link, out, size - 1) : -1;
    if (n > 0) {
        out[n] = 0;
        size_t cut = strlen(DELETED); /* an upgrade brought another one */
        if ((size_t)n > cut && strcmp(out + n - cut, DELETED) == 0)
            out[(size_t)n - cut] = 0;
        if (access(out, X_OK) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (access(usual[i], X_OK) == 0)
            return snprintf(out, size, "%s", usual[i]) < (int)size;
    return false;
}

int sc_nginx_test(const char *program, struct sc_error *err)
{
    const char *const argv[] = {program, "-t", "-q", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = TEST_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    if (r.err.data)
        r.err.data[strcspn(r.err.data, "\n")] = 0;
    return sc_error_set(err, SC_E_INVAL, "nginx's configuration is not valid: %s",
                        r.err.data && *r.err.data ? r.err.data : program);
}

/* ---- reading it again ---- */

static bool all_new(pid_t master, const struct workers *old, struct workers *now)
{
    if (list_workers(master, now) < 0 || now->n == 0)
        return false;
    for (size_t i = 0; i < now->n; i++)
        for (size_t k = 0; k < old->n; k++)
            if (now->v[i] == old->v[k])
                return false;
    return true;
}

int sc_nginx_reload(pid_t master, struct sc_error *err)
{
    SC_FREE struct workers *old = malloc(sizeof(*old)), *now = malloc(sizeof(*now));
    SC_FD int fd = sc_proc_open(master);
    if (!old || !now)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    int rc = fd < 0 ? -errno : is_master(fd, NULL);
    if (rc > 0)
        rc = list_workers(master, old);
    else if (rc == 0)
        rc = -ESRCH;
    if (rc == 0 && sc_pidfd_signal(fd, SIGHUP) < 0)
        rc = -errno;
    if (rc < 0)
        return sc_error_sys(err, -rc, "reload nginx (process %d)", (int)master);
    int64_t until = sc_clock_ms() + RELOAD_MS;
    while (!all_new(master, old, now)) {
        if (sc_clock_ms() > until || is_master(fd, NULL) == 0)
            return sc_error_set(err, SC_E_TIMEOUT,
                                "nginx (process %d) did not take its new configuration; its error "
                                "log says why",
                                (int)master);
        sc_sleep_ms(10);
    }
    return 0;
}
