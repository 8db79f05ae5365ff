/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/dir_id.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int sc_dir_id(int fd, char out[SC_DIR_ID_MAX], struct sc_error *err)
{
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at a directory");
    bool known = (st.stx_mask & STATX_INO) && (st.stx_mask & STATX_BTIME);
    out[0] = 0;
    if (known)
        snprintf(out, SC_DIR_ID_MAX, "%" PRIu64 " %" PRId64 ".%09" PRIu32, (uint64_t)st.stx_ino,
                 (int64_t)st.stx_btime.tv_sec, (uint32_t)st.stx_btime.tv_nsec);
    return 0;
}

void sc_dir_ids_done(struct sc_dir_ids *ids)
{
    free(ids->docroot);
    free(ids->own);
    *ids = (struct sc_dir_ids){0};
}
