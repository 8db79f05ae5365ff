/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What odd entries of a panel's answer mean for an account. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/account/odd.h"
#include "core/base/cleanup.h"

#define MAX 16

struct rows {
    struct sc_domain_row v[MAX];
    size_t n;
    char text[1024];
};

/* "a:/home/john/a b:/x", and of uid 1002 with '@' in front. */
static void read_rows(struct rows *r, const char *words)
{
    *r = (struct rows){.n = 0};
    snprintf(r->text, sizeof(r->text), "%s", words);
    char *save = NULL;
    for (char *w = strtok_r(r->text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        bool other = *w == '@';
        char *colon = strchr(w, ':');
        *colon = 0;
        r->v[r->n++] = (struct sc_domain_row){
            .name = w + other, .docroot = colon + 1, .uid = other ? 1002 : 1001};
    }
}

static const struct sc_odd_account john = {
    .user = "john", .uid = 1001, .home = "/data/home/john", .alias = "/home/john"};

/* The account's domains after `listed` with those odds, where `known` was known. Places without a
 * name are "?". */
static void expect(const char *known, const char *listed, const struct sc_odd *odds, size_t n_odds,
                   const struct sc_event_list *events, const char *want)
{
    struct rows k, l;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    char got[2048] = "";
    size_t used = 0;
    read_rows(&k, known);
    read_rows(&l, listed);
    for (size_t i = 0; i < l.n; i++)
        assert_int_equal(sc_domains_put(&d, l.v[i].name, l.v[i].uid == 1001 ? "john" : "mary",
                                        l.v[i].docroot, false, &err),
                         0);
    for (size_t i = 0; i < n_odds; i++)
        assert_int_equal(sc_odds_add(&d.odds, &odds[i], &err, "x"), 0);
    const struct sc_domain_list list = {.rows = k.v, .n = k.n};
    assert_int_equal(sc_odd_settle(&d, &john, &list, events, &err), 0);
    for (size_t i = 0; i < d.n; i++) {
        assert_true(i == 0 || strcmp(d.v[i - 1].name, d.v[i].name) < 0);
        bool place = sc_odd_is_place(d.v[i].name);
        used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%s:%s", used ? " " : "",
                                 place ? "?" : d.v[i].name, d.v[i].docroot);
    }
    assert_string_equal(got, want);
}

#define ODD(known, listed, want, ...)                                                              \
    do {                                                                                           \
        const struct sc_odd o[] = {__VA_ARGS__};                                                   \
        expect(known, listed, o, sizeof(o) / sizeof(o[0]), NULL, want);                            \
    } while (0)

static void a_known_name_stays_where_it_was(void **state)
{
    (void)state;
    ODD("a:/home/john/a b:/home/john/b", "a:/home/john/a", "a:/home/john/a b:/home/john/b",
        {.name = "b", .owner = "john"});
    ODD("a:/home/john/a b:/home/john/b", "a:/home/john/a", "a:/home/john/a b:/home/john/b",
        {.name = "b"});
    /* not one that is another's, or unknown, or listed rightly */
    ODD("a:/home/john/a @b:/home/mary/b", "a:/home/john/a", "a:/home/john/a",
        {.name = "b", .owner = "john"});
    ODD("a:/home/john/a b:/home/john/b", "a:/home/john/a", "a:/home/john/a",
        {.name = "b", .owner = "mary"});
    ODD("a:/home/john/a", "a:/home/john/a", "a:/home/john/a", {.name = "c", .owner = "john"});
    ODD("a:/home/john/a", "a:/home/john/n", "a:/home/john/n", {.name = "a", .owner = "john"});
}

static void a_place_is_closed(void **state)
{
    (void)state;
    static const char *const paths[] = {"/home/john/x",
                                        "//home//john/./x/",
                                        "/home/john/a/../x",
                                        "/data/home/john/y/z/../../../john/x",
                                        "x",
                                        "./a/../x/."};
    for (size_t i = 0; i < 6; i++) {
        bool real = strncmp(paths[i], "/data", 5) == 0 || paths[i][0] != '/';
        ODD("a:/home/john/a", "a:/home/john/a",
            real ? "?:/data/home/john/x a:/home/john/a" : "?:/home/john/x a:/home/john/a",
            {.name = "x", .owner = "john", .path = paths[i]});
    }
    static const char *const none[] = {
        "/",         "/home/john", "/home/john/a/..",     "/home/mary/x", "/etc", ".", "..",
        "../mary/x", "",           "/home/john/../../etc"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        ODD("", "a:/home/john/a", "a:/home/john/a", {.owner = "john", .path = none[i]});
    /* nobody's: below the home, but no relative one */
    ODD("", "", "?:/home/john/x", {.path = "/home/john/x"});
    ODD("", "", "", {.path = "x"});
    ODD("", "", "", {.owner = "mary", .path = "/home/john/x"});
    /* each once, and none that a domain has */
    ODD("", "a:/home/john/a", "?:/home/john/x ?:/home/john/y a:/home/john/a",
        {.owner = "john", .path = "/home/john/x"}, {.path = "/home/john/x/"},
        {.owner = "john", .path = "/home/john/a"}, {.path = "/home/john/y"});
    /* the domain that had it stays there, and with its name */
    ODD("a:/home/john/a b:/home/john/b", "a:/home/john/a", "a:/home/john/a b:/home/john/b",
        {.owner = "john", .path = "/home/john/b"});
    ODD("?1001.0000000000000001:/home/john/x", "", "?:/home/john/x", {.path = "/home/john/x"});
}

static void a_place_has_one_name(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT, again = SC_DOMAINS_INIT;
    const struct sc_odd o = {.path = "/home/john/x"};
    const struct sc_domain_list none = {0};
    assert_int_equal(sc_odds_add(&d.odds, &o, NULL, "x"), 0);
    assert_int_equal(sc_odds_add(&again.odds, &o, NULL, "y"), 0);
    assert_int_equal(sc_odd_settle(&d, &john, &none, NULL, NULL), 0);
    assert_int_equal(sc_odd_settle(&again, &john, &none, NULL, NULL), 0);
    assert_int_equal(d.n, 1);
    assert_string_equal(d.v[0].name, again.v[0].name);
    assert_true(sc_odd_is_place(d.v[0].name));
    assert_false(sc_odd_is_place("x.example"));
}

static void what_hides_keeps_all(void **state)
{
    (void)state;
    static const char known[] = "?1001.0000000000000001:/home/john/p a:/home/john/a b:/home/john/b "
                                "c:/home/john/c d:/home/john/d @m:/home/mary/m";
    ODD(known, "a:/home/john/n",
        "?:/home/john/p a:/home/john/n b:/home/john/b c:/home/john/c "
        "d:/home/john/d",
        {.hides = true});
    ODD(known, "a:/home/john/n", "a:/home/john/n", {.owner = "mary", .hides = true});
    struct sc_event_row rows[] = {
        {.kind = SC_KIND_DOMAIN_DELETED, .old_name = "b"},
        {.kind = SC_KIND_DOMAIN_RENAMED, .old_name = "c", .new_name = "n"},
        {.kind = SC_KIND_DOMAIN_RENAMED, .old_name = "d", .new_name = "a"},
        {.kind = SC_KIND_DOMAIN_CREATED, .old_name = "a"},
    };
    const struct sc_event_list events = {.rows = rows, .n = 4};
    const struct sc_odd o = {.owner = "john", .hides = true};
    expect(known, "a:/home/john/n", &o, 1, &events, "?:/home/john/p a:/home/john/n c:/home/john/c");
}

static void what_is_of_others_goes(void **state)
{
    (void)state;
    struct rows k;
    read_rows(&k, "a:/home/john/a @m:/home/mary/m");
    const struct sc_domain_list known = {.rows = k.v, .n = k.n};
    const struct sc_odd odds[] = {
        {.owner = "mary", .path = "/home/john/x"},
        {.name = "a"},
        {.name = "m"},
        {.path = "/home/mary/x"},
        {.hides = true},
        {.path = "/home/john/x"},
        {.name = "z", .owner = "john"},
        {.name = "unknown"},
    };
    struct sc_odds o = {0};
    for (size_t i = 0; i < sizeof(odds) / sizeof(odds[0]); i++)
        assert_int_equal(sc_odds_add(&o, &odds[i], NULL, "%zu", i), 0);
    sc_odd_part(&o, &john, &known);
    assert_int_equal(o.n, 4);
    assert_string_equal(o.v[0].text, "1");
    assert_string_equal(o.v[1].text, "4");
    assert_string_equal(o.v[2].text, "5");
    assert_string_equal(o.v[3].text, "6");
    sc_odds_done(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_name_stays_where_it_was),
        cmocka_unit_test(a_place_is_closed),
        cmocka_unit_test(a_place_has_one_name),
        cmocka_unit_test(what_hides_keeps_all),
        cmocka_unit_test(what_is_of_others_goes),
    };
    return cmocka_run_group_tests_name("odd", tests, NULL, NULL);
}
