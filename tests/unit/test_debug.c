/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/debug.h"
#include "core/base/log.h"

/* Instead of the machine's log. */
static char logged[256];
void sc_log_append(const char *line, size_t len)
{
    snprintf(logged, sizeof(logged), "%.*s", (int)len, line);
}

static int plain(void **state)
{
    (void)state;
    unsetenv(SC_DEBUG_ENV);
    unsetenv("JOURNAL_STREAM");
    logged[0] = 0;
    return 0;
}

static void takes_the_switch(void **state)
{
    (void)state;
    char p[] = "p", v[] = "-v", a[] = "a", w[] = "--verbose", end[] = "--", more[] = "-v";
    char *argv[] = {p, v, a, w, end, more, NULL};
    int argc = 6;
    sc_debug_switch(&argc, argv);
    assert_int_equal(argc, 4);
    assert_ptr_equal(argv[1], a);
    assert_ptr_equal(argv[2], end);
    assert_ptr_equal(argv[3], more);
    assert_null(argv[4]);
    assert_true(sc_debugging());
    assert_true(sc_debug_shown());
}

static void leaves_other_words(void **state)
{
    (void)state;
    char v[] = "-v", version[] = "8.3";
    char *argv[] = {v, v, version, NULL}; /* a program may be called anything */
    int argc = 3;
    sc_debug_long_switch(&argc, argv);
    assert_int_equal(argc, 3);
    assert_false(sc_debugging());
    argc = 0;
    sc_debug_switch(&argc, (char *[]){NULL});
    assert_int_equal(argc, 0);
    assert_false(sc_debugging());
}

static void is_handed_on(void **state)
{
    (void)state;
    assert_null(sc_debug_env(false));
    setenv(SC_DEBUG_ENV, "0", 1);
    assert_null(sc_debug_env(true));
    setenv(SC_DEBUG_ENV, "", 1);
    assert_false(sc_debugging());
    sc_debug_configured(false);
    assert_false(sc_debugging());
    sc_debug_configured(true);
    assert_true(sc_debugging());
    assert_false(sc_debug_shown());
    assert_string_equal(sc_debug_env(false), "SITECAGE_DEBUG=log");
    setenv(SC_DEBUG_ENV, "yes", 1);
    sc_debug_configured(true);
    assert_true(sc_debug_shown());
    assert_string_equal(sc_debug_env(false), "SITECAGE_DEBUG=1");
    assert_string_equal(sc_debug_env(true), "SITECAGE_DEBUG=log");
}

/* What sc_log_at() says on stderr. */
static void heard(enum sc_log_level level, char *ret, size_t size)
{
    char path[] = "/tmp/sitecage-log.XXXXXX", said[64];
    int fd = mkstemp(path), old = dup(2);
    struct stat st;
    assert_true(fd >= 0 && old >= 0 && fstat(fd, &st) == 0);
    unlink(path);
    snprintf(said, sizeof(said), "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    if (getenv("JOURNAL_STREAM"))
        setenv("JOURNAL_STREAM", said, 1);
    dup2(fd, 2);
    sc_log_at(level, "a\tb");
    dup2(old, 2);
    ssize_t n = pread(fd, ret, size - 1, 0);
    ret[n > 0 ? n : 0] = 0;
    close(fd);
    close(old);
}

static void says_it_on_stderr(void **state)
{
    (void)state;
    char text[128];
    heard(SC_LOG_DEBUG, text, sizeof(text));
    assert_string_equal(logged, "");
    heard(SC_LOG_INFO, text, sizeof(text));
    assert_string_equal(text, "");
    assert_non_null(strstr(logged, "] a?b\n"));
    logged[0] = 0;
    setenv(SC_DEBUG_ENV, "log", 1);
    heard(SC_LOG_DEBUG, text, sizeof(text));
    assert_string_equal(text, "");
    assert_non_null(strstr(logged, "] a?b\n"));
    setenv(SC_DEBUG_ENV, "1", 1);
    heard(SC_LOG_DEBUG, text, sizeof(text));
    assert_string_equal(text, "test_debug: a?b\n");
    heard(SC_LOG_INFO, text, sizeof(text));
    assert_string_equal(text, "");
}

static void says_levels_to_the_journal(void **state)
{
    (void)state;
    char text[128];
    setenv("JOURNAL_STREAM", "", 1);
    heard(SC_LOG_ERROR, text, sizeof(text));
    assert_string_equal(text, "<3>a?b\n");
    heard(SC_LOG_INFO, text, sizeof(text));
    assert_string_equal(text, "<6>a?b\n");
    heard(SC_LOG_DEBUG, text, sizeof(text));
    assert_string_equal(text, "");
    setenv(SC_DEBUG_ENV, "log", 1);
    heard(SC_LOG_DEBUG, text, sizeof(text));
    assert_string_equal(text, "<7>a?b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(takes_the_switch, plain),
        cmocka_unit_test_setup(leaves_other_words, plain),
        cmocka_unit_test_setup(is_handed_on, plain),
        cmocka_unit_test_setup(says_it_on_stderr, plain),
        cmocka_unit_test_setup(says_levels_to_the_journal, plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
