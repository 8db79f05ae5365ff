/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "cpanel/accounts.h"
#include "cpanel/cpanel.h"

#define PATHS_MAX 16000 /* folders of accounts that are named */

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

/* The folders of accounts: their files name document roots, and the one above shows only which
 * accounts come and go. */
static int user_paths(const struct sc_cpanel *cp, struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_cpanel_accounts_done) struct sc_cpanel_accounts all = {0};
    const struct timespec ever = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_cpanel_accounts_read(cp, &ever, &all, &why);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s", why.text);
    for (size_t i = 0; i < all.n && i < PATHS_MAX; i++)
        sc_buf_fmt(out, "%s" SC_CPANEL_USERDATA "/%s\n", cp->root, all.v[i].name);
    return 0;
}

int sc_cpanel_paths(const struct sc_cpanel *cp, struct sc_buf *out, struct sc_error *err)
{
    static const char *const paths[] = {SC_CPANEL_CACHE, SC_CPANEL_OWNERS, SC_CPANEL_USERDATA,
                                        SC_CPANEL_USERS};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        sc_buf_fmt(out, "%s%s\n", cp->root, paths[i]);
    int rc = user_paths(cp, out, err);
    return rc < 0 ? rc : sc_buf_check(out, "the list of paths", err);
}
