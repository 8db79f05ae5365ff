/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What following accounts keeps in the database: missed names, accounts with another uid, whose
 * events wait; and names in the configuration that change places. */
#include "core/config/domains_config.h"
#include "tests/unit/test_store.h"

static void put(struct sc_store *s, uid_t uid, const char *const *names, size_t n)
{
    struct sc_domain_row rows[4] = {0};
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct sc_domain_row){.name = names[i], .docroot = "/x"};
    assert_ok(sc_store_domains_replace(s, uid, rows, n, NULL, ok));
}

static void names_that_leave_are_missed(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list list = {0};
    assert_ok(sc_store_user_put(s, 1001, "john", "/home/john", ok));
    assert_ok(sc_store_user_put(s, 1002, "mary", "/home/mary", ok));
    put(s, 1001, (const char *const[]){"a", "b"}, 2);
    assert_int_equal(store_int(s, "SELECT count(*) FROM missed"), 0);
    put(s, 1001, (const char *const[]){"b"}, 1);
    assert_ok(sc_store_missed_get(s, 1001, &list, ok));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.rows[0].name, "a");
    assert_string_equal(list.rows[0].docroot, "/x");
    assert_int_equal(list.rows[0].site_id, 0);
    bool elsewhere = true;
    assert_ok(sc_store_missed_elsewhere(s, "a", 1001, &elsewhere, ok));
    assert_false(elsewhere);
    assert_ok(sc_store_missed_elsewhere(s, "a", 1002, &elsewhere, ok));
    assert_true(elsewhere);

    /* noted again it keeps its time; a name that was only wanted was never the user's */
    const struct sc_missed_row rows[] = {{.name = "a", .site_id = 60000}, {.name = "z"}};
    assert_int_equal(store_int(s, "UPDATE missed SET since = 5"), 0);
    assert_ok(sc_store_missed_note(s, 1001, rows, 2, 100, 50, ok));
    assert_int_equal(store_int(s, "SELECT since FROM missed WHERE name = 'a'"), 5);
    assert_int_equal(store_int(s, "SELECT site FROM missed WHERE name = 'a'"), 60000);
    assert_int_equal(store_int(s, "SELECT since FROM missed WHERE name = 'z'"), 100);
    assert_ok(sc_store_missed_elsewhere(s, "z", 1002, &elsewhere, ok));
    assert_false(elsewhere);
    SC_FREE uid_t *uids = NULL;
    size_t n = 9;
    assert_ok(sc_store_missed_users(s, 5, &uids, &n, ok));
    assert_int_equal(n, 0);
    assert_ok(sc_store_missed_users(s, 6, &uids, &n, ok));
    assert_int_equal(n, 1);
    assert_int_equal(uids[0], 1001);

    /* back again, and forgotten when nobody wants it any more */
    put(s, 1001, (const char *const[]){"a", "b"}, 2);
    assert_int_equal(store_int(s, "SELECT count(*) FROM missed WHERE name = 'a'"), 0);
    assert_ok(sc_store_missed_note(s, 1001, NULL, 0, 200, 100, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM missed"), 1);
    assert_ok(sc_store_missed_note(s, 1001, NULL, 0, 200, 101, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM missed"), 0);
    assert_intact(s);
}

static void an_account_gets_another_uid(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0}, own = {0}, after = {0};
    bool isolated = true;
    assert_ok(sc_store_user_isolated(s, (uid_t)-1, &isolated, ok));
    assert_false(isolated);
    assert_ok(sc_store_user_put(s, 1001, "john", "/home/john", ok));
    put(s, 1001, (const char *const[]){"a"}, 1);
    assert_ok(sc_store_site_ensure(s, 1001, "/x", NULL, NULL, &site, ok));
    const struct sc_isolated_row row = {"a", site.id};
    assert_ok(sc_store_isolated_replace(s, 1001, &row, 1, NULL, ok));
    assert_ok(sc_store_user_move(s, 1001, 1005, "jane", "/home/jane", 77, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM user"), 1);
    assert_int_equal(store_int(s, "SELECT uid FROM domain"), 1005);
    assert_int_equal(store_int(s, "SELECT uid FROM isolated"), 1005);
    assert_ok(sc_store_site_by_id(s, site.id, &after, ok));
    assert_int_equal(after.uid, 1005);
    assert_string_equal(after.token, site.token);
    assert_int_equal(store_int(s, "SELECT count(*) FROM pending WHERE uid IN (1001, 1005)"), 2);
    assert_ok(sc_store_user_isolated(s, 1005, &isolated, ok));
    assert_true(isolated);
    assert_ok(sc_store_user_isolated(s, 1001, &isolated, ok));
    assert_false(isolated);

    assert_ok(sc_store_user_put(s, 1006, "jim", "/home/jim", ok));
    assert_ok(sc_store_site_ensure(s, 1006, "/y", NULL, NULL, &own, ok));
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_store_user_move(s, 1005, 1006, "jim", "/home/jim", 78, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "uid 1006 has sites of its own");
    assert_int_equal(store_int(s, "SELECT uid FROM domain"), 1005);
    assert_intact(s);
}

static void push(struct sc_store *s, const char *user, const char *kind, const char *new_name)
{
    const struct sc_event_row e = {.user = user, .kind = kind, .new_name = new_name};
    assert_ok(sc_store_event_push(s, &e, ok));
}

static void whose_events(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    push(s, "john", SC_KIND_USER_RENAMED, "jack");
    push(s, "jack", SC_KIND_USER_RENAMED, "jim");
    push(s, "mary", SC_KIND_USER_CHANGED, NULL);
    push(s, "", SC_KIND_DOMAIN_DELETED, NULL);
    push(s, "jim", SC_KIND_USER_CHANGED, NULL);
    push(s, "old", SC_KIND_USER_CHANGED, NULL);
    assert_ok(sc_store_events_about(s, "jim", NULL, &list, ok));
    assert_int_equal(list.n, 4);
    assert_string_equal(list.rows[0].user, "john");
    assert_string_equal(list.rows[1].user, "jack");
    assert_string_equal(list.rows[2].user, "");
    assert_string_equal(list.rows[3].user, "jim");
    sc_event_list_done(&list);
    assert_ok(sc_store_events_about(s, "john", "old", &list, ok));
    assert_int_equal(list.n, 3);
    assert_string_equal(list.rows[2].user, "old");
}

static int add(struct sc_store *s, uid_t uid, const char *name, const char *domain, bool *added,
               struct sc_error *err)
{
    const struct sc_domain_row row = {.name = domain, .docroot = "/x", .is_main = true};
    *added = true;
    return sc_store_account_add(s, uid, name, "/home/x", &row, 1, added, err);
}

static void many_accounts_are_added(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    bool added;
    assert_int_equal(add(s, 1001, "john", "a", &added, &err), SC_E_INVAL); /* no transaction */
    assert_ok(sc_store_bulk_begin(s, ok));
    assert_ok(sc_store_begin(s, ok));
    assert_ok(add(s, 1001, "john", "a", &added, ok));
    assert_true(added);
    /* a name, or a uid, that is there already: nothing is changed */
    assert_ok(add(s, 1002, "john", "b", &added, ok));
    assert_false(added);
    assert_ok(add(s, 1001, "jack", "b", &added, ok));
    assert_false(added);
    assert_int_equal(add(s, 1003, "#5", "c", &added, &err), SC_E_INVAL);
    /* what was another's becomes his, as by sc_store_domains_replace() */
    assert_ok(add(s, 1004, "mary", "a", &added, ok));
    assert_ok(sc_store_commit(s, ok));
    sc_store_bulk_end(s);
    assert_int_equal(store_int(s, "SELECT count(*) FROM user"), 2);
    assert_int_equal(store_int(s, "SELECT count(*) FROM domain"), 1);
    assert_int_equal(store_int(s, "SELECT uid FROM domain WHERE name = 'a'"), 1004);
    assert_int_equal(store_int(s, "PRAGMA wal_autocheckpoint"), 1000);
    assert_intact(s);
}

static void who_has_sites(void **state)
{
    STORE *s = store_open(*state);
    SC_FREE uid_t *uids = NULL;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
    size_t n = 9;
    assert_ok(sc_store_user_put(s, 1001, "john", "/home/john", ok));
    assert_ok(sc_store_user_put(s, 1002, "mary", "/home/mary", ok));
    assert_ok(sc_store_site_owners(s, &uids, &n, ok));
    assert_int_equal(n, 0);
    assert_ok(sc_store_site_ensure(s, 1002, "/home/mary/x", NULL, NULL, &site, ok));
    assert_ok(sc_store_site_owners(s, &uids, &n, ok));
    assert_int_equal(n, 1);
    assert_int_equal(uids[0], 1002);
}

static void names_change_places(void **state)
{
    (void)state;
    static const char text[] =
        "{\"domains\": {\"a\": {\"isolated\": true, \"limits\": {\"ep\": 7}}, "
        "\"b\": {\"isolated\": false}, \"d\": {\"isolated\": true}}}";
    const struct sc_domain_rename swap[] = {{"a", "b"}, {"b", "a"}, {"x", "y"}},
                                  merge[] = {{"b", "d"}};
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    assert_ok(sc_domains_config_parse(text, strlen(text), "/home/john", &c, ok));
    assert_ok(sc_domains_config_rename_all(&c, swap, 3, ok));
    assert_int_equal(c.n, 3);
    assert_false(sc_domains_config_find(&c, "a")->isolated);
    assert_true(sc_domains_config_find(&c, "b")->isolated);
    assert_int_equal(sc_domains_config_find(&c, "b")->limits.value[SC_LIMIT_EP], 7);
    assert_ok(sc_domains_config_rename_all(&c, merge, 1, ok));
    assert_int_equal(c.n, 2);
    assert_null(sc_domains_config_find(&c, "b"));
    assert_int_equal(sc_domains_config_find(&c, "d")->limits.set, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(names_that_leave_are_missed),
        store_test(an_account_gets_another_uid),
        store_test(whose_events),
        store_test(many_accounts_are_added),
        store_test(who_has_sites),
        cmocka_unit_test(names_change_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
