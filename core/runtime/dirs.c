/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/dirs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/vec.h"

void sc_runtime_dirs_done(struct sc_runtime_dirs *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i].path);
    free(d->v);
    *d = (struct sc_runtime_dirs){0};
}

/* "KEY ID PATH" of a line that names a directory; NULL. */
static const char *path_of(const char *line, bool *ret_site)
{
    static const char *const keys[] = {"isolated ", "broken ", "open ", "owns ", "shares "};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t n = strlen(keys[i]);
        if (strncmp(line, keys[i], n) != 0)
            continue;
        const char *path = strchr(line + n, ' ');
        *ret_site = i < 3;
        return path ? path + 1 : NULL;
    }
    return NULL;
}

static int add(struct sc_runtime_dirs *d, const char *word, size_t len, bool isolated,
               struct sc_error *err)
{
    char *path = strndup(word, len);
    if (!path || !SC_VEC_ROOM(d->v, d->n)) {
        free(path);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the table of sites");
    }
    if (sc_decode_word(path) <= 0)
        free(path);
    else
        d->v[d->n++] = (struct sc_runtime_dir){.path = path, .isolated = isolated};
    return 0;
}

int sc_runtime_dirs_parse(const char *text, struct sc_runtime_dirs *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_runtime_dirs_done) struct sc_runtime_dirs d = {0};
    bool isolated = false;
    int rc = 0;
    for (const char *line = text, *end; rc == 0 && (end = strchr(line, '\n')); line = end + 1) {
        bool site = false;
        const char *path = path_of(line, &site);
        if (!path || path > end)
            continue;
        if (site)
            isolated = strncmp(line, "open ", 5) != 0;
        rc = add(&d, path, (size_t)(end - path), isolated, err);
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &d);
    return 0;
}

int sc_runtime_dirs(uid_t uid, struct sc_runtime_dirs *ret, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/" SC_TABLE_NAME, (unsigned)uid);
    int rc = sc_read_file(path, SC_TABLE_MAX, &text, err);
    if (rc == SC_E_NOTFOUND) {
        *ret = (struct sc_runtime_dirs){0};
        return 0;
    }
    return rc < 0 ? rc : sc_runtime_dirs_parse(text.data, ret, err);
}

bool sc_runtime_is_sites(const struct sc_runtime_dirs *d, const char *path)
{
    size_t best = 0;
    bool isolated = false;
    for (size_t i = 0; i < d->n; i++) {
        size_t n = strlen(d->v[i].path);
        if (n < best || strncmp(path, d->v[i].path, n) != 0 || (path[n] && path[n] != '/'))
            continue;
        isolated = d->v[i].isolated || (n == best && isolated);
        best = n;
    }
    return isolated;
}
