/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What root's configuration has a site use outside of its home is shown to it, where nobody but root can have put it
 * there: web applications, wrappers of PHP, php.ini of the server. */
#include "tests/unit/fakes/world.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/facts/gather.h"
#include "core/facts/shown.h"
#include "core/facts/uses.h"
#include "core/facts/uses_private.h"

static struct sc_account a;
static struct sc_facts f;
static struct sc_uses out;
static struct sc_shown shown;

static int setup(void **state)
{
    int rc = world_setup(state);
    a = (struct sc_account)SC_ACCOUNT_INIT;
    account("john", "a b");
    wants("john", "a");
    root_put("/etc/passwd", "root:x:0:0::/root:/bin/sh\nmary:x:1002:1002::/data/mary:/bin/sh\n");
    assert_good(sc_account_open("john", 0, &a, &world.err));
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err));
    return rc;
}

static int teardown(void **state)
{
    sc_shown_done(&shown);
    sc_uses_done(&out);
    out = (struct sc_uses){0};
    sc_facts_done(&f);
    sc_account_done(&a);
    return world_teardown(state);
}

#define shown_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct sc_vhosts none;

static const char *place_of(const char *path, const struct sc_vhosts *hosts)
{
    static char text[512];
    SC_FREE char *place = NULL;
    assert_good(sc_shown_find(&a, hosts, path, &place, &world.err));
    snprintf(text, sizeof(text), "%s", place ? place : "nothing");
    return text;
}

static void root_give(const char *path, uid_t uid, mode_t mode)
{
    assert_int_equal(chown(root_at(path), uid, uid), 0);
    assert_int_equal(chmod(root_at(path), mode), 0);
}

static void what_root_put_there_is_shown(void **state)
{
    (void)state;
    root_put("/var/www/apps/mail/public_html/index.php", "x");
    root_put("/srv/tool/x.php", "x");
    root_link("/srv/here", "tool");
    assert_string_equal(place_of("/var/www/apps/mail", &none), "/var/www/apps/mail");
    assert_string_equal(place_of("/var/www/apps/mail/public_html", &none), "/var/www/apps/mail");
    assert_string_equal(place_of("/var/www/apps/mail/public_html/index.php", &none),
                        "/var/www/apps/mail/public_html");
    assert_string_equal(place_of("/srv/here", &none), "/srv/tool");
    assert_string_equal(place_of("/srv/tool/none", &none), "nothing");
    assert_string_equal(place_of("/srv", &none), "nothing"); /* too much */
}

static void what_others_could_replace_is_not(void **state)
{
    (void)state;
    root_put("/srv/tool/lib/x.php", "x");
    root_give("/srv/tool", 1002, 0755);
    assert_string_equal(place_of("/srv/tool/lib", &none), "nothing");
    root_give("/srv/tool", 0, 0777);
    assert_string_equal(place_of("/srv/tool/lib", &none), "nothing");
    root_give("/srv/tool", 0, 0755);
    assert_string_equal(place_of("/srv/tool/lib", &none), "/srv/tool/lib");
    root_give("/srv/tool/lib", 1002, 0755);
    assert_string_equal(place_of("/srv/tool/lib", &none), "nothing");
    root_give("/srv/tool/lib", 1001, 0755); /* the account's own, as it is now */
    assert_string_equal(place_of("/srv/tool/lib", &none), "/srv/tool/lib");
    root_put("/data/mary/site/x", "x"); /* in a home, and around one */
    root_mkdir("/data/all");
    assert_string_equal(place_of("/data/mary/site", &none), "nothing");
    assert_string_equal(place_of("/data/all", &none), "/data/all");
}

/* A panel's wrapper of PHP that is the account's lies in a directory that it cannot change. */
static void wrappers_of_panels(void **state)
{
    (void)state;
    root_put("/var/www/bin/john/php-wrapper", "#!/bin/sh\n");
    root_give("/var/www/bin/john/php-wrapper", 1001, 0755);
    assert_string_equal(place_of("/var/www/bin/john/php-wrapper", &none), "/var/www/bin/john");
    root_give("/var/www/bin/john", 1002, 0755);
    assert_string_equal(place_of("/var/www/bin/john/php-wrapper", &none), "nothing");
}

/* "" for one that a site can run, else what keeps it from being shown; "-" where nothing would help. */
static const char *unseen(const char *path)
{
    static char text[512];
    SC_FREE char *by = NULL;
    const struct sc_show_for to = {.uid = a.uid, .home = a.home};
    int rc = sc_showable_sees(&to, &none, path, &by, &world.err);
    assert_good(rc < 0 ? rc : 0);
    snprintf(text, sizeof(text), "%s", rc ? "" : by ? by : "-");
    return text;
}

static void what_no_site_sees_is_told(void **state)
{
    (void)state;
    root_put("/var/www/any/php/wrapper", "#!/bin/sh\n");
    root_give("/var/www/any/php/wrapper", 1001, 0755);
    root_give("/var/www/any/php", 1001, 0755);
    assert_string_equal(unseen("/var/www/any/php/wrapper"), "");
    root_give("/var/www/any", 0, 01777);
    assert_string_equal(unseen("/var/www/any/php/wrapper"), "/var/www/any");
    root_give("/var/www/any", 1002, 0755);
    assert_string_equal(unseen("/var/www/any/php/wrapper"), "/var/www/any");
    root_give("/var/www/any/php/wrapper", 1002, 0755);
    assert_string_equal(unseen("/var/www/any/php/wrapper"), "/var/www/any/php/wrapper");
    root_put("/run/php/wrapper", "#!/bin/sh\n");
    root_put("/usr/lib/php/wrapper", "#!/bin/sh\n");
    root_link("/var/www/link", "/usr/lib/php/wrapper");
    assert_string_equal(unseen("/run/php/wrapper"), "-");
    assert_string_equal(unseen("/usr/lib/php/wrapper"), "");
    assert_string_equal(unseen("/var/www/link"), "");
    assert_string_equal(unseen("/var/www/none"), ""); /* that is another fault */
    root_fail("/var/www/any", EIO);
    SC_FREE char *by = NULL;
    const struct sc_show_for to = {.uid = a.uid, .home = a.home};
    assert_bad(sc_showable_sees(&to, &none, "/var/www/any/php/wrapper", &by, &world.err), SC_E_SYS,
               "/var/www/any: Input/output error");
}

/* The directory around is not, where that would show a host's document root. */
static void no_more_is_shown_around_a_document_root(void **state)
{
    (void)state;
    char at[] = "/var/www/apps/mail/web";
    struct sc_host_root root = {.text = at};
    struct sc_vhost host = {.roots = &root, .n_roots = 1};
    const struct sc_vhosts hosts = {.v = &host, .n = 1};
    root_mkdir("/var/www/apps/mail/web");
    root_mkdir("/var/www/apps/mail/public");
    assert_string_equal(place_of("/var/www/apps/mail/public", &none), "/var/www/apps/mail");
    assert_string_equal(place_of("/var/www/apps/mail/public", &hosts), "/var/www/apps/mail/public");
    assert_string_equal(place_of("/var/www/apps/mail/web", &hosts), "/var/www/apps/mail");
    root.alias = true;
    assert_string_equal(place_of("/var/www/apps/mail/public", &hosts), "/var/www/apps/mail");
}

/* Once, be it asked for twice or lie in what is shown; for a site, and for all. */
static void each_place_is_shown_once(void **state)
{
    (void)state;
    root_put("/srv/tool/lib/x.php", "x");
    root_mkdir("/srv/sess/john");
    root_give("/srv/sess/john", 1001, 0700);
    const char *const paths[] = {"/srv/tool", "/srv/tool", "/srv/tool/lib", "/srv/none"};
    for (size_t i = 0; i < 4; i++)
        assert_good(sc_shown_add(&shown, &a, &none, "a.example", paths[i], &world.err));
    assert_int_equal(shown.n, 1);
    assert_string_equal(shown.v[0].path, "/srv/tool");
    assert_int_equal(shown.n_asked, 3);
    assert_good(sc_shown_add(&shown, &a, &none, NULL, "/srv/tool", &world.err));
    assert_int_equal(shown.n, 2);
    assert_null(shown.v[1].site_rel);
    for (int i = 0; i < 2; i++)
        assert_good(sc_shown_add_own(&shown, &a, &none, "a.example", "/srv/sess/john", &world.err));
    assert_int_equal(shown.n, 3);
    assert_int_equal(shown.v[2].how, SC_SHOWN_OWN);
    root_give("/srv/sess/john", 1002, 0700); /* another account's */
    assert_good(sc_shown_add_own(&shown, &a, &none, "b.example", "/srv/sess/john", &world.err));
    assert_good(sc_shown_add_own(&shown, &a, &none, "b.example", "/data/mary", &world.err));
    assert_int_equal(shown.n, 3);
}

/* What cannot be looked at is not nothing, and who the users are must be known. */
static void errors_are_no_absence(void **state)
{
    SC_FREE char *place = NULL;
    (void)state;
    root_mkdir("/srv/tool/lib");
    root_fail("/srv/tool", EIO);
    assert_bad(sc_shown_find(&a, &none, "/srv/tool/lib", &place, &world.err), SC_E_SYS,
               "/srv/tool: Input/output error");
    root_fail(NULL, 0);
    assert_int_equal(unlink(root_at("/etc/passwd")), 0);
    assert_bad(sc_shown_find(&a, &none, "/srv/tool/lib", &place, &world.err), SC_E_SYS,
               "/etc/passwd");
    assert_bad(sc_shown_add(&shown, &a, &none, "a.example", "/srv/tool/lib", &world.err), SC_E_SYS,
               "/etc/passwd");
    assert_int_equal(shown.n_asked, 0); /* so it is asked again */
}

/* ---- settings that wrappers and the server's php.ini name ---- */

static struct sc_uses_look look(void)
{
    struct sc_uses_look l = {.a = &a,
                             .plan = f.plan,
                             .site = sc_plan_site_of(f.plan, "a.example"),
                             .out = &out,
                             .shown = &shown,
                             .hosts = &none,
                             .word = SC_WORD_SERVER,
                             .err = &world.err};
    assert_non_null(l.site);
    return l;
}

/* "REL", then what is shown. */
static const char *found(void)
{
    static char text[1024];
    text[0] = 0;
    for (size_t i = 0; i < out.n + shown.n; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "",
                 i < out.n ? out.v[i].rel : shown.v[i - out.n].path);
    }
    return text;
}

static void a_wrapper_in_the_home_names_a_php_ini(void **state)
{
    (void)state;
    SC_FREE char *bin = strdup(in_home("john", "bin/php"));
    SC_FREE char *cgi = strdup(in_home("john", "cgi"));
    struct sc_way way = {.php = true, .what = bin};
    struct sc_host_root root = {.text = cgi, .alias = true};
    struct sc_vhost h = {.ways = {&way, 1}, .roots = &root, .n_roots = 1};
    home_mkdir("john", "lib");
    home_mkdir("john", "up");
    home_put("john", "etc/php.ini", "include_path = .\n");
    home_put("john", "bin/php",
             "#!/bin/sh\nexport PHPRC=~/etc\nexec php-cgi -d include_path=$HOME/lib -d "
             "upload_tmp_dir=$HOME/up\n");
    struct sc_uses_look l = look();
    assert_good(sc_uses_wrappers(&l, &h));
    assert_string_equal(found(), "etc/php.ini lib up");
    sc_uses_done(&out);
    out = (struct sc_uses){0};
    char action[] = "/cgi-bin/php"; /* by its address: it lies in another directory of the host */
    way.what = action;
    home_put("john", "cgi/php", "#!/bin/sh\nPHPRC=$HOME/etc exec php-cgi\n");
    assert_good(sc_uses_wrappers(&l, &h));
    assert_string_equal(found(), "etc/php.ini");
    assert_int_equal(l.word, SC_WORD_SERVER);
}

/* Nothing of it counts where a site could write it, where it is no script, or runs no PHP. */
static void wrappers_that_are_nobodys_word(void **state)
{
    (void)state;
    SC_FREE char *path = strdup(in_home("john", "b.example/php"));
    struct sc_way way = {.php = true, .what = path};
    struct sc_vhost h = {.ways = {&way, 1}};
    struct sc_uses_look l = look();
    home_put("john", "etc/php.ini", "");
    home_put("john", "b.example/php", "#!/bin/sh\nPHPRC=$HOME/etc exec php-cgi\n");
    assert_good(sc_uses_wrappers(&l, &h));
    SC_FREE char *binary = strdup(in_home("john", "bin/php"));
    home_put("john", "bin/php", "\177ELF PHPRC=$HOME/etc");
    way.what = binary;
    assert_good(sc_uses_wrappers(&l, &h));
    home_put("john", "bin/php", "#!/bin/sh\nPHPRC=$HOME/etc exec php-cgi\n");
    way.php = false;
    assert_good(sc_uses_wrappers(&l, &h));
    assert_string_equal(found(), "");
    way.php = true; /* the control */
    assert_good(sc_uses_wrappers(&l, &h));
    assert_string_equal(found(), "etc/php.ini");
}

static void the_servers_php_ini_is_roots_word(void **state)
{
    (void)state;
    char rc[] = "PHPRC=/srv/php/john", scan[] = "PHP_INI_SCAN_DIR=/srv/php/more";
    const char *env[] = {rc, scan};
    struct sc_vhost h = {.php_env = (char **)(uintptr_t)env, .n_php_env = 2};
    struct sc_uses_look l = look();
    root_put("/srv/lib/first.php", "x");
    root_put("/srv/php/john/php.ini", "auto_prepend_file = /srv/lib/first.php\n");
    root_put("/srv/php/more/x.ini", "auto_append_file = /srv/lib/first.php\n");
    assert_good(sc_uses_php_env(&l, &h));
    assert_string_equal(found(), "/srv/lib /srv/php/john /srv/php/more");
    sc_shown_done(&shown);
    root_give("/srv/php/john/php.ini", 1001, 0644); /* what the account wrote names nothing there */
    h.n_php_env = 1;
    assert_good(sc_uses_php_env(&l, &h));
    assert_string_equal(found(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        shown_test(what_root_put_there_is_shown),
        shown_test(what_others_could_replace_is_not),
        shown_test(wrappers_of_panels),
        shown_test(what_no_site_sees_is_told),
        shown_test(no_more_is_shown_around_a_document_root),
        shown_test(each_place_is_shown_once),
        shown_test(errors_are_no_absence),
        shown_test(a_wrapper_in_the_home_names_a_php_ini),
        shown_test(wrappers_that_are_nobodys_word),
        shown_test(the_servers_php_ini_is_roots_word),
    };
    return world_run(tests);
}
