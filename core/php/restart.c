/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/restart.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "core/base/file.h"
#include "core/enter/keeper_find.h"

#define PROCESSES_MAX 4096
#define TABLE_MAX     (16u << 20)
#define ACCEPTS       0x10000ul /* __SO_ACCEPTCON */

struct one {
    int pid, parent; /* as the site numbers them */
    int procfd;      /* its directory in the site's /proc: cannot become another process */
};

struct all {
    struct one *v;
    size_t n;
};

static void all_done(struct all *l)
{
    for (size_t i = 0; i < l->n; i++)
        sc_close(&l->v[i].procfd);
    free(l->v);
}

/* php-cgi and lsphp, whatever version. */
static bool is_php(const struct sc_php_catalogue *c, int procfd)
{
    struct stat exe, st;
    if (fstatat(procfd, "exe", &exe, 0) < 0)
        return false;
    for (size_t i = 0; i <= c->n; i++) {
        const struct sc_php *php = i < c->n ? &c->v[i] : &c->native;
        static const enum sc_php_sapi kinds[] = {SC_PHP_CGI, SC_PHP_LSPHP};
        for (size_t k = 0; k < 2; k++) {
            const char *real = php->bin[kinds[k]].real;
            if (real && stat(real, &st) == 0 && st.st_dev == exe.st_dev && st.st_ino == exe.st_ino)
                return true;
        }
    }
    return false;
}

/* Whether the socket is one on which its process accepts: what the kernel's tables say. */
static bool listens(const char *table, const char *inode, bool is_unix)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FD int fd = open(table, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || sc_read_fd(fd, TABLE_MAX, table, &text, NULL) < 0)
        return false;
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
            return is_unix ? strtoul(word[3], NULL, 16) & ACCEPTS : strcmp(word[3], "0A") == 0;
    }
    return false;
}

/* Is standard input a socket on which it waits for requests? CGI programs get pipes, or a
 * connection. */
static bool waits_for_requests(int procfd)
{
    char target[32];
    ssize_t n = readlinkat(procfd, "fd/0", target, sizeof(target) - 1);
    if (n < 10 || memcmp(target, "socket:[", 8) != 0)
        return false;
    target[n - 1] = 0;
    const char *inode = target + 8;
    return listens("/proc/net/unix", inode, true) || listens("/proc/net/tcp", inode, false) ||
           listens("/proc/net/tcp6", inode, false);
}

/* The parent, as the site numbers it; 0 when it is outside. */
static bool read_parent(int procfd, int *ret)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FD int fd = openat(procfd, "status", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || sc_read_fd(fd, 65536, "status", &text, NULL) < 0)
        return false;
    const char *p = strstr(text.data, "\nPPid:");
    *ret = p ? atoi(p + 6) : 0;
    return p != NULL;
}

static int find(const struct sc_php_catalogue *c, pid_t keeper, struct all *l, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)keeper);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        int e = errno;
        if (fd >= 0)
            close(fd);
        return e == ENOENT || e == ESRCH ? 0 : sc_error_sys(err, e, "list the site's processes");
    }
    for (struct dirent *e; (e = readdir(d)) != NULL && l->n < PROCESSES_MAX;) {
        int pid = atoi(e->d_name), parent;
        if (pid <= 1)
            continue;
        SC_FD int proc = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (proc < 0 || !is_php(c, proc) || !waits_for_requests(proc) ||
            !read_parent(proc, &parent))
            continue;
        struct one *v = realloc(l->v, (l->n + 1) * sizeof(*v));
        if (!v)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the site's processes");
        l->v = v;
        v[l->n++] = (struct one){.pid = pid, .parent = parent, .procfd = sc_steal_fd(&proc)};
    }
    return 0;
}

static bool has_parent(const struct all *l, const struct one *o)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].pid == o->parent)
            return true;
    return false;
}

static bool lives(const struct one *o)
{
    return syscall(SYS_pidfd_send_signal, o->procfd, 0, NULL, 0) == 0;
}

static int end_all(const struct all *l, struct sc_error *err)
{
    bool told = false;
    for (size_t i = 0; i < l->n; i++)
        if (!has_parent(l, &l->v[i]))
            told |= syscall(SYS_pidfd_send_signal, l->v[i].procfd, SIGTERM, NULL, 0) == 0;
    for (int waited = 0; told && waited < SC_PHP_RESTART_MS; waited += 10) {
        told = false;
        for (size_t i = 0; i < l->n && !told; i++)
            told = lives(&l->v[i]);
        if (told)
            (void)poll(NULL, 0, 10);
    }
    for (size_t i = 0; i < l->n; i++)
        if (syscall(SYS_pidfd_send_signal, l->v[i].procfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
            return sc_error_sys(err, errno, "end a PHP process of the site");
    return 0;
}

int sc_php_restart_site(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    SC_CLEANUP(all_done) struct all l = {0};
    int rc = sc_keeper_find(uid, id, &pidfd, &lock);
    if (rc < 0)
        return rc == -ESRCH ? 0 : sc_error_sys(err, -rc, "look for the keeper of site %u", id);
    pid_t keeper = sc_lock_holder(lock);
    rc = keeper > 0 ? find(c, keeper, &l, err) : 0;
    return rc < 0 ? rc : end_all(&l, err);
}
