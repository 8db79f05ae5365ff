/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx: which server blocks follow links, where lines for them can stand, the lines themselves. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/web/nginx/kept.h"
#include "core/web/nginx/from.h"
#include "core/web/nginx/lines.h"
#include "core/web/nginx/panel.h"
#include "core/web/nginx/place.h"
#include "core/web/nginx/running.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

static char root[64];

static int make(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sc_nginx_XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    return system(rm);
}

static struct sc_vhosts hosts;

/* `conf` is what stands in http { }. */
static void load(const char *conf)
{
    char path[160], dir[128], text[4096];
    snprintf(dir, sizeof(dir), "%s/etc/nginx", root);
    snprintf(path, sizeof(path), "%s/nginx.conf", dir);
    snprintf(text, sizeof(text), "events { }\nhttp {\n%s\n}\n", conf);
    assert_int_equal(sc_mkdir_p(dir, 0755, NULL), 0);
    assert_int_equal(sc_replace_file(path, 0644, text, strlen(text), NULL), 0);
    assert_int_equal(sc_vhosts_load_nginx(root, &hosts, NULL), 0);
}

static const char *const names[] = {"a.example"}, *const homes[] = {"/home/john"},
                         *const docroots[] = {"/home/john/a", "/home/john/b"};
static const struct sc_web_whose site = {.docroot = "/home/john/a",
                                         .names = names,
                                         .n_names = 1,
                                         .docroots = docroots,
                                         .n_docroots = 2,
                                         .homes = homes,
                                         .n_homes = 1};

/* How the first server block serves the site through links. */
static enum sc_host_stands follows(const char *conf)
{
    load(conf);
    enum sc_host_stands is = sc_host_follows_links(&hosts.v[0], &site);
    sc_vhosts_done(&hosts);
    return is;
}

#define SERVER(rest) "server { server_name a.example; root /home/john/a; " rest " }"
#define SHUT         "disable_symlinks on from=$document_root;"

static void links(void **state)
{
    (void)state;
    static const char *const open[] = {
        SERVER(""),
        SERVER("disable_symlinks off;"),
        SERVER("disable_symlinks if_not_owner;"),
        SERVER("disable_symlinks if_not_owner from=$document_root;"),
        SERVER("disable_symlinks on from=$request_filename;"),
        SERVER("disable_symlinks on from=/home/john/a/files;"),
        SERVER("disable_symlinks on from=/home/john/aa;"),
        SERVER("location /x { " SHUT " }"),
        SERVER(SHUT " location /x { disable_symlinks off; }"),
        SERVER("location /x { location /y { disable_symlinks off; } } " SHUT),
        SHUT SERVER("disable_symlinks off;"),
        /* a root of a location, with no word of the server's own root */
        "server { location / { root /home/john/a; } }",
        "server { location / { alias /home/john/a/sub/; } }",
        /* all of the path is what links are not looked for in */
        SERVER(SHUT " location ~ ^/x/(.*) { alias /home/john/a/$1; }"),
        SERVER(SHUT " location = /robots.txt { alias /home/john/a/robots.txt; }"),
        "server { root /var/www; location ~ x { root /home/john/a; } " SHUT
        " location /z { root /home/john/a; disable_symlinks off; } }",
        "server { server_name a.example; set $d /home/john/a; root $d; }",
    };
    static const char *const shut[] = {
        SERVER(SHUT),
        SERVER("disable_symlinks on;"),
        SERVER("disable_symlinks on \"from=$document_root\";"),
        SERVER("disable_symlinks on from=$realpath_root;"),
        SERVER("disable_symlinks on from=/home/john;"),
        SERVER("disable_symlinks on from=/home/john/a/;"),
        SHUT SERVER(""),
        SERVER("location /x { alias /home/john/a/files/; internal; } location / { try_files $uri "
               "=404; } " SHUT),
        SERVER("disable_symlinks on from=/home/john/a; location ~ x { alias /home/john/a/x/$1; }"),
        SERVER("disable_symlinks on; location ~ x { alias /home/john/a/x/$1; }"),
        SERVER(SHUT " location ~ x { alias /usr/share/x/$1; }"),
        SERVER("") SHUT, /* http's own line counts wherever it stands */
        "disable_symlinks off; " SERVER(SHUT),
        "server { " SHUT " location / { root /home/john/a; } }",
        /* links of another directory are none of the site's */
        "server { root /var/www; location /a { root /home/john/a; " SHUT " } }",
        SERVER(SHUT " location /z { alias /usr/share/z/; disable_symlinks off; }"),
        "server { listen 80; location / { proxy_pass http://127.0.0.1:81; } }",
    };
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        if (follows(open[i]) != SC_HOST_SITE)
            fail_msg("shut: %s", open[i]);
    for (size_t i = 0; i < sizeof(shut) / sizeof(shut[0]); i++)
        if (follows(shut[i]) != SC_HOST_OTHER)
            fail_msg("open: %s", shut[i]);
    assert_int_equal(follows("server { root /home/john; }"), SC_HOST_AROUND);
    assert_int_equal(follows("server { location /j { alias /home/; } }"), SC_HOST_AROUND);
    assert_int_equal(follows("server { root /home/john/b; }"), SC_HOST_OTHER);
}

static void what_it_says(void **state)
{
    (void)state;
    load(SERVER("\ndisable_symlinks off;"));
    assert_string_equal(hosts.v[0].links_at, "/etc/nginx/nginx.conf:4");
    assert_null(hosts.v[0].shut_by);
    sc_vhosts_done(&hosts);
    load(SERVER(SHUT));
    assert_null(hosts.v[0].links_at);
    assert_string_equal(hosts.v[0].shut_by, "/etc/nginx/nginx.conf");
    sc_vhosts_done(&hosts);
    /* a root of a location does not get lost, whatever comes behind it */
    load("server { location / { root /srv/x; } root /home/john/a; location /y { root /srv/y; } }");
    assert_string_equal(hosts.v[0].docroot, "/home/john/a");
    assert_int_equal(hosts.v[0].n_roots, 3);
    sc_vhosts_done(&hosts);
    load("server { location / { root /srv/x; } location /y { root /srv/y; } }");
    assert_string_equal(hosts.v[0].docroot, "/srv/x");
    assert_false(hosts.v[0].roots[0].alias);
    assert_true(hosts.v[0].roots[1].alias);
    sc_vhosts_done(&hosts);
}

static void slips_are(const struct sc_vhost *h, const char *wanted)
{
    char text[1000] = "";
    for (size_t i = 0; i < h->n_slips; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %s %s:%u\n",
                 h->slips[i].what, h->slips[i].path ? h->slips[i].path : "-", h->slips[i].file,
                 h->slips[i].line);
    assert_string_equal(text, wanted);
}

#define CONF "/etc/nginx/nginx.conf"

/* What looks at no link whatever is said about links. */
static void slips(void **state)
{
    (void)state;
    load("dav_methods PUT;\nproxy_store off;\nserver {\nlocation / { dav_methods off; } }\nserver "
         "{\n"
         "dav_methods COPY;\nlocation /x { proxy_store on; auth_basic_user_file /a/b; }\n"
         "fastcgi_store /c$uri; auth_basic_user_file $d/x; }\nserver { }");
    slips_are(&hosts.v[0], "dav_methods - " CONF ":3\n");
    slips_are(&hosts.v[1],
              "dav_methods - " CONF ":8\nproxy_store - " CONF ":9\nauth_basic_user_file /a/b " CONF
              ":9\n"
              "fastcgi_store /c$uri " CONF ":10\nauth_basic_user_file $d/x " CONF ":10\n");
    slips_are(&hosts.v[2], "dav_methods - " CONF ":3\n");
    sc_vhosts_done(&hosts);
}

/* ---- places ---- */

/* The place for the site's first block, or why there is none. */
static void place_is(const char *conf, const char *path, bool own)
{
    SC_CLEANUP(sc_nginx_place_done) struct sc_nginx_place p = {0};
    struct sc_error err = SC_ERROR_INIT;
    load(conf);
    int rc = sc_nginx_place_find(&hosts, &hosts.v[0], &site, &p, &err);
    if (rc == 0 && (!path || strcmp(p.path, path) != 0 || p.own != own))
        fail_msg("%s: %s", conf, p.path);
    if (rc < 0 && path)
        fail_msg("%s: %s", conf, err.text);
    sc_vhosts_done(&hosts);
}

static void no_place(const char *conf)
{
    place_is(conf, NULL, false);
}

static void places(void **state)
{
    (void)state;
#define HOME "/home/john/conf/web/a.example"
    place_is(SERVER("include /etc/nginx/d/a.example/*.conf;"),
             "/etc/nginx/d/a.example/sitecage.conf", true);
    place_is(SERVER("include d/a.example.conf*;"), "/etc/nginx/d/a.example.conf_sitecage", true);
    /* HestiaCP: the last one */
    place_is(SERVER("include " HOME "/nginx.forcessl.conf*; location / { include " HOME
                    "/x.conf*; } include " HOME "/nginx.conf_*;"),
             HOME "/nginx.conf_sitecage", true);
    /* Plesk: quoted, a file of others */
    place_is(SERVER("include \"/var/www/vhosts/system/a.example/conf/vhost_nginx.conf\";"),
             "/var/www/vhosts/system/a.example/conf/vhost_nginx.conf", false);
    /* two ports of one site share a place */
    place_is(SERVER("include d/a.example/*;") SERVER("include d/a.example/*;"),
             "/etc/nginx/d/a.example/sitecage", true);
    /* what is said for all hosts is overruled in the block */
    place_is("disable_symlinks if_not_owner; " SERVER("include d/a.example/*;"),
             "/etc/nginx/d/a.example/sitecage", true);
    no_place(SERVER(""));
    no_place(SERVER("include snippets/fastcgi.conf; include /etc/nginx/default.d/*.conf;"));
    no_place(SERVER("include d/aa.example/*; include d/a.example.org/*; include d/ba.example/*;"));
    no_place(SERVER("include d/*/a.example/*;"));
    no_place(SERVER("include d/a.example/?;"));
    no_place(SERVER("location / { include d/a.example/*; }"));
    no_place(SERVER("include d/a.example/*; include d/a.example/*;"));
    no_place(SERVER("include d/a.example/*; location / { include d/a.example/*; }"));
    no_place(SERVER("include d/a.example/*;") "include d/a.example/*;");
    no_place(SERVER("include d/a.example/*;") "server { root /home/john/b; include d/*/*; }");
    no_place(SERVER("location /b { root /home/john/b; } include d/a.example/*;"));
    no_place(SERVER("disable_symlinks if_not_owner; include d/a.example/*;"));
    no_place(SERVER("location /b { disable_symlinks off; } include d/a.example/*;"));
}

/* From which directory on links are not followed; "" where $document_root stands. */
static void from_is(const char *conf, const char *wanted)
{
    char from[PATH_MAX] = "";
    load(conf);
    if (!sc_nginx_from(&hosts, &hosts.v[0], &site, from))
        from[0] = 0;
    if (strcmp(from, wanted) != 0)
        fail_msg("%s: %s", conf, from);
    sc_vhosts_done(&hosts);
}

static void froms(void **state)
{
    (void)state;
    from_is(SERVER(""), "");
    from_is(SERVER("location /s/ { alias /usr/share/s/; }"), "");
    from_is(SERVER("location /m/ { alias /home/john/m/; }"), ""); /* by no isolated site */
    from_is(SERVER("location /m/ { alias /home/john/a/; }"), "");
    from_is(SERVER("location /m/ { alias /home/john/a/m/; }"), "/home/john/a");
    from_is(SERVER("location ~ m { alias /home/john/a/m/$1; }"), "/home/john/a");
    from_is(SERVER("location ~ m { alias /home/john/a/$1; }"), "/home/john/a");
    from_is(SERVER("location = /m { alias /home/john/a/robots.txt; }"), "/home/john/a");
    from_is(SERVER("location /m/ { root /home/john/a/m; }"), "/home/john/a");
    from_is(SERVER("location /m/ { alias /home/john/web/m/; }"), "/home/john");
    from_is("server { root /home/john/a/in; location /e/ { alias /home/john/a/errors/; } }",
            "/home/john/a");
    /* every block of the site counts, and none may lose its own document root */
    from_is(SERVER("") SERVER("location /m/ { alias /home/john/a/m/; }"), "/home/john/a");
    from_is(SERVER("location /m/ { alias /home/john/a/m/; }") "server { root /home/john/a/in; }",
            "");
    /* what is no text that nginx would compare */
    from_is("server { root /home/john/a//in; location /e/ { alias /home/john/a/errors/; } }", "");
    from_is("server { root /srv/a; location /e/ { alias /home/john/a/errors/; } }", "");
}

static void names_of_ours(void **state)
{
    (void)state;
    char out[64];
    assert_true(sc_nginx_place_name("/d/*.conf", out, sizeof(out)));
    assert_string_equal(out, "/d/sitecage.conf");
    assert_true(sc_nginx_place_name("/d/nginx.conf_*", out, sizeof(out)));
    assert_string_equal(out, "/d/nginx.conf_sitecage");
    static const char *const none[] = {"/d/x.conf", "d/*", "/d/*/x", "/*/x*", "/d/*.*", "/d/[a]*"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(sc_nginx_place_name(none[i], out, sizeof(out)));
    assert_false(sc_nginx_place_name("/0123456789/0123456789/0123456789/0123456789/0123456789/*",
                                     out, sizeof(out)));
}

/* ---- lines ---- */

static void lines(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "no end of line", "# mine\nlocation / { }\n"};
    static const struct sc_nginx_text kinds[] = {{0},
                                                 {.domain = "a.example"},
                                                 {"a.example", "|*if !SUB|", "|*endif|", NULL},
                                                 {.from = "/home/john/a b"}};
    for (size_t i = 0; i < 16; i++) {
        const struct sc_nginx_text *t = &kinds[i / 4];
        const char *text = texts[i % 4];
        SC_BUF struct sc_buf with = SC_BUF_INIT, without = SC_BUF_INIT;
        sc_nginx_lines_write(t, &with);
        sc_buf_str(&with, text);
        assert_true(sc_nginx_lines_in(with.data, t));
        assert_true(sc_nginx_lines_begin_in(with.data, t));
        assert_false(sc_nginx_lines_in(with.data, &kinds[(i / 4 + 1) % 3]));
        assert_false(sc_nginx_lines_in(text, t));
        assert_true(sc_nginx_lines_cut(with.data, t, &without));
        assert_string_equal(without.data ? without.data : "", text);
        assert_false(sc_nginx_lines_cut(text, t, &without));
    }
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_true(sc_nginx_lines_cut("a\n" SC_NGINX_LINES_BEGIN "other\n" SC_NGINX_LINES_END "b",
                                   &kinds[0], &out));
    assert_string_equal(out.data, "a\nb");
    assert_false(sc_nginx_lines_cut(SC_NGINX_LINES_BEGIN "no end", &kinds[0], &out));
}

static void of_a_panel(void **state)
{
    (void)state;
    SC_CLEANUP(sc_nginx_place_done) struct sc_nginx_place p = {0};
    char good[] = "path /d/a%20b\nowner 12\nbefore |*if%20!SUB|\nafter |*endif|\nlater x\n";
    assert_int_equal(sc_nginx_panel_parse(good, "a.example", &p, NULL), 0);
    assert_string_equal(p.path, "/d/a b");
    assert_string_equal(p.before, "|*if !SUB|");
    assert_string_equal(p.domain, "a.example");
    assert_true(p.named && p.owner == 12 && !p.own);
    static const char *const bad[] = {"",
                                      "path d\n",
                                      "owner 1\n",
                                      "path\n",
                                      "path /a\npath /b\n",
                                      "path /a\nowner x\n",
                                      "path /%\n",
                                      "path /a\nbefore %0A\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_FREE char *text = strdup(bad[i]);
        if (sc_nginx_panel_parse(text, "a.example", &p, NULL) != SC_E_PANEL)
            fail_msg("taken: %s", bad[i]);
        assert_string_equal(p.path, "/d/a b");
    }
}

static struct sc_nginx_keep *at_path(const struct sc_nginx_kept *k, const char *path)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->v[i].at.path, path) == 0)
            return &k->v[i];
    return NULL;
}

static void kept(void **state)
{
    (void)state;
    char good[] =
        "sitecage-nginx 1\nown /a\ndir /b%20c\nlines /d\nown /a\npanel /p a.example 0\nnewpanel "
        "/n a.example 7\nnamed /q a.example 7\nnewnamed /r a.example 7\nnamed /r "
        "b.example 7\nnamed /r b.example 7\n";
    SC_CLEANUP(sc_nginx_kept_done) struct sc_nginx_kept k = {0};
    assert_int_equal(sc_nginx_kept_parse(good, &k, NULL), 0);
    assert_int_equal(k.n, 8);
    assert_true(at_path(&k, "/b c")->made);
    assert_true(at_path(&k, "/n")->made && !at_path(&k, "/n")->at.named);
    assert_true(at_path(&k, "/r")->made && at_path(&k, "/r")->at.named);
    assert_int_equal(at_path(&k, "/q")->at.owner, 7);
    assert_string_equal(at_path(&k, "/p")->at.domain, "a.example");
    assert_true(at_path(&k, "/b c")->at.own);
    assert_false(at_path(&k, "/d")->at.own);
    assert_null(at_path(&k, "/e"));
    static const char *const bad[] = {"",
                                      "sitecage-nginx 2\n",
                                      "sitecage-nginx 1\nown /a",
                                      "sitecage-nginx 1\nown a\n",
                                      "sitecage-nginx 1\nwhat /a\n",
                                      "sitecage-nginx 1\nown \n",
                                      "sitecage-nginx 1\nown /a b\n",
                                      "sitecage-nginx 1\npanel /a b\n",
                                      "sitecage-nginx 1\npanel /a b x\n",
                                      "sitecage-nginx 1\nown /%zz\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_FREE char *text = strdup(bad[i]);
        assert_int_equal(sc_nginx_kept_parse(text, &k, NULL), SC_E_INVAL);
        assert_int_equal(k.n, 8);
    }
}

static void masters(void **state)
{
    (void)state;
#define IS(title) sc_nginx_is_master(title, sizeof(title))
    assert_true(IS("nginx: master process nginx"));
    assert_true(IS("nginx: master process /usr/sbin/nginx -g daemon on; master_process on;"));
    assert_true(IS("nginx: master process /usr/sbin/nginx -c /etc/nginx/nginx.conf"));
    assert_false(IS("nginx: master process nginx -c /srv/other.conf"));
    assert_false(IS("nginx: master process nginx -p /srv"));
    assert_false(IS("nginx: worker process"));
    assert_false(sc_nginx_is_master("nginx: ", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links, make, drop),
        cmocka_unit_test_setup_teardown(what_it_says, make, drop),
        cmocka_unit_test_setup_teardown(slips, make, drop),
        cmocka_unit_test_setup_teardown(places, make, drop),
        cmocka_unit_test_setup_teardown(froms, make, drop),
        cmocka_unit_test(names_of_ours),
        cmocka_unit_test(lines),
        cmocka_unit_test(of_a_panel),
        cmocka_unit_test(kept),
        cmocka_unit_test(masters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
