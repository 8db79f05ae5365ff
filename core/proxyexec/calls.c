/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/calls.h"

bool sc_calls_free(const struct sc_calls *c, uid_t uid, unsigned site)
{
    size_t same = 0, sites = 0;
    if (c->n >= SC_CALLS_MAX)
        return false;
    for (size_t i = 0; i < c->n; i++) {
        if (c->v[i].uid != uid)
            continue;
        same += c->v[i].site == site;
        sites += c->v[i].site != 0;
    }
    return site ? same < SC_CALLS_SITE_MAX && sites < SC_CALLS_SITES_MAX
                : same < SC_CALLS_ACCOUNT_MAX;
}

void sc_calls_add(struct sc_calls *c, pid_t pid, uid_t uid, unsigned site)
{
    if (c->n >= SC_CALLS_MAX)
        return;
    c->v[c->n].pid = pid;
    c->v[c->n].uid = uid;
    c->v[c->n++].site = site;
}

bool sc_calls_remove(struct sc_calls *c, pid_t pid)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i].pid == pid) {
            c->v[i] = c->v[--c->n];
            return true;
        }
    return false;
}
