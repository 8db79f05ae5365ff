/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"

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
    strcpy(a.sun_path, path);
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
