/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program a process is, in words: "php-cgi8.2 /home/john/www/index.php". */
#ifndef SC_LEARN_WHO_H
#define SC_LEARN_WHO_H

#include <sys/types.h>
#include "core/learn/record.h"

/* The name of the program's file, and what it runs where that can be told: of PHP as CGI the request's
 * script, of other interpreters the script that they were started with, of PHP-FPM the directory that
 * it works in. "" when the process has ended. Needs root. */
void sc_learn_who(pid_t pid, char out[SC_LEARN_BY_SIZE]);

#endif
