/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main functions of what root's side of the commands is; core/programs calls them by name. Each
 * answers with the status to end with, and is called once, first thing in its process. */
#ifndef SC_COMMANDS_MAINS_H
#define SC_COMMANDS_MAINS_H

int sc_cagefsctl_main(int argc, char **argv);
int sc_isolatectl_root_main(int argc, char **argv);
int sc_selectorctl_root_main(int argc, char **argv);
int sc_proxyexecd_main(int argc, char **argv);

#endif
