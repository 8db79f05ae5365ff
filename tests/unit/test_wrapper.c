/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wrappers of PHP say in plain words, as panels and people write them. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/facts/wrapper.h"

static char told[512];

static int tell(enum sc_wrapper_word word, const char *value, void *arg, struct sc_error *err)
{
    (void)arg, (void)err;
    size_t n = strlen(told);
    snprintf(told + n, sizeof(told) - n, "%s%s %s", n ? ", " : "",
             word == SC_WRAPPER_INI    ? "ini"
             : word == SC_WRAPPER_SCAN ? "scan"
                                       : "set",
             value);
    return 0;
}

static const char *words(const char *text)
{
    struct sc_error err = SC_ERROR_INIT;
    told[0] = 0;
    assert_int_equal(sc_wrapper_read(text, "/home/u/fcgi-bin", "/home/u", tell, NULL, &err), 0);
    return told;
}

static void as_panels_write_them(void **state)
{
    (void)state;
    /* Virtualmin */
    assert_string_equal(words("#!/bin/bash\nPHPRC=$PWD/../etc/php8.2\nexport PHPRC\numask 022\n"
                              "export PHP_FCGI_CHILDREN\nPHP_FCGI_MAX_REQUESTS=99999\n"
                              "exec /bin/php-cgi8.2\n"),
                        "ini /home/u/etc/php8.2");
    assert_string_equal(words("export PHPRC=\"$HOME/etc\"; exec php-cgi"), "ini /home/u/etc");
    assert_string_equal(
        words("exec /usr/bin/php-cgi -c ~/etc/php.ini -d session.save_path=/home/u/x"),
        "ini /home/u/etc/php.ini, set session.save_path=/home/u/x");
    assert_string_equal(words("exec env PHPRC=`dirname $0`/../etc php-cgi -c/home/u//a/./b/"),
                        "ini /home/u/etc, ini /home/u/a/b");
    assert_string_equal(words("PHPRC=$(dirname \"$0\")/x\r\nsetenv PHPRC '/home/u/with space'"),
                        "ini /home/u/fcgi-bin/x, ini /home/u/with space");
    assert_string_equal(words("export PHP_INI_SCAN_DIR=:$HOME/php.d:/home/u/x/../more PHPRC=~/etc"),
                        "scan /home/u/php.d, scan /home/u/more, ini /home/u/etc");
}

static void nothing_else(void **state)
{
    (void)state;
    assert_string_equal(words(""), "");
    assert_string_equal(words("# PHPRC=/home/u/etc\n  #PHPRC=/x\nexec php-cgi\n"), "");
    assert_string_equal(words("PHPRC=$BASE/etc\nPHPRC=/home/u/$(id)\nPHPRC=/home/*/etc\n"), "");
    assert_string_equal(words("PHPRC=etc\nMYPHPRC=/home/u/etc\n-c\n-c relative\n"), "");
    assert_string_equal(words("PHPRC=/..\nPHPRC=/a/../../b\nPHPRC=\"/open\nPHPRC=~other/etc"),
                        "ini /b, ini /open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_panels_write_them),
        cmocka_unit_test(nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
