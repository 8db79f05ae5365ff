/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/dirs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"

static void names_done(struct sc_dir_names *names)
{
    sc_strings_free(names->v, names->n);
    free(names->dir);
    *names = (struct sc_dir_names){0};
}

void sc_dirs_done(struct sc_dirs *d)
{
    SC_VEC_DONE(d->v, d->n, names_done);
    *d = (struct sc_dirs){0};
}

static int no_memory(const char *dir, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the names in %s", dir);
}

static int read_names(const char *dir, struct sc_dir_names *names, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(dir);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "cannot list %s", dir);
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "cannot list %s", dir) : 0;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char *name = strdup(e->d_name);
        if (!name || !SC_VEC_ROOM(names->v, names->n)) {
            free(name);
            return no_memory(dir, err);
        }
        names->v[names->n++] = name;
    }
}

int sc_dirs_names(struct sc_dirs *d, const char *dir, struct sc_dir_names *ret,
                  struct sc_error *err)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->v[i].dir, dir) == 0) {
            *ret = d->v[i];
            return 0;
        }
    if (d->seen)
        sc_stamps_note(d->seen, dir);
    SC_CLEANUP(names_done) struct sc_dir_names names = {.dir = strdup(dir)};
    int rc = names.dir ? read_names(dir, &names, err) : no_memory(dir, err);
    if (rc == 0 && !SC_VEC_ROOM(d->v, d->n))
        rc = no_memory(dir, err);
    if (rc < 0)
        return rc;
    *ret = names;
    d->v[d->n++] = names;
    names = (struct sc_dir_names){0};
    return 0;
}
