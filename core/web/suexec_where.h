/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where this machine's Apache looks for suexec. Where several are installed, the one that runs
 * counts. Nothing is run. */
#ifndef SC_WEB_SUEXEC_WHERE_H
#define SC_WEB_SUEXEC_WHERE_H

#include "core/base/error.h"

/* SC_THERE with the name in `place` (PATH_MAX bytes), whether or not a file has it. SC_ABSENT: no
 * Apache is at the usual places, or its program does not say. SC_E_SYS, SC_E_NOMEM: those places cannot be
 * looked at. */
int sc_suexec_where(char *place, struct sc_error *err);

/* Keeps the answer: the program is read again only when it was replaced. Needs root. SC_E_SYS, SC_E_NOMEM. */
int sc_suexec_where_note(struct sc_error *err);

/* Forgets it. */
void sc_suexec_where_forget(void);

#endif
