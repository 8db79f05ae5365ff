/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtualmin: its files, its domains and users, its command after changes, what that is told. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/virtualmin/enroll.h"
#include "generic/virtualmin/event.h"
#include "generic/virtualmin/fields.h"
#include "generic/virtualmin/virtualmin.h"
#include "tests/unit/domains_text.h"
#include "tests/unit/tempdir.h"

#define BASE    "etc/webmin/virtual-server"
#define DOMAINS BASE "/domains"

static struct tempdir root;
static struct sc_vm place;
static struct sc_caller caller;

static void put(const char *id, const char *text)
{
    char rel[256];
    snprintf(rel, sizeof(rel), DOMAINS "/%s", id);
    put_file(&root, rel, text);
}

static void drop(const char *id)
{
    char rel[256];
    snprintf(rel, sizeof(rel), DOMAINS "/%s", id);
    assert_int_equal(unlinkat(root.fd, rel, 0), 0);
}

#define TOP(dom, user) "dom=" dom "\nuser=" user "\nhome=/home/" user "\nweb=1\nparent=\nalias=\n"
#define SUB(dom, user, parent)                                                                     \
    "dom=" dom "\nuser=" user "\nhome=/home/" user "/domains/" dom "\nparent=" parent "\n"

static int make_server(void **state)
{
    (void)state;
    tempdir_make(&root);
    place = (struct sc_vm){.prefix = root.path};
    caller = (struct sc_caller){.home = "/root", .timeout_ms = 1000, .place = &place};
    put_dirs(&root, "etc");
    put_dirs(&root, DOMAINS);
    put_dirs(&root, BASE "/plans");
    put_dirs(&root, "usr/share/webmin/virtual-server");
    put_file(&root, "usr/share/webmin/virtual-server/module.info",
             "name=Virtualmin\nversion=7.40\n");
    put_file(&root, "etc/webmin/miniserv.conf", "port=10001\nroot=/usr/share/webmin\n");
    put_file(&root, BASE "/plans/7", "name=Gold\nquota=\n");
    put_file(&root, "etc/passwd",
             "root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n"
             "bob:x:1002:1002::/home/bob:/bin/sh\n");
    put("100", TOP("a.example", "alice") "emailto=alice@a.example\nplan=7\nreseller=rita sam\n");
    put("101", SUB("b.example", "alice", "100") "web=1\npublic_html_dir=public_html\n");
    put("102", "dom=alias.example\nuser=alice\nparent=100\nalias=101\nweb=1\n");
    put("200", TOP("c.example", "bob") "public_html_path=/home/bob/site/public\n");
    return 0;
}

static int remove_server(void **state)
{
    (void)state;
    tempdir_remove(&root);
    return 0;
}

static void fields_are_read_as_webmin_reads_them(void **state)
{
    (void)state;
    char text[] = "a=1\r\n#b=2\nb = 3\nno line\n =x\nc=\na=x=y \nd=last";
    struct sc_vm_field f[] = {{"a", NULL}, {"b", NULL}, {"b ", NULL}, {"c", NULL}, {"d", NULL}};
    sc_vm_fields(text, f, 5);
    assert_string_equal(f[0].value, "x=y ");
    assert_string_equal(f[1].value, "");
    assert_string_equal(f[2].value, " 3");
    assert_string_equal(f[3].value, "");
    assert_string_equal(f[4].value, "last");
}

/* As domains_text(); or the error. */
static const char *listed(const char *owner)
{
    static char why[SC_ERROR_TEXT_MAX + 16];
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_question q = {.owner = owner};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_vm_domains(&caller, &q, &d, &err) < 0) {
        snprintf(why, sizeof(why), "%d %s", err.code, err.text);
        return why;
    }
    return domains_text(&d);
}

#define B_ROOT "/home/alice/domains/b.example/public_html in /home/alice/domains/b.example"
#define ALICE                                                                                      \
    "a.example alice /home/alice/public_html main\n"                                               \
    "alias.example alice " B_ROOT "\n"                                                             \
    "b.example alice " B_ROOT "\n"

static void servers_sub_servers_and_aliases(void **state)
{
    (void)state;
    assert_string_equal(listed("alice"), ALICE);
    assert_string_equal(listed("bob"), "c.example bob /home/bob/site/public main\n");
    assert_string_equal(listed(NULL), ALICE "c.example bob /home/bob/site/public main\n");
    assert_string_equal(listed("carol"), "");
}

static void what_has_a_website(void **state)
{
    (void)state;
    put("103", SUB("mail.example", "alice", "100") "web=0\nmail=1\n");
    put("104", SUB("nginx.example", "alice", "100") "web=0\nvirtualmin-nginx=1\n");
    put("105", SUB("off.example", "alice", "100") "web=1\ndisabled=unix,web,mail\n");
    const char *text = listed("alice");
    assert_null(strstr(text, "mail.example"));
    assert_non_null(
        strstr(text, "nginx.example alice /home/alice/domains/nginx.example/public_html"));
    assert_non_null(strstr(text, "off.example alice /home/alice/domains/off.example/public_html"));
    drop("103");
    drop("104");
    drop("105");
}

static void subdomains_lie_in_their_parents_document_root(void **state)
{
    (void)state;
    put("103", "dom=blog.c.example\nuser=bob\nhome=/home/bob/domains/blog.c.example\nparent=200\n"
               "subdom=200\nsubprefix=blog\nweb=1\n");
    put("104", "dom=blog.b.example\nuser=alice\nhome=/home/alice\nparent=100\nsubdom=101\n"
               "subprefix=blog\nweb=1\n");
    assert_non_null(strstr(listed(NULL), "blog.c.example bob /home/bob/site/public/blog\n"));
    assert_non_null(strstr(
        listed(NULL), "blog.b.example alice /home/alice/domains/b.example/public_html/blog\n"));
    drop("103");
    drop("104");
}

static void odd_servers_stop_no_other(void **state)
{
    (void)state;
    put("103", "user=alice\nweb=1\nhome=/home/alice\n");
    put("104", SUB("rel.example", "alice", "100") "web=1\npublic_html_dir=../../bob\n");
    put("105", "dom=lost.example\nuser=alice\nparent=100\nalias=999\nweb=1\n");
    put("106", "dom=loop.example\nuser=alice\nparent=100\nalias=106\nweb=1\n");
    put("107", "dom=deep.example\nuser=alice\nparent=100\nsubdom=107\nweb=1\n");
    put("108", TOP("nobody.example", "nobodys"));
    put("109", "dom=\xff.example\nuser=alice\nhome=/home/alice\nweb=1\n");
    put("110", "dom=a.example\nuser=bob\nhome=/home/bob\nweb=1\n");
    put("111.lock", TOP("lock.example", "alice"));
    put_link(&root, DOMAINS "/112", "100");
    const char *text = listed(NULL);
    assert_non_null(strstr(text, ALICE));
    assert_non_null(
        strstr(text, "odd rel.example alice /home/alice/domains/rel.example/../../bob: "));
    assert_non_null(strstr(text, "odd lost.example alice -: "));
    assert_non_null(strstr(text, "odd loop.example alice -: "));
    assert_non_null(strstr(text, "odd deep.example alice -: "));
    assert_non_null(strstr(text, "odd - bob /home/bob/public_html: "));
    assert_null(strstr(text, "nobody.example"));
    assert_null(strstr(text, "lock.example"));
    static const char *const ids[] = {"103", "104", "105", "106",      "107",
                                      "108", "109", "110", "111.lock", "112"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        drop(ids[i]);
}

static void users_and_the_panel(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *users = NULL, *info = NULL;
    assert_int_equal(sc_vm_users(&caller, &(struct sc_question){0}, &users, &err), 0);
    SC_FREE char *text = json_dumps(users, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text,
                        "[{\"domain\":\"a.example\",\"email\":\"alice@a.example\",\"id\":1001,"
                        "\"locale_code\":null,\"owner\":\"rita\",\"package\":{\"name\":\"Gold\","
                        "\"owner\":\"rita\"},\"username\":\"alice\"},"
                        "{\"domain\":\"c.example\",\"email\":null,\"id\":1002,\"locale_code\":null,"
                        "\"owner\":\"root\",\"package\":null,\"username\":\"bob\"}]");
    assert_int_equal(sc_vm_panel_info(&caller, &info, &err), 0);
    assert_string_equal(json_string_value(json_object_get(info, "version")), "7.40");
    assert_non_null(strstr(json_string_value(json_object_get(info, "user_login_url")), ":10001/"));
}

/* ---- the command ---- */

static void puts_command(const char *before, bool put_it, const char *after)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    bool changed = false;
    assert_int_equal(sc_vm_command_put(before, put_it, &out, &changed, NULL), 0);
    assert_string_equal(out.data ? out.data : "", after);
    assert_int_equal(changed, strcmp(before, after) != 0);
}

#define OURS SC_LIBEXECDIR "/sitecage-generic hook"

static void the_command_is_put_and_removed(void **state)
{
    (void)state;
    puts_command("", true, "post_command=" OURS "\n");
    puts_command("x=1", true, "x=1\npost_command=" OURS "\n");
    puts_command("x=1\npost_command=\ny=2\n", true, "x=1\npost_command=" OURS "\ny=2\n");
    puts_command("x=1\npost_command=" OURS "\ny=2\n", true, "x=1\npost_command=" OURS "\ny=2\n");
    puts_command("post_command=/root/own.sh a && b # why", true,
                 "post_command=" OURS "; /root/own.sh a && b # why");
    puts_command("post_command=" OURS "; /root/own.sh\n", true,
                 "post_command=" OURS "; /root/own.sh\n");
    puts_command("post_command=" OURS "; /root/own.sh\nz=1\n", false,
                 "post_command=/root/own.sh\nz=1\n");
    puts_command("post_command=" OURS "\nz=1\n", false, "post_command=\nz=1\n");
    puts_command("post_command=/root/own.sh\n", false, "post_command=/root/own.sh\n");
    puts_command("alias_post_command=x\n", false, "alias_post_command=x\n");
    puts_command("post_command=" OURS "-other\n", true, "post_command=" OURS "; " OURS "-other\n");
}

static void the_file_keeps_its_mode(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct stat st;
    assert_int_equal(sc_vm_enroll(root.path, true, &err), SC_E_NOTFOUND);
    put_file(&root, BASE "/config", "mysql_pass=secret\npost_command=/root/own.sh\n");
    assert_int_equal(fchmodat(root.fd, BASE "/config", 0600, 0), 0);
    assert_int_equal(sc_vm_enrolled(root.path, &err), SC_E_NOTFOUND);
    assert_int_equal(sc_vm_enroll(root.path, true, &err), 0);
    assert_int_equal(sc_vm_enrolled(root.path, &err), 0);
    assert_file(&root, BASE "/config", "mysql_pass=secret\npost_command=" OURS "; /root/own.sh\n");
    assert_int_equal(fstatat(root.fd, BASE "/config", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    ino_t ino = st.st_ino;
    assert_int_equal(sc_vm_enroll(root.path, true, &err), 0);
    assert_int_equal(fstatat(root.fd, BASE "/config", &st, 0), 0);
    assert_true(st.st_ino == ino);
    assert_int_equal(sc_vm_enroll(root.path, false, &err), 0);
    assert_file(&root, BASE "/config", "mysql_pass=secret\npost_command=/root/own.sh\n");
}

/* ---- events ---- */

static void tells(const char *want, char *const *env)
{
    struct sc_events events = {.n = 0};
    char all[2048] = "", one[1024];
    sc_vm_event(env, &events);
    for (size_t i = 0; i < events.n; i++) {
        sc_event_text(&events.v[i], one, sizeof(one));
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? "; " : "", one);
    }
    assert_string_equal(all, want);
}

#define V        "VIRTUALSERVER_"
#define ENV(...) ((char *const[]){(char *)(uintptr_t) "PATH=/bin", __VA_ARGS__, NULL})
#define E(text)  ((char *)(uintptr_t)(V text))

static void what_the_command_is_told(void **state)
{
    (void)state;
    tells("user-created alice",
          ENV(E("ACTION=CREATE_DOMAIN"), E("USER=alice"), E("DOM=a.example"), E("PARENT=")));
    tells("domain-created alice b.example",
          ENV(E("ACTION=CREATE_DOMAIN"), E("USER=alice"), E("DOM=b.example"), E("PARENT=100")));
    tells("domain-deleted alice b.example",
          ENV(E("ACTION=DELETE_DOMAIN"), E("USER=alice"), E("DOM=b.example"), E("PARENT=100")));
    tells("user-deleted alice",
          ENV(E("ACTION=DELETE_DOMAIN"), E("USER=alice"), E("DOM=a.example")));
    tells("docroot-changed alice b.example",
          ENV(E("ACTION=MODIFY_DOMAIN"), E("USER=alice"), E("DOM=b.example"),
              E("OLDSERVER_DOM=b.example"), E("OLDSERVER_USER=alice"), E("PARENT=100")));
    tells("domain-renamed alice b.example new.example with-subdomains",
          ENV(E("ACTION=MODIFY_DOMAIN"), E("USER=alice"), E("DOM=new.example"),
              E("OLDSERVER_DOM=b.example"), E("OLDSERVER_USER=alice"), E("PARENT=100")));
    tells("user-renamed alice anna; docroot-changed anna a.example",
          ENV(E("ACTION=MODIFY_DOMAIN"), E("USER=anna"), E("DOM=a.example"),
              E("OLDSERVER_DOM=a.example"), E("OLDSERVER_USER=alice")));
    tells("user-changed alice; docroot-changed bob b.example",
          ENV(E("ACTION=MODIFY_DOMAIN"), E("USER=bob"), E("DOM=b.example"),
              E("OLDSERVER_DOM=b.example"), E("OLDSERVER_USER=alice"), E("PARENT=200")));
    tells("user-changed alice",
          ENV(E("ACTION=DISABLE_DOMAIN"), E("USER=alice"), E("DOM=a.example")));
    tells("user-changed alice", ENV(E("ACTION=BRAND_NEW"), E("USER=alice")));
    tells("resync-all", ENV(E("ACTION=CREATE_DOMAIN"), E("USER=../x"), E("DOM=$(id)")));
    tells("resync-all", ENV(E("ACTION=MODIFY_DOMAIN"), E("USER=alice"), E("USER=bob")));
    tells("resync-all", ENV(E("OTHER=1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_as_webmin_reads_them),
        cmocka_unit_test(servers_sub_servers_and_aliases),
        cmocka_unit_test(what_has_a_website),
        cmocka_unit_test(subdomains_lie_in_their_parents_document_root),
        cmocka_unit_test(odd_servers_stop_no_other),
        cmocka_unit_test(users_and_the_panel),
        cmocka_unit_test(the_command_is_put_and_removed),
        cmocka_unit_test(the_file_keeps_its_mode),
        cmocka_unit_test(what_the_command_is_told),
    };
    return cmocka_run_group_tests(tests, make_server, remove_server);
}
