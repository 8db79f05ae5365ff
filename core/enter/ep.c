/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/ep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"

/* The whole content of the file; the places that are locked lie behind it. */
struct counters {
    uint64_t peak, faults;
};
#define FIRST_PLACE ((off_t)sizeof(struct counters))

static void path_of(uid_t uid, unsigned site, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u/%u.ep", (unsigned)uid, site);
}

static struct counters *map(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || (st.st_size < FIRST_PLACE && ftruncate(fd, FIRST_PLACE) < 0))
        return NULL;
    void *p = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* The lowest free place: then the highest that was ever taken is the most at once. Returns its
 * number from 1, 0 when there is none. */
static uint64_t lock_place(int fd, uint64_t limit)
{
    struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    for (uint64_t i = 0; i < limit; i++) {
        place.l_start = FIRST_PLACE + (off_t)i;
        if (fcntl(fd, F_SETLK, &place) == 0)
            return i + 1;
        if (errno != EAGAIN && errno != EACCES)
            break;
        errno = EUSERS;
    }
    return 0;
}

int sc_ep_take(uid_t uid, unsigned site, uint64_t limit)
{
    char path[64];
    path_of(uid, site, path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return -errno;
    struct counters *c = map(fd);
    uint64_t place = c ? lock_place(fd, limit) : 0;
    if (place == 0) {
        int rc = -errno;
        if (c && rc == -EUSERS)
            __atomic_fetch_add(&c->faults, 1, __ATOMIC_RELAXED);
        if (c)
            munmap(c, sizeof(*c));
        close(fd);
        return rc;
    }
    uint64_t peak = __atomic_load_n(&c->peak, __ATOMIC_RELAXED);
    while (peak < place && !__atomic_compare_exchange_n(&c->peak, &peak, place, 0, __ATOMIC_RELAXED,
                                                        __ATOMIC_RELAXED))
        ;
    munmap(c, sizeof(*c));
    return fd;
}

/* How many places in [from, to) are taken: the kernel names some lock in a range, which cuts it in
 * two. Each process holds one byte, so the work is two questions for each entry. */
static int count(int fd, off_t from, off_t to, uint64_t *ret)
{
    while (from < to) {
        struct flock l = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = from, .l_len = to - from};
        if (fcntl(fd, F_GETLK, &l) < 0)
            return -errno;
        if (l.l_type == F_UNLCK)
            return 0;
        *ret += (uint64_t)l.l_len;
        /* the kernel lists locks in the order they were made, so mostly one side is empty */
        int rc = count(fd, from, l.l_start, ret);
        if (rc < 0)
            return rc;
        from = l.l_start + l.l_len;
    }
    return 0;
}

int sc_ep_look(uid_t uid, unsigned site, struct sc_ep *ret)
{
    char path[64];
    path_of(uid, site, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) {
        *ret = (struct sc_ep){0};
        return 0;
    }
    if (fd < 0)
        return -errno;
    struct counters c = {0};
    uint64_t now = 0;
    int rc = read(fd, &c, sizeof(c)) < 0 ? -errno : 0;
    /* as far as it was ever used */
    if (rc == 0)
        rc = count(fd, FIRST_PLACE, FIRST_PLACE + (off_t)c.peak, &now);
    close(fd);
    if (rc == 0)
        *ret = (struct sc_ep){now, c.peak, c.faults};
    return rc;
}
