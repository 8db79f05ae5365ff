/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command by which an account's owner gives a site a path of the home. */
#ifndef SC_CONFIG_PATHS_COMMAND_H
#define SC_CONFIG_PATHS_COMMAND_H

#include <stdbool.h>

/* "isolatectl paths add example.com /home/john/data rw", as a shell takes it. NULL: a name that cannot stand in
 * domains.json (not UTF-8) or on a line, or no memory. The caller frees it. */
char *sc_paths_command(const char *domain, const char *home, const char *rel, bool rw);

#endif
