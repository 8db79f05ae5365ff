/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for every plan, read or to be written (planfile_check.c). Each returns 0, or a code with
 * *err. */
#ifndef SC_PLAN_PLANFILE_PRIVATE_H
#define SC_PLAN_PLANFILE_PRIVATE_H

#include "core/plan/planfile.h"

int sc_planfile_bad(struct sc_error *err, const char *what, const char *value);
int sc_planfile_check_head(const struct sc_planfile *p, struct sc_error *err);
int sc_planfile_check_sys(const struct sc_sysline *s, struct sc_error *err);
int sc_planfile_check_entry(const struct sc_plan_entry *e, const struct sc_plan_entry *before,
                            struct sc_error *err);
int sc_planfile_check_entries(const struct sc_planfile *p, struct sc_error *err);

#endif
