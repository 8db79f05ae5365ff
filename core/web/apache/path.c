/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/path.h"

#include <string.h>

/* Where the last segment of out[0..n) begins, its slash included. */
static size_t parent(const char *out, size_t n)
{
    while (n > 0 && out[n - 1] != '/')
        n--;
    return n > 0 ? n - 1 : 0;
}

size_t sc_web_path_clean(const char *path, char out[PATH_MAX])
{
    size_t n = 0;
    if (path[0] != '/')
        return 0;
    for (const char *p = path; *p;) {
        while (*p == '/')
            p++;
        size_t len = (size_t)(strchrnul(p, '/') - p); /* asked for each host and site */
        if (len == 2 && p[0] == '.' && p[1] == '.') {
            n = parent(out, n);
        } else if (len > 0 && !(len == 1 && p[0] == '.')) {
            if (n + 1 + len >= PATH_MAX)
                return 0;
            out[n++] = '/';
            memcpy(out + n, p, len);
            n += len;
        }
        p += len;
    }
    if (n == 0)
        out[n++] = '/';
    out[n] = 0;
    return n;
}

const char *sc_web_path_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    if (n == 1)
        return path + 1;
    if (strncmp(path, top, n) != 0)
        return NULL;
    if (path[n] == '/')
        return path + n + 1;
    return path[n] == 0 ? path + n : NULL;
}

bool sc_web_path_within(const char *path, const char *top)
{
    return sc_web_path_below(path, top) != NULL;
}
