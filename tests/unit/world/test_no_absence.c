/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cannot be looked at is not missing: each look with the error, and without it. */
#include "tests/unit/world/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/account/notes.h"
#include "core/cage/view.h"
#include "core/follow/follow.h"
#include "core/pass/label.h"
#include "core/server/monitor_service.h"
#include "core/web/vhosts.h"
#include "hooks/monitor/home.h"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

#define complete_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

/* ---- lists that end in the middle ---- */

static void notes_whose_list_ends_early(void **state)
{
    (void)state;
    SC_FREE uid_t *uids = NULL;
    size_t n = 99;
    assert_good(sc_notes_uids(SC_NOTE_HOME, &uids, &n, &world.err)); /* there are none at all */
    assert_int_equal(n, 0);
    assert_good(sc_note_set(1001, SC_NOTE_HOME, "x", &world.err));
    root_fail_list(SC_NOTES_DIR, EIO);
    assert_bad(sc_notes_uids(SC_NOTE_HOME, &uids, &n, &world.err), SC_E_SYS, "list " SC_NOTES_DIR);
    root_fail(NULL, 0);
    free(sc_steal_ptr(&uids));
    assert_good(sc_notes_uids(SC_NOTE_HOME, &uids, &n, &world.err));
    assert_int_equal(n, 1);
}

/* A hook's mark must start the daemon, or the hook must hear that it is not known whether. */
static void marks_whose_list_ends_early(void **state)
{
    (void)state;
    bool any = true;
    assert_good(sc_monitor_any_marks(&any, &world.err));
    assert_false(any);
    root_mkdir(SC_RESYNC_DIR);
    root_fail_list(SC_RESYNC_DIR, EIO);
    assert_bad(sc_monitor_any_marks(&any, &world.err), SC_E_SYS, "list " SC_RESYNC_DIR);
    root_fail(NULL, 0);
    root_put(SC_RESYNC_DIR "/john", "");
    assert_good(sc_monitor_any_marks(&any, &world.err));
    assert_true(any);
}

/* A site would get a new storage, and its sessions and files would be lost to it. */
static void storage_whose_list_ends_early(void **state)
{
    (void)state;
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_labels_done) struct sc_labels l = {0};
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    assert_good(sc_account_open("john", 0, &a, &world.err));
    root_fail_list(in_home("john", SC_CAGE_STORAGE), EIO);
    assert_bad(sc_labels_read(&a, &l, &world.err), SC_E_SYS, "list the sites' storage");
    root_fail(NULL, 0);
    assert_good(sc_labels_read(&a, &l, &world.err));
    assert_int_equal(l.n, 2);
}

/* ---- who has the name now ---- */

/* john is called jack now, and somebody else john. */
static void name_goes_on(void)
{
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    struct fake_user *john = users_of("john");
    snprintf(john->name, sizeof(john->name), "jack");
    assert_int_equal(rename(john->home, root_at("/home/jack")), 0);
    snprintf(john->home, sizeof(john->home), "%s", root_at("/home/jack"));
    panel_rename_owner("john", "jack");
    panel_put("a.example", "jack", in_home("jack", "a.example"));
    account("john", "x");
}

static void a_namesake_that_cannot_be_looked_at(void **state)
{
    static const int fails[] = {EMFILE, ENOMEM, EIO};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        name_goes_on();
        root_fail(users_of("jack")->home, fails[i]);
        assert_bad(pass("john"), SC_E_SYS, "home");
        assert_int_equal(stored("SELECT count(*) FROM user WHERE name = 'john' AND uid = 1001"), 1);
        root_fail(NULL, 0);
        assert_pass("john");
        assert_int_equal(stored("SELECT count(*) FROM user WHERE name = 'jack' AND uid = 1001"), 1);
        world_teardown(NULL);
        world_setup(NULL);
    }
}

/* That home is its owner's matter. */
static void a_namesake_whose_home_is_away(void **state)
{
    static const int fails[] = {ENOENT, EACCES, ENOTCONN};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        name_goes_on();
        root_fail(users_of("jack")->home, fails[i]);
        assert_pass("john");
        world_teardown(NULL);
        world_setup(NULL);
    }
}

/* ---- denying whose file cannot be read ---- */

static int deny(const char *users)
{
    struct word_list *l = list_of(users);
    noticed[0] = 0;
    return sc_engine_deny_users(&world.s, l->v, l->n, &watcher, &world.err);
}

static void what_a_file_still_names_is_told(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    wants_text("john", "{ no JSON");
    assert_good(deny("john mary"));
    assert_non_null(strstr(noticed, "user john: "));
    assert_non_null(strstr(noticed, "domains.json"));
    assert_non_null(strstr(noticed, "nothing of the account is isolated any more"));
    assert_string_equal(table("john"), "none"); /* all else is done */
    assert_string_equal(table("mary"), "none");
    assert_string_equal(wanted("mary"), "none");
    assert_int_equal(stored("SELECT count(*) FROM meta WHERE key = 'deny.under_way'"), 0);
    assert_int_equal(stored("SELECT count(*) FROM pending"), 0);
    wants_nothing("john");
    assert_good(deny("john"));
    assert_string_equal(noticed, "");
}

static void denying_all_says_so_and_is_done(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    wants_text("john", "{ no JSON");
    noticed[0] = 0;
    assert_good(sc_engine_deny_all(&world.s, &watcher, &world.err));
    assert_non_null(strstr(noticed, "user john: "));
    assert_string_equal(table("john"), "none");
    assert_string_equal(table("mary"), "none");
    assert_int_equal(stored("SELECT count(*) FROM meta WHERE key = 'deny.under_way'"), 0);
}

/* ---- status ---- */

static void a_document_root_that_cannot_be_looked_at(void **state)
{
    (void)state;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    account("john", "a");
    assert_good(enable("a.example"));
    struct word_list *l = list_of("a.example");
    root_fail(in_home("john", "a.example"), EIO);
    assert_good(sc_engine_status(&world.s, l->v, l->n, &st, &world.err));
    assert_string_equal(st.v[0].stale, "its document root cannot be looked at");
    sc_status_done(&st);
    root_fail(in_home("john", "a.example"), ENOENT);
    assert_good(sc_engine_status(&world.s, l->v, l->n, &st, &world.err));
    assert_non_null(strstr(st.v[0].stale, "is missing"));
}

/* ---- what the web server's configuration asks for ---- */

/* A section that may be in force counts: it may lead PHP out of the cage. */
static void a_file_that_decides_about_a_section(void **state)
{
    static const struct {
        int errnum;
        size_t hosts;
    } looks[] = {{0, 1}, {EIO, 1}, {EACCES, 1}, {ENOENT, 0}, {ENOTDIR, 0}};
    (void)state;
    root_put("/etc/apache2/apache2.conf",
             "<IfFile /etc/there>\n<VirtualHost *:80>\nServerName a.example\n"
             "</VirtualHost>\n</IfFile>\n");
    root_put("/etc/there", "");
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        SC_CLEANUP(sc_vhosts_done) struct sc_vhosts v = {0};
        root_fail(looks[i].errnum ? "/etc/there" : NULL, looks[i].errnum);
        assert_good(sc_vhosts_load("", &v, &world.err));
        assert_int_equal(v.n, looks[i].hosts);
    }
}

/* ---- what is watched of a home ---- */

static size_t n_told;

static void count_watch(int wd, const char *name, bool site, void *arg)
{
    (void)wd, (void)name, (void)site, (void)arg;
    n_told++;
}

/* With so many descriptors; INT_MAX: as many as there are. */
static int watch_home(int descriptors, bool *ret_whole)
{
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    int rc = sc_follow_watched(&world.s, 1001, &w, &world.err);
    assert_int_equal(rc, 0);
    SC_FD int inotify = inotify_init1(IN_CLOEXEC);
    struct rlimit all, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    few = all;
    n_told = 0;
    if (descriptors < INT_MAX)
        few.rlim_cur = (rlim_t)inotify + 1 + (rlim_t)descriptors;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    rc = sc_home_watch(inotify, &w.v[0], count_watch, NULL, ret_whole, &world.err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
    return rc;
}

/* Without descriptors it is not seen what is there: then the timer looks at the home. */
static void a_home_that_cannot_be_watched_whole_is_not(void **state)
{
    (void)state;
    bool whole = false;
    account("john", "a b");
    home_mkdir("john", "deep/er/c.example");
    domain("john", "c", "deep/er/c.example");
    wants("john", "a");
    assert_pass("john");
    assert_good(watch_home(INT_MAX, &whole));
    assert_true(whole);
    size_t all = n_told;
    unsigned fewer = 0;
    bool done = false;
    for (int n = 0; n < 12 && !done; n++) {
        assert_good(watch_home(n, &whole));
        if (whole && n_told != all)
            fail_msg("with %d descriptors: whole, with %zu watches of %zu", n, n_told, all);
        fewer += !whole;
        done = whole;
    }
    assert_true(done);
    assert_true(fewer > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(notes_whose_list_ends_early),
        world_test(marks_whose_list_ends_early),
        world_test(storage_whose_list_ends_early),
        world_test(a_namesake_that_cannot_be_looked_at),
        world_test(a_namesake_whose_home_is_away),
        complete_test(what_a_file_still_names_is_told),
        complete_test(denying_all_says_so_and_is_done),
        complete_test(a_document_root_that_cannot_be_looked_at),
        world_test(a_file_that_decides_about_a_section),
        world_test(a_home_that_cannot_be_watched_whole_is_not),
    };
    return world_run(tests);
}
