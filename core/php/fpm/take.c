/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking the pools of a site: out of the shared master, into the site. */
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/base/log.h"
#include "core/base/vec.h"
#include "core/base/pidfd.h"
#include "core/base/clock.h"
#include "core/php/fpm/master.h"
#include "core/php/pools/master.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/supervisor.h"

#define FINISH_MS 10000 /* for requests that the shared master still runs … */
#define LATE_MS   1000  /* … for those of workers that it started while others ended */

/* Who may connect, as it is now: listen.acl_users and an administrator's chmod are in that. */
static int numbers(const struct sc_fpm_known *k, struct sc_fpm_taken *t, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user user = {0};
    struct stat st;
    t->mode = 0666;
    t->backlog = k->backlog;
    if (sc_fpm_is_routed(t)) /* the directory says who may */
        return 0;
    int rc = k->owner ? sc_user_by_name(k->owner, &user, err) : 0;
    if (k->owner_group && (rc == 0 || rc == SC_E_NOTFOUND))
        rc = sc_group_by_name(k->owner_group, &t->group, err);
    t->owner = user.uid;
    t->mode = k->mode;
    int is = rc == 0 || rc == SC_E_NOTFOUND ? sc_there(k->listen, &st, err) : rc;
    if (is == SC_THERE && S_ISSOCK(st.st_mode)) {
        t->owner = st.st_uid;
        t->group = st.st_gid;
        t->mode = st.st_mode & 0777;
    }
    return is < 0 ? is : 0;
}

struct sc_fpm_taken *sc_fpm_record_of(struct sc_fpm_pass *p, unsigned id, const char *listen)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (p->taken.v[i].id == id && strcmp(p->taken.v[i].listen, listen) == 0)
            return &p->taken.v[i];
    return NULL;
}

static bool is_as_it_is(const struct sc_fpm_taken *t, const struct sc_fpm_known *k)
{
    return t->text_len == k->text_len && memcmp(t->text, k->text, k->text_len) == 0 &&
           strcmp(t->exe, k->exe) == 0 && strcmp(t->main, k->main) == 0 &&
           strcmp(t->file, k->file) == 0 && strcmp(t->pool, k->pool) == 0;
}

/* A record of the address, new or with what its pool is now: the panel may have written that again, or
 * into another file. One that is being put back is left alone. The list may move. */
static int record(struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_use *u, bool *ret_changed,
                  struct sc_error *err)
{
    const char *listen = sc_fpm_use_at(u);
    struct sc_fpm_taken *is = sc_fpm_record_of(p, id, listen);
    if (is && (is->leaving || is_as_it_is(is, u->pool)))
        return 0;
    SC_FREE char *before = is ? strdup(is->file) : NULL;
    SC_CLEANUP(sc_fpm_taken_done)
    struct sc_fpm_taken new = {
        .id = id, .uid = p->a->uid, .number = sc_fpm_hash(listen, ""), .listen = strdup(listen)};
    struct sc_fpm_taken *t = is ? is : &new;
    *ret_changed = true;
    if (!new.listen || (!is && !SC_VEC_ROOM(p->taken.v, p->taken.n)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    int rc = sc_fpm_taken_set(t, u->pool, err);
    if (rc == 0)
        rc = numbers(u->pool, t, err);
    if (rc == 0)
        rc = sc_fpm_taken_save(t, err);
    if (rc == 0 && !is)
        SC_MOVE(&p->taken.v[p->taken.n++], &new);
    return rc == 0 && before ? sc_fpm_idle_sweep(before, err) : rc;
}

/* The group that the pools run with: php-fpm's is the pool's `group`. */
static int group_of(const struct sc_fpm_pass *p, const struct sc_fpm_known *k, gid_t *ret,
                    struct sc_error *err)
{
    gid_t gid = 0;
    int rc = k && k->group ? sc_group_by_name(k->group, &gid, err) : 0;
    *ret = gid ? gid : p->a->gid;
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

static int make_run(const struct sc_fpm_pass *p, const struct sc_fpm_served *one, gid_t gid,
                    struct sc_fpm_run *r, struct sc_error *err)
{
    const struct sc_fpm_site *s = &one->s;
    int n = SC_FPM_GROUPS_MAX;
    r->uid = p->a->uid;
    r->gid = gid;
    if (getgrouplist(p->a->user, gid, r->groups, &n) < 0)
        n = SC_FPM_GROUPS_MAX;
    r->n_groups = (size_t)n;
    r->user = strdup(p->a->user);
    r->home = strdup(p->a->home);
    r->docroot = strdup(s->docroot);
    r->router = one->shared;
    r->php = strdup(s->php ? s->php : "-");
    r->changes = strdup(s->changes && *s->changes ? s->changes : "-");
    return r->user && r->home && r->docroot && r->php && r->changes
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
}

/* A request waits at the shared master's socket, which has another name now: 1, 0, or -errno. */
static int is_waited(pid_t master, const struct sc_fpm_taken *t)
{
    char new[128];
    int rc = sc_fpm_master_waits(master, t->listen);
    if (rc == -ENOENT) {
        sc_fpm_beside(t, "new", new);
        rc = sc_fpm_master_waits(master, new);
    }
    return rc == -ENOENT ? 0 : rc;
}

/* The workers finish. The master starts others, which take what had connected before: a web server may keep such a
 * connection for any number of requests. So they end, too, until nobody waits before the last of them are asked. */
static int end_workers(pid_t master, const struct sc_fpm_taken *t, struct sc_error *err)
{
    int64_t until = sc_clock_ms() + FINISH_MS;
    int waits = 1, rc = 0;
    while (rc == 0 && waits == 1) {
        int64_t left = until - sc_clock_ms();
        waits = is_waited(master, t);
        if (waits < 0)
            return sc_error_sys(err, -waits, "ask who waits at %s", t->listen);
        if (waits && left < -FINISH_MS)
            return sc_error_set(err, SC_E_TIMEOUT,
                                "%s: requests still wait for the shared PHP-FPM pool %s", t->listen,
                                t->pool);
        rc = sc_fpm_master_kick(master, t->pool, left > LATE_MS ? (int)left : LATE_MS, err);
    }
    return rc;
}

/* Out of the shared master's configuration before its name is taken: php-fpm does not start with a
 * pool at whose address somebody else listens. Then its workers finish. */
static int take_pool(struct sc_fpm_taken *t, struct sc_error *err)
{
    bool old = false;
    pid_t master = sc_fpm_master_find(t->main);
    if (master < 0)
        return sc_error_sys(err, -master, "look for the PHP-FPM master of %s", t->main);
    int cut = sc_fpm_take_out(t, NULL, err);
    if (cut < 0 || (cut == 0 && t->leaving)) /* its supervisor gives it back */
        return cut;
    int rc = sc_fpm_take_name(t, &old, err);
    /* one that was killed before may have left some */
    return rc == 0 && master && old && (cut > 0 || is_waited(master, t) != 0)
               ? end_workers(master, t, err)
               : rc;
}

/* Nobody but the supervisor was ever at a routed site's address. */
static int name_route(const struct sc_fpm_taken *t, struct sc_error *err)
{
    char new[128];
    sc_fpm_beside(t, "new", new);
    return rename(new, t->listen) == 0 || errno == ENOENT
               ? 0
               : sc_error_sys(err, errno, "name %s", t->listen);
}

static int take_over(struct sc_fpm_taken *t, struct sc_error *err)
{
    return sc_fpm_is_routed(t) ? name_route(t, err) : take_pool(t, err);
}

/* Each address of the site leads to its supervisor, or is about to. */
static bool is_reached(const struct sc_fpm_pass *p, unsigned id, pid_t supervisor)
{
    for (size_t i = 0; i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id == id && !t->leaving && !sc_fpm_answers(t, supervisor))
            return false;
    }
    return true;
}

/* Records of what the site uses. *ret_first: the first pool; NULL: it uses none. */
static int record_all(struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                      const struct sc_fpm_known **ret_first, bool *ret_changed,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < one->n; i++) {
        if (one->v[i].how != SC_FPM_COVERED)
            continue;
        if (!*ret_first)
            *ret_first = one->v[i].pool;
        rc = record(p, one->s.id, &one->v[i], ret_changed, err);
    }
    return rc;
}

static int take_all(struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                    int (*take)(struct sc_fpm_taken *t, struct sc_error *err), struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id == one->s.id && !t->leaving && sc_fpm_site_wants(one, t))
            rc = take(t, err);
    }
    return rc;
}

/* Has the site's supervisor do so; one that cannot be asked is started: it finds the lock taken. */
static int ask(const struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_run *want,
               struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    int rc = sc_mkdir_p(SC_FPM_ROUTE_DIR, 0700, err); /* mod_sitecage gives it its group */
    if (rc == 0)
        rc = sc_fpm_run_save(id, want, err);
    if (rc < 0 || sc_fpm_supervisor(id, &pidfd) <= 0)
        return rc < 0 ? rc : sc_fpm_supervisor_start(p->a->uid, id, err);
    (void)sc_pidfd_signal(pidfd, SIGUSR2);
    return 0;
}

/* A master that does not start is the site's own trouble: its requests fail, they do not run elsewhere;
 * but not that of sites which share a pool with one that is isolated. */
static int hear(const struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                const struct sc_fpm_run *want, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    if (one->shared)
        return sc_fpm_supervisor_wait(one->s.id, want->asked, SC_FPM_ANSWER_MS, err);
    if (sc_fpm_supervisor_wait(one->s.id, want->asked, SC_FPM_ANSWER_MS, &why) < 0) {
        sc_log("uid=%u site=%u %s", (unsigned)p->a->uid, one->s.id, why.text);
        if (p->a->notice)
            p->a->notice(p->a->arg, why.text);
    }
    return 0;
}

int sc_fpm_take_site(struct sc_fpm_pass *p, const struct sc_fpm_served *one, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run want = {0};
    const struct sc_fpm_site *s = &one->s;
    const struct sc_fpm_known *first = NULL;
    bool changed = false;
    gid_t gid = p->a->gid;
    int rc = record_all(p, one, &first, &changed, err);
    if (rc < 0 || !first)
        return rc;
    rc = group_of(p, first, &gid, err);
    if (rc == 0)
        rc = make_run(p, one, gid, &want, err);
    if (rc < 0)
        return rc;
    pid_t runs = sc_fpm_supervisor(s->id, NULL);
    if (runs < 0)
        return sc_error_sys(err, -runs, "look for PHP-FPM's supervisor of site %u", s->id);
    if (!runs || changed || !sc_fpm_run_is(s->id, &want) || !is_reached(p, s->id, runs)) {
        want.asked = (unsigned long long)sc_clock_ns();
        rc = ask(p, s->id, &want, err);
        if (rc == 0)
            rc = hear(p, one, &want, err);
    }
    return rc < 0 ? rc : take_all(p, one, take_over, err);
}

/* At the address is a socket that nobody has. */
static int close_pool(struct sc_fpm_taken *t, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    if (sc_fpm_is_routed(t))
        return unlink(t->listen) < 0 && errno != ENOENT
                   ? sc_error_sys(err, errno, "remove %s", t->listen)
                   : 0;
    int rc = sc_fpm_alive(t->listen);
    if (rc < 0)
        return sc_error_sys(err, -rc, "ask who listens at %s", t->listen);
    rc = rc ? sc_fpm_listen_make(t, &fd, err) : 0;
    sc_close(&fd);
    return rc < 0 ? rc : take_pool(t, err);
}

int sc_fpm_close_site(struct sc_fpm_pass *p, const struct sc_fpm_served *one, struct sc_error *err)
{
    const struct sc_fpm_known *first = NULL;
    bool changed = false;
    int rc = record_all(p, one, &first, &changed, err);
    if (rc == 0)
        rc = sc_fpm_end_supervisor(p, one->s.id, err);
    if (rc == 0)
        sc_log("uid=%u site=%u PHP-FPM: not served, the account has %u sites with masters",
               (unsigned)p->a->uid, one->s.id, p->a->max_sites);
    return rc < 0 ? rc : take_all(p, one, close_pool, err);
}
