/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"

const char *sc_place_rel(const char *path)
{
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

static int make(int at, const char *name, bool dir, const char *path, struct sc_error *err)
{
    if (dir) {
        if (mkdirat(at, name, 0755) == 0 || errno == EEXIST)
            return 0;
    } else {
        SC_FD int made =
            openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (made >= 0)
            return 0;
    }
    return errno == EROFS ? 1 : sc_error_sys(err, errno, "make %s in the view", path);
}

int sc_place(int rootfd, const char *path, bool dir, int *ret_fd, struct sc_error *err)
{
    const char *rel = sc_place_rel(path);
    int found = sc_there_beneath_mounts(rootfd, rel, ret_fd, NULL, err);
    if (found != SC_ABSENT)
        return found < 0 ? found : 0;
    SC_FD int parent = -EBADF;
    const char *slash = strrchr(rel, '/');
    if (slash) {
        SC_FREE char *up = strndup(rel, (size_t)(slash - rel));
        if (!up)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the view");
        int rc = sc_place(rootfd, up, true, &parent, err);
        if (rc != 0)
            return rc;
    }
    int rc = make(slash ? parent : rootfd, slash ? slash + 1 : rel, dir, path, err);
    return rc != 0 ? rc : sc_open_beneath_mounts(rootfd, rel, O_PATH | O_NOFOLLOW, 0, ret_fd, err);
}
