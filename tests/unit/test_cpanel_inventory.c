/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains, users and panel_info from cPanel's files, and from its API where there are none. */
#include "tests/unit/fixture.h"

#include "tests/unit/odd_text.h"

#include <pwd.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/inventory/envelope.h"
#include "cpanel/accounts.h"
#include "cpanel/api.h"
#include "cpanel/cpanel.h"
#include "cpanel/userdata.h"
#include "cpanel/userdatadomains.h"
#include "cpanel/users_file.h"
#include "cpanel/yaml.h"
#include "tests/unit/tempdir.h"

#define PAYLOADS SC_TEST_SOURCE "/tests/payloads/cpanel/"

/* ---- a panel in a directory ---- */

static struct tempdir t;
static struct sc_cpanel cp;
static const struct sc_caller root = {.home = "/root", .timeout_ms = 5000};

/* What the fake API answers, and what it was asked. */
static struct {
    const char *conf; /* NULL: [api] is not set */
    const char *answers[4];
    int codes[4]; /* instead of an answer */
    size_t n;
    char asked[2048];
} api;

static int fake_conf(struct sc_api_conf *ret, struct sc_error *err)
{
    if (!api.conf)
        return sc_error_set(err, SC_E_NOTFOUND, "no [api] url");
    *ret = (struct sc_api_conf){
        .url = strdup(api.conf), .user = strdup("root"), .secret = strdup("TOKEN")};
    return 0;
}

static int fake_fetch(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err)
{
    size_t n = strlen(api.asked);
    snprintf(api.asked + n, sizeof(api.asked) - n, "%s [%s]\n", rq->url, rq->headers[0]);
    assert_true(api.n < 4);
    size_t i = api.n++;
    if (api.codes[i])
        return sc_error_set(err, api.codes[i], "https://h:2087: refused");
    assert_non_null(api.answers[i]);
    sc_buf_free(out);
    sc_buf_str(out, api.answers[i]);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    tempdir_make(&t);
    memset(&api, 0, sizeof(api));
    cp = (struct sc_cpanel){.root = t.path, .api_conf = fake_conf, .fetch = fake_fetch};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tempdir_remove(&t);
    return 0;
}

/* Writes a file of the panel, `age` seconds old, as its directory becomes. */
static void put(const char *path, const char *text, int age)
{
    char full[512], dir[512];
    struct sc_error err = SC_ERROR_INIT;
    snprintf(full, sizeof(full), "%s%s", t.path, path);
    snprintf(dir, sizeof(dir), "%s", full);
    *strrchr(dir, '/') = 0;
    assert_int_equal(sc_mkdir_p(dir, 0755, &err), 0);
    assert_int_equal(sc_replace_file(full, 0644, text, strlen(text), &err), 0);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec times[2] = {{.tv_sec = now.tv_sec - age}, {.tv_sec = now.tv_sec - age}};
    assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, dir, times, 0), 0);
}

static char *payload(const char *name)
{
    char path[512];
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    snprintf(path, sizeof(path), PAYLOADS "%s", name);
    if (sc_read_file(path, 1 << 20, &b, &err) < 0)
        fail_msg("%s", err.text);
    return sc_steal_ptr(&b.data);
}

/* "name owner docroot[ main]", a line each. */
static const char *lines(const struct sc_domains *d)
{
    static char text[8192];
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < d->n; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s %s%s\n", d->v[i].name,
                              d->v[i].owner, d->v[i].docroot, d->v[i].is_main ? " main" : "");
    return text;
}

static void assert_domains(const char *owner, const char *name, const char *want)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_question q = {.owner = owner, .name = name};
    if (sc_cpanel_domains(&cp, &root, &q, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(lines(&d), want);
}

static void assert_no_domains(const char *owner, const char *name, int code, const char *part)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_question q = {.owner = owner, .name = name};
    assert_int_equal(sc_cpanel_domains(&cp, &root, &q, &d, &err), code);
    assert_error_has(&err, code, part);
    assert_int_equal(d.n, 0);
}

#define BOB_MAIN                                                                                   \
    "---\nmain_domain: bob.example\naddon_domains:\n  addon.example: addon.bob.example\n"          \
    "parked_domains:\n  - alias.example\nsub_domains:\n  - '*.bob.example'\n"                      \
    "  - addon.bob.example\n  - shop.bob.example\n"

/* An account with one domain of each kind; userdata is `age` seconds old. */
static void put_bob(int age)
{
    put("/var/cpanel/users/bob", "DNS=bob.example\nUSER=bob\nOWNER=root\nPLAN=gold\n", age);
    put("/var/cpanel/userdata/bob/bob.example", "---\ndocumentroot: /home/bob/public_html\n", age);
    put("/var/cpanel/userdata/bob/*.bob.example", "---\ndocumentroot: /home/bob/wild\n", age);
    put("/var/cpanel/userdata/bob/addon.bob.example", "---\ndocumentroot: /home/bob/addon/\n", age);
    put("/var/cpanel/userdata/bob/shop.bob.example",
        "---\ndocumentroot: /home/bob/public_html/shop\nuser: bob\n", age);
    put("/var/cpanel/userdata/bob/main", BOB_MAIN, age);
}

#define BOB                                                                                        \
    "*.bob.example bob /home/bob/wild\n"                                                           \
    "addon.bob.example bob /home/bob/addon\n"                                                      \
    "addon.example bob /home/bob/addon\n"                                                          \
    "alias.example bob /home/bob/public_html\n"                                                    \
    "bob.example bob /home/bob/public_html main\n"                                                 \
    "shop.bob.example bob /home/bob/public_html/shop\n"

/* ---- the cache ---- */

static int collect(const struct sc_cpanel_row *row, void *arg)
{
    return sc_domains_add(arg, row->name, row->user, row->docroot, row->is_main, NULL);
}

static void reads_the_cache(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    SC_FREE char *text = payload("userdatadomains.txt");
    assert_int_equal(sc_cpanel_cache_text(text, strlen(text), collect, &d), 0);
    assert_string_equal(lines(&d), "abc.conheo.com khanhtest /home/khanhtest/abc.conheo.com\n"
                                   "conheo.com.khanhtest.com khanhtest /home/khanhtest/conheo.com\n"
                                   "conheo.com khanhtest /home/khanhtest/conheo.com\n"
                                   "example.com alice /home/alice/public_html main\n"
                                   "served.example.com alice /home/alice/served.example.com\n"
                                   "blog.example.net bob /home/bob/blog.example.net/wp\n"
                                   "shop.example acme /home/acme/public_html/shop\n");
    sc_domains_done(&d);
    SC_FREE char *hostile = payload("userdatadomains-hostile.txt");
    assert_int_equal(sc_cpanel_cache_text(hostile, strlen(hostile), collect, &d), 0);
    assert_string_equal(lines(&d), "*.wild.example bob /home/bob/public_html\n"
                                   "xn--80aikifvh.xn--j1amh bob /home/bob/public_html/a b/c\n"
                                   "alias.example bob /home/bob/public_html\n"
                                   "eq.example bob /home/bob/public_html/x=y\n");
    sc_domains_done(&d);
    static const char *const none[] = {"",
                                       "\n\n",
                                       ": ==",
                                       "a.example: bob",
                                       "a: b==c==d==e",
                                       "a.example:bob==r==main==a.example==/x",
                                       "a.example: bob==r==main==a.example==relative==x",
                                       "a.example: ==r==main==a.example==/x",
                                       "a.example: ../x==r==main==a.example==/x",
                                       "a.example: bob==r==main==a.example==/home/../etc==x"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        SC_FREE char *copy = strdup(none[i]);
        assert_int_equal(sc_cpanel_cache_text(copy, strlen(copy), collect, &d), 0);
        assert_int_equal(d.n, 0);
    }
    assert_string_equal(odd_text(&d.odds), "a.example bob -\na b -\n"
                                           "a.example bob relative\na.example - /x\n"
                                           "a.example - /x\na.example bob /home/../etc\n");
    char nul[] =
        "a.example: bob==r==main==a.example==/home/b\0b\nb.example: bob==r==sub==x==/b\r\n";
    assert_int_equal(sc_cpanel_cache_text(nul, sizeof(nul) - 1, collect, &d), 0);
    assert_string_equal(lines(&d), "b.example bob /b\n");
}

static void reads_the_cache_as_json(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    static const char json[] =
        "{\"a.example\":[\"bob\",\"root\",\"main\",\"a.example\",\"/home/bob/w\"],"
        "\"b.example\":[\"bob\",\"root\",\"sub\",\"a.example\"],\"c.example\":{},"
        "\"d.example\":[1,2,3,4,5],\"e.example\":[\"bob\",null,null,null,\"/e\"]}";
    assert_int_equal(sc_cpanel_cache_json(json, strlen(json), "the cache", collect, &d, &err), 0);
    sc_domains_finish(&d);
    assert_string_equal(lines(&d), "a.example bob /home/bob/w main\ne.example bob /e\n");
    assert_int_equal(sc_cpanel_cache_json("[]", 2, "the cache", collect, &d, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the cache: not a JSON object: something else");
    assert_int_equal(sc_cpanel_cache_json("{", 1, "the cache", collect, &d, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "the cache: not a JSON object: ");
}

/* ---- YAML ---- */

static int show(const char *key, const char *sub, const char *value, void *arg)
{
    char *text = arg;
    size_t n = strlen(text);
    snprintf(text + n, 4096 - n, "%s%s%s=%s;", key, sub ? "/" : "", sub ? sub : "", value);
    return 0;
}

static int yaml(const char *doc, char text[4096], struct sc_error *err)
{
    text[0] = 0;
    return sc_cpanel_yaml_read(doc, strlen(doc), "the file", show, text, err);
}

static void reads_yaml(void **state)
{
    (void)state;
    static const struct {
        const char *doc, *items;
    } cases[] = {
        {"", ""},
        {"---\n", ""},
        {"--- {}\n", ""},
        {"a: b\nc:\n  - d\n  - e\nf:\n  g: h\n", "a=b;c=d;c=e;f/g=h;"},
        {"a: &x b\nc: *x\nd: e\n", "a=b;d=e;"},
        {"a: {b: {c: d}, e: f}\ng: [[h], i]\n", "a/e=f;g=i;"},
        {"a:\n  -\n    b: c\n    d: e\nf: g\n", "f=g;"},
        {"? [x, y]\n: z\na: b\n", "a=b;"},
        {"? {x: y}\n: {q: z}\na: b\n", "a=b;"},
        {"a: \"b\\0c\"\nd: e\n", "d=e;"},
        {"a: 'x''y'\nb: \"\\u00fc\"\n", "a=x'y;b=\xc3\xbc;"},
        {"a: b\n---\nc: d\n", "a=b;"},
    };
    char text[4096];
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(yaml(cases[i].doc, text, &err), 0);
        assert_string_equal(text, cases[i].items);
    }
    assert_int_equal(yaml("- a\n", text, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the file: not a mapping");
    assert_int_equal(yaml("a", text, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the file: not a mapping");
    assert_int_equal(yaml("a: b\nc: [\n", text, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "the file line 3: not YAML: ");
    char deep[200];
    memset(deep, '[', sizeof(deep));
    memcpy(deep, "a: ", 3);
    deep[sizeof(deep) - 1] = 0;
    assert_int_equal(yaml(deep, text, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the file: nested too deeply");
    SC_FREE char *domain = payload("userdata-domain.yaml");
    SC_FREE char *docroot = NULL;
    assert_int_equal(sc_cpanel_docroot_parse(domain, strlen(domain), "the file", &docroot, &err),
                     0);
    assert_string_equal(docroot, "/home/acct/public_html");
    SC_FREE char *relative = NULL; /* whether it can be one is not asked here */
    assert_int_equal(sc_cpanel_docroot_parse("documentroot: x/y\n", 18, "f", &relative, &err), 0);
    assert_string_equal(relative, "x/y");
    static const char *const no_root[] = {"a: b\n", "documentroot: ''\n", "documentroot: {x: y}\n",
                                          "x: {documentroot: /y}\n"};
    for (size_t i = 0; i < 4; i++) {
        char *none = NULL;
        assert_int_equal(sc_cpanel_docroot_parse(no_root[i], strlen(no_root[i]), "f", &none, &err),
                         SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, "f: documentroot is missing");
        assert_null(none);
    }
    SC_FREE char *empty = payload("userdata-main-empty.yaml");
    SC_CLEANUP(sc_cpanel_names_done) struct sc_cpanel_names names = {0};
    assert_int_equal(sc_cpanel_main_parse(empty, strlen(empty), "main", &names, &err), 0);
    assert_int_equal(names.n, 1);
    assert_string_equal(names.v[0].name, "bare.example");
    assert_int_equal(names.v[0].kind, SC_CPANEL_MAIN);
}

/* ---- one account ---- */

static void tells_one_account(void **state)
{
    (void)state;
    put_bob(1000);
    assert_domains("bob", NULL, BOB);
    /* A user that the panel does not know has none. */
    assert_domains("nobody-such", NULL, "");
    /* The other name of a wildcard's file. */
    assert_int_equal(renameat(t.fd, "var/cpanel/userdata/bob/*.bob.example", t.fd,
                              "var/cpanel/userdata/bob/_wildcard_.bob.example"),
                     0);
    assert_domains("bob", NULL, BOB);
    assert_int_equal(api.n, 0);
}

/* bob's domains but `lines`, and what is odd. */
static void assert_odd(const char *want, const char *odd, const char *text)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_question q = {.owner = "bob"};
    if (sc_cpanel_domains(&cp, &root, &q, &d, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(lines(&d), want);
    assert_string_equal(odd_text(&d.odds), odd);
    if (!strstr(d.odds.v[0].text, text))
        fail_msg("\"%s\" lacks \"%s\"", d.odds.v[0].text, text);
}

static void passes_over_what_is_damaged(void **state)
{
    (void)state;
    static const char rest[] =
        "*.bob.example bob /home/bob/wild\naddon.bob.example bob /home/bob/addon\n"
        "addon.example bob /home/bob/addon\nalias.example bob /home/bob/public_html\n"
        "bob.example bob /home/bob/public_html main\n";
    put_bob(1000);
    assert_int_equal(unlinkat(t.fd, "var/cpanel/userdata/bob/shop.bob.example", 0), 0);
    assert_odd(rest, "shop.bob.example bob -\n", "/bob/shop.bob.example");
    static const struct {
        const char *file, *odd;
    } files[] = {
        {"", "shop.bob.example bob -\n"},
        {"documentroot: *x.y\n", "shop.bob.example bob -\n"},
        {"documentroot: ''\n", "shop.bob.example bob -\n"},
        {"documentroot: ~\n", "shop.bob.example bob ~\n"},
        {"documentroot: public_html/shop\n", "shop.bob.example bob public_html/shop\n"},
        {"documentroot: /home/bob/a/../shop\n", "shop.bob.example bob /home/bob/a/../shop\n"},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        put("/var/cpanel/userdata/bob/shop.bob.example", files[i].file, 1);
        assert_odd(rest, files[i].odd, "shop.bob.example");
    }
    put("/var/cpanel/userdata/bob/shop.bob.example", "documentroot: /home/bob/shop\n", 1000);
    put("/var/cpanel/userdata/bob/bad name", "documentroot: /home/bob/bad\n", 1000);
    put("/var/cpanel/userdata/bob/main",
        "main_domain: bob.example\nsub_domains: [shop.bob.example, 'bad name']\n", 1000);
    assert_odd("bob.example bob /home/bob/public_html main\nshop.bob.example bob /home/bob/shop\n",
               "- bob /home/bob/bad\n", "domain name 'bad name' has a character");
}

static void reads_names_in_any_spelling(void **state)
{
    (void)state;
    put_bob(1000);
    put("/var/cpanel/userdata/bob/Shop.Example.", "documentroot: /home/bob/s\n", 1000);
    put("/var/cpanel/userdata/bob/main",
        "main_domain: bob.example\nsub_domains: [Shop.Example.]\naddon_domains:\n  Add.On: "
        "Shop.Example.\n",
        1000);
    put("/etc/userdomains", "Shop.Example.: bob\nADD.on: bob\nbob.example: bob\n*: nobody\n", 1);
    assert_domains("bob", NULL,
                   "add.on bob /home/bob/s\nbob.example bob /home/bob/public_html main\n"
                   "shop.example bob /home/bob/s\n");
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_question q = {.name = "add.on"};
    assert_int_equal(sc_cpanel_domains(&cp, &root, &q, &d, &err), 0);
    assert_non_null(sc_domains_find(&d, "add.on"));
}

static void does_not_trust_what_is_half_written(void **state)
{
    (void)state;
    put_bob(1000);
    put("/var/cpanel/userdata/bob/main", "main_domain: [", 1000);
    assert_no_domains("bob", NULL, SC_E_PANEL, "/var/cpanel/userdata/bob/main line ");
    put("/var/cpanel/userdata/bob/main", "", 1000);
    assert_no_domains("bob", NULL, SC_E_PANEL, "main_domain is missing");
    /* An account without userdata is broken, not empty. */
    put("/var/cpanel/users/carl", "DNS=carl.example\n", 1000);
    assert_no_domains("carl", NULL, SC_E_PANEL, "is missing, but cPanel knows the user");
    /* A name may not lead elsewhere. */
    put("/var/cpanel/userdata/eve/main",
        "main_domain: eve.example\nsub_domains: [../bob/bob.example, /etc/passwd, '']\n", 1000);
    put("/var/cpanel/userdata/eve/eve.example", "documentroot: /home/eve/../bob\n", 1000);
    assert_domains("eve", NULL, "");
}

static void an_account_that_only_the_cache_has(void **state)
{
    (void)state;
    put("/etc/userdatadomains",
        "d.example: dora==root==main==d.example==/home/dora/public_html==1.2.3.4:80\n"
        "s.d.example: dora==root==sub==d.example==/home/dora/s==1.2.3.4:80\n"
        "e.example: emil==root==main==e.example==/home/emil/public_html==1.2.3.4:80\n",
        100);
#define DORA "d.example dora /home/dora/public_html main\ns.d.example dora /home/dora/s\n"
    assert_domains("dora", NULL, DORA);
    assert_domains(NULL, "s.d.example", "s.d.example dora /home/dora/s\n");
    /* userdata of another account changes nothing */
    put("/var/cpanel/userdata/bob/main", "main_domain: bob.example\n", 1000);
    assert_domains("dora", NULL, DORA);
    assert_domains(NULL, "s.d.example", "s.d.example dora /home/dora/s\n");
    put("/var/cpanel/users/emil", "DNS=e.example\n",
        1000); /* a list without her: she was removed */
    assert_domains("dora", NULL, "");
    assert_domains(NULL, "s.d.example", "");
    assert_domains("emil", NULL, "e.example emil /home/emil/public_html main\n");
    assert_int_equal(api.n, 0);
}

static void finds_the_owner_of_a_name(void **state)
{
    (void)state;
    put_bob(1000);
    put("/var/cpanel/userdata/acct/main", "main_domain: main.example.com\n", 1000);
    put("/var/cpanel/userdata/acct/main.example.com", "documentroot: /home/acct/w\n", 1000);
    put("/etc/userdomains",
        "*: nobody\nshop.bob.example.evil: eve\nxshop.bob.example: eve\nshop.bob.example: bob\n"
        "main.example.com: acct\ngone.example: acct\n",
        500);
    assert_domains(NULL, "shop.bob.example", BOB);
    assert_domains(NULL, "main.example.com", "main.example.com acct /home/acct/w main\n");
    assert_domains(NULL, "none.example", "");
    assert_domains(NULL, "gone.example", ""); /* its owner has it no more */
    /* That file is the last to be written: a fresh domain is found in userdata. */
    put("/var/cpanel/userdata/acct/new.example", "documentroot: /home/acct/new\n", 100);
    put("/var/cpanel/userdata/acct/main",
        "main_domain: main.example.com\nsub_domains: [new.example]\n", 100);
    assert_domains(NULL, "new.example",
                   "main.example.com acct /home/acct/w main\nnew.example acct /home/acct/new\n");
    assert_int_equal(api.n, 0);
}

/* ---- all ---- */

static void tells_all_from_the_cache(void **state)
{
    (void)state;
    put_bob(1000);
    put("/var/cpanel/userdata/acct/main", "main_domain: acct.example\n", 1000);
    put("/var/cpanel/users/acct", "DNS=acct.example\n", 1000);
    put("/etc/userdatadomains",
        "acct.example: acct==root==main==acct.example==/from/cache==1.2.3.4:80\n"
        "bob.example: bob==root==main==bob.example==/from/cache==1.2.3.4:80\n"
        "gone.example: gone==root==main==gone.example==/home/gone/w==1.2.3.4:80\n"
        "made.example: made==root==main==made.example==/home/made/w==1.2.3.4:80\n",
        500);
    put("/var/cpanel/users/made", "DNS=made.example\n", 1000); /* userdata not there yet */
    assert_domains(NULL, NULL,
                   "acct.example acct /from/cache main\nbob.example bob /from/cache main\n"
                   "made.example made /home/made/w main\n");
    /* One account's userdata is newer: it counts, and its lines in the cache do not. */
    put_bob(100);
    assert_domains(
        NULL, NULL,
        "*.bob.example bob /home/bob/wild\nacct.example acct /from/cache main\n"
        "addon.bob.example bob /home/bob/addon\naddon.example bob /home/bob/addon\n"
        "alias.example bob /home/bob/public_html\n"
        "bob.example bob /home/bob/public_html main\nmade.example made /home/made/w main\n"
        "shop.bob.example bob /home/bob/public_html/shop\n");
    /* It is being written: what the cache says is kept. */
    put("/var/cpanel/userdata/bob/main", "main_domain: [", 1);
    assert_domains(NULL, NULL,
                   "acct.example acct /from/cache main\nbob.example bob /from/cache main\n"
                   "made.example made /home/made/w main\n");
    /* An account that the cache does not have. */
    put("/etc/userdatadomains", "bob.example: bob==root==main==bob.example==/from/cache==x\n", 0);
    put("/var/cpanel/userdata/acct/acct.example", "documentroot: /home/acct/w\n", 1000);
    put_bob(1000);
    assert_domains(NULL, NULL,
                   "acct.example acct /home/acct/w main\nbob.example bob /from/cache main\n");
    put("/var/cpanel/userdata/acct/main", "main_domain: [", 1000);
    assert_no_domains(NULL, NULL, SC_E_PANEL, "/var/cpanel/userdata/acct/main line ");
    assert_int_equal(unlinkat(t.fd, "var/cpanel/users/acct", 0), 0); /* no account, only rubbish */
    assert_domains(NULL, NULL, "bob.example bob /from/cache main\n");
    /* The JSON, where the text is missing; without both, userdata alone. */
    assert_int_equal(unlinkat(t.fd, "etc/userdatadomains", 0), 0);
    put("/etc/userdatadomains.json", "{\"b.example\":[\"bob\",\"root\",\"main\",\"x\",\"/json\"]}",
        0);
    assert_domains(NULL, NULL, "b.example bob /json main\n");
    put("/etc/userdatadomains.json", "{", 0);
    assert_no_domains(NULL, NULL, SC_E_INVAL, "not a JSON object");
    assert_int_equal(unlinkat(t.fd, "etc/userdatadomains.json", 0), 0);
    assert_domains(NULL, NULL, BOB);
    assert_int_equal(api.n, 0);
}

/* ---- the API ---- */

#define WHM_ALL                                                                                    \
    "{\"metadata\":{\"result\":1,\"reason\":\"OK\",\"command\":\"get_domain_info\"},\"data\":{"    \
    "\"domains\":[{\"domain\":\"a.example\",\"docroot\":\"/home/bob/a\",\"user\":\"bob\","         \
    "\"domain_type\":\"main\"},{\"domain\":\"b.example\",\"docroot\":\"/home/eve/b\",\"user\":"    \
    "\"eve\",\"domain_type\":\"addon\"},{\"domain\":\"c.example\",\"docroot\":\"\",\"user\":"      \
    "\"eve\"}]}}"

static void parses_answers(void **state)
{
    (void)state;
#define ACCT                                                                                       \
    "addon.example.com acct /home/acct/public_html/addon.example.com\n"                            \
    "addon.main.example.com acct /home/acct/public_html/addon.example.com\n"                       \
    "main.example.com acct /home/acct/public_html main\n"                                          \
    "parked.example.com acct /home/acct/public_html\n"                                             \
    "shop.main.example.com acct /home/acct/public_html/shop/public\n"
    SC_FREE char *data = payload("api-uapi-domains_data-hash.json"),
                 *error = payload("api-uapi-error.json"),
                 *list = payload("api-uapi-list_domains.json"),
                 *roots = payload("api-uapi-getdocroots-v138.json");
    SC_FREE char *inner = strdup(strstr(data, "\"status\"")); /* as /execute/ flattens it */
    *strrchr(inner, '}') = 0;
    SC_FREE char *flat = NULL, *within = NULL;
    assert_true(asprintf(&flat, "{%s", inner) > 0);
    assert_true(
        asprintf(&within, "{\"metadata\":{\"result\":\"1\"},\"data\":{\"uapi\":%s}}", flat) > 0);
    const struct {
        const char *json, *user, *want;
    } good[] = {
        {data, NULL, ACCT},
        {flat, NULL, ACCT},
        {within, "acct", ACCT},
        {WHM_ALL, NULL, "a.example bob /home/bob/a main\nb.example eve /home/eve/b\n"},
        {roots, "acct",
         "addon.example.com acct /home/acct/public_html/addon.example.com\n"
         "example.com acct /home/username/public_html\n"
         "parked.example.com acct /home/username/public_html\n"},
        {"{\"cpanelresult\":{\"event\":{\"result\":1},\"data\":[{\"domain\":\"x.example\","
         "\"documentroot\":\"/x\",\"type\":\"main_domain\"}]}}",
         "bob", "x.example bob /x main\n"},
    };
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        if (sc_cpanel_api_parse(good[i].json, strlen(good[i].json), "it", good[i].user, &d, &err))
            fail_msg("%zu: %s", i, err.text);
        sc_domains_finish(&d);
        assert_string_equal(lines(&d), good[i].want);
    }
    const struct {
        const char *json, *error;
    } bad[] = {
        {error, "it: the call failed: You do not have the feature “DomainInfo”."},
        {list, "it told no domain with a document root: may the caller see them?"},
        {roots, "it told no domain with a document root: may the caller see them?"}, /* no user */
        {"{\"metadata\":{\"result\":0,\"reason\":\"Permission denied\"}}",
         "it: the call failed: Permission denied"},
        {"{\"metadata\":{\"result\":\"0\"},\"data\":{\"domains\":[]}}",
         "it: the call failed: it gives no reason"},
        {"{\"cpanelresult\":{\"event\":{\"result\":0},\"error\":\"no\",\"data\":[]}}",
         "it: the call failed: no"},
        {"{}", "it answered with something that is no answer of cPanel's API"},
        {"{\"data\":{\"domains\":[]}}",
         "it answered with something that is no answer of cPanel's API"},
        {"{\"result\":1,\"data\":[]}",
         "it answered with something that is no answer of cPanel's API"},
        {"[]", "it answered with something that is not JSON: no object"},
        {"{\"status\":1,\"data\":null}",
         "it told no domain with a document root: may the caller see them?"},
        {"{\"status\":1,\"data\":{\"main_domain\":{},\"parked_domains\":[\"x.example\"]}}",
         "it told no domain with a document root: may the caller see them?"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        err = (struct sc_error)SC_ERROR_INIT;
        assert_int_equal(
            sc_cpanel_api_parse(bad[i].json, strlen(bad[i].json), "it", NULL, &d, &err),
            SC_E_PANEL);
        assert_error(&err, SC_E_PANEL, bad[i].error);
        assert_int_equal(d.n, 0);
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_cpanel_api_parse("<html>", 6, "it", NULL, &d, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "it answered with something that is not JSON: ");
}

static void asks_the_api_where_files_are_missing(void **state)
{
    (void)state;
    SC_FREE char *acct = payload("api-uapi-domains_data-hash.json");
    SC_FREE char *failure = payload("api-uapi-error.json");
    api.conf = "https://h:2087";
    api.answers[0] = WHM_ALL;
    assert_domains(NULL, NULL, "a.example bob /home/bob/a main\nb.example eve /home/eve/b\n");
    assert_string_equal(api.asked, "https://h:2087/json-api/get_domain_info?api.version=1 "
                                   "[Authorization: whm root:TOKEN]\n");
    /* For one account only him, where the panel can. */
    memset(&api, 0, sizeof(api));
    api.conf = "https://h:2087";
    api.answers[0] = acct;
    assert_domains("acct", NULL, ACCT);
    assert_string_equal(
        api.asked,
        "https://h:2087/json-api/cpanel?cpanel_jsonapi_apiversion=3&cpanel_jsonapi_module="
        "DomainInfo&cpanel_jsonapi_func=domains_data&cpanel_jsonapi_user=acct "
        "[Authorization: whm root:TOKEN]\n");
    /* It cannot: he may be unknown, of which the list of all tells. */
    memset(&api, 0, sizeof(api));
    api.conf = "https://h:2087";
    api.answers[0] = failure;
    api.answers[1] = WHM_ALL;
    assert_domains("a+b@c", NULL, "");
    assert_int_equal(api.n, 2);
    assert_non_null(strstr(api.asked, "cpanel_jsonapi_user=a%2Bb%40c "));
    memset(&api, 0, sizeof(api));
    api.conf = "https://h:2087";
    api.answers[0] = WHM_ALL;
    assert_domains(NULL, "b.example",
                   "a.example bob /home/bob/a main\nb.example eve /home/eve/b\n");
    /* What fails says why, and never the token. */
    memset(&api, 0, sizeof(api));
    api.conf = "https://h:2087";
    api.codes[0] = SC_E_TIMEOUT;
    assert_no_domains("acct", NULL, SC_E_TIMEOUT,
                      "and its API does not help: https://h:2087: refused");
    assert_int_equal(api.n, 1);
    api.codes[1] = SC_E_PANEL;
    assert_no_domains(NULL, NULL, SC_E_PANEL, "/etc/userdatadomains.json does not exist");
    memset(&api, 0, sizeof(api));
    api.conf = "https://h:2087";
    api.answers[0] = failure;
    assert_no_domains(NULL, NULL, SC_E_PANEL,
                      "its API does not help: https://h:2087: the call failed: You do not have");
}

static void put_program(const char *path, const char *text)
{
    put(path, text, 0);
    assert_int_equal(fchmodat(t.fd, path + 1, 0755, 0), 0);
}

static void asks_programs_without_an_api(void **state)
{
    (void)state;
    assert_no_domains(NULL, NULL, SC_E_PANEL,
                      "neither /usr/local/cpanel/bin/whmapi1 nor /usr/sbin/whmapi1 is there");
    put_program(
        "/usr/sbin/whmapi1",
        "#!/bin/sh\n[ \"$*\" = '--output=json get_domain_info' ] || exit 3\ncat <<'E'\n" WHM_ALL
        "\nE\n");
    assert_domains(NULL, NULL, "a.example bob /home/bob/a main\nb.example eve /home/eve/b\n");
    assert_domains("eve", NULL, "b.example eve /home/eve/b\n");
    put_program(
        "/usr/local/cpanel/bin/uapi",
        "#!/bin/sh\n"
        "[ \"$*\" = '--output=json --user=bob DomainInfo domains_data format=hash' ] || exit 3\n"
        "echo '{\"result\":{\"status\":1,\"data\":{\"main_domain\":{\"domain\":\"m.example\","
        "\"documentroot\":\"/m\"}}}}'\n");
    assert_domains("bob", NULL, "m.example bob /m main\n");
    put_program("/usr/local/cpanel/bin/whmapi1", "#!/bin/sh\necho broken >&2\nexit 7\n");
    assert_no_domains(NULL, NULL, SC_E_PANEL, "/bin/whmapi1 exited with status 7, saying: broken");
}

/* Whoever is not root reads his own files or nothing. */
static void tells_a_user_only_his(void **state)
{
    (void)state;
    put_bob(1000);
    put("/etc/userdatadomains", "x.example: eve==root==main==x.example==/home/eve==x\n", 500);
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_caller bob = {.user = "bob", .uid = 1001, .home = "/home/bob"},
                           ann = {.user = "ann", .uid = 1002, .home = "/home/ann"};
    const struct sc_question none = {0}, name = {.name = "x.example"};
    assert_int_equal(sc_cpanel_domains(&cp, &bob, &none, &d, &err), 0);
    assert_string_equal(lines(&d), BOB);
    sc_domains_done(&d);
    assert_int_equal(sc_cpanel_domains(&cp, &ann, &name, &d, &err), 0);
    assert_int_equal(d.n, 0);
    api.conf = "https://h:2087"; /* root's token is not for him */
    cp.root = "/nonexistent";
    assert_int_equal(sc_cpanel_domains(&cp, &bob, &none, &d, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED,
                 "/nonexistent/var/cpanel/userdata does not exist: only root can ask cPanel for "
                 "domains here");
    assert_int_equal(api.n, 0);
}

/* ---- users, panel_info, paths ---- */

static void tells_users(void **state)
{
    (void)state;
    SC_FREE char *sample = payload("var-cpanel-users-USER.txt");
    struct sc_cpanel_user u;
    sc_cpanel_user_parse(sample, &u);
    assert_string_equal(u.domain, "main.example.com");
    assert_string_equal(u.owner, "root");
    assert_string_equal(u.plan, "default");
    assert_string_equal(u.email, "");

    put("/var/cpanel/users/daemon",
        "DNS=d.example\nOWNER=reseller\nPLAN=gold\nCONTACTEMAIL=a@b.example\nLOCALE=de\n", 0);
    put("/var/cpanel/users/system", "x=y\n", 0);
    put("/var/cpanel/users/sys", "USER=sys\n", 0);
    put("/var/cpanel/users/.hidden", "DNS=x\n", 0);
    put("/usr/local/cpanel/version", "11.118.0.5\n", 0);
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *all = NULL, *one = NULL, *none = NULL, *info = NULL;
    const struct sc_question every = {0}, daemon = {.username = "daemon"},
                             other = {.username = "no-such"};
    assert_int_equal(sc_cpanel_users(&cp, &root, &every, &all, &err), 0);
    assert_int_equal(json_array_size(all), 2);
    assert_int_equal(sc_cpanel_users(&cp, &root, &daemon, &one, &err), 0);
    SC_FREE char *text = json_dumps(one, JSON_SORT_KEYS);
    assert_string_equal(text, "[{\"domain\": \"d.example\", \"email\": \"a@b.example\", \"id\": 1, "
                              "\"locale_code\": \"de\", \"owner\": \"reseller\", \"package\": "
                              "{\"name\": \"gold\", \"owner\": \"reseller\"}, \"username\": "
                              "\"daemon\"}]");
    assert_int_equal(sc_cpanel_users(&cp, &root, &other, &none, &err), 0);
    assert_int_equal(json_array_size(none), 0);
    const struct sc_caller sys = {.user = "sys", .uid = 3, .home = "/"};
    SC_JSON json_t *own = NULL;
    assert_int_equal(sc_cpanel_users(&cp, &sys, &every, &own, &err), 0);
    SC_FREE char *bare = json_dumps(own, JSON_SORT_KEYS);
    assert_string_equal(bare, "[{\"domain\": null, \"email\": null, \"id\": 3, \"locale_code\": "
                              "null, \"owner\": \"root\", \"package\": null, \"username\": "
                              "\"sys\"}]");
    assert_int_equal(sc_cpanel_panel_info(&cp, &info, &err), 0);
    assert_string_equal(json_string_value(json_object_get(info, "name")), "cPanel");
    assert_string_equal(json_string_value(json_object_get(info, "version")), "11.118.0.5");
    put("/var/cpanel/userdata/bob/main", "main_domain: bob.example\n", 0);
    put("/var/cpanel/userdata/nobody/x", "", 0);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_cpanel_paths(&cp, &b, &err), 0);
    const char *p = b.data;
    static const char *const first[] = {"/etc/userdatadomains", "/etc/userdomains",
                                        "/var/cpanel/userdata", "/var/cpanel/users"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(strncmp(p, cp.root, strlen(cp.root)), 0);
        p += strlen(cp.root);
        assert_int_equal(strncmp(p, first[i], strlen(first[i])), 0);
        assert_int_equal(p[strlen(first[i])], '\n');
        p += strlen(first[i]) + 1;
    }
    /* and each account's folder, whose files name its document roots */
    char want[256];
    snprintf(want, sizeof(want), "%s/var/cpanel/userdata/bob\n", cp.root);
    assert_string_equal(p, want);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_the_cache),
        TEST(reads_the_cache_as_json),
        TEST(reads_yaml),
        TEST(tells_one_account),
        TEST(passes_over_what_is_damaged),
        TEST(reads_names_in_any_spelling),
        TEST(does_not_trust_what_is_half_written),
        TEST(an_account_that_only_the_cache_has),
        TEST(finds_the_owner_of_a_name),
        TEST(tells_all_from_the_cache),
        TEST(parses_answers),
        TEST(asks_the_api_where_files_are_missing),
        TEST(asks_programs_without_an_api),
        TEST(tells_a_user_only_his),
        TEST(tells_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
