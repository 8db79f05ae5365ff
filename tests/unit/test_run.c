/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/run.h"

#define SH(script) ((const char *const[]){"/bin/sh", "-c", script, NULL})

static void output_status_and_stderr_come_back(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {
        .argv = SH("printf 'a\\0b'; echo first >&2; echo 'last words' >&2; exit 3")};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_int_equal(r.out.len, 3);
    assert_memory_equal(r.out.data, "a\0b", 3);
    assert_string_equal(r.err.data, "first\nlast words\n");
    assert_true(WIFEXITED(r.status));
    assert_int_equal(WEXITSTATUS(r.status), 3);
    assert_false(sc_run_ok(&r));
    char how[100];
    sc_run_how(&r, how, sizeof(how));
    assert_string_equal(how, "exited with status 3, saying: last words");
}

static void a_signal_is_told(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = SH("kill -TERM $$")};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    char how[100];
    sc_run_how(&r, how, sizeof(how));
    assert_string_equal(how, "was killed by signal 15 (Terminated)");
}

static void stdin_is_the_input_or_empty(void **state)
{
    (void)state;
    enum {
        SIZE = 300000
    }; /* more than a pipe holds, to a program that answers while it reads */
    SC_FREE char *big = malloc(SIZE);
    memset(big, 'x', SIZE);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {
        .argv = (const char *const[]){"cat", NULL}, .input = big, .input_len = SIZE};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_int_equal(r.out.len, SIZE);
    assert_memory_equal(r.out.data, big, SIZE);
    sc_run_result_done(&r);
    spec.input = NULL;
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_int_equal(r.out.len, 0);
    assert_true(sc_run_ok(&r));
    sc_run_result_done(&r);
    /* Input that nobody reads. */
    spec = (struct sc_run_spec){.argv = SH("exit 0"), .input = big, .input_len = SIZE};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_true(sc_run_ok(&r));
}

static void the_environment_is_clean(void **state)
{
    (void)state;
    setenv("SC_TEST_LEAK", "1", 1);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = (const char *const[]){"env", NULL}};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(r.out.data,
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                        "LANG=C.UTF-8\nHOME=/root\n");
    sc_run_result_done(&r);
    spec.home = "/home/jo hn";
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_non_null(strstr(r.out.data, "HOME=/home/jo hn\n"));
    sc_run_result_done(&r);
    spec.env = (const char *const[]){"A=b", NULL};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(r.out.data, "A=b\n");
    unsetenv("SC_TEST_LEAK");
}

static void nothing_is_inherited(void **state)
{
    (void)state;
    SC_FD int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, on purpose */
    assert_int_equal(dup2(leak, 77), 77);
    mode_t mask = umask(077);
    sigset_t usr1, before;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &before);
    signal(SIGUSR2, SIG_IGN);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {
        .argv = SH(
            "for f in 3 4 5 6 7 8 9 77; do [ -e /proc/$$/fd/$f ] && echo fd $f; done; umask; pwd;"
            "set -- $(cat /proc/$$/stat); [ $1 = $5 ] && [ $1 = $6 ] && echo own group and session;"
            /* exec: a shell that waits has signals blocked */
            "exec grep -E 'Sig(Blk|Ign)' /proc/self/status")};
    int rc = sc_run(&spec, &r, NULL);
    signal(SIGUSR2, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    umask(mask);
    close(77);
    assert_int_equal(rc, 0);
    char *ignored = strstr(r.out.data, "SigIgn:\t");
    assert_non_null(ignored);
    /* 32 and 33 are libc's own: no program can set them, and what make starts has them ignored */
    assert_int_equal(strtoull(ignored + 8, NULL, 16) & ~(3ull << 31), 0);
    *ignored = 0;
    assert_string_equal(r.out.data, "0022\n/\nown group and session\nSigBlk:\t0000000000000000\n");
}

static void works_with_the_standard_descriptors_closed(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(0);
        close(1);
        close(2);
        struct sc_run_result r = SC_RUN_RESULT_INIT;
        struct sc_run_spec spec = {.argv = SH("cat; echo oops >&2"), .input = "in", .input_len = 2};
        int bad = sc_run(&spec, &r, NULL) != 0 || r.out.len != 2 ||
                  memcmp(r.out.data, "in", 2) != 0 || r.err.len != 5;
        sc_run_result_done(&r);
        _exit(bad);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_late_answer_is_an_error_and_the_group_dies(void **state)
{
    (void)state;
    char path[] = "/tmp/sc_run_XXXXXX";
    SC_FD int fd = mkstemp(path);
    assert_true(fd >= 0);
    SC_FREE char *script = NULL;
    assert_true(
        asprintf(&script, "sleep 1000 & echo $! > %s; trap '' TERM; wait; sleep 1000", path) > 0);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_run_spec spec = {.argv = SH(script), .timeout_ms = 2500};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_TIMEOUT);
    assert_error(&err, SC_E_TIMEOUT, "/bin/sh did not answer within 2.5 s");
    assert_null(r.out.data);
    char text[32] = "";
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    unlink(path);
    pid_t grandchild = (pid_t)atol(text);
    assert_true(grandchild > 1);
    /* Killed with the group: gone, or a zombie until whoever inherited it reaps it. */
    char stat_path[64], line[256] = "";
    snprintf(stat_path, sizeof(stat_path), "/proc/%ld/stat", (long)grandchild);
    for (int i = 0; i < 500; i++) {
        SC_FILE FILE *f = fopen(stat_path, "re");
        if (!f || !fgets(line, sizeof(line), f) || strstr(line, ") Z "))
            return;
        usleep(10000);
    }
    fail_msg("the grandchild lives: %s", line);
}

static void too_much_output_is_an_error(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_run_spec spec = {.argv = (const char *const[]){"yes", NULL}, .max_out = 100000};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_TOOBIG);
    assert_error_has(&err, SC_E_TOOBIG, "/yes printed more than 100000 bytes");
    spec = (struct sc_run_spec){.argv = SH("head -c 100000 /dev/zero"), .max_out = 100000};
    assert_int_equal(sc_run(&spec, &r, &err), 0);
    assert_int_equal(r.out.len, 100000);
}

static void stderr_keeps_its_end_only(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {
        .argv = SH("head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2; exit 1")};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_int_equal(r.err.len, SC_RUN_STDERR_MAX);
    char how[100];
    sc_run_how(&r, how, sizeof(how));
    assert_string_equal(how, "exited with status 1, saying: end");
}

static void who_holds_stdout_open_does_not_hang_us(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = SH("echo answer; sleep 1000 & echo $! >&2"),
                               .timeout_ms = 60000};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(r.out.data, "answer\n");
    pid_t sleeper = (pid_t)atol(r.err.data);
    assert_true(sleeper > 1);
    assert_int_equal(kill(sleeper, SIGKILL), 0); /* it was left alone */
}

static void who_closes_stdout_is_waited_for(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = SH("echo a; exec >&- 2>&-; sleep 0.3; exit 4")};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(r.out.data, "a\n");
    assert_int_equal(WEXITSTATUS(r.status), 4);
}

static void what_cannot_start_is_an_error(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_run_spec spec = {.argv = (const char *const[]){"/nonexistent/x", NULL}};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "cannot run /nonexistent/x: No such file or directory");
    spec.argv = (const char *const[]){"sc-no-such-program", NULL};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "cannot run sc-no-such-program: No such file or directory");
    spec.argv = (const char *const[]){"/etc/passwd", NULL};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "cannot run /etc/passwd: Permission denied");
    spec.argv = (const char *const[]){"bin/sh", NULL};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "cannot run 'bin/sh': give its full path");
    spec.argv = (const char *const[]){NULL};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_INVAL);

    assert_null(r.out.data);
}

static void what_is_no_program_is_an_error(void **state)
{
    (void)state;
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload"))
        skip(); /* valgrind's own execve() looks into the file and does not come back */
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    char path[] = "/tmp/sc_run_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "#!/no/such/interpreter\n", 23), 23);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    struct sc_run_spec spec = {.argv = (const char *const[]){path, NULL}};
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
    assert_error_has(&err, SC_E_SYS, "the interpreter that it names: No such file or directory");
    fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, "echo a\n", 7), 7);
    close(fd);
    assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
    assert_error_has(&err, SC_E_SYS, "neither a program nor a script with a #! line");
    unlink(path);
    assert_null(r.out.data);
}

static void ids_are_dropped_or_refused(void **state)
{
    (void)state;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    const gid_t groups[] = {65533};
    struct sc_run_ids ids = {.uid = 65534, .gid = 65534, .groups = groups, .n_groups = 1};
    struct sc_run_spec spec = {.argv = SH("id -u; id -g; id -G"), .drop = &ids};
    if (geteuid() == 0) {
        assert_int_equal(sc_run(&spec, &r, &err), 0);
        assert_string_equal(r.out.data, "65534\n65534\n65534 65533\n");
        sc_run_result_done(&r);
        ids.uid = (uid_t)-1;
        assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
        assert_error_has(&err, SC_E_SYS, "cannot run /bin/sh as uid 4294967295: ");
    } else {
        assert_int_equal(sc_run(&spec, &r, &err), SC_E_SYS);
        assert_error(&err, SC_E_SYS, "cannot run /bin/sh as uid 65534: Operation not permitted");
    }
}

/* The program that sc_run() started, dropped to other ids where we are root, kills who started it:
 * it must die too. What only it holds then is the FIFO's writing end. */
static void it_dies_with_its_parent(void **state)
{
    (void)state;
    char dir[] = "/tmp/sc_run_XXXXXX", fifo[64];
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chmod(dir, 0755), 0);
    snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(chmod(fifo, 0666), 0);
    SC_FD int rd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(rd >= 0);
    fflush(NULL);
    pid_t middle = fork();
    if (middle == 0) {
        const struct sc_run_ids ids = {.uid = 65534, .gid = 65534};
        SC_FREE char *script = NULL;
        if (asprintf(&script, "exec 5>%s; echo up >&5; exec sleep 1000", fifo) < 0)
            _exit(1);
        struct sc_run_result r = SC_RUN_RESULT_INIT;
        struct sc_run_spec spec = {
            .argv = SH(script), .drop = geteuid() == 0 ? &ids : NULL, .timeout_ms = 600000};
        sc_run(&spec, &r, NULL);
        _exit(2);
    }
    assert_int_equal(fcntl(rd, F_SETFL, 0), 0);
    struct pollfd p = {.fd = rd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 60000), 1);
    char up[3];
    assert_int_equal(read(rd, up, 3), 3);
    assert_int_equal(kill(middle, SIGKILL), 0);
    assert_int_equal(waitpid(middle, NULL, 0), middle);
    assert_int_equal(poll(&p, 1, 60000), 1);
    assert_int_equal(read(rd, up, 1), 0);
    unlink(fifo);
    rmdir(dir);
}

static void an_ignored_sigchld_does_not_eat_the_status(void **state)
{
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = SH("exit 7")};
    int rc = sc_run(&spec, &r, NULL);
    struct sigaction now;
    sigaction(SIGCHLD, NULL, &now);
    signal(SIGCHLD, SIG_DFL);
    assert_int_equal(rc, 0);
    assert_int_equal(WEXITSTATUS(r.status), 7);
    assert_ptr_equal(now.sa_handler, SIG_IGN);
}

static void it_leaves_no_descriptor_and_no_zombie(void **state)
{
    (void)state;
    int before = dup(0);
    assert_true(before >= 0);
    close(before);
    for (int i = 0; i < 20; i++) {
        SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
        struct sc_run_spec good = {.argv = SH("echo a")},
                           bad = {.argv = (const char *const[]){"/x/y", NULL}};
        assert_int_equal(sc_run(i % 2 ? &good : &bad, &r, NULL), i % 2 ? 0 : SC_E_SYS);
    }
    int after = dup(0);
    assert_int_equal(after, before);
    close(after);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

#ifndef SC_TEST_RUN_NAME
#define SC_TEST_RUN_NAME    "run"
#define SC_TEST_RUN_SETUP() 0
#endif

int main(void)
{
    if (SC_TEST_RUN_SETUP() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_status_and_stderr_come_back),
        cmocka_unit_test(a_signal_is_told),
        cmocka_unit_test(stdin_is_the_input_or_empty),
        cmocka_unit_test(the_environment_is_clean),
        cmocka_unit_test(nothing_is_inherited),
        cmocka_unit_test(works_with_the_standard_descriptors_closed),
        cmocka_unit_test(a_late_answer_is_an_error_and_the_group_dies),
        cmocka_unit_test(too_much_output_is_an_error),
        cmocka_unit_test(stderr_keeps_its_end_only),
        cmocka_unit_test(who_holds_stdout_open_does_not_hang_us),
        cmocka_unit_test(who_closes_stdout_is_waited_for),
        cmocka_unit_test(what_cannot_start_is_an_error),
        cmocka_unit_test(what_is_no_program_is_an_error),
        cmocka_unit_test(ids_are_dropped_or_refused),
        cmocka_unit_test(it_dies_with_its_parent),
        cmocka_unit_test(an_ignored_sigchld_does_not_eat_the_status),
        cmocka_unit_test(it_leaves_no_descriptor_and_no_zombie),
    };
    return cmocka_run_group_tests_name(SC_TEST_RUN_NAME, tests, NULL, NULL);
}
