/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that stand for errors in JSON. */
#include "tests/unit/fixture.h"

#include <string.h>
#include "core/base/error_code.h"

static void each_code_has_a_word(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    for (int code = SC_E_SYS; code >= SC_E_LATE; code--) {
        sc_error_set(&err, code, "it broke");
        assert_int_equal(strcmp(sc_error_word(&err), SC_IS_SYSTEM) == 0, code == SC_E_SYS);
    }
    sc_error_set(&err, SC_E_UNSUPPORTED, "it broke");
    assert_string_equal(sc_error_word(&err), "limits_unsupported");
}

static void an_error_may_have_its_own(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_error_is(&err, SC_IS_UNKNOWN_USER,
                                 sc_error_set(&err, SC_E_NOTFOUND, "User x does not exist")),
                     SC_E_NOTFOUND);
    assert_string_equal(sc_error_word(&err), "unknown_user");
    assert_int_equal(sc_error_wrap(&err, "a file"), SC_E_NOTFOUND); /* context changes nothing */
    assert_string_equal(sc_error_word(&err), "unknown_user");
    sc_error_set(&err, SC_E_NOTFOUND, "another one"); /* … and another error is another one */
    assert_string_equal(sc_error_word(&err), "not_found");
    assert_int_equal(sc_error_is(NULL, SC_IS_UNKNOWN_USER, SC_E_NOTFOUND), SC_E_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_a_word),
        cmocka_unit_test(an_error_may_have_its_own),
    };
    return cmocka_run_group_tests_name("error_code", tests, NULL, NULL);
}
