/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/phpbinds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/cage/masks.h"
#include "core/cage/mounts.h"

#define RECORD     "php" /* in SC_CAGE_DIR, which only root gets to */
#define RECORD_MAX (1u << 20)
#define DETACH_MAX 8

/* Those of the plan as the record has them: "PLACE SOURCE" a line. */
static int record_of(const struct sc_planfile *plan, struct sc_buf *out, struct sc_error *err)
{
    out->limit = RECORD_MAX;
    sc_buf_add(out, "", 0);
    for (size_t i = 0; i < plan->n_sys; i++) {
        const struct sc_sysline *l = &plan->sys[i];
        if (strcmp(l->kind, SC_PHPBINDS_KIND) != 0 || !l->b)
            continue;
        sc_buf_enc(out, l->a, strlen(l->a));
        sc_buf_str(out, " ");
        sc_buf_enc(out, l->b, strlen(l->b));
        sc_buf_str(out, "\n");
    }
    return sc_buf_check(out, "a view's PHP", err);
}

static int open_in(int rootfd, const char *path, int *ret_fd, struct stat *ret_st,
                   struct sc_error *err)
{
    while (*path == '/')
        path++;
    return sc_there_beneath_mounts(rootfd, path, ret_fd, ret_st, err);
}

/* A place and what is to lie there: SC_ABSENT when one of them is not there. */
struct both {
    int to, from;
    struct stat t, f;
};

static void both_done(struct both *b)
{
    sc_close(&b->to);
    sc_close(&b->from);
}

static int open_both(int rootfd, const char *place, const char *source, struct both *b,
                     struct sc_error *err)
{
    int rc = open_in(rootfd, place, &b->to, &b->t, err);
    return rc == SC_THERE ? open_in(rootfd, source, &b->from, &b->f, err) : rc;
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int mount_one(int rootfd, const char *place, const char *source, struct sc_error *err)
{
    SC_CLEANUP(both_done) struct both b = {.to = -EBADF, .from = -EBADF};
    int rc = open_both(rootfd, place, source, &b, err);
    if (rc != SC_THERE || S_ISDIR(b.t.st_mode) != S_ISDIR(b.f.st_mode) || S_ISLNK(b.t.st_mode) ||
        S_ISLNK(b.f.st_mode) || same(&b.t, &b.f))
        return rc < 0 ? sc_error_wrap(err, "%s", place) : 0;
    rc = sc_mnt_bind(b.from, b.to, SC_MNT_RO, err);
    return rc < 0 ? sc_error_wrap(err, "%s", place) : 0;
}

/* Detaches it as often as it lies there. */
static int detach_one(int rootfd, const char *place, const char *source, struct sc_error *err)
{
    for (int i = 0; i < DETACH_MAX; i++) {
        SC_CLEANUP(both_done) struct both b = {.to = -EBADF, .from = -EBADF};
        int rc = open_both(rootfd, place, source, &b, err);
        if (rc != SC_THERE || !same(&b.t, &b.f))
            return rc < 0 ? sc_error_wrap(err, "%s", place) : 0;
        rc = sc_mnt_detach(b.to, err);
        if (rc < 0)
            return sc_error_wrap(err, "%s", place);
    }
    return 0;
}

int sc_phpbinds_make(int rootfd, int masksfd, const struct sc_planfile *plan, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = record_of(plan, &text, err);
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++)
        if (strcmp(plan->sys[i].kind, SC_PHPBINDS_KIND) == 0 && plan->sys[i].b)
            rc = mount_one(rootfd, plan->sys[i].a, plan->sys[i].b, err);
    if (rc == 0 && text.len)
        rc = sc_replace_file_at(masksfd, RECORD, 0600, text.data, text.len, err);
    return rc;
}

bool sc_phpbinds_differ(pid_t keeper, const struct sc_planfile *plan)
{
    SC_BUF struct sc_buf want = SC_BUF_INIT;
    SC_BUF struct sc_buf have = SC_BUF_INIT;
    char path[80];
    snprintf(path, sizeof(path), "/proc/%d/root/" SC_CAGE_DIR "/" RECORD, (int)keeper);
    if (record_of(plan, &want, NULL) < 0)
        return true;
    int rc = sc_read_file(path, RECORD_MAX, &have, NULL);
    if (rc == SC_E_NOTFOUND)
        return want.len > 0;
    return rc < 0 || have.len != want.len || memcmp(have.data, want.data, want.len) != 0;
}

static bool has_line(const char *text, const char *line)
{
    size_t n = strlen(line);
    for (const char *p = text; *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : p + strlen(p))
        if (strncmp(p, line, n) == 0 && p[n] == '\n')
            return true;
    return false;
}

/* The lines of the record `have` that the plan does not have, the last first: what was mounted last
 * may lie over what came before. */
static int detach_others(int rootfd, char *have, const char *want, struct sc_error *err)
{
    int rc = 0;
    for (size_t n = strlen(have); rc == 0 && n > 0;) {
        have[n - 1] = 0; /* the newline */
        char *line = strrchr(have, '\n');
        line = line ? line + 1 : have;
        n = (size_t)(line - have);
        char *source = strchr(line, ' ');
        if (has_line(want, line) || !source)
            continue;
        *source++ = 0;
        if (sc_decode_word(line) > 0 && sc_decode_word(source) > 0)
            rc = detach_one(rootfd, line, source, err);
    }
    return rc;
}

int sc_phpbinds_change(int rootfd, int masksfd, const struct sc_planfile *plan,
                       struct sc_error *err)
{
    SC_BUF struct sc_buf want = SC_BUF_INIT;
    SC_BUF struct sc_buf have = SC_BUF_INIT;
    SC_BUF struct sc_buf both = {.limit = 2 * RECORD_MAX};
    int rc = record_of(plan, &want, err);
    if (rc < 0)
        return rc;
    rc = sc_read_file_beneath(masksfd, RECORD, RECORD_MAX, &have, NULL, err);
    if (rc == SC_E_NOTFOUND)
        rc = 0;
    /* killed in between, the next change knows of all that may be there */
    sc_buf_str(&both, have.data ? have.data : "");
    sc_buf_str(&both, want.data);
    if (rc == 0)
        rc = sc_buf_check(&both, "a view's PHP", err);
    if (rc == 0)
        rc = sc_replace_file_at(masksfd, RECORD, 0600, both.data, both.len, err);
    if (rc == 0 && have.len)
        rc = detach_others(rootfd, have.data, want.data, err);
    for (size_t i = 0; rc == 0 && i < plan->n_sys; i++)
        if (strcmp(plan->sys[i].kind, SC_PHPBINDS_KIND) == 0 && plan->sys[i].b)
            rc = mount_one(rootfd, plan->sys[i].a, plan->sys[i].b, err);
    return rc < 0 ? rc : sc_replace_file_at(masksfd, RECORD, 0600, want.data, want.len, err);
}
