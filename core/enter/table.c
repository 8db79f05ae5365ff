/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"

#define HEAD "sitecage-sites 1\n"
#define TAIL "\nend\n"

static void path_of(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u/" SC_TABLE_NAME, (unsigned)uid);
}

static struct sc_table_id id_of(const struct stat *st)
{
    return (struct sc_table_id){.ino = st->st_ino, .mtime = st->st_mtim};
}

bool sc_table_is(uid_t uid, const struct sc_table_id *id)
{
    char path[64];
    struct stat st;
    path_of(uid, path);
    return lstat(path, &st) == 0 && st.st_ino == id->ino && st.st_mtim.tv_sec == id->mtime.tv_sec &&
           st.st_mtim.tv_nsec == id->mtime.tv_nsec;
}

int sc_table_fd(uid_t uid)
{
    char path[64];
    path_of(uid, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

int sc_table_map(int fd, struct sc_table *ret)
{
    struct stat st;
    void *p = MAP_FAILED;
    int rc = -EBADMSG;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
        st.st_size > (off_t)(sizeof(HEAD) + sizeof(TAIL)) && st.st_size <= (off_t)SC_TABLE_MAX) {
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        rc = p == MAP_FAILED ? -errno : 0;
    }
    if (rc < 0)
        return rc;
    size_t len = (size_t)st.st_size;
    const char *data = p;
    if (memcmp(data, HEAD, sizeof(HEAD) - 1) != 0 ||
        memcmp(data + len - (sizeof(TAIL) - 1), TAIL, sizeof(TAIL) - 1) != 0) {
        munmap(p, len);
        return -EBADMSG;
    }
    ret->data = data;
    ret->len = len;
    ret->id = id_of(&st);
    return 0;
}

int sc_table_open(uid_t uid, struct sc_table *ret)
{
    int fd = sc_table_fd(uid);
    if (fd < 0)
        return fd;
    int rc = sc_table_map(fd, ret);
    close(fd);
    return rc;
}

void sc_table_close(struct sc_table *t)
{
    if (t->data)
        munmap((void *)(uintptr_t)t->data, t->len);
    *t = (struct sc_table){0};
}

/* Encodes a word as the table does, with single slashes and none at the end. Returns the length, or 0
 * when it is too long. */
static size_t encode(const char *word, char *out, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)word; *p; p++) {
        if (*p == '/' && (p[1] == '/' || p[1] == 0))
            continue;
        if (n + 4 > size)
            return 0;
        if (*p > 0x20 && *p < 0x7f && *p != '%') {
            out[n++] = (char)*p;
        } else {
            out[n++] = '%';
            out[n++] = digits[*p >> 4];
            out[n++] = digits[*p & 15];
        }
    }
    out[n] = 0;
    return n;
}

struct line {
    const char *key, *arg1, *arg2; /* words; arg2 may be NULL */
    size_t key_len, arg1_len, arg2_len;
};

/* Cuts the next line of at most three words. False at the end of the table. */
static bool next_line(const char **at, const char *end, struct line *l)
{
    if (*at >= end)
        return false;
    const char *eol = memchr(*at, '\n', (size_t)(end - *at));
    if (!eol)
        return false;
    const char *p = *at;
    *at = eol + 1;
    const char *words[3] = {NULL, NULL, NULL};
    size_t lens[3] = {0, 0, 0};
    for (int i = 0; i < 3 && p < eol; i++) {
        const char *sp = memchr(p, ' ', (size_t)(eol - p));
        const char *stop = sp && i < 2 ? sp : eol;
        words[i] = p;
        lens[i] = (size_t)(stop - p);
        p = stop + 1;
    }
    *l = (struct line){words[0], words[1], words[2], lens[0], lens[1], lens[2]};
    return true;
}

static bool word_is(const char *w, size_t len, const char *text)
{
    return w && strlen(text) == len && memcmp(w, text, len) == 0;
}

static bool number(const char *w, size_t len, unsigned *ret)
{
    unsigned long v = 0;
    if (!w || len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (w[i] < '0' || w[i] > '9')
            return false;
        v = v * 10 + (unsigned long)(w[i] - '0');
    }
    if (v > UINT_MAX)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* Lines: "isolated ID DOCROOT", "broken ID DOCROOT", "open 0 DOCROOT", and for the site line before
 * them its limits, then "alias ID DOCROOT", "owns ID DIRECTORY", "shares ID DIRECTORY", "name ID
 * DOMAIN". */
static bool site_line(const struct line *l, struct sc_site_ref *cur)
{
    enum sc_site_state state;
    if (word_is(l->key, l->key_len, "isolated"))
        state = SC_SITE_ISOLATED;
    else if (word_is(l->key, l->key_len, "open"))
        state = SC_SITE_OPEN;
    else if (word_is(l->key, l->key_len, "broken"))
        state = SC_SITE_BROKEN;
    else
        return false;
    *cur = (struct sc_site_ref){.state = state, .docroot = l->arg2, .docroot_len = l->arg2_len};
    if (!number(l->arg1, l->arg1_len, &cur->id) || !l->arg2)
        cur->state = SC_SITE_BROKEN; /* cannot be: what wrote this is broken, so nothing runs */
    return true;
}

/* Another directory of the site line before. */
static bool own_line(const struct line *l)
{
    return word_is(l->key, l->key_len, "owns") || word_is(l->key, l->key_len, "shares");
}

enum match {
    MATCH_EXACT,
    MATCH_CONTAINING,
    MATCH_NAME
};

static struct sc_site_ref find(const struct sc_table *t, const char *word, size_t len,
                               enum match how)
{
    struct sc_site_ref cur = {0}, best = {0};
    size_t best_len = 0;
    const char *at = t->data + sizeof(HEAD) - 1, *end = t->data + t->len;
    struct line l;
    while (next_line(&at, end, &l)) {
        bool is_path = site_line(&l, &cur) || word_is(l.key, l.key_len, "alias") || own_line(&l);
        bool is_name = !is_path && word_is(l.key, l.key_len, "name");
        if ((how == MATCH_NAME ? !is_name : !is_path) || !l.arg2 || l.arg2_len > len ||
            memcmp(l.arg2, word, l.arg2_len) != 0)
            continue;
        if (l.arg2_len == len) {
            if (how != MATCH_CONTAINING)
                return cur;
        } else if (how != MATCH_CONTAINING || word[l.arg2_len] != '/') {
            continue;
        }
        if (l.arg2_len > best_len) {
            best = cur;
            best_len = l.arg2_len;
            best.shared = word_is(l.key, l.key_len, "shares") ? l.arg2 : NULL;
            best.shared_len = best.shared ? l.arg2_len : 0;
        }
    }
    return best;
}

static struct sc_site_ref find_path(const struct sc_table *t, const char *path, enum match how)
{
    char word[3 * PATH_MAX];
    size_t len =
        path[0] == '/' ? encode(path, word, sizeof(word)) : 0; /* "/" is no document root */
    return len ? find(t, word, len, how) : (struct sc_site_ref){0};
}

struct sc_site_ref sc_table_docroot(const struct sc_table *t, const char *path)
{
    return find_path(t, path, MATCH_EXACT);
}

struct sc_site_ref sc_table_containing(const struct sc_table *t, const char *path)
{
    return find_path(t, path, MATCH_CONTAINING);
}

struct sc_site_ref sc_table_sharer(const struct sc_table *t, const struct sc_site_ref *found,
                                   const struct sc_site_ref *said)
{
    const char *at = t->data + sizeof(HEAD) - 1, *end = t->data + t->len;
    struct sc_site_ref cur = {0};
    struct line l;
    while (found->shared && said->state == SC_SITE_ISOLATED && next_line(&at, end, &l))
        if (!site_line(&l, &cur) && cur.id == said->id && word_is(l.key, l.key_len, "shares") &&
            l.arg2_len == found->shared_len && memcmp(l.arg2, found->shared, l.arg2_len) == 0)
            return cur;
    return *found;
}

struct sc_site_ref sc_table_name(const struct sc_table *t, const char *name)
{
    char word[3 * 256];
    size_t len = encode(name, word, sizeof(word));
    return len ? find(t, word, len, MATCH_NAME) : (struct sc_site_ref){0};
}

struct sc_site_ref sc_table_site(const struct sc_table *t, unsigned id)
{
    const char *at = t->data + sizeof(HEAD) - 1, *end = t->data + t->len;
    struct sc_site_ref cur = {0};
    struct line l;
    while (next_line(&at, end, &l))
        if (site_line(&l, &cur) && cur.id == id && id != 0)
            return cur;
    return (struct sc_site_ref){0};
}

bool sc_table_closed_below(const struct sc_table *t, const struct sc_site_ref *above,
                           const char **at, struct sc_site_ref *ret)
{
    const char *end = t->data + t->len;
    struct sc_site_ref cur = *at ? *ret : (struct sc_site_ref){0};
    struct line l;
    if (!*at)
        *at = t->data + sizeof(HEAD) - 1;
    while (next_line(at, end, &l)) {
        /* an alias is another way to a directory that is hidden itself */
        if (!site_line(&l, &cur) && !own_line(&l))
            continue;
        bool below = above->state == SC_SITE_NONE ||
                     (l.arg2_len > above->docroot_len && above->docroot_len > 0 &&
                      memcmp(l.arg2, above->docroot, above->docroot_len) == 0 &&
                      l.arg2[above->docroot_len] == '/');
        if (below && l.arg2 && cur.state != SC_SITE_OPEN && cur.state != SC_SITE_NONE) {
            *ret = cur;
            ret->docroot = l.arg2;
            ret->docroot_len = l.arg2_len;
            return true;
        }
    }
    return false;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int decode(const char *word, size_t len, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = word[i];
        if (c == '%') {
            if (i + 2 >= len)
                return -EINVAL;
            int hi = hex(word[i + 1]), lo = hex(word[i + 2]);
            if (hi < 0 || lo < 0 || (hi == 0 && lo == 0))
                return -EINVAL;
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        if (n + 1 >= size)
            return -ENAMETOOLONG;
        out[n++] = c;
    }
    out[n] = 0;
    return 0;
}

int sc_table_decode(const struct sc_site_ref *ref, char *out, size_t size)
{
    return decode(ref->docroot, ref->docroot_len, out, size);
}

/* One line of a site's limits. 1 when it is one, 0 when it is none, -EBADMSG. */
static int limit_line(const struct line *l, unsigned id, struct sc_site_limits *ret)
{
    bool counts = word_is(l->key, l->key_len, "counts"),
         group = counts || word_is(l->key, l->key_len, "cgroup"),
         ep = word_is(l->key, l->key_len, "ep"), vmem = word_is(l->key, l->key_len, "vmem"),
         nproc = word_is(l->key, l->key_len, "nproc");
    if (!group && !ep && !vmem && !nproc)
        return 0;
    unsigned whose;
    if (!number(l->arg1, l->arg1_len, &whose) || whose != id || !l->arg2)
        return -EBADMSG;
    if (group) {
        if (ret->n_groups == SC_SITE_GROUPS_MAX ||
            decode(l->arg2, l->arg2_len, ret->group[ret->n_groups], SC_SITE_GROUP_PATH) < 0)
            return -EBADMSG;
        ret->counts = counts && (ret->n_groups == 0 || ret->counts); /* one that limits, limits */
        ret->n_groups++;
        return 1;
    }
    const char *sp = memchr(l->arg2, ' ', l->arg2_len);
    size_t len = sp ? (size_t)(sp - l->arg2) : l->arg2_len;
    uint64_t v = 0;
    if (len == 0 || len > 18 || !sp != !nproc)
        return -EBADMSG;
    for (size_t i = 0; i < len; i++) {
        if (l->arg2[i] < '0' || l->arg2[i] > '9')
            return -EBADMSG;
        v = v * 10 + (uint64_t)(l->arg2[i] - '0');
    }
    if (nproc && decode(sp + 1, l->arg2_len - len - 1, ret->current, sizeof(ret->current)) < 0)
        return -EBADMSG;
    *(ep ? &ret->ep : vmem ? &ret->vmem : &ret->nproc) = v;
    return 1;
}

/* They stand right behind the site's own line. */
int sc_table_limits(const struct sc_table *t, const struct sc_site_ref *ref,
                    struct sc_site_limits *ret)
{
    ret->ep = ret->vmem = ret->nproc = 0;
    ret->n_groups = 0;
    ret->counts = false;
    ret->from = t->id;
    const char *at = ref->docroot + ref->docroot_len + 1, *end = t->data + t->len;
    struct line l;
    int rc = 1;
    while (rc == 1 && next_line(&at, end, &l))
        rc = limit_line(&l, ref->id, ret);
    return rc < 0 ? rc : 0;
}
