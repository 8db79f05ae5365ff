/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which command does what the page asks, to the letter: no other word gets into it. */
#include "tests/unit/fixture.h"

#include <jansson.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/page/ask.h"
#include "core/page/verbs.h"

/* The job of a document, in words: its arguments with '|' between, or what no command does; "-" where it is refused. */
static void in_words(const char *text, bool admin, struct sc_buf *out)
{
    SC_CLEANUP(sc_page_job_done) struct sc_page_job j = {0};
    struct sc_error err = SC_ERROR_INIT;
    json_auto_t *doc = json_loads(text, 0, NULL);
    assert_non_null(doc);
    int rc = sc_page_job_parse(doc, admin, NULL, &j, &err);
    if (rc < 0) {
        assert_int_equal(rc, SC_E_INVAL);
        assert_true(err.text[0] && !j.argv);
        sc_buf_str(out, "-");
        return;
    }
    static const char *const kinds[] = {"", "log"};
    sc_buf_str(out, kinds[j.kind]);
    for (size_t i = 0; i < j.argc; i++)
        sc_buf_fmt(out, "%s%s", i ? "|" : "", i ? j.argv[i] : strrchr(j.argv[0], '/') + 1);
    if (j.argv) {
        assert_int_equal(j.argv[0][0], '/');
        assert_null(j.argv[j.argc]);
    }
}

struct one {
    const char *doc, *is;
};

static void all_are(const struct one *v, size_t n, bool admin)
{
    for (size_t i = 0; i < n; i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        in_words(v[i].doc, admin, &out);
        assert_string_equal(out.data, v[i].is);
    }
}
#define ALL_ARE(v, admin) all_are(v, sizeof(v) / sizeof(v[0]), admin)

static void the_owner_asks_as_the_account(void **state)
{
    (void)state;
    static const struct one v[] = {
        {"{\"do\":\"overview\"}", "isolatectl|overview"},
        {"{\"do\":\"enable\",\"domains\":[\"A.example\",\"b.example.\"]}",
         "isolatectl|site-isolation|enable|--domain=a.example,b.example"},
        {"{\"do\":\"enable\",\"domains\":[\"a.example\"],\"anyway\":true}",
         "isolatectl|site-isolation|enable|--anyway|--domain=a.example"},
        {"{\"do\":\"disable\",\"domains\":[\"a.example\"],\"anyway\":true}",
         "isolatectl|site-isolation|disable|--domain=a.example"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"pmem\":0,\"cpu\":5000}}",
         "isolatectl|limits|set|--domain=a.example|--cpu=5000|--pmem=0"},
        {"{\"do\":\"php\",\"domain\":\"a.example\",\"version\":\"8.2\"}",
         "selectorctl|--json|--domain=a.example|--set-user-current=8.2"},
        {"{\"do\":\"extensions\",\"domain\":\"a.example\",\"version\":\"8.2\",\"extensions\":["
         "\"curl\",\"gd\"]}",
         "selectorctl|--json|--domain=a.example|--version=8.2|--replace-user-extensions=curl,gd"},
        {"{\"do\":\"extensions\",\"domain\":\"a.example\",\"version\":\"8.2\",\"extensions\":null}",
         "selectorctl|--json|--domain=a.example|--version=8.2|--reset-user-extensions"},
        {"{\"do\":\"home\",\"domain\":\"a.example\",\"home\":\"shared\"}",
         "isolatectl|home|--domain=a.example|shared"},
        {"{\"do\":\"home\",\"domain\":\"a.example\",\"home\":null}",
         "isolatectl|home|--domain=a.example|default"},
        {"{\"do\":\"path\",\"domain\":\"a.example\",\"path\":\"x y\",\"mode\":\"rw\"}",
         "isolatectl|paths|add|--domain=a.example|--path=x y|rw"},
        {"{\"do\":\"path\",\"domain\":\"a.example\",\"path\":\"--json\",\"mode\":null}",
         "isolatectl|paths|remove|--domain=a.example|--path=--json"},
        {"{\"do\":\"learn\",\"domain\":\"a.example\",\"days\":7}",
         "isolatectl|learn|--domain=a.example|--days=7"},
        {"{\"do\":\"learn-stop\",\"domain\":\"a.example\"}",
         "isolatectl|learn|--domain=a.example|--stop"},
        {"{\"do\":\"learn-report\",\"domain\":\"a.example\"}",
         "isolatectl|learn|--domain=a.example|--report"},
        {"{\"do\":\"history\",\"domain\":\"a.example\",\"period\":\"1d\",\"step\":\"5m\"}",
         "isolatectl|stats|--domain=a.example|--period=1d|--step=5m"},
        {"{\"do\":\"explain\",\"domain\":\"a.example\",\"path\":\"/home/x; rm -rf /\"}",
         "isolatectl|explain|a.example|/home/x; rm -rf /"},
    };
    ALL_ARE(v, false);
}

static void the_administrator_asks_as_root(void **state)
{
    (void)state;
    static const struct one v[] = {
        {"{\"do\":\"overview\"}", "cagefsctl|--json|--site-isolation-overview"},
        {"{\"do\":\"enable\",\"domains\":[\"a.example\"],\"dry_run\":true}",
         "cagefsctl|--site-isolation-enable|--json|--dry-run|a.example"},
        {"{\"do\":\"disable\",\"domains\":[\"a.example\",\"b.example\"]}",
         "cagefsctl|--site-isolation-disable|--json|a.example|b.example"},
        {"{\"do\":\"check\"}", "cagefsctl|--json|--site-isolation-check"},
        {"{\"do\":\"lock\",\"users\":[\"john\"]}", "cagefsctl|--json|--site-isolation-lock|john"},
        {"{\"do\":\"unlock\",\"users\":[\"john\",\"jane\"]}",
         "cagefsctl|--json|--site-isolation-unlock|john|jane"},
        {"{\"do\":\"log\"}", "log"},
        {"{\"do\":\"learn\",\"domain\":\"a.example\",\"days\":90}",
         "cagefsctl|--json|--site-isolation-learn|a.example|--days=90"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"cpu\":1}}", "-"},
        {"{\"do\":\"home\",\"domain\":\"a.example\",\"home\":null}", "-"},
        {"{\"do\":\"lock\",\"users\":[\"--all\"]}", "-"},
        {"{\"do\":\"lock\",\"users\":[]}", "-"},
    };
    ALL_ARE(v, true);
}

static void what_cannot_be_meant_is_refused(void **state)
{
    (void)state;
    static const struct one v[] = {
        {"{}", "-"},
        {"[]", "-"},
        {"{\"do\":1}", "-"},
        {"{\"do\":\"check\"}", "-"},
        {"{\"do\":\"lock\",\"users\":[\"john\"]}", "-"},
        {"{\"do\":\"log\"}", "-"},
        {"{\"do\":\"enable\"}", "-"},
        {"{\"do\":\"enable\",\"domains\":[]}", "-"},
        {"{\"do\":\"enable\",\"domains\":\"a.example\"}", "-"},
        {"{\"do\":\"enable\",\"domains\":[1]}", "-"},
        {"{\"do\":\"enable\",\"domains\":[\"--help\"]}", "-"},
        {"{\"do\":\"enable\",\"domains\":[\"a.example,b.example\"]}", "-"},
        {"{\"do\":\"enable\",\"domains\":[\"a.example\\nb\"]}", "-"},
        {"{\"do\":\"enable\",\"domains\":[\"<script>\"]}", "-"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{}}", "-"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"cpu\":-1}}", "-"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"cpu\":\"1\"}}", "-"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"cpu\":1.5}}", "-"},
        {"{\"do\":\"limits\",\"domain\":\"a.example\",\"limits\":{\"cpu\":1,\"user\":2}}", "-"},
        {"{\"do\":\"php\",\"domain\":\"a.example\",\"version\":\"--user=root\"}", "-"},
        {"{\"do\":\"php\",\"domain\":\"a.example\",\"version\":\"8 2\"}", "-"},
        {"{\"do\":\"php\",\"domain\":\"a.example\",\"version\":\"\"}", "-"},
        {"{\"do\":\"extensions\",\"domain\":\"a.example\",\"version\":\"8.2\",\"extensions\":[\"a,"
         "b\"]}",
         "-"},
        {"{\"do\":\"extensions\",\"domain\":\"a.example\",\"version\":\"8.2\",\"extensions\":[\"\"]"
         "}",
         "-"},
        {"{\"do\":\"home\",\"domain\":\"a.example\",\"home\":\"open\"}", "-"},
        {"{\"do\":\"home\",\"domain\":\"a.example\"}", "-"},
        {"{\"do\":\"path\",\"domain\":\"a.example\",\"path\":\"\",\"mode\":\"ro\"}", "-"},
        {"{\"do\":\"path\",\"domain\":\"a.example\",\"path\":\"x\",\"mode\":\"x\"}", "-"},
        {"{\"do\":\"learn\",\"domain\":\"a.example\",\"days\":0}", "-"},
        {"{\"do\":\"learn\",\"domain\":\"a.example\",\"days\":91}", "-"},
        {"{\"do\":\"learn\",\"domain\":\"a.example\"}", "-"},
        {"{\"do\":\"history\",\"domain\":\"a.example\",\"period\":\"1 d\"}", "-"},
        {"{\"do\":\"explain\",\"domain\":\"a.example\",\"path\":\"--json\"}", "-"},
    };
    ALL_ARE(v, false);
}

static void lists_have_an_end(void **state)
{
    (void)state;
    SC_BUF struct sc_buf doc = SC_BUF_INIT, out = SC_BUF_INIT;
    sc_buf_str(&doc, "{\"do\":\"enable\",\"domains\":[\"a0.example\"");
    for (unsigned i = 1; i <= SC_PAGE_NAMES_MAX; i++)
        sc_buf_fmt(&doc, ",\"a%u.example\"", i);
    sc_buf_str(&doc, "]}");
    in_words(doc.data, false, &out);
    assert_string_equal(out.data, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owner_asks_as_the_account),
        cmocka_unit_test(the_administrator_asks_as_root),
        cmocka_unit_test(what_cannot_be_meant_is_refused),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests_name("page_job", tests, NULL, NULL);
}
