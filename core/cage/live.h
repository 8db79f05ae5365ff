/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing a running site's view in place. */
#ifndef SC_CAGE_LIVE_H
#define SC_CAGE_LIVE_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

enum sc_live_result {
    SC_LIVE_NOT_RUNNING, /* no keeper: the next entry builds the view from the plan */
    SC_LIVE_CHANGED,
    SC_LIVE_AS_IT_WAS,
    SC_LIVE_ENDED /* its processes were ended: its document root is another directory now, or the
                   * view could not be changed in place (the log says why) and must not stay as it
                   * is */
};

/* Makes the running view of plan's site show what `plan` says, below the home: new document roots
 * of others vanish, paths come and go. Processes stay, but for those that hold a directory or file
 * open that has just been closed to the site: they are killed, because a descriptor cannot be taken
 * away. `touched`: something may have been closed in it before (close_new.h, a pass that was cut short), so what they hold is
 * looked at in any case. The caller holds the site's build lock (keeper_start.h) and is root. */
int sc_live_apply(const struct sc_planfile *plan, bool touched, enum sc_live_result *ret,
                  struct sc_error *err);

#endif
