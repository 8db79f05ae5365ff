/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/proxy_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool sc_proxy_fcgi(const char *url, char *out, size_t size)
{
    static const char unix_[] = "unix:", fcgi[] = "fcgi://", balancer[] = "balancer://";
    if (strncasecmp(url, unix_, sizeof(unix_) - 1) == 0) {
        const char *bar = strchr(url, '|');
        if (!bar || strncasecmp(bar + 1, "fcgi:", 5) != 0)
            return false;
        url += sizeof(unix_) - 1;
        while (url[0] == '/' && url[1] == '/') /* unix:///run/x.sock */
            url++;
        return snprintf(out, size, "%.*s", (int)(bar - url), url) < (int)size;
    }
    if (strncasecmp(url, balancer, sizeof(balancer) - 1) == 0)
        return snprintf(out, size, "%.*s",
                        (int)(sizeof(balancer) - 1 + strcspn(url + sizeof(balancer) - 1, "/")),
                        url) < (int)size;
    if (strncasecmp(url, fcgi, sizeof(fcgi) - 1) != 0)
        return false;
    url += sizeof(fcgi) - 1;
    return snprintf(out, size, "%.*s", (int)strcspn(url, "/"), url) < (int)size;
}

bool sc_proxy_worker(const char *url, char *out, size_t size)
{
    const char *bar = strchr(url, '|');
    return strncasecmp(url, "unix:", 5) == 0 && bar && sc_proxy_fcgi(bar + 1, out, size) && *out;
}

bool sc_proxy_is_application(const char *url)
{
    static const char *const schemes[] = {"uwsgi:", "scgi:", "ajp:"};
    const char *bar = strncasecmp(url, "unix:", 5) == 0 ? strchr(url, '|') : NULL;
    url = bar ? bar + 1 : url;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

const char *sc_proxy_tcp(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    if (strncasecmp(url, "unix:", 5) == 0 || strncasecmp(url, "ajp:", 4) == 0 || !host)
        return NULL;
    host += strlen("://");
    return snprintf(out, size, "%.*s", (int)strcspn(host, "/"), host) < (int)size ? out : NULL;
}
