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
#include "core/php/fpm/pools.h"
#include "core/php/fpm/taken.h"

int sc_fpm_idle_make(const char *dir, struct sc_error *err)
{
    char path[PATH_MAX], text[512];
    if (snprintf(path, sizeof(path), "%s/" SC_FPM_IDLE_NAME, dir) >= (int)sizeof(path))
        return sc_error_set(err, SC_E_INVAL, "%s is too long", dir);
    if (access(path, F_OK) == 0)
        return 0;
    /* in /run itself, which is there before php-fpm starts */
    snprintf(
        text, sizeof(text),
        "; sitecage: pools of this directory run inside their isolated sites. PHP-FPM does not "
        "start without any.\n"
        "[sitecage-idle]\nuser = nobody\nlisten = /run/sitecage-idle-%08x.sock\n"
        "listen.mode = 0600\npm = ondemand\npm.max_children = 1\n",
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

int sc_fpm_idle_sweep(const char *dir, struct sc_error *err)
{
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
