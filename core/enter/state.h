/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENTER_STATE_H
#define SC_ENTER_STATE_H

#include "core/enter/why.h"
#include "core/enter/table.h"

/* The table of `uid`, rebuilt first when it is lost though the user has isolated sites (after a
 * boot). Returns 0 with *ret; 1 when the user has no isolated site at all; a negative exit status
 * with *why when that cannot be known: then nothing may run. Needs root. */
int sc_state_open(uid_t uid, struct sc_table *ret, struct sc_enter_why *why);

#endif
