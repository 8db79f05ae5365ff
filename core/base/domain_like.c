/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/domain_like.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/similar.h"

#define WORD_MAX (4 * SC_DOMAIN_MAX)
#define BLANKS   ", ;\t\r\n"
#define FAR      3u /* more letters than a slip of the pen */

static const char *exact(const char *name, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(known[i], name) == 0)
            return known[i];
    return NULL;
}

/* The name in an address, as domains are stored. */
static bool bare(const char *word, char out[256])
{
    char name[WORD_MAX + 1];
    const char *scheme = strstr(word, "://");
    word = scheme ? scheme + 3 : word;
    size_t len = strcspn(word, "/\\?#");
    const char *at = memchr(word, '@', len);
    if (at) {
        len -= (size_t)(at + 1 - word);
        word = at + 1;
    }
    const char *port = memchr(word, ':', len);
    if (port)
        len = (size_t)(port - word);
    while (len && word[len - 1] == '.')
        len--;
    if (len > WORD_MAX)
        return false;
    memcpy(name, word, len);
    name[len] = 0;
    return sc_domain_canon(name, out, NULL) == 0;
}

static unsigned letters_allowed(size_t len)
{
    return len < 3 ? 0 : len < 6 ? 1 : 2;
}

/* Takes the part up to the next dot; the rest, or NULL behind the last. */
static const char *next_part(const char *name, char part[SC_DOMAIN_LABEL_MAX + 1])
{
    size_t len = strcspn(name, ".");
    len = len > SC_DOMAIN_LABEL_MAX ? SC_DOMAIN_LABEL_MAX : len;
    memcpy(part, name, len);
    part[len] = 0;
    return name[len] == '.' ? name + len + 1 : NULL;
}

/* How many letters of `known` are mistyped in `name`: FAR where it is another name. */
static unsigned slips(const char *name, const char *known)
{
    unsigned all = 0;
    while (name && known) {
        char a[SC_DOMAIN_LABEL_MAX + 1], b[SC_DOMAIN_LABEL_MAX + 1];
        name = next_part(name, a);
        known = next_part(known, b);
        unsigned d = sc_similar_distance(a, b);
        if (d > letters_allowed(strlen(b)))
            return FAR;
        all += d;
    }
    return name || known || all > FAR ? FAR : all;
}

static size_t dots(const char *name)
{
    size_t n = 0;
    for (; *name; name++)
        n += *name == '.';
    return n;
}

/* The same, where one dot may be forgotten, or be one too many. */
static unsigned slips_or_dot(const char *name, const char *known)
{
    size_t a = strlen(name), b = strlen(known);
    if (a > b + 2 || b > a + 2)
        return FAR;
    if (dots(name) == dots(known))
        return slips(name, known);
    return a >= 6 && sc_similar_distance(name, known) == 1 ? 1 : FAR;
}

static const char *nearest(const char *name, const char *const *known, size_t n)
{
    const char *best = NULL;
    unsigned found = FAR;
    for (size_t i = 0; i < n; i++) {
        unsigned d = slips_or_dot(name, known[i]);
        if (d >= found)
            continue;
        best = known[i];
        found = d;
    }
    return best;
}

const char *sc_domain_like(const char *word, const char *const *known, size_t n)
{
    char name[256 + 4] = "www.";
    if (!bare(word, name + 4))
        return NULL;
    const char *given = name + 4;
    const char *less = strncmp(given, "www.", 4) == 0 ? given + 4 : NULL;
    const char *like = exact(given, known, n);
    if (!like)
        like = exact(less ? less : name, known, n);
    if (!like)
        like = nearest(given, known, n);
    if (!like && less)
        like = nearest(less, known, n);
    return like;
}

bool sc_domain_meant(const char *word, const char *const *known, size_t n, char between,
                     char ret[SC_DOMAIN_MEANT_MAX])
{
    char name[256], all[SC_DOMAIN_MEANT_MAX];
    if (strlen(word) > WORD_MAX ||
        (sc_domain_canon(word, name, NULL) == 0 && exact(name, known, n)))
        return false;
    SC_FREE char *copy = strdup(word);
    char *rest = copy, *part;
    size_t len = 0;
    while (rest && (part = strsep(&rest, BLANKS))) {
        const char *like = *part ? sc_domain_like(part, known, n) : "";
        if (!like || len + strlen(like) + 2 > sizeof(all))
            return false;
        if (*like && len)
            all[len++] = between;
        len = (size_t)(stpcpy(all + len, like) - all);
    }
    if (len == 0)
        return false;
    memcpy(ret, all, len + 1);
    return true;
}
