/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server without a panel: domains from the web servers' configuration, and whose they are. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/plain/plain.h"
#include "tests/unit/tempdir.h"

static struct tempdir root;
static struct sc_plain place;
static struct sc_caller caller;

/* Writes a file in which each '@' is the temporary directory. */
static void put(const char *rel, const char *text)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    for (; *text; text++)
        if (*text == '@')
            sc_buf_str(&out, root.path);
        else
            sc_buf_add(&out, text, 1);
    put_file(&root, rel, out.data ? out.data : "");
}

static int make_server(void **state)
{
    (void)state;
    tempdir_make(&root);
    place = (struct sc_plain){.prefix = root.path};
    caller = (struct sc_caller){.home = "/root", .timeout_ms = 1000, .place = &place};
    put_dirs(&root, "etc/apache2/sites-enabled");
    put_dirs(&root, "etc/nginx/sites-enabled");
    put_dirs(&root, "home/alice/www");
    put_dirs(&root, "home/alice/inner/u/site");
    put("etc/passwd",
        "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::@/var/www:/bin/sh\n"
        "alice:x:1001:1001::@/home/alice/:/bin/sh\nbob:x:1002:1002::@/home/bob:/bin/sh\n"
        "inner:x:1003:1003::@/home/alice/inner:/bin/sh\n"
        "top:x:1004:1004::/:/bin/sh\n");
    put("etc/apache2/apache2.conf", "IncludeOptional sites-enabled/*.conf\n");
    put("etc/nginx/nginx.conf", "http { include sites-enabled/*; }\n");
    return 0;
}

static int remove_server(void **state)
{
    (void)state;
    tempdir_remove(&root);
    return 0;
}

static const char *listed(void)
{
    static char all[16384];
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_plain_domains(&caller, &(struct sc_question){0}, &d, &err) < 0) {
        snprintf(all, sizeof(all), "%d %s", err.code, err.text);
        return all;
    }
    size_t n = 0, skip = strlen(root.path);
    all[0] = 0;
    for (size_t i = 0; i < d.n; i++)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s %s %s\n", d.v[i].name, d.v[i].owner,
                              d.v[i].docroot + skip);
    for (size_t i = 0; i < d.odds.n; i++)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "odd %s %s\n",
                              d.odds.v[i].owner ? d.odds.v[i].owner : "-",
                              d.odds.v[i].path ? d.odds.v[i].path + skip : "-");
    return all;
}

/* Document roots that are missing are those of the account in whose home they would be. */
static void hosts_are_domains(void **state)
{
    (void)state;
    put("etc/apache2/sites-enabled/a.conf",
        "<VirtualHost *:80>\nServerName A.example:80\nServerAlias www.a.example *.a.example\n"
        "DocumentRoot @/home/alice/a/\n</VirtualHost>\n"
        "<VirtualHost *:443>\nServerName a.example\nDocumentRoot @/home/alice/a\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName redirect.example\nRedirect / http://a.example/\n"
        "</VirtualHost>\n");
    put("etc/nginx/sites-enabled/b",
        "server { server_name .b.example ~^x(.*)$ _; root @/home/bob/b; }\n"
        "server { server_name deep.example; root @/home/alice/inner/deep; }\n");
    assert_string_equal(listed(), "*.a.example alice /home/alice/a\n"
                                  "*.b.example bob /home/bob/b\n"
                                  "a.example alice /home/alice/a\n"
                                  "b.example bob /home/bob/b\n"
                                  "deep.example inner /home/alice/inner/deep\n"
                                  "www.a.example alice /home/alice/a\n");
}

static void what_is_no_accounts_is_left_out(void **state)
{
    (void)state;
    put("etc/apache2/sites-enabled/a.conf",
        "<VirtualHost *:80>\nServerName default.example\nDocumentRoot "
        "@/var/www/html\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName all.example\nDocumentRoot @/home/alice\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName else.example\nDocumentRoot @/srv/x\n</VirtualHost>\n"
        "<VirtualHost *:80>\nDocumentRoot @/home/alice/nameless\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName 192.0.2.1\nDocumentRoot @/home/alice/byip\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName a.example\nDocumentRoot @/home/alice/a\n</VirtualHost>\n"
        "<VirtualHost *:443>\nServerName a.example\nDocumentRoot "
        "@/home/alice/tls\n</VirtualHost>\n");
    put("etc/nginx/sites-enabled/b", "");
    assert_string_equal(listed(), "a.example alice /home/alice/a\n"
                                  "odd alice /home/alice/nameless\n"
                                  "odd alice /home/alice/byip\n"
                                  "odd alice /home/alice/tls\n");
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    assert_int_equal(sc_plain_status(root.path, &text, NULL), 0);
    assert_non_null(strstr(text.data, ": 1 domains below"));
    assert_non_null(strstr(text.data, "5 hosts are left out: default.example ("));
    assert_non_null(strstr(text.data, "/home/alice is below no account's home)"));
}

/* As root alone: others cannot give files away. */
static void the_owner_decides(void **state)
{
    (void)state;
    const struct sc_plain_account *a = NULL;
    const char *why = NULL;
    SC_PLAIN_OWNERS struct sc_plain_owners o = {0};
    assert_int_equal(sc_plain_owners_load(root.path, &o, NULL), 0);
    assert_int_equal(o.n, 3);
    assert_int_equal(sc_plain_owner(&o, at(&root, "home/alice/www"), &a, &why, NULL), 0);
    assert_null(a);
    assert_string_equal(why, "does not belong to the account in whose home it is");
    if (geteuid() != 0)
        return;
    assert_int_equal(fchownat(root.fd, "home/alice/www", 1001, 1001, 0), 0);
    assert_int_equal(sc_plain_owner(&o, at(&root, "home/alice/www"), &a, &why, NULL), 0);
    assert_string_equal(a->user, "alice");
    put_link(&root, "home/alice/link", "www");
    assert_int_equal(sc_plain_owner(&o, at(&root, "home/alice/link"), &a, &why, NULL), 0);
    assert_string_equal(a->user, "alice");
    assert_int_equal(fchownat(root.fd, "home/alice/inner/u/site", 1001, 1001, 0), 0);
    assert_int_equal(sc_plain_owner(&o, at(&root, "home/alice/inner/u/site"), &a, &why, NULL), 0);
    assert_null(a);
}

static void users_are_those_with_domains(void **state)
{
    (void)state;
    put("etc/apache2/sites-enabled/a.conf",
        "<VirtualHost *:80>\nServerName z.example\nDocumentRoot @/home/bob/z\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName b.example\nServerAlias c.example\n"
        "DocumentRoot @/home/bob/b\n</VirtualHost>\n"
        "<VirtualHost *:80>\nServerName a.example\nDocumentRoot @/home/alice/a\n</VirtualHost>\n");
    SC_JSON json_t *users = NULL;
    assert_int_equal(sc_plain_users(&caller, &(struct sc_question){0}, &users, NULL), 0);
    assert_int_equal(json_array_size(users), 2);
    json_t *bob = json_array_get(users, 1);
    assert_string_equal(json_string_value(json_object_get(bob, "username")), "bob");
    assert_string_equal(json_string_value(json_object_get(bob, "domain")), "b.example");
    assert_int_equal(json_integer_value(json_object_get(bob, "id")), 1002);
}

static void no_web_server_is_an_error(void **state)
{
    (void)state;
    caller.place = &(struct sc_plain){.prefix = "/nonexistent"};
    assert_non_null(strstr(listed(), "neither Apache's nor nginx's configuration is there"));
    caller.place = &place;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_domains),
        cmocka_unit_test(what_is_no_accounts_is_left_out),
        cmocka_unit_test(the_owner_decides),
        cmocka_unit_test(users_are_those_with_domains),
        cmocka_unit_test(no_web_server_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_server, remove_server);
}
