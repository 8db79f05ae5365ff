/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include "core/facts/php_names.h"

static void keys_of_pools(void **state)
{
    (void)state;
    assert_int_equal(sc_fpm_key("php_admin_value[session.save_path]"), SC_NAMED_OWN);
    assert_int_equal(sc_fpm_key("php_value[upload_tmp_dir]"), SC_NAMED_OWN);
    assert_int_equal(sc_fpm_key("php_admin_value[error_log]"), SC_NAMED_LOG);
    assert_int_equal(sc_fpm_key("php_value[include_path]"), SC_NAMED_SEVERAL);
    assert_int_equal(sc_fpm_key("env[TMPDIR]"), SC_NAMED_OWN);
    static const char *const none[] = {"env[HOME]",
                                       "env[TMP",
                                       "env[]",
                                       "php_flag[error_log]",
                                       "error_log",
                                       "php_value[error]",
                                       "php_value[error_log]x",
                                       "",
                                       "]"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(sc_fpm_key(none[i]), SC_NAMED_NOTHING);
    assert_int_equal(sc_php_setting("auto_prepend_file"), SC_NAMED_READ);
    assert_int_equal(sc_php_setting("memory_limit"), SC_NAMED_NOTHING);
}

static void paths_of_sessions(void **state)
{
    (void)state;
    assert_string_equal(sc_php_path("/home/john/tmp"), "/home/john/tmp");
    assert_string_equal(sc_php_path("2;/home/john/tmp"), "/home/john/tmp");
    assert_string_equal(sc_php_path("2;0600;/home/john/tmp"), "/home/john/tmp");
    assert_string_equal(sc_php_path("tcp://127.0.0.1:6379?a;b"), "tcp://127.0.0.1:6379?a;b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_pools),
        cmocka_unit_test(paths_of_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
