/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon's watches tell: real inotify on a directory of the test's own. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "hooks/monitor/home.h"
#include "hooks/monitor/watch.h"
#include "tests/unit/tempdir.h"

static struct tempdir temp;

static int set_up(void **state)
{
    tempdir_make(&temp);
    *state = temp.path;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tempdir_remove(&temp);
    return 0;
}

struct heard {
    unsigned n;
    char text[4096];
};

static void told(enum sc_watch_what what, uid_t uid, const char *name, void *arg)
{
    struct heard *h = arg;
    size_t len = strlen(h->text);
    h->n++;
    snprintf(h->text + len, sizeof(h->text) - len, "%d:%u:%s ", (int)what, (unsigned)uid,
             name ? name : "-");
}

static void hears(struct sc_watches *w, const char *want)
{
    struct heard h = {0};
    bool lost = true;
    sc_watches_read(w, told, &h, &lost);
    assert_string_equal(h.text, want);
    assert_false(lost);
}

static void make(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(unlink(path), 0);
}

static void add(struct sc_watches *w, const char *dir, enum sc_watch_what what, uid_t uid,
                const char *name)
{
    assert_int_equal(sc_watches_add(w, dir, SC_WATCH_NAMES, what, uid, name, NULL), 0);
}

static void only_names_that_matter(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    add(w, dir, SC_WATCH_HOME, 7, "www");
    add(w, dir, SC_WATCH_HOME, 7, "web");
    assert_int_equal(sc_watches_dirs(w), 1);
    make(dir, "other");
    make(dir, "ww");
    make(dir, "wwww");
    hears(w, "");
    make(dir, "www");
    hears(w, "5:7:www 5:7:www ");         /* came and went */
    add(w, dir, SC_WATCH_PANEL, 0, NULL); /* any name, for somebody else */
    make(dir, "other");
    hears(w, "3:0:other 3:0:other ");
    sc_watches_free(w);
}

static void what_is_not_added_again_ends(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    add(w, dir, SC_WATCH_HOME, 7, "a");
    add(w, dir, SC_WATCH_HOME, 7, "b");
    add(w, dir, SC_WATCH_HOME, 8, "b");
    sc_watches_begin(w, SC_WATCH_HOME, 7);
    add(w, dir, SC_WATCH_HOME, 7, "a");
    sc_watches_end(w, SC_WATCH_HOME, 7);
    make(dir, "a");
    make(dir, "b");
    hears(w, "5:7:a 5:7:a 5:8:b 5:8:b ");
    sc_watches_begin(w, SC_WATCH_HOME, 7);
    sc_watches_end(w, SC_WATCH_HOME, 7);
    assert_int_equal(sc_watches_dirs(w), 1);
    sc_watches_begin(w, SC_WATCH_HOME, 8);
    sc_watches_end(w, SC_WATCH_HOME, 8);
    assert_int_equal(sc_watches_dirs(w), 0);
    make(dir, "a");
    hears(w, "");
    sc_watches_free(w);
}

static void many_names_become_any(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    char name[32];
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    for (int i = 0; i < SC_WATCH_NAMES_MAX; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        add(w, dir, SC_WATCH_HOME, 7, name);
    }
    make(dir, "other");
    hears(w, "");
    add(w, dir, SC_WATCH_HOME, 7, "one more");
    make(dir, "other");
    hears(w, "5:7:other 5:7:other ");
    sc_watches_free(w);
}

static void a_flood_is_told_and_ends(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    add(w, dir, SC_WATCH_HOME, 7, "www");
    for (int i = 0; i < SC_WATCH_FLOOD; i++)
        make(dir, i % 2 ? "x" : "y"); /* names that do not matter count too */
    hears(w, "5:7:- ");
    assert_int_equal(sc_watches_dirs(w), 0);
    make(dir, "www");
    hears(w, "");
    add(w, dir, SC_WATCH_HOME, 7, "www"); /* as after a look */
    make(dir, "www");
    hears(w, "5:7:www 5:7:www ");
    sc_watches_free(w);
}

static void a_directory_that_goes(void **state)
{
    struct sc_watches *w = NULL;
    char path[512];
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s/sub", (const char *)*state);
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    add(w, path, SC_WATCH_HOME, 7, "www");
    assert_int_equal(rmdir(path), 0);
    hears(w, "5:7:- "); /* a reason to look */
    assert_int_equal(sc_watches_dirs(w), 0);
    assert_int_equal(sc_watches_add(w, path, SC_WATCH_NAMES, SC_WATCH_HOME, 7, NULL, &err),
                     SC_E_NOTFOUND);
    char want[600];
    snprintf(want, sizeof(want), "%s is no directory", path);
    assert_error(&err, SC_E_NOTFOUND, want);
    sc_watches_free(w);
}

/* ---- watches that another process adds ---- */

/* As a worker does, which has the same instance. */
static int worker_adds(struct sc_watches *w, const char *dir)
{
    int wd = -1;
    SC_FD int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(sc_watch_dir(sc_watches_fd(w), fd, SC_WATCH_NAMES, &wd, NULL), 0);
    return wd;
}

static bool takes(struct sc_watches *w, int wd, const char *name)
{
    bool missed = false;
    assert_int_equal(sc_watches_take(w, wd, SC_WATCH_HOME, 7, name, &missed, NULL), 0);
    return missed;
}

static void a_worker_adds_watches(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    sc_watches_join(w);
    int wd = worker_adds(w, dir);
    sc_watches_begin(w, SC_WATCH_HOME, 7);
    assert_false(takes(w, wd, "a"));
    assert_int_equal(worker_adds(w, dir), wd);
    assert_false(takes(w, wd, "b"));
    sc_watches_end(w, SC_WATCH_HOME, 7);
    sc_watches_leave(w);
    assert_int_equal(sc_watches_dirs(w), 1);
    make(dir, "b");
    make(dir, "c");
    hears(w, "5:7:b 5:7:b ");
    sc_watches_free(w);
}

static void what_happens_before_a_watch_is_told_is_missed(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    sc_watches_join(w);
    int wd = worker_adds(w, dir);
    make(dir, "a");
    hears(w, "");
    assert_true(takes(w, wd, "a"));
    sc_watches_leave(w);
    sc_watches_join(w); /* a later worker's are no concern of it */
    assert_int_equal(worker_adds(w, dir), wd);
    assert_false(takes(w, wd, "a"));
    sc_watches_leave(w);
    sc_watches_free(w);
}

static void a_watch_that_ends_before_it_is_told_is_missed(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    add(w, dir, SC_WATCH_HOME, 7, "a");
    sc_watches_join(w);
    int wd = worker_adds(w, dir);
    sc_watches_begin(w, SC_WATCH_HOME, 7); /* somebody ends it meanwhile */
    sc_watches_end(w, SC_WATCH_HOME, 7);
    assert_int_equal(sc_watches_dirs(w), 0);
    assert_true(takes(w, wd, "a"));
    sc_watches_leave(w);
    sc_watches_free(w);
}

static void what_a_killed_worker_left_ends(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    sc_watches_join(w);
    int wd = worker_adds(w, dir);
    sc_watches_leave(w); /* it told nothing */
    make(dir, "a");
    hears(w, "");
    hears(w, ""); /* the end of the watch itself */
    assert_true(worker_adds(w, dir) != wd);
    sc_watches_free(w);
}

static void a_beginning_without_an_end_removes_nothing(void **state)
{
    struct sc_watches *w = NULL;
    const char *dir = *state;
    assert_int_equal(sc_watches_new(&w, NULL), 0);
    add(w, dir, SC_WATCH_HOME, 7, "a");
    sc_watches_begin(w, SC_WATCH_HOME, 7); /* its worker was killed */
    make(dir, "a");
    hears(w, "5:7:a 5:7:a ");
    sc_watches_end(w, SC_WATCH_HOME, 8);
    assert_int_equal(sc_watches_dirs(w), 1);
    sc_watches_free(w);
}

static void names_meet(void **state)
{
    (void)state;
    assert_true(sc_watch_meets(NULL, "a"));
    assert_true(sc_watch_meets(NULL, NULL));
    assert_true(sc_watch_meets("a", "a"));
    assert_false(sc_watch_meets("a", "b"));
    assert_false(sc_watch_meets("a", "aa"));
    assert_true(sc_watch_meets("a", NULL));
    assert_true(sc_watch_meets("a", ""));
}

static void leads(const char *link, const char *target, const char *rest, const char *want)
{
    char *got = sc_home_follow_link("/data/u", "/home/u", link, target, rest);
    if (want) {
        assert_non_null(got);
        assert_string_equal(got, want);
    } else {
        assert_null(got);
    }
    free(got);
}

static void links_in_a_home(void **state)
{
    (void)state;
    leads("www", "domains/a/public_html", "", "domains/a/public_html");
    leads("www", "domains//a/./x/", "sub/y", "domains/a/x/sub/y");
    leads("a/www", "html", "", "a/html");
    leads("a/www", "../b", "c", "b/c");
    leads("a/b/www", "../../c", "", "c");
    leads("a/www", "/home/u/real", "x", "real/x");
    leads("a/www", "/data/u/real", "", "real");
    leads("a/www", "/home/u", "x", "x");
    leads("www", "..", "", NULL);
    leads("a/www", "../../etc", "", NULL);
    leads("www", "/etc", "", NULL);
    leads("www", "/home/user2", "", NULL);
    leads("www", "/home/u/../v", "", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_names_that_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_added_again_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_names_become_any, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flood_is_told_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_directory_that_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_worker_adds_watches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_happens_before_a_watch_is_told_is_missed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_watch_that_ends_before_it_is_told_is_missed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_worker_left_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_beginning_without_an_end_removes_nothing, set_up,
                                        tear_down),
        cmocka_unit_test(names_meet),
        cmocka_unit_test(links_in_a_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
