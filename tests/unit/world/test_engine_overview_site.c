/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a page shows of one site beyond its state: settings, failures, what it was seen to use, PHP. */
#include "tests/unit/world/overview.h"

#include <errno.h>

#include "core/enter/failures.h"
#include "core/learn/file.h"

static void what_domains_json_says_of_a_site(void **state)
{
    (void)state;
    account("john", "a b");
    home_mkdir("john", "lib");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"ep\": 5}, \"paths\": "
                       "{\"ro\": [\"lib\"]}}}}");
    assert_good(enable("a.example"));
    assert_good(look("john"));
    const struct sc_overview_site *a = &o.sites[at("a")], *b = &o.sites[at("b")];
    assert_int_equal(a->said.n_paths, 1);
    assert_string_equal(a->said.paths[0].rel, "lib");
    assert_int_equal(b->said.n_paths, 0);
    assert_null(a->failures);
    assert_false(a->learned);
}

/* ---- failures ---- */

static void failures_are_the_sites(void **state)
{
    (void)state;
    uid_t john = account("john", "a b");
    assert_good(enable("a.example b.example"));
    root_mkdir("/run/sitecage/1001");
    unsigned a = site_id("john", "a");
    assert_int_equal(sc_failures_make(john, a), 0);
    sc_failures_note(john, a, SC_FAILED_ENTER, 503, "no view");
    sc_failures_note(john, a, SC_FAILED_ENTER, 503, "no view");
    assert_good(look("john"));
    const struct sc_explained_failures *l = o.sites[at("a")].failures;
    assert_non_null(l);
    assert_int_equal(l->n, 1);
    assert_int_equal(l->v[0].n, 2);
    assert_int_equal(l->v[0].status, 503);
    assert_non_null(strstr(l->v[0].text, "no view"));
    assert_string_equal(state_of("a"), "failing");
    assert_null(o.sites[at("b")].failures);
}

static void failures_that_cannot_be_read(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    root_put("/run/sitecage/1001/60000.failed", "of another version");
    assert_good(look("john"));
    assert_null(o.sites[at("a")].failures);
    root_fail("/run/sitecage/1001/60000.failed", EIO);
    assert_bad(look("john"), SC_E_SYS, "read the failures of site 60000");
}

/* ---- learning ---- */

static void keep_record(uid_t uid, const char *rel)
{
    SC_CLEANUP(sc_learn_record_done)
    struct sc_learn_record r = {.uid = uid, .docroot = strdup(rel), .since = 1700000000};
    const struct sc_learn_use use = {"lib/x.php", SC_LEARN_READ, "php", 1700000001};
    assert_good(sc_learn_record_add(&r, &use, &world.err));
    root_mkdir("/var/lib/sitecage/learn");
    assert_good(sc_learn_save(&r, &world.err));
}

static void a_site_that_learns(void **state)
{
    (void)state;
    uid_t john = account("john", "a b");
    char text[256];
    int64_t until = world.now + 86400;
    snprintf(text, sizeof(text),
             "{\"domains\": {\"a.example\": {\"isolated\": false, \"learning_until\": %lld}}}",
             (long long)until);
    wants_text("john", text);
    assert_pass("john");
    assert_good(look("john"));
    assert_string_equal(state_of("a"), "learning");
    assert_int_equal(o.st.v[at("a")].learning_until, until);
    assert_string_equal(state_of("b"), "not isolated");
    keep_record(john, "a.example");
    assert_good(look("john"));
    const struct sc_overview_site *a = &o.sites[at("a")];
    assert_true(a->learned);
    assert_true(a->whole);
    assert_int_equal(a->learned_since, 1700000000);
    assert_int_equal(a->places, 1);
    assert_false(o.sites[at("b")].learned);
}

/* ---- PHP ---- */

static void know_php(void)
{
    server.php_known = true;
    server.php.v = calloc(1, sizeof(*server.php.v));
    assert_non_null(server.php.v);
    server.php.n = 1;
    snprintf(server.php.v[0].name, sizeof(server.php.v[0].name), "8.1");
    snprintf(server.php.v[0].key, sizeof(server.php.v[0].key), "81");
    snprintf(server.php.current, sizeof(server.php.current), SC_PHP_NATIVE);
    snprintf(server.php.native.name, sizeof(server.php.native.name), SC_PHP_NATIVE);
}

static void which_php_is_in_force(void **state)
{
    (void)state;
    account("john", "a b");
    assert_good(enable("a.example"));
    assert_good(look("john"));
    assert_string_equal(o.sites[at("a")].php, ""); /* this server's PHP was not looked at */
    know_php();
    assert_good(look("john"));
    assert_string_equal(o.sites[at("a")].php, SC_PHP_NATIVE);
    home_put("john", ".cl.selector/defaults.cfg", "[versions]\nphp=8.1\n");
    home_put("john", ".cl.selector/alt_php81.cfg", "[php8.1]\nmodules=gd,curl\n");
    assert_good(look("john"));
    const struct sc_overview_site *a = &o.sites[at("a")], *b = &o.sites[at("b")];
    assert_true(a->php_own); /* made with the site: what the account chooses later is not its */
    assert_string_equal(a->php, SC_PHP_NATIVE);
    assert_false(a->php_chosen);
    assert_false(b->php_own);
    assert_string_equal(b->php, "8.1");
    assert_true(b->php_chosen);
    assert_int_equal(b->extensions.n, 2);
    assert_string_equal(b->extensions.v[0], "curl");
    home_put("john", ".cl.selector/defaults.cfg", "[versions]\nphp=5.6\n"); /* is not there */
    assert_good(look("john"));
    assert_string_equal(o.sites[at("b")].php, SC_PHP_NATIVE);
    home_put("john", ".cl.selector/defaults.cfg", "no choice");
    assert_good(look("john"));
    assert_string_equal(o.sites[at("b")].php, ""); /* not known, which is not the native one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        overview_test(what_domains_json_says_of_a_site),
        overview_test(failures_are_the_sites),
        overview_test(failures_that_cannot_be_read),
        overview_test(a_site_that_learns),
        overview_test(which_php_is_in_force),
    };
    return world_run(tests);
}
