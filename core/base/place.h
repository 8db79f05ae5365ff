/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where something is in a sorted array, or would be: bsearch(3) finds only what is in it. */
#ifndef SC_BASE_PLACE_H
#define SC_BASE_PLACE_H

#include <stddef.h>

/* The number of the first of `n` elements of `size` bytes that does not come before `key`; n: all do.
 * `cmp` as for qsort(3), of an element and the key. */
static inline size_t sc_place(const void *v, size_t n, size_t size, const void *key,
                              int (*cmp)(const void *element, const void *key))
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (cmp((const char *)v + mid * size, key) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

#endif
