/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing a site's view to the web server. Need root. */
#ifndef SC_WEB_SERVE_HANDOVER_H
#define SC_WEB_SERVE_HANDOVER_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/web/apache/ask.h"

/* Sends the view of the site's living keeper over `sock` (core/web/apache/ask.h). SC_E_NOTFOUND: no
 * keeper lives, nothing was sent; SC_E_SYS. */
int sc_web_hand_over(int sock, uid_t uid, unsigned site, struct sc_error *err);

/* Sends why there is no view. */
void sc_web_turn_away(int sock, const struct sc_error *why);

/* Builds the site's view and starts its keeper. SC_E_NOTFOUND: it is no isolated site; SC_E_SYS
 * with the builder's words; SC_E_TIMEOUT. */
int sc_web_build(uid_t uid, unsigned site, struct sc_error *err);

/* Runs sitecage-rebuild, for an account (its uid in digits) or "--all": what was in /run is made
 * again. What it says, SC_E_SYS, SC_E_TIMEOUT. */
int sc_web_rebuild(const char *whose, struct sc_error *err);

#endif
