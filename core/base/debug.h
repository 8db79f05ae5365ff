/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a program debugs: then sc_log_debug() (core/base/log.h) says what it does and how long it
 * takes. Said by the environment, so that it reaches the programs that it starts:
 * SITECAGE_DEBUG=log is for the log alone, any other value but "" and 0 for stderr as well. No
 * setuid program heeds it. libc only. */
#ifndef SC_BASE_DEBUG_H
#define SC_BASE_DEBUG_H

#include <stdbool.h>

#define SC_DEBUG_ENV "SITECAGE_DEBUG"
#define SC_DEBUG_LOG "log"

bool sc_debugging(void);
bool sc_debug_shown(void); /* on stderr, too */

/* Takes every "-v" and "--verbose" before a "--" out of the arguments; one or more: the program
 * debugs, on stderr as well. */
void sc_debug_switch(int *argc, char **argv);

/* The same where "-v" means something else (selectorctl): "--verbose" alone. */
void sc_debug_long_switch(int *argc, char **argv);

/* The administrator's debug = on: in the log alone, unless the program debugs already. */
void sc_debug_configured(bool on);

/* What a program that cleans its environment puts back, for putenv(): "SITECAGE_DEBUG=…", or NULL.
 * For a program that it starts (`inherited`) only the log's: that one's stderr is its caller's to
 * read. Points to static text. */
const char *sc_debug_env(bool inherited);

#endif
