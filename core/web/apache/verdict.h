/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a request for an isolated site: the one place that decides. Pure. */
#ifndef SC_WEB_APACHE_VERDICT_H
#define SC_WEB_APACHE_VERDICT_H

#include <stdbool.h>
#include "core/web/apache/handler.h"

enum sc_web_action {
    SC_WEB_ALLOW,   /* as configured */
    SC_WEB_ROUTE,   /* to the site's own PHP-FPM master */
    SC_WEB_IN_CAGE, /* to the socket of that name as the site sees it */
    SC_WEB_REFUSE
};

struct sc_web_verdict {
    enum sc_web_action action;
    int status;         /* that the visitor gets, when it is refused */
    const char *reason; /* for the log: what is wrong, and the way out */
};

enum sc_web_suexec_is {
    SC_WEB_SUEXEC_NONE,  /* programs would run as the web server's own user */
    SC_WEB_SUEXEC_OTHER, /* not Sitecage's entry stands where Apache looks for suexec */
    SC_WEB_SUEXEC_OURS
};

struct sc_web_ask {
    enum sc_web_handler handler;
    bool allowed;    /* the administrator allows the handler (SitecageAllowHandler) */
    bool sites_code; /* what it would run lies where users can write */
    bool has_fpm;    /* the site has a PHP-FPM master of its own */
    bool can_proxy;  /* mod_proxy and mod_proxy_fcgi are loaded */
    enum sc_web_suexec_is suexec;
};

/* Before the handler runs. */
struct sc_web_verdict sc_web_judge_handler(const struct sc_web_ask *ask);

enum sc_web_address_is {
    SC_WEB_ADDRESS_OTHER, /* nothing is known of it */
    SC_WEB_ADDRESS_POOL,  /* a PHP-FPM pool of an account with isolated sites */
    SC_WEB_ADDRESS_INSIDE /* a socket by a name that lies in the account's home */
};

struct sc_web_proxy_ask {
    bool fastcgi; /* the scheme */
    bool socket;  /* a Unix socket, no port */
    bool network; /* a scheme that is spoken to a server at a port */
    enum sc_web_address_is address;
    bool allowed;    /* the administrator allows the address (SitecageAllowBackend) */
    bool sites_code; /* the script, as above */
    bool has_fpm;
};

/* Before mod_proxy connects, for an isolated site. */
struct sc_web_verdict sc_web_judge_proxy(const struct sc_web_proxy_ask *ask);

struct sc_web_stranger_ask {
    bool pool;        /* the address is a PHP-FPM pool of an account with isolated sites … */
    bool of_site;     /* … and a site's own master */
    bool own_account; /* the request's host belongs to the pool's account */
};

/* The same for a request of no isolated site. */
struct sc_web_verdict sc_web_judge_stranger(const struct sc_web_stranger_ask *ask);

#endif
