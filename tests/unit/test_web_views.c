/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process of the web server holds: views of sites (asked for from somebody who stands for
 * root's service), the table as it is now, document roots, counts. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "core/web/apache/ask.h"
#include "core/web/apache/counts.h"
#include "core/web/apache/docroots.h"
#include "core/web/apache/live.h"
#include "core/web/apache/views.h"

/* ---- root's service, as it could be ---- */

struct service {
    struct tempdir dir;
    char socket[100];
    int listener;
    pthread_t thread;
    pid_t keeper;
    unsigned asked; /* atomic */
    bool holds;     /* its answers */
    bool refuses;
    bool stop;
};

static void answer(const struct service *s, int sock)
{
    struct sc_web_answer a = {0};
    int fds[SC_WEB_FDS] = {open("/", O_PATH), (int)syscall(SYS_pidfd_open, s->keeper, 0),
                           open("/dev/null", O_RDONLY)};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(fds))] = {0};
    struct iovec part = {&a, sizeof(a)};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    if (s->refuses) {
        a.status = SC_E_NOTFOUND;
        snprintf(a.text, sizeof(a.text), "no such site");
    } else {
        m.msg_control = room;
        m.msg_controllen = sizeof(room);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        *c = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(fds))};
        memcpy(CMSG_DATA(c), fds, sizeof(fds));
    }
    (void)!sendmsg(sock, &m, MSG_NOSIGNAL);
    for (size_t i = 0; i < SC_WEB_FDS; i++)
        close(fds[i]);
}

static void *serve(void *arg)
{
    struct service *s = arg;
    for (;;) {
        struct sc_web_question q;
        int sock = accept(s->listener, NULL, NULL);
        if (sock < 0 || __atomic_load_n(&s->stop, __ATOMIC_SEQ_CST))
            return NULL;
        if (recv(sock, &q, sizeof(q), 0) == (ssize_t)sizeof(q)) {
            __atomic_add_fetch(&s->asked, 1, __ATOMIC_SEQ_CST);
            while (__atomic_load_n(&s->holds, __ATOMIC_SEQ_CST))
                usleep(1000);
            answer(s, sock);
        }
        close(sock);
    }
}

static pid_t start_keeper(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

static void end_keeper(struct service *s)
{
    kill(s->keeper, SIGKILL);
    waitpid(s->keeper, NULL, 0);
}

static int set_up(void **state)
{
    static struct service s;
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    s = (struct service){0};
    tempdir_make(&s.dir);
    snprintf(s.socket, sizeof(s.socket), "%s/sock", s.dir.path);
    strcpy(sa.sun_path, s.socket);
    s.keeper = start_keeper();
    s.listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    assert_int_equal(bind(s.listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(s.listener, 50), 0);
    assert_int_equal(pthread_create(&s.thread, NULL, serve, &s), 0);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    struct service *s = *state;
    __atomic_store_n(&s->stop, true, __ATOMIC_SEQ_CST);
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    end_keeper(s);
    tempdir_remove(&s->dir);
    return 0;
}

static unsigned asked(struct service *s)
{
    return __atomic_load_n(&s->asked, __ATOMIC_SEQ_CST);
}

/* Nothing depends on how fast the machine is: waits are long, or not at all. */
static struct sc_web_views *views_that(const struct service *s, int all_ms, int failed_ms)
{
    struct sc_web_views *v = NULL;
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_web_views_conf conf = {
        .socket = s->socket, .all_ms = all_ms, .wait_ms = 600000, .failed_ms = failed_ms};
    if (sc_web_views_new(&conf, &v, &err) < 0)
        fail_msg("%s", err.text);
    return v;
}

static struct sc_web_views *views_of(const struct service *s)
{
    return views_that(s, 0, 600000);
}

static int open_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 4096; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* ---- views ---- */

static void a_view_is_asked_for_once(void **state)
{
    struct service *s = *state;
    struct sc_web_views *v = views_of(s);
    struct sc_web_view *a = NULL, *b = NULL, *c = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_web_views_get(v, 1001, 7, &a, &err), 0);
    assert_int_equal(sc_web_views_get(v, 1001, 7, &b, &err), 0);
    assert_ptr_equal(a, b);
    assert_int_equal(asked(s), 1);
    assert_int_equal(sc_web_views_get(v, 1001, 8, &c, &err), 0);
    assert_ptr_not_equal(a, c);
    assert_int_equal(asked(s), 2);
    assert_true(faccessat(a->root, "etc", F_OK, 0) == 0);
    sc_web_view_unref(v, a);
    sc_web_view_unref(v, b);
    sc_web_view_unref(v, c);
    sc_web_views_free(v);
}

static void a_dead_keepers_view_is_let_go(void **state)
{
    struct service *s = *state;
    struct sc_web_views *v = views_of(s);
    struct sc_web_view *a = NULL, *b = NULL;
    struct sc_error err = SC_ERROR_INIT;
    int before = open_fds();
    assert_int_equal(sc_web_views_get(v, 1001, 7, &a, &err), 0);
    end_keeper(s);
    assert_true(faccessat(a->root, "etc", F_OK, 0) == 0); /* who works with it keeps it */
    sc_web_view_unref(v, a);
    for (int i = 0; i < 500 && open_fds() > before; i++)
        usleep(10000);
    assert_int_equal(open_fds(), before); /* by nobody's request */
    s->keeper = start_keeper();
    assert_int_equal(sc_web_views_get(v, 1001, 7, &b, &err), 0);
    assert_int_equal(asked(s), 2);
    sc_web_view_unref(v, b);
    sc_web_views_free(v);
}

static void a_refusal_counts_for_a_moment(void **state)
{
    struct service *s = *state;
    struct sc_web_views *v = views_of(s);
    struct sc_web_view *a = NULL;
    struct sc_error err = SC_ERROR_INIT;
    s->refuses = true;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sc_web_views_get(v, 1001, 7, &a, &err), SC_E_NOTFOUND);
        assert_string_equal(err.text, "no such site");
    }
    assert_int_equal(asked(s), 1);
    sc_web_views_free(v);
    v = views_that(s, 0, 0);
    assert_int_equal(sc_web_views_get(v, 1001, 7, &a, &err), SC_E_NOTFOUND);
    s->refuses = false;
    assert_int_equal(sc_web_views_get(v, 1001, 7, &a, &err), 0);
    sc_web_view_unref(v, a);
    sc_web_views_free(v);
}

struct asker {
    struct sc_web_views *v;
    struct sc_web_view *got;
    int rc;
    pid_t tid;      /* atomic */
    unsigned *back; /* how many have come back */
};

static void *ask(void *arg)
{
    struct asker *a = arg;
    struct sc_error err = SC_ERROR_INIT;
    __atomic_store_n(&a->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
    a->rc = sc_web_views_get(a->v, 1001, 7, &a->got, &err);
    __atomic_add_fetch(a->back, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static bool sleeps(pid_t tid)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
    int fd = tid ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool read_it = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0;
    const char *name_ends = strrchr(text, ')');
    close(fd);
    return read_it && name_ends && name_ends[2] == 'S';
}

/* Each of them waits, or has come back. */
static bool all_sleep(struct asker *askers, size_t n, unsigned busy)
{
    size_t asleep = 0;
    for (size_t i = 0; i < n; i++)
        asleep += sleeps(__atomic_load_n(&askers[i].tid, __ATOMIC_SEQ_CST));
    return asleep + busy >= n;
}

/* All ask while the answer is held, until `busy` of them have come back, and the others wait; these get
 * it then. */
static void ask_at_once(struct service *s, int all_ms, size_t n, unsigned busy)
{
    pthread_t threads[32];
    struct asker askers[32];
    unsigned back = 0, got = 0;
    struct sc_web_views *v = views_that(s, all_ms, 600000);
    s->holds = true;
    for (size_t i = 0; i < n; i++) {
        askers[i] = (struct asker){.v = v, .back = &back};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    while (__atomic_load_n(&back, __ATOMIC_SEQ_CST) < busy ||
           (__atomic_load_n(&back, __ATOMIC_SEQ_CST) == busy &&
            (asked(s) == 0 || !all_sleep(askers, n, busy))))
        usleep(1000);
    __atomic_store_n(&s->holds, false, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
        assert_true(askers[i].rc == 0 || askers[i].rc == SC_E_BUSY);
        got += askers[i].rc == 0;
        sc_web_view_unref(v, askers[i].got);
    }
    assert_int_equal(got, n - busy);
    assert_int_equal(asked(s), 1);
    sc_web_views_free(v);
}

static void one_asks_for_all(void **state)
{
    ask_at_once(*state, 0, 5, 0);
}

/* A process that has just begun, and a site with many visitors. */
static void all_wait_for_a_moment(void **state)
{
    ask_at_once(*state, 600000, 32, 0);
}

static void few_threads_wait_for_a_slow_one(void **state)
{
    ask_at_once(*state, 1, 32, 27);
}

static void more_sites_than_places_are_served(void **state)
{
    struct service *s = *state;
    struct sc_web_views *v = views_of(s);
    struct sc_error err = SC_ERROR_INIT;
    int before = open_fds();
    for (uint32_t site = 1; site <= 300; site++) {
        struct sc_web_view *view = NULL;
        assert_int_equal(sc_web_views_get(v, 1001, site, &view, &err), 0);
        sc_web_view_unref(v, view);
    }
    /* the service, a thread of ours, has descriptors of its own until it has sent them */
    for (int i = 0; i < 10000 && open_fds() - before > 3 * 128; i++)
        usleep(1000);
    assert_true(open_fds() - before <= 3 * 128);
    sc_web_views_free(v);
    assert_true(open_fds() <= before);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct sc_web_views *v = NULL;
    struct sc_web_view *view = NULL;
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_web_views_conf conf = {.socket = "/nonexistent/sock"};
    assert_int_equal(sc_web_views_new(&conf, &v, &err), 0);
    assert_int_equal(sc_web_views_get(v, 1, 1, &view, &err), SC_E_SYS);
    assert_error_has(&err, SC_E_SYS, "/nonexistent/sock");
    sc_web_views_free(v);
}

/* ---- the table ---- */

static void replace(const char *path, const char *text)
{
    char new[256];
    snprintf(new, sizeof(new), "%s.new", path);
    FILE *f = fopen(new, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(rename(new, path), 0);
}

static size_t sites(struct sc_web_live *l, bool *ret_lost)
{
    bool said;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_web_shared *s = sc_web_live_get(l, &said, &err);
    size_t n = sc_web_table_sites(s->table);
    *ret_lost = s->lost;
    sc_web_live_put(l, s);
    return n;
}

#define ONE  SC_WEB_HEAD "account 1 1 /h\nsite 5 isolated a /h/a\nend\n"
#define NONE SC_WEB_HEAD "end\n"

static void a_change_counts_for_the_next_who_asks(void **state)
{
    struct service *s = *state;
    char path[128];
    bool lost, said;
    struct sc_web_live *l = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/table", s->dir.path);
    assert_int_equal(sc_web_live_new(path, geteuid(), &l, &err), 0);
    assert_int_equal(sites(l, &lost), 0);
    assert_false(lost);
    replace(path, ONE);
    assert_int_equal(sites(l, &lost), 1);
    struct sc_web_shared *old = sc_web_live_get(l, &said, &err);
    replace(path, NONE);
    assert_int_equal(sites(l, &lost), 0);
    assert_int_equal(sc_web_table_sites(old->table), 1); /* who works with it keeps it */
    sc_web_live_put(l, old);
    sc_web_live_free(l);
}

static void not_every_request_has_to_look(void **state)
{
    struct service *s = *state;
    char path[128];
    bool lost;
    struct sc_web_live *l = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/table", s->dir.path);
    assert_int_equal(sc_web_live_new(path, geteuid(), &l, &err), 0);
    sc_web_live_pace(l, 2000000000);      /* longer than this test takes */
    assert_int_equal(sites(l, &lost), 0); /* the first one looks */
    replace(path, ONE);
    assert_int_equal(sites(l, &lost), 0);
    sc_web_live_pace(l, 1);
    struct timespec us = {.tv_nsec = 2000};
    nanosleep(&us, NULL);
    assert_int_equal(sites(l, &lost), 1);
    sc_web_live_free(l);
}

static bool is_missing(struct sc_web_live *l)
{
    bool said;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_web_shared *s = sc_web_live_get(l, &said, &err);
    bool missing = s->missing;
    assert_false(said || s->lost);
    sc_web_live_put(l, s);
    return missing;
}

static void a_table_that_is_missing_may_come_back(void **state)
{
    struct service *s = *state;
    char path[128];
    bool lost, said;
    struct sc_web_live *l = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/table", s->dir.path);
    assert_int_equal(sc_web_live_new(path, geteuid(), &l, &err), 0);
    sc_web_live_patience(l, 600000);
    replace(path, ONE);
    assert_false(is_missing(l));
    assert_int_equal(unlink(path), 0);
    assert_true(is_missing(l));
    assert_true(is_missing(l));
    replace(path, ONE);
    assert_true(sc_web_live_wait(l, &said, &err));
    assert_false(said || is_missing(l));
    assert_int_equal(unlink(path), 0);
    assert_true(is_missing(l));
    replace(path, "nonsense\n"); /* nobody waits for this one */
    assert_false(sc_web_live_wait(l, &said, &err));
    assert_true(said);
    replace(path, ONE);
    sc_web_live_patience(l, 100);
    assert_false(is_missing(l));
    assert_int_equal(unlink(path), 0);
    assert_false(sc_web_live_wait(l, &said, &err)); /* it does not come */
    assert_true(said && err.text[0]);
    assert_int_equal(sites(l, &lost), 1);
    assert_true(lost);
    sc_web_live_free(l);
}

/* In a process of its own: what it knows of the table. */
static int unknown_in_a_new_process(struct sc_web_live *l)
{
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        bool said;
        struct sc_error err = SC_ERROR_INIT;
        struct sc_web_shared *s = sc_web_live_get(l, &said, &err);
        _exit(sc_web_live_is_unknown(s) ? 1 : 0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_process_that_begins_without_a_table_knows_of_sites(void **state)
{
    struct service *s = *state;
    char path[128];
    struct sc_web_live *l = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/table", s->dir.path);
    (void)unlink(path);
    assert_int_equal(sc_web_live_new(path, geteuid(), &l, &err), 0);
    sc_web_live_patience(l, 600000);
    assert_int_equal(unknown_in_a_new_process(l), 0); /* there never was one */
    replace(path, ONE);
    assert_int_equal(unknown_in_a_new_process(l), 0); /* another process reads it */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unknown_in_a_new_process(l), 1);
    replace(path, NONE);
    assert_int_equal(unknown_in_a_new_process(l), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unknown_in_a_new_process(l), 0); /* it had no sites */
    sc_web_live_free(l);
}

static void a_table_that_is_lost_is_not_forgotten(void **state)
{
    struct service *s = *state;
    char path[128];
    bool lost, said;
    struct sc_web_live *l = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/table", s->dir.path);
    assert_int_equal(sc_web_live_new(path, geteuid(), &l, &err), 0);
    static const char *const bad[] = {"", "nonsense\n", SC_WEB_HEAD "end"};
    for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
        replace(path, ONE);
        assert_int_equal(sites(l, &lost), 1);
        assert_false(lost);
        if (i < sizeof(bad) / sizeof(bad[0]))
            replace(path, bad[i]);
        else
            assert_int_equal(unlink(path), 0);
        struct sc_web_shared *now = sc_web_live_get(l, &said, &err);
        assert_true(said && now->lost && err.text[0]);
        sc_web_live_put(l, now);
        now = sc_web_live_get(l, &said, &err);
        assert_false(said); /* once */
        sc_web_live_put(l, now);
        assert_int_equal(sites(l, &lost), 1);
        assert_true(lost);
    }
    sc_web_live_free(l);
    assert_int_equal(sc_web_live_new(path, geteuid() + 1, &l, &err), 0);
    replace(path, ONE);
    assert_int_equal(sites(l, &lost), 0); /* somebody else's file */
    sc_web_live_free(l);
}

/* ---- document roots, counts ---- */

static void document_roots_are_resolved(void **state)
{
    struct service *s = *state;
    char link[128], one[128], two[128], real[PATH_MAX];
    struct sc_web_docroots *d = sc_web_docroots_new();
    snprintf(link, sizeof(link), "%s/link", s->dir.path);
    snprintf(one, sizeof(one), "%s/one", s->dir.path);
    snprintf(two, sizeof(two), "%s/two", s->dir.path);
    mkdir(one, 0755);
    mkdir(two, 0755);
    assert_false(sc_web_docroots_real(d, link, 0, real));
    assert_int_equal(symlink("one", link), 0);
    assert_false(sc_web_docroots_real(d, link, 999999, real));
    assert_true(sc_web_docroots_real(d, link, 1000000, real));
    assert_string_equal(real, one);
    unlink(link);
    assert_int_equal(symlink("two", link), 0);
    assert_true(sc_web_docroots_real(d, link, 1000001, real));
    assert_string_equal(real, one);
    assert_true(sc_web_docroots_real(d, link, 2000001, real));
    assert_string_equal(real, two);
    sc_web_docroots_free(d);
}

static void refusals_are_counted_for_their_site(void **state)
{
    struct service *s = *state;
    char path[128];
    struct sc_web_counts *c = NULL;
    struct sc_web_count got;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/refused", s->dir.path);
    assert_int_equal(sc_web_counts_read(path, 60000, &got, &err), SC_E_NOTFOUND);
    assert_int_equal(sc_web_counts_map(path, &c, &err), 0);
    sc_web_counts_add(NULL, 60000, 503, 1, "x");
    sc_web_counts_add(c, 60000, 503, 1, "first");
    sc_web_counts_add(c, 60000 + SC_WEB_COUNTS_MAX, 403, 2, "the same place");
    sc_web_counts_add(c, 60000, 403, 3, "second");
    assert_int_equal(sc_web_counts_read(path, 60000, &got, &err), 0);
    assert_true(got.n == 2 && got.status == 403 && got.last == 3);
    assert_string_equal(got.reason, "second");
    assert_int_equal(sc_web_counts_read(path, 60000 + SC_WEB_COUNTS_MAX, &got, &err), 0);
    assert_true(got.n == 1);
    assert_int_equal(sc_web_counts_read(path, 60001 + SC_WEB_COUNTS_MAX, &got, &err),
                     SC_E_NOTFOUND);
    munmap(c, sizeof(*c));
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(sc_web_counts_read(path, 60000, &got, &err), SC_E_INVAL);
}

int main(void)
{
#define SERVED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SERVED(a_view_is_asked_for_once),
        SERVED(a_dead_keepers_view_is_let_go),
        SERVED(a_refusal_counts_for_a_moment),
        SERVED(one_asks_for_all),
        SERVED(all_wait_for_a_moment),
        SERVED(few_threads_wait_for_a_slow_one),
        SERVED(more_sites_than_places_are_served),
        cmocka_unit_test(nobody_answers),
        SERVED(a_change_counts_for_the_next_who_asks),
        SERVED(not_every_request_has_to_look),
        SERVED(a_table_that_is_missing_may_come_back),
        SERVED(a_process_that_begins_without_a_table_knows_of_sites),
        SERVED(a_table_that_is_lost_is_not_forgotten),
        SERVED(document_roots_are_resolved),
        SERVED(refusals_are_counted_for_their_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
