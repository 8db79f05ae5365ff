/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/there.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

static int answer(int rc, const char *path, struct sc_error *err)
{
    if (rc == 0)
        return SC_THERE;
    return sc_is_absent(errno) ? SC_ABSENT : sc_error_sys(err, errno, "cannot look at %s", path);
}

int sc_there(const char *path, struct stat *ret_st, struct sc_error *err)
{
    struct stat st;
    return answer(lstat(path, ret_st ? ret_st : &st), path, err);
}

int sc_there_followed(const char *path, struct stat *ret_st, struct sc_error *err)
{
    struct stat st;
    return answer(stat(path, ret_st ? ret_st : &st), path, err);
}

int sc_dir_there(const char *path, struct sc_error *err)
{
    struct stat st;
    int rc = sc_there(path, &st, err);
    return rc == SC_THERE && !S_ISDIR(st.st_mode) ? SC_ABSENT : rc;
}

int sc_there_beneath_mounts(int dirfd, const char *rel, int *ret_fd, struct stat *ret_st,
                            struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    struct stat st;
    SC_FD int fd = -EBADF;
    int rc = sc_open_beneath_mounts(dirfd, rel, O_PATH | O_NOFOLLOW, 0, &fd, &why);
    if (rc == SC_E_NOTFOUND || (rc == SC_E_SYS && sc_is_absent(why.sys)))
        return SC_ABSENT;
    if (rc == 0 && fstat(fd, ret_st ? ret_st : &st) < 0)
        rc = sc_error_sys(&why, errno, "cannot look at %s", rel);
    if (rc < 0 && err)
        *err = why;
    if (rc < 0)
        return rc;
    *ret_fd = sc_steal_fd(&fd);
    return SC_THERE;
}

int sc_real_path(const char *path, char **ret, struct sc_error *err)
{
    char *real = realpath(path, NULL);
    if (real) {
        *ret = real;
        return SC_THERE;
    }
    if (errno == ENOMEM)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    return answer(-1, path, err);
}
