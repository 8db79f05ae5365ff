/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/suexec_arm.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/log.h"
#include "core/base/stamp.h"

#define ENTRY_MAX (16u << 20) /* bytes; an entry has a quarter of a megabyte */
#define NAME      "suexec"
#define NEW       ".suexec.new"
/* How the installed entry and the copy looked when they were compared and had the same bytes: two
 * lines of sc_stamp_format(). They are read again when one of them looks otherwise. */
#define COMPARED     SC_RUN_DIR "/lock/suexec"
#define COMPARED_MAX 1024

/* What the copy should be. */
struct wanted {
    struct sc_buf bytes;
    gid_t gid;
    mode_t mode;
};

static void wanted_done(struct wanted *w)
{
    sc_buf_free(&w->bytes);
}

bool sc_suexec_is_ours(const char *path)
{
    return strcmp(path, SC_SUEXEC_ENTRY) == 0 || strcmp(path, SC_SUEXEC_INSTALLED) == 0;
}

bool sc_suexec_is_whole(const char *data, size_t len)
{
    ElfW(Ehdr) head;
    if (len < sizeof(head))
        return false;
    memcpy(&head, data, sizeof(head));
    /* linkers and strip(1) put the table of sections last */
    return memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_shoff < len &&
           (size_t)head.e_shnum * head.e_shentsize <= len - head.e_shoff;
}

/* Who may run the real one may run ours; ours is setuid, also where the real one gets its rights
 * from file capabilities. */
static int want_rights(const char *real, struct wanted *ret, struct sc_error *err)
{
    struct stat st;
    if (stat(real, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", real);
    ret->gid = st.st_gid;
    ret->mode = S_ISUID | 0700 | (st.st_mode & 0055);
    return 0;
}

static int want_bytes(struct wanted *ret, struct sc_error *err)
{
    int rc = sc_read_trusted_file(SC_SUEXEC_INSTALLED, 0, ENTRY_MAX, &ret->bytes, err);
    if (rc == 0 && !sc_suexec_is_whole(ret->bytes.data, ret->bytes.len))
        rc = sc_error_set(err, SC_E_BUSY, "%s is no whole program: is it being installed?",
                          SC_SUEXEC_INSTALLED);
    return rc;
}

static bool same_bytes(int fd, const struct sc_buf *bytes)
{
    SC_BUF struct sc_buf have = SC_BUF_INIT;
    return sc_read_fd(fd, ENTRY_MAX, SC_SUEXEC_ENTRY, &have, NULL) == 0 && have.len == bytes->len &&
           memcmp(have.data, bytes->data, have.len) == 0;
}

/* A package's script that gives suexec capabilities gives them to what stands in its place: these
 * would be all that the kernel gives to our setuid program. */
static bool has_capabilities(int fd)
{
    return fgetxattr(fd, "security.capability", NULL, 0) >= 0;
}

/* The copy, where it has the rights that it should have; negative. */
static int open_copy(int dirfd, const struct wanted *w, struct stat *ret)
{
    SC_FD int fd = openat(dirfd, NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    bool is = fd >= 0 && fstat(fd, ret) == 0 && S_ISREG(ret->st_mode) && ret->st_uid == 0 &&
              ret->st_gid == w->gid && (ret->st_mode & 07777) == w->mode && !has_capabilities(fd);
    return is ? sc_steal_fd(&fd) : -EBADF;
}

static bool is_as_wanted(int dirfd, const struct wanted *w)
{
    struct stat st;
    SC_FD int fd = open_copy(dirfd, w, &st);
    return fd >= 0 && same_bytes(fd, &w->bytes);
}

/* How both look now. False: one of them has just been changed, or cannot be looked at. */
static bool describe(const struct stat *copy, struct sc_buf *out)
{
    struct stat st;
    int64_t now = sc_wall_ms();
    if (sc_there_followed(SC_SUEXEC_INSTALLED, &st, NULL) != SC_THERE)
        return false;
    const struct sc_stamp stamps[] = {sc_stamp_of(&st), sc_stamp_of(copy)};
    bool settled = true;
    for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        sc_stamp_format(&stamps[i], out);
        settled &= sc_stamp_is_settled(&stamps[i], now);
    }
    return settled && !out->failed;
}

static bool were_compared(const struct sc_buf *looks)
{
    SC_BUF struct sc_buf noted = SC_BUF_INIT;
    return sc_read_trusted_file(COMPARED, 0, COMPARED_MAX, &noted, NULL) == 0 &&
           noted.len == looks->len && memcmp(noted.data, looks->data, noted.len) == 0;
}

/* In place: a half of it is no note, and nothing is left of a writer that was killed. */
static void note_compared(const struct sc_buf *looks)
{
    SC_FD int fd = open(COMPARED, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        (void)sc_write_all(fd, looks->data, looks->len);
}

/* Whether the copy has the bytes of the installed entry: read once, until one of them is changed. */
static bool is_the_copy(int fd, const struct stat *copy, struct wanted *w, bool note)
{
    SC_BUF struct sc_buf looks = SC_BUF_INIT;
    bool settled = describe(copy, &looks);
    if (settled && were_compared(&looks))
        return true;
    if (want_bytes(w, NULL) < 0 || !same_bytes(fd, &w->bytes))
        return false;
    if (settled && note) /* else, and where it cannot be written, they are read again next time */
        note_compared(&looks);
    return true;
}

static bool dir_is_open(const struct stat *st)
{
    return st->st_uid == 0 && (st->st_mode & 07777) == 0755;
}

/* The directory, locked: two writers of one new file would leave a half of it. */
static int open_dir(int *ret_fd, struct sc_error *err)
{
    struct stat st;
    int rc = sc_mkdir_p(SC_SUEXEC_DIR, 0755, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(SC_SUEXEC_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", SC_SUEXEC_DIR);
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return sc_error_sys(err, errno, "lock %s", SC_SUEXEC_DIR);
    /* the web server must come through */
    if (fstat(fd, &st) < 0 || (!dir_is_open(&st) && (fchown(fd, 0, 0) < 0 || fchmod(fd, 0755) < 0)))
        return sc_error_sys(err, errno, "set owner and mode of %s", SC_SUEXEC_DIR);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

static int check_suid(int dirfd, struct sc_error *err)
{
    struct statvfs fs;
    if (fstatvfs(dirfd, &fs) < 0)
        return sc_error_sys(err, errno, "look at %s", SC_SUEXEC_DIR);
    return fs.f_flag & ST_NOSUID
               ? sc_error_set(err, SC_E_PLATFORM,
                              "%s lies on a file system mounted nosuid: remount it with suid",
                              SC_SUEXEC_DIR)
               : 0;
}

static int write_bytes(int fd, const struct sc_buf *b)
{
    for (size_t at = 0; at < b->len;) {
        ssize_t n = write(fd, b->data + at, b->len - at);
        if (n < 0 && errno != EINTR)
            return -1;
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* The mode after the owner: chown takes the setuid bit away. */
static int fill(int fd, const struct wanted *w)
{
    return write_bytes(fd, &w->bytes) < 0 || fchown(fd, 0, w->gid) < 0 || fchmod(fd, w->mode) < 0 ||
                   fsync(fd) < 0
               ? -1
               : 0;
}

/* What somebody who was killed had begun. */
static int remove_begun(int dirfd, struct sc_error *err)
{
    return unlinkat(dirfd, NEW, 0) < 0 && errno != ENOENT
               ? sc_error_sys(err, errno, "remove %s/" NEW, SC_SUEXEC_DIR)
               : 0;
}

static int replace(int dirfd, const struct wanted *w, struct sc_error *err)
{
    SC_FD int fd = openat(dirfd, NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "make %s/" NEW, SC_SUEXEC_DIR);
    int bad = fill(fd, w) < 0 ? errno : 0;
    sc_close(&fd); /* while it is open for writing, nobody can run it */
    if (!bad && (renameat(dirfd, NEW, dirfd, NAME) < 0 || fsync(dirfd) < 0))
        bad = errno;
    if (!bad) {
        sc_log("the entry in front of suexec was made: %s", SC_SUEXEC_ENTRY);
        return 0;
    }
    (void)unlinkat(dirfd, NEW, 0);
    return sc_error_sys(err, bad, "write %s", SC_SUEXEC_ENTRY);
}

int sc_suexec_arm(const char *real, struct sc_error *err)
{
    SC_CLEANUP(wanted_done) struct wanted w = {.bytes = SC_BUF_INIT};
    SC_FD int dirfd = -EBADF;
    int rc = want_rights(real, &w, err);
    if (rc == 0)
        rc = want_bytes(&w, err);
    if (rc == 0)
        rc = open_dir(&dirfd, err);
    if (rc == 0)
        rc = check_suid(dirfd, err);
    if (rc == 0)
        rc = remove_begun(dirfd, err);
    return rc < 0 || is_as_wanted(dirfd, &w) ? rc : replace(dirfd, &w, err);
}

bool sc_suexec_is_armed(const char *real, bool note)
{
    SC_CLEANUP(wanted_done) struct wanted w = {.bytes = SC_BUF_INIT};
    struct stat st;
    SC_FD int dirfd = open(SC_SUEXEC_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dirfd < 0 || fstat(dirfd, &st) < 0 || !dir_is_open(&st) || check_suid(dirfd, NULL) < 0 ||
        faccessat(dirfd, NEW, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || !sc_is_absent(errno) ||
        want_rights(real, &w, NULL) < 0)
        return false;
    SC_FD int fd = open_copy(dirfd, &w, &st);
    return fd >= 0 && is_the_copy(fd, &st, &w, note);
}

int sc_suexec_close_installed(struct sc_error *err)
{
    struct stat st;
    if (stat(SC_SUEXEC_INSTALLED, &st) < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? 0
                   : sc_error_sys(err, errno, "look at %s", SC_SUEXEC_INSTALLED);
    if (st.st_uid == 0 && (st.st_mode & 07777) == 0700)
        return 0;
    if (chown(SC_SUEXEC_INSTALLED, 0, 0) < 0 || chmod(SC_SUEXEC_INSTALLED, 0700) < 0)
        return sc_error_sys(err, errno, "set owner and mode of %s", SC_SUEXEC_INSTALLED);
    return 0;
}

int sc_suexec_disarm(struct sc_error *err)
{
    static const char *const files[] = {SC_SUEXEC_ENTRY, SC_SUEXEC_DIR "/" NEW, COMPARED};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (unlink(files[i]) < 0 && errno != ENOENT && errno != ENOTDIR)
            return sc_error_sys(err, errno, "remove %s", files[i]);
    if (rmdir(SC_SUEXEC_DIR) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != ENOTDIR)
        return sc_error_sys(err, errno, "remove %s", SC_SUEXEC_DIR);
    return 0;
}
