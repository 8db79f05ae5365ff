/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/restart.h"
#include "core/php/restart_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/vec.h"
#include "core/base/pidfd.h"
#include "core/base/lock.h"
#include "core/base/proc.h"
#include "core/enter/keeper_find.h"

#define PROCESSES_MAX 4096
#define TABLE_MAX     (16u << 20)
#define LSPHP_FD_MAX  15
#define ACCEPTS       0x10000ul /* __SO_ACCEPTCON */

void sc_php_processes_done(struct sc_php_processes *l)
{
    for (size_t i = 0; i < l->n; i++)
        sc_close(&l->v[i].procfd);
    free(l->v);
    *l = (struct sc_php_processes){0};
}

/* php-cgi and lsphp, whatever version. */
static int is_php(const struct sc_php_catalogue *c, int procfd)
{
    struct stat exe, st;
    if (fstatat(procfd, "exe", &exe, 0) < 0)
        return sc_proc_no_answer(procfd, errno);
    for (size_t i = 0; i <= c->n; i++) {
        const struct sc_php *php = i < c->n ? &c->v[i] : &c->native;
        static const enum sc_php_sapi kinds[] = {SC_PHP_CGI, SC_PHP_LSPHP};
        for (size_t k = 0; k < 2; k++) {
            const char *real = php->bin[kinds[k]].real;
            if (!real)
                continue;
            if (stat(real, &st) == 0) {
                if (st.st_dev == exe.st_dev && st.st_ino == exe.st_ino)
                    return 1;
            } else if (!sc_is_absent(errno)) {
                return -errno;
            }
        }
    }
    return 0;
}

/* Whether the socket is one on which its process accepts: what the kernel's tables say. */
static int listens(const char *table, const char *inode, bool is_unix)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FD int fd = open(table, O_RDONLY | O_CLOEXEC);
    struct sc_error why = SC_ERROR_INIT;
    if (fd < 0)
        return sc_is_absent(errno) ? 0 : -errno; /* a kernel without IPv6 */
    if (sc_read_fd(fd, TABLE_MAX, table, &text, &why) < 0)
        return why.sys ? -why.sys : -EFBIG;
    char *save = NULL;
    for (char *l = strtok_r(text.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        char *word[12] = {NULL}, *next = NULL;
        size_t n = 0;
        for (char *w = strtok_r(l, " ", &next); w && n < 12; w = strtok_r(NULL, " ", &next))
            word[n++] = w;
        /* proc(5): Num RefCount Protocol Flags Type St Inode; sl local rem st tx:rx tr:when retr
         * uid timeout inode */
        size_t at = is_unix ? 6 : 9;
        if (n > at && strcmp(word[at], inode) == 0)
            return is_unix ? (strtoul(word[3], NULL, 16) & ACCEPTS) != 0
                           : strcmp(word[3], "0A") == 0;
    }
    return 0;
}

/* A listening socket at this number? CGI programs get pipes, or a connection. */
static int listens_at(int procfd, int number)
{
    char target[32], name[16];
    snprintf(name, sizeof(name), "fd/%d", number);
    ssize_t n = readlinkat(procfd, name, target, sizeof(target) - 1);
    if (n < 0)
        return sc_proc_no_answer(procfd, errno);
    if (n < 10 || memcmp(target, "socket:[", 8) != 0)
        return 0;
    target[n - 1] = 0;
    const char *inode = target + 8;
    int rc = listens("/proc/net/unix", inode, true);
    if (rc == 0)
        rc = listens("/proc/net/tcp", inode, false);
    return rc ? rc : listens("/proc/net/tcp6", inode, false);
}

static int is_called(int procfd, const char *begin)
{
    char exe[PATH_MAX];
    ssize_t n = readlinkat(procfd, "exe", exe, sizeof(exe) - 1);
    if (n < 0)
        return sc_proc_no_answer(procfd, errno);
    exe[n] = 0;
    const char *name = strrchr(exe, '/');
    return name && strncmp(name + 1, begin, strlen(begin)) == 0;
}

int sc_php_is_fpm(int procfd)
{
    return is_called(procfd, "php-fpm");
}

int sc_php_is_lsphp(int procfd)
{
    return is_called(procfd, "lsphp");
}

int sc_php_waits(int procfd)
{
    /* lsphp moves the socket to a number of its own, one of the first */
    int rc = sc_php_is_lsphp(procfd), last = rc > 0 ? LSPHP_FD_MAX : 0;
    if (rc < 0)
        return rc;
    rc = 0;
    for (int fd = 0; rc == 0 && fd <= last; fd++)
        rc = listens_at(procfd, fd);
    return rc;
}

int sc_php_parent(int procfd, int *ret)
{
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    *ret = (int)st.parent;
    return 1;
}

int sc_php_processes_add(struct sc_php_processes *l, int pid, int procfd, struct sc_error *err)
{
    SC_FD int fd = procfd;
    struct stat exe;
    int parent = 0;
    int rc = sc_php_parent(fd, &parent);
    if (rc == 1 && fstatat(fd, "exe", &exe, 0) < 0)
        rc = sc_proc_no_answer(fd, errno);
    if (rc <= 0)
        return rc == 0 ? 0 : sc_error_sys(err, -rc, "look at a PHP process");
    if (!SC_VEC_ROOM(l->v, l->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the site's processes");
    l->v[l->n++] = (struct sc_php_process){.pid = pid,
                                           .parent = parent,
                                           .procfd = sc_steal_fd(&fd),
                                           .dev = exe.st_dev,
                                           .ino = exe.st_ino};
    return 0;
}

static int is_wanted(const struct sc_php_catalogue *c, int procfd)
{
    int rc = sc_php_waits(procfd);
    if (rc <= 0 || c)
        return rc <= 0 ? rc : is_php(c, procfd);
    rc = sc_php_is_fpm(procfd);
    return rc < 0 ? rc : !rc;
}

/* Those that wait for requests. */
static int find(const struct sc_php_catalogue *c, pid_t keeper, struct sc_php_processes *l,
                struct sc_error *err)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list all = {0};
    int rc = sc_proc_list_open(keeper, &all);
    if (rc < 0)
        return rc == -ENOENT || rc == -ESRCH ? 0
                                             : sc_error_sys(err, -rc, "list the site's processes");
    pid_t pid = 0;
    while (rc == 0 && l->n < PROCESSES_MAX) {
        SC_FD int proc = -EBADF;
        pid = sc_proc_next(&all, &proc);
        if (pid <= 0)
            break;
        int wanted = is_wanted(c, proc);
        if (wanted < 0)
            return sc_error_sys(err, -wanted, "look at a process of the site");
        if (wanted)
            rc = sc_php_processes_add(l, pid, sc_steal_fd(&proc), err);
    }
    return pid < 0 ? sc_error_sys(err, -pid, "list the site's processes") : rc;
}

/* A shell that waits for its PHP is of another program: both are told. */
static bool has_parent(const struct sc_php_processes *l, const struct sc_php_process *o)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].pid == o->parent && l->v[i].dev == o->dev && l->v[i].ino == o->ino)
            return true;
    return false;
}

static bool lives(const struct sc_php_process *o)
{
    return sc_pidfd_signal(o->procfd, 0) == 0;
}

static void wait_for(const struct sc_php_processes *l)
{
    bool left = l->n > 0;
    for (int waited = 0; left && waited < SC_PHP_RESTART_MS; waited += 10) {
        left = false;
        for (size_t i = 0; i < l->n && !left; i++)
            left = lives(&l->v[i]);
        if (left)
            (void)poll(NULL, 0, 10);
    }
}

void sc_php_processes_tell(const struct sc_php_processes *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!has_parent(l, &l->v[i]))
            (void)sc_pidfd_signal(l->v[i].procfd, SIGTERM);
}

int sc_php_processes_end(const struct sc_php_processes *l, struct sc_error *err)
{
    sc_php_processes_tell(l);
    wait_for(l);
    return sc_php_processes_kill(l, err);
}

int sc_php_processes_kill(const struct sc_php_processes *l, struct sc_error *err)
{
    for (size_t i = 0; i < l->n; i++)
        if (sc_pidfd_signal(l->v[i].procfd, SIGKILL) < 0 && errno != ESRCH)
            return sc_error_sys(err, errno, "end a PHP process of the site");
    return 0;
}

int sc_php_find_in_site(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_php_processes *l, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    int rc = sc_keeper_find(uid, id, &pidfd, &lock);
    if (rc < 0)
        return rc == -ESRCH ? 0 : sc_error_sys(err, -rc, "look for the keeper of site %u", id);
    pid_t keeper = sc_lock_holder(lock);
    if (keeper < 0)
        return sc_error_sys(err, -keeper, "look for the keeper of site %u", id);
    return keeper > 0 ? find(c, keeper, l, err) : 0;
}
