/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/services.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/cage/keeper_start.h"
#include "core/runtime/runtime.h"

static void show_site(uid_t uid, unsigned id, const struct sc_services *found, bool *ret_again)
{
    SC_FD int lock = -EBADF;
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_cage_lock(uid, id, false, 0, &lock, &err);
    if (rc == SC_E_BUSY)
        *ret_again = true;
    if (rc == 0)
        rc = sc_services_show(uid, id, found, &err);
    if (rc > 0)
        sc_log_debug("site %u of uid %u: services of the system were started again", id,
                     (unsigned)uid);
    if (rc < 0 && rc != SC_E_BUSY && rc != SC_E_NOTFOUND)
        sc_log("site %u of uid %u: services of the system: %s", id, (unsigned)uid, err.text);
}

int sc_pass_services(struct sc_server *s, const struct sc_services *found, bool *ret_again,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = sc_store_users_get(s->store, true, &users, err);
    *ret_again = false;
    for (size_t i = 0; rc == 0 && i < users.n; i++) {
        SC_FREE unsigned *ids = NULL;
        size_t n = 0;
        rc = sc_runtime_sites(users.rows[i].uid, &ids, &n, err);
        for (size_t k = 0; rc == 0 && k < n; k++)
            show_site(users.rows[i].uid, ids[k], found, ret_again);
    }
    return rc;
}
