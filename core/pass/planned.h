/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites see of the server, kept from one account's pass to the next where many follow each other (a boot). */
#ifndef SC_PASS_PLANNED_H
#define SC_PASS_PLANNED_H

#include <stdint.h>
#include "core/account/account.h"
#include "core/plan/planfile.h"

struct sc_planned {
    struct sc_planfile common; /* "sys" lines of an account */
    char *around;              /* the directory that its home lies in; NULL: nothing is kept */
    int64_t at;                /* of sc_clock_ms() */
};

void sc_planned_done(struct sc_planned *k);

/* Copies what was kept: 1. 0: nothing is, it is older than some seconds, or the account's homes lie elsewhere,
 * which makes a difference. SC_E_NOMEM. */
int sc_planned_take(const struct sc_planned *k, const struct sc_account *a, struct sc_planfile *ret,
                    struct sc_error *err);
/* Keeps the account's. SC_E_NOMEM. */
int sc_planned_keep(struct sc_planned *k, const struct sc_account *a,
                    const struct sc_planfile *common, struct sc_error *err);

#endif
