/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose settings a site's own master gets where Apache goes to it by itself, and which uses that
 * ends. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/route.h"
#include "core/web/roots.h"

#define S(text) ((char *)(uintptr_t)(text))

static const char pools_text[] = "[shared]\nuser=www-data\nlisten=/run/shared\n"
                                 "[jane]\nuser=jane\nlisten=/run/jane\n"
                                 "[john]\nuser=1001\nlisten=127.0.0.1:9000\n"
                                 "[own]\nuser=john\nlisten=/run/own\n"
                                 "[jail]\nuser=john\nlisten=/run/jail\nchroot=/x\n";

static struct sc_fpm_known_list pools;

static int load(void **state)
{
    (void)state;
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    assert_int_equal(sc_fpm_parse(pools_text, sizeof(pools_text) - 1, "x.conf", &f, NULL), 0);
    for (size_t i = 0; i < f.n; i++)
        assert_int_equal(
            sc_fpm_known_add(&pools, "/etc/x.conf", "main", "exe", pools_text, &f.v[i], NULL), 0);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    sc_fpm_known_done(&pools);
    return 0;
}

static char *names[] = {S("a.example")};
static const char *const site_names[] = {"a.example"}, *const homes[] = {"/home/john"},
                         *const docroots[] = {"/home/john/a", "/home/john/b"};
static const struct sc_fpm_asked asked = {{.docroot = "/home/john/a",
                                           .names = site_names,
                                           .n_names = 1,
                                           .docroots = docroots,
                                           .n_docroots = 2,
                                           .homes = homes,
                                           .n_homes = 1},
                                          "john",
                                          1001};

/* A host of the site with one address (NULL: none). */
static struct sc_vhost host(char **listen)
{
    return (struct sc_vhost){.names = names,
                             .n_names = 1,
                             .docroot = S("/home/john/a"),
                             .listens = listen,
                             .n_listens = *listen ? 1 : 0,
                             .handlers = *listen ? SC_HANDLER_FPM : 0};
}

/* What comes out for a site with these hosts: "POOL HOW…", a use after the other; "none" where no pool
 * can give settings. */
static void routes(struct sc_vhost *v, size_t n_hosts, unsigned id, const char *expected)
{
    static const char *const hows[] = {
        [SC_FPM_COVERED] = "covered",   [SC_FPM_FOREIGN] = "foreign", [SC_FPM_SHARED] = "shared",
        [SC_FPM_REFUSED] = "refused",   [SC_FPM_USER] = "user",       [SC_FPM_PLACE] = "place",
        [SC_FPM_ANSWERED] = "answered", [SC_FPM_ROUTED] = "routed"};
    const struct sc_vhosts hosts = {.v = v, .n = n_hosts};
    SC_FREE struct sc_fpm_use *uses = NULL;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    size_t n = 0;
    assert_int_equal(sc_fpm_which(&hosts, &pools, &asked, &uses, &n, NULL), 0);
    const struct sc_fpm_routing how = {&hosts, &pools, &asked};
    const struct sc_fpm_known *pool = sc_fpm_route_mark(&how, uses, n);
    if (pool && sc_fpm_route_wanted(&how, uses, n))
        assert_int_equal(sc_fpm_route_add(pool, id, &uses, &n, NULL), 0);
    sc_buf_fmt(&out, "%s", pool ? pool->pool : "none");
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(&out, " %s:%s", *uses[i].route ? uses[i].route : uses[i].listen,
                   hows[uses[i].how]);
    assert_string_equal(out.data, expected);
    for (size_t i = 0; i < n; i++)
        assert_true(!*uses[i].route || uses[i].pool == pool);
}

static char *own[] = {S("/run/own")}, *shared[] = {S("/run/shared")},
            *tcp[] = {S("localhost:9000")}, *unknown[] = {S("/run/none")},
            *jane[] = {S("/run/jane")}, *jail[] = {S("/run/jail")}, *none[] = {NULL};

#define AT " /run/sitecage/web/fpm-60001:covered"

static void the_pool_that_serves_it_first(void **state)
{
    (void)state;
    char **addresses[] = {own, shared, tcp, unknown, jane, jail};
    static const char *const expected[] = {"own /run/own:routed" AT, "shared /run/shared:routed" AT,
                                           "john localhost:9000:routed" AT,
                                           "john /run/none:routed" AT,
                                           /* another account's may hold secrets */
                                           "john /run/jane:routed" AT,
                                           /* … and one that cannot run in a site does not */
                                           "john /run/jail:routed" AT};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct sc_vhost one = host(addresses[i]);
        routes(&one, 1, 60001, expected[i]);
    }
}

static void before_it_is_isolated(void **state)
{
    (void)state;
    struct sc_vhost one = host(shared);
    routes(&one, 1, 0, "shared /run/shared:routed /run/sitecage/web/fpm-0:routed");
}

static void nginx_does_not_ask_the_module(void **state)
{
    (void)state;
    struct sc_vhost both[] = {host(own), host(own)};
    both[0].nginx = true;
    routes(both, 1, 60001, "own /run/own:covered");
    routes(both, 2, 60001, "own /run/own:covered");
    /* another site's, on the same pool, has nothing to say */
    both[0].docroot = S("/home/john/b");
    both[0].names = NULL;
    both[0].n_names = 0;
    routes(both, 2, 60001, "own /run/own:routed" AT);
}

/* The panel removed the site's pool: the one that is left is its sibling's, whose env[…] is not for it. */
static void not_the_pool_of_a_sibling(void **state)
{
    (void)state;
    struct sc_vhost hosts[] = {host(unknown), host(tcp), host(own)};
    for (size_t i = 1; i < 3; i++) {
        hosts[i].docroot = S("/home/john/b");
        hosts[i].names = NULL;
        hosts[i].n_names = 0;
    }
    routes(hosts, 2, 60001, "own /run/none:routed" AT); /* nobody's */
    routes(hosts, 3, 60001, "none /run/none:foreign");
    hosts[0] = host(jane);
    routes(hosts, 3, 60001, /* another account's neither */
           "none /run/jane:user");
}

static void hosts_that_name_no_pool(void **state)
{
    (void)state;
    struct sc_vhost two[] = {host(none), host(shared)};
    /* a .htaccess may: the account's first pool gives the settings */
    routes(two, 1, 60001, "john" AT);
    two[0].handlers = SC_HANDLER_CGI; /* its PHP is no FPM's */
    routes(two, 1, 60001, "john");
    two[0].handlers = SC_HANDLER_FPM; /* at an address that cannot be told */
    routes(two, 1, 60001, "john" AT);
    two[0].nginx = true;
    routes(two, 1, 60001, "john");
}

static void a_host_of_all_names_comes_last(void **state)
{
    (void)state;
    struct sc_vhost two[] = {host(shared), host(own)};
    two[0].names = NULL;
    two[0].n_names = 0;
    two[0].docroot = NULL;
    two[0].pattern = S("/home/john/%1");
    routes(two, 2, 60001, "own /run/shared:routed /run/own:routed" AT);
    routes(two, 1, 60001, "shared /run/shared:routed" AT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pool_that_serves_it_first),
        cmocka_unit_test(before_it_is_isolated),
        cmocka_unit_test(nginx_does_not_ask_the_module),
        cmocka_unit_test(hosts_that_name_no_pool),
        cmocka_unit_test(not_the_pool_of_a_sibling),
        cmocka_unit_test(a_host_of_all_names_comes_last),
    };
    return cmocka_run_group_tests(tests, load, drop);
}
