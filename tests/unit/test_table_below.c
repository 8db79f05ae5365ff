/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/enter/table.h"

static const char text[] = "sitecage-sites 1\n"
                           "open 0 /home/j/www\n"
                           "alias 0 /home/j/link\n"
                           "isolated 60000 /home/j/www/in\n"
                           "ep 60000 3\n"
                           "alias 60000 /home/j/www/alias\n"
                           "owns 60000 /home/j/www/app\n"
                           "shares 60000 /home/j/shared\n"
                           "name 60000 in.example\n"
                           "open 0 /home/j/www/open\n"
                           "owns 0 /home/j/www/opens\n"
                           "broken 60001 /home/j/www/open/deep\n"
                           "isolated 60002 /home/j/www2\n";
static const struct sc_table table = {.data = text, .len = sizeof(text) - 1};

/* The ids below, as "60000 60001 ". */
static const char *below(struct sc_site_ref above)
{
    static char out[128];
    struct sc_site_ref r;
    out[0] = 0;
    for (const char *at = NULL; sc_table_closed_below(&table, &above, &at, &r);)
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "%u ", r.id);
    return out;
}

static void test_below(void **state)
{
    (void)state;
    assert_string_equal(below(sc_table_docroot(&table, "/home/j/www")), "60000 60000 60001 ");
    assert_string_equal(below(sc_table_docroot(&table, "/home/j/link")), "60000 60000 60001 ");
    assert_string_equal(below(sc_table_docroot(&table, "/home/j/www/open")), "60001 ");
    assert_string_equal(below(sc_table_docroot(&table, "/home/j/www2")), "");
    /* no document root at all: it may be anywhere */
    assert_string_equal(below(sc_table_docroot(&table, "/home/j")),
                        "60000 60000 60000 60001 60002 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_below)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
