/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass knows of each site of the plan: what it has in the database, and what was made. */
#ifndef SC_PASS_MADE_H
#define SC_PASS_MADE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/cage/close_new.h"
#include "core/limits/limits.h"
#include "core/php/choice.h"
#include "core/plan/planfile.h"
#include "db/store.h"

/* Which PHP a site has chosen: read once for a pass. */
struct sc_made_php {
    struct sc_php_choice choice;
    bool own; /* it has a choice of its own, or one that cannot be read */
    bool known;
};

struct sc_made {   /* arrays of n, by the plan's order */
    unsigned *ids; /* 0: not isolated, or cannot be */
    char (*tokens)[SC_SITE_TOKEN + 1];
    bool *moved;   /* it had another document root before: its processes end */
    bool *changed; /* its plan is not the one that was there */
    struct sc_limits_made *limits;
    struct sc_planfile *plans;
    struct sc_planfile *was;     /* the plan before, where that was another one */
    struct sc_close_new *closed; /* what its plan closes that the one before did not */
    struct sc_made_php *php;
    size_t n;
    bool unfinished; /* an earlier change of the account was cut short: all is compared */
};

/* SC_E_NOMEM. */
int sc_made_init(size_t n, struct sc_made *ret, struct sc_error *err);
void sc_made_done(struct sc_made *m);

#endif
