/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts of the web server serve a site. Directories are compared by what they resolve to, not
 * by how somebody writes them: a document root may be a link, have "//" or "/./" in it, or be the
 * target of an Alias. */
#ifndef SC_WEB_ROOTS_H
#define SC_WEB_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/web/vhosts.h"

/* A site, and the account that it is of. */
struct sc_web_whose {
    const char *docroot;      /* canonical */
    const char *const *texts; /* further spellings, which need not exist */
    size_t n_texts;
    const char *const *names; /* its domains */
    size_t n_names;
    const char *const *docroots; /* canonical, of all sites of the account, the texts of those that
                                    are missing; the site's own counts whether it is among them */
    size_t n_docroots;
    const char *const *homes; /* the account's home in its spellings */
    size_t n_homes;
};

enum sc_host_stands {
    SC_HOST_OTHER,  /* has nothing to do with the site */
    SC_HOST_NAMED,  /* has a name of it, and serves another directory */
    SC_HOST_AROUND, /* serves a directory around it */
    SC_HOST_SITE    /* serves it, or a directory in it */
};

/* Looks what the roots of those hosts resolve to that can be about the account: by a name of the
 * site, by a path in the home, or by a path that is in nobody's home. Other accounts' homes are not
 * touched: a look there may hang. SC_E_NOMEM. */
int sc_roots_resolve(struct sc_vhosts *hosts, const struct sc_web_whose *site,
                     struct sc_error *err);

/* Whether a path (sc_web_path_clean()) is the account's home, or lies in it, by any spelling of that. Pure. */
bool sc_roots_in_home(const char *path, const struct sc_web_whose *site);

/* The path lies where homes are, and not in the account's own: a look there may hang. Pure. */
bool sc_roots_may_hang(const char *path, const struct sc_web_whose *site);

/* Forgets what they resolve to. */
void sc_roots_forget(struct sc_vhosts *hosts);

/* The rest is pure. */

enum sc_host_stands sc_host_stands(const struct sc_vhost *h, const struct sc_web_whose *site);

/* Its document root: what it resolves to, where that is known; NULL. */
const char *sc_host_docroot(const struct sc_vhost *h);

/* True when the host serves something besides the site: another document root. */
bool sc_host_serves_more(const struct sc_vhost *h, const struct sc_web_whose *site);

/* Whether nginx serves files of the site through links: SC_HOST_SITE, or SC_HOST_AROUND where only
 * roots around it do; SC_HOST_OTHER. */
enum sc_host_stands sc_host_follows_links(const struct sc_vhost *h,
                                          const struct sc_web_whose *site);

/* The first of its roots that lies around, or in, another document root of the account, and is not the
 * site's own; NULL: there is none. */
const struct sc_host_root *sc_host_others_root(const struct sc_vhost *h,
                                               const struct sc_web_whose *site);

/* What the host calls a place around the site whose code it may run, by its own pool and not by the
 * site's: an alias, or a pattern that can be such a place. NULL: there is none, or the host serves the
 * site anyway. */
const char *sc_host_runs_around(const struct sc_vhost *h, const struct sc_web_whose *site);

/* True when the host answers to this name: its own, or a wildcard ("*.example", nginx's
 * ".example"). */
bool sc_host_has_name(const struct sc_vhost *h, const char *name);
/* … to one of the site's. */
bool sc_host_has_name_of(const struct sc_vhost *h, const struct sc_web_whose *site);

/* The directory that a pattern of document roots has for a name: VirtualDocumentRoot's %0, %1, %-1,
 * %2+, %1.1 …, nginx's $host, $http_host and $server_name. False: it cannot be told. `out` has
 * PATH_MAX bytes. */
bool sc_host_pattern(const char *pattern, bool nginx, const char *name, char *out);

#endif
