/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/there.h"

int sc_device_of(const char *path, char out[SC_DEVICE_MAX], struct sc_error *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", path);
    char dir[64], file[96];
    snprintf(dir, sizeof(dir), "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
    int there = major(st.st_dev) == 0 ? SC_ABSENT : sc_there_followed(dir, NULL, err);
    if (there < 0)
        return there;
    if (there == SC_ABSENT)
        return sc_error_set(err, SC_E_UNSUPPORTED,
                            "%s does not lie on a block device of its own (it is on a tmpfs, an "
                            "overlay, btrfs or a network file system)",
                            path);
    snprintf(file, sizeof(file), "%s/partition", dir);
    /* the link leads to the partition's directory, which lies in the disk's */
    there = sc_there_followed(file, NULL, err);
    if (there < 0)
        return there;
    snprintf(file, sizeof(file), there == SC_THERE ? "%s/../dev" : "%s/dev", dir);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_file(file, 4096, &text, err);
    if (rc < 0)
        return rc;
    snprintf(out, SC_DEVICE_MAX, "%.*s", (int)strspn(text.data, "0123456789:"), text.data);
    return 0;
}
