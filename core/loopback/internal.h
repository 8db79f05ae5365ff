/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by look.c and loopback.c. */
#ifndef SC_LOOPBACK_INTERNAL_H
#define SC_LOOPBACK_INTERNAL_H

#include "core/base/error.h"
#include "core/loopback/plan.h"

/* Adds the accounts that have isolated sites by their marks (core/base/paths.h). SC_E_SYS. */
int sc_loopback_add_marked(struct sc_loopback *l, struct sc_error *err);

#endif
