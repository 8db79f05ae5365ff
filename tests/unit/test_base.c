/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <errno.h>
#include "core/base/buf.h"
#include "core/base/error.h"

static void error_carries_code_and_text(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_error_set(&err, SC_E_INVAL, "bad name '%s'", "a\nb\033[1m"), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "bad name 'a?b?[1m'");
    assert_int_equal(sc_error_wrap(&err, "line %d", 3), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "line 3: bad name 'a?b?[1m'");
    assert_int_equal(sc_error_sys(&err, ENOENT, "open %s", "/x"), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "open /x: No such file or directory");
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(sc_error_set(NULL, SC_E_BUSY, "x"), SC_E_BUSY);
}

static void buffer_keeps_its_limit(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = {.limit = 8};
    struct sc_error err = SC_ERROR_INIT;
    sc_buf_str(&b, "12345678");
    assert_int_equal(sc_buf_check(&b, "it", &err), 0);
    sc_buf_str(&b, "9");
    assert_int_equal(sc_buf_check(&b, "it", &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "it is larger than 8 bytes");
    assert_string_equal(b.data, "12345678");
}

static void words_round_trip(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    const char raw[] = "/home/jo hn/a%b\n\xff\xc3";
    sc_buf_enc(&b, raw, sizeof(raw) - 1);
    assert_string_equal(b.data, "/home/jo%20hn/a%25b%0A%FF%C3");
    assert_int_equal(sc_decode_word(b.data), (long)sizeof(raw) - 1);
    assert_memory_equal(b.data, raw, sizeof(raw));
    char bad1[] = "a%2", bad2[] = "a%00b", bad3[] = "%zz";
    assert_int_equal(sc_decode_word(bad1), -1);
    assert_int_equal(sc_decode_word(bad2), -1);
    assert_int_equal(sc_decode_word(bad3), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_carries_code_and_text),
        cmocka_unit_test(buffer_keeps_its_limit),
        cmocka_unit_test(words_round_trip),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
