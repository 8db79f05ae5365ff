/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass over an account: its steps, their order, what each makes. */
#include "tests/unit/fakes/world.h"

#include "core/account/account.h"

static void an_account_with_one_isolated_site(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(
        steps(),
        "ask identify facts mark config record plans groups ports table old-ports hide join fpm "
        "web fpm-rest nginx views ended outside settle files storage old-groups cron events "
        "done");
    assert_string_equal(isolated("john"), "a:60000");
    assert_string_equal(known("john"), "a b");
    assert_string_equal(table("john"), "a:60000");
    assert_string_equal(hides("john", "a"), "b.example");
    assert_true(site_of("john", "a")->socket);
    assert_true(tools_account(uid)->mark);
    assert_string_equal(tools_account(uid)->passwd, "john");
    assert_non_null(strstr(tools_account(uid)->fpm, "/a.example:60000"));
    assert_non_null(strstr(tools_account(uid)->cron, "/a.example:yes"));
    assert_non_null(tools_account(uid)->web);
    assert_int_equal(storages("john"), 1);
    assert_false(is_pending(uid));
    assert_string_equal(stale("john"), "");
}

/* What Apache goes by ends when its table says something else. */
static void masters_end_behind_apaches_table(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    tools_web_guards = true;
    assert_pass("john");
    const char *first = strstr(tools_calls(), "fpm.apply 1001"),
               *table = strstr(tools_calls(), "web.save 1001"),
               *rest = table ? strstr(table, "fpm.apply 1001") : NULL;
    assert_true(first && table && rest && first < table);
    tools_web_guards = false;
    tools_forget_calls();
    assert_pass("john");
    table = strstr(tools_calls(), "web.save 1001");
    assert_non_null(table);
    assert_null(strstr(table, "fpm.apply"));
}

/* Over loopback a pool outside runs what it is sent: it is closed before an entry can go inside,
 * and open when none can any more. */
static void ports_are_closed_before_anything_is_inside(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    const char *closed = strstr(tools_calls(), "ports 1001 closed"),
               *table = strstr(tools_calls(), "runtime.write_table 1001");
    assert_true(closed && table && closed < table);
    assert_true(tools_account(uid)->ports_closed);
    tools_forget_calls();
    assert_good(change("john", NULL, "a"));
    const char *open = strstr(tools_calls(), "ports 1001 open"),
               *unlisted = strstr(tools_calls(), "runtime.unlist 1001");
    assert_true(open && unlisted && unlisted < open);
    assert_false(tools_account(uid)->ports_closed);
}

static void an_account_without_isolated_sites(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    assert_pass("john");
    assert_string_equal(known("john"), "a b");
    assert_string_equal(isolated("john"), "");
    assert_string_equal(table("john"), "none");
    assert_false(tools_account(uid)->mark);
    assert_null(tools_account(uid)->web);
    assert_int_equal(storages("john"), 0);
    assert_false(home_has("john", ".cagefs"));
    assert_false(home_has("john", ".lve"));
    assert_false(tools_called("runtime.dir 1001"));
}

static void what_is_added_is_hidden_from_what_runs(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    assert_string_equal(view_hides("john", "a"), "b.example");
    domain("john", "c", NULL);
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
    assert_int_equal(site_of("john", "a")->ends, 0);
    assert_int_equal(site_of("john", "a")->changes, 1);
    panel_drop("b.example");
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "c.example");
    assert_true(site_of("john", "a")->running);
    assert_pass("john"); /* nothing new */
    assert_int_equal(site_of("john", "a")->changes, 2);
}

/* Comparing a view takes milliseconds: those of many siblings are not waited for. */
static void what_is_new_is_closed_to_all_before_any_view_is_compared(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    tools_run_all(uid);
    tools_forget_calls();
    domain("john", "c", NULL);
    assert_pass("john");
    const char *last = strstr(tools_calls(), "cage.close_new 1001 60001 c.example\n");
    assert_non_null(strstr(tools_calls(), "cage.close_new 1001 60000 c.example\n"));
    assert_non_null(last);
    assert_true(last < strstr(tools_calls(), "cage.change "));
    tools_forget_calls();
    assert_pass("john");
    assert_null(strstr(tools_calls(), "cage.close_new"));
}

static void two_isolated_sites_hide_each_other(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    assert_good(change("john", "b", NULL));
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_string_equal(wanted("john"), "a b");
    assert_string_equal(table("john"), "a:60000 b:60001");
    assert_string_equal(hides("john", "b"), "a.example");
    assert_int_equal(storages("john"), 2);
    assert_int_equal(site_of("john", "a")->ends, 0);
    assert_int_equal(tools_account(uid)->outside, 2);
}

/* What was asked for one site leaves the views of others alone, unless their plans changed. */
static void a_change_touches_the_sites_that_it_names(void **state)
{
    (void)state;
    account("john", "a b c");
    wants("john", "a");
    assert_pass("john");
    tools_forget_calls();
    assert_good(change("john", "b", NULL));
    assert_false(tools_called("cage.change 1001 60000"));
    assert_true(tools_called("cage.change 1001 60001"));
    tools_forget_calls();
    assert_pass("john"); /* without a wish it compares all */
    assert_true(tools_called("cage.change 1001 60000"));
    assert_true(tools_called("cage.change 1001 60001"));
    assert_false(tools_called("php.restart_outside 1001"));
}

static void disabling_ends_the_site(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    tools_run_all(uid);
    struct fake_site *a = site_of("john", "a");
    assert_good(change("john", NULL, "a"));
    assert_string_equal(isolated("john"), "b:60001");
    assert_string_equal(wanted("john"), "b");
    assert_string_equal(table("john"), "b:60001");
    assert_null(a->plan);
    assert_false(a->running);
    assert_false(a->files);
    assert_int_equal(a->ends, 1);
    assert_true(tools_called("ending.wait 1001")); /* a moment for requests under way */
    assert_int_equal(tools_account(uid)->finishers, 0);
    assert_int_equal(storages("john"), 1);
    assert_true(tools_account(uid)->mark);

    assert_good(change("john", NULL, "b"));
    assert_string_equal(table("john"), "none");
    assert_false(tools_account(uid)->mark);
    assert_null(tools_account(uid)->web);
    assert_null(tools_account(uid)->fpm);
    assert_null(tools_account(uid)->cron);
    assert_null(tools_account(uid)->passwd);
    assert_false(home_has("john", ".cagefs"));
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
}

/* The table says that the sites are none any more before anything of them ends. */
static void entries_stop_before_sites_end(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    tools_forget_calls();
    assert_good(change("john", NULL, "a"));
    const char *unlist = strstr(tools_calls(), "runtime.unlist"),
               *fpm = strstr(tools_calls(), "fpm.apply"),
               *close = strstr(tools_calls(), "ending.close"),
               *remove = strstr(tools_calls(), "runtime.remove_plan"),
               *end = strstr(tools_calls(), "ending.wait"),
               *sweep = strstr(tools_calls(), "runtime.sweep"),
               *cron = strstr(tools_calls(), "cron");
    assert_true(unlist && unlist < fpm && fpm < close && close < remove && remove < end &&
                end < sweep && sweep < cron);
}

/* What its requests may still need stays until they are over; the site is closed all the same. */
static void a_site_with_requests_is_left_to_another_process(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    tools_run_all(uid);
    struct fake_site *a = site_of("john", "a");
    a->busy = true;
    assert_good(change("john", NULL, "a"));
    assert_string_equal(table("john"), "b:60001");
    assert_null(a->plan);
    assert_false(a->running);
    assert_int_equal(a->former, 1);
    assert_int_equal(tools_account(uid)->finishers, 1);
    assert_true(a->files);
    assert_true(a->socket);
    assert_int_equal(storages("john"), 2);
    assert_false(is_pending(uid));
    assert_good(change("john", NULL, "b")); /* the account's last */
    assert_string_equal(table("john"), "none");
    assert_false(tools_account(uid)->mark);
    assert_true(a->files);
    assert_int_equal(storages("john"), 1);
    a->former = 0; /* its time has come */
    assert_pass("john");
    assert_false(a->files);
    assert_int_equal(storages("john"), 0);
    assert_false(home_has("john", ".cagefs"));
}

/* John's site a is none any more, and the last requests in its view have finished. */
static struct fake_site *ended(uid_t *ret_uid)
{
    *ret_uid = account("john", "a b");
    wants_text("john", "{\"domains\": {\"a.example\": {\"isolated\": true}, \"b.example\": "
                       "{\"isolated\": true, \"limits\": {\"pmem\": 1048576}}}}");
    assert_pass("john");
    tools_run_all(*ret_uid);
    struct fake_site *a = site_of("john", "a");
    a->busy = true;
    assert_good(change("john", NULL, "a"));
    assert_true(a->files);
    assert_int_equal(storages("john"), 2);
    a->former = 0;
    tools_forget_calls();
    panel_asked = 0;
    return a;
}

static void what_waited_for_a_view_is_removed_without_a_pass(void **state)
{
    (void)state;
    uid_t uid;
    struct fake_site *a = ended(&uid), *b = site_of("john", "b");
    assert_true(b->group);
    assert_good(sc_pass_clean_up(&world.s, uid, 0, &world.err));
    assert_string_equal(tools_calls(),
                        "ending.list 1001\nruntime.sweep 1001\ngroups.open\ngroups.sweep 1001\n");
    assert_int_equal(panel_asked, 0);
    assert_false(is_pending(uid));
    assert_false(a->files);
    assert_int_equal(storages("john"), 1);
    assert_true(b->files && b->group && b->running);
    assert_string_equal(table("john"), "b:60001+");
}

static void unfinished(uid_t uid)
{
    assert_good(sc_store_pending_set(world.s.store, uid, 1, &world.err));
}

static void failed(uid_t uid)
{
    assert_good(sc_store_user_set_stale(world.s.store, uid, "it failed", &world.err));
}

static void file_is_another(uid_t uid)
{
    (void)uid;
    wants("john", "a");
}

static void document_root_is_missing(uid_t uid)
{
    (void)uid;
    home_remove("john", "b.example");
}

/* What else there is to do is done then. */
static void where_more_has_changed_it_is_a_pass(void **state)
{
    static void (*const more[])(uid_t uid) = {unfinished, failed, file_is_another,
                                              document_root_is_missing};
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        uid_t uid;
        (void)ended(&uid);
        more[i](uid);
        assert_good(sc_pass_clean_up(&world.s, uid, 0, &world.err));
        assert_non_null(strstr(tools_calls(), "fpm.apply"));
        assert_false(is_pending(uid));
        world_teardown(state);
        world_setup(state);
    }
}

/* A view that ends is not changed any more: what it should not show, it does not show for long. */
static void a_former_view_ends_when_the_plan_changes(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    struct fake_site *a = site_of("john", "a");
    a->busy = true;
    assert_good(remount("john"));
    assert_int_equal(a->former, 1);
    assert_true(tools_called("ending.close 1001 60000 10000"));
    assert_true(tools_called("fpm.again 60000"));
    assert_pass("john");
    assert_int_equal(a->former, 1); /* nothing has changed */
    domain("john", "new", NULL);
    assert_pass("john");
    assert_int_equal(a->former, 0);
    tools_run_all(uid);
    domain("john", "newer", NULL); /* both at once */
    assert_good(remount("john"));
    assert_true(tools_called("ending.close 1001 60000 1500"));
}

/* Enabling: the plan is there before the table names the site. */
static void plans_are_there_before_the_table(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    const char *plan = strstr(tools_calls(), "runtime.write_plan"),
               *mark = strstr(tools_calls(), "runtime.mark"),
               *web = strstr(tools_calls(), "web.save"),
               *written = strstr(tools_calls(), "runtime.write_table"),
               *fpm = strstr(tools_calls(), "fpm.apply");
    assert_true(plan && plan < mark && mark < written && written < fpm && fpm < web);
}

static void two_names_of_one_document_root_are_one_site(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    wants("john", "a www");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 www:60000");
    assert_string_equal(table("john"), "a:60000");
    assert_int_equal(storages("john"), 1);
}

static void a_document_root_that_moves_takes_its_site_along(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    domain("john", "a", "new/place");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_int_equal(storages("john"), 1);
    assert_int_equal(site_of("john", "a")->ends, 1); /* its processes know the old place */
    assert_non_null(strstr(site_of("john", "a")->plan, "docroot new/place"));
}

static void document_roots_that_change_places(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    domain("john", "a", "b.example");
    domain("john", "b", "a.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_non_null(strstr(site_of("john", "a")->plan, "docroot b.example"));
    assert_non_null(strstr(site_of("john", "b")->plan, "docroot a.example"));
}

/* A site whose place is wanted by another, while its own is missing, waits at its own. */
static void a_place_that_two_want(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    domain("john", "a", "b.example");
    panel_put("b.example", "john", in_home("john", "gone"));
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_string_equal(table("john"), "a:60000 b:0");
    assert_int_equal(storages("john"), 2);
    assert_int_equal(
        stored(
            "SELECT count(*) FROM site WHERE id = 60001 AND CAST(docroot AS TEXT) LIKE '%/gone'"),
        1);
    domain("john", "b", "gone");
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000 b:60001");
    /* two sites for one document root: it is the one with the lowest id, or who is there */
    domain("john", "b", "b.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60000");
    assert_false(tools_site(1001, 60001)->files);
    assert_pass("john"); /* until then b's own could have come back */
    assert_int_equal(storages("john"), 1);
    domain("john", "b", "new");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60002");
    domain("john", "a", "third");
    domain("john", "b", "third");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000 b:60000");
}

/* A document root that is missing: closed, waiting, and back as it was. */
static void a_missing_document_root_keeps_its_site(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    SC_FREE char *plan = strdup(site_of("john", "a")->plan);
    home_remove("john", "a.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_string_equal(table("john"), "a:0"); /* entries are refused, not let out */
    assert_true(tools_account(uid)->mark);
    assert_int_equal(storages("john"), 1);
    assert_non_null(strstr(tools_account(uid)->cron, "/a.example:no"));
    assert_non_null(strstr(tools_account(uid)->fpm, ":0"));
    assert_null(tools_site(uid, 60000)->plan);
    home_mkdir("john", "a.example");
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000");
    assert_string_equal(site_of("john", "a")->plan, plan); /* with the same storage */
}

static void a_domain_that_the_panel_forgets_waits(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    SC_FREE char *plan = strdup(site_of("john", "a")->plan);
    panel_drop("a.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_string_equal(wanted("john"), "a");
    assert_string_equal(table("john"), "none");
    assert_int_equal(storages("john"), 1);
    world.now += 300;
    domain("john", "a", NULL);
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_string_equal(site_of("john", "a")->plan, plan);

    panel_drop("a.example");
    assert_pass("john");
    world.now += 700;
    assert_pass("john");
    assert_string_equal(wanted("john"), "none");
    assert_int_equal(storages("john"), 0);
    domain("john", "a", NULL); /* made again it is not isolated */
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
}

static void sites_around_isolated_ones_are_kept_from_them(void **state)
{
    (void)state;
    uid_t uid = account("john", "");
    domain("john", "out", "www");
    domain("john", "in", "www/in");
    wants("john", "in");
    assert_pass("john");
    SC_FREE char *want = NULL;
    assert_true(
        asprintf(&want, "%s:60000 %s:out", in_home("john", "www/in"), in_home("john", "www")) > 0);
    assert_string_equal(tools_account(uid)->fpm, want);
    home_remove("john", "www/in"); /* it may be back in a moment */
    assert_pass("john");
    free(want);
    assert_true(asprintf(&want, ":0 %s:out", in_home("john", "www")) > 0);
    assert_string_equal(tools_account(uid)->fpm, want);
}

static void remount_ends_all(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    tools_run_all(uid);
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish wish = {.end_processes = true};
    assert_good(sc_account_open("john", 0, &a, &world.err));
    assert_good(sc_pass_gather(&world.s, &a, SC_FACTS_LAST_GOOD, NULL, &f, &world.err));
    assert_good(sc_pass_check(&world.s, &a, &f, &wish, &world.err));
    assert_good(sc_pass_apply(&world.s, &a, &f, &wish, &world.err));
    assert_int_equal(site_of("john", "a")->ends, 1);
    assert_int_equal(site_of("john", "b")->ends, 1);
    assert_string_equal(table("john"), "a:60000 b:60001");
}

static void a_home_of_roots_gets_its_storage_from_root(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_int_equal(chown(users_of("john")->home, 0, 0), 0);
    assert_pass("john");
    assert_int_equal(storages("john"), 1);
    assert_string_equal(table("john"), "a:60000");
    assert_int_equal(stored("SELECT uid FROM site"), uid);
}

/* Something else of that name is no storage, and stays. */
static void storage_that_is_not_the_products_stays(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    home_put("john", ".cagefs/websites/notes.txt", "mine");
    home_mkdir("john", ".cagefs/websites/00112233445566778899aabbccddeeff");
    assert_pass("john");
    assert_int_equal(storages("john"), 2); /* a directory of no site's is swept */
    assert_good(change("john", NULL, "a"));
    assert_true(home_has("john", ".cagefs/websites/notes.txt"));
    assert_int_equal(storages("john"), 1);
}

/* The site does not start; what must be closed does not wait for it. */
static void a_storage_that_cannot_be_made_fails_the_pass_at_its_end(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    home_put("john", ".cagefs", "a file");
    assert_bad(pass("john"), SC_E_SYS, ".cagefs");
    assert_true(is_pending(uid));
    assert_string_equal(table("john"), "a:60000");
    home_remove("john", ".cagefs");
    assert_pass("john");
    assert_string_equal(table("john"), "a:60000");
    assert_false(is_pending(uid));
}

static void entries_of_a_crontab_that_do_not_run_are_told(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    tools_cron_unknown = 1;
    assert_pass("john");
    root_assert_file("/run/sitecage/notes/1001.crontab",
                     "1 entry of the crontab of john does not run: it costs too much to find out "
                     "which site is meant; write the paths without variables, see "
                     "sitecage-cron(7)\n");
    tools_cron_unknown = 2;
    assert_pass("john");
    tools_cron_unknown = 0;
    assert_pass("john");
    assert_false(root_has("/run/sitecage/notes/1001.crontab"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(an_account_with_one_isolated_site),
        world_test(masters_end_behind_apaches_table),
        world_test(ports_are_closed_before_anything_is_inside),
        world_test(an_account_without_isolated_sites),
        world_test(what_is_added_is_hidden_from_what_runs),
        world_test(what_is_new_is_closed_to_all_before_any_view_is_compared),
        world_test(two_isolated_sites_hide_each_other),
        world_test(a_change_touches_the_sites_that_it_names),
        world_test(disabling_ends_the_site),
        world_test(entries_stop_before_sites_end),
        world_test(a_site_with_requests_is_left_to_another_process),
        world_test(what_waited_for_a_view_is_removed_without_a_pass),
        world_test(where_more_has_changed_it_is_a_pass),
        world_test(a_former_view_ends_when_the_plan_changes),
        world_test(plans_are_there_before_the_table),
        world_test(two_names_of_one_document_root_are_one_site),
        world_test(a_document_root_that_moves_takes_its_site_along),
        world_test(document_roots_that_change_places),
        world_test(a_place_that_two_want),
        world_test(a_missing_document_root_keeps_its_site),
        world_test(a_domain_that_the_panel_forgets_waits),
        world_test(sites_around_isolated_ones_are_kept_from_them),
        world_test(remount_ends_all),
        world_test(a_home_of_roots_gets_its_storage_from_root),
        world_test(storage_that_is_not_the_products_stays),
        world_test(a_storage_that_cannot_be_made_fails_the_pass_at_its_end),
        world_test(entries_of_a_crontab_that_do_not_run_are_told),
    };
    return world_run(tests);
}
