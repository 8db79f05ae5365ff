/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of nginx's configuration. Pure. */
#ifndef SC_WEB_NGINX_WORDS_H
#define SC_WEB_NGINX_WORDS_H

#include <stddef.h>

/* One word to `to`, without its quotes; returns what is behind it. `to` has room for all of `c`. *ret_len
 * has its NUL; *line counts the lines in it. */
const char *sc_nginx_word(const char *c, char *to, size_t *ret_len, unsigned *line);

/* The name of the variable that `text` begins with, as "$name"; its length in `text`, with '$' and braces;
 * 0: none. */
size_t sc_nginx_variable(const char *text, char *out, size_t size);

#endif
