/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/map.h"

#include <stdlib.h>
#include <string.h>

#define HASH_1  14695981039346656037ull /* FNV-1a, 64 bit */
#define HASH_BY 1099511628211ull

static uint64_t add_byte(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * HASH_BY;
}

static uint64_t hash_of(const struct sc_web_map *m, const char *text, size_t len)
{
    uint64_t h = m->seed;
    for (size_t i = 0; i < len; i++)
        h = add_byte(h, text[i]);
    return h;
}

int sc_web_map_make(struct sc_web_map *m, size_t n)
{
    m->size = 16;
    while (m->size < n * 2)
        m->size *= 2;
    m->v = calloc(m->size, sizeof(*m->v));
    m->seed = (HASH_1 ^ (uintptr_t)m->v) * HASH_BY;
    return m->v ? 0 : -1;
}

/* The slot of text[0..len), or the free one that it would have. */
static struct sc_web_map_slot *slot_of(const struct sc_web_map *m, uint64_t hash, const char *text,
                                       size_t len)
{
    for (size_t i = hash & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
        struct sc_web_map_slot *s = &m->v[i];
        if (!s->text || (s->hash == hash && s->len == len && memcmp(s->text, text, len) == 0))
            return s;
    }
}

const void *sc_web_map_get(const struct sc_web_map *m, const char *text, size_t len)
{
    return slot_of(m, hash_of(m, text, len), text, len)->to;
}

const void **sc_web_map_put(struct sc_web_map *m, const char *text, size_t len)
{
    uint64_t hash = hash_of(m, text, len);
    struct sc_web_map_slot *s = slot_of(m, hash, text, len);
    if (!s->text)
        *s = (struct sc_web_map_slot){.hash = hash, .text = text, .len = len};
    return &s->to;
}

const void *sc_web_map_deepest(const struct sc_web_map *m, const char *path, size_t segments)
{
    const void *found = NULL;
    uint64_t h = m->seed;
    for (size_t i = 0;; i++) {
        if (i > 0 && (path[i] == '/' || path[i] == 0)) {
            const struct sc_web_map_slot *s = slot_of(m, h, path, i);
            found = s->text ? s->to : found;
            if (segments-- == 0)
                return found;
        }
        if (path[i] == 0)
            return found;
        h = add_byte(h, path[i]);
    }
}
