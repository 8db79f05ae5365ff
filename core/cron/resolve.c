/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"

static int find(const struct sc_cron_owner *o, const char *path, char **ret_rel,
                struct sc_error *err)
{
    return sc_resolve_beneath(o->home, o->home_alias, o->homefd, path, false, ret_rel, NULL, err);
}

/* With the owner's rights; as root where a directory on the way is closed to him, who can open it
 * before the entry runs. */
static int find_with_rights(const struct sc_cron_owner *o, const char *path, char **ret_rel,
                            struct sc_error *err)
{
    {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        int rc = sc_asuser_begin(&as, o->uid, o->gid, err);
        if (rc == 0)
            rc = find(o, path, ret_rel, err);
        if (rc != SC_E_SYS || err->sys != EACCES)
            return rc;
    }
    return find(o, path, ret_rel, err);
}

/* What cannot be told must not look like a place of nobody's. */
static char *resolve(void *arg, const char *path)
{
    struct sc_cron_resolver *l = arg;
    SC_FREE char *rel = NULL;
    char *real = NULL;
    struct sc_error why = SC_ERROR_INIT;
    int rc = find_with_rights(l->owner, path, &rel, &why);
    if (rc == 0 && asprintf(&real, "%s%s%s", l->owner->home, *rel ? "/" : "", rel) < 0) {
        real = NULL;
        rc = sc_error_set(&why, SC_E_NOMEM, "out of memory for a crontab");
    }
    if (l->rc == 0 && (rc == SC_E_SYS || rc == SC_E_NOMEM)) {
        l->rc = rc;
        l->why = why;
    }
    return real;
}

struct sc_cron_account sc_cron_account_of(const struct sc_cron_owner *o,
                                          const struct sc_cron_site *sites, size_t n,
                                          struct sc_cron_resolver *links)
{
    return (struct sc_cron_account){.user = o->user,
                                    .home = o->home,
                                    .home_alias = o->home_alias,
                                    .sites = sites,
                                    .n_sites = n,
                                    .hidden = o->hidden,
                                    .n_hidden = o->n_hidden,
                                    .doubted = o->doubted,
                                    .n_doubted = o->n_doubted,
                                    .resolve = o->homefd >= 0 ? resolve : NULL,
                                    .arg = links};
}
