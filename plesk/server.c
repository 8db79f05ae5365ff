/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of Plesk this is, and where it keeps its sites. */
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/inventory/envelope.h"
#include "plesk/domains.h"

#define VHOSTS_DEFAULT "/var/www/vhosts"

int sc_plesk_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    const struct sc_plesk *p = c->place ? c->place : &sc_plesk_here;
    SC_FREE char *path = sc_plesk_path(p, SC_PLESK_VERSION);
    if (!path)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for Plesk's version");
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_file(path, 4096, &text, err);
    if (rc < 0)
        return rc == SC_E_NOMEM ? rc : sc_error_set(err, SC_E_PANEL, "cannot read %s", path);
    /* "18.0.77 Debian 12.0 1800250101.01": the first word is the version */
    char *version = text.data + strspn(text.data, " \t\r\n");
    version[strcspn(version, " \t\r\n")] = 0;
    SC_JSON json_t *info = json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", "Plesk", "version",
                                     version, "user_login_url", "https://{domain}:8443/",
                                     "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_PANEL, "%s does not hold a version", path);
    *ret = json_incref(info);
    return 0;
}

/* Lines of psa.conf are "NAME<white space>VALUE". */
void sc_plesk_vhosts(const struct sc_plesk *p, char ret[SC_PLESK_VHOSTS_MAX])
{
    strcpy(ret, VHOSTS_DEFAULT);
    SC_FREE char *path = sc_plesk_path(p, SC_PLESK_CONF);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (!path || sc_read_file(path, 1u << 20, &text, NULL) < 0)
        return;
    char *rest = NULL;
    for (char *line = strtok_r(text.data, "\r\n", &rest); line;
         line = strtok_r(NULL, "\r\n", &rest)) {
        size_t n = strcspn(line, " \t");
        const char *value = line + n + strspn(line + n, " \t");
        size_t len = strcspn(value, " \t");
        if (n == strlen("HTTPD_VHOSTS_D") && memcmp(line, "HTTPD_VHOSTS_D", n) == 0 &&
            value[0] == '/' && len < SC_PLESK_VHOSTS_MAX) {
            memcpy(ret, value, len);
            ret[len] = 0;
        }
    }
}

/* Where Plesk has the web servers' hosts, written again with each change of a domain's hosting:
 * those that are there. */
static int host_dirs(const struct sc_plesk *p, struct sc_buf *out, struct sc_error *err)
{
    static const char *const dirs[] = {"/etc/apache2/plesk.conf.d/vhosts",
                                       "/etc/httpd/conf/plesk.conf.d/vhosts",
                                       "/etc/nginx/plesk.conf.d/vhosts"};
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        SC_FREE char *path = sc_plesk_path(p, dirs[i]);
        if (!path)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of paths");
        if (access(path, F_OK) == 0)
            sc_buf_fmt(out, "%s\n", path);
    }
    return 0;
}

int sc_plesk_paths(const struct sc_plesk *p, struct sc_buf *out, struct sc_error *err)
{
    char dir[1024];
    sc_plesk_vhosts(p, dir);
    /* A folder for each domain is made and removed in the second; the database itself is not
     * watched, because Plesk writes to it all the time. */
    sc_buf_fmt(out, "%s%s\n%s%s\n%s%s/system\n", p->root, SC_PLESK_CONF, p->root, dir, p->root,
               dir);
    int rc = host_dirs(p, out, err);
    return rc < 0 ? rc : sc_buf_check(out, "the list of paths", err);
}
