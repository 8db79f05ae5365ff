/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/taken.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/php/fpm/fields.h"
#include "core/php/pools/known.h"

#define HEAD    "sitecage-fpm 1\n"
#define TEXT    "--\n"
#define LEAVING ".out"

void sc_fpm_taken_done(struct sc_fpm_taken *t)
{
    SC_FREE_ALL(t->file, t->pool, t->listen, t->exe, t->main, t->text);
    *t = (struct sc_fpm_taken){0};
}

void sc_fpm_taken_list_done(struct sc_fpm_taken_list *l)
{
    SC_VEC_DONE(l->v, l->n, sc_fpm_taken_done);
    *l = (struct sc_fpm_taken_list){0};
}

bool sc_fpm_known_is(const struct sc_fpm_known *k, const struct sc_fpm_taken *t)
{
    return strcmp(k->file, t->file) == 0 && strcmp(k->pool, t->pool) == 0 &&
           strcmp(k->listen, t->listen) == 0;
}

static uint32_t fnv(uint32_t h, const char *s)
{
    do
        h = (h ^ (unsigned char)*s) * 16777619u;
    while (*s++);
    return h;
}

uint32_t sc_fpm_hash(const char *file, const char *pool)
{
    return fnv(fnv(2166136261u, file), pool);
}

bool sc_fpm_is_routed(const struct sc_fpm_taken *t)
{
    return strncmp(t->listen, SC_FPM_ROUTE_AT, sizeof(SC_FPM_ROUTE_AT) - 1) == 0;
}

bool sc_fpm_any_routed(void)
{
    static const char name[] = "fpm-";
    SC_DIR DIR *d = opendir(SC_FPM_ROUTE_DIR);
    if (!d)
        return !sc_is_absent(errno);
    errno = 0;
    for (const struct dirent *e; (e = readdir(d)) != NULL; errno = 0)
        if (strncmp(e->d_name, name, sizeof(name) - 1) == 0)
            return true;
    return errno != 0;
}

void sc_fpm_record_path(const struct sc_fpm_taken *t, bool leaving, char out[SC_FPM_RECORD_MAX])
{
    snprintf(out, SC_FPM_RECORD_MAX, SC_FPM_STATE "/%u.%u.%08x%s", (unsigned)t->uid, t->id,
             t->number, leaving ? LEAVING : "");
}

/* A dot, a number of the pool and the first letter of `what`: no longer than the name itself, where
 * that has four letters. */
static void short_name(const struct sc_fpm_taken *t, size_t room, const char *what, char out[16])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint32_t h = t->number;
    size_t n = 0;
    out[n++] = '.';
    for (; n + 1 < room && n < 8; n++, h /= 36)
        out[n] = digits[h % 36];
    out[n++] = what[0];
    out[n] = 0;
}

void sc_fpm_beside(const struct sc_fpm_taken *t, const char *what, char *out)
{
    const char *slash = strrchr(t->listen, '/'), *name = slash ? slash + 1 : "";
    int dir = slash ? (int)(slash - t->listen) : 0;
    int n = snprintf(out, 128, "%.*s/.%s.sitecage-%s", dir, t->listen, name, what);
    if (n <= (int)SC_FPM_PATH_MAX)
        return;
    char small[16];
    short_name(t, strlen(name), what, small);
    snprintf(out, 128, "%.*s/%s", dir, t->listen, small);
}

/* ---- the record ---- */

#define TEXTS 5

static void texts_of(struct sc_fpm_taken *t, struct sc_fpm_field out[TEXTS])
{
    out[0] = (struct sc_fpm_field){"file", &t->file};
    out[1] = (struct sc_fpm_field){"pool", &t->pool};
    out[2] = (struct sc_fpm_field){"listen", &t->listen};
    out[3] = (struct sc_fpm_field){"exe", &t->exe};
    out[4] = (struct sc_fpm_field){"main", &t->main};
}

static int parse(char *data, size_t len, struct sc_fpm_taken *t)
{
    struct sc_fpm_field texts[TEXTS];
    if (strlen(data) != len || strncmp(data, HEAD, sizeof(HEAD) - 1) != 0)
        return -1;
    char *at = data + sizeof(HEAD) - 1;
    char *site = sc_fpm_line(&at, "site");
    unsigned uid, owner, group, mode;
    texts_of(t, texts);
    if (!site || sscanf(site, "%u %u", &uid, &t->id) != 2 || !sc_fpm_fields_read(&at, texts, TEXTS))
        return -1;
    char *sock = sc_fpm_line(&at, "socket");
    if (!sock || sscanf(sock, "%u %u %o %d", &owner, &group, &mode, &t->backlog) != 4 ||
        strncmp(at, TEXT, sizeof(TEXT) - 1) != 0)
        return -1;
    at += sizeof(TEXT) - 1;
    t->uid = uid;
    t->owner = owner;
    t->group = group;
    t->mode = mode & 0777;
    t->text_len = len - (size_t)(at - data);
    t->text = strdup(at);
    return t->text ? 0 : -1;
}

static int by_name(const void *a, const void *b)
{
    const struct sc_fpm_taken *x = a, *y = b;
    return x->id != y->id          ? (x->id < y->id ? -1 : 1)
           : x->number < y->number ? -1
                                   : x->number > y->number;
}

static int load_one(const char *name, struct sc_fpm_taken_list *l, struct sc_error *err)
{
    char path[PATH_MAX];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_taken_done) struct sc_fpm_taken t = {0};
    snprintf(path, sizeof(path), SC_FPM_STATE "/%s", name);
    int rc = sc_read_trusted_file(path, 0, SC_FPM_FILE_MAX + 8192, &text, err);
    if (rc == SC_E_NOTFOUND || rc == SC_E_SYS || rc == SC_E_NOMEM)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    const char *end = strrchr(name, '.');
    t.leaving = end && strcmp(end, LEAVING) == 0;
    if (rc < 0 || sscanf(name, "%*u.%*u.%" SCNx32, &t.number) != 1 ||
        parse(text.data, text.len, &t) < 0)
        return 1;
    if (!SC_VEC_ROOM(l->v, l->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    SC_MOVE(&l->v[l->n++], &t);
    return 0;
}

/* The name of the next record, and whose it is; NULL: that was the last (*ret_rc: or an error). `d` is
 * NULL where there is no directory. */
static const char *next_name(DIR *d, uid_t *ret_uid, unsigned *ret_id, int *ret_rc,
                             struct sc_error *err)
{
    for (const struct dirent *e; d && (errno = 0, e = readdir(d)) != NULL;)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
            sscanf(e->d_name, "%u.%u.", ret_uid, ret_id) == 2)
            return e->d_name;
    if (d && errno)
        *ret_rc = sc_error_sys(err, errno, "list " SC_FPM_STATE);
    return NULL;
}

static int open_state(DIR **ret, struct sc_error *err)
{
    *ret = opendir(SC_FPM_STATE);
    return *ret || errno == ENOENT ? 0 : sc_error_sys(err, errno, "open " SC_FPM_STATE);
}

int sc_fpm_taken_load(uid_t uid, unsigned id, struct sc_fpm_taken_list *ret, unsigned *ret_bad,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    SC_DIR DIR *d = NULL;
    uid_t u;
    unsigned i;
    int rc = open_state(&d, err);
    for (const char *name; rc >= 0 && (name = next_name(d, &u, &i, &rc, err)) != NULL;) {
        if ((uid && u != uid) || (id && i != id))
            continue;
        rc = load_one(name, &l, err);
        if (rc > 0 && ret_bad)
            (*ret_bad)++;
    }
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_name);
    SC_MOVE(ret, &l);
    return 0;
}

static bool is_one_of(const uid_t *v, size_t n, uid_t uid)
{
    for (size_t i = 0; i < n; i++)
        if (v[i] == uid)
            return true;
    return false;
}

int sc_fpm_taken_uids(uid_t **ret, size_t *ret_n, struct sc_error *err)
{
    SC_FREE uid_t *v = NULL;
    size_t n = 0;
    SC_DIR DIR *d = NULL;
    uid_t uid;
    unsigned id;
    int rc = open_state(&d, err);
    while (rc == 0 && next_name(d, &uid, &id, &rc, err)) {
        if (is_one_of(v, n, uid))
            continue;
        if (!SC_VEC_ROOM(v, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
        v[n++] = uid;
    }
    if (rc < 0)
        return rc;
    *ret = sc_steal_ptr(&v);
    *ret_n = n;
    return 0;
}

int sc_fpm_taken_save(const struct sc_fpm_taken *t, struct sc_error *err)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf old = SC_BUF_INIT;
    char path[SC_FPM_RECORD_MAX];
    sc_buf_fmt(&out, HEAD "site %u %u\n", (unsigned)t->uid, t->id);
    struct sc_fpm_taken copy = *t;
    struct sc_fpm_field texts[TEXTS];
    texts_of(&copy, texts);
    sc_fpm_fields_write(texts, TEXTS, &out);
    sc_buf_fmt(&out, "socket %u %u %o %d\n" TEXT, (unsigned)t->owner, (unsigned)t->group,
               (unsigned)t->mode, t->backlog);
    sc_buf_add(&out, t->text, t->text_len);
    sc_fpm_record_path(t, false, path);
    int rc = sc_buf_check(&out, path, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_FPM_STATE, 0700, err);
    if (rc == 0 && sc_read_file(path, out.len, &old, NULL) == 0 && old.len == out.len &&
        memcmp(old.data, out.data, out.len) == 0)
        return 0;
    return rc < 0 ? rc : sc_replace_file(path, 0600, out.data, out.len, err);
}

int sc_fpm_taken_remove(const struct sc_fpm_taken *t, struct sc_error *err)
{
    char path[SC_FPM_RECORD_MAX];
    for (int leaving = 0; leaving < 2; leaving++) {
        sc_fpm_record_path(t, leaving, path);
        if (unlink(path) < 0 && errno != ENOENT)
            return sc_error_sys(err, errno, "remove %s", path);
    }
    /* whose the id is stood in a link of its own in 0.1.0 */
    snprintf(path, sizeof(path), SC_FPM_STATE "/outside.%u", t->id);
    if (t->id >= SC_FPM_OUTSIDE)
        (void)unlink(path);
    return 0;
}

int sc_fpm_taken_set(struct sc_fpm_taken *t, const struct sc_fpm_known *k, struct sc_error *err)
{
    char *const texts[] = {strdup(k->file), strdup(k->pool), strdup(k->exe), strdup(k->main),
                           strndup(k->text, k->text_len)};
    char **const of[] = {&t->file, &t->pool, &t->exe, &t->main, &t->text};
    bool ok = texts[0] && texts[1] && texts[2] && texts[3] && texts[4];
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        free(ok ? *of[i] : texts[i]);
        if (ok)
            *of[i] = texts[i];
    }
    t->text_len = ok ? k->text_len : t->text_len;
    return ok ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
}
