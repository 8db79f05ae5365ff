/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/hide.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/paths.h"

/* With the owner's rights, for root does not walk where a user could lead it. Where a directory on
 * the way is closed to the owner himself, he can open it later: then as root, along no link. */
static int open_docroot(const char *docroot, uid_t uid)
{
    (void)setfsuid(uid);
    int fd = open(docroot, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), e = errno;
    (void)setfsuid(0);
    if (fd >= 0 || e != EACCES)
        return fd >= 0 ? fd : -e;
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    fd = (int)syscall(SYS_openat2, AT_FDCWD, docroot, &how, sizeof(how));
    return fd >= 0 ? fd : -errno;
}

/* 0 also where there is no such directory. */
static int cover(const char *docroot, uid_t uid)
{
    char path[32];
    int fd = open_docroot(docroot, uid), e;
    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int rc = mount("none", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                   "mode=000,size=4k,nr_inodes=2");
    e = errno;
    close(fd);
    return rc < 0 ? -e : 0;
}

int sc_enter_hide(const struct sc_table *t, const struct sc_site_ref *site, uid_t uid,
                  struct sc_enter_why *why)
{
    struct sc_site_ref below;
    char docroot[PATH_MAX];
    bool own = false;
    for (const char *at = NULL; sc_table_closed_below(t, site, &at, &below);) {
        if (!own &&
            (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0))
            return sc_why(why, "cannot hide sites: %s", strerror(errno));
        own = true;
        int rc = sc_table_decode(&below, docroot, sizeof(docroot));
        if (rc == 0)
            rc = cover(docroot, uid);
        if (rc < 0)
            return sc_why(why, "cannot hide a site: %s", strerror(-rc));
    }
    if (own && setenv(SC_HIDES_ENV, "1", 1) < 0)
        return sc_why(why, "cannot hide a site: %s", strerror(errno));
    return 0;
}
