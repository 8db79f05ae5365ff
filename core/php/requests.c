/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/php/restart_private.h"

#define REQUESTS_MAX 4096
#define ENVIRON_MAX  (4u << 20) /* more than exec(2) allows by default */

void sc_php_requests_done(struct sc_php_requests *r)
{
    struct sc_php_processes l = {.v = r->v, .n = r->n};
    sc_php_processes_done(&l);
    *r = (struct sc_php_requests){0};
}

/* A program that answers one request. What it is asked for is in its environment, as it began. */
static int answers_cgi(int procfd)
{
    static const char wanted[] = "GATEWAY_INTERFACE=";
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    SC_FD int fd = openat(procfd, "environ", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sc_proc_no_answer(procfd, errno);
    if (sc_read_fd(fd, ENVIRON_MAX, "environ", &text, &why) < 0)
        return why.sys ? sc_proc_no_answer(procfd, why.sys) : 0;
    return memmem(text.data, text.len, wanted, sizeof(wanted) - 1) != NULL;
}

struct finding {
    struct sc_php_processes waiting, busy;
    int64_t until;
    bool more, unseen;
};

static void finding_done(struct finding *f)
{
    sc_php_processes_done(&f->waiting);
    sc_php_processes_done(&f->busy);
}

/* Takes the descriptor. One that cannot be looked at may be at a request. */
static int sort(struct finding *f, pid_t pid, int procfd, struct sc_error *err)
{
    SC_FD int fd = procfd;
    int is_fpm = sc_php_is_fpm(fd), waits = is_fpm == 0 ? sc_php_waits(fd) : 0;
    int rc = is_fpm || waits ? 1 : answers_cgi(fd);
    if (is_fpm < 0 || waits < 0 || rc < 0) {
        f->unseen = true;
        return 0;
    }
    return rc ? sc_php_processes_add(waits ? &f->waiting : &f->busy, pid, sc_steal_fd(&fd), err)
              : 0;
}

static int walk(struct finding *f, pid_t keeper, struct sc_error *err)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list all = {0};
    int rc = sc_proc_list_open(keeper, &all);
    if (rc == -ENOENT || rc == -ESRCH)
        return 0;
    pid_t pid = rc;
    while (rc == 0) {
        int proc = -EBADF;
        pid = sc_proc_next(&all, &proc);
        if (pid <= 0)
            break;
        rc = sort(f, pid, proc, err);
        f->more = f->waiting.n + f->busy.n >= REQUESTS_MAX || sc_clock_ms() > f->until;
        if (f->more)
            break;
    }
    return pid < 0 ? sc_error_sys(err, -pid, "list the site's processes") : rc;
}

int sc_php_requests_find(pid_t keeper, bool tell, struct sc_php_requests *ret, struct sc_error *err)
{
    SC_CLEANUP(finding_done)
    struct finding f = {.until = sc_clock_ms() + SC_PHP_REQUESTS_LOOK_MS};
    int rc = walk(&f, keeper, err);
    if (rc < 0)
        return rc;
    if (tell)
        sc_php_processes_tell(&f.waiting);
    size_t n = f.waiting.n + f.busy.n;
    struct sc_php_process *v = calloc(n ? n : 1, sizeof(*v));
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the site's processes");
    if (f.waiting.n)
        memcpy(v, f.waiting.v, f.waiting.n * sizeof(*v));
    if (f.busy.n)
        memcpy(v + f.waiting.n, f.busy.v, f.busy.n * sizeof(*v));
    f.waiting.n = f.busy.n = 0; /* the descriptors are *ret's now */
    *ret = (struct sc_php_requests){.v = v, .n = n, .more = f.more || f.unseen};
    return 0;
}

bool sc_php_requests_any(const struct sc_php_requests *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (sc_pidfd_signal(r->v[i].procfd, 0) == 0 || errno != ESRCH)
            return true;
    return r->more;
}
