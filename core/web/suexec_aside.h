/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry in the place of a suexec that is a plain file (RHEL, cPanel, DirectAdmin, whoever
 * diverts Debian's): the file is moved aside, to PLACE.sitecage, with its owner, mode and
 * capabilities, and a link to the entry takes its name. Nobody finds nothing there, at no moment.
 * dpkg is told where the file is now; rpm and builds write it to its name again, and then it is
 * moved again. Need root. */
#ifndef SC_WEB_SUEXEC_ASIDE_H
#define SC_WEB_SUEXEC_ASIDE_H

#include <stdbool.h>
#include "core/base/error.h"

/* PLACE.sitecage, in PATH_MAX bytes. */
void sc_suexec_aside_name(const char *place, char *out);

/* The place that this is the name for; false: it is no such name. */
bool sc_suexec_aside_place(const char *aside, char *place);

/* Whether our link stands at `place`. */
bool sc_suexec_aside_stands(const char *place);

/* The program at `place` has the other name, too. Nothing where our link stands there already;
 * SC_E_NOTFOUND: and the real one is missing. */
int sc_suexec_aside_move(const char *place, struct sc_error *err);

/* Our link takes the place. Everything that the entry needs is there before. */
int sc_suexec_aside_stand(const char *place, struct sc_error *err);

/* The real one is where it was; a newer one that somebody put there stays. */
int sc_suexec_aside_back(const char *place, struct sc_error *err);

#endif
