/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/limits.h"

#include <errno.h>

int sc_enter_limits_now(uid_t uid, unsigned site, const struct sc_site_limits *read,
                        struct sc_site_limits *room, const struct sc_site_limits **ret)
{
    struct sc_table t = {0};
    *ret = read;
    if (sc_table_is(uid, &read->from))
        return 0;
    int rc = sc_table_open(uid, &t);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    struct sc_site_ref ref = sc_table_site(&t, site);
    if (ref.state == SC_SITE_ISOLATED) {
        rc = sc_table_limits(&t, &ref, room);
        *ret = room;
    }
    sc_table_close(&t);
    return rc;
}
