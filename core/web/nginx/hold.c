/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/web/nginx/files.h"
#include "core/web/nginx/kept.h"
#include "core/web/nginx/panel.h"
#include "core/web/nginx/running.h"

#define LOCK SC_NGINX_DIR "/lock"

struct holding {
    const char *adapter;
    uid_t uid;
    bool later;  /* nginx reads it at the end of many calls */
    bool unread; /* a call before this one was not finished */
    const struct sc_nginx_place *want;
    size_t n;
    struct sc_nginx_kept kept;  /* on disk: before the lines are written, after they are removed */
    struct sc_nginx_kept added; /* by this call */
    struct sc_nginx_kept cut;   /* … and removed */
    struct sc_error first;      /* what could not be done, and keeps nothing else from being done */
};

static void holding_done(struct holding *h)
{
    sc_nginx_kept_done(&h->kept);
    sc_nginx_kept_done(&h->added);
    sc_nginx_kept_done(&h->cut);
}

static int take_lock(int wait_ms, int *ret, struct sc_error *err)
{
    int rc = sc_mkdir_p(SC_NGINX_DIR, 0700, err);
    return rc < 0 ? rc
                  : sc_lock_file_within(LOCK, LOCK_EX, wait_ms,
                                        "changing another account's lines for nginx", ret, err);
}

static bool is_wanted(const struct holding *h, const struct sc_nginx_place *at)
{
    for (size_t i = 0; i < h->n; i++)
        if (sc_nginx_place_same(&h->want[i], at))
            return true;
    return false;
}

static void note(struct holding *h, const struct sc_error *why)
{
    if (h->first.code == 0)
        h->first = *why;
}

/* Whether all is as it should be. */
static bool is_done(const struct holding *h)
{
    bool there = false;
    for (size_t i = 0; i < h->n; i++)
        if (!sc_nginx_kept_find(&h->kept, &h->want[i]) ||
            sc_nginx_file_look(&h->want[i], &there, NULL) < 0 || !there)
            return false;
    for (size_t i = 0; i < h->kept.n; i++)
        if (!is_wanted(h, &h->kept.v[i].at))
            return false;
    return !sc_nginx_is_unread(h->uid);
}

static void forget(struct sc_nginx_kept *k, size_t i)
{
    sc_nginx_place_done(&k->v[i].at);
    k->v[i] = k->v[--k->n];
}

/* ---- the lines ---- */

/* What cannot be written is not kept: it was never there. */
static int put_one(struct holding *h, const struct sc_nginx_place *at, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    bool made = false, there = false;
    if (sc_nginx_file_look(at, &there, &why) < 0) {
        note(h, &why);
        return 0;
    }
    int rc = sc_nginx_kept_add(&h->kept, at, false, err);
    if (rc == 0)
        rc = sc_nginx_kept_save(h->uid, &h->kept, err);
    if (rc < 0 || there)
        return rc;
    rc = sc_nginx_kept_add(&h->added, at, false, err);
    if (rc == 0 && sc_nginx_file_put(at, &made, &why) < 0)
        note(h, &why);
    if (rc == 0 && made)
        sc_nginx_kept_find(&h->kept, at)->made = true;
    return rc;
}

static void cut_rest(struct holding *h)
{
    for (size_t i = h->kept.n; i-- > 0;) {
        struct sc_error why = SC_ERROR_INIT;
        if (is_wanted(h, &h->kept.v[i].at))
            continue;
        if (sc_nginx_file_cut(&h->kept.v[i].at, h->kept.v[i].made, &why) < 0) {
            note(h, &why);
            continue;
        }
        if (sc_nginx_kept_add(&h->cut, &h->kept.v[i].at, false, NULL) == 0)
            forget(&h->kept, i);
    }
}

static void take_back(struct holding *h)
{
    for (size_t i = h->kept.n; i-- > 0;) {
        struct sc_error why = SC_ERROR_INIT;
        if (!sc_nginx_kept_find(&h->added, &h->kept.v[i].at))
            continue;
        if (sc_nginx_file_cut(&h->kept.v[i].at, h->kept.v[i].made, &why) < 0)
            sc_log("nginx: %s", why.text);
        else
            forget(&h->kept, i);
    }
}

/* ---- the panel ---- */

/* One that fails keeps no other from being written. */
static void rewrite(struct holding *h, const struct sc_nginx_kept *of)
{
    for (size_t i = 0; i < of->n; i++) {
        struct sc_error why = SC_ERROR_INIT;
        const char *domain = of->v[i].at.domain;
        if (domain && sc_nginx_panel_rewrite(h->adapter, domain, &why) < 0)
            note(h, &why);
    }
}

/* ---- nginx ---- */

static int test(pid_t master, struct sc_error *err)
{
    char program[PATH_MAX];
    if (!sc_nginx_program(master, program, sizeof(program)))
        return sc_error_set(err, SC_E_NOTFOUND, "nginx's program is not installed");
    return sc_nginx_test(program, err);
}

static int not_known(pid_t master, struct sc_error *err)
{
    return sc_error_sys(err, (int)-master, "look for the process of nginx");
}

/* 1: nginx is to read it. */
static int change(struct holding *h, pid_t master, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_nginx_set_unread(h->uid, true, err);
    for (size_t i = 0; rc == 0 && i < h->n; i++)
        rc = put_one(h, &h->want[i], err);
    if (rc < 0)
        return rc;
    cut_rest(h);
    rc = sc_nginx_kept_save(h->uid, &h->kept, err);
    if (rc < 0)
        return rc;
    rewrite(h, h->unread ? &h->kept : &h->added);
    rewrite(h, &h->cut);
    if (h->later)
        return 0;
    bool valid = test(master, &why) == 0;
    if (!valid) {
        note(h, &why);
        take_back(h);
        rewrite(h, &h->added);
    }
    rc = sc_nginx_kept_save(h->uid, &h->kept, err);
    /* what was not accepted is as it was; what was removed is read when it can be */
    if (rc == 0 && !valid && !h->cut.n && !h->unread)
        rc = sc_nginx_set_unread(h->uid, false, err);
    return rc < 0 ? rc : valid;
}

/* The lock is not held while nginx reads: others go on. */
int sc_nginx_hold(const char *adapter, uid_t uid, const struct sc_nginx_place *want, size_t n,
                  bool later, int wait_ms, struct sc_error *err)
{
    SC_CLEANUP(holding_done)
    struct holding h = {.adapter = adapter, .uid = uid, .want = want, .n = n, .later = later};
    SC_FD int lock = -EBADF;
    if (n == 0 && !sc_nginx_kept_any(uid))
        return 0;
    int rc = take_lock(wait_ms, &lock, err);
    if (rc == 0)
        rc = sc_nginx_kept_load(uid, &h.kept, err);
    if (rc < 0 || is_done(&h))
        return rc;
    h.unread = sc_nginx_is_unread(uid);
    pid_t master = later ? 0 : sc_nginx_find();
    rc = master < 0 ? not_known(master, err) : change(&h, master, err);
    sc_close(&lock);
    if (rc > 0) {
        rc = master ? sc_nginx_reload(master, err) : 0;
        if (rc == 0)
            rc = sc_nginx_set_unread(uid, false, err);
    }
    if (rc == 0 && h.first.code) {
        if (err)
            *err = h.first;
        return h.first.code;
    }
    return rc;
}

int sc_nginx_read(struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int rc = sc_nginx_unread(&uids, &n, err);
    if (rc < 0 || n == 0)
        return rc;
    pid_t master = sc_nginx_find();
    rc = master < 0 ? not_known(master, err) : test(master, err);
    if (rc == 0 && master)
        rc = sc_nginx_reload(master, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sc_nginx_set_unread(uids[i], false, err);
    return rc;
}
