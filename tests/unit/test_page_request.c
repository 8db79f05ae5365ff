/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What panels hand to the page's endpoint, and what it answers them. */
#include "tests/unit/fixture.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/page/answer.h"
#include "core/page/asset.h"
#include "core/page/guard.h"
#include "core/page/log.h"
#include "core/page/request.h"
#include "core/page/ui_user.h"

static const char *const *variables; /* NAME, VALUE, …, NULL */

static const char *from_list(const char *name)
{
    for (size_t i = 0; variables[i]; i += 2)
        if (strcmp(variables[i], name) == 0)
            return variables[i + 1];
    return NULL;
}

static struct sc_page_request request(enum sc_page_front front, const char *const *env)
{
    struct sc_page_request r = {.front = front};
    variables = env;
    sc_page_request_env(from_list, &r);
    return r;
}

static void front_ends_have_names(void **state)
{
    (void)state;
    struct sc_page_request r = {.front = SC_PAGE_PIPE, .admin = true, .reseller = true};
    assert_true(sc_page_front_parse("cgi", &r));
    assert_int_equal(r.front, SC_PAGE_CGI);
    assert_false(r.admin || r.reseller);
    assert_true(sc_page_front_parse("cgi-reseller", &r));
    assert_true(r.admin && r.reseller);
    assert_true(sc_page_front_parse("raw-admin", &r));
    assert_int_equal(r.front, SC_PAGE_RAW);
    assert_true(r.admin && !r.reseller);
    static const char *const none[] = {
        "", "cg", "cgii", "cgi-", "cgi-admins", "cgi-resellers", "CGI", "-admin"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(sc_page_front_parse(none[i], &r));
}

static void forms_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *form, *is;
    } good[] = {
        {"q=%7B%22do%22%3A%22overview%22%7D", "{\"do\":\"overview\"}"},
        {"q={&quot;do&quot;:&quot;overview&quot;}", "{\"do\":\"overview\"}"},
        {"a=b&amp;q=%7B%7D", "{}"},
        {"a=b&q=1%2B1", "1+1"},
        {"q=x&#39;y&#x27;z&#039;", "x'y'z'"},
        {"q=a+b", "a b"},
        {"q=&lt;b&gt;", "<b>"},
        {"q=&nosuch;", ""}, /* the form's next field begins at the '&' */
        {"q=1", "1"},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_page_form(good[i].form, &out, &err), 0);
        assert_string_equal(out.data ? out.data : "", good[i].is);
    }
    static const char *const bad[] = {"", "x=1", "qq=1", "q=%", "q=%4", "q=%zz", "q=a%00b", "Q=1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_page_form(bad[i], &out, &err), SC_E_INVAL);
    }
}

static void queries_are_decoded(void **state)
{
    (void)state;
    char value[8];
    assert_true(sc_page_query("v=1&asset=page.js", "v", value, sizeof(value)));
    assert_string_equal(value, "1");
    assert_true(sc_page_query("asset=a%2Fb", "asset", value, sizeof(value)));
    assert_string_equal(value, "a/b");
    assert_false(sc_page_query("asset=12345678", "asset", value, sizeof(value)));
    assert_false(sc_page_query("", "asset", value, sizeof(value)));
    assert_false(sc_page_query("xasset=1", "asset", value, sizeof(value)));
}

static void the_method_is_known(void **state)
{
    (void)state;
    struct sc_page_request r = request(SC_PAGE_CGI, (const char *const[]){NULL});
    assert_false(r.post || r.other);
    r = request(SC_PAGE_CGI, (const char *const[]){"REQUEST_METHOD", "POST", NULL});
    assert_true(r.post);
    r = request(SC_PAGE_CGI, (const char *const[]){"REQUEST_METHOD", "DELETE", NULL});
    assert_true(r.other);
    r = request(SC_PAGE_CGI, (const char *const[]){"POST", "q=1", NULL});
    assert_false(r.post); /* no variable of CGI */
    r = request(SC_PAGE_RAW, (const char *const[]){"POST", "q=1", NULL});
    assert_true(r.post);
}

static void bodies_have_a_length(void **state)
{
    (void)state;
    static const char *const lengths[] = {"", "x", "-1", "1x", "999999999999999999999", "10000000"};
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct sc_page_request r =
            request(SC_PAGE_CGI, (const char *const[]){"REQUEST_METHOD", "POST", "CONTENT_LENGTH",
                                                       lengths[i], NULL});
        assert_true(sc_page_request_body(from_list, NULL, &r, &err) < 0);
        assert_int_equal(r.body.len, 0);
    }
    SC_CLEANUP(sc_page_request_done) struct sc_page_request r = {.front = SC_PAGE_PIPE};
    assert_int_equal(sc_page_request_body(from_list, "{\"do\":\"x\"}", &r, &err), 0);
    assert_string_equal(r.body.data, "{\"do\":\"x\"}");
}

static void a_digest_is_as_published(void **state)
{
    (void)state;
    /* FIPS 180-4's own examples, and the lengths at which a block is full */
    static const struct {
        size_t n;
        const char *text, *is;
    } known[] = {
        {1, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {1, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {1000000, "a", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct sc_sha256 s;
        char hex[SC_SHA256_HEX];
        sc_sha256_begin(&s);
        for (size_t k = 0; k < known[i].n; k++)
            sc_sha256_add(&s, known[i].text, strlen(known[i].text));
        sc_sha256_end(&s, hex);
        assert_string_equal(hex, known[i].is);
    }
}

/* The word of the refusal; "" when it is allowed. */
static const char *refusal(const struct sc_page_request *r, uid_t uid, const char *in_body)
{
    static struct sc_error err;
    err = (struct sc_error)SC_ERROR_INIT;
    return sc_page_allowed(r, uid, in_body, &err) == 0 ? "" : sc_error_word(&err);
}

static void only_the_page_may_ask(void **state)
{
    (void)state;
    char token[SC_SHA256_HEX], other[SC_SHA256_HEX];
    struct sc_page_request r =
        request(SC_PAGE_CGI, (const char *const[]){"cp_security_token", "/cpsess1", NULL});
    assert_int_equal(sc_page_token(&r, 1001, token, NULL), 0);
    assert_string_equal(refusal(&r, 1001, token), "bad_token"); /* it must be in the header */
    r.token = token;
    assert_string_equal(refusal(&r, 1001, NULL), "");
    assert_string_equal(refusal(&r, 1002, NULL), "bad_token"); /* another account */
    r.admin = true;
    assert_string_equal(refusal(&r, 1001, NULL), "bad_token"); /* another page */
    r.admin = false;
    struct sc_page_request next =
        request(SC_PAGE_CGI, (const char *const[]){"cp_security_token", "/cpsess2", NULL});
    assert_int_equal(sc_page_token(&next, 1001, other, NULL), 0);
    r.token = other;
    assert_string_equal(refusal(&r, 1001, NULL), "bad_token"); /* another session */
    r.token = "";
    assert_string_equal(refusal(&r, 1001, NULL), "bad_token");
    r.token = token;
    static const char *const strangers[] = {"cross-site", "same-site", "none", "x"};
    for (size_t i = 0; i < 4; i++) {
        r.fetch_site = strangers[i];
        assert_string_equal(refusal(&r, 1001, NULL), "cross_site");
    }
    r.fetch_site = "same-origin";
    assert_string_equal(refusal(&r, 1001, NULL), "");
    r.fetch_site = NULL;
    r.host = "panel.example:2083";
    static const char *const origins[] = {"null", "https://evil.example", "https://panel.example",
                                          "https://panel.example:2083.evil.example"};
    for (size_t i = 0; i < 4; i++) {
        r.origin = origins[i];
        assert_string_equal(refusal(&r, 1001, NULL), "cross_site");
    }
    r.origin = "https://panel.example:2083";
    assert_string_equal(refusal(&r, 1001, NULL), "");
}

static void sessions_are_the_panels(void **state)
{
    (void)state;
    char one[SC_SHA256_HEX], two[SC_SHA256_HEX];
    struct sc_page_request r = request(SC_PAGE_RAW, (const char *const[]){NULL});
    assert_string_equal(refusal(&r, 1001, "x"), "no_session");
    r = request(SC_PAGE_RAW,
                (const char *const[]){"cp_security_token", "", "SESSION_ID", "", NULL});
    assert_string_equal(refusal(&r, 1001, "x"), "no_session");
    r = request(SC_PAGE_RAW, (const char *const[]){"SESSION_ID", "ab", "SESSION_KEY", "c", NULL});
    assert_int_equal(sc_page_token(&r, 1001, one, NULL), 0);
    assert_string_equal(refusal(&r, 1001, one), ""); /* no headers here */
    r.token = "x";                                   /* but where one is, it counts */
    assert_string_equal(refusal(&r, 1001, one), "bad_token");
    r = request(SC_PAGE_RAW, (const char *const[]){"SESSION_ID", "a", "SESSION_KEY", "bc", NULL});
    assert_int_equal(sc_page_token(&r, 1001, two, NULL), 0);
    assert_string_not_equal(one, two);
}

static void answers_are_as_each_front_wants_them(void **state)
{
    (void)state;
    SC_CLEANUP(sc_page_answer_done) struct sc_page_answer a = {.status = 200};
    struct sc_error err = SC_ERROR_INIT;
    sc_error_set(&err, SC_E_INVAL, "it is \"wrong\"");
    sc_page_answer_error(&a, 403, &err);
    static const struct {
        enum sc_page_front front;
        const char *begins;
    } fronts[] = {{SC_PAGE_CGI, "Status: 403 Forbidden\r\nContent-Type: application/json"},
                  {SC_PAGE_RAW, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n"},
                  {SC_PAGE_PIPE, "{\"result\": \"error\", \"message\": \"it is \\\"wrong\\\"\", "
                                 "\"code\": \"invalid\"}\n"}};
    for (size_t i = 0; i < 3; i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        assert_int_equal(sc_page_answer_print(&a, fronts[i].front, &out, &err), 0);
        assert_memory_equal(out.data, fronts[i].begins, strlen(fronts[i].begins));
        assert_int_equal(!strstr(out.data, "Cache-Control: no-store\r\n"),
                         fronts[i].front == SC_PAGE_PIPE);
    }
}

static void the_shell_holds_what_is_hostile(void **state)
{
    (void)state;
    SC_CLEANUP(sc_page_answer_done) struct sc_page_answer a = {.status = 0};
    struct sc_page_request r = {.front = SC_PAGE_CGI, .lang = "\"><script>x</script>"};
    sc_page_shell(&r, "to<ken", &a);
    assert_null(strstr(a.body.data, "<script>x"));
    assert_non_null(strstr(a.body.data, "data-token=\"to&#60;ken\""));
    assert_non_null(strstr(a.body.data, "src=\"?asset=page.js&#38;v="));
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_int_equal(sc_page_answer_print(&a, SC_PAGE_CGI, &out, NULL), 0);
    assert_non_null(strstr(out.data, "Content-Security-Policy: default-src 'none'; "));
    SC_CLEANUP(sc_page_answer_done) struct sc_page_answer skin = {.status = 0};
    r.front = SC_PAGE_SKIN;
    sc_page_shell(&r, NULL, &skin);
    assert_null(strstr(skin.body.data, "<html"));
    assert_null(strstr(skin.body.data, "data-token"));
    assert_non_null(strstr(skin.body.data, "data-endpoint=\"page.raw\""));
}

static void files_have_plain_names(void **state)
{
    (void)state;
    assert_string_equal(sc_page_asset_type("page.js"), "text/javascript");
    assert_string_equal(sc_page_asset_type("page.css"), "text/css");
    assert_string_equal(sc_page_asset_type("lang/de.json"), "application/json");
    static const char *const none[] = {
        "",    "../page.js", "lang/../page.js", "/page.js",    "page.html", "page.js/x",
        ".js", "lang/.json", "lang/lang/a.js",  "page.js.map", "pa ge.js"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_null(sc_page_asset_type(none[i]));
}

static void the_log_ends_with_its_last_lines(void **state)
{
    (void)state;
    SC_BUF struct sc_buf out = SC_BUF_INIT, text = SC_BUF_INIT, many = SC_BUF_INIT;
    sc_buf_str(&text, "one\n<b>two</b>\n\nth\xffree\n");
    assert_int_equal(sc_page_log_lines(text.data, text.len, &out, NULL), 0);
    assert_string_equal(
        out.data, "{\"result\": \"success\", \"lines\": [\"one\", \"<b>two</b>\", \"th?ree\"]}\n");
    for (unsigned i = 0; i < 300; i++)
        sc_buf_fmt(&many, "line %u\n", i);
    sc_buf_free(&out);
    out = (struct sc_buf)SC_BUF_INIT;
    assert_int_equal(sc_page_log_lines(many.data, many.len, &out, NULL), 0);
    assert_non_null(strstr(out.data, "[\"line 100\", "));
    assert_null(strstr(out.data, "line 99\""));
    sc_buf_free(&out);
    out = (struct sc_buf)SC_BUF_INIT;
    assert_int_equal(sc_page_log_lines("", 0, &out, NULL), 0);
    assert_string_equal(out.data, "{\"result\": \"success\", \"lines\": []}\n");
}

static void the_panel_says_whose_session_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        bool john, admin;
    } all[] = {
        {"{\"userName\": \"john\", \"userId\": 1001, \"userType\": \"user\", \"lang\": \"de\"}",
         true, false},
        {"{\"data\": {\"userName\": \"john\", \"userType\": \"reseller\"}, \"metadata\": "
         "{\"result\": \"ok\"}}",
         true, false},
        {"{\"userName\": \"boss\", \"userType\": \"admin\"}", false, true},
        {"{\"userName\": \"john2\", \"userType\": \"user\"}", false, false},
        {"{\"userName\": \"john\"}", false, false},
        {"{\"userName\": \"jane\", \"userName\": \"john\", \"userType\": \"user\"}", false, false},
        {"{\"data\": null, \"metadata\": {\"result\": \"PermissionDenied\"}}", false, false},
        {"john", false, false},
        {"", false, false},
        {"[]", false, false},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        char lang[32] = "";
        const char *a = all[i].answer;
        assert_int_equal(sc_page_ui_is(a, strlen(a), "john", false, lang), all[i].john);
        assert_string_equal(lang, i == 0 ? "de" : "");
        assert_int_equal(sc_page_ui_is(a, strlen(a), "root", true, lang), all[i].admin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_ends_have_names),
        cmocka_unit_test(forms_are_decoded),
        cmocka_unit_test(queries_are_decoded),
        cmocka_unit_test(the_method_is_known),
        cmocka_unit_test(bodies_have_a_length),
        cmocka_unit_test(a_digest_is_as_published),
        cmocka_unit_test(only_the_page_may_ask),
        cmocka_unit_test(sessions_are_the_panels),
        cmocka_unit_test(answers_are_as_each_front_wants_them),
        cmocka_unit_test(the_shell_holds_what_is_hostile),
        cmocka_unit_test(files_have_plain_names),
        cmocka_unit_test(the_log_ends_with_its_last_lines),
        cmocka_unit_test(the_panel_says_whose_session_it_is),
    };
    return cmocka_run_group_tests_name("page_request", tests, NULL, NULL);
}
