/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose are the directories above a document root: shapes of real accounts, then random ones. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/plan/owned_text.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

#define HOME     "/home/john"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define APP      SC_MARK_APPLICATION
#define DEPLOYED (SC_MARK_CURRENT | SC_MARK_RELEASES)

/* ---- small accounts: domains are named after their document roots ---- */

struct account {
    struct sc_plan_domain domains[24];
    struct sc_plan_place places[24];
    char docroots[24][64];
    struct sc_plan_dir dirs[24];
    struct sc_plan_secret secrets[8];
    struct sc_plan_path paths[8];
    struct sc_plan_steady steady[16];
    struct sc_plan_input in;
};

static void start(struct account *a)
{
    memset(a, 0, sizeof(*a));
    a->in = (struct sc_plan_input){.home = HOME,
                                   .domains = a->domains,
                                   .places = a->places,
                                   .dirs = a->dirs,
                                   .secrets = a->secrets,
                                   .paths = a->paths,
                                   .steady = a->steady};
}

static void add_steady(struct account *a, const char *rel, bool is_open)
{
    assert_true(a->in.n_steady < COUNT(a->steady));
    a->steady[a->in.n_steady++] = (struct sc_plan_steady){(char *)(uintptr_t)rel, is_open};
}

static void add_domain(struct account *a, const char *rel, const char *site_dir)
{
    size_t n = a->in.n_domains++;
    assert_true(n < COUNT(a->domains));
    snprintf(a->docroots[n], sizeof(a->docroots[n]), HOME "%s%s", *rel ? "/" : "", rel);
    a->domains[n] =
        (struct sc_plan_domain){.name = rel, .docroot = a->docroots[n], .rel = rel, .wanted = true};
    a->places[n] = (struct sc_plan_place){.site_dir = site_dir};
}

/* Its document root is not there; `near` is. */
static void add_missing(struct account *a, const char *rel, const char *near)
{
    add_domain(a, rel, NULL);
    a->domains[a->in.n_domains - 1].rel = NULL;
    a->places[a->in.n_domains - 1].near = near;
}

static void mark(struct account *a, const char *rel, unsigned marks)
{
    assert_true(a->in.n_dirs < COUNT(a->dirs));
    a->dirs[a->in.n_dirs++] = (struct sc_plan_dir){.rel = rel, .marks = marks};
}

static void add_secret(struct account *a, const char *rel)
{
    assert_true(a->in.n_secrets < COUNT(a->secrets));
    a->secrets[a->in.n_secrets++] = (struct sc_plan_secret){.rel = rel, .is_dir = true};
}

static void add_path(struct account *a, const char *site, const char *rel, bool rw, bool is_file)
{
    assert_true(a->in.n_paths < COUNT(a->paths));
    a->paths[a->in.n_paths++] =
        (struct sc_plan_path){.rel = rel, .rw = rw, .site_rel = site, .is_file = is_file};
}

static struct sc_plan *make(const struct account *a)
{
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plan_make(&a->in, &plan, &err) != 0)
        fail_msg("%s", err.text);
    return plan;
}

/* The application of the domain, as "DIR DIR". */
static void expect_app(const struct account *a, const char *name, const char *want)
{
    struct sc_plan *plan = make(a);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    const struct sc_plan_site *site = sc_plan_site_of(plan, name);
    assert_non_null(site);
    sc_buf_str(&b, "");
    for (size_t i = 0; i < site->n_apps; i++)
        sc_buf_fmt(&b, "%s%s", i ? " " : "", site->apps[i]);
    if (strcmp(b.data, want) != 0)
        fail_msg("the application of %s is '%s', not '%s'", name, b.data, want);
    sc_plan_free(plan);
}

static void expect_entries(const struct account *a, const char *rel, const char *want)
{
    struct sc_plan *plan = make(a);
    struct sc_entries e = {0};
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_plan_site *site = sc_plan_find(plan, rel);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_non_null(site);
    assert_int_equal(sc_plan_site_entries(plan, (size_t)(site - plan->sites), &e, &err), 0);
    sc_buf_str(&b, "");
    for (size_t i = 0; i < e.n; i++) {
        sc_buf_fmt(&b, "%s%s '%s'", i ? "; " : "", sc_entry_kind_name(e.v[i].kind), e.v[i].rel);
        for (size_t k = 0; k < e.v[i].n_holes; k++)
            sc_buf_fmt(&b, " hole '%s'", e.v[i].holes[k]);
    }
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
    sc_plan_free(plan);
}

/* ---- shapes ---- */

static void frameworks(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* Laravel, Symfony, Magento, Rails: a mark, and a public directory below */
    add_domain(&a, "shop/public", NULL);
    add_domain(&a, "blog/public", NULL);
    add_domain(&a, "m2/pub", NULL);
    add_domain(&a, "plain", NULL);
    mark(&a, "shop", APP);
    mark(&a, "blog", APP);
    mark(&a, "m2", APP);
    expect_app(&a, "shop/public", "shop");
    expect_app(&a, "plain", "");
    expect_entries(&a, "shop/public",
                   "closed-dir 'blog'; closed-dir 'm2'; closed-dir 'plain'; rw 'shop'; docroot "
                   "'shop/public'");
    expect_entries(&a, "plain",
                   "closed-dir 'blog'; closed-dir 'm2'; docroot 'plain'; closed-dir 'shop'");

    start(&a); /* Drupal by Composer: web/ below, private files beside it; deep in the home */
    add_domain(&a, "sites/d/app/web", NULL);
    add_domain(&a, "sites/e/web", NULL);
    mark(&a, "sites/d/app", APP);
    expect_app(&a, "sites/d/app/web", "sites/d/app");
    expect_entries(&a, "sites/e/web", "closed-dir 'sites/d/app'; docroot 'sites/e/web'");

    start(&a); /* the docroot some levels below the mark: pinned on the way */
    add_domain(&a, "app/a/b/public", NULL);
    mark(&a, "app", APP);
    expect_entries(&a, "app/a/b/public",
                   "rw 'app'; rw 'app/a'; rw 'app/a/b'; docroot 'app/a/b/public'");
}

static void wordpress(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* plain: everything in the document root; a stray mark in it changes nothing */
    add_domain(&a, "public_html", NULL);
    add_domain(&a, "public_html/addon", NULL);
    mark(&a, "public_html", APP);
    expect_app(&a, "public_html", "");
    expect_app(&a, "public_html/addon", "");
    expect_entries(&a, "public_html/addon",
                   "shell 'public_html' hole 'addon'; docroot 'public_html/addon'");

    start(&a); /* what is above another's document root is the other's */
    add_domain(&a, "app/public", NULL);
    add_domain(&a, "app/public/blog", NULL);
    add_domain(&a, "app/public/shop/public", NULL);
    mark(&a, "app", APP);
    mark(&a, "app/public/shop", APP);
    expect_app(&a, "app/public", "app"); /* not stray, though another application is in it */
    expect_app(&a, "app/public/blog", "");
    expect_app(&a, "app/public/shop/public", "app/public/shop");
    expect_entries(&a, "app/public/blog",
                   "shell 'app' hole 'public/blog'; docroot 'app/public/blog'");
    expect_entries(&a, "app/public",
                   "rw 'app'; docroot 'app/public'; closed-dir 'app/public/blog'; closed-dir "
                   "'app/public/shop'");

    start(&a); /* wp-config.php one level up */
    add_domain(&a, "one/www", NULL);
    add_domain(&a, "two/www", NULL);
    mark(&a, "one", APP);
    mark(&a, "two", APP);
    expect_entries(&a, "one/www", "rw 'one'; docroot 'one/www'; closed-dir 'two'");

    start(&a); /* a multisite's mapped domains have one document root */
    add_domain(&a, "net", NULL);
    add_domain(&a, "net", NULL);
    a.domains[1].name = "mapped";
    expect_app(&a, "mapped", "");
    expect_entries(&a, "net", "docroot 'net'");
}

static void panels(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* HestiaCP */
    add_domain(&a, "web/a.de/public_html", "web/a.de");
    add_domain(&a, "web/b.de/public_html", "web/b.de");
    add_domain(&a, "web/c.de/public_html/app/public", "web/c.de");
    mark(&a, "web", APP); /* a stray one */
    mark(&a, "web/c.de/public_html/app", APP);
    expect_app(&a, "web/a.de/public_html", "web/a.de");
    expect_app(&a, "web/c.de/public_html/app/public", "web/c.de web/c.de/public_html/app");
    expect_entries(&a, "web/a.de/public_html",
                   "rw 'web/a.de'; docroot 'web/a.de/public_html'; closed-dir 'web/b.de'; "
                   "closed-dir 'web/c.de'");

    start(&a); /* DirectAdmin: a subdomain below its domain's document root; Plesk: one beside */
    add_domain(&a, "domains/a.de/public_html", "domains/a.de");
    add_domain(&a, "domains/a.de/public_html/sub", NULL);
    add_domain(&a, "domains/a.de/public_html/shop/public", NULL);
    add_domain(&a, "b.de", "b.de");
    mark(&a, "domains/a.de/public_html/shop", APP);
    expect_app(&a, "domains/a.de/public_html", "domains/a.de");
    expect_app(&a, "domains/a.de/public_html/sub", "");
    expect_app(&a, "b.de", "");
    expect_entries(&a, "domains/a.de/public_html/shop/public",
                   "closed-dir 'b.de'; shell 'domains/a.de' hole 'public_html/shop'; rw "
                   "'domains/a.de/public_html/shop'; docroot "
                   "'domains/a.de/public_html/shop/public'");
    expect_entries(&a, "domains/a.de/public_html/sub",
                   "closed-dir 'b.de'; shell 'domains/a.de' hole 'public_html/sub'; docroot "
                   "'domains/a.de/public_html/sub'");
    expect_entries(&a, "domains/a.de/public_html",
                   "closed-dir 'b.de'; rw 'domains/a.de'; docroot 'domains/a.de/public_html'; "
                   "closed-dir 'domains/a.de/public_html/shop'; closed-dir "
                   "'domains/a.de/public_html/sub'");

    start(&a); /* DirectAdmin, wp-config.php one level up: it is none of its subdomain's */
    add_domain(&a, "domains/a.de/public_html", "domains/a.de");
    add_domain(&a, "domains/a.de/public_html/sub", NULL);
    add_domain(&a, "domains/a.de/sub2", NULL);
    mark(&a, "domains/a.de", APP);
    mark(&a, "domains", APP);
    expect_app(&a, "domains/a.de/public_html", "domains/a.de");
    expect_app(&a, "domains/a.de/public_html/sub", "");
    expect_app(&a, "domains/a.de/sub2", "");

    start(&a); /* the same with releases in what is another's */
    add_domain(&a, "web/a/public_html", "web/a");
    add_domain(&a, "web/a/releases/1/public", NULL);
    mark(&a, "web/a", DEPLOYED | APP);
    mark(&a, "web/a/releases/1", APP);
    expect_app(&a, "web/a/releases/1/public", "web/a/releases/1");
    expect_app(&a, "web/a/public_html", "web/a");

    start(&a); /* what the panel says of another place, of the home, or of somebody's site */
    add_domain(&a, "x/www", "web/x.de");
    add_domain(&a, "y/www", "");
    add_domain(&a, "y/www/z", "y/www");
    expect_app(&a, "x/www", "");
    expect_app(&a, "y/www", "");
    expect_app(&a, "y/www/z", "");
}

static void releases(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* Deployer, Capistrano */
    add_domain(&a, "app/releases/3/public", NULL);
    add_domain(&a, "old/releases/1", NULL);
    add_domain(&a, "s", NULL);
    mark(&a, "app/releases/3", APP);
    mark(&a, "app", DEPLOYED);
    mark(&a, "old", DEPLOYED);
    expect_app(&a, "app/releases/3/public", "app");
    expect_app(&a, "old/releases/1", "old");
    expect_entries(&a, "s", "closed-dir 'app'; closed-dir 'old'; docroot 's'");
    expect_entries(&a, "app/releases/3/public",
                   "rw 'app'; rw 'app/releases'; rw 'app/releases/3'; docroot "
                   "'app/releases/3/public'; closed-dir 'old'; closed-dir 's'");

    start(&a); /* `current` is a directory */
    add_domain(&a, "app/current/web", NULL);
    mark(&a, "app", DEPLOYED);
    expect_app(&a, "app/current/web", "app");

    start(&a); /* names alone are no release layout */
    add_domain(&a, "app/public", NULL);
    add_domain(&a, "b/releases/1/public", NULL);
    mark(&a, "app", DEPLOYED);
    mark(&a, "b", SC_MARK_RELEASES);
    mark(&a, "b/releases/1", APP);
    expect_app(&a, "app/public", "");
    expect_app(&a, "b/releases/1/public", "b/releases/1");

    start(&a); /* two applications in one release layout: it is nobody's, each keeps its own */
    add_domain(&a, "app/releases/3/api/public", NULL);
    add_domain(&a, "app/releases/3/www/public", NULL);
    mark(&a, "app", DEPLOYED);
    mark(&a, "app/releases/3/api", APP);
    mark(&a, "app/releases/3/www", APP);
    expect_app(&a, "app/releases/3/api/public", "app");
    expect_app(&a, "app/releases/3/www/public", "app"); /* one layout, one application */

    start(&a); /* while `current` is switched there is no document root */
    add_missing(&a, "app/current/public", "app");
    add_domain(&a, "s", NULL);
    mark(&a, "app", SC_MARK_RELEASES);
    expect_app(&a, "app/current/public", "app");
    expect_entries(&a, "s", "closed-dir 'app'; docroot 's'");

    start(&a); /* the home itself is no application */
    add_domain(&a, "releases/3/public", NULL);
    mark(&a, "", DEPLOYED);
    mark(&a, "releases/3", APP);
    expect_app(&a, "releases/3/public", "releases/3");
}

static void missing(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_missing(&a, "app/public", "app");
    add_missing(&a, "b/x/y", "b");
    add_missing(&a, "s/x", "s"); /* in another's document root */
    add_missing(&a, "nowhere/x", NULL);
    add_domain(&a, "s", NULL);
    mark(&a, "app", APP);
    mark(&a, "s", APP);
    expect_app(&a, "app/public", "app");
    expect_app(&a, "b/x/y", "");
    expect_app(&a, "s/x", "");
    expect_app(&a, "nowhere/x", "");
    expect_entries(&a, "s", "closed-dir 'app'; docroot 's'");
}

static void shared_applications(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "app/admin", NULL);
    add_domain(&a, "app/www", NULL);
    add_domain(&a, "s", NULL);
    mark(&a, "app", APP);
    expect_app(&a, "app/admin", "app");
    expect_app(&a, "app/www", "app");
    expect_entries(&a, "app/www",
                   "rw 'app'; closed-dir 'app/admin'; docroot 'app/www'; closed-dir 's'");
    a.domains[0].wanted = false;
    struct sc_plan *plan = make(&a);
    const struct sc_plan_area *area = sc_plan_area(plan, "app");
    assert_non_null(area);
    assert_true(area->is_app && area->is_shared);
    assert_string_equal(area->site->rel, "app/www"); /* the isolated one answers for it */
    sc_plan_free(plan);

    start(&a); /* the panel keeps one directory for several domains */
    add_domain(&a, "web/x/a", "web/x");
    add_domain(&a, "web/x/b", "web/x");
    expect_app(&a, "web/x/a", "web/x");
    add_domain(&a, "web/x/c/public", NULL);
    mark(&a, "web/x/c", APP);
    expect_app(&a, "web/x/a", ""); /* it holds another application */
    expect_app(&a, "web/x/c/public", "web/x/c");

    start(&a); /* an application in the directory that the panel keeps for another domain */
    add_domain(&a, "web/a/app/public", "web/a");
    add_domain(&a, "web/a/app/api", NULL);
    mark(&a, "web/a/app", APP);
    expect_app(&a, "web/a/app/public", "web/a web/a/app");
    expect_app(&a, "web/a/app/api", "web/a/app");
    expect_entries(&a, "web/a/app/public",
                   "rw 'web/a'; rw 'web/a/app'; closed-dir 'web/a/app/api'; docroot "
                   "'web/a/app/public'");
    expect_entries(&a, "web/a/app/api",
                   "shell 'web/a' hole 'app'; rw 'web/a/app'; docroot 'web/a/app/api'; closed-dir "
                   "'web/a/app/public'");
}

/* A site that takes its own marks away does not get what is around. */
static void marks_taken_away(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "big/public", NULL);
    add_domain(&a, "big/clients/one/public", NULL);
    mark(&a, "big", APP);
    expect_app(&a, "big/clients/one/public", "big"); /* as it was found: they share it */
    a.places[1].had = "big/clients/one/public big/clients/one\t\tbig/clients/one\t";
    expect_app(&a, "big/clients/one/public", "");
    expect_app(&a, "big/public", "big");
    struct sc_plan *plan = make(&a);
    const struct sc_plan_site *one = sc_plan_site_of(plan, "big/clients/one/public");
    assert_string_equal(one->lost, "big/clients/one");
    assert_string_equal(one->beyond, "big");
    assert_null(sc_plan_site_of(plan, "big/public")->beyond);
    sc_plan_free(plan);
    mark(&a, "big/clients/one", APP); /* it is there again */
    expect_app(&a, "big/clients/one/public", "big/clients/one");

    start(&a); /* what it had is the one that is marked */
    add_domain(&a, "big/clients/one/public", NULL);
    mark(&a, "big", APP);
    a.places[0].had = "big/clients/one/public big\t\tbig\t";
    expect_app(&a, "big/clients/one/public", "big");

    start(&a); /* what the panel keeps for it stays its own */
    add_domain(&a, "web/a/app/public", "web/a");
    mark(&a, "web/a", APP);
    a.places[0].had = "web/a/app/public web/a web/a/app\t\tweb/a web/a/app\t";
    expect_app(&a, "web/a/app/public", "web/a");
}

static void stray_marks(void **state)
{
    (void)state;
    struct account a;
    start(&a); /* in a directory that holds many sites */
    add_domain(&a, "www/a/public", NULL);
    add_domain(&a, "www/b/public", NULL);
    add_domain(&a, "www/static", NULL);
    mark(&a, "www", APP);
    mark(&a, "www/a", APP);
    mark(&a, "www/b", APP);
    mark(&a, "", APP);
    expect_app(&a, "www/static", "");
    expect_app(&a, "www/a/public", "www/a");
    expect_entries(&a, "www/static",
                   "closed-dir 'www/a'; closed-dir 'www/b'; docroot 'www/static'");

    start(&a); /* one inside the other */
    add_domain(&a, "o/public", NULL);
    add_domain(&a, "o/plugins/i/public", NULL);
    mark(&a, "o", APP);
    mark(&a, "o/plugins/i", APP);
    expect_app(&a, "o/public", "");
    expect_app(&a, "o/plugins/i/public", "o/plugins/i");
    struct sc_plan *plan = make(&a); /* which people are told */
    assert_string_equal(sc_plan_site_of(plan, "o/public")->stray, "o");
    assert_null(sc_plan_site_of(plan, "o/plugins/i/public")->stray);
    sc_plan_free(plan);

    start(&a); /* a secret is no application, what is in one can be */
    add_domain(&a, "backup/public", NULL);
    add_domain(&a, "backup/x/public", NULL);
    add_secret(&a, "backup");
    mark(&a, "backup", APP);
    mark(&a, "backup/x", APP);
    expect_app(&a, "backup/public", "");
    expect_entries(&a, "backup/x/public",
                   "shell 'backup' hole 'x'; rw 'backup/x'; docroot 'backup/x/public'");
    start(&a); /* a secret in the own application is the site's */
    add_domain(&a, "a/public", NULL);
    add_domain(&a, "b", NULL);
    add_secret(&a, "a/keys");
    add_secret(&a, "c");
    mark(&a, "a", APP);
    expect_entries(&a, "a/public", "rw 'a'; docroot 'a/public'; closed-dir 'b'; closed-dir 'c'");
    expect_entries(&a, "b", "closed-dir 'a'; docroot 'b'; closed-dir 'c'");

    start(&a); /* nobody can look into it: closed to others */
    add_domain(&a, "a/public", NULL);
    add_domain(&a, "b", NULL);
    mark(&a, "a", SC_MARK_UNKNOWN);
    expect_entries(&a, "b", "closed-dir 'a'; docroot 'b'");
}

static void grants(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "a/public", NULL);
    add_domain(&a, "b", NULL);
    add_domain(&a, "c", NULL);
    mark(&a, "a", APP);
    add_path(&a, "b", "data", true, false);
    add_path(&a, "c", "data", false, false);
    add_path(&a, "c", "data/b", true, false);
    add_path(&a, "b", "notes.txt", false, true);
    expect_entries(&a, "a/public",
                   "rw 'a'; docroot 'a/public'; closed-dir 'b'; closed-dir 'c'; closed-dir 'data'; "
                   "closed-file 'notes.txt'");
    expect_entries(&a, "b",
                   "closed-dir 'a'; docroot 'b'; closed-dir 'c'; rw 'data'; closed-dir 'data/b'");
    expect_entries(&a, "c",
                   "closed-dir 'a'; closed-dir 'b'; docroot 'c'; rw 'data/b'; closed-file "
                   "'notes.txt'");

    static const struct {
        const char *site, *path;
        bool rw;
        const char *reason;
    } cases[] = {
        {"b", "a", false, "inside the application of another site"},
        {"b", "a/.env", true, "inside the application of another site"},
        {"b", "a/public/x", true, "inside the document root of another site"},
        {"a/public", "a", false, "the site's own application, which is always writable"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        start(&a);
        add_domain(&a, "a/public", NULL);
        add_domain(&a, "b", NULL);
        mark(&a, "a", APP);
        add_path(&a, cases[i].site, cases[i].path, cases[i].rw, false);
        expect_refusal(&a, cases[i].path, cases[i].reason);
    }
    start(&a); /* read-only within the own application */
    add_domain(&a, "a/public", NULL);
    mark(&a, "a", APP);
    add_path(&a, "a/public", "a/config", false, false);
    expect_entries(&a, "a/public", "rw 'a'; ro 'a/config'; docroot 'a/public'");
}

/* ---- all rules at once ---- */

static uint64_t seed;

static unsigned rnd(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

enum {
    PATHS = 3 + 9 + 27 + 81
};
static char paths[PATHS][16]; /* every path of the names a, ab, b, one to four deep */

static void make_paths(void)
{
    static const char *const names[] = {"a", "ab", "b"};
    size_t n = 0;
    for (size_t k = 0; k < 3; k++)
        memcpy(paths[n++], names[k], strlen(names[k]) + 1);
    for (size_t up = 0; n < PATHS; up++)
        for (size_t k = 0; k < 3; k++) {
            char name[sizeof(paths[0])];
            int len = snprintf(name, sizeof(name), "%s/%s", paths[up], names[k]);
            assert_true(len > 0 && (size_t)len < sizeof(name));
            memcpy(paths[n++], name, sizeof(name));
        }
}

static bool is_marked(const struct account *a, const char *rel)
{
    for (size_t i = 0; i < a->in.n_dirs; i++)
        if (strcmp(a->dirs[i].rel, rel) == 0)
            return true;
    return false;
}

static bool is_docroot(const struct account *a, const char *rel)
{
    for (size_t i = 0; i < a->in.n_domains; i++)
        if (strcmp(a->domains[i].rel, rel) == 0)
            return true;
    return false;
}

/* The nearest marked directory above, "" for none; read off the definition. Nothing is from another
 * document root on. */
static void nearest(const struct account *a, const char *rel, char out[16])
{
    snprintf(out, 16, "%s", rel);
    for (char *slash; (slash = strrchr(out, '/')) != NULL;) {
        *slash = 0;
        if (is_docroot(a, out))
            break;
        if (is_marked(a, out))
            return;
    }
    out[0] = 0;
}

/* Whether there is another document root between the two. */
static bool is_around(const struct account *a, const char *up, const char *rel)
{
    for (size_t i = 0; i < a->in.n_domains; i++) {
        const char *between = a->domains[i].rel;
        if (strcmp(between, rel) != 0 && sc_rel_rest(up, between) && sc_rel_rest(between, rel))
            return true;
    }
    return false;
}

static void app_by_rule(const struct account *a, const char *rel, char out[16])
{
    char other[16];
    nearest(a, rel, out);
    for (size_t i = 0; *out && i < a->in.n_domains; i++) {
        nearest(a, a->domains[i].rel, other);
        if (sc_rel_rest(out, a->domains[i].rel) && *other && strcmp(out, other) != 0 &&
            !is_around(a, out, a->domains[i].rel))
            out[0] = 0;
    }
}

/* 'c'losed, 'r'ead-only, 'w'ritable; by the rule of plan.h. */
static char by_rule(const struct account *a, const char *own, const char *path)
{
    char state = 'r', app[16], mine[16], up[16];
    app_by_rule(a, own, mine);
    for (size_t len = 1; len <= strlen(path); len++) {
        if (path[len] && path[len] != '/')
            continue;
        snprintf(up, sizeof(up), "%.*s", (int)len, path);
        for (size_t i = 0; i < a->in.n_domains; i++) {
            app_by_rule(a, a->domains[i].rel, app);
            if (strcmp(app, up) == 0)
                state = 'c';
        }
        if (strcmp(mine, up) == 0)
            state = 'w';
        if (is_docroot(a, up))
            state = strcmp(up, own) == 0 ? 'w' : 'c';
    }
    return state;
}

static char by_entries(const struct sc_entries *e, const char *path)
{
    char state = 'r';
    for (size_t i = 0; i < e->n; i++) /* sorted: later ones are nearer */
        if (sc_rel_rest(e->v[i].rel, path))
            state = sc_entry_closes(e->v[i].kind) ? 'c' : e->v[i].kind == SC_ENTRY_RO ? 'r' : 'w';
    return state;
}

static void random_accounts_follow_the_rule(void **state)
{
    (void)state;
    seed = 20261127;
    make_paths();
    size_t apps = 0, shared = 0;
    for (int round = 0; round < 1500; round++) {
        struct account a;
        start(&a);
        for (unsigned n = 1 + rnd(6); n; n--) {
            const char *rel = paths[rnd(PATHS)];
            if (!is_docroot(&a, rel))
                add_domain(&a, rel, NULL);
        }
        for (unsigned n = rnd(6); n; n--) {
            const char *rel = paths[rnd(rnd(2) ? 12 : PATHS)];
            if (!is_marked(&a, rel))
                mark(&a, rel, APP);
        }
        struct sc_plan *plan = make(&a);
        for (size_t s = 0; s < plan->n_sites; s++) {
            const struct sc_plan_site *site = &plan->sites[s];
            struct sc_entries e = {0};
            assert_int_equal(sc_plan_site_entries(plan, s, &e, NULL), 0);
            apps += site->n_apps;
            for (size_t p = 0; p < PATHS; p++)
                if (by_entries(&e, paths[p]) != by_rule(&a, site->rel, paths[p]))
                    fail_msg("round %d, site '%s', path '%s': %c, not %c", round, site->rel,
                             paths[p], by_entries(&e, paths[p]), by_rule(&a, site->rel, paths[p]));
            sc_entries_done(&e);
        }
        for (size_t i = 0; i < plan->n_areas; i++)
            shared += plan->areas[i].is_shared;
        sc_plan_free(plan);
    }
    assert_true(apps > 300 && shared > 30); /* the cases were worth it */
}

static void as_a_text(void **state)
{
    (void)state;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_plan_extra extras[] = {
        {.rel = "data", .rw = true}, {.rel = "lib"}, {.rel = "tmp", .rw = true, .own = true}};
    const struct sc_plan_site site = {
        .rel = "my app/www", .apps = {"my app"}, .n_apps = 1, .extras = extras, .n_extras = 3};
    sc_owned_text(&site, &text);
    assert_string_equal(text.data, "my%20app/www my%20app data");
    static const char *const in[] = {"my app", "my app/x", "data", "data/y"};
    static const char *const out[] = {"", "my", "my apps", "lib", "tmp", "dat"};
    for (size_t i = 0; i < COUNT(in); i++)
        assert_true(sc_owned_text_holds(text.data, in[i]));
    for (size_t i = 0; i < COUNT(out); i++)
        assert_false(sc_owned_text_holds(text.data, out[i]));
    assert_false(sc_owned_text_holds("", "data"));
    assert_null(sc_owned_text_found(text.data, "/home/john/a link"));
    sc_owned_text_link(&text, true, "/home/john/a link", "there");
    sc_owned_text_link(&text, false, "/home/john/b", "my data");
    assert_false(sc_owned_text_holds(text.data, "there"));
    assert_true(sc_owned_text_holds(text.data, "data"));
    SC_FREE char *one = sc_owned_text_found(text.data, "/home/john/a link");
    SC_FREE char *two = sc_owned_text_found(text.data, "/home/john/b");
    assert_string_equal(one, "there");
    assert_string_equal(two, "my data");
    assert_null(sc_owned_text_found(text.data, "there"));
    assert_true(sc_owned_text_holds("%zz", "data")); /* what cannot be read */
    static const char *const had = "my%20app/www\tx there\tmy%20app\tmy%20app/other";
    assert_true(sc_owned_text_ever_held(had, "my app/www/x"));
    assert_true(sc_owned_text_ever_held(had, "my app/logs"));
    assert_false(sc_owned_text_holds(had, "my app/logs"));
    assert_false(sc_owned_text_ever_held(had, "there"));
    assert_false(sc_owned_text_ever_held("my%20app/www", "my app/logs"));
}

static void collect(void *arg, const char *rel)
{
    sc_buf_fmt(arg, "%s;", rel);
}

/* The text of the first site of the account, after `before`, and what is doubted by it. */
static void past(struct account *a, const char *before, const char *text, const char *doubted)
{
    struct sc_plan *plan = NULL;
    SC_BUF struct sc_buf is = SC_BUF_INIT;
    SC_BUF struct sc_buf told = SC_BUF_INIT;
    assert_int_equal(sc_plan_make(&a->in, &plan, NULL), 0);
    const struct sc_plan_site *site = sc_plan_site_of(plan, a->domains[0].name);
    sc_owned_text(site, &is);
    sc_owned_text_past(&is, plan, site, before);
    assert_string_equal(is.data, text);
    sc_buf_str(&told, "");
    sc_owned_text_doubted(is.data, plan, site, collect, &told);
    assert_string_equal(told.data, doubted);
    sc_plan_free(plan);
}

static void what_marks_have_made_another_sites_is_doubted(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "web", NULL);
    add_domain(&a, "web/old/www", NULL);
    add_domain(&a, "web/new/www", NULL);
    add_domain(&a, "web/kept/www", "web/kept");
    mark(&a, "web/old", APP);
    past(&a, "", "web\t\t\tweb/old", "");
    mark(&a, "web/new", APP);
    past(&a, "web\t\t\tweb/old", "web\t\t\tweb/old", "web/new;");
    past(&a, "web", "web\t\t\tweb/new web/old", "");         /* of a version that noted less */
    past(&a, "other\t\t\t", "web\t\t\tweb/new web/old", ""); /* it has been moved here */
}

static void what_a_site_had_is_doubted_without_its_mark(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "my app/www", NULL);
    past(&a, "my%20app/www my%20app\t\tmy%20app\t", "my%20app/www\t\tmy%20app\t", "my app;");
    past(&a, "my%20app/www\t\tmy%20app\t", "my%20app/www\t\tmy%20app\t", "my app;");
    mark(&a, "my app", APP);
    past(&a, "my%20app/www\t\tmy%20app\t", "my%20app/www my%20app\t\tmy%20app\t", "");
    /* another's document root there makes it nobody's: by a mark below */
    add_domain(&a, "my app/sub/in", NULL);
    mark(&a, "my app/sub", APP);
    past(&a, "my%20app/www my%20app\t\tmy%20app\t", "my%20app/www\t\tmy%20app\t",
         "my app;my app/sub;");
    /* nothing is doubted by a text that does not go so far, or has been cut */
    SC_BUF struct sc_buf told = SC_BUF_INIT;
    struct sc_plan *plan = NULL;
    assert_int_equal(sc_plan_make(&a.in, &plan, NULL), 0);
    sc_owned_text_doubted("my%20app/www\t\tmy%20app", plan, &plan->sites[1], collect, &told);
    assert_int_equal(told.len, 0);
    sc_plan_free(plan);
}

/* A site that owns a directory with links of nginx's way names nothing in it. What is in it is the site's as ever. */
static void ways_of_nginx(void **state)
{
    (void)state;
    struct account a;
    start(&a);
    add_domain(&a, "app/releases/1/public", NULL);
    add_domain(&a, "app/other", NULL);
    add_domain(&a, "b", NULL);
    mark(&a, "app", APP);
    add_steady(&a, "app/shared", true);
    add_steady(&a, "app/releases", true);
    add_steady(&a, "app/other", true);
    add_steady(&a, "app", false);
    add_steady(&a, "app/.env", true);
    add_steady(&a, "app/releases/1", true);
    add_steady(&a, "app/releases", false);
    add_steady(&a, "b", false); /* a document root is writable */
    add_steady(&a, "b/x", true);
    add_steady(&a, "c", false); /* nobody's */
    add_steady(&a, "c/x", true);
    add_secret(&a, "app/.env");
    expect_entries(&a, "app/releases/1/public",
                   "ro 'app'; rw 'app/.env'; closed-dir 'app/other'; rw 'app/releases/1'; "
                   "docroot 'app/releases/1/public'; rw 'app/shared'; closed-dir 'b'");
    expect_entries(&a, "b", "closed-dir 'app'; docroot 'b'");
    a.domains[0].home = SC_PLAN_HOME_PRIVATE;
    expect_entries(&a, "app/releases/1/public",
                   "own ''; ro 'app'; rw 'app/.env'; closed-dir 'app/other'; rw 'app/releases/1'; "
                   "docroot 'app/releases/1/public'; rw 'app/shared'");
    /* in something that is given, and below the top of an application */
    start(&a);
    add_domain(&a, "a", NULL);
    add_path(&a, "a", "given", true, false);
    add_path(&a, "a", "read", false, false);
    add_steady(&a, "given/x", false);
    add_steady(&a, "given/x/y", true);
    add_steady(&a, "read", false);
    add_steady(&a, "read/y", true);
    expect_entries(&a, "a", "docroot 'a'; rw 'given'; ro 'given/x'; rw 'given/x/y'");
    a.in.n_steady = 0;
    add_steady(&a, "..", false);
    struct sc_plan *plan = NULL;
    assert_int_equal(sc_plan_make(&a.in, &plan, NULL), SC_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_of_nginx),
        cmocka_unit_test(as_a_text),
        cmocka_unit_test(what_marks_have_made_another_sites_is_doubted),
        cmocka_unit_test(what_a_site_had_is_doubted_without_its_mark),
        cmocka_unit_test(frameworks),
        cmocka_unit_test(wordpress),
        cmocka_unit_test(panels),
        cmocka_unit_test(releases),
        cmocka_unit_test(missing),
        cmocka_unit_test(shared_applications),
        cmocka_unit_test(marks_taken_away),
        cmocka_unit_test(stray_marks),
        cmocka_unit_test(grants),
        cmocka_unit_test(random_accounts_follow_the_rule),
    };
    return cmocka_run_group_tests_name("owned", tests, NULL, NULL);
}
