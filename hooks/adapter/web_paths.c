/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/web_paths.h"

#include <unistd.h>

int sc_web_paths(struct sc_buf *out, struct sc_error *err)
{
    static const char *const places[] = {
        "/etc/apache2/sites-enabled", "/etc/apache2/conf.d",      "/etc/apache2/conf.d/domains",
        "/etc/apache2/vhosts.d",      "/etc/httpd/conf.d",        "/etc/httpd/conf.d/domains",
        "/etc/httpd/vhosts.d",        "/etc/httpd/sites-enabled", "/etc/nginx/conf.d",
        "/etc/nginx/conf.d/domains",  "/etc/nginx/sites-enabled", "/etc/nginx/vhosts.d",
        "/usr/local/lsws/conf/vhosts"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], F_OK) == 0)
            sc_buf_fmt(out, "%s\n", places[i]);
    return sc_buf_check(out, "the list of paths", err);
}
