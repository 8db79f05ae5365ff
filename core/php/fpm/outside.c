/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/outside.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/php/fpm/taken.h"

#define NAME  "outside."
#define TRIES 64

/* What the id of this name stands for: 1 with *ret; 0: it is none; a negative errno. */
static int read_one(const char *name, char text[PATH_MAX], unsigned *ret)
{
    char path[300];
    unsigned id;
    int end = 0;
    if (sscanf(name, NAME "%u%n", &id, &end) != 1 || name[end] || id < SC_FPM_OUTSIDE)
        return 0;
    snprintf(path, sizeof(path), SC_FPM_STATE "/%s", name);
    ssize_t n = readlink(path, text, PATH_MAX - 1);
    if (n < 0)
        return sc_is_absent(errno) ? 0 : -errno;
    text[n] = 0;
    *ret = id;
    return 1;
}

int sc_fpm_outside_id(uid_t uid, const char *of, unsigned from, bool make, unsigned *ret_id,
                      struct sc_error *err)
{
    char want[PATH_MAX], text[PATH_MAX], path[96];
    *ret_id = 0;
    if (snprintf(want, sizeof(want), "%u:%s", (unsigned)uid, of) >= (int)sizeof(want))
        return sc_error_set(err, SC_E_INVAL, "%s is too long", of);
    SC_DIR DIR *d = opendir(SC_FPM_STATE);
    if (!d && errno != ENOENT)
        return sc_error_sys(err, errno, "open " SC_FPM_STATE);
    for (struct dirent *e; d && (errno = 0, e = readdir(d)) != NULL;) {
        unsigned id;
        int found = read_one(e->d_name, text, &id);
        if (found < 0)
            return sc_error_sys(err, -found, "read " SC_FPM_STATE "/%s", e->d_name);
        if (found && id >= from && id - from < SC_FPM_OUTSIDE / 2 && strcmp(text, want) == 0) {
            *ret_id = id;
            return 0;
        }
    }
    if (d && errno)
        return sc_error_sys(err, errno, "list " SC_FPM_STATE);
    int rc = make ? sc_mkdir_p(SC_FPM_STATE, 0700, err) : 0;
    if (rc < 0 || !make)
        return rc;
    for (int i = 0; i < TRIES; i++) {
        unsigned id;
        /* not of the name: nobody can choose another account's */
        if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
            return sc_error_sys(err, errno, "choose a number");
        id = from | (id & (SC_FPM_OUTSIDE / 2 - 1));
        snprintf(path, sizeof(path), SC_FPM_STATE "/" NAME "%u", id);
        if (symlink(want, path) == 0) {
            *ret_id = id;
            return 0;
        }
        if (errno != EEXIST)
            return sc_error_sys(err, errno, "make %s", path);
    }
    return sc_error_set(err, SC_E_BUSY, "no number is free in " SC_FPM_STATE);
}

void sc_fpm_outside_forget(unsigned id)
{
    char path[96];
    snprintf(path, sizeof(path), SC_FPM_STATE "/" NAME "%u", id);
    (void)unlink(path);
}

/* What cannot be read is left for the next time: an id that nobody uses does no harm. */
void sc_fpm_outside_sweep(uid_t uid, bool (*used)(void *arg, unsigned id), void *arg)
{
    char text[PATH_MAX], mine[24], path[300];
    int n = snprintf(mine, sizeof(mine), "%u:", (unsigned)uid);
    SC_DIR DIR *d = opendir(SC_FPM_STATE);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        unsigned id;
        if (read_one(e->d_name, text, &id) != 1 || strncmp(text, mine, (size_t)n) != 0 ||
            used(arg, id))
            continue;
        snprintf(path, sizeof(path), SC_FPM_STATE "/%s", e->d_name);
        (void)unlink(path);
    }
}
