/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/relpath.h"

#include <string.h>

bool sc_rel_valid(const char *rel)
{
    if (strlen(rel) > SC_REL_MAX)
        return false;
    if (!*rel)
        return true;
    for (;;) {
        size_t n = strcspn(rel, "/");
        if (n == 0 || (n == 1 && rel[0] == '.') || (n == 2 && rel[0] == '.' && rel[1] == '.'))
            return false;
        if (!rel[n])
            return true;
        rel += n + 1;
    }
}

/* The end of a path, then '/', then the other bytes in their order. */
static int rank(char c)
{
    if (!c)
        return 0;
    return c == '/' ? 1 : (unsigned char)c + 1;
}

int sc_rel_cmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return rank(*a) - rank(*b);
}

const char *sc_rel_rest(const char *above, const char *rel)
{
    size_t n = strlen(above);
    if (n == 0)
        return rel;
    if (strncmp(above, rel, n) != 0)
        return NULL;
    if (!rel[n])
        return rel + n;
    return rel[n] == '/' ? rel + n + 1 : NULL;
}
