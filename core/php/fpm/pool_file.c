/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/pool_file.h"

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
#include "core/php/fpm/pools.h"

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

int sc_fpm_take_out(struct sc_fpm_taken *t, const char *idle, bool *ret_changed,
                    struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf cut = SC_BUF_INIT;
    char record[SC_FPM_RECORD_MAX];
    sc_fpm_record_path(t, false, record);
    int rc = edit_lock(&lock, err);
    if (rc == 0 && access(record, F_OK) < 0) {
        t->leaving = sc_is_absent(errno);
        return t->leaving ? 0 : sc_error_sys(err, errno, "look at %s", record);
    }
    if (rc == 0)
        rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, err);
    if (rc == 0)
        rc = sc_fpm_cut(text.data, text.len, t->file, t->pool, idle, &out, &cut, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    if (cut.len != t->text_len || (cut.len && memcmp(cut.data, t->text, cut.len) != 0)) {
        free(t->text);
        t->text_len = cut.len;
        t->text = sc_steal_ptr(&cut.data);
        if (ret_changed)
            *ret_changed = true;
        rc = sc_fpm_taken_save(t, err);
    }
    if (rc == 0)
        rc = rewrite(t->file, out.data, out.len, err);
    return rc < 0 ? rc : 1;
}

static int mark(struct sc_fpm_taken *t, bool leaving, struct sc_error *err)
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

int sc_fpm_leave(struct sc_fpm_taken *t, struct sc_error *err)
{
    return mark(t, true, err);
}

int sc_fpm_stay(struct sc_fpm_taken *t, struct sc_error *err)
{
    return mark(t, false, err);
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
