/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files a job's command writes to by '>': read from its text. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include "core/enter/redirect.h"

/* "PATH+ PATH": those that are found, '+' for appended, '&' for both, with the number before. */
static const char *found(const char *command)
{
    static const char *const home[] = {"/home/john", "/home2/john", NULL};
    static char out[2 * PATH_MAX];
    static struct sc_redirect r;
    size_t at = 0;
    out[0] = 0;
    while (sc_redirect_next(command, &at, home, &r)) {
        size_t n = strlen(out);
        snprintf(out + n, sizeof(out) - n, "%s", n ? " " : "");
        n = strlen(out);
        char number[16] = "";
        if (r.left >= 0)
            snprintf(number, sizeof(number), "%d:", r.left);
        assert_true(snprintf(out + n, sizeof(out) - n, "%s%.500s%s%s", number, r.path,
                             r.append ? "+" : "", r.both ? "&" : "") > 0);
        assert_true(r.from < r.to && r.to <= strlen(command) && at == r.to);
    }
    return out;
}

static void files_below_home(void **state)
{
    (void)state;
    assert_string_equal(found("cd ~/app && php artisan x >> ~/logs/cron.log 2>&1"),
                        "logs/cron.log+");
    assert_string_equal(found("x >~/a"), "a");
    assert_string_equal(found("x>/home/john/a 2>>\"$HOME/b c\""), "a 2:b c+");
    assert_string_equal(found("x > ${HOME}/a; y >>'/home2/john/b'; z >| $HOME/c"), "a b+ c");
    assert_string_equal(found("x &>> ~/a"), "a+&");
    assert_string_equal(found("x 1> ~/a 2> ~/b"), "1:a 2:b");
    assert_string_equal(found("x1> ~/a"), "a");
    assert_string_equal(found("(x; y) >~/a/./b//c"), "a/b/c");
    assert_string_equal(found("x >~/a\\ b"), "a b");
    assert_string_equal(found("x >logs/a"), "logs/a"); /* it begins in HOME */
    assert_string_equal(found("x >~/a_$(date)"), "");
}

static void what_is_left_alone(void **state)
{
    (void)state;
    static const char *const none[] = {"x",
                                       "",
                                       ">",
                                       "x >",
                                       "x > ",
                                       "x 2>&1",
                                       "x >&2",
                                       "x > /dev/null",
                                       "x >> /var/log/x",
                                       "x > /home/johnny/a",
                                       "x > /home/john",
                                       "x > ~john/a",
                                       "x > ~",
                                       "x > ~/",
                                       "x > ~/a/",
                                       "x > ~/../b/a",
                                       "x > ~/a/../../b",
                                       "x > $LOGS/a",
                                       "x > ~/$a",
                                       "x > ~/a*",
                                       "x > ~/a?b",
                                       "x > \"$HOME/$a\"",
                                       "x > \"$HOME/`a`\"",
                                       "x > ~/`a`",
                                       "x > ~/{a,b}",
                                       "x > ~/[a]",
                                       "echo '> ~/a'",
                                       "echo \"> ~/a\"",
                                       "echo \\> ~/a",
                                       "# x > ~/a",
                                       "x # > ~/a",
                                       "cat << E\n> ~/a",
                                       "x 12> ~/a",
                                       "x > >(y)",
                                       "cd /tmp && x > a",
                                       "x > \"$HOME/a",
                                       "x < ~/a",
                                       "x > '$HOME/a'x$b"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (*found(none[i]))
            fail_msg("'%s': %s", none[i], found(none[i]));
    assert_string_equal(found("cd ~/app; x > a; y > ~/b"), "b");
    assert_string_equal(found("x > a; cd ~/app; y > c"), "a");
}

static void shells(void **state)
{
    (void)state;
    assert_true(sc_redirect_shell("/bin/sh") && sc_redirect_shell("/usr/bin/bash"));
    assert_true(sc_redirect_shell("zsh"));
    assert_false(sc_redirect_shell("/bin/tcsh")); /* ">&9" is a file there */
    assert_false(sc_redirect_shell("/usr/bin/fish"));
    assert_false(sc_redirect_shell("/bin/sh/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_below_home),
        cmocka_unit_test(what_is_left_alone),
        cmocka_unit_test(shells),
    };
    return cmocka_run_group_tests_name("cron_redirect", tests, NULL, NULL);
}
