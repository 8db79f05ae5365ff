/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of a process that an entry leaves beside the program. libc only. */
#ifndef SC_ENTER_TITLE_H
#define SC_ENTER_TITLE_H

/* Shows `name` instead of this process's own arguments, some of which are in `argv`: who ends
 * entries by name or words does not end this process with them. */
void sc_title_set(char *const argv[], const char *name);

#endif
