/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/web/nginx/lines.h"

#define FILE_MAX (4u << 20)

static const char *name_of(const struct sc_nginx_place *p)
{
    return strrchr(p->path, '/') + 1;
}

static struct sc_nginx_text text_of(const struct sc_nginx_place *p)
{
    return (struct sc_nginx_text){p->named ? p->domain : NULL, p->before, p->after, p->from};
}

static bool may_own(const struct stat *st, uid_t owner)
{
    return (st->st_uid == 0 || st->st_uid == owner) && !(st->st_mode & S_IWOTH) &&
           (!(st->st_mode & S_IWGRP) || owner != 0);
}

static int check_dir(int fd, const char *dir, uid_t owner, struct sc_error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", dir);
    if (!may_own(&st, owner))
        return sc_error_set(err, SC_E_DENIED, "others than root may write in %s", dir);
    return 0;
}

static int open_dir(const char *dir, uid_t owner, int *ret_fd, struct sc_error *err)
{
    SC_FD int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    SC_FD int fd = -EBADF;
    if (top < 0)
        return sc_error_sys(err, errno, "open /");
    const char *rel = dir[0] && dir[1] ? dir + 1 : ".";
    int rc = sc_open_beneath(top, rel, O_RDONLY | O_DIRECTORY, 0, &fd, err);
    if (rc == SC_E_NOTFOUND)
        return sc_error_set(err, rc, "%s does not exist: make that directory", dir);
    if (rc == 0)
        rc = check_dir(fd, dir, owner, err);
    if (rc < 0)
        return rc;
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

/* The directory that `path` is in, as text. */
static int above(const char *path, char out[PATH_MAX], struct sc_error *err)
{
    const char *slash = strrchr(path, '/');
    out[0] = 0;
    if (*path != '/' || !slash || slash - path >= PATH_MAX)
        return sc_error_set(err, SC_E_INVAL, "no absolute path: %s", path);
    snprintf(out, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return 0;
}

/* The place's directory. With `ret_made` it is made where it alone is missing. */
static int open_place(const struct sc_nginx_place *p, bool *ret_made, int *ret_fd,
                      struct sc_error *err)
{
    char dir[PATH_MAX] = "", parent[PATH_MAX] = "";
    SC_FD int up = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    int rc = above(p->path, dir, err);
    if (rc == 0)
        rc = open_dir(dir, p->owner, ret_fd, &why);
    if (rc == SC_E_NOTFOUND && p->own && ret_made) {
        rc = above(dir, parent, err);
        if (rc == 0)
            rc = open_dir(parent, p->owner, &up, err);
        if (rc == 0 && mkdirat(up, strrchr(dir, '/') + 1, 0755) < 0)
            rc = sc_error_sys(err, errno, "make %s", dir);
        if (rc < 0)
            return rc;
        *ret_made = true;
        return open_dir(dir, p->owner, ret_fd, err);
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* What stands at the place: SC_ABSENT, SC_THERE with its text and properties; errors for what is no
 * file of root's. */
static int read_place(int dir, const struct sc_nginx_place *p, struct sc_buf *text, struct stat *st,
                      struct sc_error *err)
{
    int rc = sc_read_file_beneath(dir, name_of(p), FILE_MAX, text, st, err);
    if (rc == SC_E_NOTFOUND)
        return SC_ABSENT;
    if (rc < 0)
        return rc;
    if (!may_own(st, p->owner) || st->st_nlink != 1)
        return sc_error_set(err, SC_E_DENIED, "%s is not root's alone", p->path);
    if (strlen(text->data) != text->len)
        return sc_error_set(err, SC_E_INVAL, "%s is no text", p->path);
    return SC_THERE;
}

/* Whether there is something to do: 1, or 0 where the lines are there. */
static int is_to_do(const struct sc_nginx_place *p, int there, const char *text,
                    struct sc_error *err)
{
    const struct sc_nginx_text lines = text_of(p);
    if (there == SC_ABSENT && !p->own && !p->domain)
        return sc_error_set(err, SC_E_NOTFOUND, "there is no %s", p->path);
    if (there == SC_ABSENT || !text)
        return 1;
    if (sc_nginx_lines_in(text, &lines))
        return 0;
    if (p->own && !sc_nginx_lines_begin_in(text, &lines))
        return sc_error_set(err, SC_E_DENIED, "%s is not Sitecage's: rename it", p->path);
    return 1;
}

int sc_nginx_file_look(const struct sc_nginx_place *p, bool *ret_there, struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct stat st;
    struct sc_error why = SC_ERROR_INIT;
    char up[PATH_MAX], path[PATH_MAX];
    int rc = open_place(p, NULL, &dir, &why);
    if (rc == SC_E_NOTFOUND && p->own) { /* it would be made */
        rc = above(p->path, up, err);
        if (rc == 0)
            rc = above(up, path, err);
        if (rc == 0)
            rc = open_dir(path, p->owner, &dir, err);
        if (rc == 0 && ret_there)
            *ret_there = false;
        return rc;
    }
    if (rc < 0 && err)
        *err = why;
    if (rc == 0)
        rc = read_place(dir, p, &text, &st, err);
    if (rc >= 0)
        rc = is_to_do(p, rc, text.data, err);
    if (rc >= 0 && ret_there)
        *ret_there = rc == 0;
    return rc < 0 ? rc : 0;
}

/* With the mode, the owner and the group that it had. */
static int replace(int dir, const struct sc_nginx_place *p, const struct stat *st,
                   const struct sc_buf *text, struct sc_error *err)
{
    int rc = sc_buf_check(text, p->path, err);
    if (rc == 0)
        rc = sc_replace_file_at(dir, name_of(p), st->st_mode & 07777, text->data ? text->data : "",
                                text->len, err);
    if (rc == 0 && (st->st_gid != 0 || st->st_uid != 0) &&
        fchownat(dir, name_of(p), st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        rc = sc_error_sys(err, errno, "give %s its owner", p->path);
    return rc;
}

/* Lines that somebody changed are written again. */
static int put_at(int dir, const struct sc_nginx_place *p, bool *ret_made, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT, rest = SC_BUF_INIT, changed = SC_BUF_INIT;
    const struct sc_nginx_text lines = text_of(p);
    struct stat st;
    if (fstat(dir, &st) < 0)
        return sc_error_sys(err, errno, "look at the directory of %s", p->path);
    st.st_mode = 0644; /* where there is none: the directory's owner and group */
    int there = read_place(dir, p, &text, &st, err);
    int rc = there < 0 ? there : is_to_do(p, there, text.data, err);
    if (rc <= 0)
        return rc;
    *ret_made |= there == SC_ABSENT && p->domain;
    sc_nginx_lines_write(&lines, &changed);
    if (!p->own && text.data && !sc_nginx_lines_cut(text.data, &lines, &rest))
        sc_buf_str(&changed, text.data);
    else if (!p->own && rest.data)
        sc_buf_str(&changed, rest.data);
    return replace(dir, p, &st, &changed, err);
}

int sc_nginx_file_put(const struct sc_nginx_place *p, bool *ret_made, struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    int rc = open_place(p, ret_made, &dir, err);
    return rc < 0 ? rc : put_at(dir, p, ret_made, err);
}

static int cut_at(int dir, const struct sc_nginx_place *p, bool made, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT, changed = SC_BUF_INIT;
    const struct sc_nginx_text lines = text_of(p);
    struct stat st;
    int rc = read_place(dir, p, &text, &st, err);
    if (rc != SC_THERE || !text.data || !sc_nginx_lines_cut(text.data, &lines, &changed))
        return rc < 0 ? rc : 0;
    if (!p->own && (changed.len > 0 || !made))
        return replace(dir, p, &st, &changed, err);
    return unlinkat(dir, name_of(p), 0) < 0 ? sc_error_sys(err, errno, "remove %s", p->path) : 0;
}

int sc_nginx_file_cut(const struct sc_nginx_place *p, bool made, struct sc_error *err)
{
    SC_FD int dir = -EBADF, up = -EBADF;
    char path[PATH_MAX], parent[PATH_MAX];
    int rc = open_place(p, NULL, &dir, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    rc = cut_at(dir, p, made, err);
    if (rc == 0 && made && p->own && above(p->path, path, NULL) == 0 &&
        above(path, parent, NULL) == 0 && open_dir(parent, p->owner, &up, NULL) == 0)
        (void)unlinkat(up, strrchr(path, '/') + 1, AT_REMOVEDIR); /* others may use it by now */
    return rc;
}
