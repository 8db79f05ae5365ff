/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Document roots of nginx that lie behind a link in the site's own document root. The plan holds the directories of links
 * on nginx's way (core/facts/steady.h), but not the document root itself, which stays writable: there the site says
 * where nginx goes, though that follows no link below its root. */
#ifndef SC_COVERAGE_NGINX_LED_H
#define SC_COVERAGE_NGINX_LED_H

#include "core/base/error.h"
#include "core/web/roots.h"

/* *ret_text: why the site could lead this server block of its own elsewhere, with the way out; NULL: it cannot. What cannot
 * be looked at counts as such a link. The caller frees it. SC_E_NOMEM. */
int sc_cover_nginx_led(const struct sc_vhost *h, const struct sc_web_whose *site, char **ret_text,
                       struct sc_error *err);

#endif
