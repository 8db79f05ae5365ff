/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/commands/progress.h"

#define assert_bar(want, done, total, columns)                                                     \
    do {                                                                                           \
        char bar_[SC_PROGRESS_LINE_MAX];                                                           \
        size_t n_ = sc_progress_format(bar_, done, total, columns);                                \
        assert_string_equal(bar_, want);                                                           \
        assert_int_equal(n_, strlen(want));                                                        \
    } while (0)

static void format(void **state)
{
    (void)state;
    assert_bar("[#####.....] 512/1000", 512, 1000, 23);
    assert_bar("[..........] 0/1000", 0, 1000, 23);
    assert_bar("[..........] 99/1000", 99, 1000, 23);
    assert_bar("[#########.] 999/1000", 999, 1000, 23);
    assert_bar("[##########] 1000/1000", 1000, 1000, 23);
    assert_bar("[##########] 1000/1000", 5000, 1000, 23);
    assert_bar("[##...] 1/2", 1, 2, 12);
    assert_bar("1/2", 1, 2, 11);
    assert_bar("1/2", 1, 2, 4);
    assert_bar("", 1, 2, 3);
    assert_bar("", 1, 2, 0);
    assert_bar("", 0, 0, 80);
    char line[SC_PROGRESS_LINE_MAX];
    assert_int_equal(sc_progress_format(line, 10, 10, 80), 79);
    assert_int_equal(sc_progress_format(line, 1, 1, 1000000), SC_PROGRESS_LINE_MAX - 1);
    assert_int_equal(sc_progress_format(line, SIZE_MAX - 1, SIZE_MAX, 80), 79);
    assert_int_equal(sc_progress_format(line, SIZE_MAX, SIZE_MAX, 80), 79);
    assert_non_null(strstr(line, "#] 18446744073709551615/18446744073709551615"));
}

static void draws_when_it_is_time(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n); /* no terminal: 80 columns */
    struct sc_progress p = {.to = f, .started_ms = 1000};
    sc_progress_tick(&p, 1, 4, 1499);
    sc_progress_clear(&p);
    fflush(f);
    assert_int_equal(n, 0);

    sc_progress_tick(&p, 2, 4, 1500);
    fflush(f);
    assert_int_equal(n, 1 + 79);
    assert_memory_equal(text, "\r[####", 6);
    assert_string_equal(text + n - 5, "] 2/4");
    sc_progress_tick(&p, 3, 4, 1599);
    fflush(f);
    assert_int_equal(n, 80);
    sc_progress_tick(&p, 3, 4, 1600);
    fflush(f);
    assert_int_equal(n, 160);
    assert_string_equal(text + n - 5, "] 3/4");

    sc_progress_clear(&p);
    fflush(f);
    char blank[82];
    snprintf(blank, sizeof(blank), "\r%79s\r", "");
    assert_string_equal(text + 160, blank);
    sc_progress_clear(&p);
    fflush(f);
    assert_int_equal(n, 160 + 81);
    fclose(f);
    free(text);
}

static void a_shorter_line_covers_the_longer(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct sc_progress p = {.to = f};
    sc_progress_tick(&p, 1000, 1000, 1000);
    sc_progress_tick(&p, 1, 1000, 2000);
    fflush(f);
    assert_int_equal(n, 80 + 80);
    assert_string_equal(text + n - 11, "] 1/1000   ");
    fclose(f);
    free(text);
}

static void off_without_a_stream(void **state)
{
    (void)state;
    struct sc_progress p = {0};
    sc_progress_tick(&p, 1, 2, 100000);
    assert_int_equal(p.shown, 0);
    sc_progress_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format),
        cmocka_unit_test(draws_when_it_is_time),
        cmocka_unit_test(a_shorter_line_covers_the_longer),
        cmocka_unit_test(off_without_a_stream),
    };
    return cmocka_run_group_tests_name("cagefsctl_progress", tests, NULL, NULL);
}
