/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The web server's table in a pass over an account: from what is known of its sites to
 * core/web/part.h. */
#ifndef SC_PASS_WEB_H
#define SC_PASS_WEB_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/pass/tools.h"
#include "core/plan/plan.h"

/* `pools`: as in sc_fpm_tell(). After PHP-FPM: the table says where each site's PHP is served. ids[i]: as in core/pass/made.h;
 * `routed`: as in core/pass/fpm.h. */
int sc_pass_web(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                const unsigned *ids, bool routed, const struct sc_fpm_known_list *pools,
                struct sc_error *err);

/* For an account that is no more. */
int sc_pass_web_forget(const struct sc_tools *t, uid_t uid, struct sc_error *err);

#endif
