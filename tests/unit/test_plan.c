/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/buf.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

#define HOME     "/home/john"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ---- small accounts: domains are named after their document roots ---- */

struct account {
    struct sc_plan_domain domains[16];
    char docroots[16][64];
    struct sc_plan_secret secrets[16];
    struct sc_plan_path paths[16];
    const char *closed[16];
    struct sc_plan_input in;
};

static void add_domain(struct account *a, const char *rel)
{
    size_t n = a->in.n_domains++;
    assert_true(n < COUNT(a->domains));
    snprintf(a->docroots[n], sizeof(a->docroots[n]), HOME "%s%s", *rel ? "/" : "", rel);
    a->domains[n] =
        (struct sc_plan_domain){rel, a->docroots[n], rel, true, SC_PLAN_HOME_SHARED_ELSE};
}

static void add_secret(struct account *a, const char *rel, bool is_dir)
{
    assert_true(a->in.n_secrets < COUNT(a->secrets));
    a->secrets[a->in.n_secrets++] = (struct sc_plan_secret){rel, is_dir};
}

static void add_path(struct account *a, const char *site, const char *rel, bool rw)
{
    assert_true(a->in.n_paths < COUNT(a->paths));
    a->paths[a->in.n_paths++] = (struct sc_plan_path){.rel = rel, .rw = rw, .site_rel = site};
}

static void add_closed(struct account *a, const char *rel)
{
    assert_true(a->in.n_closed < COUNT(a->closed));
    a->closed[a->in.n_closed++] = rel;
}

static void start(struct account *a)
{
    memset(a, 0, sizeof(*a));
    a->in = (struct sc_plan_input){.home = HOME,
                                   .domains = a->domains,
                                   .secrets = a->secrets,
                                   .paths = a->paths,
                                   .closed = a->closed};
}

static struct sc_plan *make(const struct account *a)
{
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plan_make(&a->in, &plan, &err) != 0)
        fail_msg("%s", err.text);
    return plan;
}

static void print_entries(const struct sc_entries *e, struct sc_buf *out)
{
    for (size_t i = 0; i < e->n; i++) {
        sc_buf_fmt(out, "%s%s '%s'", i ? "; " : "", sc_entry_kind_name(e->v[i].kind), e->v[i].rel);
        for (size_t k = 0; k < e->v[i].n_holes; k++)
            sc_buf_fmt(out, " hole '%s'", e->v[i].holes[k]);
    }
}

/* The entries of the site at `rel`, as text. */
static void expect_entries(const struct account *a, const char *rel, const char *want)
{
    struct sc_plan *plan = make(a);
    struct sc_entries e = {0};
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_plan_site *site = sc_plan_find(plan, rel);
    assert_non_null(site);
    assert_int_equal(sc_plan_site_entries(plan, (size_t)(site - plan->sites), &e, &err), 0);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "");
    print_entries(&e, &b);
    assert_string_equal(b.data, want);
    sc_entries_done(&e);
    sc_plan_free(plan);
}

static void expect_refusal(const struct account *a, const char *path, const char *reason)
{
    struct sc_plan *plan = make(a);
    assert_int_equal(plan->n_refusals, 1);
    assert_string_equal(plan->refusals[0].path, path);
    assert_string_equal(plan->refusals[0].reason, reason);
    assert_string_equal(plan->refusals[0].site_rel, a->paths[0].site_rel);
    sc_plan_free(plan);
}

/* ---- paths ---- */

static void relative_paths(void **state)
{
    (void)state;
    const char *good[] = {"", "a", "a/b", "...", ".a/..b", "a b\n%", "\xff/\xc3"};
    const char *bad[] = {"/", "/a", "a/", "a//b", ".", "..", "a/.", "a/../b", "./a"};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(sc_rel_valid(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(sc_rel_valid(bad[i]));
    char text[SC_REL_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[SC_REL_MAX] = 0;
    assert_true(sc_rel_valid(text));
    text[SC_REL_MAX] = 'x';
    text[SC_REL_MAX + 1] = 0;
    assert_false(sc_rel_valid(text));

    const char *order[] = {"",    "a",   "a/b", "a/b/c", "a/b\x01", "a\x01",
                           "a b", "a-b", "ab",  "b",     "\xff"};
    for (size_t i = 0; i < COUNT(order); i++) {
        for (size_t k = 0; k < COUNT(order); k++) {
            int c = sc_rel_cmp(order[i], order[k]);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
    }
    assert_string_equal(sc_rel_rest("a", "a/b/c"), "b/c");
    assert_string_equal(sc_rel_rest("", "a/b"), "a/b");
    assert_string_equal(sc_rel_rest("a", "a"), "");
    assert_string_equal(sc_rel_rest("", ""), "");
    assert_null(sc_rel_rest("a", "ab"));
    assert_null(sc_rel_rest("a/b", "a"));
    assert_null(sc_rel_rest("a", ""));
}

/* ---- sites ---- */

static void domains_with_one_docroot_are_one_site(void **state)
{
    (void)state;
    const struct sc_plan_domain d[] = {
        {"www.b.example", HOME "/b", "b", false, false},
        {"a.example", HOME "/a", "a", false, false},
        {"b.example", HOME "/link", "b", true, false},
        {"b2.example", "/home2/john/b", "b", false, false},
        {"b3.example", HOME "/link", "b", false, false},
        {"b.example", HOME "/b", "b", false, false},
        {"gone.example", HOME "/gone", NULL, true, false},
        {"gone2.example", HOME "/gone2", NULL, false, false},
        {"www.gone.example", HOME "/gone", NULL, false, false},
        {"home.example", HOME, "", false, false},
    };
    const struct sc_plan_input in = {.home = HOME, .domains = d, .n_domains = COUNT(d)};
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_plan_make(&in, &plan, &err), 0);
    assert_int_equal(plan->n_sites, 5);
    assert_int_equal(plan->n_present, 3);

    const struct sc_plan_site *s = plan->sites;
    assert_string_equal(s[0].rel, "");
    assert_string_equal(s[0].refused, "its document root is the home directory itself; give it a "
                                      "directory below the home in the panel");
    assert_false(s[0].isolated);
    assert_int_equal(s[0].n_aliases, 0);

    assert_string_equal(s[1].rel, "a");
    assert_false(s[1].isolated);
    assert_null(s[1].refused);
    assert_int_equal(s[1].n_names, 1);
    assert_int_equal(s[1].n_aliases, 0);

    assert_string_equal(s[2].rel, "b");
    assert_true(s[2].isolated);
    assert_false(s[2].missing);
    assert_int_equal(s[2].n_names, 4);
    assert_string_equal(s[2].names[0], "b.example");
    assert_string_equal(s[2].names[1], "b2.example");
    assert_string_equal(s[2].names[2], "b3.example");
    assert_string_equal(s[2].names[3], "www.b.example");
    assert_int_equal(s[2].n_aliases, 2);
    assert_string_equal(s[2].aliases[0], HOME "/link");
    assert_string_equal(s[2].aliases[1], "/home2/john/b");

    assert_null(s[3].rel);
    assert_true(s[3].missing);
    assert_true(s[3].isolated);
    assert_int_equal(s[3].n_names, 2);
    assert_string_equal(s[3].names[1], "www.gone.example");
    assert_int_equal(s[3].n_aliases, 1);
    assert_string_equal(s[3].aliases[0], HOME "/gone");
    assert_true(s[4].missing);
    assert_false(s[4].isolated);

    assert_ptr_equal(sc_plan_find(plan, "b"), &s[2]);
    assert_ptr_equal(sc_plan_find(plan, ""), &s[0]);
    assert_null(sc_plan_find(plan, "gone"));

    struct sc_entries e = {0};
    assert_int_equal(sc_plan_site_entries(plan, 3, &e, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND,
                 "the document root /home/john/gone of gone.example does not exist; create it, or "
                 "correct it in the panel");
    assert_int_equal(sc_plan_site_entries(plan, 0, &e, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED,
                 "home.example cannot be isolated: its document root is the home directory itself; "
                 "give it a directory below the home in the panel");
    assert_null(e.v);
    sc_plan_free(plan);
    sc_plan_free(NULL);
}

static void empty_account(void **state)
{
    (void)state;
    const struct sc_plan_input in = {.home = HOME};
    struct sc_plan *plan = NULL;
    assert_int_equal(sc_plan_make(&in, &plan, NULL), 0);
    assert_int_equal(plan->n_sites, 0);
    assert_int_equal(plan->n_refusals, 0);
    assert_null(sc_plan_find(plan, "a"));
    sc_plan_free(plan);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    const char *rels[] = {"/a", "a/../b", "a/", "a//b", ".", ".."};
    for (size_t i = 0; i < COUNT(rels); i++) {
        struct sc_plan_domain d = {"a.example", "/x", rels[i], true, false};
        struct sc_plan_input in = {.home = HOME, .domains = &d, .n_domains = 1};
        assert_int_equal(sc_plan_make(&in, &plan, &err), SC_E_INVAL);
        assert_error_has(&err, SC_E_INVAL,
                         "document root /x of a.example is not a plain path below /home/john: ");
        assert_error_has(&err, SC_E_INVAL, rels[i]);
    }
    const char *secrets[] = {"", "/x", "..", "a/"};
    for (size_t i = 0; i < COUNT(secrets); i++) {
        struct sc_plan_secret s = {secrets[i], true};
        struct sc_plan_input in = {.home = HOME, .secrets = &s, .n_secrets = 1};
        assert_int_equal(sc_plan_make(&in, &plan, &err), SC_E_INVAL);
        assert_error_has(&err, SC_E_INVAL, "is not a plain path below /home/john");
    }
    struct sc_plan_input many = {.home = HOME, .n_domains = SC_PLAN_MAX_DOMAINS + 1};
    assert_int_equal(sc_plan_make(&many, &plan, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the account of /home/john has more than 100000 domains");
    many = (struct sc_plan_input){.home = HOME, .n_secrets = SC_PLAN_MAX_SECRETS + 1};
    assert_int_equal(sc_plan_make(&many, &plan, &err), SC_E_TOOBIG);
    assert_error_has(&err, SC_E_TOOBIG, "more than 10000 secrets");
    many = (struct sc_plan_input){.home = HOME, .n_paths = SC_PLAN_MAX_PATHS + 1};
    assert_int_equal(sc_plan_make(&many, &plan, &err), SC_E_TOOBIG);
    assert_error_has(&err, SC_E_TOOBIG, "more than 10000 further paths");
    assert_null(plan);
}

/* ---- entries ---- */

static void siblings_and_secrets_close(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "b");
    expect_entries(&a, "b", "docroot 'b'");
    add_domain(&a, "a");
    add_domain(&a, "ab");
    add_secret(&a, ".ssh", true);
    add_secret(&a, ".my.cnf", false);
    expect_entries(&a, "a",
                   "closed-file '.my.cnf'; closed-dir '.ssh'; docroot 'a'; closed-dir 'ab'; "
                   "closed-dir 'b'");
    expect_entries(&a, "ab",
                   "closed-file '.my.cnf'; closed-dir '.ssh'; closed-dir 'a'; docroot 'ab'; "
                   "closed-dir 'b'");
}

static void nested_document_roots(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "public_html");
    add_domain(&a, "public_html/addon");
    add_domain(&a, "public_html/addon2");
    expect_entries(&a, "public_html",
                   "docroot 'public_html'; closed-dir 'public_html/addon'; closed-dir "
                   "'public_html/addon2'");
    expect_entries(&a, "public_html/addon",
                   "shell 'public_html' hole 'addon'; docroot 'public_html/addon'");

    start(&a);
    add_domain(&a, "m");
    add_domain(&a, "m/a");
    add_domain(&a, "m/a/x/b");
    add_domain(&a, "m/a/x/b/c");
    expect_entries(&a, "m", "docroot 'm'; closed-dir 'm/a'");
    expect_entries(&a, "m/a/x/b",
                   "shell 'm' hole 'a/x/b'; docroot 'm/a/x/b'; closed-dir 'm/a/x/b/c'");
    expect_entries(&a, "m/a/x/b/c", "shell 'm' hole 'a/x/b/c'; docroot 'm/a/x/b/c'");
}

/* Directories in which a document root lies that nobody could look at. */
static void unknown_document_roots_close_what_they_are_in(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "domains/a/www");
    add_domain(&a, "z");
    add_closed(&a, "domains/b");
    add_closed(&a, "domains/b");
    expect_entries(&a, "domains/a/www",
                   "docroot 'domains/a/www'; closed-dir 'domains/b'; closed-dir 'z'");
    expect_entries(&a, "z", "closed-dir 'domains/a/www'; closed-dir 'domains/b'; docroot 'z'");
    /* around the own one, at it, in it */
    add_closed(&a, "domains");
    expect_entries(&a, "domains/a/www",
                   "shell 'domains' hole 'a/www'; docroot 'domains/a/www'; closed-dir 'z'");
    add_closed(&a, "z");
    add_closed(&a, "z/x/y");
    expect_entries(&a, "z", "closed-dir 'domains'; docroot 'z'; rw 'z/x'; closed-dir 'z/x/y'");
    /* nothing in there is given to anybody */
    add_path(&a, "z", "domains/b/data", true);
    expect_refusal(&a, "domains/b/data",
                   "inside a directory with the document root of another site that cannot be "
                   "looked at");
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    a.closed[0] = "";
    assert_int_equal(sc_plan_make(&a.in, &plan, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'' is not a plain path below /home/john");
}

static void the_way_to_a_closed_place_is_pinned(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "m");
    add_domain(&a, "m/apps/x/web");
    add_domain(&a, "m/apps/y");
    add_domain(&a, "m/apps/x/web/deep/er");
    expect_entries(&a, "m",
                   "docroot 'm'; rw 'm/apps'; rw 'm/apps/x'; closed-dir 'm/apps/x/web'; closed-dir "
                   "'m/apps/y'");
    expect_entries(&a, "m/apps/x/web",
                   "shell 'm' hole 'apps/x/web'; docroot 'm/apps/x/web'; rw 'm/apps/x/web/deep'; "
                   "closed-dir 'm/apps/x/web/deep/er'");
}

static void home_as_a_document_root(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "");
    add_domain(&a, "a/b");
    add_domain(&a, "c");
    add_secret(&a, ".ssh", true);
    expect_entries(&a, "a/b", "shell '' hole 'a/b'; docroot 'a/b'");
    expect_entries(&a, "c", "shell '' hole 'c'; docroot 'c'");
}

static void document_roots_and_secrets(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "mail/web");
    add_domain(&a, "mail/web2");
    add_domain(&a, "site");
    add_secret(&a, "mail", true);
    add_secret(&a, "mail", true);
    add_secret(&a, "mailx", false);
    add_secret(&a, "site/secret", true);
    add_secret(&a, "mail/web/secret", true);
    expect_entries(&a, "mail/web",
                   "shell 'mail' hole 'web'; docroot 'mail/web'; closed-file 'mailx'; closed-dir "
                   "'site'");
    expect_entries(&a, "site", "closed-dir 'mail'; closed-file 'mailx'; docroot 'site'");

    start(&a); /* a document root that is itself a secret: closed for others, open for the site */
    add_domain(&a, "mail");
    add_domain(&a, "b");
    add_secret(&a, "mail", true);
    expect_entries(&a, "mail", "closed-dir 'b'; docroot 'mail'");
    expect_entries(&a, "b", "docroot 'b'; closed-dir 'mail'");
}

static void further_paths(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "apps/s/public");
    add_domain(&a, "other");
    add_secret(&a, "apps/.git", true);
    add_path(&a, "apps/s/public", "apps/s", true);        /* above the own document root */
    add_path(&a, "apps/s/public", "apps/s/public", true); /* says nothing new */
    add_path(&a, "apps/s/public", "data", false);         /* is read-only anyway */
    add_path(&a, "apps/s/public", "apps/s/vendor", false);
    add_path(&a, "apps/s/public", "apps/s/vendor/cache", true);
    add_path(&a, "apps/s/public", "apps/s/storage", true); /* is writable anyway */
    add_path(&a, "apps/s/public", "apps/s/public/lib/fixed", false);
    add_path(&a, "other", "tmp", false);
    add_path(&a, "other", "tmp", true); /* the stronger counts */
    expect_entries(&a, "apps/s/public",
                   "closed-dir 'apps/.git'; rw 'apps/s'; docroot 'apps/s/public'; rw "
                   "'apps/s/public/lib'; ro 'apps/s/public/lib/fixed'; ro 'apps/s/vendor'; rw "
                   "'apps/s/vendor/cache'; closed-dir 'other'; closed-dir 'tmp'");
    expect_entries(&a, "other",
                   "closed-dir 'apps/.git'; closed-dir 'apps/s'; closed-dir 'data'; docroot "
                   "'other'; rw 'tmp'");
    struct sc_plan *plan = make(&a);
    assert_int_equal(plan->n_refusals, 0);
    sc_plan_free(plan);

    start(&a); /* above others' document roots and secrets: those stay closed and cannot be moved */
    add_domain(&a, "s");
    add_domain(&a, "apps/x/web");
    add_secret(&a, "apps/key", false);
    add_path(&a, "s", "apps", true);
    expect_entries(&a, "s",
                   "rw 'apps'; closed-file 'apps/key'; rw 'apps/x'; closed-dir 'apps/x/web'; "
                   "docroot 's'");
    start(&a);
    add_domain(&a, "s");
    add_domain(&a, "apps/x/web");
    add_path(&a, "s", "apps", false);
    expect_entries(&a, "s", "closed-dir 'apps/x/web'; docroot 's'");
}

static void a_path_below_the_nearest_own_document_root(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* inside main's document root, but nearer to the own one; a secret there is void */
    add_domain(&a, "m");
    add_domain(&a, "m/a");
    add_secret(&a, "m/a/s", true);
    add_path(&a, "m/a", "m/a/s", false);
    expect_entries(&a, "m/a", "shell 'm' hole 'a'; docroot 'm/a'; ro 'm/a/s'");
}

static void refused_paths(void **state)
{
    (void)state;
    static const struct {
        const char *site, *path;
        bool rw;
        const char *reason;
    } cases[] = {
        {"s", "", true, "the home directory itself"},
        {"s", "/etc", true, "not a plain path below the home"},
        {"s", "a/../b", false, "not a plain path below the home"},
        {"s", "other", false, "inside the document root of another site"},
        {"s", "other/x/y", true, "inside the document root of another site"},
        {"s", "s/nested/x", true, "inside the document root of another site"},
        {"s", ".ssh", false, "hidden from every site, or inside something that is"},
        {"s", ".ssh/keys/a", true, "hidden from every site, or inside something that is"},
        {"s", "s", false, "the site's own document root, which is always writable"},
        {"none", "x", true, "for a document root that no site has"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct account a;
        start(&a);
        add_domain(&a, "s");
        add_domain(&a, "other");
        add_domain(&a, "s/nested");
        add_secret(&a, ".ssh", true);
        add_path(&a, cases[i].site, cases[i].path, cases[i].rw);
        expect_refusal(&a, cases[i].path, cases[i].reason);
        expect_entries(&a, "s",
                       "closed-dir '.ssh'; closed-dir 'other'; docroot 's'; closed-dir 's/nested'");
    }
    static const char *const fine[] = {"other2", "othe", ".ssh2", ".ss"};
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct account a;
        start(&a);
        add_domain(&a, "s");
        add_domain(&a, "other");
        add_secret(&a, ".ssh", true);
        add_path(&a, "s", fine[i], true);
        struct sc_plan *plan = make(&a);
        assert_int_equal(plan->n_refusals, 0);
        assert_int_equal(sc_plan_find(plan, "s")->n_extras, 1);
        sc_plan_free(plan);
    }
    struct account a;
    start(&a);
    add_domain(&a, "s");
    add_domain(&a, "");
    add_path(&a, "s", "x", true);
    /* the home cannot be a site: it closes itself to the others, and takes nothing from them */
    expect_entries(&a, "s", "shell '' hole 's' hole 'x'; docroot 's'; rw 'x'");
    start(&a);
    add_domain(&a, "");
    add_path(&a, "", "x", true);
    expect_refusal(&a, "x", "for a site that cannot be isolated");
}

/* Nothing of the real home is there but what the site owns; the way to that cannot be moved away. */
static void a_home_of_its_own(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "web/a/html");
    add_domain(&a, "web/a/html/inner");
    add_domain(&a, "b");
    add_secret(&a, ".ssh", true);
    add_secret(&a, "web/a/html/key", false);
    add_closed(&a, "odd");
    add_path(&a, "web/a/html", "share/pictures", false);
    a.domains[0].home = SC_PLAN_HOME_PRIVATE;
    expect_entries(&a, "web/a/html",
                   "own ''; own 'share'; ro 'share/pictures'; own 'web'; own 'web/a'; docroot "
                   "'web/a/html'; closed-dir 'web/a/html/inner'");
    expect_entries(&a, "b",
                   "closed-dir '.ssh'; docroot 'b'; closed-dir 'odd'; closed-dir 'share/pictures'; "
                   "closed-dir 'web/a/html'");
    /* what is around it is closed, too */
    a.domains[1].home = SC_PLAN_HOME_PRIVATE;
    expect_entries(&a, "web/a/html/inner",
                   "own ''; own 'web'; own 'web/a'; shell 'web/a/html' hole 'inner'; docroot "
                   "'web/a/html/inner'");
}

/* The words of a site's domains come before what holds without one. */
static void whose_word_counts_for_the_home(void **state)
{
    (void)state;
    static const struct {
        enum sc_plan_home one, other;
        bool private;
    } rows[] = {{SC_PLAN_HOME_SHARED_ELSE, SC_PLAN_HOME_PRIVATE_ELSE, false},
                {SC_PLAN_HOME_PRIVATE_ELSE, SC_PLAN_HOME_PRIVATE_ELSE, true},
                {SC_PLAN_HOME_SHARED, SC_PLAN_HOME_PRIVATE_ELSE, false},
                {SC_PLAN_HOME_SHARED_ELSE, SC_PLAN_HOME_PRIVATE, true},
                {SC_PLAN_HOME_SHARED, SC_PLAN_HOME_PRIVATE, true}};
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        struct account a;
        start(&a);
        add_domain(&a, "a");
        add_domain(&a, "a");
        a.domains[i % 2].home = rows[i / 2].one;
        a.domains[1 - i % 2].home = rows[i / 2].other;
        struct sc_plan *plan = make(&a);
        assert_int_equal(plan->n_sites, 1);
        assert_int_equal(plan->sites[0].private_home, rows[i / 2].private);
        sc_plan_free(plan);
    }
}

/* What configuration names: sessions of its own, the real log, what the web server shows. */
static void what_configuration_names(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "a");
    add_domain(&a, "b");
    add_secret(&a, "logs", true);
    const struct sc_plan_path named[] = {
        {.rel = "tmp", .own = true, .found = true, .site_rel = "a"},
        {.rel = "logs/a.log", .rw = true, .is_file = true, .found = true, .site_rel = "a"},
        {.rel = "media", .found = true, .self = true, .site_rel = "a"},
        {.rel = "logs/old", .found = true, .self = true, .site_rel = "a"},
        {.rel = "b/inner", .own = true, .found = true, .site_rel = "a"}};
    memcpy(a.paths, named, sizeof(named));
    a.in.n_paths = COUNT(named);
    expect_entries(
        &a, "a",
        "docroot 'a'; closed-dir 'b'; shell 'logs' hole 'a.log'; rw 'logs/a.log'; own 'tmp'");
    expect_entries(&a, "b", "closed-dir 'a'; docroot 'b'; closed-dir 'logs'; closed-dir 'tmp'");
    a.domains[0].home = SC_PLAN_HOME_PRIVATE;
    expect_entries(&a, "a",
                   "own ''; docroot 'a'; own 'logs'; rw 'logs/a.log'; ro 'media'; own 'tmp'");
    struct sc_plan *plan = make(&a);
    assert_int_equal(plan->n_refusals, 0); /* nobody asked for them */
    sc_plan_free(plan);
}

/* What configuration names of what the site owns is the site's as ever; nothing else may be put in the place of a
 * directory that nginx serves. */
static void named_in_own(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "a");
    add_domain(&a, "b");
    const struct sc_plan_path named[] = {
        {.rel = "a/media", .found = true, .self = true, .site_rel = "a"},
        {.rel = "a/waf.php", .found = true, .self = true, .is_file = true, .site_rel = "a"},
        {.rel = "a/x/y", .found = true, .self = true, .held = true, .site_rel = "a"},
        {.rel = "a", .found = true, .self = true, .held = true, .site_rel = "a"},
        {.rel = "m", .found = true, .self = true, .held = true, .site_rel = "a"}};
    memcpy(a.paths, named, sizeof(named));
    a.in.n_paths = COUNT(named);
    expect_entries(&a, "a", "docroot 'a'; rw 'a/x'; rw 'a/x/y'; closed-dir 'b'");
    expect_entries(&a, "b", "closed-dir 'a'; docroot 'b'");
    a.domains[0].home = SC_PLAN_HOME_PRIVATE;
    expect_entries(&a, "a", "own ''; docroot 'a'; rw 'a/x'; rw 'a/x/y'; ro 'm'");
}

static void strange_bytes(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "a b");
    add_domain(&a, "a b/c\nd");
    add_domain(&a, "a");
    add_domain(&a, "%2F");
    add_domain(&a, "\xff\xfe");
    add_domain(&a, "a\x01");
    expect_entries(&a, "a b/c\nd",
                   "closed-dir '%2F'; closed-dir 'a'; closed-dir 'a\x01'; shell 'a b' hole 'c\nd'; "
                   "docroot 'a b/c\nd'; closed-dir '\xff\xfe'");
}

static void too_many_entries(void **state)
{
    (void)state;
    enum {
        N = SC_ENTRIES_MAX + 1
    };
    struct sc_plan_domain *d = calloc(N, sizeof(*d));
    char(*names)[16] = calloc(N, sizeof(*names));
    assert_true(d && names);
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof(names[i]), "s%d", i);
        d[i] =
            (struct sc_plan_domain){names[i], names[i], names[i], true, SC_PLAN_HOME_SHARED_ELSE};
    }
    struct sc_plan_input in = {.home = HOME, .domains = d, .n_domains = N};
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_entries e = {0};
    assert_int_equal(sc_plan_make(&in, &plan, &err), 0);
    assert_int_equal(sc_plan_site_entries(plan, 7, &e, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG,
                 "a site's view needs more than 20000 mounts; nest fewer document roots");
    assert_null(e.v);
    sc_plan_free(plan);
    in.n_domains = N - 1;
    assert_int_equal(sc_plan_make(&in, &plan, &err), 0);
    assert_int_equal(sc_plan_site_entries(plan, 7, &e, &err), 0);
    assert_int_equal(e.n, SC_ENTRIES_MAX);
    sc_entries_done(&e);
    sc_plan_free(plan);
    free(d);
    free(names);
}

/* ---- random accounts against the rule, applied path by path ---- */

static uint64_t seed;

static unsigned rnd(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

enum {
    PATHS = 1 + 3 + 9 + 27 + 81
};
static char paths[PATHS][16]; /* every path of the names a, ab, b, up to four deep */

static void make_paths(void)
{
    static const char *const names[] = {"a", "ab", "b"};
    size_t n = 1;
    for (size_t up = 0; n < PATHS; up++) {
        for (size_t k = 0; k < 3; k++) {
            char name[sizeof(paths[0])];
            int len = snprintf(name, sizeof(name), "%s%s%s", paths[up], up ? "/" : "", names[k]);
            assert_true(len > 0 && (size_t)len < sizeof(name));
            memcpy(paths[n++], name, sizeof(name));
        }
    }
}

/* 'c'losed, 'r'ead-only, 'w'ritable by the entries: the longest of those at or above. */
static char by_entries(const struct sc_entries *e, const char *path)
{
    char state = 'r';
    for (size_t i = 0; i < e->n; i++) { /* sorted: later ones are nearer */
        if (sc_rel_rest(e->v[i].rel, path))
            state = sc_entry_closes(e->v[i].kind) ? 'c' : e->v[i].kind == SC_ENTRY_RO ? 'r' : 'w';
    }
    return state;
}

/* The same by the rule of plan.h. */
static char by_rule(const struct account *a, const char *own, const char *path)
{
    char state = 'r';
    size_t best = 0;
    bool in_own = sc_rel_rest(own, path);
    for (size_t len = 0; len <= strlen(path); len++) {
        if (path[len] && path[len] != '/' && len)
            continue;
        char up[16];
        snprintf(up, sizeof(up), "%.*s", (int)len, path);
        for (size_t i = 0; i < a->in.n_secrets; i++) {
            if (strcmp(a->secrets[i].rel, up) == 0 && !(in_own && len >= strlen(own)))
                state = 'c';
        }
        for (size_t i = 0; i < a->in.n_paths; i++) {
            if (strcmp(a->paths[i].site_rel, own) != 0 && strcmp(a->paths[i].rel, up) == 0)
                state = 'c';
        }
        for (size_t i = 0; i < a->in.n_paths; i++) {
            if (strcmp(a->paths[i].site_rel, own) == 0 && strcmp(a->paths[i].rel, up) == 0)
                state = a->paths[i].rw ? 'w' : 'r';
        }
        for (size_t i = 0; i < a->in.n_closed; i++) {
            if (strcmp(a->closed[i], up) == 0)
                state = 'c';
        }
        for (size_t i = 0; i < a->in.n_domains; i++) {
            if (strcmp(a->domains[i].rel, up) == 0)
                state = strcmp(up, own) == 0 ? 'w' : 'c';
        }
        best = len;
    }
    assert_int_equal(best, strlen(path));
    return state;
}

/* Leaves only those paths that the plan accepts, and no two for one place. */
static void drop_refused(struct account *a)
{
    struct sc_plan *plan = make(a);
    size_t kept = 0;
    for (size_t i = 0; i < a->in.n_paths; i++) {
        bool drop = false;
        for (size_t k = 0; k < plan->n_refusals; k++)
            drop = drop || (strcmp(plan->refusals[k].path, a->paths[i].rel) == 0 &&
                            strcmp(plan->refusals[k].site_rel, a->paths[i].site_rel) == 0);
        for (size_t k = 0; k < kept; k++)
            drop = drop || (strcmp(a->paths[k].rel, a->paths[i].rel) == 0 &&
                            strcmp(a->paths[k].site_rel, a->paths[i].site_rel) == 0);
        if (!drop)
            a->paths[kept++] = a->paths[i];
    }
    a->in.n_paths = kept;
    sc_plan_free(plan);
}

static void check_form(const struct sc_entries *e)
{
    for (size_t i = 0; i < e->n; i++) {
        const struct sc_plan_entry *x = &e->v[i], *up = NULL;
        assert_true(i == 0 || sc_rel_cmp(e->v[i - 1].rel, x->rel) < 0);
        for (size_t k = 0; k < i; k++) {
            if (sc_rel_rest(e->v[k].rel, x->rel))
                up = &e->v[k];
        }
        assert_true((x->kind == SC_ENTRY_SHELL) == (x->n_holes > 0));
        if (up && sc_entry_closes(up->kind)) {
            bool found = false;
            assert_false(sc_entry_closes(x->kind));
            for (size_t k = 0; k < up->n_holes; k++)
                found = found || strcmp(up->holes[k], sc_rel_rest(up->rel, x->rel)) == 0;
            assert_true(found);
        } else if (up && up->kind != SC_ENTRY_RO) {
            assert_null(strchr(sc_rel_rest(up->rel, x->rel), '/')); /* pinned */
        }
    }
}

static void random_accounts_follow_the_rule(void **state)
{
    (void)state;
    seed = 20240607;
    make_paths();
    size_t shells = 0, pins = 0, extras = 0;
    for (int round = 0; round < 1500; round++) {
        struct account a;
        start(&a);
        for (unsigned n = 1 + rnd(7); n; n--)
            add_domain(&a, paths[rnd(40) ? 1 + rnd(PATHS - 1) : 0]);
        for (unsigned n = rnd(4); n; n--)
            add_secret(&a, paths[1 + rnd(rnd(2) ? 12 : PATHS - 1)], true);
        for (unsigned n = rnd(3); n; n--)
            add_closed(&a, paths[1 + rnd(PATHS - 1)]);
        for (unsigned n = rnd(6); n; n--)
            add_path(&a, a.domains[rnd((unsigned)a.in.n_domains)].rel, paths[1 + rnd(PATHS - 1)],
                     rnd(2));
        drop_refused(&a);
        struct sc_plan *plan = make(&a);
        assert_int_equal(plan->n_refusals, 0);
        for (size_t s = 0; s < plan->n_sites; s++) {
            const struct sc_plan_site *site = &plan->sites[s];
            if (site->refused)
                continue;
            struct sc_entries e = {0};
            assert_int_equal(sc_plan_site_entries(plan, s, &e, NULL), 0);
            check_form(&e);
            extras += site->n_extras;
            for (size_t i = 0; i < e.n; i++) {
                shells += e.v[i].kind == SC_ENTRY_SHELL;
                pins += e.v[i].kind == SC_ENTRY_RW;
            }
            for (size_t p = 0; p < PATHS; p++) {
                if (by_entries(&e, paths[p]) != by_rule(&a, site->rel, paths[p]))
                    fail_msg("round %d, site '%s', path '%s': %c, not %c", round, site->rel,
                             paths[p], by_entries(&e, paths[p]), by_rule(&a, site->rel, paths[p]));
            }
            sc_entries_done(&e);
        }
        sc_plan_free(plan);
    }
    assert_true(shells > 300 && pins > 300 && extras > 300); /* the cases were worth it */
}

static void a_site_that_learns(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "b");
    add_domain(&a, "web/a/public");
    add_secret(&a, ".ssh", true);
    add_path(&a, "web/a/public", "share", false);
    static const int64_t learning[] = {0, 1800000000};
    static const struct sc_plan_dir dirs[] = {{"web/a", SC_MARK_APPLICATION}};
    a.in.learning = learning;
    a.in.dirs = dirs;
    a.in.n_dirs = 1;
    a.domains[1].home = SC_PLAN_HOME_PRIVATE;
    struct sc_plan *plan = make(&a);
    const struct sc_plan_site *site = sc_plan_find(plan, "web/a/public");
    assert_true(site->isolated && site->learning && !site->private_home);
    assert_int_equal(site->learning_until, 1800000000);
    assert_false(sc_plan_find(plan, "b")->learning);
    struct sc_entries e = {0};
    assert_int_equal(sc_plan_site_entries(plan, (size_t)(site - plan->sites), &e, NULL), 0);
    /* what it owns, over itself; nothing is closed */
    assert_int_equal(e.n, 2);
    assert_string_equal(e.v[0].rel, "web/a");
    assert_int_equal(e.v[0].kind, SC_ENTRY_RW);
    assert_string_equal(e.v[1].rel, "web/a/public");
    assert_int_equal(e.v[1].kind, SC_ENTRY_DOCROOT);
    sc_entries_done(&e);
    sc_plan_free(plan);

    /* one of its names is to be isolated in earnest */
    a.domains[a.in.n_domains] = a.domains[1];
    a.domains[a.in.n_domains++].name = "www";
    static const int64_t one[] = {0, 1800000000, 0};
    a.in.learning = one;
    plan = make(&a);
    site = sc_plan_find(plan, "web/a/public");
    assert_true(site->isolated && !site->learning && site->private_home);
    sc_plan_free(plan);
}

static void a_log_may_be_given(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "a");
    add_secret(&a, "logs", true);
    add_path(&a, "a", "logs/a.log", true);
    add_path(&a, "a", "logs", true);
    add_path(&a, "a", "logs/b.log", false);
    a.paths[0].is_file = a.paths[2].is_file = true;
    struct sc_plan *plan = make(&a);
    assert_int_equal(plan->sites[0].n_extras, 1);
    assert_string_equal(plan->sites[0].extras[0].rel, "logs/a.log");
    assert_int_equal(plan->n_refusals, 2);
    sc_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_paths),
        cmocka_unit_test(domains_with_one_docroot_are_one_site),
        cmocka_unit_test(empty_account),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(siblings_and_secrets_close),
        cmocka_unit_test(nested_document_roots),
        cmocka_unit_test(unknown_document_roots_close_what_they_are_in),
        cmocka_unit_test(the_way_to_a_closed_place_is_pinned),
        cmocka_unit_test(home_as_a_document_root),
        cmocka_unit_test(document_roots_and_secrets),
        cmocka_unit_test(further_paths),
        cmocka_unit_test(a_path_below_the_nearest_own_document_root),
        cmocka_unit_test(refused_paths),
        cmocka_unit_test(a_home_of_its_own),
        cmocka_unit_test(whose_word_counts_for_the_home),
        cmocka_unit_test(what_configuration_names),
        cmocka_unit_test(named_in_own),
        cmocka_unit_test(a_site_that_learns),
        cmocka_unit_test(a_log_may_be_given),
        cmocka_unit_test(strange_bytes),
        cmocka_unit_test(too_many_entries),
        cmocka_unit_test(random_accounts_follow_the_rule),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
