/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/server/monitor_service.h"
#include "core/server/server.h"

static int any_in(const char *path, bool *ret, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(path);
    struct dirent *e;
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "list %s", path);
    while (!*ret && (errno = 0, e = readdir(d)) != NULL)
        *ret = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    return *ret || !errno ? 0 : sc_error_sys(err, errno, "list %s", path);
}

int sc_monitor_any_marks(bool *ret, struct sc_error *err)
{
    bool any = false;
    int rc = any_in(SC_RESYNC_DIR, &any, err);
    if (rc == 0)
        rc = any_in(SC_RESYNC_DIR_RUN, &any, err);
    if (rc == 0)
        *ret = any;
    return rc;
}

int sc_monitor_hints_wait(const struct sc_server *s, bool *ret, struct sc_error *err)
{
    int64_t next = -1;
    int rc = sc_store_events_next(s->store, &next, err);
    if (rc < 0 || next < 0)
        return rc < 0 ? rc : sc_monitor_any_marks(ret, err);
    *ret = true;
    return 0;
}

int sc_monitor_needed(const struct sc_server *s, bool *ret, struct sc_error *err)
{
    bool isolated = false, on = false;
    int rc = sc_store_user_isolated(s->store, (uid_t)-1, &isolated, err);
    if (rc == 0 && !isolated) /* addresses of PHP-FPM that could not go back yet */
        rc = any_in(SC_FPM_STATE, &isolated, err);
    if (rc == 0 && !isolated)
        rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc < 0 || isolated || !on) {
        if (rc == 0)
            *ret = isolated;
        return rc;
    }
    return sc_monitor_hints_wait(s, ret, err);
}
