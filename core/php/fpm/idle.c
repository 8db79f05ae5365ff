/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/idle.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/php/fpm/known.h"
#include "core/php/fpm/pools.h"
#include "core/php/fpm/pool_file.h"
#include "core/php/fpm/taken.h"

/* In /run itself, which is there before php-fpm starts. */
#define IDLE                                                                                       \
    "user = nobody\nlisten = /run/sitecage-idle-%08x.sock\nlisten.mode = 0600\npm = ondemand\n"    \
    "pm.max_children = 1\n"

static int make(const char *dir, struct sc_error *err)
{
    char path[PATH_MAX], text[512];
    if (snprintf(path, sizeof(path), "%s/" SC_FPM_IDLE_NAME, dir) >= (int)sizeof(path))
        return sc_error_set(err, SC_E_INVAL, "%s is too long", dir);
    if (access(path, F_OK) == 0)
        return 0;
    snprintf(
        text, sizeof(text),
        "; sitecage: pools of this directory run inside their isolated sites. PHP-FPM does not "
        "start without any.\n[sitecage-idle]\n" IDLE,
        sc_fpm_hash(dir, ""));
    return sc_replace_file(path, 0644, text, strlen(text), err);
}

static bool has_mark(const char *dir, const char *name)
{
    char path[PATH_MAX];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    int rc;
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
        (rc = sc_read_file(path, SC_FPM_FILE_MAX, &text, NULL)) == SC_E_NOTFOUND)
        return false;
    if (rc < 0 || sc_fpm_parse(text.data, text.len, path, &f, NULL) < 0)
        return true; /* not known: it stays */
    for (size_t i = 0; i < f.n; i++)
        if (f.v[i].mark)
            return true;
    return false;
}

int sc_fpm_idle_sweep(const char *file, struct sc_error *err)
{
    char dir[PATH_MAX];
    if (!sc_fpm_shared_dir(file, dir))
        return 0;
    SC_DIR DIR *d = opendir(dir);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "list %s", dir);
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        size_t n = strlen(e->d_name);
        if (n > 5 && strcmp(e->d_name + n - 5, ".conf") == 0 && has_mark(dir, e->d_name))
            return 0;
    }
    if (errno)
        return sc_error_sys(err, errno, "list %s", dir);
    if (unlinkat(dirfd(d), SC_FPM_IDLE_NAME, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove %s/" SC_FPM_IDLE_NAME, dir);
    return 0;
}

int sc_fpm_idle_out(struct sc_fpm_taken *t, bool *ret_changed, struct sc_error *err)
{
    char dir[PATH_MAX], idle[512] = "";
    uint32_t hash = sc_fpm_hash(t->file, t->pool);
    int rc = 0;
    if (sc_fpm_shared_dir(t->file, dir))
        rc = make(dir, err);
    else
        snprintf(idle, sizeof(idle), "[" SC_FPM_IDLE_POOL "%08x]\n" IDLE, hash, hash);
    rc = rc < 0 ? rc : sc_fpm_take_out(t, idle, ret_changed, err);
    if (rc == 0 && t->leaving)
        rc = sc_fpm_idle_sweep(t->file, err);
    return rc;
}

int sc_fpm_idle_back(const struct sc_fpm_taken *t, struct sc_error *err)
{
    int rc = sc_fpm_put_back(t, err);
    return rc < 0 ? rc : sc_fpm_idle_sweep(t->file, err);
}
