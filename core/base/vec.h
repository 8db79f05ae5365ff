/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growable arrays: a pointer and a count, both the caller's. libc only. */
#ifndef SC_BASE_VEC_H
#define SC_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Makes room for one more element behind the n of `v`, which is NULL or from malloc() and may move.
 * False: no memory; `v` is as it was. Room grows by powers of two, so that n calls copy O(n). */
#define SC_VEC_ROOM(v, n) sc_vec_room(&(v), (n), sizeof(*(v)))

/* `array`: the address of the array's pointer. */
bool sc_vec_room(void *array, size_t n, size_t size);

/* Ends an array: `done`, which takes a pointer to an element, for each of the n, then the array. */
#define SC_VEC_DONE(v, n, done)                                                                    \
    do {                                                                                           \
        for (size_t sc_i_ = 0; sc_i_ < (n); sc_i_++)                                               \
            done(&(v)[sc_i_]);                                                                     \
        free(v);                                                                                   \
    } while (0)

/* Ends an array of n strings, which are from malloc() as the array is. */
void sc_strings_free(char **v, size_t n);

#endif
