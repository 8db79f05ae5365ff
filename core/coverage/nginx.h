/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx, which serves files itself: what of it the judge needs to know. */
#ifndef SC_COVERAGE_NGINX_H
#define SC_COVERAGE_NGINX_H

#include "core/coverage/coverage.h"

/* Adds the server blocks that serve the site, or a directory around it, with links followed, or
 * perhaps so. The caller releases seen->links and their texts. SC_E_NOMEM. */
int sc_cover_look_at_links(struct sc_cover_server *server, const struct sc_cover_site *site,
                           struct sc_cover_seen *seen, struct sc_error *err);

#endif
