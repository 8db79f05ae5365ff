/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Works in the background, outside of all that started it.
 *
 * sitecage-finish UID: sees to the account's views that end (core/ending): waits for their requests,
 * ends the views, and has a pass clean up after them. Returns at once. One for each account; a
 * second one ends by itself.
 *
 * sitecage-finish --left: finishes what killed commands left (core/pass/recover.h). Returns when that
 * is done; who does not wait so long does not end it. */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/base/own_group.h"
#include "core/ending/ending.h"
#include "core/pass/mains.h"
#include "core/pass/pass.h"
#include "core/pass/recover.h"
#include "core/php/old.h"

#define WAIT_MS 60000 /* more than any view has; then it is looked at what there is */
#define ROUNDS  20
#define LEFT_S  120

/* What the passes before left because of the requests: files, storage, control groups. */
static int clean_up(uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    int rc = sc_server_open(&s, err);
    return rc < 0 ? rc : sc_pass_clean_up(s, uid, SC_LOCK_WAIT_MS, err);
}

static int end_views(uid_t uid, struct sc_error *err)
{
    size_t left = 1;
    int rc = 0;
    for (int i = 0; rc == 0 && left && i < ROUNDS; i++)
        rc = sc_ending_wait(uid, WAIT_MS, &left, err);
    return rc < 0 || !left ? rc
                           : sc_error_set(err, SC_E_BUSY, "views are made and end all the time");
}

/* Who notes a view after our last look finds our lock, and relies on us: so it is looked once more
 * when the note has been removed. */
static int work(uid_t uid, bool *ret_again, struct sc_error *err)
{
    SC_CLEANUP(sc_ending_list_done) struct sc_ending_list l = {0};
    SC_FD int lock = -EBADF;
    size_t old = 0;
    int rc = sc_ending_take(uid, &lock, err);
    *ret_again = false;
    if (rc == SC_E_BUSY)
        return 0;
    if (rc == 0)
        rc = end_views(uid, err);
    if (rc == 0)
        rc = clean_up(uid, err);
    if (rc == 0)
        rc = sc_ending_unnote(uid, err);
    if (rc == 0)
        rc = sc_ending_list(uid, &l, err);
    if (rc == 0)
        rc = sc_php_old_look(uid, &old, err);
    *ret_again = l.n || old;
    return rc;
}

static int finish_account(int ready, void *arg)
{
    const uid_t uid = *(const uid_t *)arg;
    struct sc_error err = SC_ERROR_INIT;
    bool again = true;
    sc_daemon_ready(ready);
    for (int i = 0; again && i < ROUNDS; i++)
        if (work(uid, &again, &err) < 0) {
            sc_log("uid=%u: views that end: %s", (unsigned)uid, err.text);
            return 1; /* the next command, or the daemon, begins again */
        }
    return 0;
}

/* A panel or a home that hangs must not keep it for ever: the next command begins again. */
static int finish_left(int ready, void *arg)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    (void)arg;
    SC_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        (void)dup2(null, fd);
    (void)alarm(LEFT_S);
    if (sc_server_open(&s, &err) < 0) {
        sc_log("what killed commands left: %s", err.text);
        return 1;
    }
    sc_pass_recover_here(s);
    sc_daemon_ready(ready);
    return 0;
}

int sc_finish_main(int argc, char **argv)
{
    sc_debug_switch(&argc, argv);
    char *end = NULL;
    bool left = argc == 2 && strcmp(argv[1], "--left") == 0;
    unsigned long n = argc == 2 && !left ? strtoul(argv[1], &end, 10) : 0;
    if (getuid() != 0 || (!left && (n == 0 || n >= UINT_MAX || *end))) {
        fprintf(stderr, "usage: sitecage-finish UID | --left   (started by the engine)\n");
        return 2;
    }
    uid_t uid = (uid_t)n;
    if (sc_daemon_clean() < 0)
        return 1;
    sc_leave_callers_group();
    return sc_daemon_background(left ? finish_left : finish_account, &uid);
}
