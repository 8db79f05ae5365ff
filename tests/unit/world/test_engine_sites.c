/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable, disable, regenerate, remount, plan: all or nothing, and what is said. */
#include "tests/unit/world/engine.h"

#include <unistd.h>

#include "core/account/account.h"
#include "core/base/paths.h"
#include "core/pass/deny.h"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

/* Nothing of the account was made. */
static void assert_untouched(const char *user)
{
    assert_string_equal(isolated(user), "");
    assert_string_equal(table(user), "none");
    assert_false(home_has(user, ".lve"));
    assert_false(home_has(user, ".cagefs"));
    assert_false(is_pending(uid_of(user)));
}

/* ---- enable ---- */

static void enabling_makes_a_site_and_starts_what_it_needs(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(enable("a.example M.Example"));
    assert_string_equal(noticed, "");
    assert_int_equal(progressed, 2);
    assert_string_equal(isolated("john"), "a:60000");
    assert_string_equal(isolated("mary"), "m:60001");
    assert_string_equal(wanted("john"), "a");
    assert_true(service_runs("proxyexec"));
    assert_true(service_runs("monitor"));
    assert_non_null(strstr(programs_run(), "/sitecage-build --try\n"));
    assert_ptr_equal(strstr(programs_input(), "sitecage-plan 1\n"), programs_input());
    assert_true(root_has("/run/sitecage/lock/trial"));
}

/* The view is tried once for the programs that are installed. */
static void views_are_tried_before_anything_says_yes(void **state)
{
    (void)state;
    account("john", "a b");
    program_says(SC_BUILD_EXE " --try", 1, "", "sitecage-build: mount: Operation not permitted\n");
    assert_bad(enable("a.example"), SC_E_PLATFORM,
               "a site's view cannot be built on this server: " SC_BUILD_EXE
               " exited with status 1, "
               "saying: sitecage-build: mount: Operation not permitted: if this is a container");
    assert_untouched("john");
    program_says(SC_BUILD_EXE " --try", 127, "", "");
    assert_bad(enable("a.example"), SC_E_PLATFORM, "install Sitecage again");
    program_says(SC_BUILD_EXE " --try", SC_E_TIMEOUT, "", "");
    assert_bad(enable("a.example"), SC_E_PLATFORM, "did not answer");
    program_says(SC_BUILD_EXE " --try", 0, "", "");
    assert_good(enable("a.example"));
    program_says(SC_BUILD_EXE " --try", 1, "", "");
    assert_good(enable("b.example")); /* noted */
    assert_int_equal(unlink(root_at(SC_BUILD_EXE)), 0);
    root_put(SC_BUILD_EXE, "another");
    account("mary", "m");
    assert_bad(enable("m.example"), SC_E_PLATFORM, "a site's view cannot be built");
}

static void all_names_are_checked_first(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_bad(enable("a.example x.example"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
    assert_bad(enable("a.example ..nonsense"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: ..nonsense");
    assert_untouched("john");
    home_remove("mary", "m.example");
    assert_bad(enable("a.example m.example"), SC_E_INVAL, "m.example cannot be isolated: ");
    assert_untouched("john");
    assert_untouched("mary");
    panel_odd("odd.example", "john", NULL, false, "no document root");
    panel_fail(SC_E_TIMEOUT, "the panel hangs");
    assert_bad(enable("a.example"), SC_E_TIMEOUT, "the panel hangs");
    assert_untouched("john");
}

static void who_may_not_is_told_the_way_out(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    const char *user = "mary";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    assert_bad(enable("a.example m.example"), SC_E_DENIED,
               "CloudLinux Isolates is not allowed for user mary; allow it with: cagefsctl "
               "--site-isolation-allow mary");
    assert_untouched("john");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_bad(enable("a.example"), SC_E_NOTENABLED,
               "CloudLinux Isolates is not enabled; allow it with: cagefsctl "
               "--site-isolation-allow-all");
}

static void a_server_that_cannot_is_left_alone(void **state)
{
    (void)state;
    account("john", "a");
    platform_lacks("the kernel lacks it");
    assert_bad(enable("a.example"), SC_E_PLATFORM, "the kernel lacks it");
    platform_lacks(NULL);
    root_put("/etc/apache2/apache2.conf", "ServerName x\nlsapi_per_user On\n");
    assert_bad(enable("a.example"), SC_E_PLATFORM,
               "/etc/apache2/apache2.conf:2: lsapi_per_user On is incompatible with CloudLinux "
               "Isolates.");
    root_put("/etc/apache2/apache2.conf", "");
    service_fail("proxyexec", "the proxyexec service cannot be started");
    assert_bad(enable("a.example"), SC_E_SYS, "the proxyexec service cannot be started");
    assert_untouched("john");
    service_fail("proxyexec", NULL);
    assert_good(enable("a.example"));
}

static void a_daemon_that_does_not_start_is_a_notice(void **state)
{
    (void)state;
    account("john", "a b");
    service_fail("monitor", "the reconciling daemon cannot be started");
    assert_good(enable("a.example"));
    assert_string_equal(noticed, "the reconciling daemon cannot be started; until it runs, changes "
                                 "in the panel are taken over by: cagefsctl "
                                 "--site-isolation-regenerate USER\n");
    service_fail("monitor", NULL);
    program_says(SC_LIBEXECDIR "/sitecage-cpanel status", 3, "missing\n", "no hooks\n");
    program_says(SC_LIBEXECDIR "/sitecage-cpanel register", 1, "", "not root\n");
    assert_good(enable("b.example"));
    assert_non_null(strstr(noticed,
                           "The panel's hooks are not in place, so its changes are noticed "
                           "late: "));
    assert_non_null(strstr(noticed, "saying: not root; repeat it with: " SC_LIBEXECDIR
                                    "/sitecage-cpanel register\n"));
    assert_string_equal(isolated("john"), "a:60000 b:60001");
}

/* Whose a domain is, the database says first; where the panel says otherwise, the panel. */
static void a_domain_that_changed_hands(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(enable("a.example"));
    panel_asked = 0;
    assert_good(enable("b.example"));
    assert_int_equal(panel_asked, 1);
    home_mkdir("mary", "a.example");
    panel_put("a.example", "mary", in_home("mary", "a.example"));
    assert_good(enable("a.example"));
    assert_string_equal(isolated("mary"), "a:60002");
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001");
    panel_drop("b.example");
    assert_bad(enable("b.example"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: b.example");
}

/* An application above its document root is the site's, and closed to others. */
static void applications_above_their_document_root_are_owned(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "app", "app/public");
    home_put("john", "app/composer.json", "{}");
    home_mkdir("john", "app/storage");
    domain("john", "in", "app/var/in");
    home_mkdir("john", "dep/shared");
    home_put("john", "dep/releases/2/public/index.php", "");
    home_put("john", "dep/releases/2/bin/console", "");
    assert_int_equal(symlink("releases/2", in_home("john", "dep/current")), 0);
    panel_put("dep.example", "john", in_home("john", "dep/current/public"));
    assert_good(enable("app.example a.example dep.example"));
    assert_string_equal(noticed, "");
    assert_non_null(
        strstr(site_of("john", "app")->plan,
               "entry closed-dir a.example\nentry rw app\nentry docroot app/public\n"
               "entry rw app/var\nentry closed-dir app/var/in\nentry closed-dir dep\n"));
    assert_non_null(
        strstr(site_of("john", "a")->plan, "entry closed-dir app\nentry closed-dir dep\n"));
    assert_non_null(strstr(site_of("john", "dep")->plan, "entry rw dep\n"));
}

static void what_is_not_covered_is_refused(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    root_put("/etc/apache2/apache2.conf",
             "<VirtualHost *:80>\nServerName a.example\nSetHandler "
             "\"proxy:unix:/run/x\ty.sock|fcgi://z\"\n</VirtualHost>\n");
    assert_bad(enable("b.example a.example"), SC_E_DENIED,
               "a.example cannot be isolated: the PHP of ");
    assert_non_null(strstr(world.err.text, "/etc/apache2/apache2.conf:3); nothing was changed; "
                                           "--anyway enables it all the same"));
    assert_string_equal(isolated("john"), "");
    enable_anyway = true;
    assert_good(enable("a.example www.example b.example"));
    enable_anyway = false;
    assert_non_null(strstr(noticed, "a.example: not covered: the PHP of a.example is not isolated: "
                                    "no PHP-FPM pool of this server listens at /run/x?y.sock"));
    assert_null(strstr(noticed, "www.example: ")); /* once for a site */
    assert_non_null(strstr(noticed, "b.example: unverified: no virtual host "));
}

static void what_is_odd_but_stops_nothing_is_told(void **state)
{
    (void)state;
    account("john", "a");
    panel_odd("b.example", "john", NULL, false, "b.example has no document root");
    assert_good(enable("a.example"));
    assert_string_equal(noticed, "user john: passed over in the panel's answer: b.example has no "
                                 "document root\n");
    assert_good(disable("a.example"));
    assert_string_equal(noticed, "");
}

/* A limit that cannot be held refuses the whole, and is left out where it is there already. */
static void limits_that_cannot_be_held(void **state)
{
    (void)state;
    account("john", "a b");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"cpu\": 5000, \"ep\": 5}}}}");
    tools_limits_bad = 1u << SC_LIMIT_CPU;
    assert_bad(enable("b.example"), SC_E_UNSUPPORTED,
               "a.example of user john: a limit cannot be held by this kernel");
    assert_string_equal(isolated("john"), "");
    assert_pass("john");
    assert_true(tools_called("groups.make 1001 60000 20")); /* ep alone */
    assert_good(disable("a.example"));
}

/* ---- disable ---- */

static void all_names_of_a_document_root_end(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    domain("john", "alias", "a.example");
    assert_good(enable("a.example www.example alias.example b.example"));
    assert_good(disable("www.example"));
    assert_string_equal(noticed, "a.example\nalias.example\n");
    assert_string_equal(isolated("john"), "b:60001");
    assert_bad(disable("b.example x.example"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
    assert_string_equal(isolated("john"), "b:60001");
}

static void a_panel_that_fails_keeps_nobody_isolated(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_good(disable("a.example"));
    panel_fail(0, NULL);
    panel_drop("m.example");
    assert_good(disable("m.example"));
    assert_string_equal(isolated("john"), "");
    assert_string_equal(table("mary"), "none");
    assert_good(disable("a.example")); /* again */
}

/* ---- regenerate ---- */

static int regenerate(const char *users)
{
    struct word_list *l = list_of(users);
    noticed[0] = 0;
    return sc_engine_regenerate(&world.s, l->v, l->n, SC_HOME_UNSET, &watcher, &world.err);
}

static void regenerating_takes_over_what_was_written_by_hand(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants("john", "a b");
    wants("mary", "m");
    assert_good(regenerate("mary john john"));
    assert_string_equal(table("john"), "a:60000 b:60001");
    assert_string_equal(table("mary"), "m:60002");
    assert_true(service_runs("monitor"));
    assert_bad(regenerate("john nobody"), SC_E_NOTFOUND, "User nobody does not exist");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(regenerate("john"), SC_E_PANEL, "the panel failed");
}

static void users_whom_only_the_database_knows(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    assert_good(enable("a.example"));
    snprintf(users_of("john")->name, 64, "jane");
    assert_bad(regenerate("john"), SC_E_NOTFOUND,
               "User john does not exist; it is called jane now");
    users_remove("jane");
    assert_bad(regenerate("john"), SC_E_NOTFOUND,
               "User john does not exist; the system does not know user john, but the panel has "
               "domains of it");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(regenerate("john"), SC_E_PANEL, "User john does not exist: the panel failed");
    panel_fail(0, NULL);
    panel_drop("a.example");
    assert_bad(regenerate("john"), SC_E_NOTFOUND,
               "User john does not exist; what was isolated of it has been cleaned up");
    assert_null(tools_account(uid)->table);
}

/* ---- remount ---- */

static void remounting_ends_processes(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    tools_run_all(1001);
    tools_run_all(1002);
    struct word_list *l = list_of("john");
    assert_good(sc_engine_remount(&world.s, l->v, l->n, &watcher, &world.err));
    assert_int_equal(site_of("john", "a")->ends, 1);
    assert_int_equal(site_of("mary", "m")->ends, 0);
    assert_good(sc_engine_remount(&world.s, NULL, 0, &watcher, &world.err));
    assert_int_equal(site_of("mary", "m")->ends, 1);
    assert_int_equal(progressed, 2);
    users_remove("mary");
    panel_drop("m.example");
    assert_good(sc_engine_remount(&world.s, NULL, 0, &watcher, &world.err));
    assert_int_equal(stored("SELECT count(*) FROM user"), 1);
    l = list_of("nobody");
    assert_bad(sc_engine_remount(&world.s, l->v, l->n, &watcher, &world.err), SC_E_NOTFOUND,
               "User nobody does not exist");
}

/* ---- look before ---- */

static int dry_run(const char *domain)
{
    const struct sc_enable_how how = {.anyway = true, .home = SC_HOME_PRIVATE};
    noticed[0] = 0;
    return sc_engine_enable_dry(&world.s, &domain, 1, &how, &watcher, &world.err);
}

static void what_sites_use_is_said_before_they_are_isolated(void **state)
{
    (void)state;
    account("john", "a b");
    home_put("john", "lib/x.php", "x");
    home_put("john", "a.example/index.php", "include getenv('HOME') . '/lib/x.php';");
    assert_good(dry_run("a.example"));
    assert_non_null(strstr(noticed, "/lib/x.php will be missing (a.example/index.php); to give it: "
                                    "\"paths\": {\"ro\": [\"lib\"]}"));
    assert_untouched("john");
    assert_good(dry_run("b.example"));
    assert_string_equal(noticed, "");
    assert_bad(dry_run("x.example"), SC_E_NOTFOUND, "Please specify existing domain name");
    home_remove("john", "b.example");
    assert_bad(dry_run("b.example"), SC_E_INVAL, "b.example cannot be isolated");
    wants_text("john",
               "{\"domains\": {\"a.example\": {\"isolated\": false, \"home\": \"private\"}}}");
    assert_good(enable("a.example"));
    assert_non_null(strstr(noticed, "a.example: "));
    assert_non_null(strstr(noticed, "/lib/x.php will be missing"));
    wants_text("john", "{\"domains\": {\"a.example\": {\"home\": \"private\", \"paths\": {\"ro\": "
                       "[\"lib\"]}}}}");
    assert_good(enable("a.example"));
    assert_string_equal(noticed, "");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_bad(dry_run("a.example"), SC_E_NOTENABLED, "CloudLinux Isolates is not enabled");
}

/* ---- plan ---- */

static void a_plan_is_told_without_changing_anything(void **state)
{
    (void)state;
    account("john", "a b");
    home_put("john", ".ssh/key", "x");
    wants_text("john", "{\"domains\": {\"b.example\": {\"isolated\": false, \"paths\": {\"ro\": "
                       "[\".ssh\"]}}}}");
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    assert_good(sc_engine_plan(&world.s, "B.example", &text, NULL, &world.err));
    assert_non_null(strstr(text.data, "# b.example of user john: not isolated; id and token below "
                                      "are placeholders until it is enabled\n"));
    assert_non_null(strstr(text.data, "entry closed-dir a.example\n"));
    assert_non_null(strstr(text.data, "# not given: .ssh hidden from every site"));
    assert_string_equal(isolated("john"), "");
    assert_good(enable("b.example"));
    text.len = 0;
    assert_good(sc_engine_plan(&world.s, "b.example", &text, NULL, &world.err));
    assert_non_null(strstr(text.data, "# b.example of user john: isolated\n"));
    assert_bad(sc_engine_plan(&world.s, "x.example", &text, NULL, &world.err), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
    assert_bad(sc_engine_plan(&world.s, "-", &text, NULL, &world.err), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: -");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(sc_engine_plan(&world.s, "b.example", &text, NULL, &world.err), SC_E_PANEL,
               "the panel failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(enabling_makes_a_site_and_starts_what_it_needs),
        engine_test(views_are_tried_before_anything_says_yes),
        engine_test(all_names_are_checked_first),
        engine_test(who_may_not_is_told_the_way_out),
        engine_test(a_server_that_cannot_is_left_alone),
        engine_test(a_daemon_that_does_not_start_is_a_notice),
        engine_test(a_domain_that_changed_hands),
        engine_test(applications_above_their_document_root_are_owned),
        engine_test(what_is_not_covered_is_refused),
        engine_test(what_is_odd_but_stops_nothing_is_told),
        engine_test(limits_that_cannot_be_held),
        engine_test(all_names_of_a_document_root_end),
        engine_test(a_panel_that_fails_keeps_nobody_isolated),
        engine_test(regenerating_takes_over_what_was_written_by_hand),
        engine_test(users_whom_only_the_database_knows),
        engine_test(remounting_ends_processes),
        engine_test(what_sites_use_is_said_before_they_are_isolated),
        engine_test(a_plan_is_told_without_changing_anything),
    };
    return world_run(tests);
}
