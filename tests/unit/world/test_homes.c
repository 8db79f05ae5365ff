/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Homes that can be sites' and homes that cannot; homes behind links; what their owners close. */
#include "tests/unit/fakes/world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/account/account.h"

static void set_home(const char *user, const char *home)
{
    snprintf(users_of(user)->home, sizeof(users_of(user)->home), "%s", home);
}

static void homes_that_can_be_no_sites(void **state)
{
    (void)state;
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    account("john", "");
    account("mary", "");
    users_add("root", 0, "/root");
    assert_bad(sc_account_open("root", 0, &a, &world.err), SC_E_INVAL,
               "sites of user root cannot be isolated: it is root");
    assert_bad(sc_account_open("nobody", 0, &a, &world.err), SC_E_NOTFOUND,
               "User nobody does not exist");
    set_home("john", users_of("mary")->home);
    assert_bad(sc_account_open("john", 0, &a, &world.err), SC_E_INVAL,
               "is not user john's own directory");
    set_home("john", "");
    assert_bad(sc_account_open("john", 0, &a, &world.err), SC_E_INVAL,
               "user john has no home directory");
    set_home("john", root_at("/home/missing"));
    assert_bad(sc_account_open("john", 0, &a, &world.err), SC_E_SYS, "No such file or directory");
    home_put("mary", "file", "x");
    set_home("john", in_home("mary", "file"));
    assert_bad(sc_account_open("john", 0, &a, &world.err), SC_E_SYS, "Not a directory");
    set_home("john", "/");
    assert_bad(sc_account_open("john", 0, &a, &world.err), SC_E_INVAL,
               "is not user john's own directory");
    assert_null(a.user); /* untouched */
}

/* Both names of the home are its own: in the panel's answer, in crontabs, in pools. */
static void a_home_behind_a_link(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    SC_FREE char *real = strdup(users_of("john")->home);
    root_mkdir("/links");
    assert_int_equal(symlink(real, root_at("/links/john")), 0);
    set_home("john", root_at("/links/john"));
    panel_put("b.example", "john", in_home("john", "b.example"));
    wants("john", "a");
    tools_fpm_own = 60000;
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "b.example");
    SC_FREE char *line = NULL;
    assert_true(asprintf(&line, "home %s %s\n", real, root_at("/links/john")) > 0);
    assert_non_null(strstr(site_of("john", "a")->plan, line));
    assert_non_null(strstr(site_of("john", "a")->plan, "sys bind /usr /usr\nsys proc /proc -\n"));
    assert_non_null(strstr(tools_account(uid)->web, "/run/php/own.sock"));
    assert_non_null(strstr(tools_account(uid)->web, "pool *:9000\n"));
    /* the home is moved to where the link leads: nothing of it changes */
    assert_good(change("john", "b", NULL));
    assert_string_equal(isolated("john"), "a:60000 b:60001");
}

/* His own closed directory must not end his account's passes, nor prove that he is another. */
static void storage_that_its_owner_closed(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    snprintf(users_of("john")->name, sizeof(users_of("john")->name), "jane");
    panel_rename_owner("john", "jane");
    SC_FREE char *now = strdup(root_at("/home/jane"));
    assert_int_equal(rename(users_of("jane")->home, now), 0);
    set_home("jane", now);
    panel_put("a.example", "jane", in_home("jane", "a.example"));
    assert_int_equal(chmod(in_home("jane", ".cagefs"), 0), 0);
    assert_bad(pass("jane"), SC_E_SYS, ".cagefs");    /* its storage cannot be looked after … */
    assert_string_equal(isolated("jane"), "a:60000"); /* … but the sites are his */
    assert_int_equal(stored("SELECT count(*) FROM site WHERE id = 60000"), 1);
    assert_int_equal(chmod(in_home("jane", ".cagefs"), 0700), 0);
    assert_pass("jane");
    assert_string_equal(table("jane"), "a:60000");
    assert_int_equal(uid, uid_of("jane"));
}

static void secrets_in_a_closed_directory(void **state)
{
    (void)state;
    account("john", "a");
    root_put("/etc/cagefs/empty.dirs/more", "keys/*.pem\n");
    home_put("john", "keys/one.pem", "1");
    assert_int_equal(chmod(in_home("john", "keys"), 0300), 0); /* he opens it again when he likes */
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "keys/one.pem");
    assert_int_equal(chmod(in_home("john", "keys"), 0), 0);
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "keys/one.pem");
}

/* "TOP" and then dots enough that its text is too long where another such text is behind it. */
static const char *winding(const char *top)
{
    static char text[4][4096];
    static unsigned turn;
    char *out = text[turn++ % 4];
    strcpy(out, top);
    for (size_t i = 0; i < 1400; i++)
        strcat(out, "/.");
    return out;
}

/* A document root whose way is too long to be followed here, though the kernel can go it: what
 * could be found of the way is closed. */
static void a_way_that_cannot_be_followed(void **state)
{
    (void)state;
    account("john", "a");
    home_mkdir("john", "deep/place");
    home_link("john", "deep/link", winding("place"));
    home_link("john", "c.example", winding("deep/link"));
    panel_put("c.example", "john", in_home("john", "c.example"));
    assert_int_equal(access(in_home("john", "c.example"), F_OK), 0);
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "deep");
    assert_bad(change("john", "c", NULL), SC_E_INVAL, "c.example cannot be isolated: ");
    /* directly in the home nothing can be closed: the pass says so, and leaves what was */
    home_remove("john", "c.example");
    home_link("john", "link", winding("deep/place"));
    home_link("john", "c.example", winding("link"));
    assert_bad(pass("john"), SC_E_DENIED,
               "of c.example cannot be looked at, so it cannot be hidden from other sites: ");
    assert_string_equal(hides("john", "a"), "deep");
}

/* Nor can the kernel: there is nothing to hide. */
static void a_way_that_nobody_can_go(void **state)
{
    (void)state;
    account("john", "a");
    char far[300] = "";
    memset(far, 'x', 280);
    home_link("john", "c.example", far);
    panel_put("c.example", "john", in_home("john", "c.example"));
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "");
}

/* A choice that cannot be kept in the home is no reason to fail; the next pass tries again. */
static void a_php_choice_that_cannot_be_kept(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", ".cl.selector/defaults.cfg", "[versions]\nphp = 8.1\n");
    wants("john", "a");
    assert_pass("john");
    assert_true(tools_called("php.make 1001 60000 8.1"));
    const char *plan = site_of("john", "a")->plan;
    SC_FREE char *token = strndup(strstr(plan, "john ") + 5, 32), *php = NULL;
    assert_true(asprintf(&php, ".cagefs/websites/%s/php", token) > 0);
    assert_true(home_has("john", php));
    home_remove("john", php);
    home_put("john", php, "a file");
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(homes_that_can_be_no_sites),       world_test(a_home_behind_a_link),
        world_test(storage_that_its_owner_closed),    world_test(secrets_in_a_closed_directory),
        world_test(a_way_that_cannot_be_followed),    world_test(a_way_that_nobody_can_go),
        world_test(a_php_choice_that_cannot_be_kept),
    };
    return world_run(tests);
}
