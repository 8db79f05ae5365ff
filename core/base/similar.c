/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/similar.h"

#include <ctype.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned sc_similar_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned rows[3][SC_SIMILAR_MAX + 1];
    if (n > SC_SIMILAR_MAX || m > SC_SIMILAR_MAX)
        return SC_SIMILAR_MAX;
    for (size_t k = 0; k <= m; k++)
        rows[0][k] = (unsigned)k;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t k = 1; k <= m; k++) {
            now[k] = least(least(last[k], now[k - 1]) + 1, last[k - 1] + !same(a[i - 1], b[k - 1]));
            if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
                now[k] = least(now[k], before[k - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

const char *sc_similar(const char *word, const char *const *known, size_t n)
{
    const char *best = NULL;
    unsigned found = SC_SIMILAR_MAX;
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(word), other = strlen(known[i]);
        unsigned d = sc_similar_distance(word, known[i]);
        if (d > (len > other ? len : other) / 4 || d >= found)
            continue;
        best = known[i];
        found = d;
    }
    return best;
}
