/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/nginx.h"

#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"

#define HOSTS      "/etc/nginx/plesk.conf.d"
#define REWRITE_MS 100000 /* Plesk's own program, which reloads the web servers */

static int has_nginx(const struct sc_plesk *p, struct sc_error *err)
{
    SC_FREE char *path = sc_plesk_path(p, HOSTS);
    if (!path)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    int rc = sc_there_followed(path, NULL, err);
    return rc == SC_ABSENT ? sc_error_set(err, SC_E_NOTFOUND, "Plesk has no nginx") : rc;
}

int sc_plesk_nginx_place(const struct sc_plesk *p, const char *domain, struct sc_buf *out,
                         struct sc_error *err)
{
    char vhosts[SC_PLESK_VHOSTS_MAX];
    SC_FREE char *dir = NULL;
    int rc = has_nginx(p, err);
    if (rc < 0)
        return rc;
    sc_plesk_vhosts(p, vhosts);
    if (asprintf(&dir, "%s%s/system/%s/conf", p->root, vhosts, domain) < 0) {
        dir = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    }
    rc = sc_there_followed(dir, NULL, err);
    if (rc == SC_ABSENT)
        return sc_error_set(err, SC_E_NOTFOUND, "Plesk keeps nothing in %s", dir);
    if (rc < 0)
        return rc;
    sc_buf_str(out, "path ");
    sc_buf_enc(out, dir, strlen(dir));
    sc_buf_str(out, "/vhost_nginx.conf\n");
    return 0;
}

int sc_plesk_nginx_rewrite(const struct sc_plesk *p, const char *domain, struct sc_error *err)
{
    const char *const args[] = {"sbin", "httpdmng", "--reconfigure-domain", domain, NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    return sc_plesk_run(p, args, REWRITE_MS, false, &r, err);
}
