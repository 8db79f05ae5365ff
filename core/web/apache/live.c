/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/live.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"

#define GAP_NS 50000000L /* between two looks for a table that is missing */

/* Which file it is: root replaces it, never writes into it. */
struct version {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec changed;
};

struct sc_web_live {
    pthread_mutex_t lock;
    char *path;
    uid_t owner;
    int patience_ms;
    int pace_us;
    int64_t looked_us; /* when the last look began; 0: none did */
    int64_t lost_at;   /* of a missing one */
    struct version version;
    struct sc_web_shared *now;
    /* Whether the last table that any process read had sites: a server's process that has just begun
     * knows none, and takes a missing table for one that is missing. NULL: each knows its own. */
    atomic_bool *any;
};

static struct version version_of(const struct stat *st)
{
    return (struct version){st->st_dev, st->st_ino, st->st_size, st->st_mtim};
}

static bool is_same(const struct version *a, const struct version *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the table for the web server");
}

/* Takes the table. */
static struct sc_web_shared *share(struct sc_web_table *t)
{
    struct sc_web_shared *s = calloc(1, sizeof(*s));
    if (s)
        *s = (struct sc_web_shared){.table = t, .refs = 1};
    return s;
}

static void drop(struct sc_web_shared *s)
{
    if (s && --s->refs == 0) {
        sc_web_table_free(s->table);
        free(s);
    }
}

/* Opens and reads the file that is there now. */
static int read_table(const char *path, uid_t owner, struct version *version,
                      struct sc_web_shared **ret, struct sc_error *err)
{
    struct stat st;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_web_table *t = NULL;
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "open %s", path);
    *version = version_of(&st);
    if (!S_ISREG(st.st_mode) || st.st_uid != owner)
        return sc_error_set(err, SC_E_DENIED, "%s is no file of root's", path);
    int rc = sc_read_fd(fd, SC_WEB_TABLE_MAX, path, &text, err);
    if (rc == 0)
        rc = sc_web_table_parse(text.data, text.len, &t, err);
    if (rc < 0)
        return sc_error_wrap(err, "%s", path);
    *ret = share(t);
    if (!*ret) {
        sc_web_table_free(t);
        return no_memory(err);
    }
    return 0;
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
    return now_us() / 1000;
}

/* The file is missing, and may be made again any moment. (EACCES: its directory is.) */
static bool may_come(struct sc_web_live *l, int sysno)
{
    if (sysno != ENOENT && sysno != ENOTDIR && sysno != EACCES)
        return false;
    if (!l->now->missing)
        l->lost_at = now_ms() + l->patience_ms;
    return now_ms() < l->lost_at;
}

/* Nothing is lost by a table that cannot be read where there was none. */
static bool was_none(const struct sc_web_live *l)
{
    return sc_web_table_sites(l->now->table) == 0 && !(l->any && atomic_load(l->any));
}

/* The file is another one, or is not there. */
static int look_again(struct sc_web_live *l, struct sc_error *err)
{
    struct sc_web_shared *next = NULL;
    struct version version = {0};
    int rc = read_table(l->path, l->owner, &version, &next, err);
    l->version = version;
    if (rc < 0) {
        if (was_none(l) || l->now->lost)
            return 0; /* or it was said */
        l->now->missing = may_come(l, err->sys);
        l->now->lost = !l->now->missing;
        return l->now->lost ? rc : 0;
    }
    drop(l->now);
    l->now = next;
    if (l->any)
        atomic_store(l->any, sc_web_table_sites(next->table) > 0);
    return 0;
}

bool sc_web_live_is_unknown(const struct sc_web_shared *s)
{
    return (s->missing || s->lost) && sc_web_table_sites(s->table) == 0;
}

/* What the last look found, when that was a moment ago; NULL. One that is missing is waited for. */
static struct sc_web_shared *still(struct sc_web_live *l)
{
    struct sc_web_shared *s = NULL;
    pthread_mutex_lock(&l->lock);
    if (l->looked_us && !l->now->missing && now_us() - l->looked_us < l->pace_us) {
        s = l->now;
        s->refs++;
    }
    pthread_mutex_unlock(&l->lock);
    return s;
}

static struct sc_web_shared *look(struct sc_web_live *l, bool *said, struct sc_error *err)
{
    struct stat st = {0};
    int64_t began = now_us();
    (void)stat(l->path, &st);
    struct version version = version_of(&st);
    pthread_mutex_lock(&l->lock);
    bool due = l->now->missing && now_ms() >= l->lost_at;
    *said = (due || !is_same(&version, &l->version)) && look_again(l, err) < 0;
    l->looked_us = began;
    struct sc_web_shared *s = l->now;
    s->refs++;
    pthread_mutex_unlock(&l->lock);
    return s;
}

struct sc_web_shared *sc_web_live_get(struct sc_web_live *l, bool *said, struct sc_error *err)
{
    struct sc_web_shared *s = l->pace_us ? still(l) : NULL;
    *said = false;
    return s ? s : look(l, said, err);
}

bool sc_web_live_wait(struct sc_web_live *l, bool *said, struct sc_error *err)
{
    const struct timespec gap = {.tv_nsec = GAP_NS};
    for (;;) {
        struct sc_web_shared *s = look(l, said, err);
        bool missing = s->missing, lost = s->lost;
        sc_web_live_put(l, s);
        if (!missing)
            return !lost;
        (void)nanosleep(&gap, NULL);
    }
}

void sc_web_live_patience(struct sc_web_live *l, int ms)
{
    l->patience_ms = ms;
}

void sc_web_live_pace(struct sc_web_live *l, int us)
{
    l->pace_us = us;
}

void sc_web_live_ref(struct sc_web_live *l, struct sc_web_shared *s)
{
    pthread_mutex_lock(&l->lock);
    s->refs++;
    pthread_mutex_unlock(&l->lock);
}

void sc_web_live_put(struct sc_web_live *l, struct sc_web_shared *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&l->lock);
    drop(s);
    pthread_mutex_unlock(&l->lock);
}

static int make_empty(struct sc_web_live *l, struct sc_error *err)
{
    static const char none[] = SC_WEB_HEAD "end\n";
    struct sc_web_table *t = NULL;
    int rc = sc_web_table_parse(none, sizeof(none) - 1, &t, err);
    if (rc < 0)
        return rc;
    l->now = share(t);
    if (l->now)
        return 0;
    sc_web_table_free(t);
    return no_memory(err);
}

int sc_web_live_new(const char *path, uid_t owner, struct sc_web_live **ret, struct sc_error *err)
{
    struct sc_web_live *l = calloc(1, sizeof(*l));
    if (!l)
        return no_memory(err);
    pthread_mutex_init(&l->lock, NULL);
    l->path = strdup(path);
    l->owner = owner;
    l->version.size = -1; /* nobody has looked: a file that is missing is news, too */
    void *any =
        mmap(NULL, sizeof(*l->any), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    l->any = any == MAP_FAILED ? NULL : any;
    int rc = l->path ? make_empty(l, err) : no_memory(err);
    if (rc < 0) {
        sc_web_live_free(l);
        return rc;
    }
    *ret = l;
    return 0;
}

void sc_web_live_free(struct sc_web_live *l)
{
    if (!l)
        return;
    drop(l->now);
    if (l->any)
        (void)munmap(l->any, sizeof(*l->any));
    pthread_mutex_destroy(&l->lock);
    free(l->path);
    free(l);
}
