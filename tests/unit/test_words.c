/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people write and read: mistyped words and domains, limits with units. */
#include "tests/unit/fixture.h"

#include "core/base/domain_like.h"
#include "core/base/similar.h"
#include "core/config/limits_text.h"

static void near_words(void **state)
{
    (void)state;
    static const char *const known[] = {"site-isolation-enable", "site-isolation-disable", "json"};
    assert_int_equal(sc_similar_distance("abc", "abc"), 0);
    assert_int_equal(sc_similar_distance("abc", "ABC"), 0);
    assert_int_equal(sc_similar_distance("abc", "acb"), 1);
    assert_int_equal(sc_similar_distance("abc", "bc"), 1);
    assert_int_equal(sc_similar_distance("", "abc"), 3);
    assert_string_equal(sc_similar("site-isolation-enabel", known, 3), "site-isolation-enable");
    assert_string_equal(sc_similar("site_isolation_disable", known, 3), "site-isolation-disable");
    assert_string_equal(sc_similar("jsn", known, 3), "json"); /* one in four, as with jsno */
    assert_null(sc_similar("jn", known, 3));
    assert_null(sc_similar("js", known, 3));
    assert_string_equal(sc_similar("jsno", known, 3), "json");
    assert_null(sc_similar("nonsense", known, 3));
    assert_null(sc_similar("", known, 3));
}

static const char *const domains[] = {"a.example", "b.example", "www.only.example",
                                      "shop-john.example", "xn--mller-kva.example"};
#define N_DOMAINS (sizeof(domains) / sizeof(domains[0]))

static void assert_meant(const char *word, const char *meant)
{
    char got[SC_DOMAIN_MEANT_MAX] = "";
    if (sc_domain_meant(word, domains, N_DOMAINS, ' ', got) != (*meant != 0) ||
        strcmp(got, meant) != 0)
        fail_msg("%s: '%s', not '%s'", word, got, meant);
}

static void domains_in_other_words(void **state)
{
    (void)state;
    static const char *const of_a[] = {"https://a.example/x?y=1",
                                       "HTTP://A.Example:8080/",
                                       "a.example/",
                                       "www.a.example",
                                       "https://www.a.example./",
                                       " a.example\t",
                                       "a.example,",
                                       "a.example..",
                                       "me@a.example",
                                       "ftp://me:secret@a.example/",
                                       "a.examqle",
                                       "a.exampl",
                                       "a.exampleq",
                                       "aexample",
                                       "www.a.examqle"};
    for (size_t i = 0; i < sizeof(of_a) / sizeof(of_a[0]); i++)
        assert_meant(of_a[i], "a.example");
    assert_meant("a.example,b.example", "a.example b.example");
    assert_meant("https://a.example, b.examqle;", "a.example b.example");
    assert_meant("only.example", "www.only.example");
    assert_meant("shop-jhon.example", "shop-john.example");
    assert_meant("shopjohn.exmple", "shop-john.example");
    assert_meant("https://m\xc3\xbcller.example/", "xn--mller-kva.example");
}

static void domains_that_are_like_none(void **state)
{
    (void)state;
    static const char *const none[] = {"a.example",
                                       "A.Example.",
                                       "m\xc3\xbcller.example", /* these are known */
                                       "c.example",
                                       "nosuch.example",
                                       "a.test",
                                       "a.example,nosuch.example",
                                       "",
                                       " ",
                                       ",",
                                       "..",
                                       "https://",
                                       "../x",
                                       "-",
                                       "a b",
                                       "\xff",
                                       "new\nline",
                                       "a.a.example",
                                       "shop-bill.example"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_meant(none[i], "");
    char many[2000] = "a.example";
    for (size_t at = 9; at + 11 < sizeof(many); at += 10)
        strcpy(many + at, ",a.example");
    assert_meant(many, "");
    many[700] = 0; /* more than the answer has room for */
    assert_meant(many, "");
}

static void limits_have_units(void **state)
{
    (void)state;
    static const struct {
        enum sc_limit limit;
        const char *text;
        uint64_t value;
    } good[] = {{SC_LIMIT_CPU, "50%", 5000},        {SC_LIMIT_CPU, "12.5%", 1250},
                {SC_LIMIT_CPU, "0.05%", 5},         {SC_LIMIT_CPU, "2500", 2500},
                {SC_LIMIT_PMEM, "256M", 256 << 20}, {SC_LIMIT_PMEM, "1g", 1 << 30},
                {SC_LIMIT_VMEM, "64KiB", 64 << 10}, {SC_LIMIT_PMEM, "64MB", 64 << 20},
                {SC_LIMIT_IO, "10M", 10240},        {SC_LIMIT_IO, "10M/s", 10240},
                {SC_LIMIT_IO, "512K", 512},         {SC_LIMIT_IO, "1GB/s", 1 << 20},
                {SC_LIMIT_NPROC, "30", 30},         {SC_LIMIT_PMEM, "0", 0}};
    static const struct {
        enum sc_limit limit;
        const char *text;
    } bad[] = {{SC_LIMIT_CPU, "1x"},       {SC_LIMIT_CPU, "%"},
               {SC_LIMIT_CPU, "1.234%"},   {SC_LIMIT_CPU, "50M"},
               {SC_LIMIT_PMEM, "50%"},     {SC_LIMIT_PMEM, "M"},
               {SC_LIMIT_PMEM, "1.5G"},    {SC_LIMIT_PMEM, "10M/s"},
               {SC_LIMIT_PMEM, "-1"},      {SC_LIMIT_PMEM, ""},
               {SC_LIMIT_PMEM, "9000T0"},  {SC_LIMIT_NPROC, "1K"},
               {SC_LIMIT_IO, "/s"},        {SC_LIMIT_PMEM, "99999999999999999999"},
               {SC_LIMIT_PMEM, "1MM"},     {SC_LIMIT_CPU, "999999999999999%"},
               {SC_LIMIT_PMEM, "9000000T"}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t v = 1;
        if (!sc_limit_parse(good[i].limit, good[i].text, &v) || v != good[i].value)
            fail_msg("%s: %llu", good[i].text, (unsigned long long)v);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t v = 1;
        if (sc_limit_parse(bad[i].limit, bad[i].text, &v))
            fail_msg("%s: %llu", bad[i].text, (unsigned long long)v);
    }
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    const struct sc_limits l = {.set = 0x7f, .value = {2550, 256 << 20, 10240, 30, 0, 20, 1000}};
    sc_limits_words(&l, &b);
    assert_string_equal(b.data, "cpu 25.50%, pmem 256M, io 10M/s, nproc 30, ep 20, vmem 1000");
    sc_buf_free(&b);
    b = (struct sc_buf)SC_BUF_INIT;
    sc_limits_words(&(struct sc_limits){0}, &b);
    assert_string_equal(b.data, "none");
}

static void limits_that_want_a_unit(void **state)
{
    (void)state;
    static const struct {
        enum sc_limit limit;
        uint64_t value;
        const char *why;
    } row[] = {{SC_LIMIT_PMEM, 256,
                "pmem 256 is in bytes, and no program starts with so few: for MiB write M behind "
                "the number"},
               {SC_LIMIT_VMEM, 1048575,
                "vmem 1048575 is in bytes, and no program starts with so few: for MiB write M "
                "behind the number"},
               {SC_LIMIT_CPU, 50, "cpu 50 is 0.50% of one core: for percent write 50%"},
               {SC_LIMIT_PMEM, 1 << 20, NULL},
               {SC_LIMIT_PMEM, 0, NULL},
               {SC_LIMIT_CPU, 100, NULL},
               {SC_LIMIT_CPU, 0, NULL},
               {SC_LIMIT_IO, 10, NULL},
               {SC_LIMIT_EP, 1, NULL}};
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        SC_BUF struct sc_buf why = SC_BUF_INIT;
        assert_int_equal(sc_limit_doubtful(row[i].limit, row[i].value, &why), row[i].why != NULL);
        assert_string_equal(why.data ? why.data : "", row[i].why ? row[i].why : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_words),
        cmocka_unit_test(domains_in_other_words),
        cmocka_unit_test(domains_that_are_like_none),
        cmocka_unit_test(limits_have_units),
        cmocka_unit_test(limits_that_want_a_unit),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
