/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of views that end: written, listed, read. */
#include "core/ending/ending.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/enter/keeper_find.h"
#include "core/plan/planfile.h"

#define WORD       ".ending."
#define HEAD       "sitecage-ending 1\n"
#define TOLD       "told\n"
#define RECORD_MAX 16384
#define TIMES_MAX  1000 /* names are of milliseconds: a taken one is the next one's */

static int open_dir(uid_t uid, int *ret, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u", (unsigned)uid);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? SC_E_NOTFOUND : sc_error_sys(err, errno, "open %s", path);
    *ret = fd;
    return 0;
}

/* ---- reading ---- */

void sc_ending_list_done(struct sc_ending_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        SC_FREE_ALL(l->v[i].token, l->v[i].docroot, l->v[i].alias);
    free(l->v);
    *l = (struct sc_ending_list){0};
}

/* "60001.ending.123456" */
static bool parse_name(const char *name, struct sc_ending *ret)
{
    char *end, *rest;
    unsigned long id = name[0] >= '1' && name[0] <= '9' ? strtoul(name, &end, 10) : 0;
    if (id == 0 || id > UINT32_MAX || strncmp(end, WORD, strlen(WORD)) != 0 ||
        strlen(name) >= sizeof(ret->name))
        return false;
    end += strlen(WORD);
    long long until = strtoll(end, &rest, 10);
    if (rest == end || *rest)
        return false;
    *ret = (struct sc_ending){.id = (unsigned)id, .until = until};
    strcpy(ret->name, name);
    return true;
}

/* "token T\ndocroot D\nalias D\nplan N\ntold\n"; each may be missing. */
static int parse_text(char *text, struct sc_ending *e, struct sc_error *err)
{
    char *save = NULL;
    for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        char **to = strncmp(l, "token ", 6) == 0     ? &e->token
                    : strncmp(l, "docroot ", 8) == 0 ? &e->docroot
                    : strncmp(l, "alias ", 6) == 0   ? &e->alias
                                                     : NULL;
        e->told |= strcmp(l, "told") == 0;
        if (strncmp(l, "plan ", 5) == 0)
            e->plan = strtoull(l + 5, NULL, 16);
        char *word = to ? strchr(l, ' ') + 1 : NULL;
        if (!to || *to || sc_decode_word(word) <= 0)
            continue;
        if (!(*to = strdup(word)))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for views that end");
    }
    return 0;
}

static int read_one(int dirfd, struct sc_ending *e, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FD int fd = openat(dirfd, e->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? SC_E_NOTFOUND : sc_error_sys(err, errno, "open %s", e->name);
    int rc = sc_read_fd(fd, RECORD_MAX, e->name, &text, err);
    return rc < 0 ? rc : parse_text(text.data, e, err);
}

static int by_until(const void *a, const void *b)
{
    const struct sc_ending *x = a, *y = b;
    return x->until < y->until ? -1 : x->until > y->until;
}

static int add(int dirfd, const char *name, struct sc_ending_list *l, struct sc_error *err)
{
    struct sc_ending e;
    if (!parse_name(name, &e))
        return 0;
    if (!SC_VEC_ROOM(l->v, l->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for views that end");
    int rc = read_one(dirfd, &e, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    l->v[l->n++] = e;
    return rc;
}

int sc_ending_list(uid_t uid, struct sc_ending_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    int fd = -EBADF;
    int rc = open_dir(uid, &fd, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    SC_DIR DIR *d = rc == 0 ? fdopendir(fd) : NULL;
    if (rc == 0 && !d) {
        rc = sc_error_sys(err, errno, "list the views of uid %u", (unsigned)uid);
        close(fd);
    }
    while (rc == 0) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e && errno)
            rc = sc_error_sys(err, errno, "list the views of uid %u", (unsigned)uid);
        if (!e)
            break;
        rc = add(dirfd(d), e->d_name, &l, err);
    }
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_until);
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- writing ---- */

int sc_ending_set_told(uid_t uid, struct sc_ending *e, struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    int rc = open_dir(uid, &dir, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    SC_FD int fd = openat(dir, e->name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 ? !sc_is_absent(errno) : write(fd, TOLD, strlen(TOLD)) != (ssize_t)strlen(TOLD))
        return sc_error_sys(err, errno, "note that programs of site %u were told to end", e->id);
    e->told = true;
    return 0;
}

static void add_path(struct sc_buf *out, const char *key, const char *home, const char *rel)
{
    sc_buf_fmt(out, "%s ", key);
    sc_buf_enc(out, home, strlen(home));
    sc_buf_str(out, "/");
    sc_buf_enc(out, rel, strlen(rel));
    sc_buf_str(out, "\n");
}

static int read_plan(uid_t uid, unsigned id, struct sc_buf *ret, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.plan", (unsigned)uid, id);
    return sc_read_file(path, SC_PLANFILE_MAX_BYTES, ret, err);
}

int sc_ending_plan(uid_t uid, unsigned id, uint64_t *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = read_plan(uid, id, &text, err);
    if (rc == 0)
        *ret = sc_digest(SC_DIGEST_BEGIN, text.data, text.len);
    return rc;
}

/* What the plan says of the site; nothing where it cannot be read. */
static void record_text(uid_t uid, unsigned id, struct sc_buf *out)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    sc_buf_str(out, HEAD);
    if (read_plan(uid, id, &text, NULL) < 0)
        return;
    sc_buf_fmt(out, "plan %016" PRIx64 "\n", sc_digest(SC_DIGEST_BEGIN, text.data, text.len));
    if (sc_planfile_parse(text.data, text.len, &plan, NULL) < 0)
        return;
    sc_buf_fmt(out, "token %s\n", plan.token);
    add_path(out, "docroot", plan.home, plan.docroot);
    add_path(out, "alias", plan.home_alias, plan.docroot);
}

static int rename_keeper(int dirfd, unsigned id, int64_t until, struct sc_error *err)
{
    char from[32], to[48];
    snprintf(from, sizeof(from), "%u.keeper", id);
    for (int i = 0; i < TIMES_MAX; i++) {
        snprintf(to, sizeof(to), "%u" WORD "%" PRId64, id, until + i);
        if (renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return sc_error_sys(err, errno, "rename %s", from);
}

/* Somebody makes views end faster than they do. */
static int make_room(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    size_t n = 0;
    int rc = sc_ending_list(uid, &l, err);
    for (size_t i = 0; i < l.n; i++)
        n += l.v[i].id == id;
    return rc < 0 || n < SC_ENDING_MAX ? rc : sc_ending_now(uid, id, err);
}

int sc_ending_close(uid_t uid, unsigned id, int ms, bool *ret_closed, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    SC_FD int dir = -EBADF;
    SC_BUF struct sc_buf text = {.limit = RECORD_MAX};
    int rc = sc_keeper_find(uid, id, &pidfd, &lock);
    *ret_closed = rc == 0;
    if (rc < 0)
        return rc == -ESRCH ? 0 : sc_error_sys(err, -rc, "look for the keeper of site %u", id);
    rc = make_room(uid, id, err);
    if (rc == 0)
        rc = open_dir(uid, &dir, err);
    if (rc == 0)
        rc = rename_keeper(dir, id, sc_clock_ms() + ms, err);
    if (rc < 0)
        return rc;
    /* An entry that opened the file under its old name sees by its size that it comes too late. */
    record_text(uid, id, &text);
    if (sc_buf_check(&text, "a view that ends", NULL) < 0 ||
        pwrite(lock, text.data, text.len, 0) != (ssize_t)text.len)
        return sc_error_sys(err, errno, "note that the view of site %u ends", id);
    return 0;
}
