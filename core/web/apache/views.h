/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The views of sites that this process of the web server holds. A view is the site's cage as its
 * keeper keeps it; who opens names from its root sees what the site sees. Safe for threads. No
 * httpd. */
#ifndef SC_WEB_APACHE_VIEWS_H
#define SC_WEB_APACHE_VIEWS_H

#include <stdint.h>
#include "core/base/error.h"
#include "core/web/apache/ask.h"

struct sc_web_view {
    int root;   /* O_PATH */
    int keeper; /* a pidfd */
    int mounts;
    uint32_t uid, site;
    unsigned refs, used; /* the views' own */
};

struct sc_web_views;

struct sc_web_views_conf {
    const char *socket; /* where to ask */
    int all_ms;    /* from then on that a thread asks, all others wait so long for its answer */
    int wait_ms;   /* a few of them go on waiting */
    int failed_ms; /* how long a failure is the answer for everybody */
    int busy_ms;   /* the same, where too many views were being built */
};

#define SC_WEB_VIEWS_CONF                                                                          \
    {                                                                                              \
        .socket = SC_WEB_SOCKET, .all_ms = 150, .wait_ms = 1000, .failed_ms = 1000, .busy_ms = 300 \
    }

/* Starts a thread that lets the views of dead keepers go. SC_E_SYS, SC_E_NOMEM. */
int sc_web_views_new(const struct sc_web_views_conf *conf, struct sc_web_views **ret,
                     struct sc_error *err);
void sc_web_views_free(struct sc_web_views *v); /* nobody uses it or its views any more */

/* The view of a site, with a living keeper, asked for and built when there is none;
 * sc_web_view_unref() it. Waits for a build; while one takes long or failed a moment ago, most others
 * do not wait for it: SC_E_BUSY. Else what the answer says, SC_E_SYS. */
int sc_web_views_get(struct sc_web_views *v, uint32_t uid, uint32_t site, struct sc_web_view **ret,
                     struct sc_error *err);

void sc_web_view_unref(struct sc_web_views *v, struct sc_web_view *view); /* accepts NULL */

#endif
