/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue on a root of its own, with programs that answer as PHP does and count how often. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"
#include "core/base/cleanup.h"
#include "core/php/catalogue.h"
#include "core/php/site.h"

struct world {
    struct tempdir t;
    struct sc_php_places places;
    char cache[256];
};

static void make_dirs(struct world *w, const char *rel)
{
    assert_int_equal(sc_mkdirs_beneath(w->t.fd, rel, 0755, NULL, NULL), 0);
}

static void put_program(struct world *w, const char *dir, const char *name, const char *version,
                        const char *scan)
{
    char text[2048], rel[300];
    make_dirs(w, dir);
    snprintf(rel, sizeof(rel), "%s/%s", dir, name);
    snprintf(text, sizeof(text),
             "#!/bin/sh\n[ \"$1\" != -i ] || { echo 'PHP Version => %s'; echo 'Scan this dir for "
             "additional .ini files => %s'; exit; }\ncat >/dev/null\necho sitecage; echo %s; echo "
             "'%s'; echo 'Core,json,Zend OPcache'\n",
             version, scan, version, scan);
    put_file(&w->t, rel, text);
    assert_int_equal(fchmodat(w->t.fd, rel, 0755, 0), 0);
}

static int setup(void **state)
{
    static struct world w;
    tempdir_make(&w.t);
    snprintf(w.cache, sizeof(w.cache), "%s/php.cache", w.t.path);
    w.places = (struct sc_php_places){.root = w.t.path, .owner = geteuid(), .cache = w.cache};
    make_dirs(&w, "etc/cl.selector");
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    tempdir_remove(&w->t);
    return 0;
}

static void load(struct world *w, struct sc_php_catalogue *c)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_php_catalogue_load(&w->places, c, &err) < 0)
        fail_msg("%s", err.text);
}

static void test_layouts(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", "/scan/81");
    put_program(w, "opt/alt/php81/usr/bin", "php", "8.1.27", "/scan/81");
    put_program(w, "opt/alt/php81/usr/sbin", "php-fpm", "8.1.27", "/scan/81");
    put_program(w, "opt/alt/php81/usr/bin", "lsphp", "8.1.27", "");
    put_program(w, "opt/cpanel/ea-php74/root/usr/bin", "php-cgi", "7.4.33", "/x");
    put_program(w, "opt/plesk/php/8.2/bin", "php-cgi", "8.2.1", "/x");
    put_program(w, "usr/local/php83/bin", "php-cgi83", "8.3.1", "/x");
    put_program(w, "opt/remi/php56/root/usr/bin", "php-cgi", "5.6.40", "/x");
    put_program(w, "usr/bin", "php-cgi8.4", "8.4.2", "/etc/php/8.4/cgi/conf.d");
    put_program(w, "usr/bin", "php-cgi8.10", "8.10.0", "/x");
    put_program(w, "usr/bin", "php-cgi-fcgi", "1", "");
    put_program(w, "opt/alt/phpxx/usr/bin", "php-cgi", "1", "");
    put_link(&w->t, "usr/bin/php-cgi", "php-cgi8.4");
    load(w, &c);
    static const char *const names[] = {"5.6", "7.4", "8.1", "8.2", "8.3", "8.4", "8.10"};
    static const char *const from[] = {"remi",        "ea-php", "alt-php", "plesk-php",
                                       "directadmin", "debian", "debian"};
    assert_int_equal(c.n, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(c.v[i].name, names[i]);
        assert_string_equal(c.v[i].layout, from[i]);
    }
    const struct sc_php *php = sc_php_find(&c, "8.1");
    assert_string_equal(php->key, "81");
    assert_string_equal(php->full, "8.1.27");
    assert_string_equal(php->bin[SC_PHP_CGI].path, at(&w->t, "opt/alt/php81/usr/bin/php-cgi"));
    assert_string_equal(php->bin[SC_PHP_FPM].scan_dir, "/scan/81");
    assert_string_equal(php->bin[SC_PHP_LSPHP].scan_dir, "/scan/81");
    assert_string_equal(c.native.bin[SC_PHP_CGI].real, at(&w->t, "usr/bin/php-cgi8.4"));
    assert_string_equal(c.native.full, "8.4.2");
    assert_string_equal(c.current, "native");
    assert_ptr_equal(sc_php_find(&c, "native"), &c.native);
    assert_null(sc_php_find(&c, "9.9"));
}

static void test_conf_first(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    char text[1024];
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", "");
    put_program(w, "own/usr/bin", "php-cgi", "8.1.99", "");
    make_dirs(w, "own/etc/php.d.all");
    snprintf(text, sizeof(text), "php 8.1 8.1.0 %s/own/usr/bin/php-cgi\n", w->t.path);
    put_file(&w->t, "etc/cl.selector/selector.conf", text);
    snprintf(text, sizeof(text), "php=%s/opt/alt/php81/usr/bin/php-cgi\n", w->t.path);
    put_file(&w->t, "etc/cl.selector/native.conf", text);
    put_file(&w->t, "etc/cl.selector/defaults.cfg",
             "[versions]\nphp=8.1\n[php8.1]\nmodules=a,b\nstate=disabled\n");
    load(w, &c);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.v[0].bin[SC_PHP_CGI].path, at(&w->t, "own/usr/bin/php-cgi"));
    assert_string_equal(c.v[0].full, "8.1.0");
    assert_string_equal(c.v[0].modules_dir, at(&w->t, "own/etc/php.d.all"));
    assert_true(c.v[0].disabled);
    assert_string_equal(c.v[0].defaults, "a,b");
    assert_string_equal(c.current, "8.1");
    assert_string_equal(c.native.full, "8.1.27");
}

static void test_conf_wrong(void **state)
{
    struct world *w = *state;
    struct sc_php_catalogue c = {0};
    struct sc_error err = SC_ERROR_INIT;
    put_file(&w->t, "etc/cl.selector/defaults.cfg", "[versions]\nphp=x\n");
    assert_int_equal(sc_php_catalogue_load(&w->places, &c, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL,
                     "defaults.cfg line 2: not a version as 8.1, nor native: 'x'");
    assert_null(c.v);
    put_file(&w->t, "etc/cl.selector/defaults.cfg", "");
    assert_int_equal(fchmodat(w->t.fd, "etc/cl.selector/defaults.cfg", 0666, 0), 0);
    assert_int_equal(sc_php_catalogue_load(&w->places, &c, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "can be written by others than its owner");
}

static void test_not_trusted(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", "");
    put_program(w, "opt/alt/php82/usr/bin", "php-cgi", "8.2.1", "");
    put_program(w, "opt/alt/php83/usr/bin", "php-cgi", "", "");
    assert_int_equal(fchmodat(w->t.fd, "opt/alt/php81/usr/bin/php-cgi", 0777, 0), 0);
    load(w, &c);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.v[0].name, "8.2");
    assert_non_null(strstr(c.notes.data, "PHP 8.1 is not used: "));
    assert_non_null(
        strstr(c.notes.data, "php81/usr/bin/php-cgi can be changed by others than root"));
    assert_non_null(strstr(c.notes.data, "php83/usr/bin/php-cgi does not answer as PHP does"));
}

static void assert_full(struct world *w, const char *full)
{
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    load(w, &c);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.v[0].full, full);
    assert_string_equal(c.v[0].bin[SC_PHP_CGI].scan_dir, "/scan%20");
}

/* Asked once, and again when the file is another. */
static void test_cache(void **state)
{
    struct world *w = *state;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", "/scan%20");
    assert_full(w, "8.1.27");
    /* what is in the cache is believed: the program is not asked again */
    assert_int_equal(sc_read_file_beneath(w->t.fd, "php.cache", 65536, &text, NULL, NULL), 0);
    char *p = strstr(text.data, "=8.1.27");
    assert_non_null(p);
    memcpy(p, "=8.1.99", 7);
    put_file(&w->t, "php.cache", text.data);
    assert_full(w, "8.1.99");
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimensat(w->t.fd, "opt/alt/php81/usr/bin/php-cgi", times, 0), 0);
    assert_full(w, "8.1.27");
    /* damaged, or another user's: none */
    put_file(&w->t, "php.cache", "sitecage-php-cache 1\n1 2 nonsense\n");
    assert_full(w, "8.1.27");
    put_file(&w->t, "php.cache", text.data);
    assert_int_equal(fchmodat(w->t.fd, "php.cache", 0666, 0), 0);
    assert_full(w, "8.1.27");
}

/* An answer with words that cannot stand in a table is none. */
static void test_nonsense(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", "/a b");
    load(w, &c);
    assert_int_equal(c.n, 0);
    assert_false(exists(&w->t, "php.cache"));
}

static void test_modules(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    char scan[256];
    snprintf(scan, sizeof(scan), "%s/scan", w->t.path);
    put_program(w, "opt/alt/php81/usr/bin", "php-cgi", "8.1.27", scan);
    make_dirs(w, "opt/alt/php81/etc/php.d.all");
    make_dirs(w, "scan");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/mysqli.ini", "extension=mysqli.so\n");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/mysqlnd.ini", "extension=mysqlnd.so\n");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/gd.ini", "; priority=5\nextension=gd.so");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/fixed.ini", "extension=fixed.so\n");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/README", "");
    put_file(&w->t, "opt/alt/php81/etc/php.d.all/a;b.ini", "");
    put_file(&w->t, "opt/alt/php81/etc/php.ini", " extension = \"/x/fixed.so\" ; always\n");
    put_file(&w->t, "scan/20-gd.ini", "extension=gd.so");
    put_file(&w->t, "scan/default.ini", "extension=mysqlnd.so\n;extension=mysqli.so\n");
    load(w, &c);
    struct sc_php *php = sc_php_find(&c, "8.1");
    assert_int_equal(sc_php_modules(&w->places, php, NULL), 0);
    assert_int_equal(php->n_modules, 7); /* core json zend_opcache, gd mysqli mysqlnd, fixed */
    assert_true(sc_php_module_find(php, "gd")->on);
    assert_true(sc_php_module_find(php, "mysqlnd")->on);
    assert_false(sc_php_module_find(php, "mysqli")->on);
    assert_true(sc_php_module_find(php, "fixed")->fixed);
    assert_true(sc_php_module_find(php, "json")->fixed);
    assert_null(sc_php_module_find(php, "json")->ini);
    assert_null(sc_php_module_find(php, "a;b"));

    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice choice = {0};
    SC_BUF struct sc_buf ini = SC_BUF_INIT;
    assert_int_equal(sc_php_ini(php, &choice, geteuid(), &ini, NULL), 0);
    assert_string_equal(ini.data, "; made by Sitecage for PHP 8.1: see selectorctl(1)\n"
                                  ";---gd---\n; priority=5\nextension=gd.so\n"
                                  ";---mysqlnd---\nextension=mysqlnd.so\n");
    struct sc_php_choice_version *v = sc_php_choice_at(&choice, "8.1");
    v->chosen = true;
    static const char *const chosen[] = {"mysqli", "mysqlnd", "fixed", "gone"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(sc_php_names_add(&v->modules, chosen[i], NULL), 0);
    SC_BUF struct sc_buf other = SC_BUF_INIT;
    assert_int_equal(sc_php_ini(php, &choice, geteuid(), &other, NULL), 0);
    assert_string_equal(other.data, "; made by Sitecage for PHP 8.1: see selectorctl(1)\n"
                                    ";---mysqlnd---\nextension=mysqlnd.so\n"
                                    ";---mysqli---\nextension=mysqli.so\n");
    /* a file that others can change is not copied */
    assert_int_equal(fchmodat(w->t.fd, "opt/alt/php81/etc/php.d.all/mysqli.ini", 0666, 0), 0);
    SC_BUF struct sc_buf third = SC_BUF_INIT;
    assert_int_equal(sc_php_ini(php, &choice, geteuid(), &third, NULL), 0);
    assert_null(strstr(third.data, "mysqli"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_layouts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conf_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conf_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cache, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
        cmocka_unit_test_setup_teardown(test_modules, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
