/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing services of the system in a view. */
#include "core/cage/services.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/base/vec.h"
#include "core/cage/child.h"
#include "core/cage/mounts.h"
#include "core/cage/place.h"
#include "core/cage/shownbinds.h"

/* A line's source as a mount that lies nowhere yet, made outside. */
struct shown {
    const struct sc_sysline *line;
    int tree;
    bool dir;
};

struct shown_list {
    struct shown *v;
    size_t n;
};

static void shown_done(struct shown_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        sc_close(&l->v[i].tree);
    free(l->v);
    *l = (struct shown_list){0};
}

static bool is_shown_line(const struct sc_sysline *l)
{
    return strcmp(l->kind, SC_SHOWN_KIND) == 0;
}

/* Opens the source, if it still is what sc_services_find() takes: nothing of an account's. What lies where
 * "shown" lines say is root's choice. */
static int open_source(const struct sc_sysline *l, int *ret_fd, struct stat *ret_st,
                       struct sc_error *err)
{
    const char *source = l->b;
    SC_FD int fd = open(source, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? SC_ABSENT : sc_error_sys(err, errno, "open %s", source);
    if (fstat(fd, ret_st) < 0)
        return sc_error_sys(err, errno, "look at %s", source);
    bool socket = S_ISSOCK(ret_st->st_mode);
    bool other = S_ISDIR(ret_st->st_mode) || S_ISREG(ret_st->st_mode);
    if (is_shown_line(l) ? !other
                         : !sc_is_system_id(ret_st->st_uid) ||
                               (!socket && (!other || sc_path_below(source, "/tmp"))))
        return SC_ABSENT;
    *ret_fd = sc_steal_fd(&fd);
    return SC_THERE;
}

/* ---- the place in the view ---- */

/* In the site's own /tmp the user makes it, as whatever else is there. */
static int make_in_tmp(int rootfd, const struct sc_planfile *plan, const char *name,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FD int tmp = -EBADF;
    int rc = strchr(name, '/') ? 1 : sc_asuser_begin(&as, plan->uid, plan->gid, err);
    if (rc == 0)
        rc = sc_open_beneath_mounts(rootfd, "tmp", O_RDONLY | O_DIRECTORY, 0, &tmp, err);
    if (rc != 0)
        return rc;
    SC_FD int fd = openat(tmp, name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 && errno != EEXIST ? sc_error_sys(err, errno, "make /tmp/%s", name) : 0;
}

/* The view's own file system is read-only where it is mounted; a mount of it that lies nowhere is
 * not. */
static int make_in_root(int rootfd, const char *path, bool dir, struct sc_error *err)
{
    SC_FD int writable = -EBADF;
    SC_FD int made = -EBADF;
    int rc = sc_mnt_clone(rootfd, 0, &writable, err);
    return rc < 0 ? rc : sc_place(writable, path, dir, &made, err);
}

static int make_place(int rootfd, const struct sc_planfile *plan, const struct shown *s,
                      struct sc_error *err)
{
    const char *in_tmp = sc_path_below(s->line->a, "/tmp");
    mode_t mask = umask(022);
    int rc = in_tmp ? make_in_tmp(rootfd, plan, in_tmp, err)
                    : make_in_root(rootfd, s->line->a, s->dir, err);
    (void)umask(mask);
    return rc;
}

#define OTHER 2

/* SC_THERE, SC_ABSENT, or OTHER: the user has something else there, which stays. */
static int open_place(int rootfd, const char *path, bool dir, int *ret_fd, struct stat *ret_st,
                      struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_there_beneath_mounts(rootfd, sc_place_rel(path), &fd, ret_st, err);
    if (rc != SC_THERE)
        return rc;
    if (S_ISLNK(ret_st->st_mode) || S_ISDIR(ret_st->st_mode) != dir)
        return OTHER;
    *ret_fd = sc_steal_fd(&fd);
    return SC_THERE;
}

/* Takes away what was shown there before: the service has left it. */
static int uncover(int rootfd, const struct shown *s, int *place, struct sc_error *err)
{
    struct statx st;
    struct stat now;
    if (statx(*place, "", AT_EMPTY_PATH, STATX_TYPE, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", s->line->a);
    if (!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
        return 0;
    int rc = sc_mnt_detach(*place, err);
    sc_close(place);
    rc = rc < 0 ? rc : open_place(rootfd, s->line->a, s->dir, place, &now, err);
    return rc < 0 ? rc : 0;
}

static int show(int rootfd, const struct sc_planfile *plan, const struct shown *s, bool running,
                struct sc_error *err)
{
    SC_FD int place = -EBADF;
    struct stat st;
    int rc = open_place(rootfd, s->line->a, s->dir, &place, &st, err);
    if (rc == SC_ABSENT && (rc = make_place(rootfd, plan, s, err)) == 0)
        rc = open_place(rootfd, s->line->a, s->dir, &place, &st, err);
    else if (rc == SC_THERE && running && uncover(rootfd, s, &place, err) < 0)
        return sc_error_wrap(err, "%s", s->line->a);
    if (place < 0)
        return rc < 0 ? sc_error_wrap(err, "%s", s->line->a) : 1;
    rc = sc_mnt_move(s->tree, place, err);
    return rc < 0 ? sc_error_wrap(err, "%s", s->line->a) : 0;
}

int sc_service_add(int rootfd, const struct sc_planfile *plan, const struct sc_sysline *l,
                   struct sc_error *err)
{
    SC_FD int source = -EBADF;
    struct stat st;
    struct shown s = {.line = l, .tree = -EBADF};
    int rc = open_source(l, &source, &st, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 1;
    s.dir = S_ISDIR(st.st_mode);
    rc = sc_mnt_clone(source, SC_MNT_RO | SC_MNT_RECURSIVE, &s.tree, err);
    if (rc == 0)
        rc = show(rootfd, plan, &s, false, err);
    sc_close(&s.tree);
    return rc;
}

/* ---- a view that runs ---- */

/* Whether the view shows something else at the line's place. */
static int differs(int rootfd, const struct sc_sysline *l, const struct stat *want,
                   struct sc_error *err)
{
    SC_FD int place = -EBADF;
    struct stat st;
    int rc = open_place(rootfd, l->a, S_ISDIR(want->st_mode), &place, &st, err);
    if (rc != SC_THERE)
        return rc == SC_ABSENT ? 1 : rc < 0 ? rc : 0;
    return st.st_dev != want->st_dev || st.st_ino != want->st_ino;
}

static int add_shown(struct shown_list *list, int rootfd, const struct sc_sysline *l,
                     struct sc_error *err)
{
    SC_FD int source = -EBADF;
    struct stat st;
    int rc = open_source(l, &source, &st, err);
    if (rc == SC_THERE)
        rc = differs(rootfd, l, &st, err);
    if (rc <= 0)
        return rc;
    if (!SC_VEC_ROOM(list->v, list->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a view");
    struct shown *s = &list->v[list->n];
    *s = (struct shown){.line = l, .tree = -EBADF, .dir = S_ISDIR(st.st_mode)};
    rc = sc_mnt_clone(source, SC_MNT_RO | SC_MNT_RECURSIVE, &s->tree, err);
    list->n += rc == 0;
    return rc;
}

static bool is_live_line(const struct sc_sysline *l)
{
    return l->b && (strcmp(l->kind, SC_SERVICE_KIND) == 0 || is_shown_line(l));
}

/* Sources are the server's, and open before its mount namespace is left. */
static int find_changed(const struct sc_planfile *plan, pid_t keeper, struct shown_list *ret,
                        struct sc_error *err)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/root", (int)keeper);
    SC_FD int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return sc_error_sys(err, errno, "open the root of the view");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++)
        if (is_live_line(&plan->sys[i]))
            rc = add_shown(ret, root, &plan->sys[i], err);
    return rc;
}

struct change {
    const struct sc_planfile *plan;
    const struct shown_list *list;
    int pidfd;
};

static int change(void *arg, struct sc_error *err)
{
    const struct change *c = arg;
    SC_FD int root = -EBADF;
    int rc = sc_mnt_join(c->pidfd, &root, err);
    for (size_t i = 0; rc >= 0 && i < c->list->n; i++)
        rc = show(root, c->plan, &c->list->v[i], true, err);
    return rc < 0 ? rc : 0;
}

int sc_services_change(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                       struct sc_error *err)
{
    SC_CLEANUP(shown_done) struct shown_list list = {0};
    int rc = find_changed(plan, keeper, &list, err);
    if (rc < 0 || list.n == 0)
        return rc;
    struct change c = {plan, &list, pidfd};
    rc = sc_child_run(change, &c, NULL, 0, err);
    return rc < 0 ? rc : 1;
}
