/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/shownbinds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/cage/child.h"
#include "core/cage/masks.h"
#include "core/cage/mounts.h"
#include "core/cage/place.h"
#include "core/config/pathname.h"

#define RECORD     "shown" /* in SC_CAGE_DIR: a place a line */
#define RECORD_MAX (1u << 20)
#define LINK_KIND  "link"

static int record_of(const struct sc_planfile *plan, struct sc_buf *out, struct sc_error *err)
{
    out->limit = RECORD_MAX;
    sc_buf_add(out, "", 0);
    for (size_t i = 0; i < plan->n_sys; i++) {
        if (strcmp(plan->sys[i].kind, SC_SHOWN_KIND) != 0)
            continue;
        sc_buf_enc(out, plan->sys[i].a, strlen(plan->sys[i].a));
        sc_buf_str(out, "\n");
    }
    return sc_buf_check(out, "what a view shows", err);
}

int sc_shownbinds_note(int masksfd, const struct sc_planfile *plan, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = record_of(plan, &text, err);
    return rc < 0 || !text.len
               ? rc
               : sc_replace_file_at(masksfd, RECORD, 0600, text.data, text.len, err);
}

/* ---- places that are shown no more ---- */

static bool is_shown(const struct sc_planfile *plan, const char *place)
{
    for (size_t i = 0; i < plan->n_sys; i++)
        if (strcmp(plan->sys[i].a, place) == 0)
            return true;
    return false;
}

static int detach(int rootfd, const char *place, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    struct statx is;
    int rc = sc_there_beneath_mounts(rootfd, sc_place_rel(place), &fd, &st, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &is) < 0)
        return sc_error_sys(err, errno, "look at %s", place);
    rc = is.stx_attributes & STATX_ATTR_MOUNT_ROOT ? sc_mnt_detach(fd, err) : 0;
    return rc < 0 ? sc_error_wrap(err, "%s", place) : rc;
}

static int detach_others(int rootfd, const struct sc_planfile *plan, char *have,
                         struct sc_error *err)
{
    char *save = NULL;
    int rc = 0;
    for (char *place = strtok_r(have, "\n", &save); rc == 0 && place;
         place = strtok_r(NULL, "\n", &save))
        if (sc_decode_word(place) > 0 && !is_shown(plan, place))
            rc = detach(rootfd, place, err);
    return rc;
}

/* ---- links ---- */

/* Whether the view has it as the line says, or something else that is no link of ours. */
static bool leads_there(int rootfd, const struct sc_sysline *l)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    char target[PATH_MAX];
    int rc = sc_there_beneath_mounts(rootfd, sc_place_rel(l->a), &fd, &st, NULL);
    if (rc != SC_THERE || !S_ISLNK(st.st_mode))
        return rc != SC_ABSENT;
    ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
    if (n < 0)
        return true;
    target[n] = 0;
    return strcmp(target, l->b) == 0;
}

static bool is_link_line(const struct sc_sysline *l)
{
    return strcmp(l->kind, LINK_KIND) == 0 && l->b;
}

/* In the view's own file system, which is read-only where it is mounted. */
static int make_link(int rootfd, const struct sc_sysline *l, struct sc_error *err)
{
    SC_FD int writable = -EBADF;
    SC_FD int up = -EBADF;
    const char *rel = sc_place_rel(l->a), *slash = strrchr(rel, '/');
    SC_FREE char *dir = slash ? strndup(rel, (size_t)(slash - rel)) : NULL;
    if (slash && !dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a view");
    int rc = sc_mnt_clone(rootfd, 0, &writable, err);
    if (rc == 0 && dir)
        rc = sc_place(writable, dir, true, &up, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    int at = dir ? up : writable;
    const char *name = slash ? slash + 1 : rel;
    if (unlinkat(at, name, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "replace the link %s in the view", l->a);
    if (symlinkat(l->b, at, name) < 0)
        return sc_error_sys(err, errno, "link %s in the view", l->a);
    return 0;
}

static int make_links(int rootfd, const struct sc_planfile *plan, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++)
        if (is_link_line(&plan->sys[i]) && !leads_there(rootfd, &plan->sys[i]))
            rc = make_link(rootfd, &plan->sys[i], err);
    return rc;
}

/* ---- the view ---- */

struct change {
    const struct sc_planfile *plan;
    char *have;
    const struct sc_buf *want;
    int pidfd;
};

static int change(void *arg, struct sc_error *err)
{
    const struct change *c = arg;
    SC_FD int root = -EBADF;
    int rc = sc_mnt_join(c->pidfd, &root, err);
    if (rc < 0)
        return rc;
    SC_FD int masks = open("/" SC_CAGE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (masks < 0)
        return sc_error_sys(err, errno, "open the root of the view");
    rc = detach_others(root, c->plan, c->have, err);
    if (rc == 0)
        rc = make_links(root, c->plan, err);
    return rc < 0 ? rc : sc_replace_file_at(masks, RECORD, 0600, c->want->data, c->want->len, err);
}

int sc_shownbinds_change(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                         struct sc_error *err)
{
    SC_BUF struct sc_buf want = SC_BUF_INIT;
    SC_BUF struct sc_buf have = SC_BUF_INIT;
    char path[32], record[80];
    snprintf(path, sizeof(path), "/proc/%d/root", (int)keeper);
    snprintf(record, sizeof(record), "%s/" SC_CAGE_DIR "/" RECORD, path);
    SC_FD int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return sc_error_sys(err, errno, "open the root of the view");
    int rc = record_of(plan, &want, err);
    sc_buf_add(&have, "", 0);
    if (rc == 0)
        rc = sc_read_file(record, RECORD_MAX, &have, err);
    if (rc == SC_E_NOTFOUND)
        rc =
            0; /* nothing, or made by a release before: then it stays until the view is built again */
    bool differs = rc == 0 && strcmp(have.data, want.data) != 0;
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++)
        differs |= is_link_line(&plan->sys[i]) && !leads_there(root, &plan->sys[i]);
    if (rc < 0 || !differs)
        return rc;
    struct change c = {plan, have.data, &want, pidfd};
    rc = sc_child_run(change, &c, NULL, 0, err);
    return rc < 0 ? rc : 1;
}
