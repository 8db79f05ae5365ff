/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who sees to an account's views that end. */
#include "core/ending/ending.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/lock.h"
#include "core/base/log.h"
#include "core/base/run.h"
#include "core/base/there.h"
#include "core/base/vec.h"

#define START_MS 5000 /* it goes into the background at once */

static void note_path(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_ENDING_DIR "/%u", (unsigned)uid);
}

/* Who removes the last note removes the directory, too. */
static int open_note(uid_t uid, int *ret, struct sc_error *err)
{
    char path[64];
    int fd = -1;
    note_path(uid, path);
    for (int i = 0; i < 10 && fd < 0; i++) {
        int rc = sc_mkdir_p(SC_ENDING_DIR, 0700, err);
        if (rc < 0)
            return rc;
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno != ENOENT)
            break;
    }
    if (fd < 0)
        return sc_error_sys(err, errno, "make %s", path);
    *ret = fd;
    return 0;
}

int sc_ending_take(uid_t uid, int *ret_fd, struct sc_error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SC_FD int fd = -EBADF;
    int rc = open_note(uid, &fd, err);
    if (rc < 0)
        return rc;
    if (fcntl(fd, F_SETLK, &lock) < 0)
        return errno == EAGAIN || errno == EACCES
                   ? sc_error_set(err, SC_E_BUSY, "another process sees to uid %u", (unsigned)uid)
                   : sc_error_sys(err, errno, "lock the note of uid %u", (unsigned)uid);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_ending_unnote(uid_t uid, struct sc_error *err)
{
    char path[64];
    note_path(uid, path);
    if (unlink(path) < 0 && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "remove %s", path);
    (void)rmdir(SC_ENDING_DIR);
    return 0;
}

static bool is_seen_to(uid_t uid)
{
    char path[64];
    note_path(uid, path);
    SC_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && sc_lock_holder(fd) > 0;
}

int sc_ending_start(uid_t uid, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    SC_FD int note = -EBADF;
    char number[16];
    int rc = open_note(uid, &note, err);
    if (rc < 0)
        return rc;
    snprintf(number, sizeof(number), "%u", (unsigned)uid);
    const char *const argv[] = {SC_FINISH_EXE, number, NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = START_MS};
    rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_SYS, SC_FINISH_EXE " %s", how);
    }
    return rc;
}

int sc_ending_accounts(uid_t **ret, size_t *ret_n, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    SC_DIR DIR *d = opendir(SC_ENDING_DIR);
    if (!d && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "open " SC_ENDING_DIR);
    while (d) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e && errno)
            return sc_error_sys(err, errno, "read " SC_ENDING_DIR);
        if (!e)
            break;
        char *end;
        unsigned long uid = strtoul(e->d_name, &end, 10);
        if (uid == 0 || uid >= UINT32_MAX || *end)
            continue;
        if (!SC_VEC_ROOM(uids, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for views that end");
        uids[n++] = (uid_t)uid;
    }
    *ret = sc_steal_ptr(&uids);
    *ret_n = n;
    return 0;
}

static void each_left(void (*left)(uid_t uid, void *arg), void *arg)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    (void)sc_ending_accounts(&uids, &n, NULL);
    for (size_t i = 0; i < n; i++)
        if (!is_seen_to(uids[i]))
            left(uids[i], arg);
}

static void resume(uid_t uid, void *arg)
{
    struct sc_error why = SC_ERROR_INIT;
    (void)arg;
    if (sc_ending_start(uid, &why) < 0)
        sc_log("uid=%u: %s", (unsigned)uid, why.text);
}

void sc_ending_resume(void)
{
    each_left(resume, NULL);
}

static void note(uid_t uid, void *arg)
{
    (void)uid;
    *(bool *)arg = true;
}

bool sc_ending_any_left(void)
{
    bool any = false;
    each_left(note, &any);
    return any;
}
