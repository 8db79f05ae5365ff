/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/verdict.h"

#define UNAVAILABLE 503
#define FORBIDDEN   403

static const struct sc_web_verdict allow = {.action = SC_WEB_ALLOW};
static const struct sc_web_verdict route = {.action = SC_WEB_ROUTE};

static struct sc_web_verdict refuse(int status, const char *reason)
{
    return (struct sc_web_verdict){SC_WEB_REFUSE, status, reason};
}

static struct sc_web_verdict judge_program(const struct sc_web_ask *ask)
{
    if (!ask->sites_code || ask->suexec == SC_WEB_SUEXEC_OURS)
        return allow;
    if (ask->suexec == SC_WEB_SUEXEC_OTHER)
        return refuse(UNAVAILABLE, "a program would run outside of the site: Sitecage's entry is "
                                   "not in suexec's place; run cagefsctl --site-isolation-check");
    return refuse(UNAVAILABLE, "a program would run as the web server's user, outside of the site: "
                               "load mod_suexec");
}

static struct sc_web_verdict judge_php(const struct sc_web_ask *ask)
{
    if (!ask->sites_code)
        return allow;
    if (ask->has_fpm && ask->can_proxy)
        return route;
    if (ask->has_fpm)
        return refuse(UNAVAILABLE, "its PHP runs in PHP-FPM, which needs mod_proxy and "
                                   "mod_proxy_fcgi: load them");
    return refuse(UNAVAILABLE,
                  "PHP would run in the web server's own process, outside of the site: "
                  "choose PHP-FPM for the domain");
}

struct sc_web_verdict sc_web_judge_handler(const struct sc_web_ask *ask)
{
    if (ask->handler == SC_WEB_STATIC || ask->allowed)
        return allow;
    switch (ask->handler) {
    case SC_WEB_CGI:
    case SC_WEB_FCGID:
        return judge_program(ask);
    case SC_WEB_PROXY:
        return ask->can_proxy ? allow
                              : refuse(UNAVAILABLE, "its handler needs mod_proxy and "
                                                    "mod_proxy_fcgi: load them");
    case SC_WEB_PHP:
        return judge_php(ask);
    case SC_WEB_SERVER:
        return refuse(FORBIDDEN, "this handler tells about the server, not about the site");
    default:
        return !ask->sites_code ? allow
                                : refuse(UNAVAILABLE, "this handler may run code outside of the "
                                                      "site; SitecageAllowHandler allows it");
    }
}

struct sc_web_verdict sc_web_judge_proxy(const struct sc_web_proxy_ask *ask)
{
    if (ask->allowed)
        return allow;
    if (ask->address == SC_WEB_ADDRESS_INSIDE)
        return (struct sc_web_verdict){.action = SC_WEB_IN_CAGE};
    if (ask->fastcgi && !ask->sites_code && ask->address == SC_WEB_ADDRESS_OTHER)
        return allow;
    if (ask->fastcgi)
        return ask->has_fpm ? route
                            : refuse(UNAVAILABLE, "its PHP would run outside of the site: no "
                                                  "PHP-FPM master of the site is known");
    if (ask->socket)
        return refuse(UNAVAILABLE, "this socket is none of the site's; SitecageAllowBackend "
                                   "allows it");
    return ask->network ? allow
                        : refuse(UNAVAILABLE, "the request would be handed to a program that is "
                                              "none of the site's");
}

struct sc_web_verdict sc_web_judge_stranger(const struct sc_web_stranger_ask *ask)
{
    if (ask->pool && ask->of_site)
        return refuse(UNAVAILABLE, "this PHP-FPM pool is an isolated site's own");
    if (ask->pool && !ask->own_account)
        return refuse(UNAVAILABLE, "this PHP-FPM pool belongs to another account");
    return allow;
}
