/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_LIMITS_DEVICE_H
#define SC_LIMITS_DEVICE_H

#include "core/base/error.h"

#define SC_DEVICE_MAX 24

/* The whole disk that `path` lies on, "MAJOR:MINOR": the kernel limits disks, not partitions.
 * SC_E_UNSUPPORTED when its file system has no block device of its own (tmpfs, overlay, btrfs,
 * NFS). */
int sc_device_of(const char *path, char out[SC_DEVICE_MAX], struct sc_error *err);

#endif
