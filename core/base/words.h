/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splits a command line into its words. */
#ifndef SC_BASE_WORDS_H
#define SC_BASE_WORDS_H

#include <stddef.h>
#include "core/base/error.h"

/* A command line, split into words. words[n] is NULL; the strings lie in `store`. */
struct sc_words {
    char **v;
    size_t n;
    char *store;
};

#define SC_WORDS_MAX 64u
#define SC_WORDS_INIT                                                                              \
    {                                                                                              \
        0                                                                                          \
    }
#define SC_WORDS __attribute__((cleanup(sc_words_done)))

void sc_words_done(struct sc_words *w);

/* Splits a command line as a shell would, without any expansion: white space separates; '…' is
 * literal; "…" is literal but for \" and \\; \ takes the next byte literally. An operator or
 * expansion of the shell outside quotes (| & ; < > ( ) $ `) is refused, because no shell would see
 * it. SC_E_INVAL with a text that says what is wrong, SC_E_NOMEM. An empty line gives n == 0. */
int sc_words_split(const char *line, struct sc_words *ret, struct sc_error *err);

#endif
