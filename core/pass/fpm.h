/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PHP-FPM in a pass over an account: from what is known of its sites to core/php/fpm/apply.h. */
#ifndef SC_PASS_FPM_H
#define SC_PASS_FPM_H

#include "core/base/error.h"
#include "core/coverage/coverage.h"
#include "core/php/choice.h"
#include "core/php/site.h"
#include "core/plan/plan.h"
#include "core/account/account.h"
#include "core/pass/made.h"
#include "core/pass/tools.h"

struct sc_fpm_way {
    bool routed;        /* Apache is to go to the sites' masters by itself */
    unsigned max_sites; /* that have masters: the server's configuration */
};

/* After the table is written, before views end: the pools of all isolated sites are made so, and
 * those of sites around them. *later (not NULL) is set when it is to be called again, with NULL, once
 * the web server's table is written: core/php/fpm/site.h. `cover`: where it still holds, the web
 * server's configuration is not read once more; NULL. */
int sc_pass_fpm(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                const struct sc_made *m, struct sc_cover_server *cover,
                const struct sc_fpm_way *way, bool *later, struct sc_error *err);

/* After the PHP of one isolated site was changed, and its view with it. */
int sc_pass_fpm_php(const struct sc_tools *t, const struct sc_account *a, unsigned id,
                    const char *token, struct sc_error *err);

/* sc_pass_fpm() for an account that is no more. */
int sc_pass_fpm_forget(const struct sc_tools *t, uid_t uid, struct sc_error *err);

#endif
