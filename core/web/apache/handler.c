/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/handler.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The handlers of the modules that httpd itself brings, and mod_fcgid's. */
static const struct {
    const char *name;
    enum sc_web_handler is;
} known[] = {
    {"", SC_WEB_STATIC}, /* AP_DEFAULT_HANDLER_NAME: of a file without a type, also of none */
    {"default-handler", SC_WEB_STATIC},
    {"httpd/unix-directory", SC_WEB_STATIC},
    {"server-parsed", SC_WEB_STATIC},
    {"text/x-server-parsed-html", SC_WEB_STATIC},
    {"text/x-server-parsed-html3", SC_WEB_STATIC},
    {"type-map", SC_WEB_STATIC},
    {"application/x-type-map", SC_WEB_STATIC},
    {"send-as-is", SC_WEB_STATIC},
    {"httpd/send-as-is", SC_WEB_STATIC},
    {"imap-file", SC_WEB_STATIC},
    {"application/x-httpd-imap", SC_WEB_STATIC},
    {"redirect-handler", SC_WEB_STATIC},
    {"dav-handler", SC_WEB_STATIC},
    {"form-login-handler", SC_WEB_STATIC},
    {"form-logout-handler", SC_WEB_STATIC},
    {"form-redirect-handler", SC_WEB_STATIC},
    {"reflector", SC_WEB_STATIC},
    {"cgi-script", SC_WEB_CGI},
    {"application/x-httpd-cgi", SC_WEB_CGI},
    {"fcgid-script", SC_WEB_FCGID},
    {"proxy-server", SC_WEB_PROXY},
    {"server-status", SC_WEB_SERVER},
    {"server-info", SC_WEB_SERVER},
    {"balancer-manager", SC_WEB_SERVER},
    {"ldap-status", SC_WEB_SERVER},
    {"http2-status", SC_WEB_SERVER},
    {"md-status", SC_WEB_SERVER},
    {"heartbeat", SC_WEB_SERVER},
};

static int contains(const char *text, const char *part)
{
    for (size_t n = strlen(part); strlen(text) >= n; text++)
        if (strncasecmp(text, part, n) == 0)
            return 1;
    return 0;
}

enum sc_web_handler sc_web_handler_of(const char *handler)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(handler, known[i].name) == 0)
            return known[i].is;
    if (strncasecmp(handler, "proxy:", 6) == 0)
        return SC_WEB_PROXY;
    if (contains(handler, "php"))
        return SC_WEB_PHP;
    /* a media type, if it is not one of those that modules take for a handler */
    return strchr(handler, '/') && !contains(handler, "/x-httpd-") &&
                   !contains(handler, "/x-rivet-")
               ? SC_WEB_STATIC
               : SC_WEB_UNKNOWN;
}
