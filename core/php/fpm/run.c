/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/php/fpm/fields.h"
#include "core/php/fpm/taken.h"

#define HEAD    "sitecage-fpm-run 1"
#define RUN_MAX (64u << 10)

static void path_of(unsigned id, const char *what, char out[64])
{
    snprintf(out, 64, SC_FPM_RUN "/%u.%s", id, what);
}

void sc_fpm_run_done(struct sc_fpm_run *r)
{
    SC_FREE_ALL(r->user, r->home, r->docroot, r->php, r->changes);
    *r = (struct sc_fpm_run){0};
}

#define TEXTS 5

static void texts_of(struct sc_fpm_run *r, struct sc_fpm_field out[TEXTS])
{
    out[0] = (struct sc_fpm_field){"user", &r->user};
    out[1] = (struct sc_fpm_field){"home", &r->home};
    out[2] = (struct sc_fpm_field){"docroot", &r->docroot};
    out[3] = (struct sc_fpm_field){"php", &r->php};
    out[4] = (struct sc_fpm_field){"changes", &r->changes};
}

/* "UID GID GROUP …" */
static void read_ids(struct sc_fpm_run *r, char *at)
{
    char *end;
    r->uid = (uid_t)strtoul(at, &end, 10);
    r->gid = (gid_t)strtoul(end, &at, 10);
    for (; *at && r->n_groups < SC_FPM_GROUPS_MAX; at = end)
        r->groups[r->n_groups++] = (gid_t)strtoul(at, &end, 10);
}

int sc_fpm_run_load(unsigned id, struct sc_fpm_run *ret, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run r = {0};
    struct sc_fpm_field texts[TEXTS];
    path_of(id, "run", path);
    int rc = sc_read_trusted_file(path, 0, RUN_MAX, &text, err);
    if (rc < 0)
        return rc;
    if (strncmp(text.data, HEAD "\n", sizeof(HEAD)) != 0)
        return sc_error_set(err, SC_E_INVAL, "%s is of another version", path);
    char *at = text.data + sizeof(HEAD), *ids = sc_fpm_line(&at, "ids");
    texts_of(&r, texts);
    bool whole = ids && sc_fpm_fields_read(&at, texts, TEXTS);
    char *router = whole ? sc_fpm_line(&at, "router") : NULL;
    char *asked = router ? sc_fpm_line(&at, "asked") : NULL;
    if (asked) {
        read_ids(&r, ids);
        r.router = strcmp(router, "1") == 0;
        r.asked = strtoull(asked, NULL, 10);
    }
    if (!asked || r.uid == 0 || r.gid == 0)
        return sc_error_set(err, SC_E_INVAL, "%s is not whole", path);
    SC_MOVE(ret, &r);
    return 0;
}

/* All but what was asked, which comes last. */
static void format(const struct sc_fpm_run *r, struct sc_buf *out)
{
    struct sc_fpm_run copy = *r;
    struct sc_fpm_field texts[TEXTS];
    sc_buf_fmt(out, HEAD "\nids %u %u", (unsigned)r->uid, (unsigned)r->gid);
    for (size_t i = 0; i < r->n_groups; i++)
        sc_buf_fmt(out, " %u", (unsigned)r->groups[i]);
    sc_buf_str(out, "\n");
    texts_of(&copy, texts);
    sc_fpm_fields_write(texts, TEXTS, out);
    sc_buf_fmt(out, "router %d\nasked ", r->router);
}

int sc_fpm_run_save(unsigned id, const struct sc_fpm_run *r, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    path_of(id, "run", path);
    format(r, &out);
    sc_buf_fmt(&out, "%llu\n", r->asked);
    int rc = sc_buf_check(&out, path, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_FPM_RUN, 0700, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, out.data, out.len, err);
}

bool sc_fpm_run_is(unsigned id, const struct sc_fpm_run *r)
{
    char path[64];
    SC_BUF struct sc_buf is = SC_BUF_INIT;
    SC_BUF struct sc_buf want = SC_BUF_INIT;
    path_of(id, "run", path);
    format(r, &want);
    return sc_buf_check(&want, path, NULL) == 0 &&
           sc_read_trusted_file(path, 0, RUN_MAX, &is, NULL) == 0 && is.len > want.len &&
           memcmp(is.data, want.data, want.len) == 0;
}

int sc_fpm_run_begin(unsigned id, struct sc_error *err)
{
    char path[64];
    path_of(id, "lock", path);
    int rc = sc_mkdir_p(SC_FPM_RUN, 0700, err);
    SC_FD int fd = rc < 0 ? -EBADF : open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (rc == 0 && fd < 0)
        rc = errno == EEXIST ? SC_E_BUSY : sc_error_sys(err, errno, "make %s", path);
    return rc;
}

void sc_fpm_run_forget(unsigned id)
{
    static const char *const files[] = {"run", "done", "lock"};
    char path[64];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        path_of(id, files[i], path);
        (void)unlink(path);
    }
}

void sc_fpm_run_answer(unsigned id, unsigned long long asked, bool ok)
{
    char path[64], text[48];
    path_of(id, "done", path);
    int n = snprintf(text, sizeof(text), "%llu %d\n", asked, ok);
    (void)sc_replace_file(path, 0600, text, (size_t)n, NULL);
}

int sc_fpm_run_answered(unsigned id, unsigned long long asked)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    unsigned long long got;
    int ok;
    path_of(id, "done", path);
    if (sc_read_file(path, 64, &text, NULL) < 0 || sscanf(text.data, "%llu %d", &got, &ok) != 2 ||
        got != asked)
        return 0;
    return ok ? 1 : -1;
}
