/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From which directory on nginx follows no links in a site's server blocks. Its own $document_root is the alias in a
 * location that has one: a link in the alias's place is followed, and where the alias is all of the path nothing is
 * looked at. Pure. */
#ifndef SC_WEB_NGINX_FROM_H
#define SC_WEB_NGINX_FROM_H

#include <limits.h>
#include <stdbool.h>
#include "core/web/roots.h"

/* The deepest directory around the document root of the block and what else it serves that sites of the account can
 * change. False: $document_root will do (it serves nothing of that kind), or must (a link that only others can change
 * is on the way to something, or the site's blocks have several document roots). */
bool sc_nginx_from(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                   const struct sc_web_whose *site, char out[PATH_MAX]);

/* An alias of the block leaves links open with $document_root. */
bool sc_nginx_needs_from(const struct sc_vhost *h, const struct sc_web_whose *site);

#endif
