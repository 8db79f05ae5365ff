/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where mod_sitecage is switched on, and which process is Apache's. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/there.h"
#include "core/web/httpd.h"
#include "core/web/module_place.h"

#define OBJECT "/usr/lib/modules/mod_sitecage.so"

static char root[64];
static struct sc_error err;

static int make(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sc_web_module_XXXXXX");
    err = (struct sc_error)SC_ERROR_INIT;
    return mkdtemp(root) ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    return system(rm);
}

static const char *full(const char *path)
{
    static char out[512];
    snprintf(out, sizeof(out), "%s%s", root, path);
    return out;
}

static void put(const char *path)
{
    char dir[512];
    snprintf(dir, sizeof(dir), "%s", full(path));
    *strrchr(dir, '/') = 0;
    assert_int_equal(sc_mkdir_p(dir, 0755, NULL), 0);
    assert_int_equal(sc_replace_file(full(path), 0755, "x", 1, NULL), 0);
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(full(path), &st) == 0;
}

static const struct sc_module_place *found(void)
{
    const struct sc_module_place *p = NULL;
    assert_int_equal(sc_module_place_find(root, &p, &err), 0);
    return p;
}

static void no_apache(void **state)
{
    (void)state;
    assert_null(found());
}

static void apache_without_a_place(void **state)
{
    (void)state;
    const struct sc_module_place *p = NULL;
    put("/usr/local/apache/bin/httpd");
    assert_int_equal(sc_module_place_find(root, &p, &err), SC_E_PLATFORM);
    assert_non_null(strstr(err.text, "/usr/local/apache/bin/httpd"));
}

/* A link that leads to itself stands for whatever keeps the kernel from looking. */
static void loop(const char *path)
{
    put(path);
    assert_int_equal(unlink(full(path)), 0);
    assert_int_equal(symlink(full(path), full(path)), 0);
}

static void an_error_is_no_absence(void **state)
{
    (void)state;
    const struct sc_module_place *p = NULL;
    put("/usr/sbin/apache2");
    loop("/etc/apache2/mods-enabled");
    assert_int_equal(sc_module_place_find(root, &p, &err), SC_E_SYS);
    assert_non_null(strstr(err.text, "/etc/apache2/mods-enabled"));
    assert_int_equal(unlink(full("/etc/apache2/mods-enabled")), 0); /* the control: it is absent */
    assert_int_equal(sc_module_place_find(root, &p, &err), SC_E_PLATFORM);
    put("/etc/apache2/mods-enabled/mime.load");
    p = found();
    assert_int_equal(sc_module_place_is_on(root, p, &err), SC_ABSENT);
    loop("/etc/apache2/mods-enabled/sitecage.load");
    assert_int_equal(sc_module_place_is_on(root, p, &err), SC_E_SYS);
    loop(OBJECT);
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), SC_E_SYS);
    assert_int_equal(unlink(full(OBJECT)), 0);
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), SC_E_NOTFOUND);
    put(OBJECT);
    loop("/etc/apache2/mods-available/sitecage.load");
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), SC_E_SYS);
    loop("/usr/sbin/apache2");
    assert_int_equal(sc_module_place_find(root, &p, &err), SC_E_SYS);
    assert_non_null(strstr(err.text, "/usr/sbin/apache2"));
}

static void debian(void **state)
{
    (void)state;
    char to[64] = "";
    put("/usr/sbin/apache2");
    put("/etc/apache2/mods-enabled/mime.load");
    put(OBJECT);
    const struct sc_module_place *p = found();
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), SC_E_NOTFOUND);
    assert_non_null(strstr(err.text, "mods-available/sitecage.load is missing"));
    assert_int_equal(sc_module_place_is_on(root, p, &err), SC_ABSENT);
    put("/etc/apache2/mods-available/sitecage.load");
    put("/etc/apache2/mods-available/sitecage.conf");
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), 0);
    assert_int_equal(sc_module_place_is_on(root, p, &err), SC_THERE);
    assert_true(readlink(full("/etc/apache2/mods-enabled/sitecage.load"), to, sizeof(to)) > 0);
    assert_string_equal(to, "../mods-available/sitecage.load");
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(sc_module_place_off(root, p, &err), 0);
    assert_false(is_there("/etc/apache2/mods-enabled/sitecage.load"));
    assert_false(is_there("/etc/apache2/mods-enabled/sitecage.conf"));
    assert_true(is_there("/etc/apache2/mods-enabled/mime.load"));
}

static void directory_of_files(const char *file)
{
    const struct sc_module_place *p = found();
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), SC_E_NOTFOUND);
    assert_false(is_there(file));
    put(OBJECT);
    assert_int_equal(sc_module_place_on(root, p, OBJECT, &err), 0);
    assert_int_equal(sc_module_place_is_on(root, p, &err), SC_THERE);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    assert_int_equal(sc_read_file(full(file), 4096, &text, &err), 0);
    assert_non_null(strstr(text.data, "\nLoadModule sitecage_module " OBJECT "\n"));
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(sc_module_place_off(root, p, &err), 0);
    assert_false(is_there(file));
}

static void rhel(void **state)
{
    (void)state;
    put("/usr/sbin/httpd");
    put("/etc/httpd/conf.modules.d/00-base.conf");
    directory_of_files("/etc/httpd/conf.modules.d/99-sitecage.conf");
}

static void cpanel(void **state)
{
    (void)state;
    put("/usr/sbin/httpd");
    put("/etc/apache2/conf.modules.d/000_mod_http2.conf");
    directory_of_files("/etc/apache2/conf.modules.d/99-sitecage.conf");
}

static void programs(void **state)
{
    (void)state;
    assert_true(sc_httpd_is_program("/usr/sbin/httpd", "/usr/sbin/httpd"));
    assert_true(sc_httpd_is_program("/usr/sbin/httpd (deleted)", "/usr/sbin/httpd"));
    assert_false(sc_httpd_is_program("/usr/sbin/httpd2", "/usr/sbin/httpd"));
    assert_false(sc_httpd_is_program("/usr/sbin/http", "/usr/sbin/httpd"));
}

static void configurations(void **state)
{
    (void)state;
    static const struct {
        const char *cmdline;
        size_t len;
        bool other;
    } cases[] = {
        {"/usr/sbin/apache2\0-k\0start", 26, false},
        {"/usr/sbin/httpd\0-DFOREGROUND", 28, false},
        {"/usr/sbin/apache2\0-d\0/etc/apache2-x\0-k\0start", 44, true},
        {"/usr/sbin/httpd\0-f/etc/my.conf", 30, true},
        {"-d", 2, false},
        {"", 0, false},
        {"a\0-", 3, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(sc_httpd_is_other(cases[i].cmdline, cases[i].len), cases[i].other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(no_apache),
        T(apache_without_a_place),
        T(an_error_is_no_absence),
        T(debian),
        T(rhel),
        T(cpanel),
        cmocka_unit_test(programs),
        cmocka_unit_test(configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
