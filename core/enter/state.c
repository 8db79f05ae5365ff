/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/state.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/paths.h"
#include "core/enter/outside.h"

/* Not knowing counts as marked: nothing may run un-isolated by an error. (access() would ask for
 * the real uid.) */
static bool marked(const char *mark)
{
    struct stat st;
    return stat(mark, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

int sc_state_open(uid_t uid, struct sc_table *ret, struct sc_enter_why *why)
{
    int rc = sc_table_open(uid, ret);
    if (rc == 0)
        return 0;
    if (rc == -ENOENT) {
        char mark[64];
        snprintf(mark, sizeof(mark), SC_MARK_DIR "/%u", (unsigned)uid);
        if (!marked(mark))
            return 1;
        int done = sc_outside_rebuild(uid, why);
        if (done < 0)
            return done;
        rc = sc_table_open(uid, ret);
        if (rc == 0)
            return 0;
        /* the last site may have been disabled meanwhile */
        if (rc == -ENOENT && !marked(mark))
            return 1;
    }
    return sc_why(why, "the table of sites cannot be read: %s", strerror(-rc));
}
