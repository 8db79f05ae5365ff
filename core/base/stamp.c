/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/there.h"
#include "core/base/vec.h"

#define SETTLED_MS 1000 /* the longest tick is 10 ms; a network's server has a clock of its own */

struct sc_stamp sc_stamp_of(const struct stat *st)
{
    return (struct sc_stamp){.dev = st->st_dev,
                             .ino = st->st_ino,
                             .size = st->st_size,
                             .modified = st->st_mtim,
                             .changed = st->st_ctim};
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool sc_stamp_same(const struct sc_stamp *a, const struct sc_stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           same_time(&a->modified, &b->modified) && same_time(&a->changed, &b->changed);
}

bool sc_stamp_is_settled(const struct sc_stamp *s, int64_t now_ms)
{
    int64_t changed_ms = (int64_t)s->changed.tv_sec * 1000 + s->changed.tv_nsec / 1000000;
    return changed_ms < now_ms - SETTLED_MS;
}

void sc_stamp_format(const struct sc_stamp *s, struct sc_buf *out)
{
    sc_buf_fmt(out, "%llu %llu %lld %lld.%09ld %lld.%09ld\n", (unsigned long long)s->dev,
               (unsigned long long)s->ino, (long long)s->size, (long long)s->modified.tv_sec,
               s->modified.tv_nsec, (long long)s->changed.tv_sec, s->changed.tv_nsec);
}

void sc_stamps_done(struct sc_stamps *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i].path);
    free(s->v);
    *s = (struct sc_stamps){0};
}

/* What was found by a look that began at `now`. */
static struct sc_stamped stamped(int there, const struct stat *st, int64_t now)
{
    struct sc_stamped one = {.there = there == SC_THERE, .settled = true};
    if (one.there) {
        one.stamp = sc_stamp_of(st);
        one.settled = sc_stamp_is_settled(&one.stamp, now);
    }
    return one;
}

static int look(const char *path, struct sc_stamped *ret, struct stat *st, struct sc_error *err)
{
    int64_t now = sc_wall_ms();
    int there = sc_there_followed(path, st, err);
    *ret = stamped(there, st, now);
    return there;
}

static int note(struct sc_stamps *s, const char *path, struct sc_stamped one, int there)
{
    if (there >= 0 && SC_VEC_ROOM(s->v, s->n) && (one.path = strdup(path)))
        s->v[s->n++] = one;
    else
        s->lost = true;
    return there;
}

int sc_stamps_look(struct sc_stamps *s, const char *path, struct stat *ret, struct sc_error *err)
{
    struct sc_stamped one;
    int there = look(path, &one, ret, err);
    return note(s, path, one, there);
}

int sc_stamps_open(struct sc_stamps *s, const char *path, int *ret_fd, struct stat *ret,
                   struct sc_error *err)
{
    int64_t now = sc_wall_ms();
    int there = SC_THERE;
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && sc_is_absent(errno))
        there = SC_ABSENT;
    else if (fd < 0)
        there = sc_error_sys(err, errno, "cannot open %s", path);
    else if (fstat(fd, ret) < 0)
        there = sc_error_sys(err, errno, "cannot look at %s", path);
    if (there == SC_THERE)
        *ret_fd = sc_steal_fd(&fd);
    return note(s, path, stamped(there, ret, now), there);
}

void sc_stamps_note(struct sc_stamps *s, const char *path)
{
    struct stat st;
    (void)sc_stamps_look(s, path, &st, NULL);
}

bool sc_stamps_same(const struct sc_stamps *s)
{
    bool same = !s->lost;
    for (size_t i = 0; i < s->n && same; i++) {
        const struct sc_stamped *old = &s->v[i];
        struct sc_stamped now = {0};
        struct stat st;
        same = old->settled && look(old->path, &now, &st, NULL) >= 0 && now.there == old->there &&
               sc_stamp_same(&now.stamp, &old->stamp);
    }
    return same;
}
