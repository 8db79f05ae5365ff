/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/apply.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/run.h"
#include "core/base/paths.h"
#include "core/base/clock.h"
#include "core/cron/resolve.h"

#define NONE "no crontab for" /* Vixie's, Debian's and cronie's words */

/* Debian; SUSE; RHEL. The last one also has the others in it. */
static const char *const spools[] = {"/var/spool/cron/crontabs", "/var/spool/cron/tabs",
                                     "/var/spool/cron", NULL};

const char *const *sc_cron_spools(void)
{
    return spools;
}

int sc_cron_lock_named(const char *name, int *ret_fd, struct sc_error *err)
{
    char path[64];
    int rc = sc_mkdir_p(SC_RUN_DIR "/lock", 0700, err);
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), SC_RUN_DIR "/lock/%.30s", name);
    SC_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += 10) {
        if (errno != EWOULDBLOCK)
            return sc_error_sys(err, errno, "lock %s", path);
        if (waited >= SC_CRON_LOCK_MS)
            return sc_error_set(err, SC_E_BUSY,
                                "crontabs are being changed by somebody else (%s); try again later",
                                path);
        sc_sleep_ms(10);
    }
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_cron_lock(uid_t uid, int *ret_fd, struct sc_error *err)
{
    char name[24];
    snprintf(name, sizeof(name), "%u.cron", (unsigned)uid);
    return sc_cron_lock_named(name, ret_fd, err);
}

/* As the user: "crontab WHAT"; as root: "crontab -u USER WHAT". */
static int crontab(const struct sc_cron_owner *o, bool own, const char *what,
                   const struct sc_buf *input, struct sc_run_result *ret, struct sc_error *err)
{
    const char *const mine[] = {"crontab", what, NULL};
    const char *const others[] = {"crontab", "-u", o->user, what, NULL};
    const struct sc_run_ids ids = {.uid = o->uid, .gid = o->gid};
    struct sc_run_spec spec = {.argv = own ? mine : others,
                               .home = own ? o->home : NULL,
                               .input = input ? input->data : NULL,
                               .input_len = input ? input->len : 0,
                               .max_out = SC_CRON_TEXT_MAX,
                               .drop = own ? &ids : NULL};
    return sc_run(&spec, ret, err);
}

static int failed(const struct sc_cron_owner *o, bool own, const struct sc_run_result *r,
                  const char *what, struct sc_error *err)
{
    char how[512];
    size_t first = r->err.data ? strcspn(r->err.data, "\n") : 0;
    if (own && first) /* the user is told what he would be told outside */
        return sc_error_set(err, SC_E_SYS, "%.*s", first > 500 ? 500 : (int)first, r->err.data);
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, SC_E_SYS, "the crontab of %s cannot be %s: crontab %s", o->user, what,
                        how);
}

int sc_cron_read(const struct sc_cron_owner *o, bool own, struct sc_buf *ret, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = crontab(o, own, "-l", NULL, &r, err);
    if (rc < 0)
        return rc;
    if (!sc_run_ok(&r)) {
        if (!r.err.data || !strstr(r.err.data, NONE))
            return failed(o, own, &r, "read", err);
        r.out.len = 0;
    }
    sc_buf_free(ret);
    sc_buf_add(ret, r.out.data ? r.out.data : "", r.out.len);
    sc_buf_str(ret, "");
    return sc_buf_check(ret, "a crontab", err);
}

int sc_cron_write(const struct sc_cron_owner *o, bool own, const struct sc_buf *text,
                  struct sc_buf *said, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = crontab(o, own, text->len ? "-" : "-r", text->len ? text : NULL, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    if (said && r.err.data)
        sc_buf_add(said, r.err.data, r.err.len);
    return failed(o, own, &r, "installed", err);
}

/* Whether there is nothing to ask crontab(1) about: most accounts have no crontab. */
static bool surely_none(const char *user)
{
    bool known = false;
    for (size_t i = 0; spools[i]; i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", spools[i], user);
        known |= access(spools[i], F_OK) == 0;
        if (access(path, F_OK) == 0 || errno != ENOENT)
            return false;
    }
    return known;
}

/* 1: there is a crontab(1) to ask, and something to ask it about. */
static int can_have_one(const char *user, struct sc_error *err)
{
    if (access("/usr/bin/crontab", X_OK) == 0)
        return !surely_none(user);
    return sc_is_absent(errno) || errno == EACCES
               ? 0
               : sc_error_sys(err, errno, "cannot look at /usr/bin/crontab");
}

int sc_cron_apply(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                  struct sc_cron_found *ret, struct sc_error *err)
{
    struct sc_cron_resolver links = {.owner = o};
    const struct sc_cron_account a = sc_cron_account_of(o, sites, n, &links);
    SC_FD int lock = -EBADF;
    SC_BUF struct sc_buf old = {.limit = SC_CRON_TEXT_MAX};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    int rc = can_have_one(o->user, err);
    if (rc == 1)
        rc = sc_cron_lock(o->uid, &lock, err);
    if (rc == 0 && lock >= 0)
        rc = sc_cron_read(o, false, &old, err);
    if (rc < 0)
        return rc;
    if (old.len)
        rc = sc_cron_split(old.data, old.len, &c, err);
    if (rc == 0 && old.len)
        rc = sc_cron_join(&c, &a, &text, err);
    if (rc == 0 && links.rc < 0) {
        rc = links.rc;
        if (err)
            *err = links.why;
    }
    if (rc < 0)
        return sc_error_wrap(err, "the crontab of %s", o->user);
    if (text.len != old.len || (old.len && memcmp(text.data, old.data, old.len) != 0))
        rc = sc_cron_write(o, false, &text, NULL, err);
    if (rc < 0)
        return rc;
    *ret = (struct sc_cron_found){.nobodys = c.nobodys};
    snprintf(ret->outside, sizeof(ret->outside), "%s", c.outside.len ? c.outside.data : "");
    return 0;
}
