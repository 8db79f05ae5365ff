/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"

#define TRIES 64 /* places that are looked at */

static int map(const char *path, int flags, int protection, struct sc_web_counts **ret,
               struct sc_error *err)
{
    struct stat st;
    SC_FD int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0 && errno == ENOENT)
        return sc_error_set(err, SC_E_NOTFOUND, "%s is missing", path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "open %s", path);
    if (st.st_size != (off_t)sizeof(**ret) &&
        (!(flags & O_CREAT) || ftruncate(fd, (off_t)sizeof(**ret)) < 0))
        return sc_error_set(err, SC_E_INVAL, "%s has not the size that it should", path);
    void *p = mmap(NULL, sizeof(**ret), protection, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return sc_error_sys(err, errno, "map %s", path);
    *ret = p;
    return 0;
}

int sc_web_counts_map(const char *path, struct sc_web_counts **ret, struct sc_error *err)
{
    return map(path, O_RDWR | O_CREAT, PROT_READ | PROT_WRITE, ret, err);
}

static struct sc_web_count *place(struct sc_web_counts *counts, uint32_t site, bool make)
{
    for (uint32_t i = 0; i < TRIES; i++) {
        struct sc_web_count *c = &counts->v[(site + i) % SC_WEB_COUNTS_MAX];
        uint32_t now = 0;
        if (make && __atomic_compare_exchange_n(&c->site, &now, site, false, __ATOMIC_SEQ_CST,
                                                __ATOMIC_SEQ_CST))
            return c;
        now = __atomic_load_n(&c->site, __ATOMIC_SEQ_CST);
        if (now == site)
            return c;
        if (now == 0)
            return NULL;
    }
    return NULL;
}

void sc_web_counts_add(struct sc_web_counts *counts, uint32_t site, int status, int64_t now,
                       const char *reason)
{
    struct sc_web_count *c = counts && site ? place(counts, site, true) : NULL;
    if (!c)
        return;
    size_t len = strnlen(reason, sizeof(c->reason) - 1);
    memcpy(c->reason, reason, len);
    c->reason[len] = 0;
    c->status = (uint32_t)status;
    c->last = now;
    __atomic_add_fetch(&c->n, 1, __ATOMIC_SEQ_CST);
}

int sc_web_counts_open(const char *path, struct sc_web_counts **ret, struct sc_error *err)
{
    return map(path, O_RDONLY, PROT_READ, ret, err);
}

void sc_web_counts_close(struct sc_web_counts *counts)
{
    if (counts)
        munmap(counts, sizeof(*counts));
}

bool sc_web_counts_find(struct sc_web_counts *counts, uint32_t site, struct sc_web_count *ret)
{
    const struct sc_web_count *c = counts ? place(counts, site, false) : NULL;
    if (!c)
        return false;
    *ret = *c;
    ret->reason[sizeof(ret->reason) - 1] = 0;
    return true;
}

int sc_web_counts_read(const char *path, uint32_t site, struct sc_web_count *ret,
                       struct sc_error *err)
{
    struct sc_web_counts *counts;
    int rc = sc_web_counts_open(path, &counts, err);
    if (rc < 0)
        return rc;
    bool found = sc_web_counts_find(counts, site, ret);
    sc_web_counts_close(counts);
    return found ? 0 : sc_error_set(err, SC_E_NOTFOUND, "nothing was refused");
}
