/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/run.h"
#include "core/enter/keeper_find.h"
#include "core/php/fpm/idle.h"
#include "core/php/fpm/known.h"
#include "core/php/fpm/master.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/taken.h"

#define START_MS   45000 /* a supervisor answers when its master does, or cannot */
#define END_MS     30000
#define USERS_FROM 1000  /* uids and gids of hosting accounts */
#define FINISH_MS  10000 /* for requests that the shared master still runs */

struct pass {
    const struct sc_fpm_account *a;
    struct sc_fpm_taken_list taken;
    struct sc_fpm_known_list known;
    struct sc_vhosts hosts;
};

static void pass_done(struct pass *p)
{
    sc_fpm_taken_list_done(&p->taken);
    sc_fpm_known_done(&p->known);
    sc_vhosts_done(&p->hosts);
}

/* ---- the supervisor ---- */

static int lock_file(unsigned id)
{
    char path[64];
    snprintf(path, sizeof(path), SC_FPM_RUN "/%u.lock", id);
    return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

/* Its pid, 0 when none runs; with `ret_pidfd` (not NULL) a descriptor that is certainly its. */
static pid_t supervisor(unsigned id, int *ret_pidfd)
{
    SC_FD int fd = lock_file(id);
    pid_t pid = fd < 0 ? 0 : sc_lock_holder(fd);
    if (pid == 0 || !ret_pidfd)
        return pid;
    SC_FD int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0 || sc_lock_holder(fd) != pid)
        return 0;
    *ret_pidfd = sc_steal_fd(&pidfd);
    return pid;
}

static int start_supervisor(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    char u[16], i[16];
    snprintf(u, sizeof(u), "%u", (unsigned)uid);
    snprintf(i, sizeof(i), "%u", id);
    const char *const argv[] = {SC_FPM_EXE, u, i, NULL};
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = START_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_SYS, "PHP-FPM of site %u cannot be started: its supervisor %s",
                          id, how);
    }
    return rc;
}

static int end_supervisor(unsigned id, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    char path[64];
    if (supervisor(id, &pidfd)) {
        struct pollfd gone = {.fd = pidfd, .events = POLLIN};
        (void)syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
        if (poll(&gone, 1, END_MS) != 1) {
            (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
            if (poll(&gone, 1, END_MS) != 1)
                return sc_error_set(err, SC_E_BUSY, "PHP-FPM's supervisor of site %u does not end",
                                    id);
        }
    }
    static const char *const files[] = {"run", "done", "lock"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), SC_FPM_RUN "/%u.%s", id, files[i]);
        (void)unlink(path);
    }
    return 0;
}

static unsigned long long clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000u + (unsigned long long)t.tv_nsec;
}

static void nap_ms(long ms)
{
    struct timespec t = {0, ms * 1000000};
    (void)nanosleep(&t, NULL);
}

static int wait_answer(unsigned id, unsigned long long asked, struct sc_error *err)
{
    for (unsigned long long until = clock_ns() + START_MS * 1000000ull; clock_ns() < until;) {
        int got = sc_fpm_run_answered(id, asked);
        if (got > 0)
            return 0;
        if (got < 0)
            return sc_error_set(err, SC_E_SYS,
                                "PHP-FPM of site %u cannot start: /var/log/sitecage.log says why",
                                id);
        if (!supervisor(id, NULL))
            return sc_error_set(err, SC_E_SYS, "PHP-FPM's supervisor of site %u ended", id);
        nap_ms(5);
    }
    return sc_error_set(err, SC_E_TIMEOUT, "PHP-FPM of site %u does not answer", id);
}

/* ---- the name of a Unix socket ---- */

static bool alive(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
        return false;
    strcpy(a.sun_path, path);
    return connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EAGAIN;
}

/* php-fpm removes the name of a socket that it had and is not to have any more: a mount point it
 * cannot remove. */
static void guard(const char *path)
{
    char self[40];
    struct stat st;
    SC_FD int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (mount(self, self, NULL, MS_BIND, NULL) < 0)
        sc_log("PHP-FPM: %s cannot be guarded: %s", path, strerror(errno));
}

static void unguard(const char *path)
{
    for (int i = 0; i < 8 && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++)
        ;
}

/* Somebody listens at the name, and it is the shared master: not what is left of a supervisor that
 * was killed. */
static bool shared_masters(const struct sc_fpm_taken *t, const char *new)
{
    pid_t master = sc_fpm_master_find(t->main);
    return master && alive(t->listen) &&
           (sc_fpm_master_socket(master, t->listen) >= 0 || sc_fpm_master_socket(master, new) >= 0);
}

/* Gives the supervisor's socket the name. *ret_old: the shared master's lives on without it. */
static int take_name(const struct sc_fpm_taken *t, bool *ret_old, struct sc_error *err)
{
    char new[128], old[128];
    struct stat st;
    if (t->listen[0] != '/')
        return 0;
    sc_fpm_beside(t, "new", new);
    sc_fpm_beside(t, "old", old);
    if (lstat(new, &st) == 0) {
        unguard(t->listen);
        if (lstat(old, &st) < 0 && lstat(t->listen, &st) == 0 && S_ISSOCK(st.st_mode) &&
            shared_masters(t, new) && link(t->listen, old) < 0 && errno != EEXIST)
            return sc_error_sys(err, errno, "keep %s", t->listen);
        if (rename(new, t->listen) < 0)
            return sc_error_sys(err, errno, "take %s over", t->listen);
        if (lstat(old, &st) == 0)
            guard(t->listen);
    }
    if (lstat(old, &st) < 0)
        return 0;
    if (alive(old)) {
        *ret_old = true;
        return 0;
    }
    /* the shared master reads its configuration without the pool: it will remove nothing more */
    unguard(t->listen);
    (void)unlink(old);
    return 0;
}

/* ---- taking ---- */

static void numbers(const struct sc_fpm_known *k, const struct sc_fpm_account *a,
                    struct sc_fpm_taken *t)
{
    struct passwd *pw = k->owner ? getpwnam(k->owner) : NULL;
    struct group *gr = k->owner_group ? getgrnam(k->owner_group) : NULL;
    struct stat st;
    (void)a;
    t->owner = pw ? pw->pw_uid : 0;
    t->group = gr ? gr->gr_gid : 0;
    t->mode = k->mode;
    t->backlog = k->backlog;
    /* what it is now: listen.acl_users and an administrator's chmod are in that */
    if (k->listen[0] == '/' && lstat(k->listen, &st) == 0 && S_ISSOCK(st.st_mode)) {
        t->owner = st.st_uid;
        t->group = st.st_gid;
        t->mode = st.st_mode & 0777;
    }
}

static struct sc_fpm_taken *record_of(struct pass *p, unsigned id, uint32_t hash)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (p->taken.v[i].id == id && p->taken.v[i].hash == hash)
            return &p->taken.v[i];
    return NULL;
}

/* A record of the pool, new or with its new text. The list may move. */
static int record(struct pass *p, unsigned id, const struct sc_fpm_known *k, bool *ret_changed,
                  struct sc_error *err)
{
    struct sc_fpm_taken *t = record_of(p, id, sc_fpm_hash(k->file, k->pool));
    if (t && t->text_len == k->text_len && memcmp(t->text, k->text, k->text_len) == 0 &&
        strcmp(t->listen, k->listen) == 0)
        return 0;
    *ret_changed = true;
    if (!t) {
        struct sc_fpm_taken *v = realloc(p->taken.v, (p->taken.n + 1) * sizeof(*v));
        if (!v)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
        p->taken.v = v;
        t = &v[p->taken.n++];
    } else {
        sc_fpm_taken_done(t);
    }
    *t = (struct sc_fpm_taken){.id = id,
                               .uid = p->a->uid,
                               .hash = sc_fpm_hash(k->file, k->pool),
                               .file = strdup(k->file),
                               .pool = strdup(k->pool),
                               .listen = strdup(k->listen),
                               .exe = strdup(k->exe),
                               .main = strdup(k->main),
                               .text = strndup(k->text, k->text_len),
                               .text_len = k->text_len};
    numbers(k, p->a, t);
    if (!t->file || !t->pool || !t->listen || !t->exe || !t->main || !t->text)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    return sc_fpm_taken_save(t, err);
}

/* The group that the pools run with: php-fpm's is the pool's `group`. */
static gid_t group_of(const struct pass *p, const struct sc_fpm_known *k)
{
    struct group *gr = k && k->group ? getgrnam(k->group) : NULL;
    return gr && gr->gr_gid ? gr->gr_gid : p->a->gid;
}

static int make_run(const struct pass *p, const struct sc_fpm_site *s, gid_t gid,
                    struct sc_fpm_run *r, struct sc_error *err)
{
    int n = SC_FPM_GROUPS_MAX;
    r->uid = p->a->uid;
    r->gid = gid;
    if (getgrouplist(p->a->user, gid, r->groups, &n) < 0)
        n = SC_FPM_GROUPS_MAX;
    r->n_groups = (size_t)n;
    r->user = strdup(p->a->user);
    r->home = strdup(p->a->home);
    r->docroot = strdup(s->docroot);
    r->php = strdup(s->php ? s->php : "-");
    r->changes = strdup(s->changes && *s->changes ? s->changes : "-");
    return r->user && r->home && r->docroot && r->php && r->changes
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
}

static bool same_run(const struct sc_fpm_run *a, const struct sc_fpm_run *b)
{
    return a->uid == b->uid && a->gid == b->gid && a->n_groups == b->n_groups &&
           memcmp(a->groups, b->groups, a->n_groups * sizeof(gid_t)) == 0 &&
           strcmp(a->user, b->user) == 0 && strcmp(a->home, b->home) == 0 &&
           strcmp(a->docroot, b->docroot) == 0 && strcmp(a->php, b->php) == 0 &&
           strcmp(a->changes, b->changes) == 0;
}

/* TCP has no names that could be given to another socket: the supervisor takes the shared master's.
 */
static void adopt(struct pass *p, unsigned id, struct sc_fpm_run *r)
{
    for (size_t i = 0; i < p->taken.n && r->n_adopt < SC_FPM_TAKEN_MAX; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id != id || t->leaving || t->listen[0] == '/')
            continue;
        pid_t master = sc_fpm_master_find(t->main);
        int fd = master ? sc_fpm_master_socket(master, t->listen) : -1;
        if (fd >= 0)
            r->adopt[r->n_adopt++] = (struct sc_fpm_adopt){t->hash, master, fd};
    }
}

/* Out of the shared master: its configuration, its workers, and where it holds the very socket, the
 * master itself. */
static int take_out(struct sc_fpm_taken *t, bool old, struct sc_error *err)
{
    char dir[PATH_MAX];
    pid_t master = sc_fpm_master_find(t->main);
    int rc = sc_fpm_shared_dir(t->file, dir) ? sc_fpm_idle_make(dir, err) : 0;
    int cut = rc == 0 ? sc_fpm_take_out(t, NULL, err) : rc;
    if (cut < 0)
        return cut;
    if (master && t->listen[0] != '/' && sc_fpm_master_socket(master, t->listen) >= 0)
        return sc_fpm_master_reload(t->main, NULL, err);
    if (master && old && cut > 0)
        sc_fpm_master_kick(master, t->pool, FINISH_MS);
    return 0;
}

static int apply_site(struct pass *p, const struct sc_fpm_site *s, struct sc_fpm_use *uses,
                      size_t n_uses, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run want = {0};
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run have = {0};
    bool changed = false, first = true;
    int rc = 0;
    gid_t gid = p->a->gid;
    for (size_t i = 0; rc == 0 && i < n_uses; i++) {
        if (uses[i].how != SC_FPM_COVERED)
            continue;
        if (first)
            gid = group_of(p, uses[i].pool);
        first = false;
        rc = record(p, s->id, uses[i].pool, &changed, err);
    }
    if (rc < 0 || first)
        return rc;
    rc = make_run(p, s, gid, &want, err);
    if (rc < 0)
        return rc;
    bool runs = supervisor(s->id, NULL) != 0;
    changed = changed || sc_fpm_run_load(s->id, &have, NULL) < 0 || !same_run(&want, &have);
    if (!runs || changed) {
        SC_FD int pidfd = -EBADF;
        adopt(p, s->id, &want);
        want.asked = clock_ns();
        rc = sc_fpm_run_save(s->id, &want, err);
        if (rc == 0 && supervisor(s->id, &pidfd))
            (void)syscall(SYS_pidfd_send_signal, pidfd, SIGUSR2, NULL, 0);
        else if (rc == 0)
            rc = start_supervisor(p->a->uid, s->id, err);
        /* a master that does not start is the site's own trouble: its requests fail, they do not
         * run elsewhere */
        struct sc_error why = SC_ERROR_INIT;
        if (rc == 0 && wait_answer(s->id, want.asked, &why) < 0) {
            sc_log("uid=%u site=%u %s", (unsigned)p->a->uid, s->id, why.text);
            if (p->a->notice)
                p->a->notice(p->a->arg, why.text);
        }
    }
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        bool old = false;
        if (t->id != s->id || t->leaving)
            continue;
        rc = take_name(t, &old, err);
        if (rc == 0)
            rc = take_out(t, old, err);
    }
    return rc;
}

/* ---- putting back ---- */

/* The shared master gets the socket that the site's has, by a reload. */
static int give_back(struct sc_fpm_taken *t, struct sc_error *err)
{
    char new[128];
    pid_t from = supervisor(t->id, NULL);
    sc_fpm_beside(t, "new", new);
    const char *bound = t->listen[0] == '/' ? new : t->listen;
    int fd = from ? sc_fpm_master_socket(from, bound) : -1;
    struct sc_fpm_inject in = {t->listen, bound, from, fd};
    int rc = sc_fpm_put_back(t, err);
    if (rc == 0 && fd < 0 && t->listen[0] == '/') {
        unguard(t->listen);
        if (!alive(t->listen))
            (void)unlink(t->listen);
    }
    return rc < 0 ? rc : sc_fpm_master_reload(t->main, fd < 0 ? NULL : &in, err);
}

static int release(struct sc_fpm_taken *t, struct sc_error *err)
{
    char old[128] = "", new[128] = "";
    bool unix_socket = t->listen[0] == '/';
    if (unix_socket) {
        sc_fpm_beside(t, "old", old);
        sc_fpm_beside(t, "new", new);
    }
    pid_t master = sc_fpm_master_find(t->main);
    bool has = !unix_socket && master && sc_fpm_master_socket(master, t->listen) >= 0;
    int rc = 0;
    if (unix_socket && alive(old)) {
        /* it never left the shared master: its socket gets its name back */
        rc = sc_fpm_put_back(t, err);
        unguard(t->listen);
        if (rc == 0 && rename(old, t->listen) < 0)
            rc = sc_error_sys(err, errno, "put %s back", t->listen);
        return rc;
    }
    if (unix_socket) {
        unguard(t->listen);
        (void)unlink(old);
    }
    if (master && !has)
        return give_back(t, err);
    rc = sc_fpm_put_back(t, err);
    if (rc == 0 && !master && unix_socket && supervisor(t->id, NULL) && !alive(new))
        (void)unlink(t->listen); /* nobody is there; a master that starts makes it */
    return rc;
}

static bool site_wants(const struct sc_fpm_use *uses, size_t n, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_COVERED && strcmp(uses[i].pool->file, t->file) == 0 &&
            strcmp(uses[i].pool->pool, t->pool) == 0 &&
            strcmp(uses[i].pool->listen, t->listen) == 0)
            return true;
    return false;
}

/* Ends what of site `id` is not wanted any more. */
static int release_site(struct pass *p, unsigned id, const struct sc_fpm_use *uses, size_t n_uses,
                        struct sc_error *err)
{
    int rc = 0;
    size_t left = 0, gone = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id != id)
            continue;
        if (!t->leaving && site_wants(uses, n_uses, t)) {
            left++;
            continue;
        }
        rc = release(t, err);
        t->leaving = true;
        gone++;
    }
    if (rc < 0 || gone == 0)
        return rc;
    SC_FD int pidfd = -EBADF;
    if (left == 0)
        rc = end_supervisor(id, err);
    else if (supervisor(id, &pidfd))
        (void)syscall(SYS_pidfd_send_signal, pidfd, SIGUSR2, NULL, 0);
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        char dir[PATH_MAX], new[128];
        if (t->id != id || !t->leaving)
            continue;
        if (t->listen[0] == '/') {
            sc_fpm_beside(t, "new", new);
            (void)unlink(new);
        }
        rc = sc_fpm_taken_remove(t, err);
        if (rc == 0 && sc_fpm_shared_dir(t->file, dir))
            rc = sc_fpm_idle_sweep(dir, err);
        sc_fpm_taken_done(t);
        p->taken.v[i--] = p->taken.v[--p->taken.n];
    }
    return rc;
}

/* ---- the pass ---- */

/* Pools that are taken out stand in no file: their records do. A file's word counts more: the panel
 * wrote the pool anew. */
static int add_taken(struct pass *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file now = {0};
        bool written = false, marked = false;
        for (size_t k = 0; k < p->known.n; k++)
            written |= strcmp(p->known.v[k].file, t->file) == 0 &&
                       strcmp(p->known.v[k].pool, t->pool) == 0;
        if (written || t->leaving)
            continue;
        /* no mark either: somebody removed the pool */
        if (sc_read_file(t->file, SC_FPM_FILE_MAX, &text, NULL) < 0)
            continue;
        if (sc_fpm_parse(text.data, text.len, t->file, &now, NULL) == 0) {
            for (size_t k = 0; k < now.n; k++)
                marked |= now.v[k].mark && strcmp(now.v[k].name, t->pool) == 0;
            if (!marked)
                continue;
        }
        if (sc_fpm_parse(t->text, t->text_len, t->file, &f, NULL) < 0)
            continue;
        const struct sc_fpm_pool *pool = sc_fpm_pool_find(&f, t->pool);
        if (pool)
            rc = sc_fpm_known_add(&p->known, t->file, t->main, t->exe, t->text, pool, err);
    }
    return rc;
}

static int load(struct pass *p, struct sc_error *err)
{
    int rc = sc_fpm_known_load("", &p->known, err);
    if (rc == 0)
        rc = add_taken(p, err);
    bool look = p->a->notice != NULL;
    for (size_t i = 0; i < p->known.n && !look; i++)
        look = p->known.v[i].user && strcmp(p->known.v[i].user, p->a->user) == 0;
    return rc == 0 && look && p->known.n ? sc_vhosts_load("", &p->hosts, err) : rc;
}

/* Whether only root and the system's own users can put things where the socket is. */
static bool is_safe(const char *listen)
{
    char dir[PATH_MAX], real[PATH_MAX];
    struct stat st;
    if (listen[0] != '/')
        return true;
    snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(listen, '/') - listen), listen);
    if (!realpath(*dir ? dir : "/", real))
        return errno == ENOENT; /* it will be made, by root */
    for (;;) {
        if (lstat(*real ? real : "/", &st) < 0 || st.st_uid >= USERS_FROM ||
            (st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && st.st_gid >= USERS_FROM))
            return false;
        char *slash = strrchr(real, '/');
        if (!slash)
            return true;
        *slash = 0;
    }
}

static int uses_of(const struct pass *p, const struct sc_fpm_site *s, struct sc_fpm_use **ret,
                   size_t *ret_n, struct sc_error *err)
{
    int rc = sc_fpm_which(&p->hosts, &p->known, s->texts, s->n_texts, p->a->user, ret, ret_n, err);
    for (size_t i = 0; rc == 0 && i < *ret_n; i++)
        if ((*ret)[i].how == SC_FPM_COVERED && !is_safe((*ret)[i].pool->listen))
            (*ret)[i].how = SC_FPM_PLACE;
    return rc;
}

static void tell(const struct sc_fpm_account *a, const struct sc_fpm_use *uses, size_t n)
{
    char text[1024];
    for (size_t i = 0; a->notice && i < n; i++)
        if (uses[i].how != SC_FPM_COVERED) {
            sc_fpm_use_text(&uses[i], text, sizeof(text));
            a->notice(a->arg, text);
        }
}

static bool is_site(const struct sc_fpm_account *a, unsigned id)
{
    for (size_t i = 0; i < a->n_sites; i++)
        if (a->sites[i].id == id)
            return true;
    return false;
}

/* The first error is the pass's, and keeps nothing from being done that can be. */
static int first_of(int rc, int now, const struct sc_error *why, struct sc_error *err)
{
    if (now < 0)
        sc_log("PHP-FPM: %s", why->text);
    return rc < 0 || now == 0 ? rc : sc_error_set(err, now, "%s", why->text);
}

struct site_uses {
    struct sc_fpm_use *v;
    size_t n;
    bool failed; /* not known: nothing of the site is touched */
};

static void free_uses(struct site_uses *u, size_t n)
{
    for (size_t i = 0; u && i < n; i++)
        free(u[i].v);
    free(u);
}

/* The site that a pool is to run in; NULL: none. */
static const struct sc_fpm_site *site_of(const struct sc_fpm_account *a, const struct site_uses *u,
                                         const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < a->n_sites; i++)
        if (u[i].failed || site_wants(u[i].v, u[i].n, t))
            return &a->sites[i];
    return NULL;
}

/* Pools of sites that are no more. One that another site has now is not put back in between; one of
 * a site that cannot be isolated now is served by nobody. */
static int release_others(struct pass *p, const struct site_uses *u, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < p->taken.n;) {
        struct sc_error why = SC_ERROR_INIT;
        const struct sc_fpm_taken *t = &p->taken.v[i];
        size_t before = p->taken.n;
        if (is_site(p->a, t->id)) {
            i++;
            continue;
        }
        const struct sc_fpm_site *now = t->leaving ? NULL : site_of(p->a, u, t);
        if (!now)
            rc = first_of(rc, release_site(p, t->id, NULL, 0, &why), &why, err);
        else if (now->id == 0 && supervisor(t->id, NULL))
            rc = first_of(rc, end_supervisor(t->id, &why), &why, err);
        i = p->taken.n == before ? i + 1 : 0; /* the list moved */
    }
    return rc;
}

/* Records of the site's pools under the id that it had before. */
static int drop_former(struct pass *p, unsigned id, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id == id || is_site(p->a, t->id) || !record_of(p, id, t->hash))
            continue;
        rc = end_supervisor(t->id, err);
        if (rc == 0)
            rc = sc_fpm_taken_remove(t, err);
        sc_fpm_taken_done(t);
        p->taken.v[i--] = p->taken.v[--p->taken.n];
    }
    return rc;
}

int sc_fpm_apply(const struct sc_fpm_account *a, struct sc_error *err)
{
    SC_CLEANUP(pass_done) struct pass p = {.a = a};
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc < 0 || (p.taken.n == 0 && a->n_sites == 0))
        return rc;
    rc = load(&p, err);
    if (rc < 0)
        return rc;
    struct site_uses *u = calloc(a->n_sites + 1, sizeof(*u));
    if (!u)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    for (size_t i = 0; i < a->n_sites; i++) {
        struct sc_error why = SC_ERROR_INIT;
        int now = uses_of(&p, &a->sites[i], &u[i].v, &u[i].n, &why);
        u[i].failed = now < 0;
        rc = first_of(rc, now, &why, err);
    }
    struct sc_error why = SC_ERROR_INIT;
    rc = first_of(rc, release_others(&p, u, &why), &why, err);
    for (size_t i = 0; i < a->n_sites; i++) {
        const struct sc_fpm_site *s = &a->sites[i];
        if (s->id == 0 || u[i].failed)
            continue;
        why = (struct sc_error)SC_ERROR_INIT;
        int now = release_site(&p, s->id, u[i].v, u[i].n, &why);
        if (now == 0)
            now = apply_site(&p, s, u[i].v, u[i].n, &why);
        if (now == 0)
            now = drop_former(&p, s->id, &why);
        if (now == 0)
            tell(a, u[i].v, u[i].n);
        rc = first_of(rc, now, &why, err);
    }
    free_uses(u, a->n_sites);
    return rc;
}

int sc_fpm_site_php(unsigned id, const char *php, const char *changes, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run r = {0};
    SC_FD int pidfd = -EBADF;
    if (!supervisor(id, &pidfd) || sc_fpm_run_load(id, &r, NULL) < 0)
        return 0;
    php = php ? php : "-";
    if (strcmp(r.php, php) == 0 && strcmp(r.changes, changes) == 0)
        return 0;
    free(r.php);
    free(r.changes);
    r.php = strdup(php);
    r.changes = strdup(changes);
    r.asked = clock_ns();
    r.n_adopt = 0;
    int rc = r.php && r.changes ? sc_fpm_run_save(id, &r, err)
                                : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
    if (rc == 0)
        (void)syscall(SYS_pidfd_send_signal, pidfd, SIGUSR2, NULL, 0);
    return rc < 0 ? rc : wait_answer(id, r.asked, err);
}

int sc_fpm_look(const struct sc_fpm_account *a, const struct sc_fpm_site *site, unsigned *ret_uses,
                unsigned *ret_covered, struct sc_error *err)
{
    SC_CLEANUP(pass_done) struct pass p = {.a = a};
    SC_FREE struct sc_fpm_use *uses = NULL;
    size_t n = 0;
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc == 0)
        rc = load(&p, err);
    if (rc == 0)
        rc = uses_of(&p, site, &uses, &n, err);
    if (rc < 0)
        return rc;
    tell(a, uses, n);
    *ret_uses = (unsigned)n;
    *ret_covered = 0;
    for (size_t i = 0; i < n; i++)
        *ret_covered += uses[i].how == SC_FPM_COVERED;
    return 0;
}

bool sc_fpm_any(uid_t uid)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    return sc_fpm_taken_load(uid, 0, &l, NULL, NULL) == 0 && l.n > 0;
}
