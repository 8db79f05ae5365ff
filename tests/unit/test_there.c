/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/there.h: yes, no, and what is neither. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <sys/wait.h>
#include "core/base/cleanup.h"
#include "core/base/match.h"
#include "core/base/real_dir.h"
#include "core/base/there.h"

static int setup(void **state)
{
    static struct tempdir t;
    tempdir_make(&t);
    put_dir(&t, "d");
    put_dir(&t, "d/one");
    put_dir(&t, "d/two");
    put_file(&t, "d/file", "x");
    put_file(&t, "d/one/conf", "x");
    put_file(&t, "d/two/.conf", "x");
    put_link(&t, "link", "d/one");
    put_link(&t, "dangling", "nowhere");
    put_link(&t, "loop", "loop");
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    tempdir_remove(*state);
    return 0;
}

static void three_answers(void **state)
{
    struct tempdir *t = *state;
    struct sc_error err = SC_ERROR_INIT;
    struct stat st;
    assert_int_equal(sc_there(at(t, "d"), &st, &err), SC_THERE);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(sc_there(at(t, "none"), NULL, &err), SC_ABSENT);
    assert_int_equal(sc_there(at(t, "d/file/x"), NULL, &err), SC_ABSENT);
    assert_int_equal(sc_there(at(t, "dangling"), &st, &err), SC_THERE);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(sc_there_followed(at(t, "dangling"), &st, &err), SC_ABSENT);
    assert_int_equal(sc_there_followed(at(t, "link"), &st, &err), SC_THERE);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(sc_dir_there(at(t, "d"), &err), SC_THERE);
    assert_int_equal(sc_dir_there(at(t, "link"), &err), SC_ABSENT);
    assert_int_equal(sc_dir_there(at(t, "d/file"), &err), SC_ABSENT);
    assert_int_equal(err.code, 0);

    assert_int_equal(sc_there_followed(at(t, "loop"), NULL, &err), SC_E_SYS);
    assert_int_equal(err.sys, ELOOP);
    char longer[PATH_MAX + 2];
    memset(longer, '/', sizeof(longer));
    longer[sizeof(longer) - 1] = 0;
    assert_int_equal(sc_there(longer, NULL, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENAMETOOLONG);
    assert_int_equal(sc_dir_there(longer, NULL), SC_E_SYS);
}

static void real_paths(void **state)
{
    struct tempdir *t = *state;
    struct sc_error err = SC_ERROR_INIT;
    SC_FREE char *real = NULL;
    assert_int_equal(sc_real_path(at(t, "none/x"), &real, &err), SC_ABSENT);
    assert_int_equal(sc_real_path(at(t, "dangling"), &real, &err), SC_ABSENT);
    assert_int_equal(sc_real_path(at(t, "loop"), &real, &err), SC_E_SYS);
    assert_int_equal(err.sys, ELOOP);
    assert_null(real);
    assert_int_equal(sc_real_path(at(t, "link/../one/conf"), &real, &err), SC_THERE);
    assert_string_equal(real, at(t, "d/one/conf"));
}

/* One after the other, as if each were the first. */
static void real_paths_beside_each_other(void **state)
{
    static const char *const paths[] = {
        "d/one/conf",  "d/one/none", "d/one",    "d/two",           "d/file", "link",
        "d",           "link/conf",  "dangling", "none/x",          "none/y", "loop",
        "d/two/.conf", "d/one/",     "d/one/..", "link/../one/conf"};
    struct tempdir *t = *state;
    struct sc_real_dir up = {.text = ""};
    struct sc_error one = SC_ERROR_INIT, other = SC_ERROR_INIT;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        SC_FREE char *want = NULL, *got = NULL;
        int rc = sc_real_path(at(t, paths[i]), &want, &one);
        assert_int_equal(sc_real_path_in(&up, at(t, paths[i]), &got, &other), rc);
        assert_string_equal(got ? got : "", want ? want : "");
        assert_int_equal(other.sys, one.sys);
    }
    SC_FREE char *root = NULL;
    assert_int_equal(sc_real_path_in(&up, "/", &root, &other), SC_THERE);
    assert_string_equal(root, "/");
}

/* The matches without the directory, sorted, with spaces between. */
static const char *matched(struct tempdir *t, const char *pattern)
{
    static char text[512];
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_match(at(t, pattern), NULL, &m, &err) < 0)
        fail_msg("%s: %s", pattern, err.text);
    text[0] = 0;
    for (size_t n = m.n; n > 0; n--) {
        size_t least = 0;
        for (size_t i = 1; i < m.n; i++)
            if (m.v[i][0] && (!m.v[least][0] || strcmp(m.v[i], m.v[least]) < 0))
                least = i;
        if (text[0])
            strcat(text, " ");
        strcat(text, m.v[least] + strlen(t->path) + 1);
        m.v[least][0] = 0;
    }
    return text;
}

static void matches_patterns(void **state)
{
    struct tempdir *t = *state;
    assert_string_equal(matched(t, "d/one/conf"), "d/one/conf");
    assert_string_equal(matched(t, "d/one/none"), "");
    assert_string_equal(matched(t, "d/*"), "d/file d/one d/two");
    assert_string_equal(matched(t, "d/*/conf"), "d/one/conf");
    assert_string_equal(matched(t, "d/*/*"), "d/one/conf");
    assert_string_equal(matched(t, "d/t*/.c*"), "d/two/.conf");
    assert_string_equal(matched(t, "d/tw[n-p]"), "d/two");
    assert_string_equal(matched(t, "d/t\\w*"), "d/two");
    assert_string_equal(matched(t, "d/on*e*"), "d/one");
    assert_string_equal(matched(t, "d/two?"), "");
    assert_string_equal(matched(t, "?/[o]ne//conf"), "d/one/conf");
    assert_string_equal(matched(t, "/d//one///conf"), "d/one/conf");
    assert_string_equal(matched(t, "d/one/"), "d/one");
    assert_string_equal(matched(t, "d//one/c*"), "d/one/conf");
    assert_string_equal(matched(t, "d/*/conf/"), "d/one/conf");
    assert_string_equal(matched(t, "dang*"), "dangling");
    assert_string_equal(matched(t, "none/*"), "");
    assert_string_equal(matched(t, "d/file/*"), "");
    struct sc_matches m = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_match("d/*", NULL, &m, &err), SC_E_INVAL);
    assert_null(m.v);
}

/* In a process in which `call` fails: each question is answered with that error. */
static int asks(struct tempdir *t, int call, int errnum)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO((unsigned)errnum), call, 0) || seccomp_load(f))
        return 77;
    seccomp_release(f);
    struct sc_matches m = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_match(at(t, "d/*/conf"), NULL, &m, &err) != SC_E_SYS || err.sys != errnum || m.v)
        return 1;
    if (call == SCMP_SYS(getdents64) || call == SCMP_SYS(openat))
        return 0;
    return sc_there(at(t, "d"), NULL, &err) == SC_E_SYS && err.sys == errnum ? 0 : 2;
}

static void an_error_is_told(void **state)
{
    static const int calls[] = {SCMP_SYS(openat), SCMP_SYS(getdents64), SCMP_SYS(newfstatat)};
    static const int errors[] = {EMFILE, ENOMEM, EIO, EACCES};
    for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
        for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0)
                _exit(asks(*state, calls[c], errors[e]));
            int status;
            assert_int_equal(waitpid(pid, &status, 0), pid);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                skip();
            if (status != 0)
                fail_msg("call %zu, %s: status %d", c, strerror(errors[e]), status);
        }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(three_answers), T(real_paths),
                                       T(real_paths_beside_each_other), T(matches_patterns),
                                       T(an_error_is_told)};
    return cmocka_run_group_tests_name("there", tests, NULL, NULL);
}
