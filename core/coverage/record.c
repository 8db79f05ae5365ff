/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SC_COVERAGE_DIR/UID: a line for each isolated site, "ID STATE TEXT" (docs/formats.md,
 * "coverage"); changed under a lock of each account. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/coverage/account.h"

/* Without the document root, which may have moved since. */
#define NO_HOST "no virtual host of Apache or nginx names it"

#define HEAD     "sitecage-coverage 1\n"
#define FILE_MAX (16u << 20)

void sc_cover_records_done(struct sc_cover_records *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->v[i].text);
    SC_FREE_ALL(r->v, r->unknown.text);
    *r = (struct sc_cover_records){0};
}

const struct sc_cover_record *sc_cover_record_of(const struct sc_cover_records *r, unsigned id)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].id == id)
            return &r->v[i];
    return r->unknown.text ? &r->unknown : NULL;
}

static int add(struct sc_cover_records *r, unsigned id, enum sc_coverage is, const char *text,
               struct sc_error *err)
{
    char *copy = SC_VEC_ROOM(r->v, r->n) ? strdup(text) : NULL;
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
    r->v[r->n++] = (struct sc_cover_record){id, is, copy};
    return 0;
}

/* "ID STATE TEXT", the text as one encoded word, "-" for none. */
static int read_line(char *line, struct sc_cover_records *ret, struct sc_error *err)
{
    char *end;
    unsigned long id = strtoul(line, &end, 10);
    if (*end != ' ' || id == 0 || id > UINT32_MAX || end[1] < '0' ||
        end[1] > '0' + SC_COVERAGE_NOT || end[2] != ' ')
        return sc_error_set(err, SC_E_INVAL, "a line that is none of coverage: %.40s", line);
    char *text = end + 3;
    if (strcmp(text, "-") == 0)
        *text = 0;
    else if (sc_decode_word(text) < 0)
        return sc_error_set(err, SC_E_INVAL, "a line that is none of coverage: %.40s", line);
    return add(ret, (unsigned)id, (enum sc_coverage)(end[1] - '0'), text, err);
}

static void path_of(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_COVERAGE_DIR "/%u", (unsigned)uid);
}

static void lock_path(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_COVERAGE_DIR "/%u.lock", (unsigned)uid);
}

/* What sc_replace_file() writes before it has the record's name. */
static void half_path(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_COVERAGE_DIR "/.%u.new", (unsigned)uid);
}

int sc_cover_records_load(uid_t uid, struct sc_cover_records *ret, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records r = {0};
    path_of(uid, path);
    int rc = sc_read_file(path, FILE_MAX, &text, err);
    if (rc == SC_E_NOTFOUND) {
        *ret = r;
        return 0;
    }
    if (rc == 0 && strncmp(text.data, HEAD, sizeof(HEAD) - 1) != 0)
        rc = sc_error_set(err, SC_E_INVAL, "%s has no head line", path);
    for (char *at = rc == 0 ? text.data + sizeof(HEAD) - 1 : NULL, *next; rc == 0 && *at;
         at = next) {
        char *nl = strchr(at, '\n');
        if (!nl)
            return sc_error_set(err, SC_E_INVAL, "%s ends within a line", path);
        *nl = 0;
        next = nl + 1;
        rc = read_line(at, &r, err);
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &r);
    return 0;
}

int sc_cover_records_told(uid_t uid, const char *user, struct sc_cover_records *ret,
                          struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_cover_records_load(uid, ret, &why) == 0)
        return 0;
    char *text = NULL;
    if (asprintf(&text,
                 "what was judged cannot be read: %s; it is judged again by: cagefsctl "
                 "--site-isolation-regenerate %s",
                 why.text, user) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
    *ret = (struct sc_cover_records){.unknown = {0, SC_COVERAGE_UNVERIFIED, text}};
    return 0;
}

static int format(const struct sc_cover_records *r, struct sc_buf *out, struct sc_error *err)
{
    sc_buf_str(out, HEAD);
    for (size_t i = 0; i < r->n; i++) {
        sc_buf_fmt(out, "%u %d ", r->v[i].id, (int)r->v[i].is);
        if (r->v[i].text[0])
            sc_buf_enc(out, r->v[i].text, strlen(r->v[i].text));
        else
            sc_buf_str(out, "-");
        sc_buf_str(out, "\n");
    }
    return sc_buf_check(out, "coverage", err);
}

static int save(uid_t uid, const struct sc_cover_records *r, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf old = SC_BUF_INIT, text = SC_BUF_INIT;
    path_of(uid, path);
    if (r->n == 0)
        return unlink(path) < 0 && !sc_is_absent(errno)
                   ? sc_error_sys(err, errno, "remove %s", path)
                   : 0;
    int rc = format(r, &text, err);
    if (rc < 0 || (sc_read_file(path, FILE_MAX, &old, NULL) == 0 && old.len == text.len &&
                   memcmp(old.data, text.data, old.len) == 0))
        return rc;
    return sc_replace_file(path, 0600, text.data, text.len, err);
}

/* The account whose record sc_replace_file() was writing under this name: .UID.new */
static bool is_half_written(const char *name, uid_t *ret)
{
    char *end;
    if (name[0] != '.' || name[1] < '0' || name[1] > '9')
        return false;
    unsigned long uid = strtoul(name + 1, &end, 10);
    *ret = (uid_t)uid;
    return uid <= UINT32_MAX && strcmp(end, ".new") == 0;
}

/* Nobody writes where nobody has the lock. */
static void remove_half_written(uid_t uid)
{
    char path[64];
    lock_path(uid, path);
    SC_FD int lock = open(path, O_RDWR | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
        return;
    half_path(uid, path);
    (void)unlink(path);
}

void sc_cover_records_recover(void)
{
    DIR *dir = opendir(SC_COVERAGE_DIR);
    uid_t uid;
    for (const struct dirent *e; dir && (e = readdir(dir));)
        if (is_half_written(e->d_name, &uid))
            remove_half_written(uid);
    if (dir)
        closedir(dir);
}

int sc_cover_records_forget(uid_t uid, struct sc_error *err)
{
    static void (*const paths[])(uid_t uid, char out[64]) = {path_of, half_path, lock_path};
    char path[64];
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        paths[i](uid, path);
        if (unlink(path) < 0 && !sc_is_absent(errno))
            return sc_error_sys(err, errno, "remove %s", path);
    }
    return 0;
}

/* Whether a site that was judged before is judged otherwise. What cannot be read counts as that. */
static bool is_other(uid_t uid, const struct sc_cover_records *now)
{
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records old = {0};
    bool other = sc_cover_records_load(uid, &old, NULL) < 0;
    for (size_t i = 0; i < now->n && !other; i++) {
        const struct sc_cover_record *was = sc_cover_record_of(&old, now->v[i].id);
        other = was && (was->is != now->v[i].is || strcmp(was->text, now->v[i].text) != 0);
    }
    return other;
}

/* Of two names of one site the worse verdict is the site's. */
static int judge_all(struct sc_cover_server *server, const struct sc_cover_account *a,
                     struct sc_cover_records *r, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < a->n; i++) {
        struct sc_cover_verdict v;
        if (a->v[i].id == 0 || sc_cover_record_of(r, a->v[i].id))
            continue;
        rc = sc_cover_account_judge(server, a, a->v[i].name, &v, err);
        if (rc == 0)
            rc = add(r, a->v[i].id, v.is, v.is == SC_COVERAGE_UNVERIFIED ? NO_HOST : v.text, err);
    }
    return rc;
}

int sc_cover_account_keep(struct sc_store *store, struct sc_cover_server *server, uid_t uid,
                          bool *ret_other, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_account_done) struct sc_cover_account a = {0};
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records r = {0};
    int rc = sc_mkdir_p(SC_COVERAGE_DIR, 0700, err);
    if (rc < 0)
        return rc;
    char path[64];
    lock_path(uid, path);
    SC_FD int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return sc_error_sys(err, errno, "lock %s", path);
    rc = sc_cover_account_load(store, uid, &a, err);
    if (rc == 0)
        rc = judge_all(server, &a, &r, err);
    bool other = rc == 0 && ret_other && is_other(uid, &r);
    if (rc == 0)
        rc = save(uid, &r, err);
    if (rc == 0 && ret_other)
        *ret_other = other;
    return rc;
}
