/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/paths.h"

#include <stdio.h>

int sc_da_path(const struct sc_da *da, const char *path, char **ret, struct sc_error *err)
{
    char *out;
    if (asprintf(&out, "%s%s", da->prefix, path) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    *ret = out;
    return 0;
}
