/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What panels put into a hook's environment. Hostile: a panel's customer can choose values. */
#ifndef SC_HOOKS_ADAPTER_VARIABLE_H
#define SC_HOOKS_ADAPTER_VARIABLE_H

#define SC_HOOK_WORD_MAX 1024 /* bytes; longer values are no names */

/* The variable's value, in `env` (may be NULL). NULL when it is missing, empty, too long to be a name, or
 * there twice with different values. */
const char *sc_hook_variable(char *const *env, const char *name);

#endif
