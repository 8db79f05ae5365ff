/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/cage/view.h"
#include "core/pass/label.h"
#include "db/store.h"

#define CAGEFS ".cagefs"

/* In a home that belongs to root the user cannot make ~/.cagefs: root makes it for him, by
 * descriptor. */
static int ensure_top(const struct sc_account *a, struct sc_error *err)
{
    struct stat st;
    if (fstatat(a->homefd, CAGEFS, &st, AT_SYMLINK_NOFOLLOW) == 0 || fstat(a->homefd, &st) < 0 ||
        st.st_uid != 0 || (st.st_mode & 022))
        return 0;
    if (mkdirat(a->homefd, CAGEFS, 0700) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "make %s/" CAGEFS, a->home);
    if (fchownat(a->homefd, CAGEFS, a->uid, a->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return sc_error_sys(err, errno, "give %s/" CAGEFS " to %s", a->home, a->user);
    return 0;
}

static int make_dir(const struct sc_account *a, const char *token, struct sc_error *err)
{
    char rel[sizeof(SC_CAGE_STORAGE) + SC_SITE_TOKEN + 2];
    snprintf(rel, sizeof(rel), SC_CAGE_STORAGE "/%s", token);
    int rc = ensure_top(a, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc == 0)
        rc = sc_mkdirs_beneath(a->homefd, CAGEFS, 0700, NULL, err);
    if (rc == 0)
        rc = sc_mkdirs_beneath(a->homefd, rel, 0700, NULL, err);
    return rc < 0 ? sc_error_wrap(err, "%s/%s", a->home, rel) : 0;
}

int sc_storage_make(const struct sc_account *a, const char *token, const char *rel,
                    struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = make_dir(a, token, err);
    if (rc == 0 && sc_label_write(a, token, rel, &why) < 0) /* a full home: no reason to stop */
        sc_log_debug("user=%s: the storage of ~/%s has no label: %s", a->user, rel, why.text);
    return rc;
}

static bool waits(const struct sc_labels *labels, const char *token,
                  bool (*awaited)(const char *rel, void *arg), void *arg)
{
    const char *rel = sc_labels_rel(labels, token);
    return rel && awaited(rel, arg);
}

int sc_storage_sweep(const struct sc_account *a, const char *const *keep, size_t n,
                     bool (*awaited)(const char *rel, void *arg), void *arg, struct sc_error *err)
{
    SC_CLEANUP(sc_labels_done) struct sc_labels labels = {0};
    if (awaited && sc_labels_read(a, &labels, err) < 0)
        return err ? err->code : SC_E_SYS;
    if (labels.more || labels.unread)
        return labels.more ? SC_STORAGE_MANY : SC_STORAGE_UNREAD;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc < 0)
        return rc;
    int fd = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_open_beneath(a->homefd, SC_CAGE_STORAGE, O_RDONLY | O_DIRECTORY, 0, &fd, &why);
    if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED || (rc == SC_E_SYS && sc_is_absent(why.sys))) {
        if (n == 0) /* a sweep was cut short before its last step */
            (void)unlinkat(a->homefd, CAGEFS, AT_REMOVEDIR);
        return 0;
    }
    if (rc < 0) {
        sc_error_wrap(&why, "%s", a->home);
        if (err)
            *err = why;
        return rc;
    }
    SC_DIR DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return sc_error_sys(err, errno, "list the sites' storage");
    }
    for (struct dirent *e; (errno = 0, e = readdir(d)) != NULL;) {
        bool stays = !sc_is_token(e->d_name) || waits(&labels, e->d_name, awaited, arg);
        for (size_t i = 0; i < n && !stays; i++)
            stays = strcmp(keep[i], e->d_name) == 0;
        if (!stays && (rc = sc_remove_tree_beneath(fd, e->d_name, err)) < 0)
            return sc_error_wrap(err, "%s/" SC_CAGE_STORAGE, a->home);
    }
    if (errno)
        return sc_error_sys(err, errno, "list the sites' storage");
    if (n == 0) { /* leave nothing behind, unless somebody else's is in there */
        (void)unlinkat(a->homefd, SC_CAGE_STORAGE, AT_REMOVEDIR);
        (void)unlinkat(a->homefd, CAGEFS, AT_REMOVEDIR);
    }
    return 0;
}
