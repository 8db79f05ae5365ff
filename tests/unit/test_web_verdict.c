/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_sitecage's decisions: names of handlers, addresses, paths, and what becomes of a request. */
#include "tests/unit/fixture.h"

#include "core/web/apache/address.h"
#include "core/web/apache/env.h"
#include "core/web/apache/handler.h"
#include "core/web/apache/path.h"
#include "core/web/apache/variables.h"
#include "core/web/apache/verdict.h"

static void handlers_are_known_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sc_web_handler is;
    } cases[] = {
        {"default-handler", SC_WEB_STATIC},
        {"text/html", SC_WEB_STATIC},
        {"image/svg+xml", SC_WEB_STATIC},
        {"application/x-javascript", SC_WEB_STATIC},
        {"httpd/unix-directory", SC_WEB_STATIC},
        {"text/x-server-parsed-html", SC_WEB_STATIC},
        {"cgi-script", SC_WEB_CGI},
        {"application/x-httpd-cgi", SC_WEB_CGI},
        {"fcgid-script", SC_WEB_FCGID},
        {"proxy:unix:/run/x.sock|fcgi://localhost", SC_WEB_PROXY},
        {"Proxy:http://127.0.0.1:1/", SC_WEB_PROXY},
        {"proxy-server", SC_WEB_PROXY},
        {"application/x-httpd-php", SC_WEB_PHP},
        {"application/x-httpd-ea-php81", SC_WEB_PHP},
        {"application/x-httpd-PHP", SC_WEB_PHP},
        {"php-cgi", SC_WEB_PHP},
        {"php5-script", SC_WEB_PHP},
        {"server-status", SC_WEB_SERVER},
        {"balancer-manager", SC_WEB_SERVER},
        {"form-logout-handler", SC_WEB_STATIC},
        {"reflector", SC_WEB_STATIC},
        {"application/x-rivet-tcl", SC_WEB_UNKNOWN},
        {"lua-script", SC_WEB_UNKNOWN},
        {"perl-script", SC_WEB_UNKNOWN},
        {"wsgi-script", SC_WEB_UNKNOWN},
        {"application/x-httpd-tcl", SC_WEB_UNKNOWN},
        {"lsapi-script", SC_WEB_UNKNOWN},
        {"cgi-script2", SC_WEB_UNKNOWN},
        {"", SC_WEB_STATIC},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sc_web_handler_of(cases[i].name) != cases[i].is)
            fail_msg("%s is %d", cases[i].name, (int)sc_web_handler_of(cases[i].name));
}

static void assert_clean(const char *path, const char *want)
{
    char out[PATH_MAX];
    size_t n = sc_web_path_clean(path, out);
    assert_string_equal(n ? out : "", want);
    assert_int_equal(n, strlen(want));
}

static void paths_are_cleaned_as_text(void **state)
{
    (void)state;
    assert_clean("/", "/");
    assert_clean("//", "/");
    assert_clean("/a//b/", "/a/b");
    assert_clean("/./a/././b/.", "/a/b");
    assert_clean("/a/../b", "/b");
    assert_clean("/../..", "/");
    assert_clean("/a/b/../../..", "/");
    assert_clean("/a/.../b", "/a/.../b");
    assert_clean("a/b", "");
    assert_clean("", "");
    char longest[PATH_MAX + 2];
    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    longest[PATH_MAX - 1] = 0;
    assert_clean(longest, longest);
    longest[PATH_MAX - 1] = 'x';
    longest[PATH_MAX] = 0;
    assert_clean(longest, "");
    assert_string_equal(sc_web_path_below("/a/b/c", "/a"), "b/c");
    assert_string_equal(sc_web_path_below("/a", "/a"), "");
    assert_string_equal(sc_web_path_below("/a", "/"), "a");
    assert_null(sc_web_path_below("/ab", "/a"));
    assert_true(sc_web_path_within("/a/b", "/a"));
    assert_false(sc_web_path_within("/a", "/a/b"));
}

static void addresses_have_one_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
    } texts[] = {
        {"/run/php/x.sock", "/run/php/x.sock"},
        {"///run//php/../x.sock", "/run/x.sock"},
        {"127.0.0.1:9000", "*:9000"},
        {"[::1]:9000", "*:9000"},
        {"9000", "*:9000"},
        {"localhost", NULL},
        {"127.0.0.1:", NULL},
        {"127.0.0.1:0", NULL},
        {"127.0.0.1:65536", NULL},
        {"127.0.0.1:99999999999999999999", NULL},
        {"x.sock", NULL},
    };
    char out[PATH_MAX];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        bool is = sc_web_address_of_text(texts[i].text, out);
        assert_int_equal(is, texts[i].name != NULL);
        if (is)
            assert_string_equal(out, texts[i].name);
    }
    assert_true(sc_web_address_of_url("fcgi://localhost:9000/x?a:1", 0, out));
    assert_string_equal(out, "*:9000");
    assert_true(sc_web_address_of_url("fcgi://u:p@[::1]:9001", 0, out));
    assert_string_equal(out, "*:9001");
    assert_true(sc_web_address_of_url("http://[::1]/x:7", 80, out));
    assert_string_equal(out, "*:80");
    assert_false(sc_web_address_of_url("fcgi://localhost/x", 0, out));
    assert_false(sc_web_address_of_url("fcgi:localhost", 9000, out));
    assert_string_equal(sc_web_url_path("fcgi://h:1/a/b"), "/a/b");
    assert_string_equal(sc_web_url_path("fcgi://h"), "/");
    assert_true(sc_web_url_is("FCGI://x", "fcgi"));
    assert_false(sc_web_url_is("fcgix://x", "fcgi"));
}

static void assert_verdict(struct sc_web_verdict v, enum sc_web_action action, int status)
{
    assert_int_equal(v.action, action);
    assert_int_equal(v.status, status);
    assert_int_equal(v.reason != NULL, action == SC_WEB_REFUSE);
}

static void judge(struct sc_web_ask ask, enum sc_web_action action, int status)
{
    assert_verdict(sc_web_judge_handler(&ask), action, status);
}

static void code_runs_in_the_site_or_not_at_all(void **state)
{
    (void)state;
    struct sc_web_ask site = {.sites_code = true, .has_fpm = true, .can_proxy = true};
#define ASK(...) (struct sc_web_ask){.sites_code = true, __VA_ARGS__}
    site.handler = SC_WEB_STATIC;
    judge(site, SC_WEB_ALLOW, 0);
    judge(ASK(.handler = SC_WEB_CGI, .suexec = SC_WEB_SUEXEC_OURS), SC_WEB_ALLOW, 0);
    judge(ASK(.handler = SC_WEB_CGI, .suexec = SC_WEB_SUEXEC_OTHER), SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_CGI, .suexec = SC_WEB_SUEXEC_NONE), SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_FCGID, .suexec = SC_WEB_SUEXEC_OTHER), SC_WEB_REFUSE, 503);
    site.handler = SC_WEB_PHP;
    judge(site, SC_WEB_ROUTE, 0);
    site.can_proxy = false;
    judge(site, SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_PHP, .can_proxy = true), SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_PROXY, .can_proxy = true), SC_WEB_ALLOW, 0);
    judge(ASK(.handler = SC_WEB_PROXY), SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_SERVER), SC_WEB_REFUSE, 403);
    judge(ASK(.handler = SC_WEB_UNKNOWN), SC_WEB_REFUSE, 503);
    judge(ASK(.handler = SC_WEB_UNKNOWN, .allowed = true), SC_WEB_ALLOW, 0);
    /* the administrator's own programs, by the site's name */
    judge((struct sc_web_ask){.handler = SC_WEB_CGI}, SC_WEB_ALLOW, 0);
    judge((struct sc_web_ask){.handler = SC_WEB_PHP}, SC_WEB_ALLOW, 0);
    judge((struct sc_web_ask){.handler = SC_WEB_UNKNOWN}, SC_WEB_ALLOW, 0);
    judge((struct sc_web_ask){.handler = SC_WEB_SERVER}, SC_WEB_REFUSE, 403);
}

static void judge_proxy(struct sc_web_proxy_ask ask, enum sc_web_action action, int status)
{
    assert_verdict(sc_web_judge_proxy(&ask), action, status);
}

static void php_goes_to_the_sites_own_master(void **state)
{
    (void)state;
    for (int address = SC_WEB_ADDRESS_OTHER; address <= SC_WEB_ADDRESS_POOL; address++) {
        struct sc_web_proxy_ask ask = {
            .fastcgi = true, .sites_code = true, .has_fpm = true, .address = (unsigned)address};
        judge_proxy(ask, SC_WEB_ROUTE, 0);
        ask.socket = true;
        judge_proxy(ask, SC_WEB_ROUTE, 0);
        ask.has_fpm = false;
        judge_proxy(ask, SC_WEB_REFUSE, 503);
        ask.allowed = true;
        judge_proxy(ask, SC_WEB_ALLOW, 0);
    }
    /* the administrator's PHP: not by a pool of the account */
    struct sc_web_proxy_ask admins = {.fastcgi = true, .has_fpm = true};
    judge_proxy(admins, SC_WEB_ALLOW, 0);
    admins.address = SC_WEB_ADDRESS_POOL;
    judge_proxy(admins, SC_WEB_ROUTE, 0);
    /* servers of the site's own */
    judge_proxy((struct sc_web_proxy_ask){.address = SC_WEB_ADDRESS_INSIDE, .socket = true},
                SC_WEB_IN_CAGE, 0);
    judge_proxy((struct sc_web_proxy_ask){.socket = true}, SC_WEB_REFUSE, 503);
    judge_proxy((struct sc_web_proxy_ask){.network = true}, SC_WEB_ALLOW, 0);
    /* "fd:" hands the visitor's connection to whoever listens at a path */
    judge_proxy((struct sc_web_proxy_ask){0}, SC_WEB_REFUSE, 503);
}

static void schemes_are_a_ports_or_a_programs(void **state)
{
    (void)state;
    static const char *const ports[] = {"http://x/", "HTTPS://x/", "ws://x/",
                                        "h2c://x/",  "ajp://x/",   "fcgi://x/",
                                        "scgi://x/", "uwsgi://x/", "ftp://x/"};
    static const char *const programs[] = {
        "fd:///run/x.sock", "fd:/x", "httpx://x/", "http", "", "/x"};
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        assert_true(sc_web_url_is_network(ports[i]));
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        assert_false(sc_web_url_is_network(programs[i]));
}

/* What SetEnv may not tell a program that runs outside. */
static void variables_are_httpds_own_or_dropped(void **state)
{
    (void)state;
    char *const all[] = {"HTTP_HOST=a",
                         "LD_PRELOAD=/x",
                         "QUERY_STRING=",
                         "BASH_ENV=/x",
                         "SSL_CIPHER=x",
                         "PATH_TRANSLATED=/x",
                         "PERL5OPT=-Mx",
                         "REDIRECT_LD_PRELOAD=/x",
                         "PATH=/bin",
                         "PATHX=/x",
                         "PATH_INFO=/x",
                         "PHPRC=/x",
                         "DOCUMENT_NAME=x",
                         "PYTHONPATH=/x",
                         "REQUEST_METHOD",
                         "ENV=/x",
                         NULL};
    char *plain[16];
    sc_web_env_plain(all, plain, 16);
    static const char *const want[] = {
        "HTTP_HOST=a", "QUERY_STRING=",   "SSL_CIPHER=x",  "REDIRECT_LD_PRELOAD=/x",
        "PATH=/bin",   "DOCUMENT_NAME=x", "REQUEST_METHOD"};
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
        assert_string_equal(plain[i], want[i]);
    assert_null(plain[sizeof(want) / sizeof(want[0])]);
    sc_web_env_plain(all, plain, 3); /* what has no place */
    assert_string_equal(plain[1], "QUERY_STRING=");
    assert_null(plain[2]);
    sc_web_env_plain(NULL, plain, 3);
    assert_null(plain[0]);
}

static void strangers_reach_no_pool(void **state)
{
    (void)state;
    struct sc_web_stranger_ask ask = {0};
    assert_verdict(sc_web_judge_stranger(&ask), SC_WEB_ALLOW, 0);
    ask.pool = true;
    assert_verdict(sc_web_judge_stranger(&ask), SC_WEB_REFUSE, 503);
    ask.own_account = true;
    assert_verdict(sc_web_judge_stranger(&ask), SC_WEB_ALLOW, 0);
    ask.of_site = true;
    assert_verdict(sc_web_judge_stranger(&ask), SC_WEB_REFUSE, 503);
}

static void variables(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shut;
    } cases[] = {
        {"", ""},
        {"$", "$"},
        {"${", "${"},
        {"Header set X ${A}\n", "Header set X $_A}\n"},
        {"${A}${B} $${C}", "$_A}$_B} $$_C}"},
        {"${}", "$_}"},
        {"$1 %{A}e $A {B}\n", "$1 %{A}e $A {B}\n"},
        /* a map's name has a colon behind it */
        {"${lower:%1} ${A}", "${lower:%1} $_A}"},
        {"${map:${A}}", "${map:$_A}}"},
        /* httpd finds no end in its line */
        {"${A\n}", "${A\n}"},
        /* lines that are continued */
        {"$\\\n{A}", "$\\\n_A}"},
        {"$\\\r\n{A\\\r\nB}\n", "$\\\r\n_A\\\r\nB}\n"},
        {"$\\\n\\\n{A}", "$\\\n\\\n_A}"},
        {"${A\\}", "$_A\\}"},
        {"$\\{A}", "$\\{A}"},
        {"$\\", "$\\"},
        {"${A\\\n", "${A\\\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[100];
        strcpy(text, cases[i].text);
        sc_web_variables_shut(text);
        assert_string_equal(text, cases[i].shut);
    }
}

static void the_servers_environment(void **state)
{
    (void)state;
    assert_true(sc_web_env_is_for_all("PATH"));
    assert_true(sc_web_env_is_for_all("LC_ALL"));
    assert_false(sc_web_env_is_for_all("PATHS"));
    assert_false(sc_web_env_is_for_all("KEY"));
    assert_false(sc_web_env_is_for_all(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables),
        cmocka_unit_test(the_servers_environment),
        cmocka_unit_test(handlers_are_known_by_name),
        cmocka_unit_test(paths_are_cleaned_as_text),
        cmocka_unit_test(addresses_have_one_name),
        cmocka_unit_test(code_runs_in_the_site_or_not_at_all),
        cmocka_unit_test(php_goes_to_the_sites_own_master),
        cmocka_unit_test(schemes_are_a_ports_or_a_programs),
        cmocka_unit_test(variables_are_httpds_own_or_dropped),
        cmocka_unit_test(strangers_reach_no_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
