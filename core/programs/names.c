/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/programs/names.h"

#include <stddef.h>
#include <string.h>

static const struct sc_program *by_name(const struct sc_program *table, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *name = slash ? slash + 1 : path;
    for (; name && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

const struct sc_program *sc_program_called(const struct sc_program *table, const char *asked,
                                           const char *argv0)
{
    const struct sc_program *found = by_name(table, asked);
    if (!found)
        found = by_name(table, argv0);
    return found ? found : table;
}
