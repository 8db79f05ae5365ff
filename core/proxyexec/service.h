/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting and stopping the proxyexec daemon: by systemd where that is the machine's init, else as
 * a plain daemon. Both do nothing when it is so already, and exclude each other. Need root. */
#ifndef SC_PROXYEXEC_SERVICE_H
#define SC_PROXYEXEC_SERVICE_H

#include <stdbool.h>
#include "core/base/error.h"

/* Returns when it answers. */
int sc_proxyexec_start(struct sc_error *err);

/* For a machine without systemd whose /run was emptied: starts it again when the feature is on.
 * Does nothing else, and nothing where systemd sees to it. */
void sc_proxyexec_revive(void);

/* Returns when it has ended. What it runs at the moment goes on to its end. */
int sc_proxyexec_stop(struct sc_error *err);

/* Whether a daemon lives, however it was started. */
bool sc_proxyexec_running(void);

#endif
