/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include "core/web/alternatives.h"

static void debian_answer(void **state)
{
    (void)state;
    char text[] = "Name: suexec\nLink: /usr/lib/apache2/suexec\nSlaves:\n suexec.8.gz "
                  "/usr/share/man/man8/suexec.8.gz\n"
                  "Status: manual\nBest: /usr/lib/apache2/suexec-custom\nValue: "
                  "/usr/lib/apache2/suexec-pristine\n\n"
                  "Alternative: /usr/lib/apache2/suexec-custom\nPriority: 10\nSlaves:\n "
                  "suexec.8.gz /m/custom.8.gz\n\n"
                  "Alternative: /usr/lib/apache2/suexec-pristine\nPriority: 50\nSlaves:\n "
                  "suexec.8.gz /m/pristine.8.gz\n";
    struct sc_alternatives a = {0};
    assert_int_equal(sc_alternatives_parse(text, &a, NULL), 0);
    assert_string_equal(a.link, "/usr/lib/apache2/suexec");
    assert_string_equal(a.value, "/usr/lib/apache2/suexec-pristine");
    assert_true(a.manual);
    assert_int_equal(a.n_slave_links, 1);
    assert_string_equal(a.slave_links[1], "/usr/share/man/man8/suexec.8.gz");
    assert_int_equal(a.n, 2);
    assert_string_equal(a.v[0].path, "/usr/lib/apache2/suexec-custom");
    assert_int_equal(a.v[0].priority, 10);
    assert_int_equal(a.v[1].priority, 50);
    assert_int_equal(a.v[1].n_slaves, 1);
    assert_string_equal(a.v[1].slaves[0], "suexec.8.gz");
    assert_string_equal(a.v[1].slaves[1], "/m/pristine.8.gz");
    sc_alternatives_done(&a);
}

static void nothing_in_use(void **state)
{
    (void)state;
    char text[] = "Name: x\nLink: /l\nStatus: auto\nValue: none\n";
    struct sc_alternatives a = {0};
    assert_int_equal(sc_alternatives_parse(text, &a, NULL), 0);
    assert_null(a.value);
    assert_false(a.manual);
    assert_int_equal(a.n, 0);
    sc_alternatives_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(debian_answer),
                                       cmocka_unit_test(nothing_in_use)};
    return cmocka_run_group_tests_name("alternatives", tests, NULL, NULL);
}
