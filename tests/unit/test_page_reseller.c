/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reseller on the page: his customers, and less than root may. */
#include "tests/unit/fixture.h"

#include <jansson.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/page/guard.h"
#include "core/page/scope.h"
#include "core/page/verbs.h"
#include "cpanel/page/page.h"

static void whm_says_who_is_one(void **state)
{
    (void)state;
    static const char file[] = "mary:list-accts,all-dns\nroot2:all\njohn:\nanna:create-acct,all\n"
                               "m:all\nmary2:callall,all\n";
    static const struct {
        const char *name;
        enum sc_cpanel_rights is;
    } all[] = {{"mary", SC_CPANEL_RESELLER}, {"john", SC_CPANEL_RESELLER}, {"root2", SC_CPANEL_ALL},
               {"anna", SC_CPANEL_ALL},      {"mary2", SC_CPANEL_ALL},     {"m", SC_CPANEL_ALL},
               {"mar", SC_CPANEL_NONE},      {"all", SC_CPANEL_NONE},      {"", SC_CPANEL_NONE},
               {"ann", SC_CPANEL_NONE}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_int_equal(sc_cpanel_rights(file, all[i].name), all[i].is);
    assert_int_equal(sc_cpanel_rights("", "mary"), SC_CPANEL_NONE);
}

/* The arguments with blanks between; the code's number where it is refused. */
static void asks(const char *text, const char *accounts, const char *is)
{
    SC_CLEANUP(sc_page_job_done) struct sc_page_job j = {0};
    SC_BUF struct sc_buf words = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    json_auto_t *doc = json_loads(text, 0, NULL);
    assert_non_null(doc);
    int rc = sc_page_job_parse(doc, true, accounts, &j, &err);
    for (size_t i = 1; i < j.argc; i++)
        sc_buf_fmt(&words, "%s%s", i > 1 ? " " : "", j.argv[i]);
    if (rc < 0)
        sc_buf_str(&words, rc == SC_E_NOTFOUND ? "none" : "-");
    assert_string_equal(words.data, is);
}

static void what_he_may_ask(void **state)
{
    (void)state;
    static const char *const not_his[] = {"check",  "log",  "lock", "unlock",
                                          "limits", "home", "php"};
    asks("{\"do\":\"overview\"}", "jane,john", "--json --site-isolation-overview jane john");
    asks("{\"do\":\"overview\"}", "jane,--all,john", "--json --site-isolation-overview jane john");
    asks("{\"do\":\"overview\"}", "", "none"); /* never all */
    asks("{\"do\":\"overview\"}", NULL, "--json --site-isolation-overview");
    asks("{\"do\":\"enable\",\"domains\":[\"a.example\"]}", "jane",
         "--site-isolation-enable --json a.example");
    for (size_t i = 0; i < sizeof(not_his) / sizeof(not_his[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text),
                 "{\"do\":\"%s\",\"users\":[\"jane\"],\"domain\":\"a.example\"}", not_his[i]);
        asks(text, "jane", "-");
    }
}

static int judge(const char *status, const char *accounts, const char *name, bool ends,
                 struct sc_error *err)
{
    json_auto_t *doc = json_loads(status, 0, NULL);
    *err = (struct sc_error)SC_ERROR_INIT;
    return sc_page_scope_judge(doc, accounts, &name, 1, ends, err);
}

static void whose_the_domains_are(void **state)
{
    (void)state;
    struct sc_error err;
    static const char both[] =
        "{\"result\": \"success\", \"sites\": ["
        "{\"domain\": \"a.example\", \"username\": \"jane\", \"locked\": false},"
        "{\"domain\": \"b.example\", \"username\": \"john\", \"locked\": true},"
        "{\"domain\": \"c.example\", \"username\": \"jan\", \"locked\": false}]}";
    assert_int_equal(judge(both, "jane,john", "a.example", true, &err), 0);
    assert_int_equal(judge(both, "john,jane", "a.example", true, &err), 0);
    assert_int_equal(judge(both, "jane,john", "c.example", false, &err), SC_E_NOTFOUND);
    assert_string_equal(sc_error_word(&err), SC_IS_UNKNOWN_DOMAIN);
    assert_int_equal(judge(both, "jane", "b.example", false, &err), SC_E_NOTFOUND);
    assert_int_equal(judge(both, "", "a.example", false, &err), SC_E_NOTFOUND);
    assert_int_equal(judge(both, "jane", "d.example", false, &err), SC_E_NOTFOUND);
    /* what the administrator locked he does not open */
    assert_int_equal(judge(both, "jane,john", "b.example", false, &err), 0);
    assert_int_equal(judge(both, "jane,john", "b.example", true, &err), SC_E_DENIED);
    assert_string_equal(sc_error_word(&err), SC_IS_LOCKED);
    assert_int_equal(judge("{\"sites\": [{\"domain\": \"a.example\", \"username\": \"jane\"}]}",
                           "jane", "a.example", true, &err),
                     SC_E_DENIED);
    /* an answer that is none, and a hint about somebody else's */
    static const char unknown[] =
        "{\"result\": \"error\", \"code\": \"unknown_domain\", \"message\": "
        "\"x\", \"hint\": \"did you mean c.example?\"}";
    assert_int_equal(judge(unknown, "jane", "cc.example", false, &err), SC_E_NOTFOUND);
    assert_null(strstr(err.text, "c.example"));
    assert_int_equal(judge("{}", "jane", "a.example", false, &err), SC_E_PANEL);
    assert_int_equal(judge("nonsense", "jane", "a.example", false, &err), SC_E_PANEL);
}

static void his_token_is_not_roots(void **state)
{
    (void)state;
    struct sc_page_request r = {.query = "", .admin = true, .session = {"/cpsess1"}};
    char root[SC_SHA256_HEX], his[SC_SHA256_HEX];
    assert_int_equal(sc_page_token(&r, 0, root, NULL), 0);
    r.reseller = true;
    assert_int_equal(sc_page_token(&r, 0, his, NULL), 0);
    assert_string_not_equal(root, his);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whm_says_who_is_one),
        cmocka_unit_test(what_he_may_ask),
        cmocka_unit_test(whose_the_domains_are),
        cmocka_unit_test(his_token_is_not_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
