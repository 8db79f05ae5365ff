/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, the domains' JSON, and the table of adapters. */
#include "tests/unit/fixture.h"

#include "tests/unit/odd_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/inventory/adapters.h"
#include "core/base/domain_name.h"
#include "core/inventory/domains_json.h"
#include "core/inventory/envelope.h"

static void good_names_become_canonical(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"example.com", "example.com"},
        {"EXAMPLE.Com.", "example.com"},
        {"*.Example.com", "*.example.com"},
        {"_dmarc.my_site.example", "_dmarc.my_site.example"},
        {"localhost", "localhost"},
        {"1.2", "1.2"},
        {"xn--Bcher-KVA.de", "xn--bcher-kva.de"},
        {"b\xc3\xbc"
         "cher.de",
         "xn--bcher-kva.de"},
        {"B\xc3\x9c"
         "CHER.DE.",
         "xn--bcher-kva.de"},
        {"bu\xcc\x88"
         "cher\xe3\x80\x82"
         "de\xe3\x80\x82",
         "xn--bcher-kva.de"},               /* decomposed; ideographic full stops */
        {"fa\xc3\x9f.de", "xn--fa-hia.de"}, /* non-transitional: not fass.de */
        {"*.\xc3\xbc.de", "*.xn--tda.de"},
        {"\xef\xbc\xa1.de", "a.de"}, /* fullwidth A */
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char out[256];
        struct sc_error err = SC_ERROR_INIT;
        int rc = sc_domain_canon(pairs[i][0], out, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(rc, 0);
        assert_string_equal(out, pairs[i][1]);
    }
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "*",
        "*.",
        "a.*.b",
        "**.a",
        "a*.b",
        "-a.de",
        "--help",
        "a b.de",
        "a/b",
        "../etc",
        "a\nb.de",
        "a\tb",
        "a\x7f.de",
        "a%2e.b",
        "a;b.de",
        "a'b.de",
        "a\"b",
        "a\\b.de",
        "$(id).de",
        "a:80",
        "a@b.de",
        "\xff.de",
        "\xc3.de",
        "\xed\xa0\x80.de",
        "\xe2\x98\x83.net",
        "\xef\xbc\x8f.de",
        "\xc3\xbc\xe2\x80\x8b\xef\xbc\x8f.de",
        "a\xef\xbc\x8f\xc3\xbc.de",
        "a,b.de",
        "a..",
        "\xc3\xbc..de",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char out[256] = "untouched";
        struct sc_error err = SC_ERROR_INIT;
        if (sc_domain_canon(bad[i], out, &err) != SC_E_INVAL)
            fail_msg("'%s' became '%s' (%s)", bad[i], out, err.text);
        assert_string_equal(out, "untouched");
        assert_int_equal(err.code, SC_E_INVAL);
    }
    struct sc_error err = SC_ERROR_INIT;
    char out[256];
    sc_domain_canon("a b.de", out, &err);
    assert_error(&err, SC_E_INVAL, "domain name 'a b.de' has a character that no domain name has");
    sc_domain_canon("a..b", out, &err);
    assert_error(&err, SC_E_INVAL, "domain name 'a..b' has an empty part");
    sc_domain_canon("-a", out, &err);
    assert_error(&err, SC_E_INVAL, "domain name '-a' begins with '-'");
}

static void long_names_have_limits(void **state)
{
    (void)state;
    char name[2000], out[256];
    /* 63 + 1 + 63 + 1 + 63 + 1 + 61 = 253 */
    memset(name, 'a', sizeof(name));
    name[63] = name[127] = name[191] = '.';
    name[253] = 0;
    assert_int_equal(sc_domain_canon(name, out, NULL), 0);
    assert_string_equal(out, name);
    name[253] = '.';
    name[254] = 0;
    assert_int_equal(sc_domain_canon(name, out, NULL), 0);
    assert_int_equal(strlen(out), 253);
    struct sc_error err = SC_ERROR_INIT;
    name[253] = 'a';
    assert_int_equal(sc_domain_canon(name, out, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "is longer than 253 bytes");
    memset(name, 'a', 64);
    name[64] = 0;
    assert_int_equal(sc_domain_canon(name, out, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "has a part longer than 63 bytes");
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    assert_int_equal(sc_domain_canon(name, out, &err), SC_E_INVAL);
}

static void names_as_people_write_them(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"xn--mnchen-3ya.example", "münchen.example"},
                                           {"a.xn--p1ai", "a.рф"},
                                           {"xn--80ak6aa92e.xn--p1ai", "аррӏе.рф"}};
    static const char *const same[] = {"a.example",        "axn--b.example", "xn--a.example",
                                       "xn--abc-.example", "*.example",      "xn--.example"};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        SC_FREE char *name = sc_domain_unicode(pairs[i][0]);
        assert_non_null(name);
        assert_string_equal(name, pairs[i][1]);
    }
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        assert_null(sc_domain_unicode(same[i]));
}

static void owners_are_user_names(void **state)
{
    (void)state;
    static const char *const good[] = {"john", "j", "web1.user_x-y", "J0hn", "ftp@site", "a+b"};
    static const char *const bad[] = {"",    "-rf", ".",   "..",          ".x", "a/b",
                                      "a b", "a\n", "a:b", "j\xc3\xb6rg", "a$", "a*"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(sc_owner_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(sc_owner_valid(bad[i]));
    char name[65];
    memset(name, 'a', 64);
    name[64] = 0;
    assert_false(sc_owner_valid(name));
    name[63] = 0;
    assert_true(sc_owner_valid(name));
}

#define OK(data)    "{\"data\": " data ", \"metadata\": {\"result\": \"ok\"}}"
#define ONE(fields) OK("{\"a.de\": {" fields "}}")

static int parse(const char *json, struct sc_domains *d, struct sc_error *err)
{
    *err = (struct sc_error)SC_ERROR_INIT;
    return sc_domains_parse(json, strlen(json), "/x", d, err);
}

static void good_answers_are_read(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(
        parse(OK("{\"WWW.Example.com\": {\"owner\": \"john\", \"document_root\": "
                 "\"//home/john//www///\","
                 " \"php\": {\"version\": \"82\"}},"
                 " \"b\\u00fccher.de\": {\"document_root\": \"/home/mary/sp ace\\n%\", \"owner\": "
                 "\"mary\","
                 " \"is_main\": true},"
                 " \"a.de\": {\"owner\": \"john\", \"document_root\": \"/\", \"is_main\": false}}"),
              &d, &err),
        0);
    assert_string_equal(err.text, "");
    assert_int_equal(d.n, 3);
    assert_string_equal(d.v[0].name, "a.de");
    assert_string_equal(d.v[0].docroot, "/");
    assert_false(d.v[0].is_main);
    assert_string_equal(d.v[1].name, "www.example.com");
    assert_string_equal(d.v[1].owner, "john");
    assert_string_equal(d.v[1].docroot, "/home/john/www");
    assert_false(d.v[1].is_main);
    assert_string_equal(d.v[2].name, "xn--bcher-kva.de");
    assert_string_equal(d.v[2].docroot, "/home/mary/sp ace\n%");
    assert_true(d.v[2].is_main);
    assert_ptr_equal(sc_domains_find(&d, "www.example.com"), &d.v[1]);
    assert_null(sc_domains_find(&d, "www.example.co"));
}

static void no_domains_is_an_answer(void **state)
{
    (void)state;
    struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse(OK("{}"), &d, &err), 0);
    assert_int_equal(d.n, 0);
    assert_null(d.v);
    assert_int_equal(parse(OK("[]"), &d, &err), 0); /* PHP */
    assert_int_equal(d.n, 0);
    assert_null(sc_domains_find(&d, "a.de"));
}

/* An odd entry stops nothing: the next domain is read, and what is known of the odd one is
 * kept. */
static void odd_entries_are_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *text, *odd;
    } cases[] = {
        {"\"a.de\": {\"document_root\": \"/a\"}", "/x: domain 'a.de': \"owner\" is missing",
         "a.de - /a\n"},
        {"\"a.de\": {\"owner\": 5, \"document_root\": \"/a\"}",
         "/x: domain 'a.de': \"owner\" is not a string", "a.de - /a\n"},
        {"\"a.de\": {\"owner\": null, \"document_root\": \"/a\"}",
         "/x: domain 'a.de': \"owner\" is not a string", "a.de - /a\n"},
        {"\"a.de\": {\"owner\": \"\", \"document_root\": \"/a\"}",
         "/x: domain 'a.de': \"owner\" is empty", "a.de - /a\n"},
        {"\"a.de\": {\"owner\": \"../x\", \"document_root\": \"/a\"}",
         "/x: domain 'a.de': \"owner\" is not a user name", "a.de - /a\n"},
        {"\"a.de\": {\"owner\": \"u\", \"owner\": \"v\", \"document_root\": \"/a\"}",
         "/x: domain 'a.de': \"owner\" is there twice", "a.de - /a\n"},
        {"\"a.de\": {\"owner\": \"john\"}", "/x: domain 'a.de': \"document_root\" is missing",
         "a.de john -\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": null}",
         "/x: domain 'a.de': \"document_root\" is not a string", "a.de john -\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": [\"/a\", 1, [\"/b\"], {\"c\": "
         "\"/c\"}]}",
         "/x: domain 'a.de': \"document_root\" is not a string",
         "a.de john /a\na.de john /b\na.de john /c\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": \"www\"}",
         "/x: domain 'a.de': \"document_root\" is not an absolute path", "a.de john www\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": \"\"}",
         "/x: domain 'a.de': \"document_root\" is not an absolute path", "a.de john -\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/../mary\"}",
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\"",
         "a.de john /home/john/../mary\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/..\"}",
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\"",
         "a.de john /home/john/..\n"},
        {"\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/./john\"}",
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\"",
         "a.de john /home/./john\n"},
        {"\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\\u0000b\"}",
         "/x: domain 'a.de': \"document_root\" is not a string", "a.de u /a\n"},
        {"\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\xff\"}",
         "/x: domain 'a.de': \"document_root\" is not a string", "a.de u /a\xff\n"},
        {"\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\", \"document_root\": \"/b\"}",
         "/x: domain 'a.de': \"document_root\" is there twice", "a.de u /a\na.de u /b\n"},
        {"\"a.de\": []", "/x: domain 'a.de' is not described by an object", "a.de - -\n"},
        {"\"a.de\": \"/w\"", "/x: domain 'a.de' is not described by an object", "a.de - /w\n"},
        {"\"a.de\": {\"owner\": \"u\" \"document_root\": \"/a\"}", "/x: an entry is not JSON",
         "a.de u -\n"},
        {"\"a b\": {}", "/x: domain name 'a b' has a character that no domain name has",
         "- - - hides\n"},
        {"\"a b\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\"}",
         "/x: domain name 'a b' has a character that no domain name has", "- john /home/john/a\n"},
        {"\"\": {\"owner\": \"john\", \"document_root\": \"/a\"}", "/x: a domain name is empty",
         "- john /a\n"},
        {"\"a\xff\": {\"owner\": \"john\", \"document_root\": \"/a\"}",
         "/x: a domain's name is not text", "- john /a\n"},
        {"\"A.de\": {\"owner\": \"u\", \"document_root\": \"/a\"},"
         " \"a.de\": {\"owner\": \"v\", \"document_root\": \"/a\"}",
         "/x: domain 'a.de' is there twice, with different owners or document roots",
         "a.de u /a\na.de v /a\n"},
        {"\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\"},"
         " \"a.de\": {\"owner\": \"u\", \"document_root\": \"/b\"}",
         "/x: domain 'a.de' is there twice, with different owners or document roots",
         "a.de u /a\na.de u /b\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        SC_FREE char *json = NULL;
        struct sc_error err;
        assert_true(asprintf(&json,
                             OK("{%s, \"b.de\": {\"owner\": \"u\", \"document_root\": "
                                "\"/b\"}}"),
                             cases[i].entry) > 0);
        assert_int_equal(parse(json, &d, &err), 0);
        assert_int_equal(d.n, 1);
        assert_string_equal(d.v[0].name, "b.de");
        assert_string_equal(odd_text(&d.odds), cases[i].odd);
        assert_string_equal(d.odds.v[0].text, cases[i].text);
        /* and through an adapter's answer */
        SC_BUF struct sc_buf b = SC_BUF_INIT;
        SC_DOMAINS struct sc_domains again = SC_DOMAINS_INIT;
        assert_int_equal(sc_domains_to_json(&d, &b, &err), 0);
        assert_int_equal(sc_domains_parse(b.data, b.len, NULL, &again, &err), 0);
        assert_int_equal(again.n, 1);
        assert_string_equal(odd_text(&again.odds), cases[i].odd);
    }
}

static void an_odd_flag_is_only_told(void **state)
{
    (void)state;
    static const char *const flags[] = {"1", "null", "\"yes\""};
    for (size_t i = 0; i < 3; i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        SC_FREE char *json = NULL;
        struct sc_error err;
        assert_true(asprintf(&json,
                             ONE("\"owner\": \"john\", \"document_root\": \"/a\", \"is_main\": %s"),
                             flags[i]) > 0);
        assert_int_equal(parse(json, &d, &err), 0);
        assert_int_equal(d.n, 1);
        assert_false(d.v[0].is_main);
        assert_string_equal(d.odds.v[0].text,
                            "/x: domain 'a.de': \"is_main\" is neither true nor false");
    }
}

static void many_odd_entries_have_a_limit(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "{\"data\": {\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\"}");
    for (unsigned i = 0; i < SC_ODDS_MAX + 50; i++)
        sc_buf_fmt(&b, ", \"d%u.de\": {\"owner\": \"u\"}", i);
    sc_buf_str(&b, "}, \"metadata\": {\"result\": \"ok\"}}");
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse(b.data, &d, &err), 0);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.odds.n, SC_ODDS_MAX + 1);
    assert_true(d.odds.v[SC_ODDS_MAX].hides);
    char text[1024];
    assert_true(sc_odds_text(&d.odds, text, sizeof(text)));
    assert_string_equal(text, "/x: domain 'd0.de': \"document_root\" is missing (and 10000 more)");
    sc_domains_filter(&d, "u", "d7.de");
    assert_int_equal(d.n, 0);
    assert_string_equal(odd_text(&d.odds), "d7.de u -\n- - - hides\n");
}

#define DOCUMENT OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\"}}")

/* What interpreters and editors put around an answer. */
static void noise_is_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *json, *odd;
    } cases[] = {
        {"\n \t\r\n" DOCUMENT "\n\n", ""},
        {"\xef\xbb\xbf" DOCUMENT, "- - -\n"},
        {"\xef\xbb\xbf\xef\xbb\xbf\n" DOCUMENT "\xef\xbb\xbf", "- - -\n"},
        {"X-Powered-By: PHP/8.2.7\r\nContent-type: text/html; charset=UTF-8\r\n\r\n" DOCUMENT,
         "- - -\n"},
        {"Deprecated: Function strftime() is deprecated in /x.php on line 3\n" DOCUMENT,
         "- - - hides\n"},
        {"\nWarning: Undefined variable $a in /x.php on line 3\n\nNotice: b in /x.php on line "
         "4\n" DOCUMENT "\n",
         "- - - hides\n"},
        {"PHP Warning:  PHP Startup: Unable to load dynamic library 'x' (tried: /a\n/b {} (no such "
         "file)) in Unknown on line 0\n" DOCUMENT,
         "- - - hides\n"},
        {"[26-Nov-2026 10:00:00 UTC] PHP Deprecated:  x in /y on line 1\n" DOCUMENT,
         "- - - hides\n"},
        {"<br />\n<b>Deprecated</b>:  Optional parameter in <b>/x.php</b> on line <b>12</b><br "
         "/>\n" DOCUMENT,
         "- - - hides\n"},
        {"<br />\n<b>Strict Standards</b>:  x in <b>/x</b> on line <b>1</b><br />\n" DOCUMENT
         "<br />\n<b>Warning</b>:  y in <b>/x</b> on line <b>9</b><br />\n",
         "- - - hides\n"},
        {"/x.py:7: DeprecationWarning: utcnow() is deprecated\n  now = utcnow()\n" DOCUMENT,
         "- - - hides\n"},
        {"Cannot load Xdebug - it was already loaded\n" DOCUMENT, "- - - hides\n"},
        {DOCUMENT "\nPHP Warning:  x in /y on line 2\n", "- - - hides\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        struct sc_error err;
        if (parse(cases[i].json, &d, &err) < 0)
            fail_msg("%zu: %s", i, err.text);
        assert_int_equal(d.n, 1);
        assert_string_equal(odd_text(&d.odds), cases[i].odd);
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse("\nDeprecated: a in b on line 3\n" DOCUMENT, &d, &err), 0);
    assert_string_equal(d.odds.v[0].text,
                        "/x put text around its answer: 'Deprecated: a in b on line 3'");
}

static void wrong_answers_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {OK("[1]"), "/x answered with \"data\" that is not an object"},
        {OK("null"), "/x answered with \"data\" that is not an object"},
        {"[]", "/x answered with JSON that is not an object"},
        {"{\"data\": {}}", "/x answered without the object \"metadata\""},
        {"{\"data\": {}, \"metadata\": \"ok\"}", "/x answered without the object \"metadata\""},
        {"{\"data\": {}, \"metadata\": {}}",
         "/x answered without the string \"result\" in \"metadata\""},
        {"{\"metadata\": {\"result\": \"ok\"}}", "/x answered without \"data\""},
        {"{\"data\": {}, \"metadata\": {\"result\": \"OK\"}}",
         "/x answered with the unknown result 'OK' in its metadata"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_domains d = {.n = 99};
        struct sc_error err;
        assert_int_equal(parse(cases[i][0], &d, &err), SC_E_PANEL);
        assert_error(&err, SC_E_PANEL, cases[i][1]);
        assert_int_equal(d.n, 99);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "no",
        "{\"data\": {}",
        OK("{}") "x",
        OK("{}") OK("{}"),
        "x" OK("{}"),
        "Parse error: syntax error in /x.php on line 3\n" OK("{}"),
        "Fatal error: Uncaught Exception: x in /x.php:3\nStack trace:\n#0 {main}\n" OK("{}"),
        "Warning: a in b on line 3\nhello\n" OK("{}"),
        "Warning: a in b on line 3\n",
        "{'data': {}}",
        "{\"data\": {}, \"data\": {}, \"metadata\": {\"result\": \"ok\"}}", /* duplicate keys */
        "{\"data\": {\"a.de\" {}}, \"metadata\": {\"result\": \"ok\"}}",
        "{\"data\": {\"a.de\": {}, }, \"metadata\": {\"result\": \"ok\"}}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        struct sc_error err;
        assert_int_equal(parse(bad[i], &d, &err), SC_E_PANEL);
        assert_error_has(&err, SC_E_PANEL, "/x did not answer with valid JSON: ");
    }
    /* Nesting deeper than anything that is meant. */
    enum {
        DEPTH = 100000
    };
    SC_FREE char *deep = malloc(DEPTH + 1);
    memset(deep, '[', DEPTH);
    deep[DEPTH] = 0;
    struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse(deep, &d, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "maximum parsing depth");
    /* An answer of no bytes at all. */
    assert_int_equal(sc_domains_parse(NULL, 0, "/x", &d, &err), SC_E_PANEL);
}

static void document_roots_have_a_limit(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_FREE char *path = malloc(4097);
    memset(path, 'a', 4096);
    path[0] = '/';
    path[4095] = 0;
    sc_buf_fmt(&b,
               "{\"data\": {\"a.de\": {\"owner\": \"u\", \"document_root\": \"%s//\"}},"
               "\"metadata\": {\"result\": \"ok\"}}",
               path);
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse(b.data, &d, &err), 0);
    assert_string_equal(d.v[0].docroot, path);
    char *tail = strstr(b.data, "//\"");
    tail[0] = 'b';
    SC_DOMAINS struct sc_domains none = SC_DOMAINS_INIT;
    assert_int_equal(parse(b.data, &none, &err), 0);
    assert_int_equal(none.n, 0);
    assert_string_equal(none.odds.v[0].text,
                        "/x: domain 'a.de': \"document_root\" is longer than 4095 bytes");
}

static void error_classes_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *class;
        int code;
    } cases[] = {{"InternalAPIError", SC_E_PANEL},
                 {"PermissionDenied", SC_E_DENIED},
                 {"BadRequest", SC_E_INVAL},
                 {"NotFound", SC_E_NOTFOUND}};
    for (size_t i = 0; i < 4; i++) {
        char json[200], text[sizeof(json) + 1];
        snprintf(json, sizeof(json),
                 "{\"data\": null, \"metadata\": {\"result\": \"%s\", \"message\": \"so \\\"it\\\" "
                 "is\"}}",
                 cases[i].class);
        struct sc_domains d = SC_DOMAINS_INIT;
        struct sc_error err;
        assert_int_equal(parse(json, &d, &err), cases[i].code);
        snprintf(text, sizeof(text), "/x answered %s: so \"it\" is", cases[i].class);
        assert_error(&err, cases[i].code, text);
        /* From a part of Sitecage: the message as it is. And back into an envelope. */
        assert_int_equal(sc_domains_parse(json, strlen(json), NULL, &d, &err), cases[i].code);
        assert_error(&err, cases[i].code, "so \"it\" is");
        SC_BUF struct sc_buf b = SC_BUF_INIT;
        sc_envelope_error(&err, &b);
        snprintf(text, sizeof(text), "%s\n", json);
        assert_string_equal(b.data, text);
    }
    struct sc_error err;
    struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(parse("{\"data\": null, \"metadata\": {\"result\": \"NotFound\"}}", &d, &err),
                     SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "/x answered NotFound: without a message");
}

static void any_error_text_makes_valid_json(void **state)
{
    (void)state;
    struct sc_error err = {.code = SC_E_TIMEOUT};
    strcpy(err.text,
           "q\" b\\ c\x01 e\xff \xc3\xbc \xe2\x82 \xed\xa0\x80 \xf0\x9f\x90\xa7 \xc0\x80 \xc3");
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_envelope_error(&err, &b);
    assert_string_equal(
        b.data, "{\"data\": null, \"metadata\": {\"result\": \"InternalAPIError\", \"message\": "
                "\"q\\\" b\\\\ c? e? \xc3\xbc ?? ??? \xf0\x9f\x90\xa7 ?? ?\"}}\n");
    SC_JSON json_t *j = json_loadb(b.data, b.len, 0, NULL);
    assert_non_null(j);
}

static void directories_of_domains(void **state)
{
    (void)state;
    static const struct {
        const char *said, *read, *odd;
    } cases[] = {
        {"\"/h/web//a.de/\"", "/h/web/a.de", ""},
        {"null", NULL, ""},
        {"\"\"", NULL, ""},
        {"\"web/a.de\"", NULL,
         "a.de - - /x: domain 'a.de': \"site_directory\" is not an absolute path\n"},
        {"[]", NULL, "a.de - - /x: domain 'a.de': \"site_directory\" is not a string\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT, again = SC_DOMAINS_INIT;
        SC_BUF struct sc_buf b = SC_BUF_INIT;
        SC_FREE char *json = NULL;
        struct sc_error err;
        assert_true(asprintf(&json,
                             OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": "
                                "\"/h/web/a.de/www\", \"site_directory\": %s}}"),
                             cases[i].said) > 0);
        assert_int_equal(parse(json, &d, &err), 0);
        assert_int_equal(d.n, 1);
        assert_int_equal(d.v[0].site_dir != NULL, cases[i].read != NULL);
        if (cases[i].read)
            assert_string_equal(d.v[0].site_dir, cases[i].read);
        assert_int_equal(d.odds.n, cases[i].odd[0] != 0);
        assert_int_equal(sc_domains_to_json(&d, &b, &err), 0);
        assert_int_equal(sc_domains_parse(b.data, b.len, NULL, &again, &err), 0);
        assert_int_equal(again.v[0].site_dir != NULL, cases[i].read != NULL);
    }
    /* of an entry that is no domain it stays closed */
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(parse(OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": null, "
                              "\"site_directory\": \"/h/web/a.de\"}}"),
                           &d, &err),
                     0);
    assert_int_equal(d.n, 0);
    assert_string_equal(d.odds.v[0].path, "/h/web/a.de");
}

static void domains_are_written_and_read_back(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(
        parse(OK("{\"b.de\": {\"owner\": \"u\", \"document_root\": \"/h/\\\"\\n\\\\ \xc3\xbc\"},"
                 " \"a.de\": {\"owner\": \"v\", \"document_root\": \"/w\", \"is_main\": true}}"),
              &d, &err),
        0);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_domains_to_json(&d, &b, &err), 0);
    assert_string_equal(
        b.data,
        "{\"data\": {\"a.de\": {\"owner\": \"v\", \"document_root\": \"/w\", \"is_main\": true}, "
        "\"b.de\": {\"owner\": \"u\", \"document_root\": \"/h/\\\"\\n\\\\ \xc3\xbc\", \"is_main\": "
        "false}}, "
        "\"metadata\": {\"result\": \"ok\"}}\n");
    SC_DOMAINS struct sc_domains again = SC_DOMAINS_INIT;
    assert_int_equal(parse(b.data, &again, &err), 0);
    assert_int_equal(again.n, 2);
    assert_string_equal(again.v[1].docroot, d.v[1].docroot);

    strcpy(d.v[1].docroot, "/h/\xff");
    sc_buf_free(&b);
    assert_int_equal(sc_domains_to_json(&d, &b, &err), 0);
    assert_string_equal(
        b.data,
        "{\"data\": {\"a.de\": {\"owner\": \"v\", \"document_root\": \"/w\", \"is_main\": true}}, "
        "\"metadata\": {\"result\": \"ok\", \"passed_over\": [{\"text\": \"domain 'b.de': its "
        "document root is not UTF-8\", \"name\": \"b.de\", \"owner\": \"u\", \"path\": "
        "\"/h/%FF\"}]}}\n");
    struct sc_domains none = SC_DOMAINS_INIT;
    sc_buf_free(&b);
    assert_int_equal(sc_domains_to_json(&none, &b, &err), 0);
    assert_string_equal(b.data, "{\"data\": {}, \"metadata\": {\"result\": \"ok\"}}\n");
}

/* Strings that need no parser, and those that do, are read and written alike. */
static void all_strings_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *said, *path; /* as JSON; what it is */
    } cases[] = {{"/h/plain", "/h/plain"},
                 {"/h/a~b !#[]{}':,", "/h/a~b !#[]{}':,"},
                 {"/h/\\u0041\\/b", "/h/A/b"},
                 {"/h/\\\"q\\\"", "/h/\"q\""},
                 {"/h/back\\\\slash", "/h/back\\slash"},
                 {"/h/\xc3\xbc", "/h/\xc3\xbc"},
                 {"/h/\x7f", "/h/\x7f"},
                 {"/h/\\u0001", "/h/\001"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT, again = SC_DOMAINS_INIT;
        SC_BUF struct sc_buf b = SC_BUF_INIT;
        SC_FREE char *json = NULL;
        struct sc_error err;
        assert_true(asprintf(&json, OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": \"%s\"}}"),
                             cases[i].said) > 0);
        assert_int_equal(parse(json, &d, &err), 0);
        assert_int_equal(d.n, 1);
        assert_string_equal(d.v[0].docroot, cases[i].path);
        assert_int_equal(sc_domains_to_json(&d, &b, &err), 0);
        SC_JSON json_t *whole = json_loads(b.data, 0, NULL);
        const json_t *root = json_object_get(
            json_object_get(json_object_get(whole, "data"), "a.de"), "document_root");
        assert_string_equal(json_string_value(root), cases[i].path);
        assert_int_equal(parse(b.data, &again, &err), 0);
        assert_string_equal(again.v[0].docroot, cases[i].path);
    }
}

static void plain_strings(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        bool plain;
    } cases[] = {
        {"\"\"", true},          {"\"a b~\"", true},  {"\"", false},       {"\"a\\n\"", false},
        {"\"\xc3\xbc\"", false}, {"\"\x1f\"", false}, {"\"\x7f\"", false}, {"1", false},
        {"\"a\"b\"", false},     {"[\"a\"]", false},  {"", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_span in = {cases[i].piece, strlen(cases[i].piece)}, out = {0};
        assert_int_equal(sc_json_plain(in, &out), cases[i].plain);
        assert_int_equal(out.p ? out.n + 2 : 0, cases[i].plain ? in.n : 0);
    }
}

static void spellings_merge_and_filters_filter(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err;
    assert_int_equal(
        parse(
            OK("{\"\xc3\xbc.de\": {\"owner\": \"u\", \"document_root\": \"/a\", \"is_main\": true},"
               " \"xn--tda.de\": {\"owner\": \"u\", \"document_root\": \"/a/\"},"
               " \"z.de\": {\"owner\": \"v\", \"document_root\": \"/z\"},"
               " \"A.de\": {\"owner\": \"v\", \"document_root\": \"/a\"},"
               " \"a.de.\": {\"owner\": \"v\", \"document_root\": \"/a\"}}"),
            &d, &err),
        0);
    assert_int_equal(d.n, 3);
    assert_string_equal(d.v[0].name, "a.de");
    assert_string_equal(d.v[1].name, "xn--tda.de");
    assert_true(d.v[1].is_main);
    assert_string_equal(d.v[2].name, "z.de");
    assert_int_equal(sc_domains_filter(&d, NULL, NULL), 0);
    assert_int_equal(sc_domains_filter(&d, "v", NULL), 1);
    assert_int_equal(d.n, 2);
    assert_string_equal(d.v[1].name, "z.de");
    assert_int_equal(sc_domains_filter(&d, "v", "z.de"), 1);
    assert_string_equal(d.v[0].name, "z.de");
    assert_int_equal(sc_domains_filter(&d, "u", NULL), 1);
    assert_int_equal(d.n, 0);
    assert_null(d.v);
}

static void detect_in(const char *root, const char *panel, const char *want)
{
    struct sc_panel_conf conf = {.panel = panel, .root_prefix = root};
    const struct sc_adapter *a = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_panel_detect(&conf, &a, &err), 0);
    assert_string_equal(a->name, want);
}

static void mkdirs(const char *root, const char *path)
{
    char full[300];
    snprintf(full, sizeof(full), "mkdir -p '%s%s'", root, path);
    assert_int_equal(system(full), 0);
}

static void panels_are_detected_in_order(void **state)
{
    (void)state;
    char root[] = "/tmp/sc_inv_XXXXXX";
    assert_non_null(mkdtemp(root));
    struct sc_panel_conf conf = {.root_prefix = root};
    const struct sc_adapter *a = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_panel_detect(&conf, &a, &err), SC_E_PLATFORM);
    char text[1000];
    snprintf(
        text, sizeof(text),
        "no control panel found: looked for %s/usr/local/cpanel (cPanel), %s/usr/local/psa "
        "(Plesk), "
        "%s/usr/local/directadmin (DirectAdmin), %s/opt/cpvendor/etc/integration.ini (integration "
        "scripts), %s/usr/local/hestia (HestiaCP), %s/etc/webmin/virtual-server (Virtualmin); on a "
        "server without one of these panels, write 'panel = plain' into /etc/sitecage.conf to take "
        "the domains from Apache's and nginx's own configuration, or name your integration scripts "
        "in /opt/cpvendor/etc/integration.ini",
        root, root, root, root, root, root);
    assert_error(&err, SC_E_PLATFORM, text);
    assert_null(a);
    mkdirs(root, "/etc/webmin/virtual-server");
    detect_in(root, NULL, "virtualmin");
    mkdirs(root, "/usr/local/hestia");
    detect_in(root, NULL, "hestia");
    mkdirs(root, "/opt/cpvendor/etc/integration.ini");
    detect_in(root, NULL, "generic");
    mkdirs(root, "/usr/local/directadmin");
    detect_in(root, "auto", "directadmin");
    mkdirs(root, "/usr/local/psa");
    detect_in(root, "auto", "plesk");
    mkdirs(root, "/usr/local/cpanel");
    detect_in(root, NULL, "cpanel");
    detect_in(root, "generic", "generic"); /* the setting wins */
    detect_in("/nonexistent", "plesk", "plesk");
    detect_in(root, "hestia", "hestia");
    detect_in(root, "hestiacp", "hestia");
    detect_in("/nonexistent", "plain", "plain"); /* never found, only named */
    conf.panel = "Cpanel";
    assert_int_equal(sc_panel_detect(&conf, &a, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL,
                 "unknown panel 'Cpanel' in /etc/sitecage.conf: use one of auto, cpanel, plesk, "
                 "directadmin, generic, hestia, virtualmin, plain, etcd");
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    assert_int_equal(system(rm), 0);

    size_t n;
    const struct sc_adapter *all = sc_adapters(&n);
    assert_int_equal(n, 8);
    assert_string_equal(all[3].exe, SC_LIBEXECDIR "/sitecage-generic");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_names_become_canonical),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(long_names_have_limits),
        cmocka_unit_test(names_as_people_write_them),
        cmocka_unit_test(owners_are_user_names),
        cmocka_unit_test(good_answers_are_read),
        cmocka_unit_test(no_domains_is_an_answer),
        cmocka_unit_test(odd_entries_are_passed_over),
        cmocka_unit_test(an_odd_flag_is_only_told),
        cmocka_unit_test(many_odd_entries_have_a_limit),
        cmocka_unit_test(noise_is_passed_over),
        cmocka_unit_test(wrong_answers_are_refused),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(document_roots_have_a_limit),
        cmocka_unit_test(error_classes_are_kept),
        cmocka_unit_test(any_error_text_makes_valid_json),
        cmocka_unit_test(directories_of_domains),
        cmocka_unit_test(domains_are_written_and_read_back),
        cmocka_unit_test(all_strings_are_read_and_written),
        cmocka_unit_test(plain_strings),
        cmocka_unit_test(spellings_merge_and_filters_filter),
        cmocka_unit_test(panels_are_detected_in_order),
    };
    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
