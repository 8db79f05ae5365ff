/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/users.h: who cannot be looked up does not count as missing. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/users.h"

#define NOBODY "no-such-user-here"

static void finds_users_and_groups(void **state)
{
    (void)state;
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    SC_CLEANUP(sc_user_done) struct sc_user same = {0};
    SC_FREE char *group = NULL;
    struct sc_error err = SC_ERROR_INIT;
    gid_t gid = 77;
    assert_int_equal(sc_user_by_uid(0, &u, &err), 0);
    assert_string_equal(u.name, "root");
    assert_string_equal(u.home, "/root");
    assert_int_equal(sc_user_by_name("root", &same, &err), 0);
    assert_int_equal(same.uid, 0);
    assert_int_equal(sc_group_name(0, &group, &err), 0);
    assert_int_equal(sc_group_by_name(group, &gid, &err), 0);
    assert_int_equal(gid, 0);
    struct sc_user none = {0};
    assert_int_equal(sc_user_by_name(NOBODY, &none, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "User " NOBODY " does not exist");
    assert_int_equal(sc_user_by_uid(3999999999u, &none, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "UID 3999999999 does not exist");
    assert_null(none.name);
    assert_int_equal(sc_group_by_name(NOBODY, &gid, &err), SC_E_NOTFOUND);
}

static int count(const struct passwd *pw, void *arg, struct sc_error *err)
{
    size_t *n = arg;
    (void)err;
    n[0]++;
    n[1] += pw->pw_uid == 0 && strcmp(pw->pw_name, "root") == 0;
    return 0;
}

static int stop(const struct passwd *pw, void *arg, struct sc_error *err)
{
    (void)arg;
    return sc_error_set(err, SC_E_BUSY, "%s", pw->pw_name);
}

static void lists_users(void **state)
{
    (void)state;
    size_t all[2] = {0}, in_file[2] = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_users_each(count, all, &err), 0);
    assert_int_equal(sc_users_in_file("", count, in_file, &err), 0);
    assert_true(in_file[0] > 1 && all[0] >= in_file[0]);
    assert_int_equal(all[1], 1); /* once, though two sources have him */
    assert_int_equal(in_file[1], 1);
    assert_int_equal(sc_users_each(stop, NULL, &err), SC_E_BUSY);
}

/* What is left when nothing can be read, or opened. */
static bool all_fail(void)
{
    struct sc_user u = {0};
    char *group = NULL;
    gid_t gid;
    size_t n[2] = {0};
    struct sc_error err = SC_ERROR_INIT;
    return sc_user_by_name("root", &u, &err) == SC_E_SYS && err.sys &&
           sc_user_by_name(NOBODY, &u, &err) == SC_E_SYS &&
           sc_user_by_uid(3999999999u, &u, &err) == SC_E_SYS && !u.name &&
           sc_users_each(count, n, &err) == SC_E_SYS &&
           sc_users_in_file("", count, n, &err) == SC_E_SYS && sc_group_name(0, &group, &err) < 0 &&
           sc_group_by_name("root", &gid, &err) < 0;
}

static int without_reads(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(EIO), SCMP_SYS(read), 0) || seccomp_load(f))
        return 77;
    return all_fail() ? 0 : 1;
}

static int without_descriptors(void)
{
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_NOFILE, &none) < 0)
        return 77;
    return all_fail() ? 0 : 1;
}

static int without_a_file(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0) || seccomp_load(f))
        return 77;
    return all_fail() ? 0 : 1;
}

static void an_error_is_no_absence(void **state)
{
    (void)state;
    static int (*const worlds[])(void) = {without_reads, without_descriptors, without_a_file};
    for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(worlds[i]());
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
            skip();
        if (status != 0)
            fail_msg("world %zu: status %d", i, status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_error_is_no_absence),
                                       cmocka_unit_test(finds_users_and_groups),
                                       cmocka_unit_test(lists_users)};
    return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
