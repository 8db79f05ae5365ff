/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growable arrays, writing and reading all, processes by descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/io.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/base/vec.h"

static void an_array_grows(void **state)
{
    (void)state;
    unsigned *v = NULL;
    size_t n = 0;
    for (unsigned i = 0; i < 1000; i++) {
        assert_true(SC_VEC_ROOM(v, n));
        v[n++] = i;
    }
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(v[i], i);
    free(v);
}

static void an_array_of_another_call_grows(void **state)
{
    (void)state;
    char *v = malloc(5);
    memcpy(v, "abcde", 5);
    assert_true(SC_VEC_ROOM(v, 5)); /* the sanitizers see whether there is room */
    v[5] = 'f';
    assert_memory_equal(v, "abcdef", 6);
    free(v);
}

static void too_much_is_no_room(void **state)
{
    (void)state;
    uint64_t *v = malloc(sizeof(*v));
    *v = 7;
    assert_false(SC_VEC_ROOM(v, SIZE_MAX / 4));
    assert_int_equal(*v, 7);
    free(v);
}

static void all_is_written_and_read(void **state)
{
    (void)state;
    enum {
        N = 300000 /* more than a pipe holds */
    };
    int p[2];
    char *out = malloc(N), *in = malloc(N + 1);
    memset(out, 'x', N);
    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    assert_int_equal(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(sc_write_all(p[1], out, N) < 0);
    close(p[1]);
    assert_int_equal(sc_read_all(p[0], in, N + 1), N);
    assert_memory_equal(in, out, N);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(p[0]);
    free(out);
    free(in);
}

static void an_error_is_not_the_end(void **state)
{
    (void)state;
    char c;
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    errno = 0;
    assert_int_equal(sc_read_all(fd, &c, 1), -1);
    assert_int_equal(errno, EISDIR);
    close(fd);
    assert_int_equal(sc_write_all(-1, "x", 1), -1);
}

static void a_process_is_ended_by_its_descriptor(void **state)
{
    (void)state;
    int p[2];
    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_IGN); /* so that SIGKILL must follow */
        (void)sc_write_all(p[1], "r", 1);
        for (;;)
            pause();
    }
    char c;
    assert_int_equal(sc_read_all(p[0], &c, 1), 1);
    int fd = sc_pidfd_open(pid);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_false(sc_pidfd_wait(fd, 0));
    assert_true(sc_pidfd_end(fd, 20));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(sc_pidfd_signal(fd, SIGTERM), -1);
    assert_int_equal(errno, ESRCH);
    close(fd);
    close(p[0]);
    close(p[1]);
}

static void processes_are_listed(void **state)
{
    (void)state;
    struct sc_proc_list l = {0};
    assert_int_equal(sc_proc_list_open(0, &l), 0);
    bool found = false;
    pid_t pid;
    int fd = -1;
    while ((pid = sc_proc_next(&l, &fd)) > 0) {
        struct sc_proc_stat st;
        char text[8];
        assert_true(pid > 1);
        if (pid == getpid()) {
            found = true;
            assert_int_equal(sc_proc_stat(fd, &st), 0);
            assert_int_equal(st.parent, getppid());
            assert_int_equal(st.state, 'R');
            assert_int_equal(sc_proc_read(fd, "cmdline", text, sizeof(text)), sizeof(text) - 1);
            assert_int_equal(text[sizeof(text) - 1], 0);
            assert_int_equal(sc_proc_read(fd, "nothing", text, sizeof(text)), -ENOENT);
        }
        close(fd);
    }
    assert_int_equal(pid, 0);
    assert_true(found);
    sc_proc_list_close(&l);
    sc_proc_list_close(&l);
    assert_int_equal(sc_proc_list_open(INT_MAX, &l), -ENOENT);
}

static void a_process_that_has_ended_is_told(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    int fd = sc_proc_open(pid);
    assert_true(fd >= 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    struct sc_proc_stat st;
    assert_true(sc_proc_stat(fd, &st) == -ESRCH || sc_proc_stat(fd, &st) == -ENOENT);
    close(fd);
}

static void the_clock_goes_on(void **state)
{
    (void)state;
    int64_t before = sc_clock_ns();
    sc_sleep_ms(2);
    assert_true(sc_clock_ns() - before >= 2000000);
    assert_true(sc_wall_ms() > INT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows),
        cmocka_unit_test(an_array_of_another_call_grows),
        cmocka_unit_test(too_much_is_no_room),
        cmocka_unit_test(all_is_written_and_read),
        cmocka_unit_test(an_error_is_not_the_end),
        cmocka_unit_test(a_process_is_ended_by_its_descriptor),
        cmocka_unit_test(processes_are_listed),
        cmocka_unit_test(a_process_that_has_ended_is_told),
        cmocka_unit_test(the_clock_goes_on),
    };
    return cmocka_run_group_tests_name("vec_io", tests, NULL, NULL);
}
