/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/enroll.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "directadmin/event.h"
#include "hooks/adapter/homes.h"

#define EXE        SC_LIBEXECDIR "/sitecage-directadmin"
#define MARK       "/sitecage-directadmin hook " /* in the second line of every script of ours */
#define SCRIPT_MAX 4096
#define REGISTER   "run '" EXE " register'"

int sc_da_script(const char *hook, struct sc_buf *out, struct sc_error *err)
{
    sc_buf_fmt(out, "#!" EXE " hook\nexec " EXE " hook %s\n", hook);
    return sc_buf_check(out, "the script for DirectAdmin", err);
}

/* Open folders on the way to the scripts of one hook. */
struct place {
    const struct sc_da *da;
    uid_t diradmin;
    gid_t diradmin_gid;
    int custom;       /* scripts/custom; -EBADF: missing */
    struct stat like; /* of it */
    struct sc_error *err;
};

static void place_done(struct place *p)
{
    sc_close(&p->custom);
}

static bool owner_is_right(const struct place *p, uid_t uid)
{
    return uid == 0 || uid == p->diradmin || uid == p->da->trusted;
}

static bool others_write(const struct place *p, const struct stat *st)
{
    bool group = (st->st_mode & S_IWGRP) && st->st_gid != 0 && st->st_gid != p->diradmin_gid;
    return group || (st->st_mode & S_IWOTH);
}

static int check_folder(const struct place *p, const char *path, const struct stat *st)
{
    if (!S_ISDIR(st->st_mode))
        return sc_error_set(p->err, SC_E_DENIED, "%s is not a folder", path);
    if (!owner_is_right(p, st->st_uid))
        return sc_error_set(p->err, SC_E_DENIED,
                            "%s belongs to uid %u, who could change what root runs from it (chown "
                            "root %s)",
                            path, (unsigned)st->st_uid, path);
    if (others_write(p, st))
        return sc_error_set(p->err, SC_E_DENIED,
                            "%s is writable by others than root, who could change what root runs "
                            "from it (chmod go-w %s)",
                            path, path);
    return 0;
}

/* Opens one folder below `at`. SC_E_NOTFOUND: missing. */
static int open_folder(const struct place *p, int at, const char *name, const char *path,
                       int *ret_fd)
{
    SC_FD int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return sc_error_set(p->err, SC_E_NOTFOUND, "%s is missing", path);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return sc_error_set(p->err, SC_E_DENIED, "%s is not a folder, or a link to one", path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_error_sys(p->err, errno, "cannot open %s", path);
    int rc = check_folder(p, path, &st);
    if (rc == 0)
        *ret_fd = sc_steal_fd(&fd);
    return rc;
}

/* Makes the folder with exactly these rights, whatever the umask. */
static int make_folder(const struct place *p, int at, const char *name, const char *path,
                       const struct stat *like, int *ret_fd)
{
    if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
        return sc_error_sys(p->err, errno, "cannot make %s", path);
    int rc = open_folder(p, at, name, path, ret_fd);
    if (rc == 0 && (fchmod(*ret_fd, 0755) < 0 ||
                    (geteuid() == 0 && fchown(*ret_fd, like->st_uid, like->st_gid) < 0))) {
        rc = sc_error_sys(p->err, errno, "cannot set the owner of %s", path);
        sc_close(ret_fd);
    }
    return rc;
}

/* Opens every folder down to scripts/custom, checking each; `make`: makes the last. */
static int place_open(const struct sc_da *da, bool make, struct place *p, struct sc_error *err)
{
    *p = (struct place){.da = da, .custom = -EBADF, .err = err};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_FREE char *base = NULL;
    int rc = sc_homes_load(da->prefix, false, &homes, err);
    if (rc < 0 || (rc = sc_da_path(da, SC_DA_BASE, &base, err)) < 0)
        return rc;
    const struct sc_home_of *diradmin;
    rc = sc_home_of(&homes, SC_DA_ACCOUNT, &diradmin, err);
    if (rc < 0)
        return rc;
    p->diradmin = diradmin ? diradmin->uid : 0;
    p->diradmin_gid = diradmin ? diradmin->gid : 0;

    SC_FD int root = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_FD int scripts = -EBADF;
    struct stat st;
    char path[512];
    if (root < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sc_error_set(err, SC_E_PLATFORM, "there is no DirectAdmin: %s is missing", base);
    if (root < 0 || fstat(root, &st) < 0)
        return sc_error_sys(err, errno, "cannot open %s", base);
    snprintf(path, sizeof(path), "%s%s", da->prefix, SC_DA_SCRIPTS);
    if ((rc = check_folder(p, base, &st)) < 0 ||
        (rc = open_folder(p, root, "scripts", path, &scripts)) < 0)
        return rc;
    if (fstat(scripts, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    snprintf(path, sizeof(path), "%s%s/custom", da->prefix, SC_DA_SCRIPTS);
    rc = open_folder(p, scripts, "custom", path, &p->custom);
    if (rc == SC_E_NOTFOUND && make)
        rc = make_folder(p, scripts, "custom", path, &st, &p->custom);
    if (rc == 0 && fstat(p->custom, &p->like) < 0)
        rc = sc_error_sys(err, errno, "cannot look at %s", path);
    return rc;
}

enum state {
    MISSING,
    THEIRS,
    OLD, /* ours, but not as it would be written now */
    IN_PLACE
};

/* What sitecage.sh in the folder is. */
static int look(const struct place *p, int dir, const char *hook, enum state *ret)
{
    SC_BUF struct sc_buf is = SC_BUF_INIT, wanted = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    struct stat st;
    int rc = sc_read_file_beneath(dir, SC_DA_SCRIPT, SCRIPT_MAX, &is, &st, &why);
    if (rc == SC_E_NOTFOUND) {
        *ret = MISSING;
        return 0;
    }
    if (rc == SC_E_DENIED || rc == SC_E_INVAL || rc == SC_E_TOOBIG) { /* a link, a folder, … */
        *ret = THEIRS;
        return 0;
    }
    if (rc < 0) {
        if (p->err)
            *p->err = why;
        return rc;
    }
    if ((rc = sc_da_script(hook, &wanted, p->err)) < 0)
        return rc;
    bool right = st.st_uid == geteuid() && (st.st_mode & 07777) == 0755;
    if (is.len == wanted.len && memcmp(is.data, wanted.data, is.len) == 0)
        *ret = right ? IN_PLACE : OLD;
    else
        *ret = strstr(is.data, MARK) ? OLD : THEIRS;
    return 0;
}

static int theirs(const struct place *p, const char *path)
{
    return sc_error_set(p->err, SC_E_DENIED,
                        "%s/" SC_DA_SCRIPT " is not Sitecage's: move it elsewhere, then " REGISTER,
                        path);
}

static void folder_path(const struct place *p, const char *hook, char *out, size_t size)
{
    snprintf(out, size, "%s%s/custom/%s", p->da->prefix, SC_DA_SCRIPTS, hook);
}

static int enroll_one(const struct place *p, const char *hook)
{
    char path[512];
    folder_path(p, hook, path, sizeof(path));
    SC_FD int dir = -EBADF;
    enum state state;
    int rc = open_folder(p, p->custom, hook, path, &dir);
    if (rc == SC_E_NOTFOUND)
        rc = make_folder(p, p->custom, hook, path, &p->like, &dir);
    if (rc < 0 || (rc = look(p, dir, hook, &state)) < 0 || state == IN_PLACE)
        return rc;
    if (state == THEIRS)
        return theirs(p, path);
    SC_BUF struct sc_buf script = SC_BUF_INIT;
    if ((rc = sc_da_script(hook, &script, p->err)) == 0)
        rc = sc_replace_file_at(dir, SC_DA_SCRIPT, 0755, script.data, script.len, p->err);
    return rc < 0 ? sc_error_wrap(p->err, "%s", path) : 0;
}

int sc_da_enroll(const struct sc_da *da, struct sc_error *err)
{
    SC_CLEANUP(place_done) struct place p = {.custom = -EBADF};
    struct sc_error ours = SC_ERROR_INIT;
    int rc = place_open(da, true, &p, &ours);
    for (size_t i = 0; rc == 0 && i < sc_da_hooks_n; i++)
        rc = enroll_one(&p, sc_da_hooks[i]);
    if (rc < 0 && err)
        *err = ours;
    return rc;
}

static int unenroll_one(const struct place *p, const char *hook)
{
    char path[512];
    folder_path(p, hook, path, sizeof(path));
    SC_FD int dir = -EBADF;
    enum state state;
    int rc = open_folder(p, p->custom, hook, path, &dir);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0 || (rc = look(p, dir, hook, &state)) < 0 || state == MISSING || state == THEIRS)
        return rc;
    if (unlinkat(dir, SC_DA_SCRIPT, 0) < 0 && errno != ENOENT)
        return sc_error_sys(p->err, errno, "cannot remove %s/" SC_DA_SCRIPT, path);
    /* Only an empty one goes: then nobody else uses it. */
    if (unlinkat(p->custom, hook, AT_REMOVEDIR) < 0 && errno != ENOTEMPTY && errno != EEXIST)
        return sc_error_sys(p->err, errno, "cannot remove %s", path);
    return 0;
}

int sc_da_unenroll(const struct sc_da *da, struct sc_error *err)
{
    SC_CLEANUP(place_done) struct place p = {.custom = -EBADF};
    struct sc_error ours = SC_ERROR_INIT;
    int rc = place_open(da, false, &p, &ours);
    if (rc == SC_E_NOTFOUND)
        return 0;
    for (size_t i = 0; rc == 0 && i < sc_da_hooks_n; i++)
        rc = unenroll_one(&p, sc_da_hooks[i]);
    if (rc < 0 && err)
        *err = ours;
    return rc;
}

/* *ret_there: the hook's script is there and right. */
static int status_one(const struct place *p, const char *hook, bool *ret_there)
{
    char path[512];
    folder_path(p, hook, path, sizeof(path));
    SC_FD int dir = -EBADF;
    enum state state = MISSING;
    *ret_there = false;
    int rc = open_folder(p, p->custom, hook, path, &dir);
    if (rc == 0)
        rc = look(p, dir, hook, &state);
    else if (rc == SC_E_NOTFOUND)
        rc = 0;
    *ret_there = state == IN_PLACE;
    return rc;
}

int sc_da_status(const struct sc_da *da, struct sc_buf *ret_text, struct sc_error *err)
{
    SC_CLEANUP(place_done) struct place p = {.custom = -EBADF};
    SC_BUF struct sc_buf missing = SC_BUF_INIT;
    struct sc_error ours = SC_ERROR_INIT;
    size_t n = 0;
    int rc = place_open(da, false, &p, &ours);
    for (size_t i = 0; (rc == 0 || rc == SC_E_NOTFOUND) && i < sc_da_hooks_n; i++) {
        bool there = false;
        if (p.custom >= 0)
            rc = status_one(&p, sc_da_hooks[i], &there);
        n += there ? 1 : 0;
        if (!there)
            sc_buf_fmt(&missing, "%s%s", missing.len ? ", " : "", sc_da_hooks[i]);
    }
    if (rc < 0 && rc != SC_E_NOTFOUND) {
        if (err)
            *err = ours;
        return rc;
    }
    sc_buf_fmt(ret_text, "%zu of %zu of DirectAdmin's hooks are in place in %s%s/custom", n,
               sc_da_hooks_n, da->prefix, SC_DA_SCRIPTS);
    rc = sc_buf_check(ret_text, "the status", err);
    if (rc == 0 && missing.len)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "%zu of %zu of DirectAdmin's hooks are missing or not as they should "
                            "be: %.600s (" REGISTER ")",
                            sc_da_hooks_n - n, sc_da_hooks_n, missing.data);
    return rc;
}
