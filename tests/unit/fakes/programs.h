/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs, daemons and the kernel's abilities for unit tests: what core/base/run.h,
 * core/base/service.h and core/server/platform.h do, from what the test put down. Nothing is
 * started. */
#ifndef SC_TESTS_FAKES_PROGRAMS_H
#define SC_TESTS_FAKES_PROGRAMS_H

#include <stdbool.h>

void programs_reset(void);

/* The program whose command line begins with `words` exits with `status`, having printed `out` (and
 * `said` to stderr). Of several that fit the last one put down counts; where none does it cannot be
 * started. `status` below 0: the call fails with that code. */
void program_says(const char *words, int status, const char *out, const char *said);

/* It calls this function instead, and exits with 0. */
void program_does(const char *words, void (*work)(void));

/* The command lines that were run, one a line; and what the last one that got input got. */
const char *programs_run(void);
const char *programs_input(void);

/* Services by a part of their daemon's path: "monitor", "proxyexec". */
bool service_runs(const char *part);
void service_set(const char *part, bool runs);
void service_fail(const char *part, const char *text); /* starting or stopping it; NULL: works */

/* What sc_platform_check() misses; NULL: nothing. */
void platform_lacks(const char *text);

#endif
