/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/web/apache/table_private.h"

void sc_web_table_free(struct sc_web_table *t)
{
    if (!t)
        return;
    free(t->by_place.v);
    free(t->by_home.v);
    free(t->by_pool.v);
    free(t->by_above.v);
    free(t->by_uid.v);
    free(t->accounts);
    free(t->homes);
    free(t->sites);
    free(t->places);
    free(t->pools);
    free(t->text);
    free(t);
}

size_t sc_web_table_sites(const struct sc_web_table *t)
{
    return t->n_sites;
}

const struct sc_web_site *sc_web_table_site(const struct sc_web_table *t, size_t i)
{
    return &t->sites[i];
}

struct sc_web_suexec sc_web_table_suexec(const struct sc_web_table *t)
{
    return t->suexec;
}

const struct sc_web_place *sc_web_table_place(const struct sc_web_table *t, const char *path)
{
    return sc_web_map_get(&t->by_place, path, strlen(path));
}

bool sc_web_place_is_of(const struct sc_web_place *place, const struct sc_web_site *site)
{
    while (place && place->site != site)
        place = place->also;
    return place != NULL;
}

const struct sc_web_place *sc_web_table_containing(const struct sc_web_table *t, const char *path)
{
    return sc_web_map_deepest(&t->by_place, path, SC_WEB_SEGMENTS_MAX);
}

const struct sc_web_account *sc_web_table_home(const struct sc_web_table *t, const char *path)
{
    return sc_web_map_deepest(&t->by_home, path, SC_WEB_SEGMENTS_MAX);
}

const struct sc_web_pool *sc_web_table_pool(const struct sc_web_table *t, const char *address)
{
    return sc_web_map_get(&t->by_pool, address, strlen(address));
}

size_t sc_web_table_above(const struct sc_web_table *t, const char *path)
{
    size_t found = 0;
    for (size_t i = 1; path[i]; i++)
        if (path[i] == '/' && sc_web_map_get(&t->by_above, path, i))
            found = i;
    return found;
}

bool sc_web_table_near_home(const struct sc_web_table *t, const char *path)
{
    return sc_web_map_deepest(&t->by_above, path, SC_WEB_SEGMENTS_MAX) != NULL;
}

const struct sc_web_account *sc_web_table_uid(const struct sc_web_table *t, uint32_t uid)
{
    return sc_web_map_get(&t->by_uid, (const char *)&uid, sizeof(uid));
}
