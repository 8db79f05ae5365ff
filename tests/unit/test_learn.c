/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use: the record, and what is made of it. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/learn/needs.h"
#include "core/learn/often.h"
#include "core/learn/record.h"

#define RECORD SC_CLEANUP(sc_learn_record_done) struct sc_learn_record
#define NEEDS  SC_CLEANUP(sc_learn_needs_done) struct sc_learn_needs

static void begin(struct sc_learn_record *r)
{
    *r = (struct sc_learn_record){.uid = 1000, .docroot = strdup("a/web"), .since = 100};
}

static void use(struct sc_learn_record *r, const char *rel, unsigned kinds, const char *by)
{
    const struct sc_learn_use u = {.rel = rel, .kinds = kinds, .by = by, .at = 200};
    assert_int_equal(sc_learn_record_add(r, &u, NULL), 0);
}

/* "rel kinds n" of each place, one a line. */
static void assert_places(const struct sc_learn_record *r, const char *want)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "");
    for (size_t i = 0; i < r->n; i++)
        sc_buf_fmt(&b, "%s %u %d\n", r->v[i].rel, r->v[i].kinds, (int)r->v[i].n);
    assert_string_equal(b.data ? b.data : "", want);
}

static void uses_are_counted(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "lib/b.php", SC_LEARN_READ, "php a.php");
    use(&r, "lib/a.php", SC_LEARN_READ, "php a.php");
    use(&r, "lib/b.php", SC_LEARN_READ, "php b.php");
    use(&r, "lib/b.php", SC_LEARN_WRITE, "php b.php"); /* of one opening */
    use(&r, "lib", SC_LEARN_LIST | SC_LEARN_DIR, "ls");
    use(&r, "", SC_LEARN_READ, "");
    use(&r, "../x", SC_LEARN_READ, "");
    assert_places(&r, "lib 40 1\nlib/a.php 1 1\nlib/b.php 3 2\n");
    assert_int_equal(r.v[2].n_by, 2);
    assert_string_equal(r.v[2].by[1], "php b.php");
    use(&r, "lib/b.php", SC_LEARN_READ, "3");
    use(&r, "lib/b.php", SC_LEARN_READ, "4");
    assert_int_equal(r.v[2].n_by, SC_LEARN_BY_MAX);
    assert_int_equal(r.v[2].last, 200);
}

static void many_files_are_their_directory(void **state)
{
    (void)state;
    RECORD r;
    char rel[64];
    begin(&r);
    use(&r, "data/deep/x", SC_LEARN_WRITE, "");
    for (int i = 0; i < SC_LEARN_FILES_MAX; i++) {
        snprintf(rel, sizeof(rel), "data/f%d", i);
        use(&r, rel, SC_LEARN_READ, "");
        snprintf(rel, sizeof(rel), "top%d", i);
        use(&r, rel, SC_LEARN_READ, "");
    }
    assert_int_equal(r.n, 2 * SC_LEARN_FILES_MAX + 1);
    use(&r, "data/one-more", SC_LEARN_READ, "");
    use(&r, "data/two-more", SC_LEARN_READ, "");
    use(&r, "top-more", SC_LEARN_READ, ""); /* in the home itself: not folded */
    assert_int_equal(r.n, SC_LEARN_FILES_MAX + 3);
    assert_string_equal(r.v[0].rel, "data");
    assert_int_equal(r.v[0].kinds, SC_LEARN_READ | SC_LEARN_DIR);
    assert_int_equal(r.v[0].n, SC_LEARN_FILES_MAX + 2);
    assert_string_equal(r.v[1].rel, "data/deep/x");
}

static void it_never_grows_beyond_its_limit(void **state)
{
    (void)state;
    RECORD r;
    char rel[64];
    begin(&r);
    for (int i = 0; i < SC_LEARN_PLACES_MAX + 200; i++) {
        snprintf(rel, sizeof(rel), "cache/%02x/%02x/f", i / 64, i % 64);
        use(&r, rel, SC_LEARN_WRITE, "");
        assert_true(r.n <= SC_LEARN_PLACES_MAX);
    }
    assert_int_equal(r.more, 0);
    for (int i = 0; i < SC_LEARN_PLACES_MAX + 10; i++) {
        snprintf(rel, sizeof(rel), "top%d", i);
        use(&r, rel, SC_LEARN_READ, "");
        assert_true(r.n <= SC_LEARN_PLACES_MAX);
    }
    assert_true(r.more > 0);
}

static void text_and_back(void **state)
{
    (void)state;
    RECORD r;
    RECORD back = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf again = SC_BUF_INIT;
    begin(&r);
    r.lost = 2;
    r.more = 3;
    use(&r, "da ta/\xff%", SC_LEARN_WRITE, "php /home/john/a b.php");
    use(&r, "run/s", SC_LEARN_CONNECT, "");
    assert_int_equal(sc_learn_record_format(&r, &text, NULL), 0);
    assert_string_equal(text.data, "sitecage-learn 1\nsite 1000 a/web\nsince 100\nlost 2\nmore 3\n"
                                   "place w 1 200 200 da%20ta/%FF%25 php%20/home/john/a%20b.php\n"
                                   "place s 1 200 200 run/s\nend\n");
    assert_int_equal(sc_learn_record_parse(text.data, text.len, &back, NULL), 0);
    assert_int_equal(sc_learn_record_format(&back, &again, NULL), 0);
    assert_string_equal(again.data, text.data);
    /* cut off anywhere it is refused */
    for (size_t n = 0; n < text.len; n++)
        assert_int_equal(sc_learn_record_parse(text.data, n, &back, NULL), SC_E_INVAL);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "sitecage-learn 2\nend\n",
        "sitecage-learn 1\nend\n",
        "sitecage-learn 1\nsite 1 a\nend\nmore 1\n",
        "sitecage-learn 1\nsite 1 a\nsite 1 a\nend\n",
        "sitecage-learn 1\nsite x a\nend\n",
        "sitecage-learn 1\nsite 1 a\nsince -1\nend\n",
        "sitecage-learn 1\nsite 1 a\nplace q 1 1 1 x\nend\n",
        "sitecage-learn 1\nsite 1 a\nplace r 1 1 1\nend\n",
        "sitecage-learn 1\nsite 1 a\nplace r 1 1 1 ../x\nend\n",
        "sitecage-learn 1\nsite 1 a\nplace r 1 1 1 b\nplace r 1 1 1 a\nend\n",
        "sitecage-learn 1\nsite 1 a\nplace r 1 1 1 b 1 2 3 4\nend\n",
        "sitecage-learn 1\nsite 1 a\nwhat 1\nend\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_learn_record r = {0};
        assert_int_equal(sc_learn_record_parse(bad[i], strlen(bad[i]), &r, NULL), SC_E_INVAL);
        assert_null(r.v);
    }
}

/* ---- needs ---- */

static struct sc_plan_entry own_home[] = {
    {.kind = SC_ENTRY_OWN, .rel = ""},          {.kind = SC_ENTRY_RW, .rel = "a"},
    {.kind = SC_ENTRY_DOCROOT, .rel = "a/web"}, {.kind = SC_ENTRY_OWN, .rel = "mail"},
    {.kind = SC_ENTRY_RO, .rel = "share"},
};
static struct sc_plan_entry shared_home[] = {
    {.kind = SC_ENTRY_CLOSED_DIR, .rel = ".ssh"},
    {.kind = SC_ENTRY_RW, .rel = "a"},
    {.kind = SC_ENTRY_DOCROOT, .rel = "a/web"},
    {.kind = SC_ENTRY_CLOSED_DIR, .rel = "web/b"},
};
static const struct sc_entries private_view = {own_home, sizeof(own_home) / sizeof(own_home[0])};
static const struct sc_entries shared_view = {shared_home,
                                              sizeof(shared_home) / sizeof(shared_home[0])};

/* "rel ro|rw" of each need, one a line. */
static void assert_needs(const struct sc_learn_record *r, const struct sc_entries *e,
                         const char *want)
{
    NEEDS l = {0};
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_learn_needs(r, e, &l, NULL), 0);
    for (size_t i = 0; i < l.n; i++)
        sc_buf_fmt(&b, "%s %s%s\n", l.v[i].rel, l.v[i].rw ? "rw" : "ro",
                   l.v[i].temporary ? " temporary" : "");
    assert_string_equal(b.data ? b.data : "", want);
}

static void what_it_owns_is_not_missed(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "a/own", SC_LEARN_WRITE, "");
    use(&r, "a/web/index.php", SC_LEARN_READ, "");
    use(&r, "mail/new", SC_LEARN_WRITE, "");
    use(&r, "share/x", SC_LEARN_READ, "");
    use(&r, ".bashrc", SC_LEARN_READ, "");
    use(&r, ".bash_history", SC_LEARN_WRITE, "");
    use(&r, "tmp/x", SC_LEARN_WRITE, "");
    use(&r, ".cache/x", SC_LEARN_WRITE, "");
    assert_needs(&r, &private_view, "");
}

static void what_is_missed(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "share/y", SC_LEARN_WRITE, "");
    use(&r, "data/store/x", SC_LEARN_WRITE, "");
    use(&r, "lib/inc.php", SC_LEARN_READ, "");
    use(&r, "run/s", SC_LEARN_CONNECT, "");
    use(&r, "bin/tool", SC_LEARN_RUN, "");
    use(&r, "config.php", SC_LEARN_READ, "");
    use(&r, "pictures", SC_LEARN_LIST | SC_LEARN_DIR, "");
    use(&r, "logs/a.log", SC_LEARN_WRITE, "");
    assert_needs(&r, &private_view,
                 "bin ro\nconfig.php ro\ndata/store rw\nlib ro\nlogs/a.log rw\npictures ro\n"
                 "run ro\nshare rw\n");
}

static void in_a_shared_home_reading_is_enough(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "lib/inc.php", SC_LEARN_READ, "");
    use(&r, "data/x", SC_LEARN_WRITE, "");
    use(&r, ".ssh/config", SC_LEARN_READ, "");
    use(&r, "web/b/secret", SC_LEARN_READ, "");
    use(&r, "web/all.php", SC_LEARN_WRITE, ""); /* next to another site's */
    use(&r, "tmp/x", SC_LEARN_WRITE, "");
    assert_needs(&r, &shared_view,
                 ".ssh/config ro\ndata rw\ntmp rw temporary\nweb/all.php rw\nweb/b/secret ro\n");
}

static void what_passes_is_not_given(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "up/2026/11/27/x.png", SC_LEARN_WRITE, "");
    use(&r, "cachedir/4f/9a/4f9a0011", SC_LEARN_WRITE, "");
    use(&r, "tools/releases/7/lib/x.php", SC_LEARN_READ, "");
    use(&r, "kit/releases/7/x.php", SC_LEARN_READ, "");
    use(&r, "bot/releases/7/cache/x", SC_LEARN_WRITE, ""); /* not the link that leads to it */
    use(&r, "releases/12/y.php", SC_LEARN_READ, "");
    use(&r, "opt/v1.2.3/z.php", SC_LEARN_READ, "");
    use(&r, "2026/x", SC_LEARN_READ, "");
    use(&r, "feed/face/bed/x", SC_LEARN_READ, ""); /* words */
    assert_needs(&r, &private_view,
                 "2026 ro\nbot ro\nbot/releases rw\ncachedir rw\nfeed/face/bed ro\nkit ro\nopt ro\n"
                 "releases ro\ntools ro\nup rw\n");
}

static void neighbours_become_one(void **state)
{
    (void)state;
    RECORD r;
    begin(&r);
    use(&r, "var/one/x", SC_LEARN_READ, "1");
    use(&r, "var/two/x", SC_LEARN_READ, "2");
    use(&r, "var/three/x", SC_LEARN_READ, "3");
    assert_needs(&r, &private_view, "var/one ro\nvar/three ro\nvar/two ro\n");
    use(&r, "var/four/x", SC_LEARN_WRITE, "4");
    assert_needs(&r, &private_view, "var rw\n");
    use(&r, "lib/a/x", SC_LEARN_WRITE, "");
    use(&r, "lib/x", SC_LEARN_READ, ""); /* above what is written, and itself only read */
    assert_needs(&r, &private_view, "lib ro\nlib/a rw\nvar rw\n");
}

/* How often a use of the file is heard of when it is used `times`. */
static unsigned heard(struct sc_learn_often *o, ino_t ino, uint64_t mask, unsigned times)
{
    unsigned n = 0;
    for (uint64_t deaf = 0; n < times && !(mask & deaf); n++)
        deaf |= sc_learn_often_count(o, 7, ino, mask);
    return n;
}

static void what_is_used_often_is_heard_of_so_often(void **state)
{
    (void)state;
    struct sc_learn_often o;
    sc_learn_often_begin(&o);
    assert_int_equal(heard(&o, 1, 1, SC_LEARN_OFTEN - 1), SC_LEARN_OFTEN - 1);
    assert_int_equal(sc_learn_often_count(&o, 7, 1, 2), 0); /* another kind is counted by itself */
    assert_int_equal(sc_learn_often_count(&o, 7, 1, 3), 1);
    assert_int_equal(sc_learn_often_count(&o, 7, 1, 3), 0); /* told once */
    assert_int_equal(heard(&o, 2, 5, 1000), SC_LEARN_OFTEN);
    assert_int_equal(heard(&o, 2 + SC_LEARN_OFTEN_ROWS, 1, 5), 5); /* takes the row */
    assert_int_equal(heard(&o, 2, 1, 1000), SC_LEARN_OFTEN);
    sc_learn_often_begin(&o);
    assert_int_equal(heard(&o, 1, 1, 1000), SC_LEARN_OFTEN);
    assert_int_equal(heard(&o, 3, 0xff, 1000), SC_LEARN_OFTEN); /* more kinds than are counted */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_are_counted),
        cmocka_unit_test(many_files_are_their_directory),
        cmocka_unit_test(it_never_grows_beyond_its_limit),
        cmocka_unit_test(text_and_back),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(what_it_owns_is_not_missed),
        cmocka_unit_test(what_is_missed),
        cmocka_unit_test(in_a_shared_home_reading_is_enough),
        cmocka_unit_test(what_passes_is_not_given),
        cmocka_unit_test(neighbours_become_one),
        cmocka_unit_test(what_is_used_often_is_heard_of_so_often),
    };
    return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
