/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cpanel/cpanel.h"

int sc_cpanel_path(const struct sc_cpanel *cp, char path[SC_CPANEL_PATH_MAX], struct sc_error *err,
                   const char *fmt, ...)
{
    int n = snprintf(path, SC_CPANEL_PATH_MAX, "%s", cp->root), m = 0;
    if (n >= 0 && n < SC_CPANEL_PATH_MAX) {
        va_list ap;
        va_start(ap, fmt);
        m = vsnprintf(path + n, (size_t)(SC_CPANEL_PATH_MAX - n), fmt, ap);
        va_end(ap);
    }
    if (n < 0 || m < 0 || n + m >= SC_CPANEL_PATH_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "a path of the panel's is too long");
    return 0;
}

bool sc_cpanel_unreadable(int rc, const struct sc_error *why)
{
    return rc == SC_E_NOTFOUND ||
           (rc == SC_E_SYS && (why->sys == EACCES || why->sys == EPERM || why->sys == ENOTDIR));
}

int sc_cpanel_paths(const struct sc_cpanel *cp, struct sc_buf *out, struct sc_error *err)
{
    static const char *const paths[] = {SC_CPANEL_CACHE, SC_CPANEL_OWNERS, SC_CPANEL_USERDATA,
                                        SC_CPANEL_USERS};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        sc_buf_fmt(out, "%s%s\n", cp->root, paths[i]);
    return sc_buf_check(out, "the list of paths", err);
}
