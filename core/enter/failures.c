/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"

#define FORMAT UINT64_C(0x3153454c49414653) /* "SFAILES1" */

static void path_of(uid_t uid, unsigned site, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u/%u.failed", (unsigned)uid, site);
}

/* ---- the file ---- */

/* One in which nothing was noted yet is a hole: a page in /run for each isolated site is had with its
 * first failure. */
static bool is_ours(uint64_t format)
{
    return format == FORMAT || format == 0;
}

static bool is_whole(int fd)
{
    struct stat st;
    uint64_t format;
    return fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(struct sc_failures) &&
           pread(fd, &format, sizeof(format), 0) == (ssize_t)sizeof(format) && is_ours(format);
}

int sc_failures_make(uid_t uid, unsigned site)
{
    char path[64];
    path_of(uid, site, path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return -errno;
    int rc = 0;
    if (!is_whole(fd) && (ftruncate(fd, 0) < 0 || ftruncate(fd, sizeof(struct sc_failures)) < 0))
        rc = -errno;
    close(fd);
    return rc;
}

int sc_failures_open(uid_t uid, unsigned site)
{
    char path[64];
    path_of(uid, site, path);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

/* Mapped, not written: a caller's limit of file sizes would end this process. The pages are had
 * before, so that a full /run does not end it either. */
static struct sc_failures *map(int fd)
{
    if (fd < 0 || !is_whole(fd) ||
        fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, sizeof(struct sc_failures)) < 0)
        return NULL;
    void *p = mmap(NULL, sizeof(struct sc_failures), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return NULL;
    __atomic_store_n(&((struct sc_failures *)p)->format, FORMAT, __ATOMIC_RELAXED);
    return p;
}

/* ---- noting ---- */

static struct sc_failure *find(struct sc_failures *f, uint32_t kind, uint32_t status,
                               const char *text)
{
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++) {
        struct sc_failure *one = &f->v[i];
        if (__atomic_load_n(&one->n, __ATOMIC_ACQUIRE) && one->kind == kind &&
            one->status == status && strncmp(one->text, text, SC_FAILURE_TEXT) == 0)
            return one;
    }
    return NULL;
}

/* Two processes may begin a place each for the same failure; who reads adds them up. */
static struct sc_failure *begin(struct sc_failures *f, uint32_t kind, uint32_t status,
                                const char *text, int64_t now)
{
    uint64_t place = __atomic_fetch_add(&f->begun, 1, __ATOMIC_RELAXED) % SC_FAILURES_KEPT;
    struct sc_failure *one = &f->v[place];
    __atomic_store_n(&one->n, 0, __ATOMIC_RELEASE);
    one->kind = kind;
    one->status = status;
    one->first = now;
    memcpy(one->text, text, SC_FAILURE_TEXT);
    return one;
}

static void count_in_row(struct sc_failures *f, int64_t now)
{
    int64_t none = 0;
    if (__atomic_compare_exchange_n(&f->since, &none, now, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        __atomic_store_n(&f->in_row, 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(&f->in_row, 1, __ATOMIC_RELAXED);
}

void sc_failures_add(int fd, enum sc_failure_kind kind, unsigned status, const char *text)
{
    char cut[SC_FAILURE_TEXT] = "";
    int64_t now = sc_wall_ms();
    struct sc_failures *f = map(fd);
    if (!f)
        return;
    size_t len = strnlen(text, sizeof(cut) - 1);
    memcpy(cut, text, len);
    if (kind == SC_FAILED_ENTER)
        count_in_row(f, now);
    struct sc_failure *one = find(f, kind, status, cut);
    if (!one)
        one = begin(f, kind, status, cut, now);
    one->last = now;
    __atomic_fetch_add(&one->n, 1, __ATOMIC_RELEASE);
    munmap(f, sizeof(*f));
}

void sc_failures_ended(int fd)
{
    int64_t since = 0;
    if (fd < 0 ||
        pread(fd, &since, sizeof(since), offsetof(struct sc_failures, since)) !=
            (ssize_t)sizeof(since) ||
        since == 0)
        return;
    struct sc_failures *f = map(fd);
    if (!f)
        return;
    __atomic_store_n(&f->since, 0, __ATOMIC_RELAXED);
    munmap(f, sizeof(*f));
}

void sc_failures_note(uid_t uid, unsigned site, enum sc_failure_kind kind, unsigned status,
                      const char *text)
{
    int fd = sc_failures_open(uid, site);
    sc_failures_add(fd, kind, status, text);
    if (fd >= 0)
        close(fd);
}

void sc_failures_note_ended(uid_t uid, unsigned site)
{
    int fd = sc_failures_open(uid, site);
    sc_failures_ended(fd);
    if (fd >= 0)
        close(fd);
}

/* ---- reading ---- */

int sc_failures_read(uid_t uid, unsigned site, struct sc_failures *ret)
{
    char path[64];
    path_of(uid, site, path);
    *ret = (struct sc_failures){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    struct sc_failures f;
    ssize_t n = pread(fd, &f, sizeof(f), 0);
    int rc = n < 0 ? -errno : 0;
    close(fd);
    if (rc == 0 && (n != (ssize_t)sizeof(f) || !is_ours(f.format)))
        return -EBADMSG;
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++)
        f.v[i].text[SC_FAILURE_TEXT - 1] = 0;
    *ret = f;
    return 0;
}
