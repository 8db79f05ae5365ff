/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is: ports, and whom the web servers run as. */
#include "core/loopback/internal.h"
#include "core/loopback/loopback.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/loopback/listeners.h"
#include "core/loopback/ports.h"
#include "core/loopback/processes.h"

/* Users that distributions make for web servers: one that is about to start is to find its pools. */
static int add_usual_users(struct sc_loopback *l, struct sc_error *err)
{
    static const char *const names[] = {"www-data", "apache", "nginx",   "http",
                                        "www",      "caddy",  "lighttpd"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        SC_CLEANUP(sc_user_done) struct sc_user u = {0};
        rc = sc_user_by_name(names[i], &u, err);
        if (rc == 0 && u.uid < SC_SYSTEM_USERS_END)
            rc = sc_loopback_add_web(l, u.uid, err);
        rc = rc == SC_E_NOTFOUND ? 0 : rc;
    }
    return rc;
}

/* Those with a mark (core/base/paths.h). */
int sc_loopback_add_marked(struct sc_loopback *l, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(SC_MARK_DIR);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "read " SC_MARK_DIR);
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        char *end;
        unsigned long uid = strtoul(e->d_name, &end, 10);
        int rc = *end || end == e->d_name || uid >= SC_LOOPBACK_ANYBODY
                     ? 0
                     : sc_loopback_add_account(l, (uid_t)uid, err);
        if (rc < 0)
            return rc;
    }
    return errno ? sc_error_sys(err, errno, "read " SC_MARK_DIR) : 0;
}

/* Under these modules a request's connections are its account's, not the web server's. */
static const char *mixes_users(const struct sc_vhosts *hosts)
{
    static const char *const modules[] = {"mpm_itk_module", "ruid2_module"};
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        if (sc_vhosts_has_module(hosts, modules[i]))
            return modules[i];
    return NULL;
}

int sc_loopback_look(const struct sc_fpm_known_list *pools, const struct sc_vhosts *hosts,
                     struct sc_loopback *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_tcp_listeners_done) struct sc_tcp_listeners ls = {0};
    SC_CLEANUP(sc_loopback_done) struct sc_loopback l = {.mixed = mixes_users(hosts) != NULL};
    int rc = sc_tcp_listeners_read(&ls, err);
    if (rc == 0)
        rc = sc_loopback_named(pools, hosts, &ls, &l, err);
    if (rc == 0)
        rc = sc_loopback_processes(&ls, &l, err);
    if (rc == 0 && l.n_ports) /* seven look-ups that may ask the network */
        rc = add_usual_users(&l, err);
    if (rc == 0)
        rc = sc_loopback_add_marked(&l, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

unsigned sc_loopback_way_out(const struct sc_loopback *found, uid_t uid)
{
    for (size_t i = 0; i < found->n_ports; i++) {
        uid_t owner = found->ports[i].owner;
        if (owner == uid || owner == SC_LOOPBACK_ANYBODY || sc_loopback_has_web(found, owner))
            return found->ports[i].port;
    }
    return 0;
}
