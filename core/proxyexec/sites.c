/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/sites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/proxyexec/paths.h"

void sc_proxy_site_dir(uid_t uid, unsigned id, char out[64])
{
    snprintf(out, 64, SC_PROXY_DIR "/%u/%u" SC_PROXY_SITE_SUFFIX, (unsigned)uid, id);
}

unsigned sc_proxy_number(const char *name, const char *end)
{
    char *rest;
    errno = 0;
    unsigned long n = name[0] >= '1' && name[0] <= '9' ? strtoul(name, &rest, 10) : 0;
    return n && n < UINT_MAX && !errno && strcmp(rest, end) == 0 ? (unsigned)n : 0;
}

int sc_proxy_note(uid_t uid, struct sc_error *err)
{
    char path[64];
    int rc = sc_mkdir_p(SC_PROXY_NOTES, 0700, err);
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), SC_PROXY_NOTES "/%u", (unsigned)uid);
    SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? sc_error_sys(err, errno, "make %s", path) : 0;
}

int sc_proxy_site_make(uid_t uid, unsigned id, struct sc_error *err)
{
    char dir[64];
    sc_proxy_site_dir(uid, id, dir);
    /* open to all: only root comes here from outside, and inside it is all that there is */
    if (mkdir(dir, 0755) < 0) {
        if (errno != EEXIST)
            return sc_error_sys(err, errno, "make %s", dir);
    }
    if (chmod(dir, 0755) < 0)
        return sc_error_sys(err, errno, "chmod %s", dir);
    char sock[80];
    snprintf(sock, sizeof(sock), "%s/" SC_PROXY_SITE_SOCKET, dir);
    return access(sock, F_OK) == 0 ? 0 : sc_proxy_note(uid, err);
}

int sc_proxy_site_remove(int dirfd, const char *name, struct sc_error *err)
{
    SC_FD int dir = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir < 0)
        return errno == ENOENT ? 0 : sc_error_sys(err, errno, "open %s", name);
    int rc = sc_remove_tree_beneath(dir, "php", err); /* core/php/site.h */
    if (rc < 0)
        return rc;
    /* a daemon that is just making the socket may have it for a moment */
    for (int i = 0; i < 50; i++) {
        static const char *const files[] = {SC_PROXY_SITE_SOCKET, "." SC_PROXY_SITE_SOCKET ".new"};
        for (size_t k = 0; k < 2; k++)
            if (unlinkat(dir, files[k], 0) < 0 && errno != ENOENT)
                return sc_error_sys(err, errno, "remove %s/%s", name, files[k]);
        if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return 0;
        if (errno != ENOTEMPTY && errno != EEXIST)
            break;
    }
    return sc_error_sys(err, errno, "remove %s", name);
}
