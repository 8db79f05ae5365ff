/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose the caller's terminal is: job control (^Z, fg, bg) between the caller's shell and the
 * program in the site, as if there were no pseudoterminal between them. libc only. */
#ifndef SC_ENTER_JOB_H
#define SC_ENTER_JOB_H

#include "core/enter/relay_private.h"

/* To the leader; lost when it has ended. */
void sc_job_tell(const struct sc_relay *r, enum sc_terminal_what what, int sig);

void sc_job_begin(struct sc_relay *r);

/* The leader says that the program was stopped: what it is a part of stops, or it goes on. Returns
 * when it goes on. */
void sc_job_stopped(struct sc_relay *r, int sig);

/* Somebody continued this process: the terminal may be another job's by now. */
void sc_job_continued(struct sc_relay *r);

/* The caller's terminal has hung up, so the program's does; or nobody needs that any more. */
void sc_job_hang_up(struct sc_relay *r);

/* The program has ended: the terminal gets its modes back. A job that was interrupted from the
 * keyboard is interrupted as a whole: then this does not return. */
void sc_job_end(struct sc_relay *r);

#endif
