/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of places in the home, and what is said of them. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include "core/base/cleanup.h"
#include "core/look/notes.h"

#define HOME "/home/john"

/* a.example and b.example, which has an application; with something hidden. */
static struct sc_plan *plan_of(bool private_home)
{
    const struct sc_plan_domain domains[] = {
        {"a.example", HOME "/web/a", "web/a", true, private_home},
        {"b.example", HOME "/app/public", "app/public", false, false},
        {"c.example", HOME "/c", "c", true, private_home},
    };
    const struct sc_plan_dir dirs[] = {{"app", SC_MARK_APPLICATION}};
    const struct sc_plan_secret secrets[] = {{".ssh", true}, {"logs", true}};
    const struct sc_plan_path paths[] = {
        {.rel = "given", .site_rel = "web/a"},
        {.rel = "sess", .site_rel = "web/a", .own = true, .found = true},
    };
    const struct sc_plan_input in = {.home = HOME,
                                     .domains = domains,
                                     .n_domains = 3,
                                     .dirs = dirs,
                                     .n_dirs = 1,
                                     .secrets = secrets,
                                     .n_secrets = 2,
                                     .paths = paths,
                                     .n_paths = 2};
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plan_make(&in, &plan, &err) < 0)
        fail_msg("%s", err.text);
    return plan;
}

static struct sc_look_verdict judge(bool private_home, const char *rel, bool is_dir, bool writes)
{
    SC_CLEANUP(sc_entries_done) struct sc_entries entries = {0};
    struct sc_plan *plan = plan_of(private_home);
    char place[SC_REL_MAX + 1];
    struct sc_look_verdict v;
    size_t site = (size_t)(sc_plan_find(plan, "web/a") - plan->sites);
    assert_int_equal(sc_plan_site_entries(plan, site, &entries, NULL), 0);
    assert_true(sc_look_place(rel, rel, is_dir, place));
    const struct sc_look_use u = {.named = rel,
                                  .real = rel,
                                  .is_dir = is_dir,
                                  .writes = writes,
                                  .place = place,
                                  .place_real = place};
    sc_look_judge(plan, site, &entries, &u, &v);
    assert_true(v.other == NULL || strcmp(v.other, "b.example") == 0 ||
                strcmp(v.other, "c.example") == 0);
    v.other = v.other ? "other" : NULL; /* the plan's */
    sc_plan_free(plan);
    return v;
}

static void expect(struct sc_look_verdict v, enum sc_look_is is, bool rw, bool line, bool other)
{
    assert_int_equal(v.is, is);
    assert_int_equal(v.rw, rw);
    assert_int_equal(v.no == NULL, line);
    assert_int_equal(v.other != NULL, other);
}

static void test_private(void **state)
{
    (void)state;
    expect(judge(true, "web/a/x.php", false, false), SC_LOOK_FINE, false, true, false);
    expect(judge(true, "given/x.php", false, false), SC_LOOK_FINE, false, true, false);
    expect(judge(true, "sess/s1", false, true), SC_LOOK_FINE, false, true, false);
    expect(judge(true, "lib/x.php", false, false), SC_LOOK_GONE, false, true, false);
    expect(judge(true, "data", true, false), SC_LOOK_GONE, true, true, false);
    expect(judge(true, "x/y.log", false, false), SC_LOOK_GONE, true, true, false);
    expect(judge(true, "tmp/x", false, false), SC_LOOK_FINE, false, true, false);
    expect(judge(true, "logs/x.log", false, true), SC_LOOK_OWN, true, false, false);
    expect(judge(true, ".cache/x", false, true), SC_LOOK_OWN, true, false, false);
    expect(judge(true, "web", true, false), SC_LOOK_FINE, false, true, false);
    expect(judge(true, "c/x.php", false, false), SC_LOOK_GONE, false, false, true);
    expect(judge(true, "app/src/x.php", false, false), SC_LOOK_GONE, false, false, true);
    expect(judge(true, ".ssh/id", false, false), SC_LOOK_GONE, false, false, false);
    expect(judge(true, "note.txt", false, false), SC_LOOK_GONE, false, true, false);
}

static void test_shared(void **state)
{
    (void)state;
    expect(judge(false, "lib/x.php", false, false), SC_LOOK_FINE, false, true, false);
    expect(judge(false, "lib/x.php", false, true), SC_LOOK_LOCKED, true, true, false);
    expect(judge(false, "data", true, false), SC_LOOK_LOCKED, true, true, false);
    expect(judge(false, "tmp/x", false, false), SC_LOOK_LOCKED, true, false, false);
    expect(judge(false, "tmp", true, true), SC_LOOK_LOCKED, true, false, false);
    expect(judge(false, "c/x.php", false, false), SC_LOOK_CLOSED, false, false, true);
    expect(judge(false, "app/.env", false, false), SC_LOOK_CLOSED, false, false, true);
    expect(judge(false, "logs/x.log", false, true), SC_LOOK_CLOSED, true, false, false);
}

static void place(const char *named, const char *real, bool is_dir, const char *expected)
{
    char out[SC_REL_MAX + 1];
    assert_true(sc_look_place(named, real, is_dir, out));
    assert_string_equal(out, expected);
}

static void test_places(void **state)
{
    (void)state;
    char out[SC_REL_MAX + 1];
    place("lib/a/x.php", "lib/a/x.php", false, "lib/a");
    place("lib/a", "lib/a", true, "lib/a");
    place("x.php", "x.php", false, "x.php");
    place("app/releases/3/inc/x.php", "app/releases/3/inc/x.php", false, "app");
    place("app/releases/3", "app/releases/3", true, "app");
    place("app/current/inc/x.php", "app/releases/3/inc/x.php", false, "app");
    place("app/current", "app/releases/3", true, "app");
    place("app/current/storage/x", "app/shared/storage/x", false, "app");
    place("current/inc/x.php", "releases/3/inc/x.php", false, "current");
    place("app/shared/x.env", "app/shared/x.env", false, "app/shared");
    place("releases/3/x.php", "releases/3/x.php", false, "releases");
    place("app/releases", "app/releases", true, "app/releases");
    assert_false(sc_look_place("", "", true, out));
    assert_false(sc_look_place("x", "", true, out));
}

static void test_code(void **state)
{
    (void)state;
    assert_true(sc_look_is_data("data/x"));
    assert_true(sc_look_is_data("shop.sqlite"));
    assert_false(sc_look_is_data("data/x.php"));
    assert_false(sc_look_is_data("lib/x"));
    assert_true(sc_look_is_code("a/x.php"));
    assert_false(sc_look_is_code("php"));
}

static void add(struct sc_look_notes *l, const char *named, const char *at,
                struct sc_look_verdict v, const char *by)
{
    const struct sc_look_use u = {.named = named, .place = at};
    assert_int_equal(sc_look_notes_add(l, &u, &v, by, NULL), 0);
}

static void says(struct sc_look_notes *l, const char *docroot, const char *expected)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    const struct sc_look_where where = {"a.example", HOME, docroot};
    sc_look_notes_say(l, &where, &out);
    sc_look_notes_done(l);
    assert_string_equal(out.data ? out.data : "", expected);
}

static void test_words(void **state)
{
    (void)state;
    struct sc_look_notes l = {0};
    const struct sc_look_verdict gone = {.is = SC_LOOK_GONE};
    const struct sc_look_verdict data = {.is = SC_LOOK_LOCKED, .rw = true};
    const struct sc_look_verdict theirs = {
        .is = SC_LOOK_CLOSED, .no = "inside it", .other = "b.example"};
    says(&l, HOME "/a", "");
    add(&l, "lib/x.php", "lib", gone, "a/index.php");
    says(&l, HOME "/a",
         "a.example: /home/john/lib/x.php will be missing (a/index.php); to give it: \"paths\": "
         "{\"ro\": [\"lib\"]} in ~/.lve/domains.json, or in "
         "/etc/cagefs/site-isolation.paths: /home/john/a ro ~/lib\n");
    add(&l, "my data", "my data", data, "the link a/d");
    says(&l, HOME "/a [1]",
         "a.example: /home/john/my data will be read-only (the link a/d); to give it: \"paths\": "
         "{\"rw\": [\"my data\"]} in ~/.lve/domains.json, or in "
         "/etc/cagefs/site-isolation.paths: /home/john/a%20\\[1\\] rw ~/my%20data\n");
    add(&l, "b/x", "b", theirs, "a/x\ny.php");
    says(&l, HOME "/a",
         "a.example: /home/john/b/x belongs to b.example and will be closed (a/x?y.php), and no "
         "line gives it: it is inside it\n");
    add(&l, "\xff/x", "\xff", gone, "x.php");
    says(&l, HOME "/a",
         "a.example: /home/john/\xff/x will be missing (x.php); to give it: in "
         "/etc/cagefs/site-isolation.paths: /home/john/a ro ~/%FF\n");
}

static void test_joined(void **state)
{
    (void)state;
    struct sc_look_notes l = {0};
    const struct sc_look_verdict gone = {.is = SC_LOOK_GONE};
    add(&l, "lib/sub/z.php", "lib/sub", gone, "1.php");
    add(&l, "lib/x.php", "lib", gone, "1.php");
    add(&l, "lib/y.php", "lib", gone, "2.php");
    add(&l, "lib/y.php", "lib", gone, "2.php");
    add(&l, "lib/y.php", "lib", gone, "3.php");
    says(&l, HOME "/a",
         "a.example: /home/john/lib will be missing (1.php, 2.php and 1 more); to give it: "
         "\"paths\": {\"ro\": [\"lib\"]} in ~/.lve/domains.json, or in "
         "/etc/cagefs/site-isolation.paths: /home/john/a ro ~/lib\n");
}

static void test_many(void **state)
{
    (void)state;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_look_notes l = {0};
    const struct sc_look_verdict gone = {.is = SC_LOOK_GONE};
    const struct sc_look_where where = {"a.example", HOME, HOME "/a"};
    char name[16];
    for (int i = 0; i < 25; i++) {
        snprintf(name, sizeof(name), "d%d", i);
        add(&l, name, name, gone, "x.php");
    }
    sc_look_notes_say(&l, &where, &out);
    sc_look_notes_done(&l);
    size_t lines = 0;
    for (const char *c = out.data; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, SC_LOOK_NOTES_MAX + 1);
    assert_non_null(strstr(out.data, "a.example: and 5 more places\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_private), cmocka_unit_test(test_shared),
        cmocka_unit_test(test_places),  cmocka_unit_test(test_code),
        cmocka_unit_test(test_words),   cmocka_unit_test(test_joined),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
