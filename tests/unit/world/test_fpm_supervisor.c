/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A supervisor as a pass sees it: who lives is who holds a lock, who is to end has given its name away. The
 * processes are children of the test's. */
#include "tests/unit/fakes/world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/pidfd.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/supervisor.h"
#include "core/php/fpm/taken.h"
#include "tests/unit/fakes/root.h"

#define S(text) ((char *)(uintptr_t)(text))

static pid_t children[16];
static size_t n_children;

static void run_file(unsigned id, unsigned long long asked)
{
    const struct sc_fpm_run r = {.uid = 1001,
                                 .gid = 1001,
                                 .groups = {1001, 1002},
                                 .n_groups = 2,
                                 .user = S("john"),
                                 .home = S("/home/john"),
                                 .docroot = S("/home/john/a b"),
                                 .php = S("-"),
                                 .changes = S("word"),
                                 .asked = asked};
    assert_int_equal(sc_fpm_run_save(id, &r, NULL), 0);
}

/* A process that holds the lock, and ends when it is told to, or (deaf) when it is killed. */
static pid_t start(unsigned id, bool deaf)
{
    int ready[2];
    char path[64], byte;
    snprintf(path, sizeof(path), SC_FPM_RUN "/%u.lock", id);
    root_mkdir(SC_FPM_RUN);
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        (void)signal(SIGTERM, deaf ? SIG_IGN : SIG_DFL);
        if (fd < 0 || fcntl(fd, F_SETLK, &fl) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    children[n_children++] = pid;
    return pid;
}

static void kill_one(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    for (size_t i = 0; i < n_children; i++)
        if (children[i] == pid)
            children[i--] = children[--n_children];
}

static int end(void **state)
{
    while (n_children)
        kill_one(children[0]);
    return world_teardown(state);
}

static void who_holds_the_lock_lives(void **state)
{
    (void)state;
    SC_FD int pidfd = -EBADF;
    assert_int_equal(sc_fpm_supervisor(60001, &pidfd), 0);
    pid_t pid = start(60001, false);
    assert_int_equal(sc_fpm_supervisor(60001, &pidfd), pid);
    assert_true(pidfd >= 0);
    assert_int_equal(sc_fpm_supervisor(60002, NULL), 0);
    kill_one(pid);
    assert_int_equal(sc_fpm_supervisor(60001, NULL), 0); /* its lock file is still there */
    root_fail(SC_FPM_RUN "/60001.lock", EIO);
    assert_int_equal(sc_fpm_supervisor(60001, NULL), -EIO); /* and no absence */
}

static void one_that_is_to_end_is_nobodys(void **state)
{
    (void)state;
    SC_FD int pidfd = -EBADF;
    SC_FD int second = -EBADF;
    pid_t pid = start(60001, true);
    run_file(60001, 7);
    assert_int_equal(sc_fpm_supervisor_end(60001, &pidfd, NULL), 0);
    assert_true(pidfd >= 0);
    assert_int_equal(sc_fpm_supervisor(60001, NULL), 0);
    assert_int_equal(sc_fpm_supervisors_ending(60001, false), 1);
    assert_int_equal(sc_fpm_supervisors_ending(60002, false), 0);
    assert_int_equal(sc_fpm_supervisors_ending(0, false), 1);
    assert_false(root_has(SC_FPM_RUN "/60001.run"));
    pid_t next = start(60001, false); /* another one, meanwhile */
    assert_int_equal(sc_fpm_supervisor(60001, NULL), next);
    assert_int_equal(sc_fpm_supervisor_end(60001, &second, NULL), 0);
    assert_true(sc_pidfd_wait(second, 5000)); /* this one does as it is told */
    assert_int_equal(sc_fpm_supervisors_ending(60001, true), 1);
    assert_true(sc_pidfd_wait(pidfd, 5000));
    kill_one(pid);
    kill_one(next);
    assert_int_equal(sc_fpm_supervisors_ending(0, false), 0); /* and nothing of them is left */
    SC_FD int none = 0;
    assert_int_equal(sc_fpm_supervisor_end(60001, &none, NULL), 0);
    assert_int_equal(none, -EBADF);
}

static void more_than_a_few_do_not_end_at_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SC_FPM_ENDING_MAX; i++) {
        SC_FD int pidfd = -EBADF;
        (void)start(60001, true);
        assert_int_equal(sc_fpm_supervisor_end(60001, &pidfd, NULL), 0);
    }
    assert_int_equal(sc_fpm_supervisors_ending(60001, false), SC_FPM_ENDING_MAX);
    SC_FD int pidfd = -EBADF;
    pid_t last = start(60001, true);
    assert_int_equal(sc_fpm_supervisor_end(60001, &pidfd, NULL), 0);
    for (size_t i = 0; i + 1 < n_children; i++) {
        SC_FD int fd = sc_pidfd_open(children[i]);
        assert_true(sc_pidfd_wait(fd, 5000)); /* those before it were killed */
    }
    while (children[0] != last)
        kill_one(children[0]);
    assert_int_equal(sc_fpm_supervisors_ending(60001, false), 1);
}

static void note(uid_t uid, unsigned id, void *arg)
{
    sc_buf_fmt(arg, "%u/%u ", (unsigned)uid, id);
}

static void those_that_nobody_ended_are_told(void **state)
{
    (void)state;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    run_file(60001, 1);
    run_file(60002, 1);
    run_file(60003, 1);
    pid_t killed = start(60001, false);
    (void)start(60002, false);
    kill_one(killed);
    root_put(SC_FPM_RUN "/60004.run", "of another version\n");
    root_put(SC_FPM_RUN "/60005.ending.17", "");
    sc_fpm_supervisors_dead(note, &out);
    assert_true(strstr(out.data, "1001/60001 ") && strstr(out.data, "1001/60003 "));
    assert_int_equal(strlen(out.data), 2 * strlen("1001/60001 "));
    assert_false(root_has(SC_FPM_RUN "/60005.ending.17"));
}

static void its_answer_is_waited_for(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_fpm_supervisor_wait(60001, 7, 50, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "PHP-FPM's supervisor of site 60001 ended");
    (void)start(60001, false);
    sc_fpm_run_answer(60001, 6, true); /* of before */
    assert_int_equal(sc_fpm_run_answered(60001, 7), 0);
    assert_int_equal(sc_fpm_supervisor_wait(60001, 7, 50, &err), SC_E_TIMEOUT);
    sc_fpm_run_answer(60001, 7, false);
    assert_int_equal(sc_fpm_supervisor_wait(60001, 7, 50, &err), SC_E_SYS);
    sc_fpm_run_answer(60001, 7, true);
    assert_int_equal(sc_fpm_supervisor_wait(60001, 7, 50, &err), 0);
}

static void what_it_is_told_comes_back(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run r = {0};
    SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run none = {0};
    run_file(60001, 1234567890123ull);
    assert_int_equal(sc_fpm_run_load(60001, &r, NULL), 0);
    assert_int_equal(r.uid, 1001);
    assert_int_equal(r.n_groups, 2);
    assert_int_equal(r.groups[1], 1002);
    assert_string_equal(r.docroot, "/home/john/a b");
    assert_true(r.asked == 1234567890123ull);
    assert_false(r.router);
    static const char *const odd[] = {
        "", "sitecage-fpm-run 1\n", "sitecage-fpm-run 2\nids 1 1\n",
        "sitecage-fpm-run 1\nids 1001 1001\nuser john\nhome /h\nphp -\nchanges -\nrouter 0\n"
        "asked 1\n",
        "sitecage-fpm-run 1\nids 0 1001\nuser john\nhome /h\ndocroot /d\nphp -\nchanges -\n"
        "router 0\nasked 1\n"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        root_put(SC_FPM_RUN "/60001.run", odd[i]);
        assert_int_equal(sc_fpm_run_load(60001, &none, NULL), SC_E_INVAL);
        assert_null(none.user);
    }
    sc_fpm_run_forget(60001);
    assert_int_equal(sc_fpm_run_load(60001, &none, NULL), SC_E_NOTFOUND);
}

#define fpm_test(f) cmocka_unit_test_setup_teardown(f, world_setup, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fpm_test(who_holds_the_lock_lives),           fpm_test(one_that_is_to_end_is_nobodys),
        fpm_test(more_than_a_few_do_not_end_at_once), fpm_test(those_that_nobody_ended_are_told),
        fpm_test(its_answer_is_waited_for),           fpm_test(what_it_is_told_comes_back),
    };
    return world_run(tests);
}
