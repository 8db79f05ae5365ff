/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a wrapper of PHP (a shell script that sets PHP up and runs it) has it read. Pure. */
#ifndef SC_FACTS_WRAPPER_H
#define SC_FACTS_WRAPPER_H

#include <stddef.h>
#include "core/base/error.h"

#define SC_WRAPPER_MAX (64u << 10) /* bytes of one */

enum sc_wrapper_word {
    SC_WRAPPER_INI,  /* PHPRC, -c: php.ini, or the directory that it is in */
    SC_WRAPPER_SCAN, /* PHP_INI_SCAN_DIR: a directory with further ones; told for each */
    SC_WRAPPER_SET   /* -d: NAME=VALUE */
};

typedef int sc_wrapper_told(enum sc_wrapper_word word, const char *value, void *arg,
                            struct sc_error *err);

/* Calls `told` for what the script says in plain words, in order. Paths are absolute, without "..";
 * $PWD and `dirname $0` stand for `dir`, ~ and $HOME for `home`. What else a shell would have to find out is
 * passed over. SC_E_NOMEM, or what `told` answered below 0. */
int sc_wrapper_read(const char *text, const char *dir, const char *home, sc_wrapper_told *told,
                    void *arg, struct sc_error *err);

#endif
