/* SPDX-License-Identifier: GPL-2.0-or-later */
/* php-fpm's pool files: reading, cutting out and putting back, what a site's own master gets; and
 * which pool serves which document root. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/php/pools/which.h"
#include "core/php/pools/pools.h"
#include "core/php/fpm/taken.h"
#include "core/php/pools/master.h"
#include "core/php/pools/running.h"

#define S(text) ((char *)(uintptr_t)(text))
#define FILE_OF SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file

static const char two[] = "; first\n"
                          "[global]\n"
                          "pid = /run/x.pid\n"
                          "\n"
                          "[a.example]\n"
                          "; of a\n"
                          "user = john\n"
                          "listen = /run/php/$pool.sock ; here\n"
                          "listen.owner = www-data\n"
                          "php_admin_value[open_basedir] = \"/home/john/a:/tmp;x\"\n"
                          "env[X]='1 ; 2'\n"
                          "access.log = /var/log/a.log\n"
                          "\n"
                          "[b]\n"
                          "listen=9000";

static void parse(const char *text, struct sc_fpm_file *ret)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_fpm_parse(text, strlen(text), "pool.conf", ret, &err) < 0)
        fail_msg("%s", err.text);
}

static void reads(void **state)
{
    (void)state;
    FILE_OF f = {0};
    parse(two, &f);
    assert_int_equal(f.n, 3);
    assert_null(sc_fpm_pool_find(&f, "global"));
    assert_null(sc_fpm_pool_find(&f, "c"));
    const struct sc_fpm_pool *a = sc_fpm_pool_find(&f, "a.example");
    assert_non_null(a);
    assert_int_equal(a->n_keys, 6);
    assert_memory_equal(two + a->from, "[a.example]", 11);
    assert_memory_equal(two + a->to, "[b]", 3);
    assert_string_equal(a->keys[3].key, "php_admin_value[open_basedir]");
    assert_string_equal(a->keys[3].value, "/home/john/a:/tmp;x");
    assert_string_equal(a->keys[3].raw, "\"/home/john/a:/tmp;x\"");
    assert_string_equal(a->keys[4].value, "1 ; 2");
    SC_FREE char *listen = sc_fpm_value(a, "listen");
    assert_string_equal(listen, "/run/php/a.example.sock");
    assert_null(sc_fpm_value(a, "group"));
    assert_int_equal(f.v[2].to, sizeof(two) - 1);
}

static void refuses(void **state)
{
    (void)state;
    FILE_OF f = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_fpm_parse("[a\n", 3, "x.conf", &f, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "x.conf, line 1: '[' without ']'");
    static const char quote[] = "[a]\nuser = j\nenv[X] = \"two\nlines\"\n";
    assert_int_equal(sc_fpm_parse(quote, sizeof(quote) - 1, "x.conf", &f, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "x.conf, line 3: a quote that is not closed on its line");
    assert_int_equal(sc_fpm_parse("[a]\n\0", 5, "x.conf", &f, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "x.conf has a NUL byte in it");
    assert_int_equal(f.n, 0);
}

static char *listen_of(const char *text, struct sc_error *err)
{
    FILE_OF f = {0};
    char *out = NULL;
    parse(text, &f);
    (void)sc_fpm_listen(&f.v[0], &out, err);
    return out;
}

/* 91 characters, as cPanel's; 107, the longest that a socket can have */
#define OF_CPANEL                                                                                  \
    "/opt/cpanel/ea-php81/root/usr/var/run/php-fpm/0123456789abcdef0123456789abcdef01234567.sock"
#define LONGEST OF_CPANEL "0123456789abcdef"

static void addresses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[a]\nlisten = /run/x.sock\n", "/run/x.sock"},
        {"[a]\nlisten = 9000\n", "0.0.0.0:9000"},
        {"[a]\nlisten = 127.0.0.1:09000\n", "127.0.0.1:9000"},
        {"[a]\nlisten = localhost:9001\n", "127.0.0.1:9001"},
        {"[a]\nlisten = '[0:0::1]:9000'\n", "[::1]:9000"},
        {"[a]\nlisten = /run/$pool.sock\nlisten = /run/last-$pool\n", "/run/last-a"},
        {"[d.example]\nprefix = /var/www/vhosts/system/$pool\nlisten = php-fpm.sock\n",
         "/var/www/vhosts/system/d.example/php-fpm.sock"},
        {"[a]\nprefix = '/srv/x' ; here\nlisten = \"run/a.sock\"\n", "/srv/x/run/a.sock"},
        {"[a]\nprefix = /srv/x\nlisten = /run/a.sock\n", "/run/a.sock"},
        {"[a]\nprefix = /srv/x\nlisten = 9000\n", "0.0.0.0:9000"},
        {"[a]\nlisten = " LONGEST "\n", LONGEST},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        SC_FREE char *got = listen_of(cases[i][0], &err);
        assert_non_null(got);
        assert_string_equal(got, cases[i][1]);
    }
    static const char *const bad[] = {"[a]\nuser = x\n",
                                      "[a]\nlisten = x.sock\n",
                                      "[a]\nlisten = /a,b\n",
                                      "[a]\nlisten = /a=3\n",
                                      "[a]\nlisten = host:9000\n",
                                      "[a]\nlisten = 127.0.0.1:0\n",
                                      "[a]\nlisten = 1.2.3.4:99999\n",
                                      "[a]\nlisten = :\n",
                                      "[a]\nprefix = srv\nlisten = x.sock\n",
                                      "[a]\nprefix = /srv, /x\nlisten = x.sock\n",
                                      "[a]\nlisten = " LONGEST "x\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        SC_FREE char *got = listen_of(bad[i], &err);
        assert_null(got);
        assert_error_has(&err, SC_E_INVAL,
                         "give it a full path of at most 107 characters or an address in numbers");
    }
}

/* Names beside a socket fit into an address, too. */
static void beside(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/run/php/a.sock", "/run/php/.a.sock.sitecage-new"},
        {OF_CPANEL, "/opt/cpanel/ea-php81/root/usr/var/run/php-fpm/"
                    ".0123456789abcdef0123456789abcdef01234567.sock.sitecage-new"},
        {LONGEST, "/opt/cpanel/ea-php81/root/usr/var/run/php-fpm/.bqtd030n"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct sc_fpm_taken t = {.listen = S(cases[i][0]), .number = 123456789};
        char path[128], other[128];
        sc_fpm_beside(&t, "new", path);
        sc_fpm_beside(&t, "old", other);
        assert_string_not_equal(path, other);
        assert_true(strlen(path) <= SC_FPM_PATH_MAX);
        if (i < 2)
            assert_string_equal(path, cases[i][1]);
    }
}

static void same_addresses(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"/run/x.sock", "//run/./x.sock"},    {"/var/run/x.sock", "/run//x.sock"},
        {"localhost:9000", "127.0.0.1:9000"}, {"[::1]:9000", "localhost:9000"},
        {"0.0.0.0:9000", "192.0.2.1:9000"},   {"127.0.0.1:9000", "[::]:9000"},
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_true(sc_fpm_same_address(same[i][0], same[i][1]));
        assert_true(sc_fpm_same_address(same[i][1], same[i][0]));
    }
    assert_false(sc_fpm_same_address("/run/x.sock", "/run/y.sock"));
    assert_false(sc_fpm_same_address("/run/x:9000", "localhost:9000"));
    assert_false(sc_fpm_same_address("127.0.0.1:9000", "127.0.0.1:9001"));
    assert_false(sc_fpm_same_address("192.0.2.1:9000", "127.0.0.1:9000"));
    struct sc_fpm_known k = {.user = S("1001")};
    assert_true(sc_fpm_runs_as(&k, "john", 1001));
    assert_false(sc_fpm_runs_as(&k, "john", 1002));
    assert_false(sc_fpm_runs_as(&(struct sc_fpm_known){.user = NULL}, "john", 1001));
    assert_false(sc_fpm_runs_as(&(struct sc_fpm_known){.user = S("0")}, "x", 0));
}

static void cuts_and_pastes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        two,
        "[a.example]\nlisten = /x",
        "\n\n[a.example]\n\n;\n\n",
        "; c\r\n[a.example]\r\nlisten = /x\r\n[z]\r\nlisten = /y\r\n",
        "[y]\nlisten=/y\n[a.example]\nlisten=/x\n[z]\nlisten=/z\n",
    };
    static const char *const idle[] = {"", "[" SC_FPM_IDLE_POOL "x]\nlisten = /i\n"};
    for (size_t k = 0; k < 2 * sizeof(texts) / sizeof(texts[0]); k++) {
        size_t i = k / 2;
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        SC_BUF struct sc_buf cut = SC_BUF_INIT;
        SC_BUF struct sc_buf again = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(
            sc_fpm_cut(texts[i], strlen(texts[i]), "f", "a.example", idle[k % 2], &out, &cut, &err),
            0);
        assert_null(strstr(out.data, "[a.example]"));
        /* panels look the address up there */
        assert_int_equal(strstr(out.data, "\n; listen = /") != NULL,
                         strstr(cut.data, "listen") != NULL);
        assert_memory_equal(cut.data, "[a.example]", 11);
        FILE_OF f = {0};
        parse(out.data, &f);
        assert_null(sc_fpm_pool_find(&f, "a.example"));
        assert_int_equal(k % 2, sc_fpm_pool_find(&f, SC_FPM_IDLE_POOL "x") != NULL);
        assert_int_equal(
            sc_fpm_paste(out.data, out.len, "f", "a.example", cut.data, cut.len, &again, &err), 0);
        assert_string_equal(again.data, texts[i]);
    }
    SC_BUF struct sc_buf none = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_fpm_cut(two, sizeof(two) - 1, "f", "c", "", &none, NULL, &err),
                     SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "f has no pool c");
    assert_int_equal(sc_fpm_paste(two, sizeof(two) - 1, "f", "b", "x", 1, &none, &err),
                     SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "f has no place for the pool b");
}

/* Two pools of one file, put back in another order than they were taken. */
static void cuts_two(void **state)
{
    (void)state;
    static const char text[] = "[a]\nlisten=/a\n[b b]\nlisten=/b\n";
    SC_BUF struct sc_buf o1 = SC_BUF_INIT, o2 = SC_BUF_INIT, o3 = SC_BUF_INIT, o4 = SC_BUF_INIT;
    SC_BUF struct sc_buf a = SC_BUF_INIT, b = SC_BUF_INIT;
    assert_int_equal(sc_fpm_cut(text, sizeof(text) - 1, "f", "a", "", &o1, &a, NULL), 0);
    assert_int_equal(sc_fpm_cut(o1.data, o1.len, "f", "b b", "", &o2, &b, NULL), 0);
    assert_null(strchr(o2.data, '['));
    assert_int_equal(sc_fpm_paste(o2.data, o2.len, "f", "a", a.data, a.len, &o3, NULL), 0);
    assert_int_equal(sc_fpm_paste(o3.data, o3.len, "f", "b b", b.data, b.len, &o4, NULL), 0);
    assert_string_equal(o4.data, text);
}

static void renders(void **state)
{
    (void)state;
    FILE_OF f = {0};
    static const char text[] =
        "[p]\nuser = john\ngroup = john\nlisten = /run/p\nlisten.mode = 0660\n"
        "listen.allowed_clients = 127.0.0.1\npm = static\npm.max_children = 3\nprefix = /x\n"
        "pm.status_listen = /run/s\nprocess.priority = -5\nchdir = /srv\n"
        "access.log = /home/john/a/logs/$pool.log\nslowlog = /var/log/slow\n"
        "request_slowlog_timeout = 5s\nphp_value[x] = \"a;b\" ; c\nenv[A] = 1\n";
    parse(text, &f);
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    sc_fpm_render(&f.v[0], "/run/p", "/home/john/a", "john", "/home/john", &out);
    assert_string_equal(out.data,
                        "[p]\nlisten = /run/p\nuser = john\nenv[USER] = \"john\"\nenv[HOME] = "
                        "\"/home/john\"\nlisten.allowed_clients = 127.0.0.1\n"
                        "pm = static\npm.max_children = 3\n"
                        "access.log = /home/john/a/logs/$pool.log\n"
                        "php_value[x] = \"a;b\" ; c\nenv[A] = 1\n");
    FILE_OF logs = {0};
    parse("[p]\naccess.log = /home/john/ab/x\nchdir = /\nslowlog = /home/john/a/slow\n"
          "request_slowlog_timeout = 1\naccess.log = /home/john/a/../b/x\n",
          &logs);
    SC_BUF struct sc_buf out2 = SC_BUF_INIT;
    sc_fpm_render(&logs.v[0], "9000", "/home/john/a", "j", "/h", &out2);
    assert_string_equal(out2.data,
                        "[p]\nlisten = 9000\nuser = j\nenv[USER] = \"j\"\nenv[HOME] = \"/h\"\n"
                        "chdir = /\nslowlog = /home/john/a/slow\n"
                        "request_slowlog_timeout = 1\n");
    FILE_OF shared = {0};
    parse("[p]\nphp_admin_value[doc_root] = /home/john/b\n"
          "php_admin_value[open_basedir] = \"/home/john/b/:/tmp\"\nphp_value[doc_roots] = /x\n"
          "php_admin_value[open_basedir] = /home/john/\nphp_value[open_basedir] =\n",
          &shared);
    SC_BUF struct sc_buf out3 = SC_BUF_INIT, out4 = SC_BUF_INIT;
    sc_fpm_render(&shared.v[0], "/s", "/home/john/a", "j", "/h", &out3);
    assert_string_equal(
        out3.data, "[p]\nlisten = /s\nuser = j\nenv[USER] = \"j\"\nenv[HOME] = \"/h\"\n"
                   "php_admin_value[doc_root] = \"/home/john/a\"\n"
                   "php_admin_value[open_basedir] = \"/home/john/a/:/home/john/b/:/tmp\"\n"
                   "php_value[doc_roots] = /x\n"
                   "php_admin_value[open_basedir] = /home/john/\nphp_value[open_basedir] = \n");
    sc_fpm_render(&shared.v[0], "/s", "/home/john/\"\nx", "j", "/h", &out4);
    assert_null(strstr(out4.data, "doc_root]"));
    assert_null(strstr(out4.data, "\nx"));
    FILE_OF chroot = {0};
    parse("[p]\nchroot = /home/john\n[q]\ninclude = /x\n[r]\nchroot =\n", &chroot);
    assert_non_null(strstr(sc_fpm_refusal(&chroot.v[0]), "remove `chroot`"));
    assert_non_null(strstr(sc_fpm_refusal(&chroot.v[1]), "includes another file"));
    assert_null(sc_fpm_refusal(&chroot.v[2]));
}

/* ---- which ---- */

static char *l_a[] = {(char *)(uintptr_t) "/run/a"}, *l_b[] = {(char *)(uintptr_t) "/run/b"},
            *l_www[] = {(char *)(uintptr_t) "/var/run/www"},
            *l_tcp[] = {(char *)(uintptr_t) "localhost:9000"},
            *l_none[] = {(char *)(uintptr_t) "/run/none"};
static char *n_a[] = {(char *)(uintptr_t) "a.example"}, *n_c[] = {(char *)(uintptr_t) "c.example"};
static struct sc_vhost hosts_v[] = {
    {.names = n_a, .n_names = 1, .docroot = S("/home/john/a"), .listens = l_a, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = S("/h/john/a"), .listens = l_a, .n_listens = 1},
    {.names = n_c, .n_names = 1, .docroot = S("/home/john/c"), .listens = l_www, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = S("/home/john/d"), .listens = l_www, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = S("/home/john/e"), .listens = l_tcp, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = S("/home/john/f"), .listens = l_none, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = S("/home/john/b"), .listens = l_b, .n_listens = 1},
    {.names = n_a, .n_names = 1, .docroot = NULL, .listens = l_a, .n_listens = 1},
};
static const struct sc_vhosts hosts = {.v = hosts_v, .n = sizeof(hosts_v) / sizeof(hosts_v[0])};

static void judge(const char *t1, const char *t2, enum sc_fpm_how how, const char *pool,
                  const char *said)
{
    static const char text[] = "[a]\nuser=john\nlisten=/run/a\n[b]\nuser=www-data\nlisten=/run/b\n"
                               "[www]\nuser=john\nlisten=/run/www\n"
                               "[tcp]\nuser=john\nlisten=127.0.0.1:9000\n";
    FILE_OF f = {0};
    parse(text, &f);
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list known = {0};
    for (size_t i = 0; i < f.n; i++)
        assert_int_equal(
            sc_fpm_known_add(&known, "/etc/x.conf", "main", "exe", text, &f.v[i], NULL), 0);
    const char *texts[] = {t1, t2};
    SC_FREE struct sc_fpm_use *uses = NULL;
    size_t n = 0;
    const struct sc_fpm_asked q = {
        {.docroot = t1, .texts = texts, .n_texts = t2 ? 2 : 1}, "john", 1001};
    assert_int_equal(sc_fpm_which(&hosts, &known, &q, &uses, &n, NULL), 0);
    if (how == SC_FPM_NONE) {
        assert_int_equal(n, 0);
        return;
    }
    assert_int_equal(n, 1);
    assert_int_equal(uses[0].how, how);
    if (pool)
        assert_string_equal(uses[0].pool->pool, pool);
    char out[512];
    sc_fpm_use_text(&uses[0], out, sizeof(out));
    assert_string_equal(out, said);
}

static void which(void **state)
{
    (void)state;
    judge("/home/john/a", "/h/john/a", SC_FPM_COVERED, "a", "");
    judge("/home/john/zzz", NULL, SC_FPM_NONE, NULL, "");
    judge("/home/john/e", NULL, SC_FPM_COVERED, "tcp", "");
    /* the same directory under a name that nobody said is another one */
    judge(
        "/home/john/a", NULL, SC_FPM_SHARED, "a",
        "the PHP of a.example is not isolated: its PHP-FPM pool a serves a.example too; give each "
        "document root a pool of its own");
    judge("/home/john/c", NULL, SC_FPM_SHARED, "www",
          "the PHP of c.example is not isolated: its PHP-FPM pool www serves a.example too; give "
          "each document root a pool of its own");
    judge(
        "/home/john/b", NULL, SC_FPM_USER, "b",
        "the PHP of a.example is not isolated: its PHP-FPM pool b runs as www-data; give the site "
        "a pool of its own with the account as `user`");
    judge("/home/john/f", NULL, SC_FPM_FOREIGN, NULL,
          "the PHP of a.example is not isolated: no PHP-FPM pool of this server listens at "
          "/run/none; give the site a pool of its own");
}

/* Document roots around another one. */
static void around(void **state)
{
    (void)state;
    char out[1024];
    struct sc_fpm_known pool = {.pool = S("www"), .listen = S("/run/www")};
    struct sc_fpm_use u = {.how = SC_FPM_SHARED,
                           .listen = "/run/www",
                           .pool = &pool,
                           .host = &hosts_v[2],
                           .other = &hosts_v[3]};
#define SAYS(why)                                                                                  \
    sc_fpm_around_text(&u, "/home/john/c/x", out, sizeof(out));                                    \
    assert_string_equal(out,                                                                       \
                        "the PHP of /home/john/c/x is not isolated when it is asked for by the "   \
                        "name c.example: its document root lies inside that of c.example, whose "  \
                        "PHP-FPM " why "; give c.example a pool of its own")
    SAYS("pool www serves a.example too");
    u.how = SC_FPM_USER;
    SAYS("pool www runs as nobody");
    u.how = SC_FPM_PLACE;
    SAYS("pool www listens at /run/www, in a directory that users can change");
    u.how = SC_FPM_REFUSED;
    SAYS("pool www has a chroot or includes another file");
    u.how = SC_FPM_FOREIGN;
    u.pool = NULL;
    SAYS("is at /run/www, where no pool of this server listens");
#undef SAYS
}

static void layouts(void **state)
{
    (void)state;
    char root[] = "/tmp/sc_fpm_XXXXXX", cmd[1024], dir[4096];
    assert_non_null(mkdtemp(root));
    snprintf(cmd, sizeof(cmd),
             "cd %s && mkdir -p etc/php/8.2/fpm/pool.d opt/cpanel/ea-php81/root/etc/php-fpm.d "
             "usr/local/directadmin/data/users/john/php && "
             "printf '[www]\\nlisten=/a\\nlisten.mode=0600\\nlisten.backlog=7\\n' "
             ">etc/php/8.2/fpm/pool.d/www.conf && "
             "printf '[x]\\nlisten=/b\\n' >opt/cpanel/ea-php81/root/etc/php-fpm.d/x.conf && "
             "printf '[john]\\nlisten=/c\\n' "
             ">usr/local/directadmin/data/users/john/php/php-fpm82.conf && "
             "printf '[bad\\n' >etc/php/8.2/fpm/pool.d/bad.conf",
             root);
    assert_int_equal(system(cmd), 0);
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    assert_int_equal(sc_fpm_known_load(root, &l, NULL), 0);
    snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
    assert_int_equal(system(cmd), 0);
    assert_int_equal(l.n, 3);
    static const char *const want[][4] = {
        {"/opt/cpanel/ea-php81/root/etc/php-fpm.d/x.conf", "x",
         "/opt/cpanel/ea-php81/root/etc/php-fpm.conf",
         "/opt/cpanel/ea-php81/root/usr/sbin/php-fpm"},
        {"/usr/local/directadmin/data/users/john/php/php-fpm82.conf", "john",
         "/usr/local/php82/etc/php-fpm.conf", "/usr/local/php82/sbin/php-fpm82"},
        {"/etc/php/8.2/fpm/pool.d/www.conf", "www", "/etc/php/8.2/fpm/php-fpm.conf",
         "/usr/sbin/php-fpm8.2"}};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(l.v[i].file, want[i][0]);
        assert_string_equal(l.v[i].pool, want[i][1]);
        assert_string_equal(l.v[i].main, want[i][2]);
        assert_string_equal(l.v[i].exe, want[i][3]);
    }
    assert_int_equal(l.v[2].mode, 0600);
    assert_int_equal(l.v[2].backlog, 7);
    assert_int_equal(l.v[0].mode, 0660);
    assert_true(sc_fpm_shared_dir(l.v[2].file, dir));
    assert_string_equal(dir, "/etc/php/8.2/fpm/pool.d");
    assert_false(sc_fpm_shared_dir(l.v[1].file, dir));
}

/* ---- masters that run ---- */

static void titles(void **state)
{
    (void)state;
    char main_file[PATH_MAX];
    assert_true(
        sc_fpm_title_main("php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)", main_file));
    assert_string_equal(main_file, "/etc/php/8.2/fpm/php-fpm.conf");
    assert_true(sc_fpm_title_main("php-fpm: master process (/a (b).conf)      ", main_file));
    assert_string_equal(main_file, "/a (b).conf");
    assert_false(sc_fpm_title_main("php-fpm: master process (etc/php-fpm.conf)", main_file));
    assert_false(sc_fpm_title_main("php-fpm: master process (/etc/php-fpm.conf", main_file));
    assert_false(sc_fpm_title_main("php-fpm: master process (", main_file));
    assert_false(sc_fpm_title_main("php-fpm: pool www", main_file));
    assert_false(sc_fpm_title_main("", main_file));
}

static void includes(void **state)
{
    (void)state;
    char out[PATH_MAX];
    assert_true(sc_fpm_include("/etc/x/*.conf", "/usr/sbin/php-fpm", out));
    assert_string_equal(out, "/etc/x/*.conf");
    assert_true(sc_fpm_include("etc/php-fpm.d/*.conf", "/www/server/php/82/sbin/php-fpm", out));
    assert_string_equal(out, "/www/server/php/82/etc/php-fpm.d/*.conf");
    assert_false(sc_fpm_include("etc/x.conf", "php-fpm", out));
    assert_false(sc_fpm_include("", "php-fpm", out));
}

/* Pools of CWP, aaPanel, Plesk's dedicated units, and one of a layout that is known already. */
static void masters_of_no_layout(void **state)
{
    (void)state;
    char root[] = "/tmp/sc_fpm_XXXXXX", cmd[2048];
    assert_non_null(mkdtemp(root));
    snprintf(
        cmd, sizeof(cmd),
        "cd %s && mkdir -p opt/alt/php-fpm81/usr/etc/php-fpm.d/users www/server/php/82/etc "
        "etc/php/8.2/fpm/pool.d srv/units && "
        "printf '[global]\npid=/x\ninclude=/opt/alt/php-fpm81/usr/etc/php-fpm.d/users/*.conf\n' "
        ">opt/alt/php-fpm81/usr/etc/php-fpm.conf && "
        "printf '[john]\nlisten=/opt/alt/php-fpm81/usr/var/sockets/john.sock\nuser=john\n' "
        ">opt/alt/php-fpm81/usr/etc/php-fpm.d/users/john.conf && "
        "printf '[bob]\nlisten=127.0.0.1:9001\n' "
        ">opt/alt/php-fpm81/usr/etc/php-fpm.d/users/bob.conf && "
        "printf '[global]\ninclude=etc/more/*.conf\n[www]\nlisten=/tmp/php-cgi-82.sock\n' "
        ">www/server/php/82/etc/php-fpm.conf && "
        "printf '[global]\n[a.example]\nprefix=/var/www/vhosts/system/$pool\n"
        "listen=php-fpm.sock\n' >srv/units/a.conf && "
        "printf '[global]\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n' >etc/php/8.2/fpm/php-fpm.conf "
        "&& printf '[www]\nlisten=/a\n' >etc/php/8.2/fpm/pool.d/www.conf",
        root);
    assert_int_equal(system(cmd), 0);
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    assert_int_equal(sc_fpm_known_load(root, &l, NULL), 0);
    assert_int_equal(l.n, 1);
    static const char *const mains[][2] = {
        {"/opt/alt/php-fpm81/usr/etc/php-fpm.conf", "/opt/alt/php-fpm81/usr/sbin/php-fpm"},
        {"/www/server/php/82/etc/php-fpm.conf", "/www/server/php/82/sbin/php-fpm"},
        {"/srv/units/a.conf", "/opt/plesk/php/8.1/sbin/php-fpm"},
        {"/etc/php/8.2/fpm/php-fpm.conf", "/usr/sbin/php-fpm8.2"},
        {"/not/there.conf", "/usr/sbin/php-fpm"}};
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < sizeof(mains) / sizeof(mains[0]); i++)
            assert_int_equal(sc_fpm_known_of_main(root, mains[i][0], mains[i][1], &l, NULL), 0);
    snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
    assert_int_equal(system(cmd), 0);
    assert_int_equal(l.n, 5);
    static const char *const want[][3] = {
        {"www", "/a", "/etc/php/8.2/fpm/pool.d/www.conf"},
        {"bob", "127.0.0.1:9001", "/opt/alt/php-fpm81/usr/etc/php-fpm.d/users/bob.conf"},
        {"john", "/opt/alt/php-fpm81/usr/var/sockets/john.sock",
         "/opt/alt/php-fpm81/usr/etc/php-fpm.d/users/john.conf"},
        {"www", "/tmp/php-cgi-82.sock", "/www/server/php/82/etc/php-fpm.conf"},
        {"a.example", "/var/www/vhosts/system/a.example/php-fpm.sock", "/srv/units/a.conf"}};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(l.v[i].pool, want[i][0]);
        assert_string_equal(l.v[i].listen, want[i][1]);
        assert_string_equal(l.v[i].file, want[i][2]);
        assert_int_equal(l.v[i].found, i > 0);
    }
    assert_string_equal(l.v[4].main, "/srv/units/a.conf");
    assert_string_equal(l.v[4].exe, "/opt/plesk/php/8.1/sbin/php-fpm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles),
        cmocka_unit_test(includes),
        cmocka_unit_test(masters_of_no_layout),
        cmocka_unit_test(reads),
        cmocka_unit_test(refuses),
        cmocka_unit_test(addresses),
        cmocka_unit_test(cuts_and_pastes),
        cmocka_unit_test(cuts_two),
        cmocka_unit_test(renders),
        cmocka_unit_test(which),
        cmocka_unit_test(around),
        cmocka_unit_test(layouts),
        cmocka_unit_test(beside),
        cmocka_unit_test(same_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
