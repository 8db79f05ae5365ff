/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of the store hold and give back. */
#include "tests/unit/test_store.h"

/* Names and paths that break what is put together from text. */
#define HOSTILE_NAME "jo'hn\"; DROP TABLE user;--\n\xff\xc3"
#define HOSTILE_PATH "/home/jo hn/'\"%\n\x01\xff\xc3(/public_html"

static void users_keep_their_values(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    assert_ok(sc_store_user_put(s, 1001, HOSTILE_NAME, HOSTILE_PATH, ok));
    assert_ok(sc_store_user_put(s, 4294967294u, "last", "/home/last", ok));
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    assert_ok(sc_store_user_by_name(s, HOSTILE_NAME, &row, ok));
    assert_int_equal(row.uid, 1001);
    assert_string_equal(row.name, HOSTILE_NAME);
    assert_string_equal(row.home, HOSTILE_PATH);
    assert_int_equal(row.inventory_time, 0);
    assert_int_equal(row.applied_time, 0);
    assert_false(row.stale);
    assert_false(row.gone);
    assert_null(row.last_error);
    sc_user_row_done(&row);

    assert_ok(sc_store_user_set_inventory(s, 4294967294u, 77, ok));
    assert_ok(sc_store_user_set_stale(s, 4294967294u, "panel\nsilent", ok));
    assert_ok(sc_store_user_by_uid(s, 4294967294u, &row, ok));
    assert_int_equal(row.uid, 4294967294u);
    assert_int_equal(row.inventory_time, 77);
    assert_true(row.stale);
    assert_string_equal(row.last_error, "panel\nsilent");
    sc_user_row_done(&row);
    assert_ok(sc_store_user_set_applied(s, 4294967294u, 88, ok));
    assert_ok(sc_store_user_by_uid(s, 4294967294u, &row, ok));
    assert_int_equal(row.applied_time, 88);
    assert_false(row.stale);
    assert_null(row.last_error);

    char want[256];
    snprintf(want, sizeof(want), "%s has no user with uid 5", (char *)*state);
    assert_int_equal(sc_store_user_set_applied(s, 5, 1, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, want);
    assert_int_equal(sc_store_user_set_stale(s, 5, "x", &err), SC_E_NOTFOUND);
    assert_int_equal(sc_store_user_by_uid(s, 5, &row, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, want);
    assert_int_equal(row.uid, 4294967294u); /* untouched on failure */
    snprintf(want, sizeof(want), "%s has no user 'no?body'", (char *)*state);
    assert_int_equal(sc_store_user_by_name(s, "no\nbody", &row, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, want);
}

static void bad_users_are_refused(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_store_user_put(s, 1, "", "/", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'' is no user name");
    assert_int_equal(sc_store_user_put(s, 1, "#2", "/", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'#2' is no user name");
    char name[SC_STORE_NAME_MAX + 2], home[SC_STORE_PATH_MAX + 2];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    memset(home, '/', sizeof(home) - 1);
    home[sizeof(home) - 1] = 0;
    assert_int_equal(sc_store_user_put(s, 1, name, "/", &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "user name is longer than 255 bytes");
    assert_int_equal(sc_store_user_put(s, 1, "a", home, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "home directory is longer than 4095 bytes");
    assert_ok(sc_store_user_put(s, 1, name + 1, home + 1, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM user"), 1);
}

static void a_renamed_user_keeps_his_sites(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0}, again = {0};
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/www", NULL, NULL, &site, ok));
    assert_ok(sc_store_user_put(s, 1, "b", "/home/b", ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/www", NULL, NULL, &again, ok));
    assert_int_equal(again.id, site.id);
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    assert_ok(sc_store_user_by_name(s, "b", &row, ok));
    assert_int_equal(row.uid, 1);
    assert_string_equal(row.home, "/home/b");
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_store_user_by_name(s, "a", &row, &err), SC_E_NOTFOUND);
}

/* Two accounts that swap names must not lose each other's rows half-way. */
static void a_name_taken_by_another_uid_leaves_a_gone_user(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_user_put(s, 2, "b", "/home/b", ok));
    assert_ok(sc_store_site_ensure(s, 2, "/home/b/www", NULL, NULL, &site, ok));
    assert_ok(sc_store_user_put(s, 1, "b", "/home/a", ok));
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    assert_ok(sc_store_user_by_uid(s, 2, &row, ok));
    assert_true(row.gone);
    assert_string_equal(row.name, "#2");
    sc_user_row_done(&row);
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_store_user_by_name(s, "#2", &row, &err), SC_E_NOTFOUND);
    assert_ok(sc_store_user_put(s, 2, "a", "/home/b", ok));
    assert_ok(sc_store_user_by_uid(s, 2, &row, ok));
    assert_false(row.gone);
    assert_string_equal(row.name, "a");
    sc_user_row_done(&row);
    assert_ok(sc_store_user_by_name(s, "b", &row, ok));
    assert_int_equal(row.uid, 1);
    sc_site_row_done(&site);
    assert_ok(sc_store_site_find(s, 2, "/home/b/www", &site, ok));
    assert_int_equal(site.id, 60000);
}

static void isolated_users_are_listed_by_uid(void **state)
{
    STORE *s = store_open(*state);
    for (unsigned uid = 5; uid >= 1; uid--) {
        char name[8];
        snprintf(name, sizeof(name), "u%u", uid);
        assert_ok(sc_store_user_put(s, uid, name, "/home", ok));
        SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
        assert_ok(sc_store_site_ensure(s, uid, "/w", NULL, NULL, &site, ok));
        if (uid == 4 || uid == 2)
            assert_ok(sc_store_site_set_isolated(s, site.id, true, ok));
        if (uid == 3) {
            struct sc_isolated_row name_row = {"x.example", site.id};
            assert_ok(sc_store_isolated_replace(s, uid, &name_row, 1, NULL, ok));
        }
    }
    SC_CLEANUP(sc_user_list_done) struct sc_user_list list = {0};
    assert_ok(sc_store_users_get(s, true, &list, ok));
    assert_int_equal(list.n, 3);
    assert_int_equal(list.rows[0].uid, 2);
    assert_int_equal(list.rows[1].uid, 3);
    assert_int_equal(list.rows[2].uid, 4);
    assert_string_equal(list.rows[2].name, "u4");
    sc_user_list_done(&list);
    assert_ok(sc_store_users_get(s, false, &list, ok));
    assert_int_equal(list.n, 5);
    assert_int_equal(list.rows[0].uid, 1);
    assert_int_equal(list.rows[4].uid, 5);
    sc_user_list_done(&list);

    /* All that is the user's goes with him. */
    assert_ok(sc_store_user_remove(s, 3, ok));
    assert_ok(sc_store_user_remove(s, 3, ok));
    assert_ok(sc_store_users_get(s, true, &list, ok));
    assert_int_equal(list.n, 2);
    assert_int_equal(store_int(s, "SELECT count(*) FROM site WHERE uid = 3"), 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM isolated"), 0);
    assert_intact(s);
}

static void domains_are_replaced_as_a_set(void **state)
{
    STORE *s = store_open(*state);
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_user_put(s, 2, "b", "/home/b", ok));
    const struct sc_domain_row first[] = {
        {.name = "z.example", .docroot = "/home/a/z"},
        {.name = "a.example", .docroot = HOSTILE_PATH, .is_main = true},
        {.name = "h'o\"s\nt\xff.example", .docroot = "/home/a/h"},
    };
    size_t changed = 99;
    assert_ok(sc_store_domains_replace(s, 1, first, 3, &changed, ok));
    assert_int_equal(changed, 3);
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list list = {0};
    assert_ok(sc_store_domains_get(s, 1, &list, ok));
    assert_int_equal(list.n, 3);
    assert_string_equal(list.rows[0].name, "a.example");
    assert_string_equal(list.rows[0].docroot, HOSTILE_PATH);
    assert_true(list.rows[0].is_main);
    assert_int_equal(list.rows[0].uid, 1);
    assert_string_equal(list.rows[1].name, "h'o\"s\nt\xff.example");
    assert_string_equal(list.rows[2].name, "z.example");
    assert_false(list.rows[2].is_main);

    /* Nothing new: nothing is written, and nobody who writes is waited for. */
    STORE *other = store_open(*state);
    sqlite3_busy_timeout(s->db, 0);
    assert_ok(sc_store_begin(other, ok));
    changed = 99;
    assert_ok(sc_store_domains_replace(s, 1, first, 3, &changed, ok));
    assert_int_equal(changed, 0);
    struct sc_error err = SC_ERROR_INIT;
    changed = 99;
    assert_int_equal(sc_store_domains_replace(s, 1, first, 2, &changed, &err), SC_E_BUSY);
    assert_error_has(&err, SC_E_BUSY, "t.db is in use by another process: try again");
    assert_int_equal(changed, 99);
    sc_store_rollback(other);

    /* One changed, one gone, one new. */
    const struct sc_domain_row second[] = {
        {.name = "a.example", .docroot = HOSTILE_PATH, .is_main = true},
        {.name = "n.example", .docroot = "/home/a/n"},
        {.name = "z.example", .docroot = "/home/a/moved"},
    };
    assert_ok(sc_store_domains_replace(s, 1, second, 3, &changed, ok));
    assert_int_equal(changed, 3);
    /* Only the main domain changed. */
    struct sc_domain_row third[3];
    memcpy(third, second, sizeof(third));
    third[0].is_main = false;
    assert_ok(sc_store_domains_replace(s, 1, third, 3, &changed, ok));
    assert_int_equal(changed, 1);

    /* Only the panel's directory: it comes, changes and goes. */
    static const char *const dirs[] = {"/home/a/z", "/home/a/z2", NULL};
    for (size_t i = 0; i < 3; i++) {
        third[2].site_dir = dirs[i];
        assert_ok(sc_store_domains_replace(s, 1, third, 3, &changed, ok));
        assert_int_equal(changed, 1);
        sc_domain_list_done(&list);
        assert_ok(sc_store_domains_get(s, 1, &list, ok));
        assert_true(sc_domain_row_agrees(&list.rows[2], &third[2]));
        assert_int_equal(list.rows[2].site_dir != NULL, dirs[i] != NULL);
    }

    /* It moves to another user. */
    const struct sc_domain_row moved = {.name = "n.example", .docroot = "/home/b/n"};
    assert_ok(sc_store_domains_replace(s, 2, &moved, 1, &changed, ok));
    assert_int_equal(changed, 1);
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row row = {0};
    assert_ok(sc_store_domain_find(s, "n.example", &row, ok));
    assert_int_equal(row.uid, 2);
    assert_string_equal(row.docroot, "/home/b/n");
    sc_domain_list_done(&list);
    assert_ok(sc_store_domains_get(s, 1, &list, ok));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.rows[1].docroot, "/home/a/moved");

    assert_ok(sc_store_domains_replace(s, 1, NULL, 0, &changed, ok));
    assert_int_equal(changed, 2);
    assert_int_equal(sc_store_domain_find(s, "z.example", &row, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "t.db has no domain 'z.example'");
    assert_intact(s);
}

static void bad_domains_change_nothing(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    struct sc_domain_row rows[2] = {{.name = "a.example", .docroot = "/a"},
                                    {.name = "b.example", .docroot = "/b"}};
    assert_int_equal(sc_store_domains_replace(s, 1, rows, 2, NULL, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "t.db has no user with uid 1");
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_domains_replace(s, 1, rows, 1, NULL, ok));
    rows[1].name = "a.example";
    assert_int_equal(sc_store_domains_replace(s, 1, rows, 2, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "domain 'a.example' is named twice");
    rows[1].name = "A.example";
    assert_int_equal(sc_store_domains_replace(s, 1, rows, 2, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "domain name 'A.example' is not in lower case");
    rows[1].name = "";
    assert_int_equal(sc_store_domains_replace(s, 1, rows, 2, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "domain name is empty");
    assert_int_equal(sc_store_domains_replace(s, 1, rows, SC_STORE_DOMAINS_MAX + 1, NULL, &err),
                     SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "a user has more than 100000 domains");
    assert_int_equal(store_int(s, "SELECT count(*) FROM domain"), 1);
}

struct taken {
    unsigned from, to;
    int asked;
};

static bool is_taken(unsigned id, void *arg)
{
    struct taken *t = arg;
    t->asked++;
    return id >= t->from && id <= t->to;
}

static bool all_taken(unsigned id, void *arg)
{
    (void)id;
    (void)arg;
    return true;
}

static void site_ids_are_never_given_twice(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    assert_int_equal(sc_store_site_ensure(s, 1, "/home/a/1", NULL, NULL, &row, &err),
                     SC_E_NOTFOUND);
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    struct taken t = {60000, 60002, 0};
    assert_ok(sc_store_site_ensure(s, 1, HOSTILE_PATH, is_taken, &t, &row, ok));
    assert_int_equal(row.id, 60003); /* and the failed try took none */
    assert_int_equal(t.asked, 4);
    assert_int_equal(row.uid, 1);
    assert_string_equal(row.docroot, HOSTILE_PATH);
    assert_int_equal(strspn(row.token, "0123456789abcdef"), 32);
    assert_int_equal(strlen(row.token), 32);
    assert_false(row.isolated);
    assert_null(row.config);
    assert_true(row.created > 1600000000);
    char token[SC_SITE_TOKEN + 1];
    memcpy(token, row.token, sizeof(token));
    sc_site_row_done(&row);

    /* The same again: found, nobody is asked. */
    assert_ok(sc_store_site_ensure(s, 1, HOSTILE_PATH, is_taken, &t, &row, ok));
    assert_int_equal(row.id, 60003);
    assert_string_equal(row.token, token);
    assert_int_equal(t.asked, 4);
    sc_site_row_done(&row);

    t = (struct taken){60004, 60010, 0};
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/2", is_taken, &t, &row, ok));
    assert_int_equal(row.id, 60011);
    assert_string_not_equal(row.token, token);
    sc_site_row_done(&row);
    assert_ok(sc_store_site_remove(s, 60011, ok));
    assert_ok(sc_store_site_remove(s, 60003, ok));
    assert_ok(sc_store_site_remove(s, 60003, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM site"), 0);
    sc_store_free(s);
    s = store_open(*state);
    assert_ok(sc_store_site_ensure(s, 1, HOSTILE_PATH, NULL, NULL, &row, ok));
    assert_int_equal(row.id, 60012);
    assert_string_not_equal(row.token, token);

    assert_int_equal(sc_store_site_ensure(s, 1, "/home/a/3", all_taken, NULL, &row, &err),
                     SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "no free site id: the 100000 from 60013 on are uids");
    assert_int_equal(sc_store_site_ensure(s, 1, "home/a", NULL, NULL, &row, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "document root 'home/a' is not absolute");
    sc_site_row_done(&row);

    /* Also when the counter is lost, and not beyond the end. */
    assert_int_equal(sqlite3_exec(s->db, "DELETE FROM meta", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/4", NULL, NULL, &row, ok));
    assert_int_equal(row.id, 60013);
    assert_int_equal(sqlite3_exec(s->db, "UPDATE meta SET value = '2147483646'", NULL, NULL, NULL),
                     SQLITE_OK);
    sc_site_row_done(&row);
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/5", NULL, NULL, &row, ok));
    assert_int_equal(row.id, 2147483646);
    assert_int_equal(sc_store_site_ensure(s, 1, "/home/a/6", NULL, NULL, &row, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "no free site id up to 2147483646");
}

static void a_site_changes_and_keeps_id_and_token(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row a = {0}, b = {0}, row = {0};
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_user_put(s, 2, "b", "/home/b", ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/1", NULL, NULL, &a, ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/2", NULL, NULL, &b, ok));
    assert_ok(sc_store_site_set_isolated(s, a.id, true, ok));
    assert_ok(sc_store_site_set_config(s, a.id, "{\"cpu\":1}", ok));
    assert_ok(sc_store_site_set_docroot(s, a.id, "/home/a/1", ok)); /* where it is already */
    assert_ok(sc_store_site_set_docroot(s, a.id, HOSTILE_PATH, ok));
    assert_ok(sc_store_site_by_id(s, a.id, &row, ok));
    assert_string_equal(row.docroot, HOSTILE_PATH);
    assert_string_equal(row.token, a.token);
    assert_string_equal(row.config, "{\"cpu\":1}");
    assert_true(row.isolated);
    sc_site_row_done(&row);
    assert_ok(sc_store_site_set_config(s, a.id, NULL, ok));
    assert_ok(sc_store_site_set_isolated(s, a.id, false, ok));
    assert_ok(sc_store_site_find(s, 1, HOSTILE_PATH, &row, ok));
    assert_int_equal(row.id, a.id);
    assert_null(row.config);
    assert_false(row.isolated);

    assert_int_equal(sc_store_site_set_docroot(s, a.id, "/home/a/2", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "site 60000 cannot move to /home/a/2: site 60001 is there");
    assert_int_equal(sc_store_site_set_docroot(s, 7, "/x", &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "t.db has no site 7");
    assert_int_equal(sc_store_site_set_isolated(s, 7, true, &err), SC_E_NOTFOUND);
    assert_int_equal(sc_store_site_set_config(s, 7, "", &err), SC_E_NOTFOUND);
    assert_int_equal(sc_store_site_by_id(s, 7, &row, &err), SC_E_NOTFOUND);
    assert_int_equal(sc_store_site_find(s, 2, "/home/a/2", &row, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "t.db has no site of uid 2 at /home/a/2");

    SC_CLEANUP(sc_site_list_done) struct sc_site_list list = {0};
    assert_ok(sc_store_sites_get(s, 1, &list, ok));
    assert_int_equal(list.n, 2);
    assert_int_equal(list.rows[0].id, a.id);
    assert_int_equal(list.rows[1].id, b.id);
    assert_string_equal(list.rows[1].token, b.token);
    assert_string_equal(list.rows[1].docroot, "/home/a/2");
}

static void isolated_names_are_replaced_as_a_set(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row a = {0}, b = {0};
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_user_put(s, 2, "b", "/home/b", ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/1", NULL, NULL, &a, ok));
    assert_ok(sc_store_site_ensure(s, 2, "/home/b/1", NULL, NULL, &b, ok));
    struct sc_isolated_row rows[] = {{"z.example", a.id}, {"b'\n\xfe", a.id}, {"m.example", a.id}};
    size_t changed = 99;
    assert_ok(sc_store_isolated_replace(s, 1, rows, 3, &changed, ok));
    assert_int_equal(changed, 3);
    assert_ok(sc_store_isolated_replace(s, 1, rows, 3, &changed, ok));
    assert_int_equal(changed, 0);
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list list = {0};
    assert_ok(sc_store_isolated_get(s, 1, &list, ok));
    assert_int_equal(list.n, 3);
    assert_string_equal(list.rows[0].name, "b'\n\xfe");
    assert_string_equal(list.rows[1].name, "m.example");
    assert_string_equal(list.rows[2].name, "z.example");
    assert_int_equal(list.rows[2].site_id, a.id);
    sc_isolated_list_done(&list);

    rows[1].site_id = b.id;
    assert_int_equal(sc_store_isolated_replace(s, 1, rows, 2, &changed, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "domain 'b'?\xfe': uid 1 has no site 60001");
    assert_int_equal(sc_store_isolated_replace(s, 9, rows, 2, &changed, &err), SC_E_NOTFOUND);
    rows[1].name = "z.example";
    assert_int_equal(sc_store_isolated_replace(s, 1, rows, 2, &changed, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "domain 'z.example' is named twice");

    /* Moves to the other user with its new site; the rest goes with the site. */
    assert_ok(sc_store_isolated_replace(s, 2, &(struct sc_isolated_row){"m.example", b.id}, 1,
                                        &changed, ok));
    assert_int_equal(changed, 1);
    assert_ok(sc_store_isolated_replace(s, 1, rows, 1, &changed, ok));
    assert_int_equal(changed, 1);
    assert_ok(sc_store_isolated_get(s, 1, &list, ok));
    assert_int_equal(list.n, 1);
    assert_ok(sc_store_site_remove(s, a.id, ok));
    sc_isolated_list_done(&list);
    assert_ok(sc_store_isolated_get(s, 1, &list, ok));
    assert_int_equal(list.n, 0);
    assert_ok(sc_store_isolated_get(s, 2, &list, ok));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.rows[0].site_id, b.id);
}

static void pending_marks_stay_until_cleared(void **state)
{
    STORE *s = store_open(*state);
    assert_ok(sc_store_pending_set(s, 2000, 30, ok));
    assert_ok(sc_store_pending_set(s, 1000, 20, ok));
    assert_ok(sc_store_pending_set(s, 2000, 40, ok));
    sc_store_free(s);
    s = store_open(*state);
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    assert_ok(sc_store_pending_get(s, &list, ok));
    assert_int_equal(list.n, 2);
    assert_int_equal(list.rows[0].uid, 1000);
    assert_int_equal(list.rows[0].since, 20);
    assert_int_equal(list.rows[1].uid, 2000);
    assert_int_equal(list.rows[1].since, 30);
    sc_pending_list_done(&list);
    assert_ok(sc_store_pending_clear(s, 1000, ok));
    assert_ok(sc_store_pending_clear(s, 1000, ok));
    assert_ok(sc_store_pending_get(s, &list, ok));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.rows[0].uid, 2000);
}

static void what_a_site_owned_goes_with_it(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
    SC_FREE char *text = NULL;
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    assert_ok(sc_store_site_ensure(s, 1, "/home/a/www", NULL, NULL, &site, ok));
    assert_ok(sc_store_site_owned_get(s, site.id, &text, ok));
    assert_string_equal(text, "");
    free(sc_steal_ptr(&text));
    for (int twice = 0; twice < 2; twice++)
        assert_ok(sc_store_site_owned_set(s, site.id, "www app%20x", ok));
    assert_ok(sc_store_site_owned_get(s, site.id, &text, ok));
    assert_string_equal(text, "www app%20x");
    free(sc_steal_ptr(&text));
    assert_ok(sc_store_site_remove(s, site.id, ok));
    assert_ok(sc_store_site_owned_get(s, site.id, &text, ok));
    assert_string_equal(text, "");
}

static void meta_keeps_values(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    SC_FREE char *value = NULL;
    assert_ok(sc_store_meta_get(s, "k'", &value, ok));
    assert_null(value);
    assert_ok(sc_store_meta_set(s, "k'", "v\"\n\xff", ok));
    assert_ok(sc_store_meta_set(s, "empty", "", ok));
    assert_ok(sc_store_meta_get(s, "k'", &value, ok));
    assert_string_equal(value, "v\"\n\xff");
    free(sc_steal_ptr(&value));
    assert_ok(sc_store_meta_get(s, "empty", &value, ok));
    assert_string_equal(value, "");
    free(sc_steal_ptr(&value));
    assert_ok(sc_store_meta_set(s, "k'", NULL, ok));
    assert_ok(sc_store_meta_get(s, "k'", &value, ok));
    assert_null(value);
    assert_int_equal(sc_store_meta_set(s, "store.next_site_id", "1", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'store.next_site_id' is no key for a caller");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(users_keep_their_values),
        store_test(bad_users_are_refused),
        store_test(a_renamed_user_keeps_his_sites),
        store_test(a_name_taken_by_another_uid_leaves_a_gone_user),
        store_test(isolated_users_are_listed_by_uid),
        store_test(domains_are_replaced_as_a_set),
        store_test(bad_domains_change_nothing),
        store_test(site_ids_are_never_given_twice),
        store_test(a_site_changes_and_keeps_id_and_token),
        store_test(isolated_names_are_replaced_as_a_set),
        store_test(pending_marks_stay_until_cleared),
        store_test(meta_keeps_values),
        store_test(what_a_site_owned_goes_with_it),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
