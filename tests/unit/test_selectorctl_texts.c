/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selectorctl's arguments and columns, byte for byte as CloudLinux documents them. */
#include <stdlib.h>
#include "tests/unit/fixture.h"
#include "core/base/cleanup.h"
#include "core/commands/selectorctl.h"

static char cgi52[] = "/opt/alt/php52/usr/bin/php-cgi", cgi53[] = "/opt/alt/php53/usr/bin/php-cgi",
            cli[] = "/usr/bin/php", cgi[] = "/usr/bin/php-cgi", f52[] = "5.2.17", f53[] = "5.3.28",
            f_native[] = "5.6.40";
static char m_curl[] = "curl", m_gd[] = "gd", m_json[] = "json";
static struct sc_php_module modules[] = {
    {.name = m_curl, .on = true}, {.name = m_gd}, {.name = m_json, .fixed = true, .on = true}};
static struct sc_php versions[] = {
    {.name = "5.2", .key = "52", .full = f52, .bin[SC_PHP_CGI].path = cgi52, .disabled = true},
    {.name = "5.3",
     .key = "53",
     .full = f53,
     .bin[SC_PHP_CGI].path = cgi53,
     .modules = modules,
     .n_modules = 3,
     .has_modules = true}};
static struct sc_php_catalogue catalogue = {
    .v = versions,
    .n = 2,
    .native = {.name = "native",
               .full = f_native,
               .bin = {[SC_PHP_CGI].path = cgi, [SC_PHP_CLI].path = cli}}};

static void assert_text(struct sc_buf *b, const char *text)
{
    assert_string_equal(b->data, text);
    sc_buf_free(b);
    *b = (struct sc_buf)SC_BUF_INIT;
}

static void test_columns(void **state)
{
    (void)state;
    struct sc_buf b = SC_BUF_INIT;
    sc_select_text_list(&catalogue, &b);
    assert_text(&b, "5.2 5.2.17 /opt/alt/php52/usr/bin/php-cgi\n"
                    "5.3 5.3.28 /opt/alt/php53/usr/bin/php-cgi\n");
    sc_select_text_summary(&catalogue, "native", NULL, false, &b);
    assert_text(&b, "5.2 - -\n5.3 e -\nnative e d\n");
    sc_select_text_summary(&catalogue, "5.3", NULL, true, &b);
    assert_text(&b, "5.2 - -\n5.3 e d\nnative(5.6) e -\n");
    sc_select_text_summary(&catalogue, "native", "5.3", false, &b);
    assert_text(&b, "5.2 - - -\n5.3 e - s\nnative e d -\n");
    sc_select_text_summary(&catalogue, "native", "native", false, &b);
    assert_text(&b, "5.2 - - -\n5.3 e - -\nnative e d s\n");
    /* one d and one s, also when the version was removed */
    sc_select_text_summary(&catalogue, "7.0", "7.1", false, &b);
    assert_text(&b, "5.2 - - -\n5.3 e - -\nnative e d s\n");
    sc_select_text_current(&catalogue, "native", false, &b);
    assert_text(&b, "native native /usr/bin/php\n");
    sc_select_text_current(&catalogue, "native", true, &b);
    assert_text(&b, "native(5.6) native(5.6.40) /usr/bin/php\n");
    sc_select_text_current(&catalogue, "5.3", true, &b);
    assert_text(&b, "5.3 5.3.28 /opt/alt/php53/usr/bin/php-cgi\n");
    sc_select_text_extensions(&versions[1], &b);
    assert_text(&b, "+ curl\n- gd\n~ json\n");
}

static void test_user_extensions(void **state)
{
    (void)state;
    struct sc_buf b = SC_BUF_INIT;
    SC_CLEANUP(sc_php_names_done) struct sc_php_names on = {0};
    sc_select_text_user_extensions(&versions[1], &on, false, &b);
    assert_text(&b, "");
    assert_int_equal(sc_php_names_parse("gd", "x", &on, NULL), 0);
    sc_select_text_user_extensions(&versions[1], &on, false, &b);
    assert_text(&b, "gd\n");
    sc_select_text_user_extensions(&versions[1], &on, true, &b);
    assert_text(&b, "- curl\n+ gd\n");
}

static void test_change_names(void **state)
{
    (void)state;
    const struct sc_php *php = &versions[1];
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_php_names_done) struct sc_php_names l = {0};
    assert_int_equal(sc_select_change_names(php, SC_SELECT_ENABLE_USER_EXTENSIONS, "gd,curl,json",
                                            false, &l, NULL),
                     0);
    assert_int_equal(l.n, 2);
    assert_int_equal(
        sc_select_change_names(php, SC_SELECT_DISABLE_USER_EXTENSIONS, "gd,no", false, &l, &err),
        SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND,
                 "PHP 5.3 has no extension no; see selectorctl --list-extensions --version 5.3");
    assert_int_equal(l.n, 2); /* all or none */
    assert_int_equal(
        sc_select_change_names(php, SC_SELECT_DISABLE_USER_EXTENSIONS, "json", false, &l, &err),
        SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "the extension json of PHP 5.3 is compiled in");
    assert_int_equal(
        sc_select_change_names(php, SC_SELECT_DISABLE_USER_EXTENSIONS, "gd,no", true, &l, NULL), 0);
    assert_int_equal(l.n, 1);
    assert_int_equal(
        sc_select_change_names(php, SC_SELECT_REPLACE_USER_EXTENSIONS, "gd", false, &l, NULL), 0);
    assert_int_equal(l.n, 1);
    assert_string_equal(l.v[0], "gd");
    assert_int_equal(
        sc_select_change_names(php, SC_SELECT_REPLACE_USER_EXTENSIONS, "", false, &l, NULL), 0);
    assert_int_equal(l.n, 0);
}

static void test_json(void **state)
{
    (void)state;
    json_t *j = sc_select_json_versions(&catalogue, "native", "5.3");
    assert_string_equal(json_string_value(json_object_get(j, "result")), "success");
    assert_string_equal(json_string_value(json_object_get(j, "selected_version")), "5.3");
    assert_string_equal(json_string_value(json_object_get(j, "default_version")), "native");
    json_t *one = json_array_get(json_object_get(j, "available_versions"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "status")), "disabled");
    assert_true(json_is_integer(json_object_get(j, "timestamp")));
    json_decref(j);
    j = sc_select_json_extensions(&versions[1], NULL);
    one = json_array_get(json_object_get(j, "extensions"), 2);
    assert_string_equal(json_string_value(json_object_get(one, "state")), "build-in");
    json_decref(j);
    j = sc_select_json_error("ERROR:x\"y", "denied");
    assert_string_equal(json_string_value(json_object_get(j, "result")), "error");
    assert_string_equal(json_string_value(json_object_get(j, "message")), "ERROR:x\"y");
    assert_string_equal(json_string_value(json_object_get(j, "code")), "denied");
    json_decref(j);
}

/* Parses words given as one line. */
static int parse(const char *line, struct sc_select_call *call, struct sc_error *err)
{
    static char text[512];
    static char *words[32];
    int n = 0;
    snprintf(text, sizeof(text), "%s", line);
    char *save = NULL;
    for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
        words[n++] = w;
    words[n] = NULL;
    return sc_select_parse(words, n, call, err);
}

static void test_arguments(void **state)
{
    (void)state;
    struct sc_select_call c = {0};
    assert_int_equal(parse("--set-user-current=8.2 --domain example.com --user john", &c, NULL), 0);
    assert_int_equal(c.verb, SC_SELECT_SET_USER_CURRENT);
    assert_string_equal(c.value, "8.2");
    assert_string_equal(c.domain, "example.com");
    assert_string_equal(c.user, "john");
    assert_int_equal(parse("-b=8.2 -u=john -i php -p", &c, NULL), 0);
    assert_string_equal(c.value, "8.2");
    assert_string_equal(c.user, "john");
    assert_null(c.domain);
    assert_true(c.print_summary);
    assert_int_equal(parse("-g -v 8.2 --all --json", &c, NULL), 0);
    assert_true(c.all && c.json);
    assert_int_equal(parse("--list-user-extensions", &c, NULL), 0);
    assert_int_equal(parse("-e curl,gd --version 8.2 --quiet", &c, NULL), 0);
    assert_string_equal(c.value, "curl,gd");
}

static void test_arguments_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why;
    } cases[] = {
        {"", "a command is needed; see selectorctl --help"},
        {"--list --summary", "give one command only; see selectorctl --help"},
        {"--list x", "unexpected word 'x'"},
        {"--set-user-current=8", "'8' is not a PHP version; see selectorctl --list"},
        {"--set-user-current=8.1;id", "'8.1;id' is not a PHP version; see selectorctl --list"},
        {"--set-user-current=-x", "--set-user-current needs a value, and -x is none"},
        {"--list-extensions --version ../8.1",
         "'../8.1' is not a PHP version; see selectorctl --list"},
        {"--list --domain a.example",
         "--domain goes with the commands for users, as --set-user-current"},
        {"-e a --version 8.1 --version 8.2", "--version is given twice"},
        {"--reset-user-extensions", "--version is needed"},
        {"--list --interpreter ruby", "--interpreter ruby is not supported; give php"},
        {"--add-options=a:b",
         "options of PHP are not supported here; set them in a .user.ini file"},
        {"--user=", "--user is empty"},
        {"--set-user-current=", "--set-user-current is empty"},
        {"--bad", "unknown option --bad; see selectorctl --help"},
        {"--set-user-curent=8.2",
         "unknown option --set-user-curent; did you mean --set-user-current? see selectorctl "
         "--help"},
        {"--user-current --domian a.example",
         "unknown option --domian; did you mean --domain? see selectorctl --help"},
        {"--set-user-current", "--set-user-current needs a value; see selectorctl --help"},
        {"-b", "--set-user-current needs a value; see selectorctl --help"},
        {"--list=all", "--list takes no value; see selectorctl --help"},
        {"-z", "unknown option -z; see selectorctl --help"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_select_call c = {0};
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(parse(cases[i].line, &c, &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),   cmocka_unit_test(test_user_extensions),
        cmocka_unit_test(test_json),      cmocka_unit_test(test_change_names),
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_arguments_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
