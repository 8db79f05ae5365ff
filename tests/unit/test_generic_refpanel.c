/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference panel, put into a folder of its own, asked through the generic adapter. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/run.h"
#include "core/inventory/domains_json.h"
#include "generic/generic.h"
#include "hooks/adapter/answer.h"

static char root[64], ini[128], add[128], table[128];
static struct sc_generic_conf conf;
static const struct sc_caller caller = {.timeout_ms = 20000, .place = &conf};

static int run(const char *a, const char *b, const char *c, const char *d, const char *e)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_run_spec spec = {.argv = (const char *const[]){a, b, c, d, e, NULL}};
    assert_int_equal(sc_run(&spec, &r, &err), 0);
    return sc_run_ok(&r) ? 0 : WEXITSTATUS(r.status);
}

static int make(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sc_ref_XXXXXX");
    if (!mkdtemp(root) || chmod(root, 0755) < 0)
        return -1;
    snprintf(ini, sizeof(ini), "%s/opt/cpvendor/etc/integration.ini", root);
    snprintf(add, sizeof(add), "%s/opt/cpvendor/bin/refpanel-add", root);
    snprintf(table, sizeof(table), "%s/opt/cpvendor/etc/refpanel.domains", root);
    conf = (struct sc_generic_conf){
        .ini = ini, .trust = {.below = root, .owner = geteuid()}, .max_bytes = 64u << 20};
    return run(SC_TEST_SOURCE "/generic/refpanel/install", root, NULL, NULL, NULL);
}

static int drop(void **state)
{
    (void)state;
    return run("rm", "-rf", root, NULL, NULL);
}

static void expect(int status, const char *json, const char *a, const char *b, const char *c)
{
    char *argv[] = {(char *)a, (char *)b, (char *)c, NULL};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int got = sc_adapter_answer(&sc_generic_ops, &caller, c ? 3 : b ? 2 : 1, argv, &out);
    assert_string_equal(out.data, json);
    assert_int_equal(got, status);
}

#define OK(data) "{\"data\": " data ", \"metadata\": {\"result\": \"ok\"}}\n"

/* Run as somebody else than root the panel tells only that user's part; owners are "root" here, and
 * the caller's own name is not needed to test what the adapter makes of it. */
static void it_answers_as_the_specification_says(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    expect(0, OK("{}"), "domains", NULL, NULL);
    expect(0, OK("[]"), "users", NULL, NULL);
    assert_int_equal(run(add, "root", "a.example", "/home/ro ot/\"a\"\\n%", "main"), 0);
    assert_int_equal(run(add, "daemon", "b.example", "/home/d/b", NULL), 0);
    assert_int_equal(run(add, "root", "c.example", "/tmp/c", NULL), 0);
#define A                                                                                          \
    "\"a.example\": {\"owner\": \"root\", \"document_root\": \"/home/ro ot/\\\"a\\\"\\\\n%\", "    \
    "\"is_main\": true}"
#define B                                                                                          \
    "\"b.example\": {\"owner\": \"daemon\", \"document_root\": \"/home/d/b\", \"is_main\": false}"
#define C "\"c.example\": {\"owner\": \"root\", \"document_root\": \"/tmp/c\", \"is_main\": false}"
    expect(0, OK("{" A ", " B ", " C "}"), "domains", NULL, NULL);
    expect(0, OK("{" A ", " C "}"), "domains", "--owner", "root");
    expect(0, OK("{" B "}"), "domains", "--name", "B.example");
    expect(0, OK("{}"), "domains", "--owner", "bin");
    expect(1,
           "{\"data\": null, \"metadata\": {\"result\": \"NotFound\", \"message\": \"domain "
           "'d.example' does "
           "not exist\"}}\n",
           "domains", "--name", "d.example");
    expect(0,
           OK("[{\"id\": 0, \"username\": \"root\", \"domain\": \"a.example\"}, {\"id\": 1, "
              "\"username\": "
              "\"daemon\", \"domain\": \"b.example\"}]"),
           "users", "--fields", "id,username,domain");
    expect(
        0,
        OK("[{\"id\": 1, \"username\": \"daemon\", \"owner\": \"root\", \"domain\": \"b.example\", "
           "\"package\": {\"name\": \"default\", \"owner\": \"root\"}, \"email\": null, "
           "\"locale_code\": \"EN_us\"}]"),
        "users", "--unix-id", "1");
    /* Changing and removing. */
    assert_int_equal(run(add, "daemon", "c.example", "/d/c", "main"), 0);
    expect(0, OK("{" A "}"), "domains", "--owner", "root");
    assert_int_equal(run(add, "--remove", "c.example", NULL, NULL), 0);
    expect(0, OK("{" A ", " B "}"), "domains", NULL, NULL);
    assert_int_equal(run(add, "x", "y", NULL, NULL), 2);
    assert_int_equal(run(add, "x", "y", "/a\tb", NULL), 2);
    /* A second install keeps the domains. */
    assert_int_equal(run(SC_TEST_SOURCE "/generic/refpanel/install", root, NULL, NULL, NULL), 0);
    expect(0, OK("{" A ", " B "}"), "domains", NULL, NULL);
    /* An owner that nobody knows. */
    char text[512];
    snprintf(
        text, sizeof(text),
        "{\"data\": null, \"metadata\": {\"result\": \"NotFound\", \"message\": \"'domains' in %s: "
        "%s/opt/cpvendor/bin/refpanel answered NotFound: there is no such user\"}}\n",
        ini, root);
    expect(1, text, "domains", "--owner", "sc-nobody-there");
}

static void panel_info_names_it(void **state)
{
    (void)state;
    expect(0,
           OK("{\"name\": \"Sitecage reference panel\", \"version\": \"1.0\", \"user_login_url\": "
              "\"https://{domain}/\", \"supported_cl_features\": {\"cagefs\": true, "
              "\"php_selector\": true}}"),
           "panel_info", NULL, NULL);
}

static void an_end_user_is_told_only_what_is_his(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    char panel[128];
    snprintf(panel, sizeof(panel), "%s/opt/cpvendor/bin/refpanel", root);
    assert_int_equal(run(add, "daemon", "b.example", "/home/d/b", NULL), 0);
    assert_int_equal(run(add, "root", "a.example", "/home/a", NULL), 0);
    const struct sc_run_ids ids = {.uid = 1, .gid = 1};
    struct sc_run_spec spec = {.argv = (const char *const[]){panel, "domains", NULL}, .drop = &ids};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(
        r.out.data, "{\"data\": {\"b.example\": {\"owner\": \"daemon\", \"document_root\": "
                    "\"/home/d/b\", \"is_main\": false}}, \"metadata\": {\"result\": \"ok\"}}\n");
    sc_run_result_done(&r);
    spec.argv = (const char *const[]){panel, "domains", "--owner", "root", NULL};
    assert_int_equal(sc_run(&spec, &r, NULL), 0);
    assert_string_equal(r.out.data,
                        "{\"data\": null, \"metadata\": {\"result\": \"PermissionDenied\", "
                        "\"message\": \"not your domains\"}}\n");
}

static void it_is_quick_enough_for_many_domains(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    enum {
        MANY = 20000
    };
    FILE *f = fopen(table, "we");
    assert_non_null(f);
    for (int i = 0; i < MANY; i++)
        fprintf(f, "d%d.example\tu%d\t/home/u%d/d%d\t\n", i, i % 100, i % 100, i);
    fclose(f);
    char *argv[] = {(char *)"domains", NULL};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_int_equal(sc_adapter_answer(&sc_generic_ops, &caller, 1, argv, &out), 0);
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_domains_parse(out.data, out.len, "it", &d, NULL), 0);
    assert_int_equal(d.n, MANY);
}

static void another_panels_ini_is_left_alone(void **state)
{
    (void)state;
    FILE *f = fopen(ini, "we");
    assert_non_null(f);
    fputs("[integration_scripts]\ndomains = /other\n", f);
    fclose(f);
    assert_int_equal(run(SC_TEST_SOURCE "/generic/refpanel/install", root, NULL, NULL, NULL), 1);
    char text[100] = "";
    f = fopen(ini, "re");
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
    fclose(f);
    assert_string_equal(text, "[integration_scripts]\ndomains = /other\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_as_the_specification_says),
        cmocka_unit_test(panel_info_names_it),
        cmocka_unit_test(an_end_user_is_told_only_what_is_his),
        cmocka_unit_test(it_is_quick_enough_for_many_domains),
        cmocka_unit_test(another_panels_ini_is_left_alone),
    };
    return cmocka_run_group_tests_name("generic_refpanel", tests, make, drop);
}
