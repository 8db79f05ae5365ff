/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a text leads: a map that is made once and then read. Pure. */
#ifndef SC_WEB_APACHE_MAP_H
#define SC_WEB_APACHE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct sc_web_map_slot {
    uint64_t hash;
    const char *text; /* NULL: free */
    size_t len;
    const void *to;
};

struct sc_web_map {
    struct sc_web_map_slot *v; /* malloc()ed; the owner frees it */
    size_t size;               /* a power of two; at most half of it is used */
    uint64_t seed;             /* who chooses the texts must not choose their places */
};

/* Makes room for `n` texts. 0, or -1: no memory. */
int sc_web_map_make(struct sc_web_map *m, size_t n);

/* Where text[0..len) leads; NULL at first. The text is the caller's and stays as it is. */
const void **sc_web_map_put(struct sc_web_map *m, const char *text, size_t len);

const void *sc_web_map_get(const struct sc_web_map *m, const char *text, size_t len);

/* Where the longest directory leads that is in the map and that clean `path` is or lies below, of
 * the first `segments` ones; NULL. */
const void *sc_web_map_deepest(const struct sc_web_map *m, const char *path, size_t segments);

#endif
