/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/homeview.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/cage/masks.h"
#include "core/cage/mounts.h"
#include "core/cage/storage.h"

int sc_homeview_open(const struct sc_homeview *v, int dirfd, const char *rel, int *ret_fd,
                     struct sc_error *err)
{
    if (!rel[0]) { /* the directory itself, which may be one of ours that the user cannot search:
                      nothing to look up */
        int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
            return sc_error_sys(err, errno, "duplicate a descriptor");
        *ret_fd = fd;
        return 0;
    }
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, v->uid, v->gid, err);
    if (rc < 0)
        return rc;
    rc = sc_open_beneath_mounts(dirfd, rel, O_PATH | O_NOFOLLOW, 0, ret_fd, &why);
    sc_asuser_end(&as);
    /* Over its own place a mount gives nobody more than he has; left out, it would show what it
     * hides as soon as the owner opens that directory. */
    if (rc == SC_E_SYS && why.sys == EACCES)
        rc = sc_open_beneath_mounts(dirfd, rel, O_PATH | O_NOFOLLOW, 0, ret_fd, &why);
    if (rc == SC_E_SYS && sc_is_absent(why.sys))
        rc = sc_error_set(&why, SC_E_NOTFOUND, "%s does not exist", rel);
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* The web server comes through on its way to the document root. Nobody else can: the storage around
 * it is the user's alone. */
#define WAY_MODE 0711

char *sc_homeview_own_rel(const char *token, const char *rel)
{
    char *path = NULL;
    if (asprintf(&path, SC_CAGE_STORAGE "/%s/" SC_CAGE_OWN_HOME "%s%s", token, rel[0] ? "/" : "",
                 rel) < 0)
        return NULL;
    return path;
}

int sc_homeview_make_own(const struct sc_homeview *v, const char *rel, struct sc_error *err)
{
    char storage[sizeof(SC_CAGE_STORAGE) + 80];
    snprintf(storage, sizeof(storage), SC_CAGE_STORAGE "/%.64s", v->token);
    SC_FREE char *path = sc_homeview_own_rel(v->token, rel);
    int rc = path ? sc_mkdirs_beneath(v->wholefd, storage, 0700, NULL, err)
                  : sc_error_set(err, SC_E_NOMEM, "out of memory for the site's home");
    if (rc == 0)
        rc = sc_mkdirs_beneath(v->wholefd, path, WAY_MODE, NULL, err);
    return rc < 0 ? sc_error_wrap(err, "%s", path ? path : rel) : 0;
}

/* The site's own directory `rel`; made, as the user, when it is missing. */
static int open_own(const struct sc_homeview *v, const char *rel, int *ret_fd, struct sc_error *err)
{
    SC_FREE char *path = sc_homeview_own_rel(v->token, rel);
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = path ? sc_asuser_begin(&as, v->uid, v->gid, err)
                  : sc_error_set(err, SC_E_NOMEM, "out of memory for the site's home");
    if (rc == 0)
        rc = sc_homeview_make_own(v, rel, err);
    return rc < 0 ? rc : sc_open_beneath(v->wholefd, path, O_PATH | O_DIRECTORY, 0, ret_fd, err);
}

static int is_dir(int fd, bool *ret, struct sc_error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at it");
    *ret = S_ISDIR(st.st_mode);
    return 0;
}

/* What an entry that does not close shows. */
static int open_shown(const struct sc_homeview *v, const struct sc_plan_entry *entry, int *ret_fd,
                      struct sc_error *err)
{
    return entry->kind == SC_ENTRY_OWN ? open_own(v, entry->rel, ret_fd, err)
                                       : sc_homeview_open(v, v->wholefd, entry->rel, ret_fd, err);
}

/* What hides: opened O_PATH from the cage's own file system. */
static int open_mask(const struct sc_homeview *v, const struct sc_plan_entry *entry, int dst,
                     int *ret_fd, struct sc_error *err)
{
    bool dir = false;
    int rc = is_dir(dst, &dir, err);
    if (rc < 0)
        return rc;
    if (entry->kind == SC_ENTRY_SHELL && dir)
        return sc_masks_shell(v->masksfd, v->wholefd, entry, ret_fd, err);
    /* by what lies there now: a file may have become a directory since the plan was made */
    const char *name = dir ? SC_CAGE_CLOSED_DIR : SC_CAGE_CLOSED_FILE;
    int fd = openat(v->masksfd, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s in the cage", name);
    *ret_fd = fd;
    return 0;
}

int sc_homeview_mount(const struct sc_homeview *v, const struct sc_plan_entry *entry, int dirfd,
                      const char *rel, struct sc_error *err)
{
    SC_FD int dst = -EBADF;
    SC_FD int src = -EBADF;
    bool closes = sc_entry_closes(entry->kind);
    int rc = sc_homeview_open(v, dirfd, rel, &dst, err);
    if (rc == SC_E_NOTFOUND && entry->kind != SC_ENTRY_DOCROOT)
        return 1;
    if (rc < 0)
        return sc_error_wrap(err, "%s", entry->rel);
    rc = closes ? open_mask(v, entry, dst, &src, err) : open_shown(v, entry, &src, err);
    if (rc == SC_E_NOTFOUND && entry->kind != SC_ENTRY_DOCROOT)
        return 1;
    if (rc < 0)
        return sc_error_wrap(err, "%s", entry->rel);
    bool dir = true;
    if (entry->kind == SC_ENTRY_DOCROOT && (rc = is_dir(src, &dir, err)) < 0)
        return sc_error_wrap(err, "%s", entry->rel);
    if (!dir)
        return sc_error_set(err, SC_E_INVAL, "the document root %s is not a directory", entry->rel);
    int flags = closes ? SC_MNT_RO | SC_MNT_NOEXEC : entry->kind == SC_ENTRY_RO ? SC_MNT_RO : 0;
    rc = sc_mnt_bind(src, dst, flags, err);
    return rc < 0 ? sc_error_wrap(err, "%s", entry->rel) : 0;
}
