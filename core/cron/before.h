/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before a word of a command: does it say that the word is a directory, or is run? Pure. */
#ifndef SC_CRON_BEFORE_H
#define SC_CRON_BEFORE_H

#include <stdbool.h>
#include <stddef.h>

enum sc_cron_before {
    SC_CRON_BEFORE_ANY,      /* nothing is said */
    SC_CRON_BEFORE_IS_PLACE, /* a directory: "env -C", "--path=", "PATH=x:", "find" */
    SC_CRON_BEFORE_IS_CD     /* and what follows works in it: "cd", "cd -P --", "pushd" */
};

/* Before s[i], where a word begins; the quotes of the command are taken out. Looks at a few words and
 * at SC_CRON_BEFORE_MAX bytes. */
#define SC_CRON_BEFORE_MAX 256u
enum sc_cron_before sc_cron_before(const char *s, size_t i);

/* Whether what s[i] begins to name is run: a command, or what a shell, PHP or the like is given. */
bool sc_cron_runs(const char *s, size_t i);

/* The latter alone: a file, though nothing but its name is written. */
bool sc_cron_is_script(const char *s, size_t i);

/* Whether what ends before s[i] runs the file whose name comes next: "php -q". */
bool sc_cron_wants_script(const char *s, size_t i);

#endif
