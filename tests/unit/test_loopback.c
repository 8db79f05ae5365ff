/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ports are closed to whom: from configurations, listeners and processes to what nft reads. */
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/loopback/loopback.h"
#include "core/loopback/listeners.h"
#include "core/loopback/ports.h"
#include "core/loopback/processes.h"

#define PLAN SC_CLEANUP(sc_loopback_done) struct sc_loopback

static void lists_are_sorted_and_hold_nothing_twice(void **state)
{
    (void)state;
    PLAN l = {0};
    static const uid_t uids[] = {1003, 1001, 1002, 1001, 0, SC_LOOPBACK_ANYBODY};
    for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++)
        assert_int_equal(sc_loopback_add_account(&l, uids[i], NULL), 0);
    assert_int_equal(l.n_accounts, 3);
    assert_int_equal(l.accounts[0], 1001);
    assert_int_equal(l.accounts[2], 1003);
    sc_loopback_drop_account(&l, 1002);
    sc_loopback_drop_account(&l, 1002);
    sc_loopback_drop_account(&l, 9);
    assert_int_equal(l.n_accounts, 2);
    assert_false(sc_loopback_has_account(&l, 1002));
    assert_true(sc_loopback_has_account(&l, 1003));
    assert_int_equal(sc_loopback_add_port(&l, 0, 1, NULL), SC_E_INVAL);
    assert_int_equal(sc_loopback_add_port(&l, 65536, 1, NULL), SC_E_INVAL);
    assert_int_equal(sc_loopback_add_port(&l, 65535, 1001, NULL), 0);
    assert_int_equal(sc_loopback_add_port(&l, 9000, 1001, NULL), 0);
    assert_int_equal(sc_loopback_add_port(&l, 9000, 1001, NULL), 0);
    assert_int_equal(l.n_ports, 2);
    assert_int_equal(sc_loopback_port_of(&l, 9000)->owner, 1001);
    assert_int_equal(sc_loopback_add_port(&l, 9000, 1002, NULL), 0);
    assert_int_equal(sc_loopback_port_of(&l, 9000)->owner, SC_LOOPBACK_ANYBODY);
    assert_null(sc_loopback_port_of(&l, 9001));
    for (uid_t uid = 1; uid <= SC_LOOPBACK_WEB_MAX; uid++)
        assert_int_equal(sc_loopback_add_web(&l, uid, NULL), 0);
    assert_int_equal(sc_loopback_add_web(&l, 500, NULL), SC_E_TOOBIG);
}

/* john (1001) has isolated sites, bob (1002) has none; 33 is the web server. */
static void fill(struct sc_loopback *l)
{
    assert_int_equal(sc_loopback_add_web(l, 33, NULL), 0);
    assert_int_equal(sc_loopback_add_account(l, 1001, NULL), 0);
    assert_int_equal(sc_loopback_add_port(l, 9001, 1001, NULL), 0);
    assert_int_equal(sc_loopback_add_port(l, 9002, 1002, NULL), 0);
    assert_int_equal(sc_loopback_add_port(l, 9033, 33, NULL), 0);
    assert_int_equal(sc_loopback_add_port(l, 9999, SC_LOOPBACK_ANYBODY, NULL), 0);
}

static void ports_of_isolated_accounts_are_the_web_servers_alone(void **state)
{
    (void)state;
    PLAN l = {0};
    fill(&l);
    assert_true(sc_loopback_is_closed(&l, sc_loopback_port_of(&l, 9001)));
    assert_false(sc_loopback_is_closed(&l, sc_loopback_port_of(&l, 9002)));
    assert_true(sc_loopback_is_closed(&l, sc_loopback_port_of(&l, 9033)));
    assert_true(sc_loopback_is_closed(&l, sc_loopback_port_of(&l, 9999)));
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    sc_loopback_script(&l, "t", false, &out);
    assert_true(strncmp(out.data, "add table inet t\ndelete table inet t\ntable inet t {\n", 50) ==
                0);
    assert_non_null(strstr(out.data, "set web {\n    type uid\n    elements = { 0, 33 }\n"));
    assert_non_null(strstr(out.data, "set accounts {\n    type uid\n    elements = { 1001 }\n"));
    assert_non_null(strstr(
        out.data, "set closed {\n    type inet_service\n    elements = { 9001, 9033, 9999 }\n"));
    assert_non_null(
        strstr(out.data, "set others {\n    type inet_service\n    elements = { 9002 }\n"));
    assert_string_equal(out.data + out.len - 2, "}\n");
    unsigned rules = 0; /* all lines in chains but the hooks */
    for (const char *at = strstr(out.data, "  chain "); (at = strstr(at, "\n    ")) != NULL; at++)
        rules += strncmp(at + 5, "type filter", 11) != 0;
    assert_int_equal(rules, SC_LOOPBACK_RULES);
}

static void sets_may_be_empty(void **state)
{
    (void)state;
    PLAN l = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_int_equal(sc_loopback_add_port(&l, 9001, SC_LOOPBACK_ANYBODY, NULL), 0);
    sc_loopback_script(&l, "try", true, &out);
    assert_non_null(strstr(out.data, "set others {\n    type inet_service\n  }\n"));
    assert_non_null(strstr(out.data, "set accounts {\n    type uid\n  }\n"));
    assert_non_null(strstr(out.data, "}\ndelete table inet try\n"));
}

static void ways_out(void **state)
{
    (void)state;
    PLAN l = {0};
    assert_int_equal(sc_loopback_way_out(&l, 1001), 0);
    assert_int_equal(sc_loopback_add_port(&l, 9002, 1002, NULL), 0);
    assert_int_equal(sc_loopback_way_out(&l, 1001), 0);
    assert_int_equal(sc_loopback_way_out(&l, 1002), 9002);
    assert_int_equal(sc_loopback_add_web(&l, 33, NULL), 0);
    assert_int_equal(sc_loopback_add_port(&l, 9005, 33, NULL), 0);
    assert_int_equal(sc_loopback_way_out(&l, 1001), 9005);
}

/* ---- what is kept ---- */

static void what_is_kept_is_read_again(void **state)
{
    (void)state;
    PLAN l = {0};
    PLAN again = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    fill(&l);
    l.made = (struct sc_loopback_made){UINT64_MAX, 10};
    l.failed = true;
    sc_loopback_format(&l, &out);
    assert_int_equal(sc_loopback_parse(out.data, &again, NULL), 0);
    assert_true(sc_loopback_same(&l, &again));
    assert_true(again.made.handle == UINT64_MAX && again.made.rules == 10 && again.failed);
    assert_int_equal(sc_loopback_add_web(&again, 99, NULL), 0);
    assert_false(sc_loopback_same(&l, &again));
}

static void damage(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "sitecage-loopback 2\nend\n",
        "sitecage-loopback 1\n",
        "sitecage-loopback 1\ntable 1\nend\n",
        "sitecage-loopback 1\nport 9000\nend\n",
        "sitecage-loopback 1\nport 0 1\nend\n",
        "sitecage-loopback 1\nport 65536 1\nend\n",
        "sitecage-loopback 1\nport 9000 x\nend\n",
        "sitecage-loopback 1\nport -1 1\nend\n",
        "sitecage-loopback 1\nweb 33 1\nend\n",
        "sitecage-loopback 1\nweb 4294967295\nend\n",
        "sitecage-loopback 1\naccount 18446744073709551616\nend\n",
        "sitecage-loopback 1\nwhat 1\nend\n",
        "sitecage-loopback 1\nweb\nend\n",
        "sitecage-loopback 1\nend\nweb 33\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        PLAN l = {0};
        SC_FREE char *text = strdup(texts[i]);
        if (sc_loopback_parse(text, &l, NULL) != SC_E_INVAL)
            fail_msg("accepted: %s", texts[i]);
        assert_int_equal(l.n_web + l.n_accounts + l.n_ports, 0);
    }
}

/* ---- who listens ---- */

static void lines_of_the_kernel(void **state)
{
    (void)state;
    struct sc_tcp_listener l;
    assert_int_equal(sc_tcp_listeners_line("  sl  local_address rem_address   st tx_queue", &l), 0);
    assert_int_equal(
        sc_tcp_listeners_line(
            "   0: 0100007F:232F 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001  "
            "      0 4711 1 0000000000000000 100 0 0 10 0\n",
            &l),
        1);
    assert_int_equal(l.port, 9007);
    assert_int_equal(l.uid, 1001);
    assert_int_equal(l.inode, 4711);
    assert_int_equal(
        sc_tcp_listeners_line(
            "  17: 00000000000000000000000001000000:2330 00000000000000000000000000000000:0000 0A "
            "00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0\n",
            &l),
        1);
    assert_int_equal(l.port, 9008);
    assert_int_equal(l.uid, 0);
    assert_int_equal(sc_tcp_listeners_line("   1: 0100007F:232F 0100007F:0001 01 00000000:00000000 "
                                           "00:00000000 00000000  1001        0 4712 1 0\n",
                                           &l),
                     0);
    assert_int_equal(sc_tcp_listeners_line("   1: 0100007F:232F\n", &l), -1);
    assert_int_equal(sc_tcp_listeners_line("", &l), -1);
}

static void digest_tells_roots_listeners(void **state)
{
    (void)state;
    struct sc_tcp_listener v[] = {{9000, 0, 1}, {80, 0, 2}, {3306, 27, 3}};
    struct sc_tcp_listener w[] = {{80, 0, 2}, {9000, 0, 1}};
    struct sc_tcp_listener x[] = {{80, 0, 2}, {9000, 0, 4}};
    const struct sc_tcp_listeners a = {v, 3}, b = {w, 2}, c = {x, 2};
    assert_true(sc_tcp_listeners_digest(&a) == sc_tcp_listeners_digest(&b));
    assert_true(sc_tcp_listeners_digest(&a) != sc_tcp_listeners_digest(&c));
}

/* ---- processes ---- */

static void kinds_of_processes(void **state)
{
    (void)state;
    static const char *const web[] = {"apache2", "httpd", "nginx", "litespeed", "haproxy"};
    static const char *const fpm[] = {"php-fpm", "php-fpm8.2", "sitecage-fpm", "lsphp"};
    static const char *const other[] = {"", "nginx-x", "apache", "php", "bash", "http"};
    for (size_t i = 0; i < sizeof(web) / sizeof(web[0]); i++)
        assert_int_equal(sc_process_kind(web[i]), SC_PROCESS_WEB);
    for (size_t i = 0; i < sizeof(fpm) / sizeof(fpm[0]); i++)
        assert_int_equal(sc_process_kind(fpm[i]), SC_PROCESS_FPM);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        assert_int_equal(sc_process_kind(other[i]), SC_PROCESS_OTHER);
}

/* Anybody can run the program of a web server. */
static void who_is_a_web_server(void **state)
{
    (void)state;
    static const struct sc_process v[] = {
        {10, 1, 0, SC_PROCESS_WEB},     {11, 10, 33, SC_PROCESS_WEB},
        {12, 10, 1000, SC_PROCESS_WEB}, {20, 1, 1001, SC_PROCESS_WEB},
        {21, 20, 1001, SC_PROCESS_WEB}, {30, 1, 110, SC_PROCESS_WEB},
        {40, 1, 0, SC_PROCESS_FPM},     {41, 40, 1001, SC_PROCESS_WEB},
        {42, 40, 33, SC_PROCESS_FPM}};
    static const bool is[] = {false, true, true, false, false, true, false, false, false};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        assert_int_equal(sc_process_is_web(v, sizeof(v) / sizeof(v[0]), i), is[i]);
}

static void whose_a_master_is(void **state)
{
    (void)state;
    static const struct sc_process v[] = {
        {10, 1, 0, SC_PROCESS_FPM}, {11, 10, 1001, SC_PROCESS_FPM}, {12, 10, 1001, SC_PROCESS_FPM},
        {20, 1, 0, SC_PROCESS_FPM}, {21, 20, 1001, SC_PROCESS_FPM}, {22, 20, 1002, SC_PROCESS_FPM},
        {30, 1, 0, SC_PROCESS_FPM}, {40, 1, 0, SC_PROCESS_FPM},     {41, 40, 0, SC_PROCESS_FPM}};
    size_t n = sizeof(v) / sizeof(v[0]);
    assert_int_equal(sc_process_workers(v, n, 0), 1001);
    assert_int_equal(sc_process_workers(v, n, 3), SC_LOOPBACK_ANYBODY);
    assert_int_equal(sc_process_workers(v, n, 6), SC_LOOPBACK_ANYBODY);
    assert_int_equal(sc_process_workers(v, n, 7), SC_LOOPBACK_ANYBODY);
}

static void words_of_proc(void **state)
{
    (void)state;
    assert_int_equal(sc_process_inode("socket:[4711]"), 4711);
    assert_int_equal(sc_process_inode("socket:[x]"), 0);
    assert_int_equal(sc_process_inode("pipe:[4711]"), 0);
    assert_int_equal(sc_process_inode(""), 0);
    assert_int_equal(sc_process_fsuid("Name:\tnginx\nUid:\t33\t34\t35\t36\nGid:\t1\t2\t3\t4\n"),
                     36);
    assert_int_equal(sc_process_fsuid("Name:\tUid:\t1\t1\t1\t1\n"), -1);
    assert_int_equal(sc_process_fsuid("Name:\tx\nUid:\t33\t34\n"), -1);
}

/* ---- what configurations name ---- */

static void ports_in_addresses(void **state)
{
    (void)state;
    assert_int_equal(sc_loopback_port_in("127.0.0.1:9000"), 9000);
    assert_int_equal(sc_loopback_port_in("[::1]:9001"), 9001);
    assert_int_equal(sc_loopback_port_in("[::]:9001"), 9001);
    assert_int_equal(sc_loopback_port_in("0.0.0.0:9002"), 9002);
    assert_int_equal(sc_loopback_port_in("localhost:9003"), 9003);
    assert_int_equal(sc_loopback_port_in("9004"), 9004);
    assert_int_equal(sc_loopback_port_in("127.77.0.1:9005"), 9005);
    assert_int_equal(sc_loopback_port_in("192.0.2.77:9006"), 0); /* another machine's */
    assert_int_equal(sc_loopback_port_in("[2001:db8::77]:9006"), 0);
    assert_int_equal(sc_loopback_port_in("/run/php/9000.sock"), 0);
    assert_int_equal(sc_loopback_port_in("127.0.0.1:0"), 0);
    assert_int_equal(sc_loopback_port_in("127.0.0.1:70000"), 0);
    assert_int_equal(sc_loopback_port_in(""), 0);
    assert_int_equal(sc_loopback_port_in(NULL), 0);
}

static void named(void **state)
{
    (void)state;
    struct sc_fpm_known pools[] = {
        {.listen = (char *)(uintptr_t) "127.0.0.1:9101", .user = (char *)(uintptr_t) "1001"},
        {.listen = (char *)(uintptr_t) "9102", .user = (char *)(uintptr_t) "nobody-has-this-name"},
        {.listen = (char *)(uintptr_t) "[::1]:9103"},
        {.listen = (char *)(uintptr_t) "/run/x.sock", .user = (char *)(uintptr_t) "1001"}};
    struct sc_way ways[] = {
        {.handler = SC_HANDLER_FPM, .address = (char *)(uintptr_t) "127.0.0.1:9101"},
        {.handler = SC_HANDLER_FPM, .address = (char *)(uintptr_t) "127.0.0.1:9104"},
        {.handler = SC_HANDLER_OTHER, .address = (char *)(uintptr_t) "localhost:9105"},
        {.handler = SC_HANDLER_FPM, .address = (char *)(uintptr_t) ""},
        {.handler = SC_HANDLER_CGI}};
    struct sc_vhost host = {.ways = {ways, 5}};
    struct sc_tcp_listener listens[] = {{9101, 0, 1}, {9104, 1002, 2}, {9105, 0, 3}, {3306, 27, 4}};
    const struct sc_fpm_known_list known = {.v = pools, .n = 4};
    const struct sc_vhosts hosts = {.v = &host, .n = 1};
    const struct sc_tcp_listeners ls = {listens, 4};
    PLAN l = {0};
    assert_int_equal(sc_loopback_named(&known, &hosts, &ls, &l, NULL), 0);
    assert_int_equal(l.n_ports, 5);
    assert_int_equal(sc_loopback_port_of(&l, 9101)->owner, 1001);
    assert_int_equal(sc_loopback_port_of(&l, 9102)->owner, SC_LOOPBACK_ANYBODY);
    assert_int_equal(sc_loopback_port_of(&l, 9103)->owner, SC_LOOPBACK_ANYBODY);
    assert_int_equal(sc_loopback_port_of(&l, 9104)->owner, 1002);
    assert_int_equal(sc_loopback_port_of(&l, 9105)->owner, SC_LOOPBACK_ANYBODY);
}

/* By whatever way the kernel tells. */
static void a_socket_that_listens_is_found(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    struct stat st;
    size_t found = 0;
    SC_CLEANUP(sc_tcp_listeners_done) struct sc_tcp_listeners l = {0}, none = {0};
    SC_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(sc_tcp_listeners_read(&none, NULL), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(sc_tcp_listeners_read(&l, NULL), 0);
    for (size_t i = 0; i < l.n; i++)
        found += l.v[i].port == ntohs(at.sin_port) && l.v[i].inode == st.st_ino &&
                 l.v[i].uid == getuid();
    assert_int_equal(found, 1);
    for (size_t i = 0; i < none.n; i++)
        assert_true(none.v[i].inode != st.st_ino); /* it only has an address */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_sorted_and_hold_nothing_twice),
        cmocka_unit_test(ports_of_isolated_accounts_are_the_web_servers_alone),
        cmocka_unit_test(sets_may_be_empty),
        cmocka_unit_test(ways_out),
        cmocka_unit_test(what_is_kept_is_read_again),
        cmocka_unit_test(damage),
        cmocka_unit_test(lines_of_the_kernel),
        cmocka_unit_test(digest_tells_roots_listeners),
        cmocka_unit_test(a_socket_that_listens_is_found),
        cmocka_unit_test(kinds_of_processes),
        cmocka_unit_test(who_is_a_web_server),
        cmocka_unit_test(whose_a_master_is),
        cmocka_unit_test(words_of_proc),
        cmocka_unit_test(ports_in_addresses),
        cmocka_unit_test(named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
