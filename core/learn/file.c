/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/cage/learning.h"

#define FLUSH_MS 3000

void sc_learn_lock_path(uid_t uid, unsigned id, char *out, size_t size)
{
    snprintf(out, size, SC_RUN_DIR "/%u/%u.learn", (unsigned)uid, id);
}

static void path_of(uid_t uid, const char *docroot_rel, char out[128])
{
    char name[SC_LEARN_NAME_SIZE];
    sc_learn_name((unsigned)uid, docroot_rel, name);
    snprintf(out, 128, SC_LEARN_RECORDS "/%s", name);
}

int sc_learn_load(uid_t uid, const char *docroot_rel, struct sc_learn_record *ret,
                  struct sc_error *err)
{
    char path[128];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(uid, docroot_rel, path);
    int rc = sc_read_trusted_file(path, 0, SC_LEARN_RECORD_MAX, &text, err);
    if (rc < 0)
        return rc;
    rc = sc_learn_record_parse(text.data, text.len, ret, err);
    if (rc == 0 && (ret->uid != uid || strcmp(ret->docroot, docroot_rel) != 0)) {
        sc_learn_record_done(ret);
        rc = sc_error_set(err, SC_E_INVAL, "it is another site's");
    }
    return rc < 0 ? sc_error_wrap(err, "%s", path) : 0;
}

int sc_learn_save(const struct sc_learn_record *r, struct sc_error *err)
{
    char path[128];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(r->uid, r->docroot, path);
    int rc = sc_learn_record_format(r, &text, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_LEARN_RECORDS, 0700, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, text.data, text.len, err);
}

/* What tells one writing of the file from the next. */
static struct stat look(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 ? (struct stat){0} : st;
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool sc_learn_flush(uid_t uid, unsigned id, const char *docroot_rel)
{
    char lock[64], path[128];
    sc_learn_lock_path(uid, id, lock, sizeof(lock));
    path_of(uid, docroot_rel, path);
    SC_FD int fd = open(lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    pid_t pid = fd < 0 ? 0 : sc_lock_holder(fd);
    SC_FD int pidfd = pid > 0 ? sc_pidfd_open(pid) : -EBADF;
    if (pidfd < 0 || sc_lock_holder(fd) != pid) /* or the number is another's by now */
        return false;
    struct stat before = look(path), now = before;
    if (sc_pidfd_signal(pidfd, SIGUSR1) < 0)
        return false;
    for (int64_t end = sc_clock_ms() + FLUSH_MS; same(&before, &now) && sc_clock_ms() < end;) {
        sc_sleep_ms(5);
        now = look(path);
    }
    return true;
}
