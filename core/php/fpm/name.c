/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/php/fpm/master.h"
#include "core/php/pools/master.h"

int sc_fpm_listener(const char *path, pid_t *ret_pid)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct ucred who = {0};
    socklen_t len = sizeof(who);
    if (strlen(path) >= sizeof(a.sun_path)) /* nobody can have bound it */
        return 0;
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    memcpy(a.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno != EAGAIN)
        /* the last one is another kind of socket's */
        return sc_is_absent(errno) || errno == ECONNREFUSED || errno == EPROTOTYPE ? 0 : -errno;
    /* with more to do than fits its backlog it is there, and says nothing */
    if (ret_pid && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
        *ret_pid = who.pid;
    return 1;
}

int sc_fpm_alive(const char *path)
{
    return sc_fpm_listener(path, NULL);
}

static bool answers(const char *path, pid_t pid)
{
    pid_t is = 0;
    return sc_fpm_listener(path, &is) > 0 && (is == 0 || is == pid);
}

bool sc_fpm_answers(const struct sc_fpm_taken *t, pid_t pid)
{
    char new[128];
    sc_fpm_beside(t, "new", new);
    return answers(t->listen, pid) || answers(new, pid);
}

/* listen.acl_users and listen.acl_groups are kept as this */
#define ACL "system.posix_acl_access"

static void copy_acl(const char *from, const char *to)
{
    char acl[4096];
    ssize_t n = lgetxattr(from, ACL, acl, sizeof(acl));
    if (n > 0)
        (void)lsetxattr(to, ACL, acl, (size_t)n, 0);
}

int sc_fpm_listen_make(const struct sc_fpm_taken *t, int *ret_fd, struct sc_error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char path[128];
    sc_fpm_beside(t, "new", path);
    if (t->listen[0] != '/' || strlen(path) >= sizeof(a.sun_path))
        return sc_error_set(err, SC_E_INVAL, "%s is no place for a socket", t->listen);
    memcpy(a.sun_path, path, strlen(path) + 1);
    *strrchr(path, '/') = 0;
    int rc = sc_mkdir_p(path, 0755, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || (unlink(a.sun_path) < 0 && errno != ENOENT))
        return sc_error_sys(err, errno, "make %s", a.sun_path);
    /* nothing that follows a link: in Debian the directory is the web server's; and until it
     * listens, nobody can connect */
    mode_t old = umask(0777 & ~t->mode);
    rc = bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
    (void)umask(old);
    if (rc < 0 || lchown(a.sun_path, t->owner, t->group) < 0)
        return sc_error_sys(err, rc < 0 ? -rc : errno, "make %s", a.sun_path);
    copy_acl(t->listen, a.sun_path);
    if (listen(fd, t->backlog) < 0)
        return sc_error_sys(err, errno, "make %s", a.sun_path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

/* php-fpm removes the name of a socket that it had and is not to have any more: a mount point it
 * cannot remove. */
static void guard(const char *path)
{
    char self[40];
    struct stat st;
    SC_FD int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (mount(self, self, NULL, MS_BIND, NULL) < 0)
        sc_log("PHP-FPM: %s cannot be guarded: %s", path, strerror(errno));
}

void sc_fpm_unguard(const char *path)
{
    for (int i = 0; i < 8 && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++)
        ;
}

/* The master has a socket of that name: 1, 0, or -errno. */
static int has_socket(pid_t master, const char *path)
{
    int rc = sc_fpm_master_socket(master, path);
    return rc >= 0 ? 1 : rc == -ENOENT ? 0 : rc;
}

int sc_fpm_shared_masters(const struct sc_fpm_taken *t)
{
    char new[128];
    sc_fpm_beside(t, "new", new);
    pid_t master = sc_fpm_master_find(t->main);
    if (master <= 0)
        return master;
    int rc = sc_fpm_alive(t->listen);
    if (rc <= 0)
        return rc;
    rc = has_socket(master, t->listen);
    return rc == 0 ? has_socket(master, new) : rc;
}

bool sc_fpm_forgotten(const struct sc_fpm_taken *t)
{
    char old[128];
    if (t->leaving)
        return false;
    sc_fpm_beside(t, "old", old);
    return sc_fpm_alive(old) <= 0 && sc_fpm_master_find(t->main) != 0;
}

/* Nothing is removed: it may be the shared master's only name. */
static int not_known(const struct sc_fpm_taken *t, int rc, struct sc_error *err)
{
    return sc_error_sys(err, -rc, "ask who listens at %s", t->listen);
}

int sc_fpm_give_name(const struct sc_fpm_taken *t, struct sc_error *err)
{
    static const char *const ours[] = {"new", "back"};
    char old[128], path[128];
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        sc_fpm_beside(t, ours[i], path);
        (void)unlink(path);
    }
    sc_fpm_beside(t, "old", old);
    int lives = sc_fpm_alive(old);
    if (lives > 0) {
        sc_fpm_unguard(t->listen);
        return rename(old, t->listen) < 0 ? sc_error_sys(err, errno, "give %s back", t->listen) : 0;
    }
    int has = lives < 0 ? lives : sc_fpm_shared_masters(t);
    if (has < 0)
        return not_known(t, has, err);
    (void)unlink(old);
    if (has) /* given back already, by a call that was killed */
        return 0;
    sc_fpm_unguard(t->listen);
    return unlink(t->listen) < 0 && errno != ENOENT
               ? sc_error_sys(err, errno, "remove %s", t->listen)
               : 0;
}

/* The shared master's socket gets another name, where it has one: that one stays. SC_THERE: it has. */
static int keep_old(const struct sc_fpm_taken *t, const char *old, struct sc_error *err)
{
    struct stat st;
    int rc = sc_there(old, NULL, err);
    if (rc != SC_ABSENT)
        return rc;
    rc = sc_there(t->listen, &st, err);
    if (rc != SC_THERE || !S_ISSOCK(st.st_mode))
        return rc < 0 ? rc : SC_ABSENT;
    rc = sc_fpm_shared_masters(t);
    if (rc <= 0)
        return rc < 0 ? not_known(t, rc, err) : SC_ABSENT;
    return link(t->listen, old) == 0 || errno == EEXIST
               ? SC_THERE
               : sc_error_sys(err, errno, "keep %s", t->listen);
}

static int put_new(const struct sc_fpm_taken *t, const char *new, const char *old,
                   struct sc_error *err)
{
    sc_fpm_unguard(t->listen);
    int kept = keep_old(t, old, err);
    if (kept < 0)
        return kept;
    if (rename(new, t->listen) < 0)
        return sc_error_sys(err, errno, "take %s over", t->listen);
    if (kept == SC_THERE)
        guard(t->listen);
    return 0;
}

int sc_fpm_take_name(const struct sc_fpm_taken *t, bool *ret_old, struct sc_error *err)
{
    char new[128], old[128];
    sc_fpm_beside(t, "new", new);
    sc_fpm_beside(t, "old", old);
    int rc = sc_there(new, NULL, err);
    if (rc == SC_THERE)
        rc = put_new(t, new, old, err);
    if (rc == 0 || rc == SC_ABSENT)
        rc = sc_there(old, NULL, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    rc = sc_fpm_alive(old);
    if (rc < 0)
        return not_known(t, rc, err);
    if (rc > 0) {
        *ret_old = true;
        return 0;
    }
    /* the shared master reads its configuration without the pool: it will remove nothing more */
    sc_fpm_unguard(t->listen);
    (void)unlink(old);
    return 0;
}
