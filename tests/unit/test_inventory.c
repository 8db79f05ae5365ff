/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, the domains' JSON, and the table of adapters. */
#include "tests/unit/fixture.h"

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

static void wrong_domains_are_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {ONE("\"document_root\": \"/a\""), "/x: domain 'a.de': \"owner\" is missing"},
        {ONE("\"owner\": 5, \"document_root\": \"/a\""),
         "/x: domain 'a.de': \"owner\" is not a string"},
        {ONE("\"owner\": null, \"document_root\": \"/a\""),
         "/x: domain 'a.de': \"owner\" is not a string"},
        {ONE("\"owner\": \"\", \"document_root\": \"/a\""),
         "/x: domain 'a.de': \"owner\" is empty"},
        {ONE("\"owner\": \"../x\", \"document_root\": \"/a\""),
         "/x: domain 'a.de': \"owner\" is not a user name"},
        {ONE("\"owner\": \"john\""), "/x: domain 'a.de': \"document_root\" is missing"},
        {ONE("\"owner\": \"john\", \"document_root\": [\"/a\"]"),
         "/x: domain 'a.de': \"document_root\" is not a string"},
        {ONE("\"owner\": \"john\", \"document_root\": \"www\""),
         "/x: domain 'a.de': \"document_root\" is not an absolute path"},
        {ONE("\"owner\": \"john\", \"document_root\": \"\""),
         "/x: domain 'a.de': \"document_root\" is not an absolute path"},
        {ONE("\"owner\": \"john\", \"document_root\": \"/home/john/../mary\""),
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\""},
        {ONE("\"owner\": \"john\", \"document_root\": \"/home/john/..\""),
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\""},
        {ONE("\"owner\": \"john\", \"document_root\": \"/home/./john\""),
         "/x: domain 'a.de': \"document_root\" has a part \".\" or \"..\""},
        {ONE("\"owner\": \"john\", \"document_root\": \"/a\", \"is_main\": 1"),
         "/x: domain 'a.de': \"is_main\" is neither true nor false"},
        {ONE("\"owner\": \"john\", \"document_root\": \"/a\", \"is_main\": null"),
         "/x: domain 'a.de': \"is_main\" is neither true nor false"},
        {OK("{\"a.de\": []}"), "/x: domain 'a.de' is not described by an object"},
        {OK("{\"a b\": {}}"), "/x: domain name 'a b' has a character that no domain name has"},
        {OK("{\"A.de\": {\"owner\": \"u\", \"document_root\": \"/a\"},"
            " \"a.de\": {\"owner\": \"v\", \"document_root\": \"/a\"}}"),
         "/x: domain 'a.de' is there twice, with different owners or document roots"},
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
        "{'data': {}}",
        "{\"data\": {}, \"data\": {}, \"metadata\": {\"result\": \"ok\"}}", /* duplicate keys */
        OK("{\"a.de\": {\"owner\": \"u\", \"owner\": \"v\", \"document_root\": \"/a\"}}"),
        OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\\u0000b\"}}"),
        OK("{\"a.de\": {\"owner\": \"u\", \"document_root\": \"/a\xff\"}}"),
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_domains d = SC_DOMAINS_INIT;
        struct sc_error err;
        assert_int_equal(parse(bad[i], &d, &err), SC_E_PANEL);
        assert_error_has(&err, SC_E_PANEL, "/x did not answer with valid JSON: line ");
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
    struct sc_domains none = SC_DOMAINS_INIT;
    assert_int_equal(parse(b.data, &none, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL,
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
        char json[200], text[200];
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
    assert_int_equal(sc_domains_to_json(&d, &b, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "domain 'b.de': its document root is not UTF-8");
    struct sc_domains none = SC_DOMAINS_INIT;
    sc_buf_free(&b);
    assert_int_equal(sc_domains_to_json(&none, &b, &err), 0);
    assert_string_equal(b.data, "{\"data\": {}, \"metadata\": {\"result\": \"ok\"}}\n");
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
        "scripts); on a server without one of these panels, name your integration scripts in "
        "/opt/cpvendor/etc/integration.ini",
        root, root, root, root);
    assert_error(&err, SC_E_PLATFORM, text);
    assert_null(a);
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
    conf.panel = "Cpanel";
    assert_int_equal(sc_panel_detect(&conf, &a, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL,
                 "unknown panel 'Cpanel' in /etc/sitecage.conf: use one of auto, cpanel, plesk, "
                 "directadmin, generic");
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    assert_int_equal(system(rm), 0);

    size_t n;
    const struct sc_adapter *all = sc_adapters(&n);
    assert_int_equal(n, 4);
    assert_string_equal(all[3].exe, SC_LIBEXECDIR "/sitecage-generic");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_names_become_canonical),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(long_names_have_limits),
        cmocka_unit_test(owners_are_user_names),
        cmocka_unit_test(good_answers_are_read),
        cmocka_unit_test(no_domains_is_an_answer),
        cmocka_unit_test(wrong_domains_are_named),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(document_roots_have_a_limit),
        cmocka_unit_test(error_classes_are_kept),
        cmocka_unit_test(any_error_text_makes_valid_json),
        cmocka_unit_test(domains_are_written_and_read_back),
        cmocka_unit_test(spellings_merge_and_filters_filter),
        cmocka_unit_test(panels_are_detected_in_order),
    };
    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
