/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/meant.h"

#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/users.h"
#include "core/server/panel.h"

static int known_domains(struct sc_server *s, uid_t uid, struct sc_domains *ret)
{
    if (uid == SC_MEANT_ANYBODY)
        return sc_panel_all(s, ret, NULL);
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, NULL);
    if (rc < 0 || !sc_owner_valid(u.name))
        return SC_E_NOTFOUND;
    return sc_panel_user(s, u.name, ret, NULL);
}

bool sc_engine_meant(struct sc_server *s, uid_t uid, const char *const *names, size_t n,
                     char between, char ret[SC_DOMAIN_MEANT_MAX])
{
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    if (n == 0 || known_domains(s, uid, &all) < 0)
        return false;
    SC_FREE const char **known = calloc(all.n ? all.n : 1, sizeof(*known));
    bool found = false;
    for (size_t i = 0; known && i < all.n; i++)
        known[i] = all.v[i].name;
    for (size_t i = 0; known && i < n && !found; i++)
        found = sc_domain_meant(names[i], known, all.n, between, ret);
    return found;
}
