/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known about an account: document roots in a hostile home, secrets, further paths, what may
 * be isolated; and what counts when the panel or the user's file cannot be read. */
#include "tests/unit/fakes/world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/facts/gather.h"

static struct sc_account a;
static struct sc_facts f;

static void facts_done(void)
{
    sc_facts_done(&f);
    sc_account_done(&a);
}

static int gather(const char *user, enum sc_facts_how how)
{
    facts_done();
    assert_good(sc_account_open(user, 0, &a, &world.err));
    return sc_facts_gather(&world.s, &a, how, NULL, &f, &world.err);
}

static int setup(void **state)
{
    a = (struct sc_account)SC_ACCOUNT_INIT;
    return world_setup(state);
}

static int teardown(void **state)
{
    facts_done();
    return world_teardown(state);
}

#define facts_test(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

/* ---- document roots ---- */

static void links_inside_the_home_are_followed(void **state)
{
    (void)state;
    account("john", "a b");
    home_mkdir("john", "real/place");
    home_link("john", "c.example", "real/place");
    panel_put("c.example", "john", in_home("john", "c.example"));
    wants("john", "a c");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "b.example real/place");
    assert_non_null(strstr(site_of("john", "c")->plan, "docroot real/place"));
    /* the way there is another one: so is the site's place */
    home_remove("john", "c.example");
    home_mkdir("john", "other");
    home_link("john", "c.example", "other");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "b.example other");
    assert_string_equal(isolated("john"), "a:60000 c:60001");
}

static void what_leads_out_of_the_home_is_no_place_of_it(void **state)
{
    (void)state;
    account("john", "a");
    home_link("john", "c.example", "/etc");
    panel_put("c.example", "john", in_home("john", "c.example"));
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "");
    assert_bad(change("john", "c", NULL), SC_E_INVAL, "c.example cannot be isolated: ");
}

/* By a link around outside of the home it comes back into it. */
static void what_comes_back_is_hidden_there(void **state)
{
    (void)state;
    account("john", "a");
    home_mkdir("john", "secret");
    SC_FREE char *around = NULL;
    assert_true(asprintf(&around, "/proc/self/root%s", in_home("john", "secret")) > 0);
    home_link("john", "c.example", around);
    panel_put("c.example", "john", in_home("john", "c.example"));
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "secret");
    assert_bad(change("john", "c", NULL), SC_E_INVAL, "c.example cannot be isolated: ");
}

static void a_place_that_its_owner_closed_is_hidden_all_the_same(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "c", "deep/er/c");
    assert_int_equal(chmod(in_home("john", "deep"), 0), 0);
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "deep/er/c");
    assert_bad(change("john", "c", NULL), SC_E_INVAL,
               "c.example cannot be isolated: its owner may not search a directory above its "
               "document root; create the document root, or correct it in the panel");
}

static void a_document_root_outside_the_home(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    panel_put("b.example", "john", "/srv/b");
    panel_put("c.example", "john", "/srv/c");
    /* what was known of it stays; the account's others do not hear of it */
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "b.example");
    assert_string_equal(stale("john"), "");
    assert_good(change("john", "a", NULL));
    assert_string_equal(hides("john", "a"), "b.example");
    /* who asks for it is told, with the way out */
    assert_bad(change("john", "b", NULL), SC_E_INVAL,
               "b.example cannot be isolated: its document root is "
               "outside the home of its owner; mount its place");
    assert_bad(change("john", "c", NULL), SC_E_INVAL,
               "outside the home of its owner; mount its place");
    /* and where it is to be isolated already, the account says so */
    wants("john", "a b");
    assert_pass("john");
    assert_non_null(strstr(stale("john"), "the document root /srv/b of b.example is outside the "
                                          "home "));
    wants("john", "a");
    panel_put("b.example", "john", in_home("john", "b.example"));
    panel_drop("c.example");
    assert_pass("john");
    assert_string_equal(stale("john"), "");
}

static void a_link_that_goes_round_is_no_document_root(void **state)
{
    (void)state;
    account("john", "a");
    home_link("john", "c.example", "c.example");
    panel_put("c.example", "john", in_home("john", "c.example"));
    home_put("john", "d.example", "a file");
    panel_put("d.example", "john", in_home("john", "d.example"));
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "");
    assert_bad(change("john", "c", NULL), SC_E_INVAL, "c.example cannot be isolated: ");
    assert_bad(change("john", "d", NULL), SC_E_INVAL, "d.example cannot be isolated: ");
    assert_bad(change("john", "x", NULL), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
}

static void the_home_itself_is_no_site(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "home", "");
    assert_bad(change("john", "home", NULL), SC_E_INVAL,
               "home.example of user john cannot be isolated: ");
    wants("john", "a home"); /* by hand */
    assert_pass("john");
    assert_string_equal(table("john"), "home:0 a:60000");
}

/* ---- secrets ---- */

static void secrets_are_hidden(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", ".ssh/id_rsa", "key");
    home_put("john", ".my.cnf", "password");
    home_put("john", ".config/gh/hosts", "token");
    home_put("john", "backup-2024.tar", "all");
    home_mkdir("john", "backup-dir");
    home_put("john", "not-a-backup", "x");
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), ".config/gh .my.cnf .ssh backup-2024.tar backup-dir");
}

static void the_administrator_adds_to_them(void **state)
{
    (void)state;
    account("john", "a");
    SC_FREE char *list = NULL;
    assert_true(asprintf(&list,
                         "# more\n\n  vault/  \nkeys/*.pem\n../up\n/etc/shadow\n%s\nmissing\n"
                         "*/deep/*.x\n.\n",
                         in_home("john", "private")) > 0);
    root_put("/etc/cagefs/empty.dirs/more", list);
    root_put("/etc/cagefs/empty.dirs/.hidden", "a.txt\n");
    home_mkdir("john", "vault");
    home_mkdir("john", "private");
    home_put("john", "keys/one.pem", "1");
    home_put("john", "keys/two.pem", "2");
    home_put("john", "keys/three.txt", "3");
    home_put("john", "a.txt", "a");
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "keys/one.pem keys/two.pem private vault");
}

static void what_a_secrets_link_leads_to_is_hidden(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", "dotfiles/my.cnf", "password");
    home_link("john", ".my.cnf", "dotfiles/my.cnf");
    home_link("john", ".ssh", "/etc");
    home_put("john", "locked/keys/x.pem", "x");
    home_link("john", ".aws", "locked/keys");
    assert_int_equal(chmod(in_home("john", "locked"), 0), 0);
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "dotfiles/my.cnf locked/keys");
}

static void a_list_that_cannot_be_trusted_stops_the_pass(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    root_put("/etc/cagefs/empty.dirs/more", "vault\n");
    assert_int_equal(chmod(root_at("/etc/cagefs/empty.dirs/more"), 0666), 0);
    assert_bad(pass("john"), SC_E_DENIED, "empty.dirs/more can be written by others");
    assert_false(is_pending(uid));
    assert_int_equal(chmod(root_at("/etc/cagefs/empty.dirs/more"), 0644), 0);
    assert_pass("john");
}

/* ---- further paths ---- */

static void paths_are_given(void **state)
{
    (void)state;
    account("john", "a b");
    home_mkdir("john", "share");
    home_mkdir("john", "app/storage");
    home_mkdir("john", "media");
    home_put("john", ".ssh/key", "x");
    SC_FREE char *conf = NULL;
    assert_true(asprintf(&conf, "%s rw ~/media\n%s ro ~/none\n", in_home("john", "a.example"),
                         in_home("john", "*.example")) > 0);
    root_put("/etc/cagefs/site-isolation.paths", conf);
    wants_text("john",
               "{\"domains\": {\"a.example\": {\"paths\": {\"ro\": [\"share\", \"missing\", "
               "\".ssh\", \"b.example\"], \"rw\": [\"app/storage\"]}}}}");
    assert_pass("john");
    const char *plan = site_of("john", "a")->plan;
    assert_non_null(strstr(plan, "entry rw app/storage"));
    assert_non_null(strstr(plan, "entry rw media"));
    assert_null(strstr(plan, "missing"));
    assert_string_equal(hides("john", "a"), ".ssh b.example"); /* asked for in vain */
    assert_good(gather("john", SC_FACTS_STRICT));
    assert_int_equal(f.plan->n_refusals, 2);
}

static void a_list_of_paths_that_is_wrong_stops_the_pass(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    root_put("/etc/cagefs/site-isolation.paths", "what\n");
    assert_bad(pass("john"), SC_E_INVAL, "site-isolation.paths line 1: ");
}

/* ---- what may be isolated ---- */

static void who_may_not_gets_nothing_new(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    const char *user = "john";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    wants("john", "a b"); /* by hand */
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000"); /* what is isolated stays so */
    assert_good(sc_policy_allow_users(&world.s.policy, &user, 1, &world.err));
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    domain("john", "c", NULL);
    wants("john", "a b c");
    panel_rename("a.example", "d.example"); /* its place has a site */
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001 d:60000");
}

/* ---- whose names ---- */

static bool log_says(const char *text)
{
    SC_BUF struct sc_buf log = SC_BUF_INIT;
    int rc = sc_read_file(root_at(SC_LOG_PATH), 1u << 20, &log, NULL);
    assert_true(rc == 0 || rc == SC_E_NOTFOUND); /* nothing was logged yet */
    return rc == 0 && strstr(log.data, text);
}

static void names_of_others_are_not_taken_over(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    wants("john", "a");
    assert_pass("john");
    assert_pass("mary");
    panel_put("a.example", "mary", in_home("mary", "a.example"));
    home_mkdir("mary", "a.example");
    wants("mary", "a"); /* a wish that waits for the name */
    assert_pass("mary");
    assert_string_equal(isolated("mary"), ""); /* it was john's: it arrives un-isolated */
    assert_string_equal(wanted("mary"), "none");
    assert_false(log_says("a.example is not isolated any more"));
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_string_equal(wanted("john"), "none"); /* it is mary's */
    assert_true(log_says("user=john: a.example is not isolated any more: the panel does not list "
                         "it with this account\n"));
}

static void renamed_domains_keep_all(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"ep\": 7}}}}");
    assert_pass("john");
    tools_run_all(uid);
    panel_rename("a.example", "z.example");
    told("john", SC_KIND_DOMAIN_RENAMED, "a", "z.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "z:60000");
    assert_string_equal(wanted("john"), "z");
    assert_int_equal(site_of("john", "z")->ends, 0);
    assert_int_equal(events_waiting(), 0);
    assert_int_equal(stored("SELECT count(*) FROM site WHERE config LIKE '%\"ep\"%7%'"), 1);
    /* deleted and made again under the name: not isolated */
    told("john", SC_KIND_DOMAIN_DELETED, "z", NULL);
    told("john", SC_KIND_DOMAIN_CREATED, "z", NULL);
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_int_equal(storages("john"), 0);
    assert_int_equal(events_waiting(), 0);
}

static void events_that_the_panel_does_not_bear_out_wait(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    told("john", SC_KIND_DOMAIN_DELETED, "a", NULL);
    told("", SC_KIND_DOMAIN_CREATED, "new", NULL);
    told("", SC_KIND_DOMAIN_CREATED, "of-somebody", NULL);
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_int_equal(events_waiting(), 3);
    domain("john", "new", NULL);
    assert_pass("john");
    assert_int_equal(events_waiting(), 2);
}

/* ---- what cannot be asked or read ---- */

static void a_panel_that_fails_changes_nothing(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    domain("john", "c", NULL);
    panel_fail(SC_E_TIMEOUT, "the panel did not answer within 15 s");
    assert_pass("john");
    assert_string_equal(known("john"), "a b");
    assert_string_equal(hides("john", "a"), "b.example");
    assert_string_equal(stale("john"), "the panel did not answer within 15 s");
    assert_bad(change("john", "b", NULL), SC_E_TIMEOUT, "did not answer");
    assert_good(change("john", NULL, "a")); /* no reason to keep something isolated */
    assert_string_equal(isolated("john"), "");
}

static void a_file_that_is_wrong_changes_nothing(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"nproc\": 7}}}}");
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000+");
    wants_text("john", "{\"domains\": {\"a.example\": nonsense");
    domain("john", "c", NULL);
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000+"); /* with the limits that were good */
    assert_string_equal(hides("john", "a"), "b.example c.example");
    assert_non_null(strstr(stale("john"), "domains.json"));
    assert_bad(change("john", "b", NULL), SC_E_INVAL, "domains.json");
    assert_bad(change("john", NULL, "a"), SC_E_INVAL, "domains.json");
    home_remove("john", ".lve"); /* and so is one that is away: nothing is isolated */
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_int_equal(storages("john"), 0);
    assert_false(tools_account(uid)->mark);
}

static void what_was_heard_counts_while_nobody_writes(void **state)
{
    (void)state;
    account("john", "a");
    assert_pass("john");
    assert_good(sc_account_open("john", 0, &a, &world.err));
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    assert_good(sc_store_version(world.s.store, &heard.version, &world.err));
    assert_good(sc_panel_user(&world.s, "john", &heard.domains, &world.err));
    panel_asked = 0;
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, &heard, &f, &world.err));
    assert_int_equal(panel_asked, 0);
    assert_int_equal(f.domains.n, 1);
    sc_facts_done(&f);
    heard.version--; /* as after another process wrote */
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, &heard, &f, &world.err));
    assert_int_equal(panel_asked, 1);
}

/* ---- odd entries ---- */

/* What was known of them stays, a place that they name is closed, and the account says so. */
static void odd_entries_are_passed_over(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    panel_drop("b.example");
    panel_odd("b.example", "john", NULL, false, "b.example has no document root");
    home_mkdir("john", "somewhere");
    panel_odd(NULL, NULL, in_home("john", "somewhere"), false, "an entry has no name");
    panel_odd("m.example", "mary", NULL, false, "of somebody else");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "b.example somewhere");
    assert_string_equal(stale("john"), "passed over in the panel's answer: b.example has no "
                                       "document root (and 1 more)");
    assert_int_equal(
        stored("SELECT count(*) FROM domain WHERE name LIKE '?1001.%' OR name = 'b.example'"), 2);
    assert_bad(change("john", "b", NULL), SC_E_NOTFOUND,
               "b.example is passed over in the panel's answer: b.example has no document root");
}

/* An odd one that may hide others: nothing counts as gone, but what events say. */
static void nothing_is_gone_behind_an_entry_that_hides(void **state)
{
    (void)state;
    account("john", "a b c");
    wants("john", "a b");
    assert_pass("john");
    panel_drop("b.example");
    panel_drop("c.example");
    told("john", SC_KIND_DOMAIN_DELETED, "c", NULL);
    panel_odd(NULL, NULL, NULL, true, "text around the answer");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_string_equal(hides("john", "a"), "b.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        facts_test(links_inside_the_home_are_followed),
        facts_test(what_leads_out_of_the_home_is_no_place_of_it),
        facts_test(what_comes_back_is_hidden_there),
        facts_test(a_place_that_its_owner_closed_is_hidden_all_the_same),
        facts_test(a_document_root_outside_the_home),
        facts_test(a_link_that_goes_round_is_no_document_root),
        facts_test(the_home_itself_is_no_site),
        facts_test(secrets_are_hidden),
        facts_test(the_administrator_adds_to_them),
        facts_test(what_a_secrets_link_leads_to_is_hidden),
        facts_test(a_list_that_cannot_be_trusted_stops_the_pass),
        facts_test(paths_are_given),
        facts_test(a_list_of_paths_that_is_wrong_stops_the_pass),
        facts_test(who_may_not_gets_nothing_new),
        facts_test(names_of_others_are_not_taken_over),
        facts_test(renamed_domains_keep_all),
        facts_test(events_that_the_panel_does_not_bear_out_wait),
        facts_test(a_panel_that_fails_changes_nothing),
        facts_test(a_file_that_is_wrong_changes_nothing),
        facts_test(what_was_heard_counts_while_nobody_writes),
        facts_test(odd_entries_are_passed_over),
        facts_test(nothing_is_gone_behind_an_entry_that_hides),
    };
    return world_run(tests);
}
