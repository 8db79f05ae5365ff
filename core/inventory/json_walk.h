/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A JSON text taken apart by its quotes, brackets and commas alone. Each piece is then parsed for
 * itself: one that is not JSON (bytes that are not UTF-8) spoils no other, and a key that stands
 * there twice is seen twice. Pure. */
#ifndef SC_INVENTORY_JSON_WALK_H
#define SC_INVENTORY_JSON_WALK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A piece of a text, borrowed. */
struct sc_span {
    const char *p;
    size_t n;
};

/* How many bytes of [p, p + n) the value is that begins at p; 0: it does not end there. */
size_t sc_json_extent(const char *p, size_t n);

struct sc_json_walk {
    const char *p, *end;
    bool object, first;
};

/* Begins with the members of an object or list. False: it is neither. */
bool sc_json_walk_begin(struct sc_json_walk *w, struct sc_span of);

/* The next member. 1: *ret_value and, in an object, *ret_key (quotes included) are it; 0: there is
 * none; -1: what stands there is no member. */
int sc_json_walk_next(struct sc_json_walk *w, struct sc_span *ret_key, struct sc_span *ret_value);

/* The piece parsed, any value; NULL when it is not JSON, names a key twice, or there is no memory.
 * A new reference. */
json_t *sc_json_piece(struct sc_span s);

/* Whether the piece is a string without escapes whose bytes are all printable ASCII: then *ret is
 * what is between its quotes. Nearly all pieces of an answer are such, and need no parser. */
bool sc_json_plain(struct sc_span s, struct sc_span *ret);

/* Whether the piece is this string. */
bool sc_json_is(struct sc_span s, const char *text);

/* Cleanup attribute for a json_t * that this scope owns. */
static inline void sc_json_unref(json_t **j)
{
    json_decref(*j);
}
#define SC_JSON __attribute__((cleanup(sc_json_unref)))

#endif
