/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: what it finds on a server in memory, and the way out that it names. */
#include "tests/unit/world/engine.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/check/check.h"
#include "core/server/monitor_service.h"
#include "core/web/suexec_front.h"

#define ADAPTER      SC_LIBEXECDIR "/sitecage-cpanel"
#define ENTER        SC_BINDIR "/cagefs_enter_site"
#define ALTERNATIVES "/usr/bin/update-alternatives"
#define VERSIONS     SC_DATADIR "/sitecage/minimum-versions"
#define NO_ANSWER    "{\"data\": {}, \"metadata\": {\"result\": \"ok\"}}"

static struct sc_checks checks;

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    root_put(ENTER, "");
    assert_int_equal(chmod(root_at(ENTER), 04755), 0);
    program_says(ADAPTER " domains", 0, NO_ANSWER, "");
    program_says(ALTERNATIVES " --query suexec", 2, "", "no alternatives for suexec\n");
    root_put(VERSIONS, "");
    return rc;
}

static int end(void **state)
{
    sc_checks_done(&checks);
    return world_teardown(state);
}

#define check_test(f) cmocka_unit_test_setup_teardown(f, complete, end)

static int look(const char *domains)
{
    struct word_list *l = list_of(domains);
    sc_checks_done(&checks);
    return sc_engine_check(l->v, l->n, &checks, &world.err);
}

/* The row: "ok TEXT", "failed TEXT", …; NULL: there is none. Of several the first whose text, or
 * domain, has `part`. */
static const char *row_with(const char *name, const char *part)
{
    static const char *const words[] = {"ok", "failed", "warning", "skipped"};
    static char text[SC_ERROR_TEXT_MAX + 16];
    for (size_t i = 0; i < checks.n; i++) {
        const struct sc_check_row *r = &checks.v[i];
        if (strcmp(r->name, name) != 0 ||
            !(strstr(r->text, part) || (r->domain && strcmp(r->domain, part) == 0)))
            continue;
        snprintf(text, sizeof(text), "%s %s", words[r->result], r->text);
        return text;
    }
    return NULL;
}

static const char *row(const char *name)
{
    return row_with(name, "");
}

#define assert_row(name, want)                                                                     \
    do {                                                                                           \
        const char *got_ = row(name);                                                              \
        assert_non_null(got_);                                                                     \
        assert_string_equal(got_, want);                                                           \
    } while (0)

#define assert_row_has(name, part)                                                                 \
    do {                                                                                           \
        const char *got_ = row(name);                                                              \
        assert_non_null(got_);                                                                     \
        if (!strstr(got_, part))                                                                   \
            fail_msg("%s: \"%s\" lacks \"%s\"", name, got_, part);                                 \
    } while (0)

/* ---- the server ---- */

static void a_server_where_all_is_well(void **state)
{
    (void)state;
    service_set("proxyexec", true);
    assert_good(look(""));
    assert_row("kernel", "ok namespaces, pidfd, setns, openat2, close_range, mount_setattr and "
                         "seccomp are there");
    assert_row("cagefs_enter_site", "ok " ENTER);
    assert_row("configuration and database", "ok readable");
    assert_row("policy", "ok feature on, mode allow_all");
    assert_row("view", "ok one was built for a trial, and ended");
    assert_row("panel", "ok " ADAPTER);
    assert_row("panel: hooks", "ok in place");
    assert_row("panel: domains", "ok 0");
    assert_row("panel: last event", "skipped none was heard of yet");
    assert_row("panel: last error", "ok none");
    assert_row("events", "ok none is waiting");
    assert_row("monitor", "ok not running: no site is isolated");
    assert_row("web server: Apache", "skipped not installed");
    assert_row_has("web server: suexec", "skipped no suexec is where Apache looks for it");
    assert_row_has("proxyexec", "ok the service runs; commands in ");
    assert_row("web server: hosts", "skipped none was found in the configuration");
    assert_null(row("account"));
    assert_null(row("web server: LSAPI"));
    assert_null(row("package"));
    assert_null(row("packages"));
}

static void what_the_kernel_lacks(void **state)
{
    (void)state;
    platform_lacks("the kernel lacks it");
    program_says(SC_BUILD_EXE " --try", 1, "", "no mounts\n");
    assert_good(look(""));
    assert_row("kernel", "failed the kernel lacks it");
    assert_row_has("view", "failed a site's view cannot be built on this server: ");
}

static void the_setuid_program(void **state)
{
    (void)state;
    assert_int_equal(chmod(root_at(ENTER), 0755), 0);
    assert_good(look(""));
    assert_row("cagefs_enter_site",
               "failed " ENTER " is not setuid root: chown root " ENTER " && chmod 4755 " ENTER);
    assert_int_equal(unlink(root_at(ENTER)), 0);
    assert_good(look(""));
    assert_row("cagefs_enter_site", "failed " ENTER " is missing: install Sitecage again");
}

static void a_configuration_that_cannot_be_read(void **state)
{
    (void)state;
    root_put("/etc/sitecage.conf", "nonsense\n");
    assert_good(look(""));
    assert_row_has("configuration and database", "failed /etc/sitecage.conf");
    assert_null(row("policy"));
    assert_non_null(row("web server: Apache")); /* the rest is looked at */
    assert_bad(look("a.example"), SC_E_INVAL, "/etc/sitecage.conf");
}

static void a_policy_that_cannot_be_trusted(void **state)
{
    (void)state;
    assert_int_equal(chmod(root_at("/etc/cagefs/site-isolation.users.denied"), 0777), 0);
    assert_good(look(""));
    assert_row_has("policy", "failed /etc/cagefs/site-isolation.users.denied can be written by "
                             "others");
}

static void where_the_feature_is_off(void **state)
{
    (void)state;
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_good(look(""));
    assert_row("policy", "ok feature off, mode deny_all");
    assert_row("panel: hooks", "skipped the feature is off");
    assert_row_has("proxyexec", "ok not running: the feature is off; commands in ");
}

/* ---- the panel ---- */

static void hooks_that_are_missing(void **state)
{
    (void)state;
    program_says(ADAPTER " status", 1, "", "3 of 9 are missing\n");
    assert_good(look(""));
    assert_row("panel: hooks",
               "warning " ADAPTER " status exited with status 1, saying: 3 of 9 are "
               "missing; put them in place with: " ADAPTER " register");
    program_says(ADAPTER " status", 2, "", "usage\n");
    assert_good(look(""));
    assert_row("panel: hooks", "skipped " ADAPTER " has no hooks to put in place");
    program_says(ADAPTER " status", SC_E_TIMEOUT, "", "");
    assert_good(look(""));
    assert_row_has("panel: hooks", "warning " ADAPTER " did not answer; put them in place with");
}

static void a_panel_that_fails(void **state)
{
    (void)state;
    program_says(ADAPTER " domains", 1, "", "it is down\n");
    root_put(SC_MONITOR_SURVEY, "5 3 2 1\n");
    assert_good(look(""));
    assert_row_has("panel: domains", "failed ");
    assert_row_has("panel: domains", "; last compared with what is made ");
    assert_int_equal(chmod(root_at(ADAPTER), 0644), 0);
    assert_good(look(""));
    assert_row("panel", "failed " ADAPTER);
    assert_int_equal(rmdir(root_at("/usr/local/cpanel")), 0);
    assert_good(look(""));
    assert_row_has("panel", "failed ");
    assert_null(row("panel: domains"));
}

static void a_panel_with_an_odd_answer(void **state)
{
    (void)state;
    program_says(ADAPTER " domains", 0,
                 "{\"data\": {\"b.example\": {}, \"a.example\": {\"owner\": \"john\", "
                 "\"document_root\": \"/home/john/a\", \"is_main\": true}}, \"metadata\": "
                 "{\"result\": \"ok\"}}",
                 "");
    assert_good(look(""));
    assert_row_has("panel: domains", "warning 1; passed over: ");
    assert_row_has("panel: domains", "; correct it in the panel");
}

static void what_was_last_heard(void **state)
{
    (void)state;
    static const struct {
        int seconds;
        const char *words;
    } ages[] = {{5, " s ago"}, {600, "10 min ago"}, {8000, "2 h ago"}, {200000, "2 days ago"}};
    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%lld domain-created of john",
                 (long long)time(NULL) - ages[i].seconds);
        assert_good(sc_store_meta_set(world.s.store, SC_META_HOOK_LAST, text, &world.err));
        assert_good(look(""));
        assert_row_has("panel: last event", "ok domain-created of john, ");
        assert_row_has("panel: last event", ages[i].words);
    }
    assert_good(
        sc_store_meta_set(world.s.store, SC_META_MONITOR_ERROR, "5 the panel failed", &world.err));
    assert_good(look(""));
    assert_row_has("panel: last error", "warning the panel failed, ");
}

static void events_that_nobody_takes(void **state)
{
    (void)state;
    struct sc_event_row e = {.user = "john",
                             .kind = SC_KIND_USER_CHANGED,
                             .not_before_ms = (int64_t)time(NULL) * 1000 + 5000};
    assert_good(sc_store_event_push(world.s.store, &e, &world.err));
    service_set("monitor", false);
    assert_good(look(""));
    assert_row_has("events", "failed what the panel told waits and no daemon takes it");
    assert_row_has("events", "systemctl start");
    assert_row_has("monitor", "failed the daemon does not run");
    service_set("monitor", true);
    assert_good(look(""));
    assert_row("events", "ok some are waiting for their turn");
    e.kind = SC_KIND_USER_CREATED;
    e.not_before_ms = 1000;
    assert_good(sc_store_event_push(world.s.store, &e, &world.err));
    assert_good(look(""));
    assert_row_has("events", "warning waiting since ");
    assert_row_has("events", "nobody takes them, see \"monitor\"");
}

/* ---- what is isolated ---- */

static void accounts_that_are_not_as_they_should_be(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_pass("john");
    assert_good(sc_store_pending_set(world.s.store, 4711, 5, &world.err));
    service_set("monitor", false);
    assert_good(look(""));
    assert_row("account", "warning john: the panel failed");
    assert_row_has("unfinished changes", "warning 1 accounts; ");
    assert_row_has("monitor", "failed the daemon does not run, changes in the panel are not "
                              "followed: ");
    assert_row_has("proxyexec", "failed the service does not run, users cannot manage their sites");
    service_set("monitor", true);
    assert_good(look(""));
    assert_row("monitor", "ok the daemon runs");
}

static void apache(const char *conf)
{
    root_put("/etc/apache2/apache2.conf", conf);
    root_put("/usr/sbin/apache2", "");
    assert_int_equal(chmod(root_at("/usr/sbin/apache2"), 0755), 0);
}

static void a_web_server_without_suexec(void **state)
{
    (void)state;
    apache("lsapi_per_user On\n");
    assert_good(look(""));
    assert_row("web server: Apache", "ok /usr/sbin/apache2");
    assert_row_has("web server: suexec", "warning no suexec is where Apache looks for it");
    assert_row_has("web server: LSAPI", "failed /etc/apache2/apache2.conf:1: lsapi_per_user On is "
                                        "incompatible");
}

static void suexec_that_is_not_fronted(void **state)
{
    (void)state;
    apache("");
    root_put(ALTERNATIVES, "");
    assert_int_equal(chmod(root_at(ALTERNATIVES), 0755), 0);
    program_says(ALTERNATIVES " --query suexec", 0,
                 "Name: suexec\nLink: /usr/lib/apache2/suexec\nStatus: auto\nBest: "
                 "/usr/lib/apache2/suexec-custom\nValue: /usr/lib/apache2/suexec-custom\n\n"
                 "Alternative: /usr/lib/apache2/suexec-custom\nPriority: 10\n",
                 "");
    assert_good(look(""));
    assert_row("web server: suexec",
               "failed Sitecage's entry is not in front of /usr/lib/apache2/suexec-custom: run "
               "cagefsctl --site-isolation-allow-all");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_good(look(""));
    assert_row("web server: suexec",
               "ok /usr/lib/apache2/suexec-custom, not fronted: the feature is off");
    program_says(ALTERNATIVES " --query suexec", SC_E_TIMEOUT, "", "");
    assert_good(look(""));
    assert_row("web server: suexec", "failed " ALTERNATIVES " did not answer");
}

/* Its entry is in front, and not the one that should be there. */
static void suexec_whose_entry_is_another(void **state)
{
    (void)state;
    account("john", "cgi");
    assert_pass("john");
    apache("<VirtualHost *:80>\nServerName cgi.example\nSuexecUserGroup john john\n"
           "AddHandler cgi-script .php\n</VirtualHost>\n");
    root_put(ALTERNATIVES, "");
    assert_int_equal(chmod(root_at(ALTERNATIVES), 0755), 0);
    program_says(ALTERNATIVES " --query suexec", 0,
                 "Name: suexec\nLink: /usr/lib/apache2/suexec\nStatus: manual\nBest: "
                 "/usr/lib/apache2/suexec-custom\nValue: " SC_SUEXEC_ENTRY "\n\n"
                 "Alternative: /usr/lib/apache2/suexec-custom\nPriority: 10\n\n"
                 "Alternative: " SC_SUEXEC_ENTRY "\nPriority: 1000\n",
                 "");
    root_link(SC_SUEXEC_REAL, "/usr/lib/apache2/suexec-custom");
    assert_good(look(""));
    assert_row("web server: suexec", "failed Sitecage's entry " SC_SUEXEC_NOT_ARMED);
    assert_good(look("cgi.example"));
    assert_string_equal(row("domain"), "failed CGI: Sitecage's entry " SC_SUEXEC_NOT_ARMED
                                       " (cgi-script at /etc/apache2/apache2.conf:4)");
    assert_int_equal(unlink(root_at(SC_SUEXEC_REAL)), 0);
    assert_good(look("cgi.example"));
    assert_string_equal(row("domain"),
                        "failed CGI: Sitecage's entry is not in front of suexec: run "
                        "cagefsctl --site-isolation-allow-all (cgi-script at "
                        "/etc/apache2/apache2.conf:4)");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_good(look("cgi.example"));
    assert_string_equal(row("domain"), "ok CGI: covered once it is isolated");
}

/* ---- single domains ---- */

/* The row of the domain begins so. */
#define assert_domain(name, want)                                                                  \
    do {                                                                                           \
        const char *got_ = row_with("domain", name);                                               \
        assert_non_null(got_);                                                                     \
        if (strncmp(got_, want, strlen(want)) != 0)                                                \
            fail_msg("%s: \"%s\" instead of \"%s\"", name, got_, want);                            \
    } while (0)

static void what_runs_the_php_of_domains(void **state)
{
    (void)state;
    account("john", "none cgi module lsapi fpm nohost plain nosu");
    SC_FREE char *conf = NULL;
    const char *home = users_of("john")->home;
    assert_true(
        asprintf(&conf,
                 "<VirtualHost *:80>\nServerName none.example\nDocumentRoot %s/none.example\n"
                 "</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName x.example\nServerAlias CGI.example\nDocumentRoot "
                 "%s/cgi.example\nSuexecUserGroup john john\nAddHandler cgi-script .php\n"
                 "</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName nosu.example\nDocumentRoot %s/nosu.example\n"
                 "AddHandler cgi-script .php\n</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName module.example\nDocumentRoot "
                 "%s/module.example\nAddHandler application/x-httpd-php .php\n</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName lsapi.example\nDocumentRoot "
                 "%s/lsapi.example\nAddHandler application/x-httpd-lsphp .php\n</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName fpm.example\nDocumentRoot "
                 "%s/fpm.example\nSetHandler \"proxy:unix:/run/php/x.sock|fcgi://localhost\"\n"
                 "</VirtualHost>\n"
                 "<VirtualHost *:80>\nServerName other.example\nDocumentRoot %s/plain.example\n"
                 "</VirtualHost>\n",
                 home, home, home, home, home, home, home) > 0);
    apache(conf);
    assert_pass("john");
    assert_good(look("none.example cgi.example nosu.example module.example lsapi.example "
                     "fpm.example nohost.example plain.example"));
    assert_domain("none.example", "ok none: no PHP handler is configured for it");
    assert_domain("cgi.example", "failed CGI: no suexec is installed");
    assert_domain("nosu.example", "failed CGI: the virtual host at /etc/apache2/apache2.conf:");
    assert_domain("module.example", "failed mod_php: mod_php runs in the web server's own process");
    assert_domain("lsapi.example", "failed LSAPI: mod_lsapi does not run ");
    assert_domain("fpm.example", "failed FPM: ");
    assert_domain("nohost.example",
                  "warning none: no virtual host of Apache or nginx has this name "
                  "or the document root ");
    assert_domain("plain.example", "ok none: "); /* by its document root */

    root_put("/etc/container/php.handler",
             "# " SC_LIBEXECDIR "/lsphp\napplication/x-httpd-lsphp " SC_LIBEXECDIR "/lsphp\n");
    assert_good(look("lsapi.example"));
    assert_domain("lsapi.example", "ok LSAPI: covered once it is isolated");
    assert_true(checks.v[0].covered);
    assert_int_equal(unlink(root_at("/etc/container/php.handler")), 0);
    root_put(SC_LIBEXECDIR "/lsphp", "");
    root_link("/usr/local/bin/lsphp", root_at(SC_LIBEXECDIR "/lsphp"));
    wants("john", "lsapi");
    assert_pass("john");
    assert_good(look("lsapi.example"));
    assert_domain("lsapi.example", "ok LSAPI: isolated, and covered");
    assert_good(look(""));
    assert_row_has("web server: hosts", "CGI 2");
    assert_bad(look("x.example"), SC_E_NOTFOUND, "");
}

/* ---- versions ---- */

static void packages_that_are_too_old(void **state)
{
    (void)state;
    root_put("/usr/bin/dpkg-query", "");
    assert_int_equal(chmod(root_at("/usr/bin/dpkg-query"), 0755), 0);
    root_put(VERSIONS, "# what is needed\nold 2.0\ngood 1.0-1\nbroken 3\nabsent 9\nstrange 1\n");
    program_says("dpkg-query -W", 1,
                 "installed old 1:1.9\ninstalled good 2.0\ninstalled broken 1\nconfig-files absent "
                 "1\ninstalled strange $x\ninstalled other 1\n",
                 "");
    program_says("dpkg --compare-versions 1.9 lt 2.0", 0, "", "");
    program_says("dpkg --compare-versions 2.0 lt 1.0-1", 1, "", "");
    program_says("dpkg --compare-versions 1 lt 3", SC_E_TIMEOUT, "", "");
    assert_good(look(""));
    assert_string_equal(row_with("package", "old"),
                        "failed old 1:1.9 is installed, at least 2.0 is needed: update it");
    assert_string_equal(row_with("package", "good"), "ok good 2.0, at least 1.0-1 is needed");
    assert_string_equal(row_with("package", "broken"), "warning broken 1: dpkg did not answer");
    assert_string_equal(row_with("package", "strange"),
                        "warning strange $x: its version cannot be compared");
    assert_null(row_with("package", "absent"));
}

static void packages_of_rpm(void **state)
{
    (void)state;
    root_put("/usr/bin/rpm", "");
    assert_int_equal(chmod(root_at("/usr/bin/rpm"), 0755), 0);
    root_put(VERSIONS, "old 2.0-1\ngood 1.0\nbroken 3\n");
    program_says("rpm -q", 1, "installed old 1.9-7\ninstalled good 2.0-1\ninstalled broken 1-1\n",
                 "");
    program_says("rpm --eval %{lua:local v = rpm.vercmp('1.9', '2.0')", 0, "-1\n", "");
    program_says("rpm --eval %{lua:local v = rpm.vercmp('2.0', '1.0')", 0, "1\n", "");
    program_says("rpm --eval %{lua:local v = rpm.vercmp('1', '3')", 0, "what\n", "");
    assert_good(look(""));
    assert_string_equal(row_with("package", "old"),
                        "failed old 1.9-7 is installed, at least 2.0-1 is needed: update it");
    assert_string_equal(row_with("package", "good"), "ok good 2.0-1, at least 1.0 is needed");
    assert_string_equal(row_with("package", "broken"),
                        "warning broken 1-1: rpm cannot compare 1-1 with 3");
}

static void a_list_of_versions_that_is_wrong(void **state)
{
    (void)state;
    root_put(VERSIONS, "\nname\n");
    assert_good(look(""));
    assert_row("packages", "warning " VERSIONS ":2: expected PACKAGE VERSION");
    root_put(VERSIONS, "--help 1\n");
    assert_good(look(""));
    assert_row("packages", "warning " VERSIONS ":1: expected PACKAGE VERSION");
    assert_int_equal(unlink(root_at(VERSIONS)), 0);
    assert_good(look(""));
    assert_row("packages", "warning " VERSIONS " does not exist");
    root_put("/usr/bin/dpkg-query", "");
    assert_int_equal(chmod(root_at("/usr/bin/dpkg-query"), 0755), 0);
    root_put(VERSIONS, "name 1\n");
    assert_good(look("")); /* it cannot be started */
    assert_row_has("packages", "warning cannot start dpkg-query");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        check_test(a_server_where_all_is_well),
        check_test(what_the_kernel_lacks),
        check_test(the_setuid_program),
        check_test(a_configuration_that_cannot_be_read),
        check_test(a_policy_that_cannot_be_trusted),
        check_test(where_the_feature_is_off),
        check_test(hooks_that_are_missing),
        check_test(a_panel_that_fails),
        check_test(a_panel_with_an_odd_answer),
        check_test(what_was_last_heard),
        check_test(events_that_nobody_takes),
        check_test(accounts_that_are_not_as_they_should_be),
        check_test(a_web_server_without_suexec),
        check_test(suexec_that_is_not_fronted),
        check_test(suexec_whose_entry_is_another),
        check_test(what_runs_the_php_of_domains),
        check_test(packages_that_are_too_old),
        check_test(packages_of_rpm),
        check_test(a_list_of_versions_that_is_wrong),
    };
    return world_run(tests);
}
