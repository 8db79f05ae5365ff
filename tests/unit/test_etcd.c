/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What etcd answers: pages of keys, watches, tokens; and what it is asked. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "generic/etcd/answer.h"
#include "generic/etcd/base64.h"
#include "generic/etcd/client.h"

#define HEADER                                                                                     \
    "\"header\":{\"cluster_id\":\"148\",\"member_id\":\"1\",\"revision\":\"12\",\"raft_term\":"    \
    "\"2\"}"

/* {"key": …, "value": …, "mod_revision": "7"} */
static char *kv(const char *key, size_t key_len, const char *value)
{
    char *out;
    SC_FREE char *k = sc_base64(key, key_len), *v = sc_base64(value, strlen(value));
    assert_true(asprintf(&out, "{\"key\":\"%s\",\"value\":\"%s\",\"mod_revision\":\"7\"}", k, v) >
                0);
    return out;
}

static int read_one(const char *key, size_t key_len, const char *value, struct sc_domains *d)
{
    char text[4096];
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    struct sc_error err = SC_ERROR_INIT;
    SC_FREE char *one = kv(key, key_len, value);
    snprintf(text, sizeof(text), "{" HEADER ",\"kvs\":[%s],\"count\":\"1\"}", one);
    return sc_etcd_read_page(text, strlen(text), "/s/", d, &page, &err);
}

static void test_base64(void **state)
{
    (void)state;
    static const char *const known[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"\xff\xfe", "//4="}}; /* RFC 4648, 10 */
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = 99;
        SC_FREE char *text = sc_base64(known[i][0], strlen(known[i][0]));
        SC_FREE char *back = sc_unbase64(known[i][1], strlen(known[i][1]), &len);
        assert_string_equal(text, known[i][1]);
        assert_non_null(back);
        assert_int_equal(len, strlen(known[i][0]));
        assert_memory_equal(back, known[i][0], len + 1);
    }
    static const char *const bad[] = {"Zg=", "Z", "Zm9v!mE=", "Zg==Zg==", "Z\xc3\xa4==", "===="};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t len = 99;
        assert_null(sc_unbase64(bad[i], strlen(bad[i]), &len));
        assert_int_equal(len, 99);
    }
}

static void test_domains(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    static const char key[] = "/s/john/WWW.Example.";
    assert_int_equal(
        read_one(key, strlen(key),
                 "{\"document_root\":\"/home/john//w/\",\"is_main\":true,\"more\":[1]}", &d),
        0);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.odds.n, 0);
    assert_string_equal(d.v[0].name, "www.example");
    assert_string_equal(d.v[0].owner, "john");
    assert_string_equal(d.v[0].docroot, "/home/john/w");
    assert_true(d.v[0].is_main);
    static const char other[] = "/s/john/b.example";
    assert_int_equal(
        read_one(other, strlen(other),
                 "{\"document_root\":\"/home/john/b/public\",\"site_directory\":\"/home/john/b\"}",
                 &d),
        0);
    assert_int_equal(d.n, 2);
    assert_string_equal(d.v[1].site_dir, "/home/john/b");
    assert_false(d.v[1].is_main);
}

/* One odd key stops no other; what it names is known. */
static void test_odd(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *name, *owner;
        bool hides;
    } odd[] = {
        {"/s/john/a.example", "no JSON", "a.example", "john", false},
        {"/s/john/a.example", "[]", "a.example", "john", false},
        {"/s/john/a.example", "{}", "a.example", "john", false},
        {"/s/john/a.example", "{\"document_root\":7}", "a.example", "john", false},
        {"/s/john/a.example", "{\"document_root\":\"w\"}", "a.example", "john", false},
        {"/s/john/a.example", "{\"document_root\":\"/home/../etc\"}", "a.example", "john", false},
        {"/s/john/a b", "{}", NULL, "john", true},
        {"/s/john", "{}", NULL, NULL, true},
        {"/x/john/a.example", "{}", NULL, NULL, true},
        {"/s/../a.example", "{}", "a.example", NULL, false}};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        assert_int_equal(read_one(odd[i].key, strlen(odd[i].key), odd[i].value, &d), 0);
        assert_int_equal(d.n, 0);
        assert_int_equal(d.odds.n, 1);
        assert_true(*d.odds.v[0].text);
        assert_int_equal(d.odds.v[0].hides, odd[i].hides);
        assert_int_equal(d.odds.v[0].name != NULL, odd[i].name != NULL);
        assert_int_equal(d.odds.v[0].owner != NULL, odd[i].owner != NULL);
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(read_one("/s/john/a\0.example", 18, "{\"document_root\":\"/w\"}", &d), 0);
    assert_int_equal(d.n, 0);
    assert_int_equal(d.odds.n, 1);
}

static int read_page(const char *text, struct sc_etcd_page *page, struct sc_error *err)
{
    return sc_etcd_read_page(text, strlen(text), "/s/", NULL, page, err);
}

static void test_page(void **state)
{
    (void)state;
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(read_page("{" HEADER "}", &page, &err), 0);
    assert_int_equal(page.n, 0);
    assert_int_equal(page.count, 0);
    assert_false(page.more);
    assert_int_equal(page.at.revision, 12);
    assert_string_equal(page.at.cluster, "148");
    assert_int_equal(read_page("{" HEADER
                               ",\"kvs\":[{\"key\":\"L3MvYQ==\"}],\"more\":true,\"count\":\"9\"}",
                               &page, &err),
                     0);
    assert_true(page.more);
    assert_int_equal(page.n, 1);
    assert_int_equal(page.count, 9);
    assert_int_equal(page.last_len, 4);
    assert_string_equal(page.last, "/s/a");
    static const char *const bad[] = {"",
                                      "{}",
                                      "[]",
                                      "{\"header\":{}}",
                                      "{\"header\":{\"cluster_id\":\"1\",\"revision\":\"x\"}}",
                                      "{\"header\":{\"cluster_id\":\"../1\",\"revision\":\"3\"}}",
                                      "{" HEADER ",\"kvs\":{}}",
                                      "{" HEADER ",\"kvs\":[{}],\"count\":\"1\"}",
                                      "{" HEADER
                                      ",\"more\":true,\"count\":\"9\"}", /* it would never end */
                                      "{" HEADER ",\"kvs\":[{\"key\":\"L3MvYQ==\"}]}",
                                      "{\"error\":\"x\",\"code\":13}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(read_page(bad[i], &page, &err), SC_E_PANEL);
        assert_int_equal(page.count, 9); /* untouched */
    }
}

#define CREATED "{\"result\":{" HEADER ",\"created\":true}}\n"

static int read_watch(const char *text, struct sc_etcd_news *n)
{
    struct sc_error err = SC_ERROR_INIT;
    return sc_etcd_read_watch(text, strlen(text), "/s/", n, &err);
}

static void test_watch(void **state)
{
    (void)state;
    SC_ETCD_NEWS struct sc_etcd_news n = {0};
    static const char john[] = "/s/john/a.example", other[] = "/s/mary/b.example";
    SC_FREE char *one = kv(john, strlen(john), "x"), *two = kv(other, strlen(other), "");
    char text[2048];
    assert_int_equal(read_watch(CREATED, &n), 0);
    assert_int_equal(n.created, 12);
    assert_int_equal(n.seen, 0);
    assert_int_equal(n.n_users, 0);
    snprintf(text, sizeof(text),
             CREATED "{\"result\":{" HEADER
                     ",\"events\":[{\"kv\":%s},{\"type\":\"DELETE\",\"kv\":%s},{\"kv\":%s}]}}\n"
                     "{\"result\":{\"ev", /* cut */
             one, two, one);
    assert_int_equal(read_watch(text, &n), 0);
    assert_int_equal(n.seen, 7);
    assert_false(n.all);
    assert_int_equal(n.n_users, 2);
    assert_string_equal(n.users[0], "john");
    assert_string_equal(n.users[1], "mary");
    sc_etcd_news_done(&n);
    assert_int_equal(read_watch(CREATED "{\"result\":{" HEADER
                                        ",\"canceled\":true,\"compact_revision\":\"11\"}}\n",
                                &n),
                     0);
    assert_true(n.lost);
    sc_etcd_news_done(&n);
    snprintf(
        text, sizeof(text),
        "{\"result\":{\"events\":[{\"kv\":{\"key\":\"L3MvYQ==\",\"mod_revision\":\"9\"}}]}}\n");
    assert_int_equal(read_watch(text, &n), 0);
    assert_true(n.all); /* nobody's key */
    assert_int_equal(n.seen, 9);
    assert_int_equal(read_watch("{\"result\":{" HEADER
                                ",\"canceled\":true,\"cancel_reason\":\"permission denied\"}}\n",
                                &n),
                     SC_E_PANEL);
    assert_int_equal(read_watch("{\"error\":{\"http_code\":503,\"message\":\"no leader\"}}\n", &n),
                     SC_E_PANEL);
    assert_int_equal(read_watch("junk\n", &n), SC_E_PANEL);
    assert_int_equal(read_watch("{\"result\":{\"events\":[{}]}}\n", &n), SC_E_PANEL);
    assert_int_equal(n.seen, 9);
}

static void test_token(void **state)
{
    (void)state;
    SC_FREE char *token = NULL;
    struct sc_error err = SC_ERROR_INIT;
    static const char good[] = "{" HEADER ",\"token\":\"abc.7\"}", bad[] = "{" HEADER "}";
    assert_int_equal(sc_etcd_read_token(bad, strlen(bad), &token, &err), SC_E_PANEL);
    assert_null(token);
    assert_int_equal(sc_etcd_read_token(good, strlen(good), &token, &err), 0);
    assert_string_equal(token, "abc.7");
}

static void test_questions(void **state)
{
    (void)state;
    SC_FREE char *first = sc_etcd_range("/s/", NULL, 0, 0, 0),
                 *next = sc_etcd_range("/s/", "/s/a", 5, 12, 100),
                 *watch = sc_etcd_watch_body("/s/", 13);
    assert_string_equal(
        first, "{\"key\":\"L3Mv\",\"range_end\":\"L3Mw\",\"revision\":\"0\",\"limit\":\"0\","
               "\"count_only\":true}");
    assert_string_equal(
        next, "{\"key\":\"L3MvYQA=\",\"range_end\":\"L3Mw\",\"revision\":\"12\",\"limit\":\"100\","
              "\"count_only\":false}");
    assert_string_equal(watch, "{\"create_request\":{\"key\":\"L3Mv\",\"range_end\":\"L3Mw\","
                               "\"start_revision\":\"13\"}}");
}

static void test_members(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_ETCD struct sc_etcd e = {0};
    assert_int_equal(
        sc_etcd_members("https://a.example:2379/, https://b.example  https://[::1]:1,", &e, &err),
        0);
    assert_int_equal(e.n, 3);
    assert_string_equal(e.members[0], "https://a.example:2379");
    assert_string_equal(e.members[2], "https://[::1]:1");
    static const char *const bad[] = {"", " , ", "http://a.example:2379",
                                      "https://a.example:2379/v3", "https://a.example, b.example"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_ETCD struct sc_etcd none = {0};
        assert_int_equal(sc_etcd_members(bad[i], &none, &err), SC_E_INVAL);
        assert_non_null(strstr(err.text, "url in [api] of /etc/sitecage.conf"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),    cmocka_unit_test(test_domains),
        cmocka_unit_test(test_odd),       cmocka_unit_test(test_page),
        cmocka_unit_test(test_watch),     cmocka_unit_test(test_token),
        cmocka_unit_test(test_questions), cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
