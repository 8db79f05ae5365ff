/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --describe, and the hooks in cPanel's registry, with a manage_hooks that keeps it in a file. */
#include "tests/unit/fixture.h"

#include <jansson.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/inventory/envelope.h"
#include "cpanel/cpanel.h"
#include "cpanel/registry.h"
#include "cpanel/wanted.h"
#include "tests/unit/tempdir.h"

#define PAYLOADS SC_TEST_SOURCE "/tests/payloads/cpanel/"

static struct tempdir t;
static struct sc_cpanel cp;

/* The registry: a line "CATEGORY EVENT STAGE ESCALATE HOOK" each. `add script` and `delete script`
 * take what the file "describe" holds, in the place of the output of --describe; what is there is
 * skipped. */
static const char manage_hooks[] =
    "#!/bin/sh\n"
    "cd '%s' || exit 9\n"
    "echo \"$*\" >>calls\n"
    "case \"$1 $2 $4\" in\n"
    "'list --output=JSON ') [ ! -e no-json ] || { echo 'no such option' >&2; exit 2; }\n"
    "  awk 'BEGIN { printf \"{\" } { k = $1 SUBSEP $2; e[k] = e[k] (e[k] ? \",\" : \"\") "
    "\"{\\\"stage\\\":\\\"\" $3 \"\\\",\\\"hook\\\":\\\"\" $5 ($6 ? \" \" $6 : \"\") \"\\\"}\" }\n"
    "    END { for (k in e) { split(k, a, SUBSEP); c[a[1]] = c[a[1]] (c[a[1]] ? \",\" : \"\") "
    "\"\\\"\" "
    "a[2] \"\\\":[\" e[k] \"]\" }\n"
    "    for (k in c) printf \"%%s\\\"%%s\\\":{%%s}\", n++ ? \",\" : \"\", k, c[k]; print \"}\" }' "
    "registry ;;\n"
    "'list  ') awk '{ if ($1 != c) print $1 \":\"; c = $1; print \"    \" $2 \":\\n        stage: "
    "\" $3"
    " \"\\n        weight: 100\\n        hook: \" $5 ($6 ? \" \" $6 : \"\") }' registry ;;\n"
    "'add script ') [ ! -e broken ] || exit 0\n"
    "  while read -r l; do grep -qxF \"$l\" registry || echo \"$l\" >>registry; done <describe ;;\n"
    "'delete script ') grep -vxFf describe registry >new; mv new registry ;;\n"
    "'delete script --manual') grep -vF \"$6 $8 ${10} 0 $3\" registry >new; mv new registry ;;\n"
    "*) exit 3 ;;\n"
    "esac\n";

static void put_program(void)
{
    char text[4096];
    put_dir(&t, "usr");
    put_dir(&t, "usr/local");
    put_dir(&t, "usr/local/cpanel");
    put_dir(&t, "usr/local/cpanel/bin");
    snprintf(text, sizeof(text), manage_hooks, t.path);
    put_file(&t, "usr/local/cpanel/bin/manage_hooks", text);
    assert_int_equal(fchmodat(t.fd, "usr/local/cpanel/bin/manage_hooks", 0755, 0), 0);
}

static void put_describe(void)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT, text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_cpanel_describe(&b, &err), 0);
    SC_JSON json_t *list = json_loads(b.data, 0, NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *category, *event, *stage, *hook;
        int escalate = 0;
        assert_int_equal(json_unpack(json_array_get(list, i), "{s:s,s:s,s:s,s:s,s?i}", "category",
                                     &category, "event", &event, "stage", &stage, "hook", &hook,
                                     "escalateprivs", &escalate),
                         0);
        sc_buf_fmt(&text, "%s %s %s %d %s\n", category, event, stage, escalate, hook);
    }
    put_file(&t, "describe", text.data);
}

#define FOREIGN "Whostmgr Accounts::Create post 0 /other/hook\n"

static int setup(void **state)
{
    (void)state;
    tempdir_make(&t);
    cp = (struct sc_cpanel){.root = t.path};
    put_program();
    put_describe();
    put_file(&t, "registry", FOREIGN);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tempdir_remove(&t);
    return 0;
}

static void describes_itself(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_cpanel_describe(&b, &err), 0);
    SC_JSON json_t *list = json_loads(b.data, JSON_REJECT_DUPLICATES, NULL);
    size_t n;
    const struct sc_cpanel_wanted *w = sc_cpanel_wanted(&n);
    assert_int_equal(json_array_size(list), n);
    assert_true(n >= 26);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        const char *category = json_string_value(json_object_get(o, "category"));
        assert_string_equal(category, w[i].category);
        assert_string_equal(json_string_value(json_object_get(o, "event")), w[i].event);
        assert_string_equal(json_string_value(json_object_get(o, "stage")), w[i].stage);
        assert_string_equal(json_string_value(json_object_get(o, "hook")),
                            "/usr/libexec/sitecage/sitecage-cpanel hook");
        assert_string_equal(json_string_value(json_object_get(o, "exectype")), "script");
        /* As root, where the hook would be the customer's; only there: else cPanel refuses it. */
        assert_int_equal(json_integer_value(json_object_get(o, "escalateprivs")),
                         strcmp(category, "Cpanel") == 0);
        assert_null(json_object_get(o, "blocking"));
        for (size_t k = 0; k < i; k++)
            assert_false(strcmp(w[i].category, w[k].category) == 0 &&
                         strcmp(w[i].event, w[k].event) == 0 &&
                         strcmp(w[i].stage, w[k].stage) == 0);
    }
    /* What cPanel's own nginx package asks for, and what tells of document roots and renames. */
    static const char *const needed[] = {"Whostmgr Accounts::Create post",
                                         "Whostmgr Accounts::Modify pre",
                                         "Whostmgr Accounts::Modify post",
                                         "Whostmgr Accounts::Remove post",
                                         "Whostmgr Accounts::SiteIP::set post",
                                         "Whostmgr Accounts::suspendacct post",
                                         "Whostmgr Accounts::unsuspendacct post",
                                         "Whostmgr Accounts::change_package post",
                                         "Whostmgr Accounts::Rearrangeacct post",
                                         "Whostmgr Domain::park post",
                                         "Whostmgr Domain::unpark post",
                                         "Whostmgr Domain::addsubdomain post",
                                         "Whostmgr Domain::delsubdomain post",
                                         "Cpanel Api1::Park::park post",
                                         "Cpanel Api1::Park::unpark post",
                                         "Cpanel Api2::AddonDomain::addaddondomain post",
                                         "Cpanel Api2::AddonDomain::deladdondomain post",
                                         "Cpanel Api2::Park::park post",
                                         "Cpanel Api2::Park::unpark post",
                                         "Cpanel Api2::SubDomain::addsubdomain post",
                                         "Cpanel Api2::SubDomain::delsubdomain post",
                                         "Cpanel Api2::SubDomain::changedocroot post",
                                         "Cpanel UAPI::SubDomain::addsubdomain post",
                                         "Cpanel UAPI::SubDomain::changedocroot post",
                                         "Cpanel UAPI::AddonDomain::addaddondomain post",
                                         "Cpanel UAPI::Park::park post",
                                         "PkgAcct Restore post",
                                         "ConvertAddon convert_addon post"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        bool found = false;
        for (size_t k = 0; k < n && !found; k++) {
            char text[256];
            snprintf(text, sizeof(text), "%s %s %s", w[k].category, w[k].event, w[k].stage);
            found = strcmp(text, needed[i]) == 0;
        }
        if (!found)
            fail_msg("%s is not asked for", needed[i]);
    }
}

static void read_file(const char *rel, struct sc_buf *b)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_read_file(at(&t, rel), 1 << 20, b, &err) < 0)
        fail_msg("%s", err.text);
}

static void assert_status(int code, const char *text)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_cpanel_status(&cp, &b, &err), code);
    if (code == 0)
        assert_string_equal(b.data, text);
    else
        assert_error_has(&err, code, text);
}

static void round_trip(void)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf first = SC_BUF_INIT, second = SC_BUF_INIT, calls = SC_BUF_INIT;
    size_t n;
    char in_place[160], none[160];
    (void)sc_cpanel_wanted(&n);
    snprintf(in_place, sizeof(in_place), "all %zu hooks are in place in cPanel", n);
    snprintf(none, sizeof(none),
             "%zu of %zu hooks are not in place in cPanel (Whostmgr "
             "Accounts::Create post, ",
             n, n);
    assert_status(SC_E_NOTFOUND, none);
    assert_status(SC_E_NOTFOUND, ": run /usr/libexec/sitecage/sitecage-cpanel register");
    if (sc_cpanel_enroll(&cp, &err) < 0)
        fail_msg("%s", err.text);
    assert_status(0, in_place);
    read_file("registry", &first);
    assert_memory_equal(first.data, FOREIGN, strlen(FOREIGN));
    /* Twice changes nothing, and asks for nothing. */
    put_file(&t, "calls", "");
    assert_int_equal(sc_cpanel_enroll(&cp, &err), 0);
    read_file("registry", &second);
    assert_string_equal(second.data, first.data);
    read_file("calls", &calls);
    assert_null(strstr(calls.data, "add"));
    assert_non_null(strstr(calls.data, "list"));
    /* Only what is missing comes back. */
    char *line = strstr(second.data, "Whostmgr Domain::park post");
    assert_non_null(line);
    memmove(line, strchr(line, '\n') + 1, strlen(strchr(line, '\n') + 1) + 1);
    put_file(&t, "registry", second.data);
    char one[128];
    snprintf(one, sizeof(one),
             "1 of %zu hooks are not in place in cPanel (Whostmgr Domain::park "
             "post): run ",
             n);
    assert_status(SC_E_NOTFOUND, one);
    assert_int_equal(sc_cpanel_enroll(&cp, &err), 0);
    read_file("registry", &second);
    assert_int_equal(second.len, first.len);
    assert_status(0, in_place);
    /* Away again, with what an older version may have left; others' hooks stay. */
    FILE *f = fopen(at(&t, "registry"), "a");
    assert_non_null(f);
    fputs("Whostmgr Old::event post 0 /usr/libexec/sitecage/sitecage-cpanel old\n", f);
    fclose(f);
    if (sc_cpanel_unenroll(&cp, &err) < 0)
        fail_msg("%s", err.text);
    assert_file(&t, "registry", FOREIGN);
    put_file(&t, "calls", "");
    assert_int_equal(sc_cpanel_unenroll(&cp, &err), 0);
    read_file("calls", &calls);
    assert_null(strstr(calls.data, "delete"));
}

static void registers_and_unregisters(void **state)
{
    (void)state;
    round_trip();
}

static void does_so_with_a_list_for_people(void **state)
{
    (void)state;
    put_file(&t, "no-json", "");
    round_trip();
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    put_file(&t, "broken", "");
    assert_int_equal(sc_cpanel_enroll(&cp, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "manage_hooks added the hooks, but ");
    put_file(&t, "usr/local/cpanel/bin/manage_hooks", "#!/bin/sh\necho dead >&2\nexit 4\n");
    assert_int_equal(sc_cpanel_enroll(&cp, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "manage_hooks list exited with status 4, saying: dead");
    put_file(&t, "usr/local/cpanel/bin/manage_hooks", "#!/bin/sh\necho hello\n");
    assert_int_equal(sc_cpanel_unenroll(&cp, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "manage_hooks list printed neither JSON nor hooks");
    assert_int_equal(unlinkat(t.fd, "usr/local/cpanel/bin/manage_hooks", 0), 0);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_cpanel_status(&cp, &b, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "/usr/local/cpanel/bin/manage_hooks: No such file");
}

static void reads_lists(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_read_file(PAYLOADS "manage_hooks-list.txt", 65536, &b, &err), 0);
    SC_CLEANUP(sc_cpanel_registry_done) struct sc_cpanel_registry r = {0};
    assert_int_equal(sc_cpanel_registry_parse(b.data, b.len, &r, &err), 0);
    assert_int_equal(r.n, 2);
    assert_true(sc_cpanel_registry_has(&r, "Cpanel", "Api2::StatsBar::stat", "pre",
                                       "MyApp::Hooks::statsbar"));
    assert_true(sc_cpanel_registry_has(&r, "Whostmgr", "Accounts::Create", "post",
                                       "/var/cpanel/myapp/testhook_post.php"));
    assert_false(sc_cpanel_registry_has(&r, "Whostmgr", "Accounts::Create", "pre",
                                        "/var/cpanel/myapp/testhook_post.php"));
    sc_cpanel_registry_done(&r);
    /* several hooks of one event, in any order of keys; one disabled */
    static const char text[] =
        "Whostmgr:\n    A::b:\n        hook: /x one\n        stage: post\n        id: 1\n"
        "        stage: pre\n        hook: /x two\n        disabled: 1\n    C::d:\n"
        "        stage: post\n        hook: /y\n";
    assert_int_equal(sc_cpanel_registry_parse(text, strlen(text), &r, &err), 0);
    assert_int_equal(r.n, 3);
    assert_true(sc_cpanel_registry_has(&r, "Whostmgr", "A::b", "post", "/x one"));
    assert_true(sc_cpanel_registry_has(&r, "Whostmgr", "C::d", "post", "/y"));
    assert_false(sc_cpanel_registry_has(&r, "Whostmgr", "A::b", "pre", "/x two"));
    sc_cpanel_registry_done(&r);
    static const char json[] =
        "{\"Whostmgr\":{\"A::b\":[{\"stage\":\"post\",\"hook\":\"/x\",\"weight\":100},"
        "{\"stage\":\"pre\",\"hook\":\"/x\",\"disabled\":\"1\"},3,{}],"
        "\"C::d\":{\"stage\":\"post\",\"hook\":\"/y\",\"disabled\":0}},\"Cpanel\":[]}";
    assert_int_equal(sc_cpanel_registry_parse(json, strlen(json), &r, &err), 0);
    assert_int_equal(r.n, 3);
    assert_true(sc_cpanel_registry_has(&r, "Whostmgr", "A::b", "post", "/x"));
    assert_false(sc_cpanel_registry_has(&r, "Whostmgr", "A::b", "pre", "/x"));
    assert_true(sc_cpanel_registry_has(&r, "Whostmgr", "C::d", "post", "/y"));
    sc_cpanel_registry_done(&r);
    static const char *const empty[] = {"", " \n", "{}", "[]"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(sc_cpanel_registry_parse(empty[i], strlen(empty[i]), &r, &err), 0);
        assert_int_equal(r.n, 0);
    }
    assert_int_equal(sc_cpanel_registry_parse("what?", 5, &r, &err), SC_E_PANEL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_itself),   TEST(registers_and_unregisters),
        TEST(does_so_with_a_list_for_people), TEST(says_what_is_wrong),
        cmocka_unit_test(reads_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
