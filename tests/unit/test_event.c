/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a panel's words, and of a list of domains that an adapter makes. */
#include "tests/unit/fixture.h"

#include "tests/unit/odd_text.h"

#include <stdio.h>
#include <stdlib.h>
#include "hooks/adapter/adapter.h"
#include "hooks/events/event.h"

#define LONG64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* The one event that the words give, as text. */
static void expect(const char *want, enum sc_event_kind kind, struct sc_event_words words)
{
    struct sc_events e = {.n = 0};
    char text[1024];
    sc_event_add(&e, kind, &words);
    assert_int_equal(e.n, 1);
    sc_event_text(&e.v[0], text, sizeof(text));
    assert_string_equal(text, want);
}
#define W(...) ((struct sc_event_words){__VA_ARGS__})

static void words_become_canonical(void **state)
{
    (void)state;
    expect("user-created john", SC_EVENT_USER_CREATED, W(.user = "john"));
    expect("user-deleted john", SC_EVENT_USER_DELETED, W(.user = "john"));
    expect("user-changed John.D", SC_EVENT_USER_CHANGED, W(.user = "John.D"));
    expect("user-renamed john jim", SC_EVENT_USER_RENAMED, W(.user = "john", .new_user = "jim"));
    expect("domain-created john a.example", SC_EVENT_DOMAIN_CREATED,
           W(.user = "john", .domain = "A.Example."));
    expect("domain-deleted john *.a.example", SC_EVENT_DOMAIN_DELETED,
           W(.user = "john", .domain = "*.a.example"));
    expect("domain-renamed john xn--tda.de b.de", SC_EVENT_DOMAIN_RENAMED,
           W(.user = "john", .domain = "\xc3\x9c.de", .new_domain = "b.de"));
    expect("domain-renamed - a.de b.de with-subdomains", SC_EVENT_DOMAIN_RENAMED,
           W(.domain = "a.de", .new_domain = "b.de", .subdomains = true));
    expect("docroot-changed john a.de", SC_EVENT_DOCROOT_CHANGED,
           W(.user = "john", .domain = "a.de"));
    expect("docroot-changed john", SC_EVENT_DOCROOT_CHANGED, W(.user = "john"));
    expect("docroot-changed - a.de", SC_EVENT_DOCROOT_CHANGED, W(.domain = "a.de"));
    /* What a kind does not have is dropped. */
    expect("user-changed john", SC_EVENT_USER_CHANGED,
           W(.user = "john", .new_user = "x", .domain = "a.de", .subdomains = true));
    expect("resync-all", SC_EVENT_RESYNC_ALL, W(.user = "john", .domain = "a.de"));
    expect("domain-created john a.de", SC_EVENT_DOMAIN_CREATED,
           W(.user = "john", .domain = "a.de", .new_domain = "b.de"));
}

static void what_is_no_name_is_a_smaller_hint(void **state)
{
    (void)state;
    static const char *const no_user[] = {"",    "../john", "-u",   "a b",  "john\n",
                                          ".ht", "j/k",     LONG64, "\xff", "a\033[1m"};
    for (size_t i = 0; i < sizeof(no_user) / sizeof(no_user[0]); i++) {
        expect("resync-all", SC_EVENT_USER_DELETED, W(.user = no_user[i]));
        expect("resync-all", SC_EVENT_USER_CREATED, W(.user = no_user[i]));
        expect("user-changed john", SC_EVENT_USER_RENAMED,
               W(.user = no_user[i], .new_user = "john"));
        expect("user-changed john", SC_EVENT_USER_RENAMED,
               W(.user = "john", .new_user = no_user[i]));
        expect("domain-created - a.de", SC_EVENT_DOMAIN_CREATED,
               W(.user = no_user[i], .domain = "a.de"));
    }
    static const char *const no_domain[] = {"a b",    "-a.de",   "a..de",     "a/b",
                                            "a.de\n", "\xff.de", LONG64 ".de"};
    for (size_t i = 0; i < sizeof(no_domain) / sizeof(no_domain[0]); i++) {
        expect("user-changed john", SC_EVENT_DOMAIN_DELETED,
               W(.user = "john", .domain = no_domain[i]));
        expect("user-changed john", SC_EVENT_DOCROOT_CHANGED,
               W(.user = "john", .domain = no_domain[i]));
        expect("resync-all", SC_EVENT_DOMAIN_CREATED, W(.domain = no_domain[i]));
        expect("resync-all", SC_EVENT_DOCROOT_CHANGED, W(.domain = no_domain[i]));
        expect("user-changed john", SC_EVENT_DOMAIN_RENAMED,
               W(.user = "john", .domain = "a.de", .new_domain = no_domain[i]));
        expect("docroot-changed - a.de", SC_EVENT_DOMAIN_RENAMED,
               W(.domain = no_domain[i], .new_domain = "a.de"));
        expect("docroot-changed - a.de", SC_EVENT_DOMAIN_RENAMED,
               W(.domain = "a.de", .new_domain = no_domain[i]));
        expect("resync-all", SC_EVENT_DOMAIN_RENAMED,
               W(.domain = no_domain[i], .new_domain = no_domain[i]));
    }
    expect("resync-all", SC_EVENT_DOMAIN_RENAMED, W(.user = NULL));
    expect("resync-all", SC_EVENT_DOCROOT_CHANGED, W(.user = NULL));
    /* A rename to the same name. */
    expect("user-changed john", SC_EVENT_USER_RENAMED, W(.user = "john", .new_user = "john"));
    expect("user-changed john", SC_EVENT_DOMAIN_RENAMED,
           W(.user = "john", .domain = "\xc3\x9c.de", .new_domain = "XN--TDA.de"));
    expect("docroot-changed - a.de", SC_EVENT_DOMAIN_RENAMED,
           W(.domain = "a.de", .new_domain = "A.de", .subdomains = true));
    assert_string_equal(sc_event_kind_name((enum sc_event_kind)99), "resync-all");
}

static void events_are_few_and_each_is_there_once(void **state)
{
    (void)state;
    struct sc_events e = {.n = 0};
    char name[32];
    for (int twice = 0; twice < 2; twice++) {
        for (int i = 0; i < SC_EVENTS_MAX; i++) {
            snprintf(name, sizeof(name), "u%d", i);
            sc_event_add(&e, SC_EVENT_USER_CHANGED, &W(.user = name));
        }
        assert_int_equal(e.n, SC_EVENTS_MAX);
        assert_int_equal(e.v[SC_EVENTS_MAX - 1].kind, SC_EVENT_USER_CHANGED);
    }
    sc_event_add(&e, SC_EVENT_USER_CHANGED, &W(.user = "one-more"));
    assert_int_equal(e.n, SC_EVENTS_MAX);
    assert_int_equal(e.v[SC_EVENTS_MAX - 1].kind, SC_EVENT_RESYNC_ALL);
    assert_string_equal(e.v[SC_EVENTS_MAX - 1].user, "");
    assert_string_equal(e.v[SC_EVENTS_MAX - 2].user, "u6");

    /* "All" that is there already is enough. */
    e = (struct sc_events){.n = 0};
    sc_event_add(&e, SC_EVENT_RESYNC_ALL, &W(.user = NULL));
    for (int i = 0; i < SC_EVENTS_MAX; i++) {
        snprintf(name, sizeof(name), "u%d", i);
        sc_event_add(&e, SC_EVENT_USER_CHANGED, &W(.user = name));
    }
    assert_int_equal(e.n, SC_EVENTS_MAX);
    assert_string_equal(e.v[SC_EVENTS_MAX - 1].user, "u6");

    /* The same but for one word is another one. */
    e = (struct sc_events){.n = 0};
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED, &W(.domain = "a.de", .new_domain = "b.de"));
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED,
                 &W(.domain = "a.de", .new_domain = "b.de", .subdomains = true));
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED,
                 &W(.user = "u", .domain = "a.de", .new_domain = "b.de"));
    assert_int_equal(e.n, 3);
}

static void a_text_is_cut_to_its_room(void **state)
{
    (void)state;
    struct sc_events e = {.n = 0};
    char text[20];
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED,
                 &W(.user = "john", .domain = "a.de", .new_domain = "b.de"));
    sc_event_text(&e.v[0], text, sizeof(text));
    assert_string_equal(text, "domain-renamed john");
    sc_event_text(&e.v[0], text, 7);
    assert_string_equal(text, "domain");
}

/* ---- sc_domains_add(), sc_domains_finish() ---- */

/* It is passed over: `odd` is what is kept of it. */
static void refuse(struct sc_domains *d, const char *text, const char *odd, const char *name,
                   const char *owner, const char *docroot)
{
    struct sc_error err = SC_ERROR_INIT;
    size_t n = d->n;
    sc_odds_done(&d->odds);
    assert_int_equal(sc_domains_add(d, name, owner, docroot, false, &err), 0);
    assert_int_equal(d->n, n);
    assert_int_equal(d->odds.n, 1);
    assert_string_equal(d->odds.v[0].text, text);
    assert_string_equal(odd_text(&d->odds), odd);
}

static void domains_are_checked_as_they_come(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_domains_add(&d, "B.Example", "john", "//home/john///b/", true, NULL), 0);
    assert_string_equal(d.v[0].name, "b.example");
    assert_string_equal(d.v[0].owner, "john");
    assert_string_equal(d.v[0].docroot, "/home/john/b");
    assert_true(d.v[0].is_main);
    assert_int_equal(sc_domains_add(&d, "root.example", "john", "//", false, NULL), 0);
    assert_string_equal(d.v[1].docroot, "/");
    assert_int_equal(sc_domains_add(&d, "dots.example", "john", "/.a/..b/c..", false, NULL), 0);
    assert_string_equal(d.v[2].docroot, "/.a/..b/c..");
    refuse(&d, "domain name 'a b' has a character that no domain name has", "- john /x\n", "a b",
           "john", "/x");
    refuse(&d, "a domain name is empty", "- john /x\n", NULL, "john", "/x");
    refuse(&d, "a domain name is empty", "- john - hides\n", "", "john", NULL);
    refuse(&d, "domain 'a.de': its owner '../x' is not a user name", "a.de - /x\n", "A.de", "../x",
           "/x");
    refuse(&d, "domain 'a.de': its owner '' is not a user name", "a.de - /x\n", "a.de", NULL, "/x");
    refuse(&d, "domain 'a.de': its document root '' is not an absolute path", "a.de john -\n",
           "a.de.", "john", NULL);
    refuse(&d, "domain 'a.de': its document root 'x/y' is not an absolute path", "a.de john x/y\n",
           "a.de", "john", "x/y");
    refuse(&d, "domain 'a.de': its document root '/x/../y' has a part \".\" or \"..\"",
           "a.de john /x/../y\n", "a.de", "john", "/x/../y");
    refuse(&d, "domain 'a.de': its document root '/x/.' has a part \".\" or \"..\"",
           "a.de john /x/.\n", "a.de", "john", "/x/.");
    char path[SC_DOCROOT_MAX + 3];
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[SC_DOCROOT_MAX] = 0;
    assert_int_equal(sc_domains_add(&d, "long.example", "john", path, false, NULL), 0);
    path[SC_DOCROOT_MAX] = 'x';
    path[SC_DOCROOT_MAX + 1] = 0;
    sc_odds_done(&d.odds);
    assert_int_equal(sc_domains_add(&d, "a.de", "john", path, false, NULL), 0);
    assert_non_null(strstr(d.odds.v[0].text, " is longer than 4095 bytes"));
}

static void the_first_of_a_name_stays(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    sc_domains_finish(&d);
    assert_int_equal(d.n, 0);
    char name[32], root[32];
    enum {
        NAMES = 100,
        TIMES = 5
    };
    for (int t = 0; t < TIMES; t++) {
        for (int i = NAMES; i-- > 0;) {
            snprintf(name, sizeof(name), t % 2 ? "D%03d.de" : "d%03d.de.", i);
            snprintf(root, sizeof(root), "/r%d", t);
            assert_int_equal(sc_domains_add(&d, name, "john", root, false, NULL), 0);
        }
    }
    assert_int_equal(d.n, NAMES * TIMES);
    sc_domains_finish(&d);
    assert_int_equal(d.n, NAMES);
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof(name), "d%03d.de", i);
        assert_string_equal(d.v[i].name, name);
        assert_string_equal(d.v[i].docroot, "/r0");
    }
    assert_ptr_equal(sc_domains_find(&d, "d042.de"), &d.v[42]);
    /* the places of the others stay closed */
    assert_int_equal(d.odds.n, NAMES * (TIMES - 1));
    assert_string_equal(d.odds.v[0].path, "/r1");
}

static void an_odd_entry_beside_a_right_one(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_domains_add(&d, "a.de", "john", "/a", false, NULL), 0);
    assert_int_equal(sc_domains_add(&d, "a.de", "john", NULL, false, NULL), 0);
    assert_int_equal(sc_domains_add(&d, "a.de", "john", "/b/..", false, NULL), 0);
    assert_int_equal(sc_domains_add(&d, "a.de", "-", "/a", false, NULL), 0);
    assert_int_equal(sc_domains_add(&d, "b.de", "john", NULL, false, NULL), 0);
    sc_domains_finish(&d);
    assert_int_equal(d.n, 1);
    assert_string_equal(odd_text(&d.odds), "a.de john /b/..\nb.de john -\n");
    assert_true(sc_domains_lists(&d, "b.de"));
    assert_true(sc_domains_lists(&d, "a.de"));
    assert_false(sc_domains_lists(&d, "c.de"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_canonical),
        cmocka_unit_test(what_is_no_name_is_a_smaller_hint),
        cmocka_unit_test(events_are_few_and_each_is_there_once),
        cmocka_unit_test(a_text_is_cut_to_its_room),
        cmocka_unit_test(domains_are_checked_as_they_come),
        cmocka_unit_test(the_first_of_a_name_stays),
        cmocka_unit_test(an_odd_entry_beside_a_right_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
