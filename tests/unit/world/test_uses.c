/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What settings of PHP have a site use of its home: the site's own, the account's, root's. Whose word it is decides
 * what of it counts. */
#include "tests/unit/fakes/world.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/facts/gather.h"
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
    assert_good(sc_account_open("john", 0, &a, &world.err));
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err));
    return rc;
}

static int teardown(void **state)
{
    sc_uses_done(&out);
    sc_facts_done(&f);
    sc_account_done(&a);
    return world_teardown(state);
}

static struct sc_uses_look look(enum sc_word word)
{
    static const struct sc_vhosts none;
    struct sc_uses_look l = {.f = &f,
                             .a = &a,
                             .plan = f.plan,
                             .out = &out,
                             .shown = &shown,
                             .hosts = &none,
                             .word = word,
                             .err = &world.err};
    for (size_t i = 0; i < f.plan->n_sites; i++)
        if (strcmp(f.plan->sites[i].rel, "a.example") == 0)
            l.site = &f.plan->sites[i];
    assert_non_null(l.site);
    return l;
}

/* Each as "REL WORDS", in the order in which they were found. */
static void assert_uses(const char *want)
{
    char text[1024] = "";
    for (size_t i = 0; i < out.n; i++) {
        const struct sc_plan_path *p = &out.v[i];
        size_t at = strlen(text);
        snprintf(text + at, sizeof(text) - at, "%s%s%s%s%s%s%s\n", p->rel, p->own ? " own" : "",
                 p->rw ? " rw" : "", p->is_file ? " file" : "", p->self ? " self" : "",
                 p->make ? " make" : "", p->config ? " config" : "");
        assert_string_equal(p->site_rel, "a.example");
    }
    assert_string_equal(text, want);
    sc_uses_done(&out);
    out = (struct sc_uses){0};
}

static void put_settings(const char *rel)
{
    char text[2048], home[512];
    snprintf(home, sizeof(home), "%s", in_home("john", ""));
    while (home[0] && home[strlen(home) - 1] == '/')
        home[strlen(home) - 1] = 0;
    snprintf(text, sizeof(text),
             "upload_tmp_dir = \"%s/up\"\nerror_log = %s/logs/a.log\nauto_prepend_file = "
             "'%s/first.php'\n"
             "include_path = .:%s/lib:%s/none\nmemory_limit = 1M\n",
             home, home, home, home, home);
    home_put("john", rel, text);
}

static void settings_are_somebodys_word(void **state)
{
    (void)state;
    home_mkdir("john", "up");
    home_mkdir("john", "lib");
    home_put("john", "first.php", "");
    put_settings("a.example/.user.ini");
    struct sc_uses_look l = look(SC_WORD_SERVER);
    assert_good(sc_uses_user_ini(
        &l)); /* the site's own: it gets nothing that it had not, and takes nothing from others */
    assert_uses("up own self\n");
}

static void the_server_names_a_php_ini(void **state)
{
    char phprc[600], scan[600];
    const char *env[] = {phprc, scan};
    struct sc_vhost h = {.php_env = (char **)(uintptr_t)env, .n_php_env = 2};
    (void)state;
    home_mkdir("john", "up");
    home_mkdir("john", "lib");
    home_mkdir("john", "etc/more");
    home_put("john", "first.php", "");
    put_settings("etc/php.ini");
    home_put("john", "etc/more/x.ini", "memory_limit = 2M\n");
    home_put("john", "etc/more/x.txt", "");
    snprintf(phprc, sizeof(phprc), "PHPRC=%s", in_home("john", "etc"));
    snprintf(scan, sizeof(scan), "PHP_INI_SCAN_DIR=:%s", in_home("john", "etc/more"));
    struct sc_uses_look l = look(SC_WORD_SERVER);
    assert_good(sc_uses_php_env(&l, &h));
    assert_uses("up own\nlogs/a.log rw file make\nfirst.php file self\nlib self\netc/php.ini file "
                "self config\n"
                "etc/more/x.ini file self config\n");
}

/* Whoever can write the file would have the account's other files shown to the site, and logs made in it. */
static void a_php_ini_that_a_site_can_write_is_not_read(void **state)
{
    char phprc[600];
    const char *env[] = {phprc};
    struct sc_vhost h = {.php_env = (char **)(uintptr_t)env, .n_php_env = 1};
    (void)state;
    home_mkdir("john", "up");
    put_settings("b.example/etc/php.ini");
    snprintf(phprc, sizeof(phprc), "PHPRC=%s", in_home("john", "b.example/etc/php.ini"));
    struct sc_uses_look l = look(SC_WORD_SERVER);
    assert_good(sc_uses_php_env(&l, &h));
    assert_uses("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(settings_are_somebodys_word, setup, teardown),
        cmocka_unit_test_setup_teardown(the_server_names_a_php_ini, setup, teardown),
        cmocka_unit_test_setup_teardown(a_php_ini_that_a_site_can_write_is_not_read, setup,
                                        teardown),
    };
    return world_run(tests);
}
