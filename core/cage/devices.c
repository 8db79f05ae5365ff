/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/cage/mounts.h"

static const struct {
    const char *name;
    unsigned major, minor;
} nodes[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
             {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};

static const char *const links[][2] = {{"fd", "/proc/self/fd"},
                                       {"stdin", "/proc/self/fd/0"},
                                       {"stdout", "/proc/self/fd/1"},
                                       {"stderr", "/proc/self/fd/2"},
                                       {"ptmx", "pts/ptmx"}};

/* The server's own, where there can be no new ones: containers, and services, that may not make
 * device nodes. */
static int bind_node(int dev, size_t i, struct sc_error *err)
{
    char path[32];
    struct stat st;
    snprintf(path, sizeof(path), "/dev/%s", nodes[i].name);
    SC_FD int src = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (src < 0 || fstat(src, &st) < 0)
        return sc_error_sys(err, errno, "open %s", path);
    if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(nodes[i].major, nodes[i].minor))
        return sc_error_set(err, SC_E_PLATFORM, "%s is not that device", path);
    SC_FD int dst = openat(dev, nodes[i].name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (dst < 0)
        return sc_error_sys(err, errno, "make a place for %s", path);
    return sc_mnt_bind(src, dst, SC_MNT_NOEXEC | SC_MNT_DEV, err);
}

static int make_node(int dev, size_t i, struct sc_error *err)
{
    if (mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)) == 0)
        return 0;
    return errno == EPERM ? bind_node(dev, i, err)
                          : sc_error_sys(err, errno, "make /dev/%s", nodes[i].name);
}

static int make_entries(int dev, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(nodes) / sizeof(nodes[0]); i++)
        rc = make_node(dev, i, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (symlinkat(links[i][1], dev, links[i][0]) < 0)
            return sc_error_sys(err, errno, "link /dev/%s", links[i][0]);
    if (mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0)
        return sc_error_sys(err, errno, "make /dev/pts");
    return 0;
}

/* The system has some thousand terminals for all sites together. */
#define PTS_OPTIONS "ptmxmode=0666,mode=0620,max=256"

int sc_devices_make(int dev, struct sc_error *err)
{
    mode_t old = umask(0);
    int rc = make_entries(dev, err);
    umask(old);
    if (rc < 0)
        return rc;
    SC_FD int pts = openat(dev, "pts", O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (pts < 0)
        return sc_error_sys(err, errno, "open /dev/pts");
    return sc_mnt_fs("devpts", PTS_OPTIONS, SC_MNT_NOEXEC | SC_MNT_DEV, pts, err);
}
