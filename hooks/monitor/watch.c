/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

#define BUCKETS   4096
#define READS_MAX 64 /* of 64 KiB: more than the kernel's queue holds */
#define ODD_MAX   1024

struct interest {
    enum sc_watch_what what;
    uid_t uid;
    char *name; /* NULL: any */
    bool old;   /* not added again since begin */
};

struct dir {
    int wd;
    struct interest *v;
    size_t n;
    struct dir *next;
};

struct count {
    enum sc_watch_what what;
    uid_t uid;
    unsigned n;
};

struct sc_watches {
    int fd;
    unsigned joined; /* workers that may add watches now */
    int *odd; /* watches that nobody told yet and something happened to, or that are removed */
    size_t n_odd;
    bool odd_lost; /* there were more */
    int removed;   /* the watch that we removed last: many of its events may be waiting */
    struct dir *bucket[BUCKETS];
    size_t n_dirs;
    struct count *counts; /* of the read under way */
    size_t n_counts;
};

int sc_watches_new(struct sc_watches **ret, struct sc_error *err)
{
    struct sc_watches *w = calloc(1, sizeof(*w));
    if (!w)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->fd < 0) {
        int rc = sc_error_sys(err, errno, "inotify");
        free(w);
        return rc;
    }
    *ret = w;
    return 0;
}

static void dir_free(struct dir *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i].name);
    free(d->v);
    free(d);
}

void sc_watches_free(struct sc_watches *w)
{
    if (!w)
        return;
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct dir *d = w->bucket[b], *next; d; d = next) {
            next = d->next;
            dir_free(d);
        }
    close(w->fd);
    SC_FREE_ALL(w->odd, w->counts, w);
}

int sc_watches_fd(const struct sc_watches *w)
{
    return w->fd;
}

size_t sc_watches_dirs(const struct sc_watches *w)
{
    return w->n_dirs;
}

static struct dir **slot(struct sc_watches *w, int wd)
{
    struct dir **p = &w->bucket[(unsigned)wd % BUCKETS];
    while (*p && (*p)->wd != wd)
        p = &(*p)->next;
    return p;
}

bool sc_watches_has(const struct sc_watches *w, int wd)
{
    const struct dir *d = w->bucket[(unsigned)wd % BUCKETS];
    while (d && d->wd != wd)
        d = d->next;
    return d != NULL;
}

static bool same_name(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void remove_interest(struct dir *d, size_t i)
{
    free(d->v[i].name);
    memmove(&d->v[i], &d->v[i + 1], (--d->n - i) * sizeof(*d->v));
}

/* Many names are one interest in any: comparing must not cost more than looking. */
static const char *widened(struct dir *d, enum sc_watch_what what, uid_t uid, const char *name)
{
    size_t names = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct interest *x = &d->v[i];
        if (x->what == what && x->uid == uid) {
            names += !x->old;
            if (!x->name && !x->old)
                return NULL;
        }
    }
    if (!name || names < SC_WATCH_NAMES_MAX)
        return name;
    for (size_t i = d->n; i-- > 0;)
        if (d->v[i].what == what && d->v[i].uid == uid)
            remove_interest(d, i);
    return NULL;
}

static int add_interest(struct dir *d, enum sc_watch_what what, uid_t uid, const char *name,
                        struct sc_error *err)
{
    for (size_t i = 0; i < d->n; i++) {
        struct interest *x = &d->v[i];
        if (x->what == what && x->uid == uid && same_name(x->name, name)) {
            x->old = false;
            return 0;
        }
    }
    name = widened(d, what, uid, name);
    for (size_t i = 0; i < d->n; i++)
        if (d->v[i].what == what && d->v[i].uid == uid && same_name(d->v[i].name, name)) {
            d->v[i].old = false;
            return 0;
        }
    if (!SC_VEC_ROOM(d->v, d->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
    char *copy = name ? strdup(name) : NULL;
    if (name && !copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
    d->v[d->n++] = (struct interest){.what = what, .uid = uid, .name = copy};
    return 0;
}

static int watch(int inotify, const char *path, uint32_t mask, int *ret_wd, struct sc_error *err)
{
    int wd = inotify_add_watch(inotify, path, mask | IN_MASK_ADD);
    if (wd >= 0) {
        *ret_wd = wd;
        return 0;
    }
    if (errno == ENOSPC)
        return sc_error_set(err, SC_E_TOOBIG,
                            "the kernel's limit of watches is reached: raise "
                            "fs.inotify.max_user_watches");
    return errno == ENOENT || errno == ENOTDIR
               ? sc_error_set(err, SC_E_NOTFOUND, "%s is no directory", path)
               : sc_error_sys(err, errno, "watch %s", path);
}

int sc_watch_dir(int inotify, int dirfd, uint32_t mask, int *ret_wd, struct sc_error *err)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", dirfd);
    return watch(inotify, path, mask, ret_wd, err);
}

static int interest_in(struct sc_watches *w, int wd, enum sc_watch_what what, uid_t uid,
                       const char *name, struct sc_error *err)
{
    struct dir **p = slot(w, wd);
    if (!*p) {
        *p = calloc(1, sizeof(**p));
        if (!*p) {
            (void)inotify_rm_watch(w->fd, wd);
            return sc_error_set(err, SC_E_NOMEM, "out of memory for watches");
        }
        (*p)->wd = wd;
        w->n_dirs++;
    }
    return add_interest(*p, what, uid, name, err);
}

int sc_watches_add(struct sc_watches *w, const char *path, uint32_t mask, enum sc_watch_what what,
                   uid_t uid, const char *name, struct sc_error *err)
{
    int wd = -1, rc = watch(w->fd, path, mask, &wd, err);
    return rc < 0 ? rc : interest_in(w, wd, what, uid, name, err);
}

/* ---- watches that another process adds ---- */

static void note_odd(struct sc_watches *w, int wd)
{
    if (!w->joined || w->odd_lost)
        return;
    for (size_t i = 0; i < w->n_odd; i++)
        if (w->odd[i] == wd)
            return;
    if (w->n_odd >= ODD_MAX || !SC_VEC_ROOM(w->odd, w->n_odd)) {
        w->odd_lost = true;
        return;
    }
    w->odd[w->n_odd++] = wd;
}

void sc_watches_join(struct sc_watches *w)
{
    w->joined++;
}

void sc_watches_leave(struct sc_watches *w)
{
    if (--w->joined)
        return;
    free(w->odd);
    w->odd = NULL;
    w->n_odd = 0;
    w->odd_lost = false;
}

int sc_watches_take(struct sc_watches *w, int wd, enum sc_watch_what what, uid_t uid,
                    const char *name, bool *ret_missed, struct sc_error *err)
{
    bool missed = w->odd_lost;
    for (size_t i = 0; i < w->n_odd && !missed; i++)
        missed = w->odd[i] == wd;
    int rc = interest_in(w, wd, what, uid, name, err);
    if (rc == 0)
        *ret_missed = missed;
    return rc;
}

void sc_watches_begin(struct sc_watches *w, enum sc_watch_what what, uid_t uid)
{
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct dir *d = w->bucket[b]; d; d = d->next)
            for (size_t i = 0; i < d->n; i++)
                d->v[i].old |= d->v[i].what == what && d->v[i].uid == uid;
}

void sc_watches_end(struct sc_watches *w, enum sc_watch_what what, uid_t uid)
{
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct dir **p = &w->bucket[b]; *p;) {
            struct dir *d = *p;
            for (size_t i = d->n; i-- > 0;)
                if (d->v[i].old && d->v[i].what == what && d->v[i].uid == uid)
                    remove_interest(d, i);
            if (d->n) {
                p = &d->next;
                continue;
            }
            (void)inotify_rm_watch(w->fd, d->wd);
            w->removed = d->wd;
            note_odd(w, d->wd);
            *p = d->next;
            dir_free(d);
            w->n_dirs--;
        }
}

bool sc_watch_meets(const char *want, const char *name)
{
    return !want || !name || !name[0] || strcmp(want, name) == 0;
}

/* Counts an event of the account; true when that makes it a flood, once. */
static bool floods(struct sc_watches *w, const struct interest *x)
{
    if (x->what != SC_WATCH_HOME && x->what != SC_WATCH_TOP && x->what != SC_WATCH_SITE &&
        x->what != SC_WATCH_FILE)
        return false;
    for (size_t i = 0; i < w->n_counts; i++)
        if (w->counts[i].uid == x->uid && w->counts[i].what == x->what)
            return ++w->counts[i].n == SC_WATCH_FLOOD;
    if (SC_VEC_ROOM(w->counts, w->n_counts))
        w->counts[w->n_counts++] = (struct count){.what = x->what, .uid = x->uid, .n = 1};
    return false;
}

static bool same_owner(const struct interest *a, const struct interest *b)
{
    return a->uid == b->uid && a->what == b->what;
}

/* Of a watch that was removed, or that is not told yet, or that a killed worker left. */
static void take_odd(struct sc_watches *w, const struct inotify_event *e)
{
    if (e->wd == w->removed)
        return;
    note_odd(w, e->wd);
    if (w->joined || (e->mask & IN_IGNORED))
        return;
    (void)inotify_rm_watch(w->fd, e->wd);
    w->removed = e->wd;
}

static void take(struct sc_watches *w, const struct inotify_event *e, sc_watch_told *told,
                 void *arg)
{
    struct dir **p = slot(w, e->wd);
    struct dir *d = *p;
    if (!d) {
        take_odd(w, e);
        return;
    }
    const char *name = e->len ? e->name : NULL;
    struct interest flood = {.uid = 0};
    for (size_t i = 0; i < d->n; i++) {
        struct interest *x = &d->v[i];
        if ((i == 0 || !same_owner(x, &d->v[i - 1])) && floods(w, x))
            flood = (struct interest){.what = x->what, .uid = x->uid};
        if (sc_watch_meets(x->name, name))
            told(x->what, x->uid, name, arg);
    }
    if (e->mask & IN_IGNORED) { /* the directory was removed, and the kernel's watch with it */
        *p = d->next;
        note_odd(w, d->wd);
        dir_free(d);
        w->n_dirs--;
    }
    if (flood.uid) {
        told(flood.what, flood.uid, NULL, arg);
        sc_watches_begin(w, flood.what, flood.uid);
        sc_watches_end(w, flood.what, flood.uid);
    }
}

void sc_watches_read(struct sc_watches *w, sc_watch_told *told, void *arg, bool *ret_lost)
{
    union {
        char bytes[65536];
        struct inotify_event align;
    } in;
    *ret_lost = false;
    w->n_counts = 0;
    for (int reads = 0; reads < READS_MAX; reads++) {
        ssize_t n = read(w->fd, in.bytes, sizeof(in.bytes));
        if (n <= 0)
            return;
        for (char *p = in.bytes; p < in.bytes + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            if (e->mask & IN_Q_OVERFLOW)
                *ret_lost = true;
            else
                take(w, e, told, arg);
            p += sizeof(*e) + e->len;
        }
    }
}
