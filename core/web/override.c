/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/override.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/vec.h"

void sc_overrides_done(struct sc_overrides *o)
{
    for (size_t i = 0; i < o->n; i++) {
        free(o->v[i].dir);
        free(o->v[i].at);
    }
    free(o->v);
    *o = (struct sc_overrides){0};
}

bool sc_overrides_add(struct sc_overrides *to, const struct sc_override *line)
{
    if (!SC_VEC_ROOM(to->v, to->n))
        return false;
    struct sc_override *o = &to->v[to->n++];
    *o = *line;
    o->dir = strdup(line->dir);
    o->at = strdup(line->at);
    return o->dir && o->at;
}

static bool has_word(char *const *words, size_t n, const char *const *of, size_t n_of)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_of; k++)
            if (strcasecmp(words[i], of[k]) == 0)
                return true;
    return false;
}

bool sc_override_allows(char *const *words, size_t n)
{
    static const char *const classes[] = {"All", "FileInfo"};
    return has_word(words, n, classes, sizeof(classes) / sizeof(classes[0]));
}

bool sc_override_list_allows(char *const *words, size_t n)
{
    static const char *const directives[] = {"SetHandler",      "AddHandler",      "AddType",
                                             "ForceType",       "Action",          "Script",
                                             "AddOutputFilter", "SetOutputFilter", "RewriteRule"};
    return has_word(words, n, directives, sizeof(directives) / sizeof(directives[0]));
}

static bool covers(const char *dir, const char *path)
{
    size_t n = strlen(dir);
    if (n <= 1) /* "/", or a pattern */
        return true;
    return strncmp(path, dir, n) == 0 && (path[n] == 0 || path[n] == '/');
}

const char *sc_overrides_at(const struct sc_overrides *server, const struct sc_overrides *host,
                            const char *root)
{
    const struct sc_overrides *const sets[] = {server, host};
    const struct sc_override *best = NULL, *below = NULL;
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->n; i++) {
            const struct sc_override *o = &sets[s]->v[i];
            bool above = covers(o->dir, root);
            if (o->allows && (o->list || !*o->dir) && (above || covers(root, o->dir)))
                return o->at;
            if (o->list || !*o->dir)
                continue;
            if (above && (!best || strlen(o->dir) >= strlen(best->dir)))
                best = o;
            else if (!above && o->allows && covers(root, o->dir))
                below = o;
        }
    return best && best->allows ? best->at : below ? below->at : NULL;
}
