/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's main function; core/programs calls it by name. Answers with the status to end with, and
 * is called once, first thing in its process. */
#ifndef SC_HOOKS_MONITOR_MAINS_H
#define SC_HOOKS_MONITOR_MAINS_H

int sc_monitor_main(int argc, char **argv);

#endif
