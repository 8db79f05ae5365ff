/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering a site: the product's hot path and its wall. libc only; linked statically into the
 * setuid programs. sc_enter() holds the whole order; nothing else in the house joins a site's
 * namespaces to run somebody's program. */
#ifndef SC_ENTER_ENTER_H
#define SC_ENTER_ENTER_H

#include "core/enter/request.h"
#include "core/enter/why.h"

/* Enters and runs. Needs euid 0 (setuid); real ids stay the caller's until they are dropped.
 * On a terminal the program gets one of the site's own (terminal.h), but not as_root.
 * Returns the exit status (128+N after signal N) once the program has ended. When the program did
 * not run: the negative of the exit status to end with (-126, -127 for a program that is not there,
 * -75 when the site has as many entries as its limit allows), with *why set. This process has given
 * its privileges up by then, so it can only report and end. */
int sc_enter(const struct sc_enter *req, struct sc_enter_why *why);

/* Opens /dev/null for each of descriptors 0-2 that the caller left closed. Ends the process when it
 * cannot. */
void sc_enter_guard_fds(void);

#endif
