/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A php-fpm of our own in the site. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/enter/drop.h"
#include "core/enter/enter.h"
#include "core/enter/state.h"
#include "core/php/pools/pools.h"

#define START_MS 20000 /* a master that is not ready by then is ended */

/* An earlier pool has the same name. */
static bool is_again(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(me.pools[k].t.pool, me.pools[i].t.pool) == 0)
            return true;
    return false;
}

/* What php-fpm reads: nobody in the site can change it. */
static int make_config(struct sc_error *err)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    sc_fpm_global(&out);
    for (size_t i = 0; i < me.n; i++) {
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
        const struct sc_fpm_taken *t = &me.pools[i].t;
        int rc = sc_fpm_parse(t->text, t->text_len, t->file, &f, err);
        const struct sc_fpm_pool *p = rc == 0 ? sc_fpm_pool_find(&f, t->pool) : NULL;
        const char *why = p ? sc_fpm_refusal(p) : NULL;
        if (rc == 0 && (!p || why))
            rc = sc_error_set(err, SC_E_INVAL, "the PHP-FPM pool %s %s", t->pool,
                              why ? why : "is not in its record");
        if (rc < 0)
            return rc;
        struct sc_fpm_pool named = *p;
        char name[300];
        if (is_again(i)) { /* the site is about to leave one of its two addresses */
            snprintf(name, sizeof(name), "%.280s.%zu", p->name, i);
            named.name = name;
        }
        sc_fpm_render(&named, sc_fpm_held_at(&me.pools[i]), me.run.router ? NULL : me.run.docroot,
                      me.run.user, me.run.home, &out);
    }
    SC_FD int fd = memfd_create("php-fpm.conf", MFD_ALLOW_SEALING);
    int rc = sc_buf_check(&out, "the site's php-fpm.conf", err);
    if (rc == 0 &&
        (fd < 0 || write(fd, out.data, out.len) != (ssize_t)out.len ||
         fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0))
        rc = sc_error_sys(err, errno, "make the site's php-fpm.conf");
    return rc < 0 ? rc : sc_steal_fd(&fd);
}

_Noreturn void sc_fpm_refuse_to_run(const char *text)
{
    sc_fpm_note(SC_FAILED_ENTER, 503, text);
    dprintf(2, "%s\n", text);
    _exit(SC_EXIT_CANNOT_ENTER);
}

void sc_fpm_child_begins(int err_fd)
{
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(err_fd, 1) < 0 || dup2(err_fd, 2) < 0)
        _exit(SC_EXIT_CANNOT_ENTER);
}

/* The site must still be what the pass said. */
static void site_limits(struct sc_site_limits *limits)
{
    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(me.uid, &table, &why);
    if (rc < 0)
        sc_fpm_refuse_to_run(why.text);
    struct sc_site_ref site = {0};
    if (rc == 0)
        site = sc_table_docroot(&table, me.run.docroot);
    if (site.state != SC_SITE_ISOLATED || site.id != me.id)
        sc_fpm_refuse_to_run("its document root is no isolated site now");
    if (sc_table_limits(&table, &site, limits) < 0)
        sc_fpm_refuse_to_run("the table of sites cannot be read");
    sc_table_close(&table);
    /* the master is no entry of a visitor's: it would take a place for ever */
    limits->ep = 0;
}

/* "FPM_SOCKETS=ADDRESS=FD,…" of the sockets that are kept. */
static void write_sockets(char *out, size_t size)
{
    size_t len = (size_t)snprintf(out, size, "FPM_SOCKETS");
    for (size_t i = 0; i < me.n; i++) {
        int add = snprintf(out + len, size - len, "%c%s=%d", i ? ',' : '=',
                           sc_fpm_held_at(&me.pools[i]), sc_fpm_held_fd(&me.pools[i]));
        if (add < 0 || (size_t)add >= size - len)
            sc_fpm_refuse_to_run("too many addresses");
        len += (size_t)add;
    }
}

/* In the process that will wait for php-fpm. */
static _Noreturn void enter_site(int config, int err_fd, pid_t parent)
{
    int keep[SC_ENTER_KEEP_MAX];
    size_t n = 0;
    char sockets[8192], path[40];
    sc_fpm_child_begins(err_fd);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
        _exit(SC_EXIT_CANNOT_ENTER);
    write_sockets(sockets, sizeof(sockets));
    for (size_t i = 0; i < me.n; i++)
        keep[n++] = sc_fpm_held_fd(&me.pools[i]);
    keep[n++] = config;
    for (size_t i = 0; i < n; i++)
        if (fcntl(keep[i], F_SETFD, 0) < 0)
            sc_fpm_refuse_to_run("its descriptors cannot be kept");
    sc_drop_fds(keep, n);
    if (setgroups(me.run.n_groups, me.run.groups) < 0)
        sc_fpm_refuse_to_run("setgroups failed");

    struct sc_enter_why why = {{0}};
    struct sc_site_limits limits = {0};
    if (!sc_fpm_is_outside())
        site_limits(&limits);

    const char *exe = strcmp(me.run.php, "-") != 0 ? me.run.php : me.pools[0].t.exe;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", config);
    char home[PATH_MAX + 8], user[300];
    snprintf(home, sizeof(home), "HOME=%s", me.run.home);
    snprintf(user, sizeof(user), "USER=%s", me.run.user);
    char *argv[] = {(char *)(uintptr_t)exe,
                    (char *)(uintptr_t) "--nodaemonize",
                    (char *)(uintptr_t) "--force-stderr",
                    (char *)(uintptr_t) "--fpm-config",
                    path,
                    NULL};
    char *envp[] = {sockets,
                    (char *)(uintptr_t) "PATH=/usr/local/bin:/usr/bin:/bin",
                    (char *)(uintptr_t) "LANG=C.UTF-8",
                    home,
                    user,
                    NULL};
    if (sc_fpm_is_outside())
        sc_fpm_outside_exec(exe, argv, envp, parent);
    struct sc_enter req = {.uid = me.uid,
                           .gid = me.run.gid,
                           .site = me.id,
                           .docroot = me.run.docroot,
                           .keep = keep,
                           .n_keep = n,
                           .unwatched = true,
                           .limits = &limits,
                           .exe = exe,
                           .argv = argv,
                           .envp = envp};
    int rc = sc_enter(&req, &why);
    if (rc < 0) /* noted by the entry */
        dprintf(2, "%s\n", why.text);
    _exit(rc < 0 ? SC_EXIT_CANNOT_ENTER : rc);
}

static struct sc_fpm_own *free_place(void)
{
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
        if (me.masters[i].pid == 0)
            return &me.masters[i];
    return NULL;
}

int sc_fpm_own_start(struct sc_error *err)
{
    struct sc_fpm_own *m = free_place();
    int out[2];
    if (!m)
        return sc_error_set(err, SC_E_BUSY, "too many masters are still ending");
    SC_FD int config = make_config(err);
    if (config < 0)
        return config;
    if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
        return sc_error_sys(err, errno, "pipe");
    (void)fcntl(out[1], F_SETFL, 0); /* php-fpm's end blocks; a full pipe is read soon */
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        enter_site(config, out[1], parent);
    close(out[1]);
    if (pid < 0) {
        close(out[0]);
        return sc_error_sys(err, errno, "fork");
    }
    *m = (struct sc_fpm_own){.pid = pid,
                             .err = out[0],
                             .since = sc_clock_ms(),
                             .changes = sc_fpm_hash(me.run.changes, "")};
    if (sc_fpm_is_outside() && (setpgid(pid, pid) == 0 || getpgid(pid) == pid))
        m->inner = pid;
    m->kill_at = m->since + START_MS;
    me.now = m;
    me.start_at = 0;
    return 0;
}
