/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an Apache looks for suexec: a name that is compiled in (SUEXEC_BIN). libc only. */
#ifndef SC_WEB_APACHE_SUEXEC_BIN_H
#define SC_WEB_APACHE_SUEXEC_BIN_H

#include <limits.h>
#include <stdbool.h>

/* Finds the name in the server's program, which prints it for `httpd -V`, and is not run for it.
 * False: it is not there, or the program cannot be read. */
bool sc_web_suexec_bin(const char *program, char out[PATH_MAX]);

#endif
