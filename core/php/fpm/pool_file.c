/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/pool_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/php/pools/known.h"
#include "core/php/pools/pools.h"

#define EDIT_LOCK SC_FPM_RUN "/edit.lock" /* flock of whoever edits a pool's file */

static int edit_lock(int *ret_fd, struct sc_error *err)
{
    int rc = sc_mkdir_p(SC_FPM_RUN, 0700, err);
    return rc < 0 ? rc : sc_lock_file(EDIT_LOCK, ret_fd, err);
}

/* Writes `path` again with the owner and mode that it has. */
static int rewrite(const char *path, const void *data, size_t len, struct sc_error *err)
{
    char tmp[PATH_MAX];
    struct stat st;
    const char *slash = strrchr(path, '/');
    /* not *.conf: php-fpm must never read it */
    if (!slash || snprintf(tmp, sizeof(tmp), "%.*s/.%s.sitecage", (int)(slash - path), path,
                           slash + 1) >= (int)sizeof(tmp))
        return sc_error_set(err, SC_E_INVAL, "%s is no path of a file", path);
    if (stat(path, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", path);
    (void)unlink(tmp);
    SC_FD int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int bad = fd < 0 || fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0;
    for (size_t done = 0; !bad && done < len;) {
        ssize_t n = write(fd, (const char *)data + done, len - done);
        if (n < 0 && errno != EINTR)
            bad = 1;
        else if (n > 0)
            done += (size_t)n;
    }
    if (bad || fsync(fd) < 0 || rename(tmp, path) < 0) {
        int e = errno;
        (void)unlink(tmp);
        return sc_error_sys(err, e, "write %s", path);
    }
    return 0;
}

/* ---- the pool that stands for others ---- */

#define IDLE_NAME "sitecage-idle.conf"

/* In /run itself, which is there before php-fpm starts. */
#define IDLE                                                                                       \
    "user = nobody\nlisten = /run/sitecage-idle-%08x.sock\nlisten.mode = 0600\npm = ondemand\n"    \
    "pm.max_children = 1\n"

static int make_idle(const char *dir, struct sc_error *err)
{
    char path[PATH_MAX], text[512];
    if (snprintf(path, sizeof(path), "%s/" IDLE_NAME, dir) >= (int)sizeof(path))
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
    if (unlinkat(dirfd(d), IDLE_NAME, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove %s/" IDLE_NAME, dir);
    return 0;
}

/* ---- out, and back ---- */

/* Replaces the pool's text in `text` by `idle`; what it was is in the record first. */
static int cut_out(struct sc_fpm_taken *t, const struct sc_buf *text, const char *idle,
                   bool *ret_changed, struct sc_error *err)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf cut = SC_BUF_INIT;
    int rc = sc_fpm_cut(text->data, text->len, t->file, t->pool, idle, &out, &cut, err);
    if (rc < 0)
        return rc;
    if (cut.len != t->text_len || (cut.len && memcmp(cut.data, t->text, cut.len) != 0)) {
        free(t->text);
        t->text_len = cut.len;
        t->text = sc_steal_ptr(&cut.data);
        if (ret_changed)
            *ret_changed = true;
        rc = sc_fpm_taken_save(t, err);
    }
    return rc < 0 ? rc : rewrite(t->file, out.data, out.len, err);
}

int sc_fpm_take_out(struct sc_fpm_taken *t, bool *ret_changed, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char record[SC_FPM_RECORD_MAX], dir[PATH_MAX], idle[512] = "";
    uint32_t hash = sc_fpm_hash(t->file, t->pool);
    int rc = 0;
    if (sc_fpm_shared_dir(t->file, dir))
        rc = make_idle(dir, err);
    else
        snprintf(idle, sizeof(idle), "[" SC_FPM_IDLE_POOL "%08x]\n" IDLE, hash, hash);
    sc_fpm_record_path(t, false, record);
    rc = rc < 0 ? rc : edit_lock(&lock, err);
    if (rc == 0 && access(record, F_OK) < 0) {
        t->leaving = sc_is_absent(errno);
        return t->leaving ? sc_fpm_idle_sweep(t->file, err)
                          : sc_error_sys(err, errno, "look at %s", record);
    }
    if (rc == 0)
        rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, err);
    if (rc == 0)
        rc = cut_out(t, &text, idle, ret_changed, err);
    return rc == SC_E_NOTFOUND ? 0 : rc < 0 ? rc : 1;
}

int sc_fpm_leave(struct sc_fpm_taken *t, bool leaving, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    char from[SC_FPM_RECORD_MAX], to[SC_FPM_RECORD_MAX];
    sc_fpm_record_path(t, !leaving, from);
    sc_fpm_record_path(t, leaving, to);
    int rc = edit_lock(&lock, err);
    if (rc == 0 && t->leaving != leaving && rename(from, to) < 0)
        rc = sc_error_sys(err, errno, "rename %s", from);
    if (rc == 0)
        t->leaving = leaving;
    return rc;
}

int sc_fpm_put_back(const struct sc_fpm_taken *t, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int rc = edit_lock(&lock, err);
    if (rc == 0)
        rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, err);
    if (rc == 0)
        rc = sc_fpm_paste(text.data, text.len, t->file, t->pool, t->text, t->text_len, &out, err);
    if (rc == 0)
        rc = rewrite(t->file, out.data, out.len, err);
    return rc == SC_E_NOTFOUND ? 0 : rc;
}
