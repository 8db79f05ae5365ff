/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main functions of the programs that make passes in the background; core/programs calls them by
 * name. Each answers with the status to end with, and is called once, first thing in its process. */
#ifndef SC_PASS_MAINS_H
#define SC_PASS_MAINS_H

int sc_finish_main(int argc, char **argv);
int sc_rebuild_main(int argc, char **argv);

#endif
