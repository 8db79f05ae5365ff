/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users may ask of the engine for their own account: isolatectl, selectorctl. */
#include "tests/unit/world/engine.h"

#include "core/base/paths.h"
#include "core/engine/meant.h"
#include "core/engine/php.h"
#include "core/engine/stats.h"
#include "core/engine/user.h"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

#define NO_DOMAIN "Please specify existing domain name and try again"

static int user_enable(const char *user, const char *domains)
{
    struct word_list *l = list_of(domains);
    return sc_engine_user_enable(&world.s, uid_of(user), l->v, l->n, false, NULL, &world.err);
}

static int user_disable(const char *user, const char *domains)
{
    struct word_list *l = list_of(domains);
    return sc_engine_user_disable(&world.s, uid_of(user), l->v, l->n, &world.err);
}

static void users_change_their_own_sites(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    assert_good(user_enable("john", "A.example www.example b.example"));
    assert_string_equal(isolated("john"), "a:60000 b:60001 www:60000");
    assert_true(service_runs("monitor"));
    assert_good(user_disable("john", "a.example"));
    assert_string_equal(isolated("john"), "b:60001");
    panel_drop("b.example"); /* it was his */
    assert_good(user_disable("john", "b.example"));
    assert_string_equal(wanted("john"), "none");
}

/* What is another's and what does not exist get the same answer. */
static void domains_of_others_do_not_exist(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_bad(user_enable("john", "m.example"), SC_E_NOTFOUND, NO_DOMAIN);
    assert_string_equal(world.err.text, NO_DOMAIN);
    assert_bad(user_enable("john", "x.example"), SC_E_NOTFOUND, NO_DOMAIN);
    assert_string_equal(world.err.text, NO_DOMAIN);
    assert_bad(user_enable("john", "a.example m.example"), SC_E_NOTFOUND, NO_DOMAIN ": m.example");
    assert_bad(user_enable("john", "-"), SC_E_NOTFOUND, NO_DOMAIN);
    assert_bad(user_disable("john", "m.example"), SC_E_NOTFOUND, NO_DOMAIN);
    assert_string_equal(isolated("john"), "");
    panel_odd("odd.example", "john", NULL, false, "no document root");
    assert_bad(user_enable("john", "odd.example"), SC_E_NOTFOUND,
               NO_DOMAIN ": odd.example is passed over in the panel's answer: no document root");
}

static void what_was_meant_is_told_of_own_domains(void **state)
{
    (void)state;
    char meant[SC_DOMAIN_MEANT_MAX] = "";
    const char *const names[] = {"cinema.example", "https://theatre.exampel/"};
    account("john", "cinema");
    account("mary", "theatre");
    assert_false(sc_engine_meant(&world.s, uid_of("john"), names, 2, ',', meant));
    assert_true(sc_engine_meant(&world.s, uid_of("mary"), names + 1, 1, ',', meant));
    assert_string_equal(meant, "theatre.example");
    assert_true(sc_engine_meant(&world.s, SC_MEANT_ANYBODY, names, 2, ',', meant));
    assert_string_equal(meant, "theatre.example");
    assert_false(sc_engine_meant(&world.s, 4711, names, 2, ',', meant));
    assert_true(sc_engine_meant_user(&world.s, "jhon", ' ', meant));
    assert_string_equal(meant, "john");
    assert_true(sc_engine_meant_user(&world.s, "MARY,john", ' ', meant));
    assert_string_equal(meant, "mary john");
    assert_false(sc_engine_meant_user(&world.s, "nobody", ' ', meant));
    assert_false(sc_engine_meant_user(&world.s, "john,nobody", ' ', meant));
    panel_fail(SC_E_PANEL, "no answer");
    assert_false(sc_engine_meant(&world.s, SC_MEANT_ANYBODY, names, 2, ',', meant));
}

static void who_may_not_asks_the_administrator(void **state)
{
    (void)state;
    account("john", "a");
    users_add("root", 0, "/root");
    const char *user = "john";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    assert_bad(user_enable("john", "a.example"), SC_E_DENIED,
               "CloudLinux Isolates is not allowed for user john; ask the administrator of this "
               "server");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_bad(user_disable("john", "a.example"), SC_E_NOTENABLED,
               "CloudLinux Isolates is not enabled; ask the administrator of this server");
    struct word_list *l = list_of("a.example");
    assert_bad(sc_engine_user_enable(&world.s, 0, l->v, l->n, false, NULL, &world.err), SC_E_INVAL,
               "uid 0 is no hosting user");
    assert_bad(sc_engine_user_enable(&world.s, 4711, l->v, l->n, false, NULL, &world.err),
               SC_E_INVAL, "uid 4711 is no hosting user");
    users_add("shared", 1001, users_of("john")->home);
    users_fail("the directory is down");
    assert_bad(sc_engine_user_enable(&world.s, 1001, l->v, l->n, false, NULL, &world.err), SC_E_SYS,
               "the directory is down");
}

static void a_server_that_cannot_is_left_alone(void **state)
{
    (void)state;
    account("john", "a");
    platform_lacks("the kernel lacks it");
    assert_bad(user_enable("john", "a.example"), SC_E_PLATFORM, "the kernel lacks it");
    platform_lacks(NULL);
    root_put("/etc/apache2/apache2.conf", "lsapi_per_user On\n");
    assert_bad(user_enable("john", "a.example"), SC_E_PLATFORM, "lsapi_per_user On");
    root_put("/etc/apache2/apache2.conf", "");
    program_says(SC_BUILD_EXE " --try", 1, "", "no\n");
    assert_bad(user_enable("john", "a.example"), SC_E_PLATFORM, "a site's view cannot be built");
    assert_string_equal(isolated("john"), "");
    assert_false(home_has("john", ".lve"));
}

/* ---- limits ---- */

static void limits_are_of_a_document_root(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    assert_good(user_enable("john", "a.example www.example"));
    const struct sc_limits wish = {.set = 1u << SC_LIMIT_NPROC, .value = {[SC_LIMIT_NPROC] = 30}};
    struct sc_limits now = {0};
    assert_good(sc_engine_user_limits(&world.s, 1001, "a.example", &wish, NULL, &now, &world.err));
    assert_int_equal(now.set, 1u << SC_LIMIT_NPROC);
    assert_int_equal(now.value[SC_LIMIT_NPROC], 30);
    assert_string_equal(table("john"), "a:60000+");
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites l = {0};
    assert_good(sc_engine_user_list(&world.s, 1001, true, &l, &world.err));
    assert_int_equal(l.n, 2);
    assert_string_equal(l.v[1].name, "www.example");
    assert_int_equal(l.v[1].limits.value[SC_LIMIT_NPROC], 30);

    const struct sc_limits none = {.set = 1u << SC_LIMIT_NPROC}, nothing = {0};
    tools_limits_bad = 1u << SC_LIMIT_NPROC;
    assert_bad(sc_engine_user_limits(&world.s, 1001, "a.example", &wish, NULL, &now, &world.err),
               SC_E_UNSUPPORTED, "cannot be held by this kernel");
    tools_limits_bad = 0;
    assert_good(sc_engine_user_limits(&world.s, 1001, "a.example", &none, NULL, &now, &world.err));
    assert_string_equal(table("john"), "a:60000");
    assert_good(
        sc_engine_user_limits(&world.s, 1001, "a.example", &nothing, NULL, &now, &world.err));
    assert_bad(
        sc_engine_user_limits(&world.s, 1001, "b.example", &wish, NULL, &now, &world.err),
        SC_E_INVAL,
        "CloudLinux Isolates is not enabled for domain b.example; enable it with: isolatectl "
        "site-isolation enable --domain b.example");
    assert_bad(sc_engine_user_limits(&world.s, 1001, "x.example", &wish, NULL, &now, &world.err),
               SC_E_NOTFOUND, NO_DOMAIN);
}

static void figures_of_the_moment(void **state)
{
    (void)state;
    SC_CLEANUP(sc_user_stats_done) struct sc_user_stats l = {0};
    account("john", "a b");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"ep\": 9}}}}");
    assert_good(user_enable("john", "a.example b.example"));
    assert_good(sc_engine_user_stats(&world.s, 1001, NULL, &l, &world.err));
    assert_int_equal(l.n, 2);
    assert_int_equal(l.v[0].stats.limits.value[SC_LIMIT_EP], 9);
    assert_string_equal(l.v[0].name, "a.example");
    assert_int_equal(l.v[0].id, 60000);
    assert_false(l.v[0].stats.seen.group);
    sc_user_stats_done(&l);
    assert_good(sc_engine_user_stats(&world.s, 1001, "B.example", &l, &world.err));
    assert_int_equal(l.n, 1);
    sc_user_stats_done(&l);
    assert_bad(sc_engine_user_stats(&world.s, 1001, "x.example", &l, &world.err), SC_E_NOTFOUND,
               NO_DOMAIN);
    assert_bad(sc_engine_user_stats(&world.s, 1001, "-", &l, &world.err), SC_E_NOTFOUND, NO_DOMAIN);
}

/* ---- PHP ---- */

static int php_open(const char *domain, struct sc_php_target *t)
{
    sc_php_target_done(t);
    return sc_engine_php_open(&world.s, 1001, domain, t, &world.err);
}

static void php_of_an_account_and_of_a_site(void **state)
{
    (void)state;
    SC_CLEANUP(sc_php_target_done) struct sc_php_target t = {.account = SC_ACCOUNT_INIT};
    account("john", "a b");
    domain("john", "www", "a.example");
    assert_good(user_enable("john", "a.example"));
    assert_good(php_open(NULL, &t));
    assert_int_equal(t.site, 0);
    assert_string_equal(t.version, "native");
    strcpy(t.choice.version, "8.1");
    assert_good(sc_engine_php_save(&world.s, &t, NULL, &world.err));
    assert_true(home_has("john", ".cl.selector/defaults.cfg"));
    assert_good(php_open("www.example", &t)); /* another name of the same document root */
    assert_int_equal(t.site, 60000);
    assert_string_equal(t.version, "native"); /* its own since it was isolated */

    /* nothing is made since the boot: a whole pass */
    strcpy(t.choice.version, "8.2");
    assert_good(sc_engine_php_save(&world.s, &t, NULL, &world.err));
    assert_true(tools_called("php.make 1001 60000 8.2"));
    assert_false(is_pending(1001));

    /* else the site alone */
    root_put("/run/sitecage/1001/60000.plan", site_of("john", "a")->plan);
    tools_run_all(1001);
    tools_forget_calls();
    assert_good(php_open("a.example", &t));
    assert_string_equal(t.version, "8.2");
    strcpy(t.choice.version, "native");
    assert_good(sc_engine_php_save(&world.s, &t, NULL, &world.err));
    assert_true(tools_called("runtime.write_plan 1001 60000"));
    assert_true(tools_called("cage.change 1001 60000"));
    assert_true(tools_called("fpm.site_php 60000 native"));
    assert_null(strstr(tools_calls(), "runtime.write_table"));
    tools_fail("cage.change", 1, SC_E_SYS, "no such luck");
    assert_bad(sc_engine_php_save(&world.s, &t, NULL, &world.err), SC_E_SYS, "no such luck");
    assert_true(is_pending(1001));
}

static void php_of_what_is_not_isolated(void **state)
{
    (void)state;
    SC_CLEANUP(sc_php_target_done) struct sc_php_target t = {.account = SC_ACCOUNT_INIT};
    account("john", "a b");
    account("mary", "m");
    assert_good(user_enable("john", "a.example"));
    assert_bad(php_open("b.example", &t), SC_E_INVAL,
               "CloudLinux Isolates is not enabled for domain b.example; enable it with: cagefsctl "
               "--site-isolation-enable b.example");
    assert_bad(php_open("m.example", &t), SC_E_NOTFOUND, NO_DOMAIN);
    assert_bad(php_open("-", &t), SC_E_NOTFOUND, NO_DOMAIN);
    const char *user = "john";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    assert_bad(php_open("b.example", &t), SC_E_DENIED,
               "CloudLinux Isolates is not allowed for user john");
    assert_good(php_open("a.example", &t)); /* it is isolated */
    sc_php_target_done(&t);
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_bad(php_open("b.example", &t), SC_E_NOTENABLED, "CloudLinux Isolates is not enabled");
    assert_bad(sc_engine_php_open(&world.s, 4711, NULL, &t, &world.err), SC_E_NOTFOUND,
               "UID 4711 does not exist");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(users_change_their_own_sites),
        engine_test(domains_of_others_do_not_exist),
        engine_test(what_was_meant_is_told_of_own_domains),
        engine_test(who_may_not_asks_the_administrator),
        engine_test(a_server_that_cannot_is_left_alone),
        engine_test(limits_are_of_a_document_root),
        engine_test(figures_of_the_moment),
        engine_test(php_of_an_account_and_of_a_site),
        engine_test(php_of_what_is_not_isolated),
    };
    return world_run(tests);
}
