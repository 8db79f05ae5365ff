/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean …": the known word that a mistyped one is nearest to. Pure. */
#ifndef SC_BASE_SIMILAR_H
#define SC_BASE_SIMILAR_H

#include <stddef.h>

#define SC_SIMILAR_MAX 64 /* longer words are like none */

/* How many letters differ: left out, put in, changed, or swapped with the next; capitals do not count. */
unsigned sc_similar_distance(const char *a, const char *b);

/* The nearest of them, or NULL where none is near: one letter in four of the longer one may
 * differ. The first of equals. */
const char *sc_similar(const char *word, const char *const *known, size_t n);

#endif
