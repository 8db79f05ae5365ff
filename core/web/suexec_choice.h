/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry as the choice among alternatives (update-alternatives(1)): Debian's own suexec. The
 * administrator's choice is kept, and comes back. They run update-alternatives: need root. */
#ifndef SC_WEB_SUEXEC_CHOICE_H
#define SC_WEB_SUEXEC_CHOICE_H

#include <stdbool.h>
#include "core/base/error.h"

#define SC_SUEXEC_ALTERNATIVE "/etc/alternatives/suexec" /* the group's link */

/* Whether the group's link leads to the entry, or there is no such link. Runs nothing. */
bool sc_suexec_choice_stands(void);
bool sc_suexec_choice_none(void);

/* SC_THERE: `real` (PATH_MAX bytes) is the real suexec among them, *in_front whether the entry is
 * the choice in front of it. SC_ABSENT: there are none. */
int sc_suexec_choice_look(char *real, bool *in_front, struct sc_error *err);

/* Whether an entry of ours is the choice, also one of an older version's. */
int sc_suexec_choice_is_ours(bool *ret, struct sc_error *err);

/* The entry becomes the choice, in front of `real`. */
int sc_suexec_choice_stand(const char *real, struct sc_error *err);

/* What was the choice before. */
int sc_suexec_choice_back(struct sc_error *err);

#endif
