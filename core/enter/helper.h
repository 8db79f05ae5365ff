/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting our own root programs out of a setuid one: nothing of the caller's may reach them. libc
 * only. */
#ifndef SC_ENTER_HELPER_H
#define SC_ENTER_HELPER_H

#include "core/enter/why.h"

/* Runs one of our own root programs (SC_BUILD_EXE, SC_REBUILD_EXE) with full root credentials, an
 * empty environment, reset limits and signals, out of the caller's reach, and waits for it. argv[0]
 * is the path. Returns 0, or -SC_EXIT_CANNOT_ENTER with the program's own words in *why. */
int sc_enter_helper(char *const argv[], struct sc_enter_why *why);

#endif
