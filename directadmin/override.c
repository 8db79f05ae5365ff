/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"

static bool copy(const char *text, char *out, size_t size)
{
    size_t len = strlen(text);
    if (len == 0 || len >= size)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

bool sc_da_override(const char *value, char *out, size_t size)
{
    SC_FREE char *query = strdup(value);
    if (!query)
        return false;
    /* A query string with a value has a '='; where none is, it is the whole that is encoded. */
    if (!strchr(query, '=') && sc_decode_word(query) < 0)
        return false;
    char *save = NULL;
    for (char *p = strtok_r(query, "&", &save); p; p = strtok_r(NULL, "&", &save)) {
        static const char key[] = "public_html=";
        if (strncmp(p, key, sizeof(key) - 1) != 0)
            continue;
        p += sizeof(key) - 1;
        return sc_decode_word(p) >= 0 && copy(p, out, size);
    }
    return false;
}

bool sc_da_below_home(const char *home, const char *path, char *out, size_t size)
{
    if (path[0] != '/')
        return false;
    if (sc_path_below(path, home))
        return copy(path, out, size);
    int n = snprintf(out, size, "%s%s", home, path);
    return n > 0 && (size_t)n < size;
}
