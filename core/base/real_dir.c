/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/real_dir.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/there.h"

/* EINVAL: it is there, and no link. */
static bool is_no_link(const char *path)
{
    char link[2];
    return readlink(path, link, sizeof(link)) < 0 && errno == EINVAL;
}

/* Whether `up` is the directory of the first `n` bytes of `path`, in the end. */
static bool knows(struct sc_real_dir *up, const char *path, size_t n)
{
    if (strncmp(up->text, path, n) == 0 && !up->text[n])
        return true;
    memcpy(up->text, path, n);
    up->text[n] = 0;
    if (!realpath(up->text, up->real))
        up->text[0] = 0;
    return up->text[0];
}

int sc_real_path_in(struct sc_real_dir *up, const char *path, char **ret, struct sc_error *err)
{
    char real[PATH_MAX];
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : "";
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (path[0] != '/' || n == 0 || n >= sizeof(up->text) || !*last || last[0] == '.' ||
        !knows(up, path, n) ||
        snprintf(real, sizeof(real), "%s/%s", up->real, last) >= (int)sizeof(real) ||
        !is_no_link(real))
        return sc_real_path(path, ret, err);
    *ret = strdup(real);
    return *ret ? SC_THERE : sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
}
