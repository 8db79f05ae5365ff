/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/view.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/cage/devices.h"
#include "core/cage/homeview.h"
#include "core/cage/learning.h"
#include "core/cage/masks.h"
#include "core/cage/mounts.h"
#include "core/cage/ownhome.h"
#include "core/cage/phpbinds.h"
#include "core/cage/place.h"
#include "core/cage/services.h"
#include "core/cage/shownbinds.h"

struct view {
    const struct sc_planfile *plan;
    int rootfd;  /* the view's root */
    int masksfd; /* its SC_CAGE_DIR */
    int wholefd; /* the home, unmasked, at SC_CAGE_DIR/home */
    unsigned overs;
};

static mode_t octal(const char *text)
{
    return (mode_t)(text ? strtoul(text, NULL, 8) & 07777 : 0755);
}

static int add_dir(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_place(v->rootfd, l->a, true, &fd, err);
    if (rc == 0 && fchmodat(v->rootfd, sc_place_rel(l->a), octal(l->b), 0) < 0)
        rc = sc_error_sys(err, errno, "chmod %s in the view", l->a);
    return rc;
}

static int add_link(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    const char *rel = sc_place_rel(l->a), *slash = strrchr(rel, '/');
    SC_FD int parent = -EBADF;
    if (slash) {
        SC_FREE char *up = strndup(rel, (size_t)(slash - rel));
        int rc = up ? sc_place(v->rootfd, up, true, &parent, err)
                    : sc_error_set(err, SC_E_NOMEM, "out of memory for the view");
        if (rc != 0)
            return rc;
    }
    if (symlinkat(l->b, slash ? parent : v->rootfd, slash ? slash + 1 : rel) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "link %s in the view", l->a);
    return 0;
}

static int add_close(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    SC_FD int dst = -EBADF;
    struct stat st;
    int rc = sc_there_beneath_mounts(v->rootfd, sc_place_rel(l->a), &dst, &st, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 1;
    if (S_ISLNK(st.st_mode))
        return sc_error_set(err, SC_E_INVAL,
                            "%s has become a symbolic link: run cagefsctl "
                            "--site-isolation-regenerate",
                            l->a);
    SC_FD int src =
        openat(v->masksfd, S_ISDIR(st.st_mode) ? SC_CAGE_CLOSED_DIR : SC_CAGE_CLOSED_FILE,
               O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (src < 0)
        return sc_error_sys(err, errno, "open a mask for %s", l->a);
    return sc_mnt_bind(src, dst, SC_MNT_RO | SC_MNT_NOEXEC, err);
}

static int add_bind(struct view *v, const struct sc_sysline *l, int flags, struct sc_error *err)
{
    SC_FD int src = open(l->b, O_PATH | O_CLOEXEC);
    struct stat st;
    /* what should lie over another thing and is missing must not show that */
    if (src < 0 && sc_is_absent(errno))
        return strcmp(l->a, l->b) == 0 ? 1 : add_close(v, l, err);
    if (src < 0 || fstat(src, &st) < 0)
        return sc_error_sys(err, errno, "open %s", l->b);
    SC_FD int dst = -EBADF;
    int rc = sc_place(v->rootfd, l->a, S_ISDIR(st.st_mode), &dst, err);
    return rc != 0 ? rc : sc_mnt_bind(src, dst, flags, err);
}

static int add_over(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    SC_FD int dst = -EBADF;
    int rc = sc_there_beneath_mounts(v->rootfd, sc_place_rel(l->a), &dst, NULL, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 1;
    char name[32];
    snprintf(name, sizeof(name), SC_CAGE_OVERS "/%u", v->overs++);
    if (mkdirat(v->masksfd, name, 0700) < 0 || fchmodat(v->masksfd, name, octal(l->b), 0) < 0)
        return sc_error_sys(err, errno, "make a cover for %s", l->a);
    SC_FD int src = openat(v->masksfd, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (src < 0)
        return sc_error_sys(err, errno, "open a cover for %s", l->a);
    return sc_mnt_bind(src, dst, SC_MNT_NOEXEC, err);
}

static int add_fs(struct view *v, const struct sc_sysline *l, const char *type, const char *options,
                  int flags, struct sc_error *err)
{
    SC_FD int dst = -EBADF;
    int rc = sc_place(v->rootfd, l->a, true, &dst, err);
    return rc != 0 ? rc : sc_mnt_fs(type, options, flags, dst, err);
}

static int add_shm(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    char options[128];
    snprintf(options, sizeof(options), "mode=1777,nr_inodes=16k,size=%s", l->b ? l->b : "64m");
    return add_fs(v, l, "tmpfs", options, SC_MNT_NOEXEC, err);
}

static int add_dev(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    SC_FD int src = openat(v->masksfd, SC_CAGE_DEV, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (src < 0)
        return sc_error_sys(err, errno, "open " SC_CAGE_DEV);
    SC_FD int dst = -EBADF;
    int rc = sc_place(v->rootfd, l->a, true, &dst, err);
    if (rc == 0)
        rc = sc_mnt_bind(src, dst, SC_MNT_NOEXEC | SC_MNT_DEV, err);
    if (rc != 0)
        return rc;
    SC_FD int dev = -EBADF;
    rc =
        sc_open_beneath_mounts(v->rootfd, sc_place_rel(l->a), O_RDONLY | O_DIRECTORY, 0, &dev, err);
    return rc < 0 ? rc : sc_devices_make(dev, err);
}

/* The site's own storage, made as the user when it is not there: the home may have been restored
 * without it. */
static int add_private(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    const struct sc_planfile *p = v->plan;
    SC_FREE char *rel = NULL;
    if (asprintf(&rel, SC_CAGE_STORAGE "/%s/%s", p->token, l->b) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the view");
    SC_FD int src = -EBADF;
    {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        int rc = sc_asuser_begin(&as, p->uid, p->gid, err);
        if (rc == 0)
            rc = sc_mkdirs_beneath(v->wholefd, rel, 0700, NULL, err);
        if (rc == 0)
            rc = sc_open_beneath(v->wholefd, rel, O_PATH | O_DIRECTORY, 0, &src, err);
        if (rc < 0)
            return sc_error_wrap(err, "%s/%s", p->home, rel);
    }
    SC_FD int dst = -EBADF;
    int rc = sc_place(v->rootfd, l->a, true, &dst, err);
    return rc != 0 ? rc : sc_mnt_bind(src, dst, 0, err);
}

static int add_sysline(struct view *v, const struct sc_sysline *l, struct sc_error *err)
{
    if (strcmp(l->kind, "dir") == 0)
        return add_dir(v, l, err);
    if (strcmp(l->kind, "link") == 0 && l->b)
        return add_link(v, l, err);
    if ((strcmp(l->kind, "bind") == 0 || strcmp(l->kind, SC_SHOWN_KIND) == 0) && l->b)
        return add_bind(v, l, SC_MNT_RO | SC_MNT_RECURSIVE, err);
    if (strcmp(l->kind, "rwbind") == 0 && l->b)
        return add_bind(v, l, SC_MNT_NOEXEC, err);
    if (strcmp(l->kind, "over") == 0)
        return add_over(v, l, err);
    if (strcmp(l->kind, "close") == 0)
        return add_close(v, l, err);
    if (strcmp(l->kind, "proc") == 0)
        return add_fs(v, l, "proc", NULL, SC_MNT_NOEXEC, err);
    if (strcmp(l->kind, "dev") == 0)
        return add_dev(v, l, err);
    if (strcmp(l->kind, "shm") == 0)
        return add_shm(v, l, err);
    if (strcmp(l->kind, "private") == 0 && l->b)
        return add_private(v, l, err);
    if (strcmp(l->kind, SC_SERVICE_KIND) == 0 && l->b)
        return sc_service_add(v->rootfd, v->plan, l, err);
    if (strcmp(l->kind, SC_LEARN_KIND) == 0)
        return sc_learning_mark(v->masksfd, err);
    if (strcmp(l->kind, SC_PHPBINDS_KIND) == 0 || strcmp(l->kind, SC_HOMELINK_KIND) == 0)
        return 0; /* all together, when everything else is there */
    return sc_error_set(err, SC_E_INVAL,
                        "unknown line '%s' in the plan: was it made by another version?", l->kind);
}

/* The home twice: whole, where only root gets to, and as the site sees it. */
static int add_home(struct view *v, struct sc_error *err)
{
    const struct sc_planfile *p = v->plan;
    SC_FD int src = open(p->home, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (src < 0)
        return sc_error_sys(err, errno, "open the home %s", p->home);
    SC_FD int whole = openat(v->masksfd, SC_CAGE_HOME, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (whole < 0)
        return sc_error_sys(err, errno, "open " SC_CAGE_HOME);
    int rc = sc_mnt_bind(src, whole, SC_MNT_RECURSIVE, err);
    if (rc < 0)
        return sc_error_wrap(err, "the home");
    v->wholefd = openat(v->masksfd, SC_CAGE_HOME, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (v->wholefd < 0)
        return sc_error_sys(err, errno, "open the home");
    SC_FD int dst = -EBADF;
    rc = sc_place(v->rootfd, p->home, true, &dst, err);
    if (rc > 0)
        rc = sc_error_set(err, SC_E_PLATFORM, "there is no place for the home %s in the view",
                          p->home);
    if (rc == 0)
        rc = sc_mnt_bind(
            src, dst, SC_MNT_RECURSIVE | (sc_learning_line(p) ? SC_LEARN_MOUNT : SC_MNT_RO), err);
    if (rc == 0 && strcmp(p->home, p->home_alias) != 0) {
        struct sc_sysline link = {.kind = "link", .a = p->home_alias, .b = p->home};
        rc = add_link(v, &link, err);
        rc = rc > 0 ? 0 : rc;
    }
    return rc < 0 ? sc_error_wrap(err, "the home") : 0;
}

/* Where only root gets to: what tells a live change later that another directory stands at the
 * document root's path. */
static int keep_docroot(struct view *v, const struct sc_homeview *hv, struct sc_error *err)
{
    SC_FD int src = -EBADF;
    int rc = sc_homeview_open(hv, v->wholefd, v->plan->docroot, &src, err);
    SC_FD int dst =
        rc == 0 ? openat(v->masksfd, SC_CAGE_DOCROOT, O_PATH | O_CLOEXEC | O_NOFOLLOW) : -EBADF;
    if (rc == 0 && dst < 0)
        rc = sc_error_sys(err, errno, "open " SC_CAGE_DOCROOT);
    if (rc == 0)
        rc = sc_mnt_bind(src, dst, SC_MNT_RO | SC_MNT_NOEXEC, err);
    return rc < 0 ? sc_error_wrap(err, "%s", v->plan->docroot) : 0;
}

static int add_entries(struct view *v, struct sc_error *err)
{
    const struct sc_planfile *p = v->plan;
    struct sc_homeview hv = {v->masksfd, v->wholefd, p->uid, p->gid, p->token};
    int kept = keep_docroot(v, &hv, err);
    if (kept == 0)
        kept = sc_ownhome_places(&hv, p, err);
    if (kept < 0)
        return kept;
    for (size_t i = 0; i < p->entries.n; i++) {
        const struct sc_plan_entry *e = &p->entries.v[i];
        /* opened again each time: an entry may lie over the home itself */
        SC_FD int home = -EBADF;
        int rc = sc_open_beneath_mounts(v->rootfd, sc_place_rel(p->home), O_PATH | O_DIRECTORY, 0,
                                        &home, err);
        if (rc == 0)
            rc = sc_homeview_mount(&hv, e, home, e->rel, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The namespace's real root, which is what an entry's setns() leads to; in a chroot it is not the
 * caller's. */
static int go_to_real_root(int nsfd, struct sc_error *err)
{
    if (setns(nsfd, CLONE_NEWNS) < 0)
        return sc_error_sys(err, errno, "go to the root of the new mount namespace");
    return 0;
}

static int make_private(int nsfd, struct sc_error *err)
{
    SC_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return sc_error_sys(err, errno, "open /");
    int rc = go_to_real_root(nsfd, err);
    if (rc < 0)
        return rc;
    SC_FD int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return sc_error_sys(err, errno, "open the root of the mount namespace");
    rc = sc_mnt_private(top, err);
    if (rc < 0)
        return rc;
    if (fchdir(root) < 0 || chroot(".") < 0)
        return sc_error_sys(err, errno, "return to the root");
    return 0;
}

int sc_view_private(struct sc_error *err)
{
    SC_FD int nsfd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    return nsfd < 0 ? sc_error_sys(err, errno, "open /proc/self/ns/mnt") : make_private(nsfd, err);
}

static int switch_root(struct view *v, int nsfd, struct sc_error *err)
{
    struct stat want, got;
    int rc = go_to_real_root(nsfd, err);
    if (rc < 0)
        return rc;
    if (fstat(v->rootfd, &want) < 0 || fchdir(v->rootfd) < 0 ||
        syscall(SYS_pivot_root, ".", ".") < 0)
        return sc_error_sys(err, errno, "pivot_root");
    if (umount2(".", MNT_DETACH) < 0)
        return sc_error_sys(err, errno, "detach the old root");
    /* what an entry will find: it must be the view, or nobody enters */
    rc = go_to_real_root(nsfd, err);
    if (rc < 0)
        return rc;
    if (stat("/", &got) < 0 || got.st_dev != want.st_dev || got.st_ino != want.st_ino ||
        chdir("/") < 0)
        return sc_error_set(err, SC_E_PLATFORM,
                            "the view did not become the root of its mount namespace");
    return 0;
}

int sc_view_build(const struct sc_planfile *plan, const char *base, struct sc_error *err)
{
    struct view v = {.plan = plan, .rootfd = -EBADF, .masksfd = -EBADF, .wholefd = -EBADF};
    mode_t old = umask(022);
    SC_FD int nsfd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (nsfd < 0)
        return sc_error_sys(err, errno, "open /proc/self/ns/mnt");
    int rc = make_private(nsfd, err);
    if (rc < 0)
        return rc;
    rc = sc_masks_make(base, &v.rootfd, &v.masksfd, err);
    for (size_t i = 0; rc >= 0 && i < plan->n_sys; i++) {
        /* the home comes before what is private, which lies in it */
        if (v.wholefd < 0 && strcmp(plan->sys[i].kind, "private") == 0)
            rc = add_home(&v, err);
        if (rc >= 0)
            rc = add_sysline(&v, &plan->sys[i], err);
        if (rc < 0)
            sc_error_wrap(err, "%s %s", plan->sys[i].kind, plan->sys[i].a);
    }
    if (rc >= 0 && v.wholefd < 0)
        rc = add_home(&v, err);
    if (rc >= 0)
        rc = add_entries(&v, err);
    if (rc >= 0)
        rc = sc_phpbinds_make(v.rootfd, v.masksfd, plan, err);
    if (rc >= 0)
        rc = sc_shownbinds_note(v.masksfd, plan, err);
    if (rc >= 0)
        rc = sc_mnt_flags(v.rootfd, SC_MNT_RO, err);
    if (rc >= 0)
        rc = switch_root(&v, nsfd, err);
    sc_close(&v.wholefd);
    sc_close(&v.masksfd);
    sc_close(&v.rootfd);
    umask(old);
    return rc < 0 ? rc : 0;
}
