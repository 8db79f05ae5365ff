/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The beginning of a program that a service of root's runs for a caller. */
#ifndef SC_BASE_SERVED_H
#define SC_BASE_SERVED_H

#include <stdbool.h>

/* Nothing of the caller's is kept: the environment is PATH and `keep` (as putenv(3) has it; NULL: no
 * more), the working directory "/", umask 022. `to_its_end`: a change that has begun is brought to its
 * end, whatever signal the caller sends. 0, or -1. */
int sc_served_begin(bool to_its_end, const char *keep);

#endif
