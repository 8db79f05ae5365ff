/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/address.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/web/apache/path.h"

#define PORT_MAX 65535

/* A whole word of digits, 1 to 65535. */
static bool read_port(const char *text, size_t len, unsigned *ret)
{
    unsigned v = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || v > PORT_MAX)
            return false;
        v = v * 10 + (unsigned)(text[i] - '0');
    }
    *ret = v;
    return len > 0 && v > 0 && v <= PORT_MAX;
}

static bool port_name(unsigned port, char *out)
{
    snprintf(out, PATH_MAX, "*:%u", port);
    return true;
}

bool sc_web_address_of_text(const char *text, char *out)
{
    unsigned port;
    if (text[0] == '/')
        return sc_web_path_clean(text, out) > 1;
    const char *colon = strrchr(text, ':');
    const char *from = colon ? colon + 1 : text;
    return read_port(from, strlen(from), &port) && port_name(port, out);
}

/* Where a URL's authority begins; NULL: it has none. */
static const char *authority(const char *url)
{
    const char *p = strstr(url, "://");
    return p ? p + 3 : NULL;
}

bool sc_web_address_of_url(const char *url, unsigned standard, char *out)
{
    const char *host = authority(url);
    if (!host)
        return false;
    const char *end = host + strcspn(host, "/?#"), *port = NULL;
    for (const char *p = host; p < end; p++) /* the last one that is in no [::1] */
        if (*p == ':')
            port = p + 1;
        else if (*p == ']' || *p == '@')
            port = NULL;
    unsigned n = standard;
    if (port && port < end && !read_port(port, (size_t)(end - port), &n))
        return false;
    return n > 0 && port_name(n, out);
}

const char *sc_web_url_path(const char *url)
{
    const char *host = authority(url);
    const char *path = host ? strchr(host, '/') : NULL;
    return path ? path : "/";
}

bool sc_web_url_is(const char *url, const char *scheme)
{
    size_t n = strlen(scheme);
    return strncasecmp(url, scheme, n) == 0 && url[n] == ':';
}

bool sc_web_url_is_network(const char *url)
{
    static const char *const schemes[] = {"http", "https", "ws",   "wss",  "h2",   "h2c",
                                          "ajp",  "ftp",   "fcgi", "scgi", "uwsgi"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (sc_web_url_is(url, schemes[i]))
            return true;
    return false;
}
