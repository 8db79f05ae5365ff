/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-learn UID SITE: records what the site's running view uses of its account, until the view
 * ends, or the site learns no more. Started by who builds a view, before anything runs in it, and by
 * passes, where it was killed; returns when it records. Root's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/daemon.h"
#include "core/base/lock.h"
#include "core/base/log.h"
#include "core/base/own_group.h"
#include "core/cage/keeper_start.h"
#include "core/cage/learning.h"
#include "core/enter/keeper_find.h"
#include "core/learn/file.h"
#include "core/learn/sockets.h"
#include "core/learn/watch.h"
#include "core/learn/who.h"

#define LOOK_MS  1000 /* between two looks at sockets; a second of what is used often */
#define WRITE_MS 5000 /* between two writings of the record */
#define EARLY    (-10)
#define TURN_MS  3000 /* for the recorder of a view that has just ended */

struct recorder {
    uid_t uid;
    unsigned id;
    struct sc_planfile plan;
    struct sc_learn_record record;
    struct sc_learn_sockets sockets;
    struct sc_learn_watch watch;
    int signals, keeperfd, lock;
    pid_t keeper;
    int64_t until; /* seconds since 1970 */
    bool dirty;
    int64_t written_ms;
    pid_t who; /* asked last */
    char by[SC_LEARN_BY_SIZE];
};

/* ---- what is seen ---- */

static void add(struct recorder *r, const struct sc_learn_use *use)
{
    if (sc_learn_record_add(&r->record, use, NULL) < 0)
        r->record.more++;
    r->dirty = true;
}

static void on_event(const struct sc_learn_event *e, void *arg)
{
    struct recorder *r = arg;
    if (e->pid != r->who) { /* asked once for what it does in a row */
        sc_learn_who(e->pid, r->by);
        r->who = e->pid;
    }
    const struct sc_learn_use use = {
        .rel = e->rel, .kinds = e->kinds, .by = r->by, .at = sc_wall_ms() / 1000};
    add(r, &use);
}

static void on_socket(const char *rel, void *arg)
{
    const struct sc_learn_use use = {
        .rel = rel, .kinds = SC_LEARN_CONNECT, .by = "", .at = sc_wall_ms() / 1000};
    add(arg, &use);
}

static int take(struct recorder *r, struct sc_error *err)
{
    bool lost = false;
    int rc = sc_learn_take(&r->watch, &r->plan, on_event, r, &lost, err);
    r->record.lost += lost;
    r->dirty |= lost;
    r->who = 0; /* the number may be another's next time */
    return rc;
}

/* What cannot be looked at now is looked at next time. */
static void look(struct recorder *r)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_learn_sockets_look(&r->sockets, &r->plan, on_socket, r, &why) < 0)
        sc_log_debug("site %u: sockets: %s", r->id, why.text);
}

static void write_record(struct recorder *r)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_learn_save(&r->record, &why) < 0)
        sc_log("site %s of %s: what it uses cannot be written: %s", r->plan.docroot, r->plan.user,
               why.text);
    r->dirty = false;
    r->written_ms = sc_clock_ms();
}

/* ---- beginning ---- */

/* Waits for the recorder of a view that has just ended. 1: this view has one. */
static int take_turn(struct recorder *r, struct sc_error *err)
{
    char path[64], dir[64], text[32] = "";
    sc_learn_lock_path(r->uid, r->id, path, sizeof(path));
    snprintf(dir, sizeof(dir), SC_RUN_DIR "/%u", (unsigned)r->uid);
    int rc = sc_daemon_lock(dir, path, &r->lock, err);
    for (int64_t end = sc_clock_ms() + TURN_MS; rc == SC_E_BUSY && sc_clock_ms() < end;) {
        SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
        text[n > 0 ? n : 0] = 0;
        if (atol(text) == r->keeper)
            return 1;
        sc_sleep_ms(5);
        sc_close(&fd); /* first: it would take the lock along */
        rc = sc_daemon_lock(dir, path, &r->lock, err);
    }
    if (rc < 0)
        return rc;
    int n = snprintf(text, sizeof(text), "%d\n", (int)r->keeper);
    if (ftruncate(r->lock, 0) < 0 || pwrite(r->lock, text, (size_t)n, 0) != n)
        return sc_error_sys(err, errno, "write %s", path);
    return 0;
}

/* The record of before goes on. */
static int begin_record(struct recorder *r, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_learn_load(r->uid, r->plan.docroot, &r->record, &why);
    if (rc == 0)
        return 0;
    if (rc != SC_E_NOTFOUND)
        sc_log("%s: it is begun again", why.text);
    r->record = (struct sc_learn_record){
        .uid = (unsigned)r->uid, .docroot = strdup(r->plan.docroot), .since = sc_wall_ms() / 1000};
    return r->record.docroot ? sc_learn_save(&r->record, err)
                             : sc_error_set(err, SC_E_NOMEM, "out of memory");
}

static int catch_signals(int *ret_fd, struct sc_error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
        (*ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return sc_error_sys(err, errno, "signalfd");
    return 0;
}

static int find_view(struct recorder *r, struct sc_error *err)
{
    SC_FD int entry = -EBADF;
    int rc = sc_keeper_find(r->uid, r->id, &r->keeperfd, &entry);
    if (rc < 0)
        return sc_error_sys(err, -rc, "look for the view of site %u", r->id);
    r->keeper = sc_lock_holder(entry);
    return r->keeper > 0 ? 0 : sc_error_set(err, SC_E_NOTFOUND, "the view has ended");
}

/* Until when, by the plan as it is now; 0: the site does not learn. */
static int64_t ask_until(struct recorder *r)
{
    SC_CLEANUP(sc_planfile_done) struct sc_planfile now = {0};
    if (sc_keeper_plan(r->uid, r->id, &now, NULL) < 0)
        return 0;
    const struct sc_sysline *l = sc_learning_line(&now);
    return l && l->b ? strtoll(l->b, NULL, 10) : 0;
}

/* 1: there is nothing to do. */
static int begin(struct recorder *r, struct sc_error *err)
{
    int rc = sc_keeper_plan(r->uid, r->id, &r->plan, err);
    if (rc < 0)
        return rc;
    r->until = ask_until(r);
    if (r->until == 0)
        return 1;
    rc = find_view(r, err);
    if (rc == 0)
        rc = take_turn(r, err);
    if (rc != 0)
        return rc;
    rc = catch_signals(&r->signals, err);
    if (rc == 0)
        rc = begin_record(r, err);
    if (rc == 0)
        rc = sc_learn_watch(&r->plan, r->keeper, &r->watch.fan, err);
    if (rc == 0)
        look(r);
    return rc;
}

/* ---- the loop ---- */

/* False: SIGTERM. */
static bool obey(struct recorder *r)
{
    struct signalfd_siginfo s;
    bool flush = false;
    while (read(r->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
        if (s.ssi_signo == SIGTERM)
            return false;
        flush = true;
    }
    if (flush) {
        look(r);
        write_record(r);
    }
    return true;
}

static bool is_over(struct recorder *r)
{
    if (sc_wall_ms() / 1000 < r->until)
        return false;
    r->until = ask_until(r); /* it may have been given more time */
    return sc_wall_ms() / 1000 >= r->until;
}

static int record(struct recorder *r, struct sc_error *err)
{
    int64_t looked = sc_clock_ms();
    for (bool on = true; on;) {
        struct pollfd p[] = {{.fd = r->watch.fan, .events = POLLIN},
                             {.fd = r->keeperfd, .events = POLLIN},
                             {.fd = r->signals, .events = POLLIN}};
        if (poll(p, 3, LOOK_MS) < 0 && errno != EINTR)
            return sc_error_sys(err, errno, "poll");
        on = !(p[1].revents & POLLIN) && !is_over(r);
        int rc = take(r, err);
        if (rc < 0)
            return rc;
        int64_t now = sc_clock_ms();
        if (!on || now - looked >= LOOK_MS) {
            look(r);
            sc_learn_second(&r->watch);
            looked = now;
        }
        on = obey(r) && on;
        if (r->dirty && (!on || now - r->written_ms >= WRITE_MS))
            write_record(r);
    }
    return 0;
}

static void done(struct recorder *r)
{
    sc_learn_sockets_done(&r->sockets, &r->plan);
    sc_learn_record_done(&r->record);
    sc_planfile_done(&r->plan);
    sc_close(&r->watch.fan);
    sc_close(&r->signals);
    sc_close(&r->keeperfd);
    sc_close(&r->lock);
}

/* The view runs on, and nobody sees what it uses: the report must not look whole. */
static void note_unseen(struct recorder *r)
{
    if (!r->record.docroot)
        return;
    r->record.lost++;
    write_record(r);
}

static int run(int ready, void *arg)
{
    struct recorder *r = arg;
    struct sc_error err = SC_ERROR_INIT;
    sc_leave_callers_group();
    (void)setpriority(PRIO_PROCESS, 0, EARLY); /* a program may have ended when it is looked at */
    int rc = begin(r, &err);
    if (rc < 0) {
        fprintf(stderr, "%.500s\n", err.text);
        note_unseen(r);
    } else {
        sc_daemon_ready(ready);
    }
    if (rc == 0 && (rc = record(r, &err)) < 0)
        sc_log("site %s of %s: what it uses is not recorded any more: %s", r->plan.docroot,
               r->plan.user, err.text);
    done(r);
    return rc < 0;
}

static unsigned number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    return text[0] < '0' || text[0] > '9' || *end || errno || n > UINT_MAX ? 0 : (unsigned)n;
}

int main(int argc, char **argv)
{
    struct recorder r = {.sockets = SC_LEARN_SOCKETS_INIT,
                         .watch = SC_LEARN_WATCH_INIT,
                         .signals = -EBADF,
                         .keeperfd = -EBADF,
                         .lock = -EBADF};
    r.uid = argc == 3 ? number(argv[1]) : 0;
    r.id = argc == 3 ? number(argv[2]) : 0;
    if (r.uid == 0 || r.id == 0 || getuid() != 0) {
        fprintf(stderr, "sitecage-learn is started by Sitecage itself, as root: sitecage-learn UID "
                        "SITE\n");
        return 2;
    }
    if (sc_daemon_clean() < 0)
        return 1;
    return sc_daemon_background(run, &r);
}
