/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A throwaway view: can this server build one? */
#ifndef SC_CAGE_TRIAL_H
#define SC_CAGE_TRIAL_H

#include "core/base/error.h"
#include "core/cage/keeper_start.h"
#include "core/plan/planfile.h"

#define SC_TRIAL_UID  65534 /* nobody's: every user namespace maps it, and no account has it */
#define SC_TRIAL_HOME SC_CAGE_BASE "/home"

/* Builds the view of `plan` as for a request, up to a keeper that lives, and ends it. The plan's
 * home is SC_TRIAL_HOME, its user SC_TRIAL_UID; that home, with a directory for each entry of the
 * plan, is made in a file system of the new namespaces, so nothing of it is ever on the server and
 * nothing is left, however this ends. Needs root. The error's text begins with the step that
 * failed. */
int sc_cage_trial(const struct sc_planfile *plan, struct sc_error *err);

#endif
