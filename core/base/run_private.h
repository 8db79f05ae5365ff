/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child of a program that is started (run.c, run_child.c) until it becomes the program. */
#ifndef SC_BASE_RUN_PRIVATE_H
#define SC_BASE_RUN_PRIVATE_H

#include "core/base/run.h"

enum sc_run_stage {
    SC_RUN_STAGE_SETUP,
    SC_RUN_STAGE_IDS,
    SC_RUN_STAGE_EXEC
};

/* What a child that could not become the program tells its parent. */
struct sc_run_report {
    enum sc_run_stage stage;
    int sys;
};

/* It may have its parent's memory: it changes nothing there. `fds`: for 0-2, and the two ends of
 * the pipe for the report. */
_Noreturn void sc_run_child(const struct sc_run_spec *spec, const char *program,
                            const char *const *env, const int fds[5]);

#endif
