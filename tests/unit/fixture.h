/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by all unit tests: cmocka in its right order of includes, and checks of an error's
 * text. */
#ifndef SC_TESTS_FIXTURE_H
#define SC_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/base/error.h"

#define assert_error(e, want_code, want_text)                                                      \
    do {                                                                                           \
        assert_string_equal((e)->text, want_text);                                                 \
        assert_int_equal((e)->code, want_code);                                                    \
    } while (0)

/* For texts of which only a part is ours to promise. */
#define assert_error_has(e, want_code, part)                                                       \
    do {                                                                                           \
        if (!strstr((e)->text, part))                                                              \
            fail_msg("error text \"%s\" lacks \"%s\"", (e)->text, part);                           \
        assert_int_equal((e)->code, want_code);                                                    \
    } while (0)

#endif
