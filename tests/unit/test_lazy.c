/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that are loaded when they are needed. */
#include "tests/unit/fixture.h"

#include "core/base/domain_name.h"
#include "core/base/lazy.h"

static void what_is_loaded_works_and_may_be_loaded_again(void **state)
{
    (void)state;
    struct {
        double (*floor)(double);
        double (*fabs)(double);
    } m = {0};
    static const char *const names[] = {"floor", "fabs"};
    const struct sc_lazy lib = {.soname = "libm.so.6", .names = names, .n = 2};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sc_lazy_load(&lib, &m, NULL), 0);
        assert_true(m.floor(1.5) < 1.25 && m.fabs(-2) > 1.5);
    }
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    void *f = NULL;
    struct sc_error err = SC_ERROR_INIT;
    static const char *const names[] = {"no_such_function_anywhere"};
    const struct sc_lazy none = {.soname = "libno-such-library.so.7", .names = names, .n = 1};
    assert_int_equal(sc_lazy_load(&none, &f, &err), SC_E_PLATFORM);
    assert_non_null(strstr(err.text, "cannot load libno-such-library.so.7"));
    const struct sc_lazy old = {.soname = "libm.so.6", .names = names, .n = 1};
    assert_int_equal(sc_lazy_load(&old, &f, &err), SC_E_PLATFORM);
    assert_non_null(strstr(err.text, "no_such_function_anywhere"));
    assert_null(f);
}

static void names_in_other_letters_need_one(void **state)
{
    (void)state;
    char out[256];
    assert_int_equal(sc_domain_canon("Bücher.example.", out, NULL), 0);
    assert_string_equal(out, "xn--bcher-kva.example");
    assert_int_equal(sc_domain_canon("*.bücher.example", out, NULL), 0);
    assert_string_equal(out, "*.xn--bcher-kva.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_loaded_works_and_may_be_loaded_again),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(names_in_other_letters_need_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
