/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/pathname.h"

#include <string.h>

int sc_path_normalise(char *path)
{
    char *out = path;
    const char *in = path;
    if (*in == '/')
        *out++ = '/';
    const char *first = out;
    for (;;) {
        in += strspn(in, "/");
        size_t len = strcspn(in, "/");
        if (len == 0)
            break;
        if (len == 2 && in[0] == '.' && in[1] == '.')
            return -1;
        if (len != 1 || in[0] != '.') {
            if (out != first)
                *out++ = '/';
            memmove(out, in, len);
            out += len;
        }
        in += len;
    }
    *out = 0;
    return 0;
}
