/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before anything says yes: one throwaway view, built by the program that builds those of sites. */
#ifndef SC_ENGINE_TRIAL_H
#define SC_ENGINE_TRIAL_H

#include "core/base/error.h"
#include "core/server/server.h"

/* Has sitecage-build build a view as a site of this server would get it, and end it. Changes
 * nothing. SC_E_PLATFORM when it cannot: the text names the step and the way out. Needs root. */
int sc_trial_run(const struct sc_server *s, struct sc_error *err);

/* The same, unless a trial with these very programs was noted since the server started. */
int sc_trial_once(const struct sc_server *s, struct sc_error *err);

/* Notes that sites can be built: for the call that has just enabled one. */
void sc_trial_note(void);

#endif
