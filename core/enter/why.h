/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why an entry failed: the hot path has no room for core/base/error.h. libc only. */
#ifndef SC_ENTER_WHY_H
#define SC_ENTER_WHY_H

/* Exit statuses of the command line, as shells have them. */
enum {
    SC_EXIT_OVER_LIMIT = 75, /* EX_TEMPFAIL of sysexits.h: too many entries at once */
    SC_EXIT_CANNOT_ENTER = 126,
    SC_EXIT_NOT_FOUND = 127
};

/* For a log, or the caller's terminal. */
struct sc_enter_why {
    char text[256];
};

/* Fills *why. Returns -SC_EXIT_CANNOT_ENTER. */
int sc_why(struct sc_enter_why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Why a setuid program is not root's. */
const char *sc_why_not_root(void);

#endif
