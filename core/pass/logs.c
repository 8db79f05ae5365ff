/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/logs.h"

#include <errno.h>
#include <fcntl.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"

static int make_one(const struct sc_account *a, const char *rel, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    return rc < 0 ? rc
                  : sc_open_beneath(a->homefd, rel, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644,
                                    &fd, err);
}

void sc_logs_make(const struct sc_account *a, const struct sc_plan_site *site)
{
    for (size_t i = 0; i < site->n_extras; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (site->extras[i].make && make_one(a, site->extras[i].rel, &why) < 0 && why.sys != EEXIST)
            sc_log_debug("user=%s: the log ~/%s: %s", a->user, site->extras[i].rel, why.text);
    }
}
