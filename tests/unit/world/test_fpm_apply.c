/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PHP-FPM in passes over an account, on a server in memory: records, pool files, names of sockets,
 * supervisors. Sockets are real ones below the test's directory; supervisors and the shared master are
 * this process, which listens for them. */
#include "tests/unit/fakes/world.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/apply.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pool_file.h"
#include "core/php/pools/known.h"
#include "core/php/fpm/master.h"
#include "core/php/pools/master.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/supervisor.h"
#include "core/php/fpm/taken.h"
#include "core/php/fpm/told.h"
#include "core/php/pools/which.h"
#include "core/web/roots.h"
#include "tests/unit/fakes/root.h"

#define S(text) ((char *)(uintptr_t)(text))
#define POOLS   "/etc/php/8.2/fpm/pool.d"
#define MAIN    "/etc/php/8.2/fpm/php-fpm.conf"
#define JOHN    1001
#define MASTER  4242 /* the shared one's pid */

#define BEFORE(type, name, ...)                                                                    \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* ---- the machine ---- */

static struct sockaddr_un in_root(const struct sockaddr *a)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(un.sun_path, sizeof(un.sun_path), "%s",
             root_at(((const struct sockaddr_un *)(const void *)a)->sun_path));
    return un;
}

static int knocks_fail; /* with that errno */

BEFORE(int, connect, int fd, const struct sockaddr *a, socklen_t len)
{
    const struct sockaddr_un un = in_root(a);
    (void)len;
    if (knocks_fail) {
        errno = knocks_fail;
        return -1;
    }
    return __real_connect(fd, (const struct sockaddr *)&un, sizeof(un));
}

BEFORE(int, bind, int fd, const struct sockaddr *a, socklen_t len)
{
    const struct sockaddr_un un = in_root(a);
    (void)len;
    return __real_bind(fd, (const struct sockaddr *)&un, sizeof(un));
}

BEFORE(int, lchown, const char *path, uid_t uid, gid_t gid)
{
    return __real_lchown(root_at(path), uid, gid);
}

static unsigned guards;

BEFORE(int, mount, const char *source, const char *target, const char *type, unsigned long flags,
       const void *data)
{
    (void)source, (void)target, (void)type, (void)flags, (void)data;
    guards++;
    return 0;
}

BEFORE(int, umount2, const char *path, int flags)
{
    (void)path, (void)flags;
    errno = EINVAL;
    return guards ? (guards--, 0) : -1;
}

/* Those who listen, each at one pool: the shared master (id 0) and the supervisors. */
static struct listener {
    unsigned id;
    int fd;
    char path[128]; /* that it was bound at */
} listeners[16];
static size_t n_listeners;
static bool master_runs;
static unsigned living[8], starts, kicks;
static int waiting; /* looks that find somebody at the shared master's socket */
static int says;    /* what supervisors answer */

static void silence(struct listener *l)
{
    close(l->fd);
    *l = listeners[--n_listeners];
}

static bool lives(unsigned id)
{
    for (size_t i = 0; i < 8; i++)
        if (living[i] == id)
            return true;
    return false;
}

static void note_living(unsigned id, bool on)
{
    for (size_t i = 0; i < 8; i++)
        if (living[i] == (on ? 0 : id)) {
            living[i] = on ? id : 0;
            return;
        }
}

static void stop(unsigned id)
{
    for (size_t i = n_listeners; i-- > 0;)
        if (listeners[i].id == id)
            silence(&listeners[i]);
    note_living(id, false);
}

/* As the supervisor does: what it has it keeps, as long as it is reached there. */
static void serve(unsigned id)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    assert_int_equal(sc_fpm_taken_load(JOHN, id, &l, NULL, NULL), 0);
    for (size_t i = 0; i < l.n; i++) {
        bool has = l.v[i].leaving;
        for (size_t k = 0; k < n_listeners; k++)
            has |= listeners[k].id == id && strcmp(listeners[k].path, l.v[i].listen) == 0;
        if (has)
            continue;
        struct listener *one = &listeners[n_listeners++];
        *one = (struct listener){.id = id, .fd = -EBADF};
        snprintf(one->path, sizeof(one->path), "%s", l.v[i].listen);
        assert_int_equal(sc_fpm_listen_make(&l.v[i], &one->fd, NULL), 0);
    }
}

BEFORE(pid_t, sc_fpm_supervisor, unsigned id, int *ret_pidfd)
{
    (void)ret_pidfd; /* nobody is signalled */
    return lives(id) ? getpid() : 0;
}

BEFORE(int, sc_fpm_supervisor_start, uid_t uid, unsigned id, struct sc_error *err)
{
    (void)uid, (void)err;
    starts++;
    note_living(id, true);
    serve(id);
    return 0;
}

BEFORE(int, sc_fpm_supervisor_wait, unsigned id, unsigned long long asked, int ms,
       struct sc_error *err)
{
    (void)asked, (void)ms;
    serve(id);
    return says ? sc_error_set(err, says, "it says so") : 0;
}

BEFORE(int, sc_fpm_supervisor_end, unsigned id, int *ret_pidfd, struct sc_error *err)
{
    (void)err;
    stop(id);
    sc_fpm_run_forget(id);
    *ret_pidfd = -EBADF;
    return 0;
}

BEFORE(pid_t, sc_fpm_master_find, const char *main)
{
    assert_string_equal(main, MAIN);
    return master_runs ? MASTER : 0;
}

BEFORE(int, sc_fpm_master_socket, pid_t pid, const char *path)
{
    assert_int_equal(pid, MASTER);
    for (size_t i = 0; i < n_listeners; i++)
        if (listeners[i].id == 0 && strcmp(listeners[i].path, path) == 0)
            return 3;
    return -ENOENT;
}

BEFORE(int, sc_fpm_master_waits, pid_t pid, const char *path)
{
    assert_int_equal(pid, MASTER);
    assert_non_null(strchr(path, '/'));
    return waiting > 0 && waiting--;
}

BEFORE(int, sc_fpm_master_kick, pid_t master, const char *pool, int ms, struct sc_error *err)
{
    (void)pool, (void)ms, (void)err;
    assert_int_equal(master, MASTER);
    kicks++;
    return 0;
}

/* ---- the account ---- */

static struct sc_fpm_known_list in_files;
static struct sc_vhosts hosts;
static struct sc_vhost host[4];
static struct sc_fpm_site sites[4];
static size_t n_sites;
static bool routed;
static unsigned max_sites;

static char *names[4][1] = {
    {S("a.example")}, {S("b.example")}, {S("c.example")}, {S("in.example")}};
static char *listens[4][1] = {
    {S("/run/php/a.sock")}, {S("/run/php/b.sock")}, {S("/run/php/c.sock")}, {NULL}};
static char *shared[1] = {S("/run/php/a.sock")};
static const char *const docroots[4] = {"/home/john/a", "/home/john/b", "/home/john/c",
                                        "/home/john/a/in"};
static const char *const homes[1] = {"/home/john"};

static void write_pool(const char *file, const char *name, const char *listen)
{
    char text[256];
    snprintf(text, sizeof(text), "; of %s\n[%s]\nuser = john\nlisten = %s\n", name, name, listen);
    root_put(file, text);
}

static void master_listens(const char *path)
{
    const struct sc_fpm_taken t = {.listen = S(path), .owner = 33, .mode = 0660, .backlog = 5};
    char new[128];
    struct listener *l = &listeners[n_listeners++];
    *l = (struct listener){.fd = -EBADF};
    snprintf(l->path, sizeof(l->path), "%s", path);
    assert_int_equal(sc_fpm_listen_make(&t, &l->fd, NULL), 0);
    sc_fpm_beside(&t, "new", new);
    assert_int_equal(rename(new, path), 0);
    master_runs = true;
}

/* The shared master reads its files: it listens at what stands there, and at nothing else. */
static void master_starts(void)
{
    stop(0);
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list now = {0};
    assert_int_equal(sc_fpm_known_load("", &now, NULL), 0);
    for (size_t i = 0; i < now.n; i++)
        if (strncmp(now.v[i].pool, "sitecage-", 9) != 0)
            master_listens(now.v[i].listen);
    master_runs = true;
}

static int begin(void **state)
{
    static const char *const letters[] = {"a", "b", "c"};
    int rc = world_setup(state);
    for (size_t i = 0; i < 3; i++) {
        char file[64];
        snprintf(file, sizeof(file), POOLS "/%s.conf", letters[i]);
        write_pool(file, letters[i], listens[i][0]);
    }
    memset(host, 0, sizeof(host));
    for (size_t i = 0; i < 4; i++) {
        host[i] = (struct sc_vhost){.names = names[i],
                                    .n_names = 1,
                                    .docroot = S(docroots[i]),
                                    .listens = listens[i],
                                    .n_listens = i < 3,
                                    .handlers = SC_HANDLER_FPM};
        root_mkdir(docroots[i]);
    }
    n_listeners = starts = kicks = guards = 0;
    waiting = 0;
    says = knocks_fail = 0;
    memset(living, 0, sizeof(living));
    routed = false;
    max_sites = 0;
    n_sites = 0;
    master_starts();
    return rc;
}

static int end(void **state)
{
    while (n_listeners)
        silence(&listeners[0]);
    sc_fpm_known_done(&in_files);
    return world_teardown(state);
}

static void site(size_t i, unsigned id)
{
    sites[n_sites++] = (struct sc_fpm_site){.id = id,
                                            .docroot = docroots[i],
                                            .texts = &docroots[i],
                                            .n_texts = 1,
                                            .names = (const char *const *)names[i],
                                            .n_names = 1,
                                            .changes = "word"};
}

/* One that is not isolated; `below`: a word for what lies inside of it, or "". */
static void open_site(size_t i, const char *below)
{
    site(i, 0);
    sites[n_sites - 1].outside = true;
    sites[n_sites - 1].changes = below;
}

static struct sc_fpm_account the_account(void)
{
    sc_fpm_known_done(&in_files);
    assert_int_equal(sc_fpm_known_load("", &in_files, NULL), 0);
    hosts.v = host;
    hosts.n = 4;
    sc_roots_forget(&hosts);
    return (struct sc_fpm_account){.uid = JOHN,
                                   .gid = JOHN,
                                   .user = "john",
                                   .home = "/home/john",
                                   .homes = homes,
                                   .n_homes = 1,
                                   .docroots = docroots,
                                   .n_docroots = 4,
                                   .sites = sites,
                                   .n_sites = n_sites,
                                   .max_sites = max_sites,
                                   .routed = routed,
                                   .hosts = &hosts,
                                   .known = &in_files};
}

/* A pass; the sites are to be named again for the next. */
static void apply_later(bool *later)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_fpm_account a = the_account();
    a.later = later;
    if (sc_fpm_apply(&a, &err) < 0)
        fail_msg("%s", err.text);
    n_sites = 0;
}

static void apply(void)
{
    apply_later(NULL);
}

static int try_apply(void)
{
    struct sc_fpm_account a = the_account();
    int rc = sc_fpm_apply(&a, &world.err);
    n_sites = 0;
    return rc;
}

/* Who answers at an address: a supervisor's id; 0: the shared master; -1: nobody. */
static long answers(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
        return -1;
    for (size_t i = 0; i < n_listeners; i++)
        for (struct pollfd p = {.fd = listeners[i].fd, .events = POLLIN}; poll(&p, 1, 0) > 0;) {
            SC_FD int c = accept4(listeners[i].fd, NULL, NULL, SOCK_CLOEXEC);
            char byte = 'x';
            if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1 &&
                recv(c, &byte, 1, MSG_DONTWAIT) == 1) /* ours, not one that only knocked */
                return listeners[i].id;
        }
    return -1;
}

#define A      "/run/php/a.sock"
#define B      "/run/php/b.sock"
#define AT(id) "/run/sitecage/web/fpm-" #id
#define MARK   "; sitecage: runs inside its isolated site and comes back when isolation ends: "

static void assert_out(const char *letter)
{
    char file[64], text[256];
    snprintf(file, sizeof(file), POOLS "/%s.conf", letter);
    snprintf(text, sizeof(text), "; of %s\n" MARK "%s\n; listen = /run/php/%s.sock\n", letter,
             letter, letter);
    root_assert_file(file, text);
}

static void assert_in(const char *letter)
{
    char file[64], text[256];
    snprintf(file, sizeof(file), POOLS "/%s.conf", letter);
    snprintf(text, sizeof(text), "; of %s\n[%s]\nuser = john\nlisten = /run/php/%s.sock\n", letter,
             letter, letter);
    root_assert_file(file, text);
}

static size_t records(void)
{
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    assert_int_equal(sc_fpm_taken_load(JOHN, 0, &l, NULL, NULL), 0);
    return l.n;
}

static void assert_nothing_left(void)
{
    assert_int_equal(records(), 0);
    assert_int_equal(guards, 0);
    assert_false(root_has(POOLS "/sitecage-idle.conf"));
    assert_false(root_has("/run/php/.a.sock.sitecage-old"));
    assert_false(root_has("/run/php/.a.sock.sitecage-new"));
    assert_false(sc_fpm_any(JOHN));
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(living[i], 0);
}

/* ---- an address is taken over, and given back ---- */

static void a_pool_is_taken_over_and_given_back(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 60001);
    assert_int_equal(answers(B), 0);
    assert_out("a");
    assert_in("b");
    assert_true(root_has(POOLS "/sitecage-idle.conf"));
    assert_int_equal(kicks, 1);
    assert_int_equal(guards, 1);
    struct stat st;
    assert_int_equal(lstat(A, &st), 0);
    assert_int_equal(st.st_uid, 33); /* as it was */
    assert_int_equal(st.st_mode & 0777, 0660);

    site(0, 60001);
    apply();
    assert_int_equal(starts, 1); /* nothing changed */
    assert_int_equal(kicks, 1);

    apply();
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_nothing_left();
}

/* Workers that the shared master starts meanwhile serve who had connected before: they end, too, also where the
 * command before was killed in between. */
static void nobody_goes_on_at_the_former_socket(void **state)
{
    (void)state;
    waiting = 2;
    site(0, 60001);
    apply();
    assert_int_equal(kicks, 3);
    waiting = 1;
    site(0, 60001);
    apply();
    assert_int_equal(kicks, 4);
    apply();
    assert_nothing_left();
}

/* Where nobody can be asked who listens, nothing is removed: it may be the shared master's only name. */
static void a_socket_that_cannot_be_asked_stays(void **state)
{
    const char *old = "/run/php/.a.sock.sitecage-old";
    (void)state;
    site(0, 60001);
    apply();
    assert_true(root_has(old)); /* the shared master's, beside ours */
    knocks_fail = ENOMEM;
    assert_bad(try_apply(), SC_E_SYS, "ask who listens at " A);
    knocks_fail = 0;
    assert_true(root_has(old));
    apply();
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_nothing_left();
}

/* The pool's text is followed, also while it stands in no file. */
static void a_pool_that_is_written_again_is_taken_out_again(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    root_put(POOLS "/a.conf", "[a]\nuser = john\nlisten = " A "\npm = static\n");
    site(0, 60001);
    apply();
    root_assert_file(POOLS "/a.conf", MARK "a\n; listen = " A "\n");
    assert_int_equal(answers(A), 60001);
    apply();
    root_assert_file(POOLS "/a.conf", "[a]\nuser = john\nlisten = " A "\npm = static\n");
    assert_int_equal(answers(A), 0);
}

static void a_pool_that_was_moved_keeps_its_socket(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    assert_int_equal(unlink(POOLS "/a.conf"), 0);
    write_pool(POOLS "/later.conf", "later", A);
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 60001);
    assert_int_equal(starts, 1);
    assert_int_equal(records(), 1);
    root_assert_file(POOLS "/later.conf", "; of later\n" MARK "later\n; listen = " A "\n");
    apply();
    assert_int_equal(answers(A), 0);
    assert_nothing_left();
}

/* Another name, or another number, at the address: the record is the address's. */
static void a_record_is_known_by_its_address(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    char before[SC_FPM_RECORD_MAX], now[SC_FPM_RECORD_MAX];
    site(0, 60001);
    apply();
    assert_int_equal(sc_fpm_taken_load(JOHN, 60001, &l, NULL, NULL), 0);
    sc_fpm_record_path(&l.v[0], false, before);
    l.v[0].number = 0x1234abcd; /* as an earlier version may have named it */
    sc_fpm_record_path(&l.v[0], false, now);
    assert_int_equal(rename(before, now), 0);
    write_pool(POOLS "/a.conf", "renamed", A);
    site(0, 60001);
    apply();
    assert_true(root_has(now));
    assert_int_equal(records(), 1);
    assert_int_equal(answers(A), 60001);
    assert_int_equal(starts, 1);
    root_assert_file(POOLS "/a.conf", "; of renamed\n" MARK "renamed\n; listen = " A "\n");
    apply();
    assert_int_equal(answers(A), 0);
    root_assert_file(POOLS "/a.conf", "; of renamed\n[renamed]\nuser = john\nlisten = " A "\n");
    assert_nothing_left();
}

/* Its supervisor, or a pass that was killed, is at it: nobody takes it out of its file meanwhile. */
static void a_record_that_is_put_back_is_left_alone(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_taken_list_done) struct sc_fpm_taken_list l = {0};
    bool later = false;
    site(0, 60001);
    apply();
    assert_int_equal(sc_fpm_taken_load(JOHN, 60001, &l, NULL, NULL), 0);
    assert_int_equal(sc_fpm_leave(&l.v[0], true, NULL), 0);
    write_pool(POOLS "/a.conf", "a", A);
    routed = true;
    site(0, 60001);
    apply_later(&later);
    assert_true(later);
    assert_in("a");
    assert_int_equal(records(), 2);
    site(0, 60001);
    apply();
    assert_in("a");
    assert_int_equal(records(), 1); /* of the route */
    assert_int_equal(answers(A), 0);
}

static void a_supervisor_that_was_killed_is_started_again(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    stop(60001);
    assert_int_equal(answers(A), -1);
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 60001);
    assert_int_equal(starts, 2);
}

/* A command that was killed after the pool left its file, and before the name was taken. */
static void a_pass_completes_one_that_was_killed(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    assert_int_equal(rename("/run/php/.a.sock.sitecage-old", A), 0);
    stop(60001);
    assert_int_equal(answers(A), 0); /* control: the shared master again */
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 60001);
    apply();
    assert_int_equal(answers(A), 0);
    assert_in("a");
}

/* ---- what cannot be isolated now; another id ---- */

static void a_site_without_a_document_root_is_served_by_nobody(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    site(0, 0);
    apply();
    assert_int_equal(answers(A), -1);
    assert_out("a");
    site(0, 60007);
    apply();
    assert_int_equal(answers(A), 60007);
    assert_int_equal(records(), 1);
    apply();
    assert_int_equal(answers(A), 0);
    assert_nothing_left();
}

/* ---- the shared master has forgotten it ---- */

static void what_the_shared_master_has_forgotten_is_served_outside(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    master_starts();
    assert_int_equal(answers(A), 60001);
    open_site(0, "");
    apply();
    long by = answers(A);
    assert_true(by >= (long)SC_FPM_OUTSIDE && by < (long)SC_FPM_SHARED_POOL);
    assert_out("a");
    assert_false(lives(60001));

    stop(0); /* it ends: the pool is its own again */
    master_runs = false;
    stop((unsigned)by);
    open_site(0, "");
    apply();
    assert_in("a");
    master_starts();
    assert_int_equal(answers(A), 0);
    assert_int_equal(records(), 0);
}

/* ---- by mod_sitecage ---- */

static void a_routed_site_leaves_its_pool_where_it_is(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_told_done) struct sc_fpm_told told = {0};
    routed = true;
    site(0, 60001);
    apply();
    assert_int_equal(answers(AT(60001)), 60001);
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_int_equal(sc_fpm_tell(JOHN, "john", true, &in_files, &told, NULL), 0);
    assert_int_equal(told.n_pools, 3);
    assert_int_equal(told.n_own, 1);
    assert_string_equal(told.own[0].address, AT(60001));
    assert_true(sc_fpm_any_routed());

    bool later = false;
    apply_later(&later);
    assert_true(later);
    assert_int_equal(answers(AT(60001)), 60001); /* Apache's table still says so */
    apply();
    assert_int_equal(answers(AT(60001)), -1);
    assert_false(sc_fpm_any_routed());
    assert_nothing_left();
}

/* Apache would lose the module that takes those sites' PHP to their masters. */
static void who_is_routed_and_cannot_be_listed(void **state)
{
    (void)state;
    assert_false(sc_fpm_any_routed());
    root_put(SC_FPM_ROUTE_DIR "/table", "");
    assert_false(sc_fpm_any_routed());
    root_fail(SC_FPM_ROUTE_DIR, EIO);
    assert_true(sc_fpm_any_routed());
    root_fail_list(SC_FPM_ROUTE_DIR, EIO);
    assert_true(sc_fpm_any_routed());
    root_fail(NULL, 0);
    assert_false(sc_fpm_any_routed());
}

static void a_site_goes_over_to_the_route_and_back(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    routed = true;
    bool later = false;
    site(0, 60001);
    apply_later(&later);
    assert_true(later);
    assert_int_equal(answers(A), 60001);
    assert_int_equal(answers(AT(60001)), 60001);
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 0);
    assert_int_equal(answers(AT(60001)), 60001);
    assert_in("a");
    routed = false;
    site(0, 60001);
    apply();
    assert_int_equal(answers(A), 60001);
    assert_int_equal(answers(AT(60001)), -1);
    assert_int_equal(records(), 1);
}

/* ---- one pool for several ---- */

static void a_shared_pool_gets_a_router(void **state)
{
    (void)state;
    host[1].listens = shared;
    site(0, 60001);
    open_site(1, "");
    apply();
    assert_true(answers(A) >= (long)SC_FPM_SHARED_POOL);
    assert_int_equal(answers(AT(60001)), 60001);
    assert_out("a");
    assert_int_equal(records(), 2);

    site(0, 60001);
    open_site(1, "");
    apply();
    assert_int_equal(starts, 2);

    open_site(0, "");
    open_site(1, "");
    apply();
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_int_equal(records(), 0);
    assert_nothing_left();
}

/* The other site came later: the pool of one becomes that of two. */
static void an_own_pool_becomes_a_shared_one(void **state)
{
    (void)state;
    site(0, 60001);
    apply();
    host[1].listens = shared;
    site(0, 60001);
    open_site(1, "");
    apply();
    assert_true(answers(A) >= (long)SC_FPM_SHARED_POOL);
    assert_int_equal(answers(AT(60001)), 60001);
    assert_out("a");
    apply();
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_nothing_left();
}

/* ---- around an isolated site ---- */

static void the_site_around_runs_outside_and_not_in_the_shared_master(void **state)
{
    (void)state;
    site(3, 60004);
    open_site(0, "inside");
    apply();
    long by = answers(A);
    assert_true(by >= (long)SC_FPM_OUTSIDE && by < (long)SC_FPM_SHARED_POOL);
    assert_out("a");
    char link[64]; /* of version 0.1.0 */
    snprintf(link, sizeof(link), SC_FPM_STATE "/outside.%ld", by);
    root_put(link, "");
    site(3, 60004);
    open_site(0, "more");
    apply();
    assert_int_equal(answers(A), by);
    open_site(0, "");
    apply();
    assert_false(root_has(link));
    assert_int_equal(answers(A), 0);
    assert_in("a");
    assert_nothing_left();
}

/* ---- too many ---- */

static void more_sites_than_may_be_are_closed(void **state)
{
    (void)state;
    max_sites = 1;
    site(1, 60002);
    apply();
    assert_int_equal(answers(B), 60002);
    site(0, 60001);
    site(1, 60002);
    apply();
    assert_int_equal(answers(B), 60002); /* who has a master keeps it */
    assert_int_equal(answers(A), -1);
    assert_out("a");
    master_starts();
    assert_int_equal(answers(A), -1);

    max_sites = 2;
    site(0, 60001);
    site(1, 60002);
    apply();
    assert_int_equal(answers(A), 60001);
    assert_int_equal(answers(B), 60002);

    max_sites = 1;
    site(0, 60001);
    site(1, 60002);
    apply();
    assert_int_equal((answers(A) > 0) + (answers(B) > 0), 1);
}

static void routed_sites_are_counted_too(void **state)
{
    (void)state;
    routed = true;
    max_sites = 1;
    site(0, 60001);
    site(1, 60002);
    apply();
    assert_int_equal(answers(AT(60001)), 60001);
    assert_int_equal(answers(AT(60002)), -1);
    assert_in("b");
    SC_CLEANUP(sc_fpm_told_done) struct sc_fpm_told told = {0};
    assert_int_equal(sc_fpm_tell(JOHN, "john", true, &in_files, &told, NULL), 0);
    assert_int_equal(told.n_own, 1); /* the gate answers for the other */
}

/* ---- another PHP ---- */

static void nobody_waits_long_for_another_php(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run before = {0};
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run after = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_fpm_site_php(60001, "/x/php-fpm", "new", &err), 0); /* it has no master */
    site(0, 60001);
    apply();
    assert_int_equal(sc_fpm_run_load(60001, &before, NULL), 0);
    says = SC_E_TIMEOUT;
    assert_int_equal(sc_fpm_site_php(60001, NULL, "word", &err), 0); /* nothing changed */
    assert_int_equal(sc_fpm_site_php(60001, "/x/php-fpm", "new", &err), 0);
    assert_int_equal(sc_fpm_run_load(60001, &after, NULL), 0);
    assert_string_equal(after.php, "/x/php-fpm");
    assert_string_equal(after.changes, "new");
    assert_true(after.asked > before.asked);
    says = SC_E_SYS;
    assert_int_equal(sc_fpm_site_php(60001, NULL, "old", &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "it says so");
}

/* ---- a look ---- */

static void saw(void *arg, const struct sc_fpm_use *use, bool around, const char *text)
{
    struct sc_buf *out = arg;
    sc_buf_fmt(out, "%s%d %s|", around ? "around " : "", use->how, text);
}

static void assert_seen(size_t i, unsigned id, const char *begins, const char *part)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_fpm_account a = the_account();
    a.sites = NULL;
    a.n_sites = 0;
    a.seen = saw;
    a.arg = &out;
    site(i, id);
    n_sites = 0;
    if (sc_fpm_look(&a, &sites[0], &err) < 0)
        fail_msg("%s", err.text);
    if (!out.data || strncmp(out.data, begins, strlen(begins)) != 0 || !strstr(out.data, part))
        fail_msg("%s", out.data ? out.data : "nothing");
}

static void assert_look(size_t i, unsigned id, int how, const char *part)
{
    char begins[16];
    snprintf(begins, sizeof(begins), "%d ", how);
    assert_seen(i, id, begins, part);
}

static void a_look_asks_the_kernel_who_answers(void **state)
{
    (void)state;
    assert_look(0, 0, SC_FPM_COVERED, "");
    site(0, 60001);
    apply();
    assert_look(0, 60001, SC_FPM_COVERED, "");
    max_sites = 1;
    assert_look(0, 60001, SC_FPM_COVERED, "");
    assert_look(1, 0, SC_FPM_MANY, "as many sites with PHP-FPM as it may");
    max_sites = 0;
    host[1].listens = shared;
    assert_look(0, 60001, SC_FPM_ANSWERED, "answers a process outside"); /* not the router */
}

static void a_look_says_what_is_in_the_way(void **state)
{
    (void)state;
    static char *tcp[1] = {S("127.0.0.1:9000")}, *unknown[1] = {S("/run/none")};
    write_pool(POOLS "/b.conf", "b", tcp[0]);
    host[1].listens = tcp;
    assert_look(1, 0, SC_FPM_PORT, "listens at the port 127.0.0.1:9000");
    host[1].listens = unknown;
    assert_look(1, 0, SC_FPM_FOREIGN, "no PHP-FPM pool of this server listens at /run/none");
    root_put(POOLS "/c.conf", "[c]\nuser = john\nlisten = /run/php/c.sock\nchroot = /x\n");
    assert_look(2, 0, SC_FPM_REFUSED, "the PHP-FPM pool c has a chroot");
    root_put(POOLS "/c.conf", "[c]\nuser = jane\nlisten = /run/php/c.sock\n");
    assert_look(2, 0, SC_FPM_USER, "pool c runs as jane");
    root_put(POOLS "/c.conf", "[c]\nuser = john\nlisten = /home/john/c.sock\n");
    static char *home[1] = {S("/home/john/c.sock")};
    host[2].listens = home;
    assert_int_equal(chown("/home/john", JOHN, JOHN), 0);
    assert_look(2, 0, SC_FPM_PLACE, "move the socket below /run");
    write_pool(POOLS "/a.conf", "a", tcp[0]);
    host[0].listens = tcp;
    assert_seen(3, 60004, "around ",
                "lies inside that of a.example, whose PHP-FPM pool a listens at the port");
}

#define fpm_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fpm_test(a_pool_is_taken_over_and_given_back),
        fpm_test(nobody_goes_on_at_the_former_socket),
        fpm_test(a_socket_that_cannot_be_asked_stays),
        fpm_test(a_pool_that_is_written_again_is_taken_out_again),
        fpm_test(a_pool_that_was_moved_keeps_its_socket),
        fpm_test(a_record_is_known_by_its_address),
        fpm_test(a_record_that_is_put_back_is_left_alone),
        fpm_test(a_supervisor_that_was_killed_is_started_again),
        fpm_test(a_pass_completes_one_that_was_killed),
        fpm_test(a_site_without_a_document_root_is_served_by_nobody),
        fpm_test(what_the_shared_master_has_forgotten_is_served_outside),
        fpm_test(a_routed_site_leaves_its_pool_where_it_is),
        fpm_test(who_is_routed_and_cannot_be_listed),
        fpm_test(a_site_goes_over_to_the_route_and_back),
        fpm_test(a_shared_pool_gets_a_router),
        fpm_test(an_own_pool_becomes_a_shared_one),
        fpm_test(the_site_around_runs_outside_and_not_in_the_shared_master),
        fpm_test(more_sites_than_may_be_are_closed),
        fpm_test(routed_sites_are_counted_too),
        fpm_test(nobody_waits_long_for_another_php),
        fpm_test(a_look_asks_the_kernel_who_answers),
        fpm_test(a_look_says_what_is_in_the_way),
    };
    return world_run(tests);
}
