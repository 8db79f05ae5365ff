/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include "tests/unit/odd_text.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/inventory/envelope.h"
#include "directadmin/answer.h"
#include "directadmin/conf.h"
#include "directadmin/directadmin.h"
#include "directadmin/files.h"
#include "directadmin/override.h"
#include "directadmin/tokens.h"
#include "tests/unit/tempdir.h"

#define PAYLOADS SC_TEST_SOURCE "/tests/payloads/directadmin/"
#define USERS    "usr/local/directadmin/data/users"

static struct tempdir root;
static struct sc_da da;
static struct sc_caller caller;

static void put(const char *user, const char *file, const char *text)
{
    char rel[512];
    snprintf(rel, sizeof(rel), USERS "/%s/domains", user);
    put_dirs(&root, rel);
    snprintf(rel, sizeof(rel), USERS "/%s/%s", user, file);
    put_file(&root, rel, text);
}

static void put_sample(const char *user, const char *file, const char *sample)
{
    char path[512];
    struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), PAYLOADS "%s", sample);
    if (sc_read_file(path, 1 << 20, &text, &err) < 0)
        fail_msg("%s", err.text);
    put(user, file, text.data);
    sc_buf_free(&text);
}

/* A server with the samples as files of jdoe, whose home is not where one expects it, and acme. */
static int make_server(void **state)
{
    (void)state;
    tempdir_make(&root);
    da = (struct sc_da){.prefix = root.path};
    caller = (struct sc_caller){.home = "/root", .timeout_ms = 1000, .place = &da};
    put_dirs(&root, "etc/virtual");
    put_file(&root, "etc/passwd",
             "root:x:0:0::/root:/bin/sh\n"
             "jdoe:x:1001:1001::/home2/jdoe:/bin/sh\n"
             "acme:x:1002:1002::/home/acme:/bin/sh\n"
             "odd:x:1003:1003::relative:/bin/sh\n");
    put_sample("jdoe", "user.conf", "user.conf");
    put("jdoe", "domains.list", "second.example\nfirst.example\n\n");
    put("jdoe", "domains/first.example.conf", "domain=first.example\nusername=jdoe\n");
    put_sample("jdoe", "domains/first.example.subdomains", "first.example.subdomains");
    put_sample("jdoe", "domains/first.example.pointers", "first.example.pointers");
    put("acme", "user.conf", "username=acme\ndomain=other.example\ncreator=bob\n");
    put("acme", "domains.list", "other.example\n");
    put("odd", "domains.list", "odd.example\n");
    put("gone", "domains.list", "gone.example\n");
    put_file(&root, USERS "/jdoe/domains/../../stray", "no user\n");
    struct sc_buf text = SC_BUF_INIT;
    assert_int_equal(sc_read_file(PAYLOADS "etc-virtual-domainowners", 1 << 20, &text, NULL), 0);
    put_file(&root, "etc/virtual/domainowners", text.data);
    sc_buf_free(&text);
    return 0;
}

static int remove_server(void **state)
{
    (void)state;
    tempdir_remove(&root);
    return 0;
}

/* "name owner docroot [main]", a line each. */
static const char *lines(const struct sc_domains *d)
{
    static char all[16384];
    all[0] = 0;
    for (size_t i = 0; i < d->n; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s %s %s%s\n", d->v[i].name,
                 d->v[i].owner, d->v[i].docroot, d->v[i].is_main ? " main" : "");
    return all;
}

static const char *listed(const char *owner, const char *name)
{
    static char why[SC_ERROR_TEXT_MAX + 16];
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_question q = {.owner = owner, .name = name};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_da_domains(&caller, &q, &d, &err) < 0) {
        snprintf(why, sizeof(why), "%d %s", err.code, err.text);
        return why;
    }
    return lines(&d);
}

#define FIRST "/home2/jdoe/domains/first.example/public_html"
#define JDOE                                                                                       \
    "a.b.first.example jdoe " FIRST "/a.b\n"                                                       \
    "alias.example jdoe " FIRST "\n"                                                               \
    "blog.first.example jdoe " FIRST "/blog\n"                                                     \
    "first.example jdoe " FIRST " main\n"

static void the_files_of_all_and_of_one(void **state)
{
    (void)state;
    assert_string_equal(listed(NULL, NULL), JDOE
                        "other.example acme /home/acme/domains/other.example/public_html main\n"
                        "second.example jdoe /home2/jdoe/domains/second.example/public_html\n"
                        "shop.first.example jdoe " FIRST "/shop\n");
    assert_string_equal(listed("jdoe", NULL),
                        JDOE "second.example jdoe /home2/jdoe/domains/second.example/public_html\n"
                             "shop.first.example jdoe " FIRST "/shop\n");
    assert_string_equal(listed("nobody", NULL), "");
    assert_string_equal(listed("gone", NULL), "");
}

/* What another has is not even opened: acme's file could not be read. */
static void one_owner_reads_only_his_files(void **state)
{
    (void)state;
    assert_int_equal(unlinkat(root.fd, USERS "/acme/domains.list", 0), 0);
    put_dir(&root, USERS "/acme/domains.list");
    assert_non_null(strstr(listed("jdoe", NULL), "first.example"));
    assert_non_null(strstr(listed(NULL, "shop.first.example"), "first.example"));
    assert_non_null(strstr(listed(NULL, NULL), "acme/domains.list")); /* the control */
}

static void a_name_is_found_by_the_list_of_owners(void **state)
{
    (void)state;
    char owner[SC_OWNER_MAX + 1];
    struct sc_error err = SC_ERROR_INIT;
    static const struct {
        const char *name, *owner;
    } cases[] = {
        {"first.example", "jdoe"}, {"shop.first.example", "jdoe"}, {"*.first.example", "jdoe"},
        {"alias.example", "jdoe"}, {"other.example", "acme"},      {"xfirst.example", ""},
        {"example", ""},           {"missing.example", ""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(sc_da_files_owner(&da, cases[i].name, owner, &err), 0);
        assert_string_equal(owner, cases[i].owner);
    }
    assert_string_equal(listed(NULL, "missing.example"), "");
    assert_string_equal(listed("acme", "first.example"), "");

    /* The nearest parent counts; what is no line of the list is passed over. */
    put_file(&root, "etc/virtual/domainowners",
             "first.example: jdoe\nshop.first.example:acme\r\nb\xc3\xbc"
             "cher.example: acme\n"
             "no colon\nbad.example: ../x\n: jdoe\n");
    assert_int_equal(sc_da_files_owner(&da, "x.shop.first.example", owner, &err), 0);
    assert_string_equal(owner, "acme");
    assert_int_equal(sc_da_files_owner(&da, "xn--bcher-kva.example", owner, &err), 0);
    assert_string_equal(owner, "acme");
    assert_int_equal(sc_da_files_owner(&da, "bad.example", owner, &err), 0);
    assert_string_equal(owner, "");

    /* No list: all are looked through. */
    assert_int_equal(unlinkat(root.fd, "etc/virtual/domainowners", 0), 0);
    assert_non_null(strstr(listed(NULL, "other.example"), "other.example acme"));
}

static void overrides_in_every_encoding(void **state)
{
    (void)state;
    put("jdoe", "domains/first.example.subdomains",
        "app\nold\nphponly\nnew\nhalf\nup\n*\nclassic\n");
    put_sample("jdoe", "domains/first.example.subdomains.docroot.override",
               "fully-encoded.subdomains.docroot.override");
    assert_string_equal(listed("jdoe", NULL),
                        "*.first.example jdoe " FIRST "/*\n"
                        "alias.example jdoe " FIRST "\n"
                        "app.first.example jdoe /home2/jdoe/domains/app.first.example/public_html\n"
                        "classic.first.example jdoe " FIRST "/classic\n"
                        "first.example jdoe " FIRST " main\n"
                        "half.first.example jdoe " FIRST "/half\n"
                        "new.first.example jdoe " FIRST "/new\n"
                        "old.first.example jdoe " FIRST "/old\n"
                        "phponly.first.example jdoe " FIRST "/phponly\n"
                        "second.example jdoe /home2/jdoe/domains/second.example/public_html\n"
                        "up.first.example jdoe " FIRST "/up\n");
    put("jdoe", "domains/first.example.subdomains.docroot.override",
        "new=public_html=/domains/new.first.example/public_html&private_html=/x&php1_select=1\n"
        "half=private_html=/y&public_html=%2Fhome2%2Fjdoe%2Fsites%2Fhalf%20it\n"
        "up=public_html=/../../etc\n"
        "old=public_html=relative\n"
        "app=public_html%zz\n"
        "classic=public_html=/a%00b\n"
        "*=public_html=/wild\n");
    const char *all = listed("jdoe", NULL);
    assert_non_null(
        strstr(all, "new.first.example jdoe /home2/jdoe/domains/new.first.example/public_html\n"));
    assert_non_null(strstr(all, "half.first.example jdoe /home2/jdoe/sites/half it\n"));
    assert_non_null(strstr(all, "*.first.example jdoe /home2/jdoe/wild\n"));
    assert_non_null(strstr(all, "old.first.example jdoe " FIRST "/old\n"));
    assert_non_null(strstr(all, "app.first.example jdoe " FIRST "/app\n"));
    assert_non_null(strstr(all, "classic.first.example jdoe " FIRST "/classic\n"));
    assert_null(strstr(all, "up.first.example")); /* it is nowhere in the home */
}

static void tokens_of_custom_templates(void **state)
{
    (void)state;
    put("jdoe", "domains/first.example.cust_httpd",
        "|?DOCROOT=`HOME`/domains/`DOMAIN`/public_html/web|\n"
        "CustomLog \"|/usr/bin/logger x|y\" combined\n"
        "|*if SSL_TEMPLATE=\"1\"|\n|?DOCROOT=`HOME`/ssl|\n|*endif|\n"
        "|*if SUB=\"shop\"|\n  "
        "|?SDOCROOT=`HOME`/shops/`SUB`|\n|*else|\n|?SDOCROOT=`HOME`/rest/`SUB`|\n"
        "|*endif|\n"
        "|*if SUB=\"blog\"|\n|?SDOCROOT=`UNKNOWN`/x|\n|?DOCROOT=`HOME`/ignored|\n|*endif|\n");
    put("jdoe", "domains/first.example.subdomains.docroot.override",
        "a.b=public_html=/over/ride\n");
    const char *all = listed("jdoe", NULL);
    assert_non_null(strstr(all, "first.example jdoe " FIRST "/web main\n"));
    assert_non_null(strstr(all, "alias.example jdoe " FIRST "/web\n"));
    assert_non_null(strstr(all, "shop.first.example jdoe /home2/jdoe/shops/shop\n"));
    assert_non_null(strstr(all, "blog.first.example jdoe /home2/jdoe/rest/blog\n"));
    assert_non_null(strstr(all, "a.b.first.example jdoe /home2/jdoe/over/ride\n"));
    /* Where Apache's has none, nginx's counts; then what the lists themselves say. */
    put("jdoe", "domains/first.example.cust_httpd", "# nothing\n");
    put("jdoe", "domains/first.example.cust_nginx", "|?DOCROOT=\"/srv/x\"|\n");
    put("jdoe", "domains/first.example.subdomains", "shop=/own/shop\nblog=relative\n");
    put("jdoe", "domains/second.example.conf", "public_html=/pub/second\n");
    all = listed("jdoe", NULL);
    assert_non_null(strstr(all, "first.example jdoe /srv/x main\n"));
    assert_non_null(strstr(all, "shop.first.example jdoe /home2/jdoe/own/shop\n"));
    assert_non_null(strstr(all, "blog.first.example jdoe " FIRST "/blog\n"));
    assert_non_null(strstr(all, "second.example jdoe /home2/jdoe/pub/second\n"));
}

/* What the text sets, "-" for nothing; then " +PATH" for each further place, " ?PATH (|TOKEN|)" for
 * each that may be one. */
static const char *token(const char *text, const char *sub)
{
    static char out[512];
    const struct sc_da_site site = {"u", "/home/u", "d.example", sub, "/home/u/plain"};
    SC_CLEANUP(sc_da_places_done) struct sc_da_places also = {0};
    SC_FREE char *path = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_da_tokens_docroot(text, &site, &path, &also, &err), 0);
    int n = snprintf(out, sizeof(out), "%s", path ? path : "-");
    for (size_t i = 0; i < also.n; i++) {
        const struct sc_da_place *p = &also.v[i];
        n += snprintf(out + n, sizeof(out) - (size_t)n, p->why ? " ?%s (|%s|)" : " +%s",
                      p->path ? p->path : "", p->why);
    }
    return out;
}

/* As DirectAdmin's own importer, and administrators, write them. */
static void conditions_on_the_subdomain(void **state)
{
    (void)state;
    const char *not_sub = "|*if !SUB|\n|?DOCROOT=`HOME`/a|\n|*endif|\n";
    assert_string_equal(token(not_sub, ""), "/home/u/a");
    assert_string_equal(token(not_sub, "s"), "-");
    const char *is_sub = "|*if SUB|\n|?DOCROOT=`HOME`/subs/`SUB`|\n|*endif|\n";
    assert_string_equal(token(is_sub, ""), "-");
    assert_string_equal(token(is_sub, "s"), "/home/u/subs/s");
    const char *both = "|*if !SUB|\n|?DOCROOT=/a|\n|*else|\n|?DOCROOT=/b/`SUB`|\n|*endif|\n";
    assert_string_equal(token(both, ""), "/a");
    assert_string_equal(token(both, "s"), "/b/s");
    const char *turned = "|*if SUB|\n|?SDOCROOT=/b|\n|*else|\n|?DOCROOT=/a|\n|*endif|\n";
    assert_string_equal(token(turned, ""), "/a");
    assert_string_equal(token(turned, "s"), "/b");
    const char *inner = "|*if SUB|\n|*if SUB!=\"t\"|\n|?DOCROOT=/a|\n|*else|\n|?DOCROOT=/b|\n"
                        "|*endif|\n|*endif|\n|*if !SUB|\n|*if DOMAIN='d.example'|\n|?DOCROOT=/c|\n"
                        "|*endif|\n|*endif|\n";
    assert_string_equal(token(inner, "s"), "/a");
    assert_string_equal(token(inner, "t"), "/b");
    assert_string_equal(token(inner, ""), "/c");
    /* spaces, and the first line as it is seen on servers */
    assert_string_equal(token("|*if !SUB\n|?DOCROOT=/a|\n|*endif|\n", ""), "/a");
    assert_string_equal(token("|*if !SUB\n|?DOCROOT=/a|\n|*endif|\n", "s"), "-");
    assert_string_equal(token("  |* if  SUB = \"s\" |\n|? DOCROOT= /a |\n|*endif |\n", "s"), "/a");
    assert_string_equal(token("|*if SUB==\"s\"|\n|?DOCROOT=/a|\n|*endif|\n", "s"), "/a");
}

static void variables_are_followed(void **state)
{
    (void)state;
    assert_string_equal(token("|?ROOT=`HOME`/r||?DOCROOT=`ROOT`/x|", ""), "/home/u/r/x");
    assert_string_equal(token("|?DOCROOT=`DOCROOT`/public|", ""), "/home/u/plain/public");
    assert_string_equal(token("|?DOCROOT=/a||?DOCROOT=`DOCROOT`/b|", ""), "/a/b");
    assert_string_equal(token("|*if SUB||?SDOCROOT=`SDOCROOT`/w||*endif|", "s"), "/home/u/plain/w");
    /* AND and OR, as its documentation has them */
    const char *either = "|?T=0||*if SUB=\"s\"||?T=1||*endif||*if SUB=\"t\"||?T=1||*endif|"
                         "|*if T=\"1\"||?DOCROOT=/a||*endif|";
    assert_string_equal(token(either, "s"), "/a");
    assert_string_equal(token(either, "t"), "/a");
    assert_string_equal(token(either, "v"), "-");
    assert_string_equal(token(either, ""), "-");
    assert_string_equal(token("|?X=1||*if X||?DOCROOT=/a||*else||?DOCROOT=/b||*endif|", ""), "/a");
    assert_string_equal(token("|?X=||*if X||?DOCROOT=/a||*else||?DOCROOT=/b||*endif|", ""), "/b");
}

/* Every branch is a place that may be the site's: it stays closed to others. */
static void what_is_not_understood_stays_closed(void **state)
{
    (void)state;
    assert_string_equal(token("|*if X=\"1\"||?DOCROOT=/a||*else||?DOCROOT=/b||*endif|", ""),
                        "- ?/a (|*if X=\"1\"|) ?/b (|*if X=\"1\"|)");
    assert_string_equal(token("|*if N>\"1\"||?DOCROOT=/a||*endif||?DOCROOT=/b|", ""),
                        "/b ?/a (|*if N>\"1\"|)");
    assert_string_equal(token("|*if SUB~\"x\"||?DOCROOT=/a||*endif|", ""),
                        "- ?/a (|*if SUB~\"x\"|)");
    assert_string_equal(token("|*if !SUB=\"x\"||?DOCROOT=/a||*endif|", ""),
                        "- ?/a (|*if !SUB=\"x\"|)");
    assert_string_equal(token("|*if SUB=\"x\"||*elseif SUB||?DOCROOT=/a||*endif|", ""),
                        "- ?/a (|*elseif SUB|)");
    assert_string_equal(token("|*if X||?DOCROOT=/a-`SUB`||*endif|", "s"), "- ?/a-s (|*if X|)");
    assert_string_equal(token("|?DOCROOT=/a-`SUB`|", "s"), "- +/a-s");
    assert_string_equal(token("|*while X||?DOCROOT=/a|", ""), "- ?/a (|*while X|)");
    assert_string_equal(token("|*if ||?DOCROOT=/a||*endif|", ""), "- ?/a (|*if |)");
    assert_string_equal(token("|*if X||?V=1||*endif||*if V=\"1\"||?DOCROOT=/a||*endif|", ""),
                        "- ?/a (|*if V=\"1\"|)");
    assert_string_equal(token("|*if X=\"1\"||*if SUB=\"t\"||?DOCROOT=/a||*endif||*endif|", "s"),
                        "-");
    /* where it leads cannot be told */
    assert_string_equal(token("|?DOCROOT=`X`/a|", ""), "- ? (|?DOCROOT=`X`/a|)");
    assert_string_equal(token("|?DOCROOT=rel|", ""), "- ? (|?DOCROOT=rel|)");
    assert_string_equal(token("|?DOCROOT=/a`HOME|", ""), "- ? (|?DOCROOT=/a`HOME|)");
    assert_string_equal(token("|?DOCROOT=/a\n|", ""), "- ?/a (|?DOCROOT=/a|)");
    /* what the host for HTTPS has is no question, but another place */
    assert_string_equal(
        token("|*if SSL_TEMPLATE=\"1\"||?DOCROOT=/s||*else||?DOCROOT=/p||*endif|", ""), "/p +/s");
    /* and what one of the two tokens for subdomains sets that the other overrules */
    assert_string_equal(token("|*if SUB||?SDOCROOT=/s||?DOCROOT=/d||*endif|", "s"), "/s +/d");
    assert_string_equal(token("|*if SUB||?DOCROOT=/d||?SDOCROOT=/s||*endif|", "s"), "/s +/d");
}

static void conditions_in_each_other(void **state)
{
    (void)state;
    assert_string_equal(
        token("|*if DOMAIN=\"d.example\"||?DOCROOT=/a||*else||?DOCROOT=/b||*endif|", ""), "/a");
    assert_string_equal(
        token("|*if DOMAIN!=\"d.example\"||?DOCROOT=/a||*else||?DOCROOT=/b||*endif|", ""), "/b");
    assert_string_equal(
        token("|*if SUB=\"s\"||*if X=\"1\"||?SDOCROOT=/a||*endif||?SDOCROOT=/b||*endif|", "s"),
        "/b ?/a (|*if X=\"1\"|)");
    assert_string_equal(token("|*if SUB=\"s\"||?DOCROOT=/a||*endif|", "s"), "/a");
    assert_string_equal(token("|*if SUB=\"s\"||?DOCROOT=/a||*endif|", "t"), "-");
    assert_string_equal(token("|*if SUB=\"s\"||?DOCROOT=/a||*endif|", ""), "-");
    assert_string_equal(token("|*if SUB=\"\"||?DOCROOT=/a||*endif|", ""), "/a");
    assert_string_equal(token("|?DOCROOT=/a|", "s"), "-");
    assert_string_equal(token("|?SDOCROOT=/a|", ""), "-");
    assert_string_equal(token("|*endif||*else||?DOCROOT=`HOME`/`USER`  |", ""), "/home/u/u");
    char deep[40 * 12 + 64] = "";
    for (int i = 0; i < 40; i++)
        strcat(deep, "|*if SUB=\"\"|");
    strcat(deep, "|?DOCROOT=/deep|");
    assert_string_equal(token(deep, ""), "- ?/deep (|*if SUB=\"\"|)");
    assert_string_equal(token(deep + 12 * 12, ""), "/deep"); /* 28 of them: the control */
}

static void links_in_the_files_are_not_followed(void **state)
{
    (void)state;
    put_file(&root, "secret", "stolen\n");
    assert_int_equal(unlinkat(root.fd, USERS "/jdoe/domains/first.example.subdomains", 0), 0);
    put_link(&root, USERS "/jdoe/domains/first.example.subdomains", at(&root, "secret"));
    const char *all = listed("jdoe", NULL);
    assert_null(strstr(all, "stolen"));
    assert_non_null(strstr(all, "first.example.subdomains"));
}

static void names_that_are_none_are_left_out(void **state)
{
    (void)state;
    put("acme", "domains.list",
        "other.example\n../../jdoe/domains/first.example\n-x.example\nB\xc3\x9c"
        "CHER.example\r\n");
    put("acme", "domains/other.example.subdomains", "ok\n../x\n-bad\n$(id)\n");
    put("acme", "domains/other.example.pointers", "p q=alias\nplain.example\nr.example=pointer\n");
    assert_string_equal(listed("acme", NULL),
                        "ok.other.example acme /home/acme/domains/other.example/public_html/ok\n"
                        "other.example acme /home/acme/domains/other.example/public_html main\n"
                        "xn--bcher-kva.example acme /home/acme/domains/B\xc3\x9c"
                        "CHER.example/public_html\n");
    const struct sc_question q = {.owner = "acme"};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_da_domains(&caller, &q, &d, NULL), 0);
    assert_string_equal(odd_text(&d.odds),
                        "- acme - hides\n- acme - hides\n"
                        "- acme /home/acme/domains/other.example/public_html/../x\n"
                        "- acme /home/acme/domains/other.example/public_html/-bad\n"
                        "- acme /home/acme/domains/other.example/public_html/$(id)\n"
                        "- acme /home/acme/domains/other.example/public_html\n");
}

/* A domain is a domain, whoever calls a subdomain so. */
static void domains_come_before_subdomains(void **state)
{
    (void)state;
    put("acme", "domains.list", "other.example\nshop.first.example\n");
    assert_non_null(strstr(listed(NULL, NULL), "\nshop.first.example acme /home/acme/"));
}

/* The directory called like the domain is the domain's alone; subdomains and aliases have none. */
static void directories_of_domains(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_da_files_domains(&da, "acme", &d, &err), 0);
    sc_domains_finish(&d);
    for (size_t i = 0; i < d.n; i++) {
        bool is_domain = strcmp(d.v[i].name, "other.example") == 0;
        assert_int_equal(d.v[i].site_dir != NULL, is_domain);
        if (is_domain)
            assert_string_equal(d.v[i].site_dir, "/home/acme/domains/other.example");
    }
    assert_non_null(sc_domains_find(&d, "other.example"));
}

/* ---- the API ---- */

static const char *answered(const char *json, const char *owner)
{
    static char why[SC_ERROR_TEXT_MAX];
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_da_answer(json, strlen(json), "it", owner, &d, &err) < 0) {
        assert_int_equal(err.code, SC_E_PANEL);
        snprintf(why, sizeof(why), "%s", err.text);
        return why;
    }
    sc_domains_finish(&d);
    return lines(&d);
}

static const char *sample_answered(const char *sample, const char *owner)
{
    char path[512];
    struct sc_buf text = SC_BUF_INIT;
    snprintf(path, sizeof(path), PAYLOADS "%s", sample);
    assert_int_equal(sc_read_file(path, 1 << 20, &text, NULL), 0);
    const char *out = answered(text.data, owner);
    sc_buf_free(&text);
    return out;
}

static void samples_of_the_api(void **state)
{
    (void)state;
    static const char admin[] = "blog.firma.pl u /home/u/domains/blog.firma.pl/public_html\n"
                                "firma.pl u /home/u/domains/firma.pl/public_html\n";
    assert_string_equal(sample_answered("api-document_root-admin.json", NULL), admin);
    assert_string_equal(sample_answered("api-document_root-admin.json", "u"), admin);
    assert_string_equal(sample_answered("api-document_root-admin.json", "empty"), "");
    assert_string_equal(sample_answered("api-document_root-user.json", "jdoe"),
                        "blog.firma.pl jdoe /home/u/domains/firma.pl/public_html/blog\n"
                        "firma.pl jdoe /home/u/domains/firma.pl/public_html\n"
                        "sklep.pl jdoe /home/u/domains/sklep.pl/public_html\n");
    assert_string_equal(sample_answered("api-document_root-user.json", NULL),
                        "it answered for one user only: configure an administrator's name and key");
    /* Lists of domains are no answer to this question. */
    assert_non_null(strstr(sample_answered("api-show_domains.txt", "u"), "valid JSON"));
    assert_non_null(strstr(sample_answered("api-show_domains-encoded.txt", "u"), "valid JSON"));
}

static void answers_that_are_none(void **state)
{
    (void)state;
    assert_string_equal(answered("error=1&text=No%20such+thing&details=x", "u"),
                        "it reports an error: No such thing");
    assert_string_equal(answered("error=1", "u"), "it reports an error: no reason given");
    assert_string_equal(answered("{\"error\":\"1\",\"text\":\"Access denied\"}", "u"),
                        "it reports an error: Access denied");
    assert_string_equal(answered("{\"error\":\"Cannot do\"}", NULL),
                        "it reports an error: Cannot do");
    assert_string_equal(answered("\n<!DOCTYPE html><html>", "u"),
                        "it answered with a web page: name and key are wrong, or it is not "
                        "DirectAdmin's address");
    assert_non_null(strstr(answered("", "u"), "it did not answer with valid JSON"));
    assert_string_equal(answered("[]", "u"), "it answered with JSON that is not an object");
    assert_string_equal(answered("{\"users\":[]}", "u"), "it: \"users\" is not an object");
    assert_string_equal(answered("{\"users\":{\"u\":{}}}", NULL),
                        "it: \"domains\" of user 'u' is missing");
    assert_string_equal(answered("{}", "u"), "");
    assert_string_equal(answered("{\"users\":{\"u\":{\"domains\":[]}}}", NULL), "");
    assert_string_equal(
        answered(
            "{\"a.example\":{\"public_html\":\"/home/u/../x\"},\"-\":{\"public_html\":\"/x\"},"
            "\"b.example\":{\"public_html\":7},\"c.example\":{\"public_html\":\"/home/u//c/\"}}",
            "u"),
        "c.example u /home/u/c\n");
}

/* What is odd of the answer; the domains beside are read. */
static void assert_odd(const char *json, const char *want, const char *odd)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_da_answer(json, strlen(json), "it", "u", &d, &err) < 0)
        fail_msg("%s", err.text);
    sc_domains_finish(&d);
    assert_string_equal(lines(&d), want);
    assert_string_equal(odd_text(&d.odds), odd);
}

static void answers_that_are_odd(void **state)
{
    (void)state;
    static const char good[] = "b.example u /b\n";
#define B "\"b.example\":{\"public_html\":\"/b\"}"
    assert_odd("{\"a.example\":\"/x\"," B "}", good, "a.example u -\n");
    assert_odd("{\"a.example\":{\"public_html\":null}," B "}", good, "a.example u -\n");
    assert_odd("{\"a.example\":{\"public_html\":\"x\"}," B "}", good, "a.example u x\n");
    assert_odd("{\"a b\":{\"public_html\":\"/x\"}," B "}", good, "- u /x\n");
    assert_odd("{\"a.example\":{\"public_html\":\"/x\"},\"a.example\":{\"public_html\":\"/y\"}," B
               "}",
               "a.example u /x\nb.example u /b\n", "- u /y\n");
    assert_odd("{\"b.example\":{\"public_html\":\"/b\",\"x\":\"\xff\",\"subdomains\":{\"s\":{},"
               "\"t\":{\"public_html\":\"/t\"},\"u v\":{\"public_html\":\"/u\"}}}}",
               "b.example u /b\nt.b.example u /t\n", "s.b.example u -\n- u /u\n");
    assert_string_equal(
        answered("{\"a.example\":\"/x\"}", "u"),
        "it told no domain rightly: domain 'a.example': its document root '' is not "
        "an absolute path");
    assert_odd("\nWarning: x in /y on line 1\n{" B "}", good, "- - - hides\n");
    assert_odd("{\"users\":{\"v\":{\"domains\":7},\"u\":{\"domains\":{" B ",}}}}", good,
               "- u - hides\n");
}

static void aliases_and_main_domains_come_from_the_files(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_domains_add(&d, "first.example", "jdoe", "/x/first", false, &err), 0);
    assert_int_equal(sc_domains_add(&d, "other.example", "mallory", "/x/other", false, &err), 0);
    sc_domains_finish(&d);
    assert_int_equal(sc_da_files_complete(&da, NULL, &d, &err), 0);
    assert_string_equal(lines(&d), "alias.example jdoe /x/first\nfirst.example jdoe /x/first main\n"
                                   "other.example mallory /x/other\n");
    /* Without the files the answer stays as it is. */
    struct sc_da nowhere = {.prefix = "/nonexistent"};
    assert_int_equal(sc_da_files_complete(&nowhere, NULL, &d, &err), 0);
    assert_int_equal(d.n, 3);
}

static void one_time_addresses(void **state)
{
    (void)state;
    struct sc_da_login l;
    assert_true(sc_da_login_parse("https://admin:k%40y@server.example:2222\n", &l));
    assert_string_equal(l.url, "https://server.example:2222");
    assert_string_equal(l.user, "admin");
    assert_string_equal(l.secret, "k@y");
    assert_true(sc_da_login_parse("https://a:b@[::1]:2222/", &l));
    assert_string_equal(l.url, "https://[::1]:2222");
    static const char *const bad[] = {"",
                                      "http://a:b@c:2222",
                                      "https://server.example:2222",
                                      "https://a@server.example",
                                      "https://a:b@",
                                      "https://:b@c",
                                      "https://a:@c",
                                      "https://a:b%00c@d",
                                      "https://a:b@c:2222/path",
                                      "usage: directadmin [options]"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(sc_da_login_parse(bad[i], &l));
    assert_string_equal(l.secret, "b"); /* failures leave it alone */
}

/* A program that gives an address nobody answers at: the files are read. One that gives none:
 * too. */
static void an_api_that_fails_falls_back_to_the_files(void **state)
{
    (void)state;
    put_file(&root, "usr/local/directadmin/directadmin",
             "#!/bin/sh\n[ \"$1\" = api-url ] && echo https://admin:topsecret@127.0.0.1:1\n");
    assert_int_equal(fchmodat(root.fd, "usr/local/directadmin/directadmin", 0755, 0), 0);
    assert_non_null(strstr(listed("acme", NULL), "other.example acme"));
    /* The files cannot be read either: both reasons, and no secret. */
    assert_int_equal(renameat(root.fd, USERS, root.fd, "elsewhere"), 0);
    const char *why = listed("acme", NULL);
    assert_int_equal(strncmp(why, "-7 ", 3), 0);
    assert_non_null(strstr(why, "; and cannot read DirectAdmin's users in "));
    assert_null(strstr(why, "topsecret"));
}

/* ---- users, panel_info, paths ---- */

static void users_records(void **state)
{
    (void)state;
    SC_JSON json_t *all = NULL, *one = NULL, *none = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_da_users(&caller, &(struct sc_question){0}, &all, &err), 0);
    SC_FREE char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(
        text, "[{\"domain\":\"other.example\",\"email\":null,\"id\":1002,\"locale_code\":null,"
              "\"owner\":\"bob\",\"package\":null,\"username\":\"acme\"},"
              "{\"domain\":\"first.example\",\"email\":\"jdoe@example.com\",\"id\":1001,"
              "\"locale_code\":\"en\",\"owner\":\"admin\",\"package\":{\"name\":\"gold\","
              "\"owner\":\"admin\"},\"username\":\"jdoe\"}]");
    assert_int_equal(sc_da_users(&caller, &(struct sc_question){.username = "jdoe"}, &one, &err),
                     0);
    assert_int_equal(json_array_size(one), 1);
    assert_int_equal(sc_da_users(&caller, &(struct sc_question){.username = "gone"}, &none, &err),
                     0);
    assert_int_equal(json_array_size(none), 0);
}

static void panel_description(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *plain = NULL, *known = NULL;
    assert_int_equal(sc_da_panel_info(&caller, &plain, &err), 0);
    assert_string_equal(json_string_value(json_object_get(plain, "name")), "DirectAdmin");
    assert_string_equal(json_string_value(json_object_get(plain, "version")), "unknown");
    assert_string_equal(json_string_value(json_object_get(plain, "user_login_url")),
                        "https://{domain}:2222/");
    put_dirs(&root, "usr/local/directadmin/conf");
    put_file(&root, "usr/local/directadmin/conf/directadmin.conf", "port=2083\nmysql=secret\n");
    put_file(&root, "usr/local/directadmin/directadmin",
             "#!/bin/sh\n[ \"$1\" = v ] && echo 'Version: DirectAdmin v.1.661'\n");
    assert_int_equal(fchmodat(root.fd, "usr/local/directadmin/directadmin", 0755, 0), 0);
    assert_int_equal(sc_da_panel_info(&caller, &known, &err), 0);
    assert_string_equal(json_string_value(json_object_get(known, "version")), "1.661");
    assert_string_equal(json_string_value(json_object_get(known, "user_login_url")),
                        "https://{domain}:2083/");
}

static void paths_to_watch(void **state)
{
    (void)state;
    struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    assert_int_equal(sc_da_paths(&da, &out, &err), 0);
    snprintf(want, sizeof(want), "%s/" USERS "\n%s/etc/virtual/domainowners\n", root.path,
             root.path);
    assert_int_equal(strncmp(out.data, want, strlen(want)), 0);
    snprintf(want, sizeof(want), "%s/" USERS "/jdoe/domains\n", root.path);
    assert_non_null(strstr(out.data, want));
    sc_buf_free(&out);
}

static void lines_and_values(void **state)
{
    (void)state;
    char text[] = "  a = 1 \r\n#no\n\n b\nc=", value[8];
    assert_true(sc_da_conf_get(text, "a", value, sizeof(value)));
    assert_string_equal(value, "1");
    assert_true(sc_da_conf_get(text, "c", value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(sc_da_conf_get(text, "b", value, sizeof(value)));
    assert_false(sc_da_conf_get("ab=1\n", "a", value, sizeof(value)));
    assert_false(sc_da_conf_get("a=12345678\n", "a", value, sizeof(value)));
    assert_string_equal(value, "");
    struct sc_da_lines it = {text};
    char *line = sc_da_line(&it);
    assert_string_equal(line, "a = 1");
    assert_string_equal(sc_da_value(line), "1");
    assert_string_equal(line, "a");
    line = sc_da_line(&it);
    assert_string_equal(line, "b");
    assert_null(sc_da_value(line));
    assert_string_equal(sc_da_line(&it), "c=");
    assert_null(sc_da_line(&it));
    assert_null(sc_da_line(&it));
}

static void overrides_alone(void **state)
{
    (void)state;
    char out[32] = "before";
    assert_true(sc_da_override("public_html%3D%252Fa%252Fb%26x%3D1", out, sizeof(out)));
    assert_string_equal(out, "/a/b");
    assert_true(sc_da_override("x=1&public_html=/c", out, sizeof(out)));
    assert_string_equal(out, "/c");
    assert_false(sc_da_override("public_html=", out, sizeof(out)));
    assert_false(sc_da_override("xpublic_html=/d", out, sizeof(out)));
    assert_false(
        sc_da_override("public_html=/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", out, sizeof(out)));
    assert_false(sc_da_override("", out, sizeof(out)));
    assert_string_equal(out, "/c");
    assert_true(sc_da_below_home("/home/u", "/home/u/x", out, sizeof(out)));
    assert_string_equal(out, "/home/u/x");
    assert_true(sc_da_below_home("/home/u", "/home/user/x", out, sizeof(out)));
    assert_string_equal(out, "/home/u/home/user/x");
    assert_false(sc_da_below_home("/home/u", "x", out, sizeof(out)));
}

#define ON_SERVER(f) cmocka_unit_test_setup_teardown(f, make_server, remove_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_values),
        cmocka_unit_test(overrides_alone),
        cmocka_unit_test(conditions_in_each_other),
        cmocka_unit_test(samples_of_the_api),
        cmocka_unit_test(answers_that_are_none),
        cmocka_unit_test(answers_that_are_odd),
        cmocka_unit_test(one_time_addresses),
        ON_SERVER(the_files_of_all_and_of_one),
        ON_SERVER(one_owner_reads_only_his_files),
        ON_SERVER(a_name_is_found_by_the_list_of_owners),
        ON_SERVER(overrides_in_every_encoding),
        ON_SERVER(tokens_of_custom_templates),
        cmocka_unit_test(conditions_on_the_subdomain),
        cmocka_unit_test(variables_are_followed),
        cmocka_unit_test(what_is_not_understood_stays_closed),
        ON_SERVER(links_in_the_files_are_not_followed),
        ON_SERVER(names_that_are_none_are_left_out),
        ON_SERVER(domains_come_before_subdomains),
        ON_SERVER(directories_of_domains),
        ON_SERVER(aliases_and_main_domains_come_from_the_files),
        ON_SERVER(an_api_that_fails_falls_back_to_the_files),
        ON_SERVER(users_records),
        ON_SERVER(panel_description),
        ON_SERVER(paths_to_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
