/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <errno.h>
#include "core/base/buf.h"
#include "core/base/file.h"

static struct tempdir t;

static int setup(void **state)
{
    (void)state;
    tempdir_make(&t);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tempdir_remove(&t);
    return 0;
}

static void reads(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    char want[128];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    put_file(&t, "f", "12345");
    assert_int_equal(sc_read_file(at(&t, "f"), 5, &b, &err), 0);
    assert_int_equal(b.len, 5);
    assert_string_equal(b.data, "12345");
    assert_int_equal(sc_read_file(at(&t, "f"), 4, &b, &err), SC_E_TOOBIG);
    snprintf(want, sizeof(want), "%s/f is larger than 4 bytes", t.path);
    assert_error(&err, SC_E_TOOBIG, want);
    assert_int_equal(sc_read_file(at(&t, "none"), 4, &b, &err), SC_E_NOTFOUND);
    snprintf(want, sizeof(want), "%s/none does not exist", t.path);
    assert_error(&err, SC_E_NOTFOUND, want);
    assert_int_equal(mkfifoat(t.fd, "fifo", 0600), 0);
    alarm(60); /* a hang is a failure */
    assert_int_equal(sc_read_file(at(&t, "fifo"), 4, &b, &err), SC_E_INVAL);
    alarm(0);
    assert_int_equal(sc_read_file(t.path, 4, &b, &err), SC_E_INVAL);
    assert_string_equal(b.data, "12345"); /* failures left it alone */
    /* Files of /proc say that they are empty. */
    assert_int_equal(sc_read_file("/proc/self/status", 65536, &b, &err), 0);
    assert_non_null(strstr(b.data, "Name:"));
    assert_int_equal(sc_read_file("/proc/self/status", 10, &b, &err), SC_E_TOOBIG);
}

static void trusts_only_what_the_owner_alone_writes(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    char want[160];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    put_file(&t, "f", "x");
    assert_int_equal(sc_read_trusted_file(at(&t, "f"), geteuid(), 9, &b, &err), 0);
    assert_int_equal(sc_check_owned(at(&t, "f"), geteuid(), &err), 0);
    assert_int_equal(chmod(at(&t, "f"), 0664), 0);
    assert_int_equal(sc_read_trusted_file(at(&t, "f"), geteuid(), 9, &b, &err), SC_E_DENIED);
    snprintf(want, sizeof(want),
             "%s/f can be written by others than its owner: run chmod go-w on it", t.path);
    assert_error(&err, SC_E_DENIED, want);
    assert_int_equal(chmod(at(&t, "f"), 0642), 0);
    assert_int_equal(sc_check_owned(at(&t, "f"), geteuid(), &err), SC_E_DENIED);
    assert_int_equal(chmod(at(&t, "f"), 0644), 0);
    assert_int_equal(sc_check_owned(at(&t, "f"), 4321 + geteuid(), &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, ": give it to its owner with chown");
}

static void replaces(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct stat st;
    put_file(&t, ".f.new", "left by a crash");
    mode_t old = umask(0077);
    assert_int_equal(sc_replace_file(at(&t, "f"), 0640, "one", 3, &err), 0);
    umask(old);
    assert_file(&t, "f", "one");
    assert_int_equal(fstatat(t.fd, "f", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    ino_t first = st.st_ino;
    int open_before = open(at(&t, "f"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(sc_replace_file(at(&t, "f"), 0600, "", 0, &err), 0);
    assert_file(&t, "f", "");
    assert_int_equal(fstatat(t.fd, "f", &st, 0), 0);
    assert_true(st.st_ino != first);
    char c[4] = "";
    assert_int_equal(read(open_before, c, 3), 3); /* a reader of the old one keeps it whole */
    assert_string_equal(c, "one");
    close(open_before);
    assert_false(exists(&t, ".f.new"));
    assert_int_equal(sc_replace_file(at(&t, "none/f"), 0600, "", 0, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(sc_replace_file(at(&t, ""), 0600, "", 0, &err), SC_E_INVAL);
}

static void makes_directories(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct stat st;
    assert_int_equal(sc_mkdir_p(at(&t, "a//b/c/"), 0750, &err), 0);
    assert_int_equal(fstatat(t.fd, "a/b/c", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0750);
    assert_int_equal(sc_mkdir_p(at(&t, "a/b"), 0700, &err), 0);
    assert_int_equal(fstatat(t.fd, "a/b", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0751);
    put_file(&t, "f", "");
    assert_int_equal(sc_mkdir_p(at(&t, "f"), 0700, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOTDIR);
    assert_int_equal(sc_mkdir_p(at(&t, "f/g"), 0700, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOTDIR);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(reads), T(trusts_only_what_the_owner_alone_writes),
                                       T(replaces), T(makes_directories)};
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
