/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/engine/internal.h"
#include "core/pass/fpm.h"

/* What tells an application's directory, and what such applications write outside their public
 * directory. */
static const char *const markers[] = {"composer.json", "artisan", "bin/console", "wp-config.php",
                                      "package.json"};
static const char *const written[] = {
    "storage", "bootstrap/cache", "var", "writable", "cache", "logs", "tmp", "data", "uploads"};

static bool exists(const struct sc_account *a, const char *dir, const char *name, bool want_dir)
{
    SC_FREE char *rel = NULL;
    SC_FD int fd = -EBADF;
    struct stat st;
    if (asprintf(&rel, "%s%s%s", dir, dir[0] ? "/" : "", name) < 0 ||
        sc_open_beneath(a->homefd, rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0 ||
        fstat(fd, &st) < 0)
        return false;
    return !want_dir || S_ISDIR(st.st_mode);
}

static bool holds_document_root(const struct sc_facts *f, const char *dir)
{
    size_t n = strlen(dir);
    for (size_t i = 0; i < f->plan->n_sites; i++) {
        const char *rel = f->plan->sites[i].rel;
        if (rel && strncmp(rel, dir, n) == 0 && (rel[n] == 0 || rel[n] == '/'))
            return true;
    }
    return false;
}

/* The lines of /etc/cagefs/site-isolation.paths that make the application's usual directories
 * writable. */
static void tell(const struct sc_account *a, const struct sc_facts *f, const char *domain,
                 const char *docroot, const char *dir, const struct sc_watch *w)
{
    SC_BUF struct sc_buf lines = SC_BUF_INIT;
    const char *slash = dir[0] ? "/" : "";
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        SC_FREE char *rel = NULL;
        if (asprintf(&rel, "%s%s%s", dir, slash, written[i]) < 0)
            return;
        if (!exists(a, dir, written[i], true) || holds_document_root(f, rel))
            continue;
        sc_buf_str(&lines, lines.len ? " ; " : "");
        SC_FREE char *glob = NULL, *path = NULL;
        if (asprintf(&glob, "%s/%s", a->home, docroot) < 0 ||
            asprintf(&path, "%s/%s", a->home, rel) < 0)
            return;
        sc_buf_enc(&lines, glob, strlen(glob));
        sc_buf_str(&lines, " rw ");
        sc_buf_enc(&lines, path, strlen(path));
    }
    sc_watch_notice(w,
                    "%s: its application lies in %s%s%s, above the document root, and the site "
                    "cannot write there now; to make a "
                    "directory of it writable add to /etc/cagefs/site-isolation.paths: %s",
                    domain, a->home, slash, dir, lines.len ? lines.data : "DOCROOT rw DIRECTORY");
}

void sc_hint_application(const struct sc_account *a, const struct sc_facts *f, const char *domain,
                         const struct sc_watch *w)
{
    if (!w || !w->notice)
        return;
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, domain);
    SC_FREE char *dir = site && site->rel ? strdup(site->rel) : NULL;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    if (!dir || sc_asuser_begin(&as, a->uid, a->gid, NULL) < 0)
        return;
    while (dir[0]) { /* upwards, the home itself last */
        char *slash = strrchr(dir, '/');
        if (slash)
            *slash = 0;
        else
            dir[0] = 0;
        for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
            if (exists(a, dir, markers[i], false)) {
                tell(a, f, domain, site->rel, dir, w);
                return;
            }
    }
}
