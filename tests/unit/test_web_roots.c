/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts serve a site: directories by what they resolve to, names, patterns. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

static char top[64];

static int make(void **state)
{
    (void)state;
    strcpy(top, "/tmp/sc_roots_XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", top);
    return system(rm);
}

static const char *at(const char *rel)
{
    static char paths[16][160];
    static unsigned i;
    char *out = paths[i++ % 16];
    snprintf(out, sizeof(paths[0]), "%s/%s", top, rel);
    return out;
}

/* A host at a document root (and the target of an Alias), resolved for the site. */
static enum sc_host_stands stands(const struct sc_web_whose *site, const char *root,
                                  const char *alias, bool *ret_more)
{
    struct sc_host_root roots[2] = {{.text = (char *)(uintptr_t)root},
                                    {.text = (char *)(uintptr_t)alias, .alias = true}};
    char *names[] = {(char *)(uintptr_t) "host.example"};
    struct sc_vhost h = {
        .names = names, .n_names = 1, .roots = roots, .n_roots = 1u + (alias != NULL)};
    struct sc_vhosts hosts = {.v = &h, .n = 1};
    assert_int_equal(sc_roots_resolve(&hosts, site, NULL), 0);
    enum sc_host_stands is = sc_host_stands(&h, site);
    if (ret_more)
        *ret_more = sc_host_serves_more(&h, site);
    free(roots[0].real);
    free(roots[1].real);
    return is;
}

static char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

/* Many lie beside each other; what one's way is says something about the next one's only where no link is at its end. */
static void beside_each_other(void **state)
{
    (void)state;
    const char *dirs[] = {"home/john/1", "home/john/2", "srv/same"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sc_mkdir_p(at(dirs[i]), 0755, NULL), 0);
    assert_int_equal(symlink(at("srv/same"), at("home/john/same")), 0);
    assert_int_equal(symlink("1", at("home/john/link")), 0);
    SC_FREE char *root = realpath(at("."), NULL);
    const char *ways[][2] = {{"home/john/1", "home/john/1"},      {"home/john/2", "home/john/2"},
                             {"home/john/link", "home/john/1"},   {"home/john/same", "srv/same"},
                             {"home/john/2", "home/john/2"},      {"home/john/no", "home/john/no"},
                             {"home/john/1/../2", "home/john/2"}, {"home/john/1/", "home/john/1"}};
    enum {
        N = sizeof(ways) / sizeof(ways[0])
    };
    struct sc_host_root roots[N];
    for (size_t i = 0; i < N; i++) {
        char *from;
        assert_true(asprintf(&from, "%s/%s", root, ways[i][0]) > 0);
        roots[i] = (struct sc_host_root){.text = from};
    }
    char *names[] = {text("host.example")};
    struct sc_vhost h = {.names = names, .n_names = 1, .roots = roots, .n_roots = N};
    struct sc_vhosts hosts = {.v = &h, .n = 1};
    struct sc_web_whose site = {.names = (const char *const *)names, .n_names = 1};
    assert_int_equal(sc_roots_resolve(&hosts, &site, NULL), 0);
    for (size_t i = 0; i < N; i++) {
        SC_FREE char *to = NULL;
        assert_true(asprintf(&to, "%s/%s", root, ways[i][1]) > 0);
        assert_string_equal(roots[i].real, to);
        free(roots[i].real);
        free(roots[i].text);
    }
}

static void directories(void **state)
{
    (void)state;
    assert_int_equal(sc_mkdir_p(at("home/john/a/public"), 0755, NULL), 0);
    assert_int_equal(sc_mkdir_p(at("home/john/a/public/addon"), 0755, NULL), 0);
    assert_int_equal(sc_mkdir_p(at("srv"), 0755, NULL), 0);
    assert_int_equal(symlink(at("home/john/a/public"), at("srv/link")), 0);
    assert_int_equal(symlink("a", at("home/john/b")), 0);
    SC_FREE char *home = realpath(at("home/john"), NULL);
    SC_FREE char *own = strdup(at("home/john/a/public"));
    SC_FREE char *addon = strdup(at("home/john/a/public/addon"));
    SC_FREE char *other = strdup(at("home/john/other"));
    const char *homes[] = {home}, *docroots[] = {own, addon, other};
    struct sc_web_whose site = {.docroot = docroots[0],
                                .docroots = docroots,
                                .n_docroots = 3,
                                .homes = homes,
                                .n_homes = 1};
    static const struct {
        const char *root, *alias;
        enum sc_host_stands is;
        bool more;
    } cases[] = {
        {"home/john/a/public", NULL, SC_HOST_SITE, false},
        {"home//john/./a/public/", NULL, SC_HOST_SITE, false},
        {"srv/link", NULL, SC_HOST_SITE, false},
        {"home/john/b/public", NULL, SC_HOST_SITE, false},
        {"srv/link/../public", NULL, SC_HOST_SITE, false},
        {"home/john/a/public/below", NULL, SC_HOST_SITE, false},
        {"home/john/a/public/addon", NULL, SC_HOST_OTHER, true},
        {"home/john/a", NULL, SC_HOST_AROUND, true},
        {"home/john/other", NULL, SC_HOST_OTHER, true},
        {"srv", "home/john/a/public", SC_HOST_SITE, false},
        {"home/john/other", "home/john/a/public", SC_HOST_SITE, true},
        {"home/john/a/public", "srv", SC_HOST_SITE, false},
        {"home/john/a/public", "home/john/other/x", SC_HOST_SITE, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool more = false;
        enum sc_host_stands is =
            stands(&site, at(cases[i].root), cases[i].alias ? at(cases[i].alias) : NULL, &more);
        if (is != cases[i].is || more != cases[i].more)
            fail_msg("%s %s: %d %d", cases[i].root, cases[i].alias ? cases[i].alias : "", is, more);
    }
    /* a text that nothing resolves to counts, too: of a document root that is missing */
    const char *texts[] = {"/gone//x"};
    site.texts = texts;
    site.n_texts = 1;
    assert_int_equal(stands(&site, "/gone/x/", NULL, NULL), SC_HOST_SITE);
    site.docroot = "";
    assert_int_equal(stands(&site, at("srv"), NULL, NULL), SC_HOST_OTHER);
    /* a missing one in another that is there is not that one's */
    const char *with_gone[] = {own, addon, other, "/gone/x"};
    site.docroots = with_gone;
    site.n_docroots = 4;
    assert_int_equal(stands(&site, "/gone/x/y", NULL, NULL), SC_HOST_SITE);
    struct sc_web_whose outer = {.docroot = "/gone", .docroots = with_gone, .n_docroots = 4};
    assert_int_equal(stands(&outer, "/gone/x", NULL, NULL), SC_HOST_OTHER);
}

static void names(void **state)
{
    (void)state;
    char *list[] = {(char *)(uintptr_t) "a.example", (char *)(uintptr_t) "*.b.example",
                    (char *)(uintptr_t) ".c.example", (char *)(uintptr_t) "~^d"};
    struct sc_vhost h = {.names = list, .n_names = 4};
    assert_true(sc_host_has_name(&h, "A.example"));
    assert_true(sc_host_has_name(&h, "x.b.example"));
    assert_false(sc_host_has_name(&h, "b.example"));
    assert_false(sc_host_has_name(&h, "c.example"));
    assert_false(sc_host_has_name(&h, "d"));
    h.nginx = true;
    assert_true(sc_host_has_name(&h, "c.example"));
    assert_true(sc_host_has_name(&h, "x.c.example"));
    assert_false(sc_host_has_name(&h, "xc.example"));
    const char *own[] = {"a.example"};
    char *docroot = (char *)(uintptr_t) "/srv";
    struct sc_web_whose site = {.docroot = "/home/john/a", .names = own, .n_names = 1};
    h.docroot = docroot;
    assert_int_equal(sc_host_stands(&h, &site), SC_HOST_NAMED);
}

static void patterns(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {"/h/%0/x", "www.a.example", "/h/www.a.example/x"},
        {"/h/%1/%2/%3", "www.a.example", "/h/www/a/example"},
        {"/h/%-1.%-2", "www.a.example", "/h/example.a"},
        {"/h/%2+", "www.a.example", "/h/a.example"},
        {"/h/%-2+", "www.a.example", "/h/www.a"},
        {"/h/%4", "www.a.example", "/h/_"},
        {"/h/%2.1/%2.2/%2", "www.abc.example", "/h/a/b/abc"},
        {"/h/%2.-1", "www.abc.example", "/h/c"},
        {"/h/%2.2+", "www.abc.example", "/h/bc"},
        {"/h/100%%", "a", "/h/100%"},
    };
    char out[4096];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(sc_host_pattern(good[i][0], false, good[i][1], out));
        assert_string_equal(out, good[i][2]);
    }
    assert_false(sc_host_pattern("/h/%p", false, "a", out));
    assert_true(sc_host_pattern("/h/$host/${server_name}", true, "a.b", out));
    assert_string_equal(out, "/h/a.b/a.b");
    assert_false(sc_host_pattern("/h/$host2", true, "a", out));
    const char *own[] = {"a.example"};
    struct sc_web_whose site = {.docroot = "/home/john/a.example", .names = own, .n_names = 1};
    struct sc_vhost h = {.pattern = (char *)(uintptr_t) "/home/john/%0"};
    assert_int_equal(sc_host_stands(&h, &site), SC_HOST_SITE);
    assert_true(sc_host_serves_more(&h, &site));
}

/* What a host of others can have run of a site: where an alias, or what its name is put into, leads. */
static void runs_around(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *alias;
        bool nginx, runs, is;
    } cases[] = {{"/home/john/$sub/public", NULL, true, true, true},
                 {"/home/john/$sub/public", NULL, true, false, false},
                 {"/home/john/${sub}", NULL, true, true, true},
                 {"/home/$1/a/public", NULL, true, true, true},
                 {"/home/mary/$sub/public", NULL, true, true, false},
                 {"/home/john/$sub/htdocs", NULL, true, true, false},
                 {"$sub/public", NULL, true, true, false},
                 {"/$sub", NULL, true, true, false},
                 {"/home/%-2.1+/a/public", NULL, false, false, true},
                 {"/home/j*n/$sub/public", NULL, true, true, false},
                 {NULL, "/home/john", true, true, true},
                 {NULL, "/home/john", true, false, false},
                 {NULL, "/home/john/", false, false, true},
                 {NULL, "/home/mary", false, false, false}};
    const struct sc_web_whose site = {.docroot = "/home/john/a/public"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_host_root root = {
            .text = (char *)(uintptr_t)cases[i].alias, .alias = true, .runs = cases[i].runs};
        struct sc_vhost h = {.nginx = cases[i].nginx,
                             .pattern = (char *)(uintptr_t)cases[i].pattern,
                             .pattern_runs = cases[i].runs,
                             .roots = &root,
                             .n_roots = cases[i].alias != NULL};
        if ((sc_host_runs_around(&h, &site) != NULL) != cases[i].is)
            fail_msg("case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(beside_each_other, make, drop),
        cmocka_unit_test_setup_teardown(directories, make, drop),
        cmocka_unit_test(names),
        cmocka_unit_test(patterns),
        cmocka_unit_test(runs_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
