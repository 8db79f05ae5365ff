/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/web/suexec_arm.h"

static void whole_and_begun_programs(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = {.limit = 256u << 20};
    assert_int_equal(sc_read_file("/proc/self/exe", 256u << 20, &b, NULL), 0);
    assert_true(sc_suexec_is_whole(b.data, b.len));
    for (size_t len = 0; len < b.len; len += 1 + b.len / 1000)
        assert_false(sc_suexec_is_whole(b.data, len));
    assert_false(sc_suexec_is_whole(b.data, b.len - 1));
    sc_buf_str(&b, "more");
    assert_true(sc_suexec_is_whole(b.data, b.len));
    b.data[1] = 'e';
    assert_false(sc_suexec_is_whole(b.data, b.len));
}

static void our_names(void **state)
{
    (void)state;
    assert_true(sc_suexec_is_ours(SC_SUEXEC_ENTRY));
    assert_true(sc_suexec_is_ours(SC_SUEXEC_INSTALLED));
    assert_false(sc_suexec_is_ours("/usr/lib/apache2/suexec-custom"));
    assert_false(sc_suexec_is_ours(SC_SUEXEC_ENTRY "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_and_begun_programs),
        cmocka_unit_test(our_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
