/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <string.h>

#include "core/web/unit.h"

static void unit_is(const char *groups, const char *want)
{
    char name[SC_UNIT_NAME];
    assert_int_equal(sc_unit_of_groups(groups, name), want[0] != 0);
    assert_string_equal(name, want);
}

static void test_names(void **state)
{
    (void)state;
    unit_is("0::/system.slice/apache2.service\n", "apache2.service");
    unit_is("0::/system.slice/system-php.slice/php-fpm@8.2.service\n", "php-fpm@8.2.service");
    unit_is("0::/system.slice/httpd.service/workers\n", "httpd.service");
    unit_is("12:cpu:/\n1:name=systemd:/system.slice/apache2.service\n0::/\n", "apache2.service");
    unit_is("0::/user.slice/user-0.slice/session-1.scope\n", "");
    unit_is("0::/my.services/x\n", "");
    unit_is("", "");
}

static void confined(const char *shown, const char *want)
{
    char out[128];
    sc_unit_confined_by(shown, out, sizeof(out));
    assert_string_equal(out, want);
}

static void test_directives(void **state)
{
    (void)state;
    confined("", "");
    confined("PrivateTmp=no\nProtectSystem=no\nProtectProc=default\nRestrictNamespaces=no\n", "");
    confined("PrivateTmp=yes\nProtectHome=read-only\nProtectSystem=strict\n",
             "PrivateTmp, ProtectSystem=strict, ProtectHome=read-only");
    confined("RestrictNamespaces=cgroup ipc net mnt pid user uts\nNoNewPrivileges=yes",
             "RestrictNamespaces, NoNewPrivileges");
}

static void test_no_room(void **state)
{
    (void)state;
    char out[16];
    sc_unit_confined_by("PrivateTmp=yes\nPrivateDevices=yes\n", out, sizeof(out));
    assert_string_equal(out, "PrivateTmp");
}

static void shut(const char *shown, const char *want)
{
    char out[128] = "";
    assert_int_equal(sc_unit_shuts_in(shown, out, sizeof(out)), want[0] != 0);
    assert_string_equal(out, want);
}

#define MOST "setns capget statfs socket connect sendmsg signalfd4 setresuid flock"

static void test_shut_in(void **state)
{
    (void)state;
    shut("", "");
    shut("RestrictAddressFamilies=~\nSystemCallFilter=~\n", "");
    shut("RestrictAddressFamilies=AF_INET AF_UNIX\n", "");
    shut("RestrictAddressFamilies=AF_INET AF_INET6\n", "RestrictAddressFamilies= lacks AF_UNIX");
    shut("RestrictAddressFamilies=~AF_UNIX\n", "RestrictAddressFamilies= lacks AF_UNIX");
    shut("RestrictAddressFamilies=~AF_PACKET\n", "");
    shut("SystemCallFilter=" MOST " pidfd_open openat2\n", "");
    shut("RestrictSUIDSGID=yes\n", "RestrictSUIDSGID=yes refuses openat2");
    shut("RestrictSUIDSGID=no\n", "");
    shut("SystemCallFilter=" MOST "\n", "SystemCallFilter= lacks pidfd_open");
    shut("SystemCallFilter=~setns mount\n", "SystemCallFilter= lacks setns");
    shut("SystemCallFilter=~mount setns:EPERM\n", "SystemCallFilter= lacks setns");
}

static void test_forbids(void **state)
{
    (void)state;
    char out[512];
    struct sc_unit u = {.name = "apache2.service", .own_mounts = true};
    assert_false(sc_unit_forbids(&u, &sc_unit_of_apache, out, sizeof(out)));
    u.hides_run = true;
    assert_true(sc_unit_forbids(&u, &sc_unit_of_apache, out, sizeof(out)));
    assert_non_null(strstr(out, "apache2.service hides /run/sitecage"));
    u.no_new_privs = true;
    assert_true(sc_unit_forbids(&u, &sc_unit_of_apache, out, sizeof(out)));
    assert_non_null(strstr(out, "systemctl edit apache2.service, [Service] NoNewPrivileges=no"));
    struct sc_unit nowhere = {.no_new_privs = true};
    assert_true(sc_unit_forbids(&nowhere, &sc_unit_of_apache, out, sizeof(out)));
    assert_non_null(strstr(out, "the web server runs with NoNewPrivileges=yes"));
    assert_true(sc_unit_forbids(&nowhere, &sc_unit_of_cron, out, sizeof(out)));
    assert_non_null(strstr(
        out, "cron runs with NoNewPrivileges=yes, so that no job of an isolated site is run"));
}

static void test_hinders(void **state)
{
    (void)state;
    char out[512];
    const struct sc_unit u = {.name = "httpd.service", .filtered = true};
    assert_false(
        sc_unit_hinders(&u, &sc_unit_of_apache, "RestrictSUIDSGID=no\n", out, sizeof(out)));
    assert_true(
        sc_unit_hinders(&u, &sc_unit_of_apache, "RestrictSUIDSGID=yes\n", out, sizeof(out)));
    assert_string_equal(
        out, "httpd.service: RestrictSUIDSGID=yes refuses openat2, which serving isolated "
             "sites needs: allow it (systemctl edit httpd.service), and restart it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),   cmocka_unit_test(test_directives),
        cmocka_unit_test(test_no_room), cmocka_unit_test(test_shut_in),
        cmocka_unit_test(test_forbids), cmocka_unit_test(test_hinders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
