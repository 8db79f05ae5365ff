/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The account's directories in which sites name nothing (struct sc_plan_steady), for the daemon: what comes there from
 * outside is the site's to write after the next pass alone. SC_RUN_DIR/<uid>/steady has a line for each. */
#ifndef SC_RUNTIME_STEADY_H
#define SC_RUNTIME_STEADY_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/plan/plan.h"

#define SC_STEADY_NAME "steady"
#define SC_STEADY_MAX  (4u << 20)

/* Appends the text; nothing where there are none. Pure. */
void sc_runtime_steady_text(const struct sc_plan *plan, struct sc_buf *out);

/* Relative to the home, the caller's to free; none where there is no such file. SC_E_SYS, SC_E_TOOBIG, SC_E_NOMEM. */
int sc_runtime_steady(uid_t uid, char ***ret, size_t *ret_n, struct sc_error *err);

#endif
