/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about an account's identity that take no look at its home. */
#include <string.h>

#include "core/account/account.h"
#include "core/account/identity.h"
#include "core/account/renames.h"
#include "core/base/cleanup.h"

bool sc_identity_agrees(const struct sc_event_row *e, uid_t uid, const char *user)
{
    uid_t other = 0;
    int rc;
    bool mine = e->user && strcmp(e->user, user) == 0;
    if (sc_event_is(e, SC_KIND_USER_CREATED))
        return mine;
    if (sc_event_is(e, SC_KIND_USER_RENAMED))
        return !mine && e->new_name && strcmp(e->new_name, user) == 0 &&
               ((rc = sc_account_uid(e->user, &other, NULL)) == SC_E_NOTFOUND ||
                (rc == 0 && other != uid));
    if (sc_event_is(e, SC_KIND_USER_DELETED))
        return !mine && sc_account_uid(e->user, &other, NULL) == SC_E_NOTFOUND;
    return false;
}

static int claims(const struct sc_server *s, const char *name, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = sc_store_user_by_name(s->store, name, &row, err);
    if (rc < 0 || *ret)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    return sc_store_user_isolated(s->store, row.uid, ret, err);
}

int sc_identity_has_claim(const struct sc_server *s, uid_t uid, const char *user,
                          const struct sc_event_list *hints, bool *ret, struct sc_error *err)
{
    bool any = false;
    int rc = sc_store_user_isolated(s->store, uid, &any, err);
    if (rc == 0)
        rc = claims(s, user, &any, err);
    for (size_t i = 0; rc == 0 && !any && i < hints->n; i++)
        if (sc_event_is(&hints->rows[i], SC_KIND_USER_RENAMED) && hints->rows[i].user)
            rc = claims(s, hints->rows[i].user, &any, err);
    if (rc == 0)
        *ret = any;
    return rc;
}
