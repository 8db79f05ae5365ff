/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growable arrays: a pointer and a count, both the caller's. libc only. */
#ifndef SC_BASE_VEC_H
#define SC_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one more element behind the n of `v`, which is NULL or from malloc() and may move.
 * False: no memory; `v` is as it was. Room grows by powers of two, so that n calls copy O(n). */
#define SC_VEC_ROOM(v, n) sc_vec_room(&(v), (n), sizeof(*(v)))

/* `array`: the address of the array's pointer. */
bool sc_vec_room(void *array, size_t n, size_t size);

#endif
