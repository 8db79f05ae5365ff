/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a hook starts the daemon where nobody takes what the hook made durable. A process of its own
 * (sitecage-monitor --wanted) decides and does it, so that the panel waits for nothing; of the
 * panel's environment it gets nothing but the user. */
#ifndef SC_HOOKS_EVENTS_STARTER_H
#define SC_HOOKS_EVENTS_STARTER_H

#include <spawn.h>
#include <stdbool.h>

struct sc_starter {
    bool ready;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
};

/* Prepares what sc_starter_go() needs; never freed. Where that fails, go does nothing. */
void sc_starter_prepare(struct sc_starter *s);

/* Starts it, and returns. Does nothing on a server where the feature is off and no site was ever
 * isolated. May be called from a signal handler. False: it could not be started; what is durable
 * then waits for the next hook, command or boot. Needs root. */
bool sc_starter_go(const struct sc_starter *s);

#endif
