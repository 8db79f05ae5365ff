/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a locked user's configuration keeps. */
#include "tests/unit/fixture.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/config/domains_held.h"

static struct sc_error err;

/* One document becomes another; *said is what was not followed. */
static void hold(const char *was, const char *wanted, const char *becomes, const char *said)
{
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config w = SC_DOMAINS_CONFIG_INIT;
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config b = SC_DOMAINS_CONFIG_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf want = SC_BUF_INIT;
    SC_BUF struct sc_buf not_followed = SC_BUF_INIT;
    if (sc_domains_config_parse(was, strlen(was), "/home/john", &w, &err) < 0 ||
        sc_domains_config_parse(wanted, strlen(wanted), "/home/john", &c, &err) < 0 ||
        sc_domains_config_parse(becomes, strlen(becomes), "/home/john", &b, &err) < 0 ||
        sc_domains_config_hold(&w, &c, "/home/john", &not_followed, &err) < 0 ||
        sc_domains_config_format(&c, &text, &err) < 0 ||
        sc_domains_config_format(&b, &want, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(text.data, want.data);
    assert_string_equal(not_followed.data ? not_followed.data : "", said);
}

#define A(rest) "{\"domains\": {\"a.example\": {" rest "}}}"
#define ON      "\"isolated\": true"

static void isolated_sites_stay_so(void **state)
{
    (void)state;
    hold(A(ON), A("\"isolated\": false"), A(ON), "a.example (isolated)");
    hold(A(ON), "{\"domains\": {}}", A(ON), "a.example (isolated)");
    hold(A(ON ", \"limits\": {\"ep\": 3}, \"home\": \"private\""), "{\"domains\": {}}",
         A(ON ", \"limits\": {\"ep\": 3}, \"home\": \"private\""), "a.example (isolated)");
    hold(A("\"isolated\": false"), "{\"domains\": {}}", "{\"domains\": {}}", "");
    /* he may add, and limit as he likes */
    hold("{\"domains\": {}}", A(ON ", \"home\": \"shared\", \"paths\": {\"rw\": [\"x\"]}"),
         A(ON ", \"home\": \"shared\", \"paths\": {\"rw\": [\"x\"]}"), "");
    hold(A(ON ", \"limits\": {\"ep\": 3}"), A(ON ", \"limits\": {\"ep\": 9}"),
         A(ON ", \"limits\": {\"ep\": 9}"), "");
}

static void a_home_shows_no_more(void **state)
{
    (void)state;
#define HOME(x) A(ON ", \"home\": \"" x "\"")
    hold(A(ON), HOME("shared"), A(ON), "a.example (home)");
    hold(HOME("private"), HOME("shared"), HOME("private"), "a.example (home)");
    hold(HOME("private"), A(ON), HOME("private"), "a.example (home)");
    hold(HOME("shared"), A(ON), A(ON), "");
    hold(HOME("shared"), HOME("private"), HOME("private"), "");
    hold(A(ON), HOME("private"), HOME("private"), "");
}

static void paths_open_no_more(void **state)
{
    (void)state;
#define PATHS(ro, rw) A(ON ", \"paths\": {\"ro\": [" ro "], \"rw\": [" rw "]}")
    hold(A(ON), PATHS("\"x\"", "\"y\""), A(ON), "a.example (paths)");
    hold(PATHS("\"x\"", "\"y\""), PATHS("\"y\"", ""), PATHS("\"y\"", ""), "");
    hold(PATHS("\"x\"", "\"y\""), PATHS("", "\"x\", \"y\", \"z\""), PATHS("\"x\"", "\"y\""),
         "a.example (paths)");
}

static void another_name_of_a_site_opens_nothing(void **state)
{
    (void)state;
    SC_CLEANUP(sc_domain_entry_clear)
    struct sc_domain_entry e = {.name = strdup("www.example"), .home = SC_HOME_SHARED};
    SC_BUF struct sc_buf said = SC_BUF_INIT;
    assert_int_equal(sc_domain_entry_add_path(&e, "x", true, &err), 0);
    assert_int_equal(sc_domain_entry_hold(&e, NULL, &said, &err), 0);
    assert_int_equal(e.n_paths, 0);
    assert_int_equal(e.home, SC_HOME_UNSET);
    assert_string_equal(said.data, "www.example (home), www.example (paths)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolated_sites_stay_so),
        cmocka_unit_test(a_home_shows_no_more),
        cmocka_unit_test(paths_open_no_more),
        cmocka_unit_test(another_name_of_a_site_opens_nothing),
    };
    return cmocka_run_group_tests_name("domains_held", tests, NULL, NULL);
}
