/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean …" for domains: what was meant by a word that is no known one. Pure.
 *
 *     https://a.example/x, a.example/, a.example:443, me@a.example     the name in it
 *     www.a.example, a.example                                        with "www." or without it
 *     a.examqle                                                       one or two letters in a part of
 * the name: none in parts of one or two letters, one in those of three to five
 *     a.example,b.example                                             each of them */
#ifndef SC_BASE_DOMAIN_LIKE_H
#define SC_BASE_DOMAIN_LIKE_H

#include <stdbool.h>
#include <stddef.h>

#define SC_DOMAIN_MEANT_MAX 512

/* The name in `known` that one word without blanks and commas means; NULL: none. `known` are as
 * sc_domain_canon() makes them; the first of equals. */
const char *sc_domain_like(const char *word, const char *const *known, size_t n);

/* Writes what was meant by `word`, several names with `between` in between. False, and nothing is
 * written: `word` is a known name, in any spelling; or some part of it is like none; or the answer
 * would be too long. */
bool sc_domain_meant(const char *word, const char *const *known, size_t n, char between,
                     char ret[SC_DOMAIN_MEANT_MAX]);

#endif
