/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every document that cPanel is known to send to a hook, and what it becomes. */
#include "tests/unit/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/file.h"
#include "cpanel/cpanel.h"
#include "cpanel/event.h"
#include "tests/unit/test_store.h"

#define PAYLOADS SC_TEST_SOURCE "/tests/payloads/cpanel"

/* What the panel and the database know, for the parser to ask; and what it told to keep. */
struct world {
    const char *domains[8][2]; /* user, name */
    const char *now, *before;  /* of any user; NULL: not known */
    char kept[512];
};

static bool is_domain_of(const char *user, const char *name, void *arg)
{
    const struct world *w = arg;
    for (size_t i = 0; w->domains[i][0]; i++) {
        if (strcmp(w->domains[i][0], user) == 0 && strcmp(w->domains[i][1], name) == 0)
            return true;
    }
    return false;
}

static bool owner_of(const char *name, char out[SC_OWNER_MAX + 1], void *arg)
{
    const struct world *w = arg;
    for (size_t i = 0; i < 8 && w->domains[i][0]; i++)
        if (strcmp(w->domains[i][1], name) == 0)
            return stpcpy(out, w->domains[i][0]);
    return false;
}

static bool give(const char *name, char out[256])
{
    return name && stpcpy(out, name);
}

static bool main_now(const char *user, char out[256], void *arg)
{
    (void)user;
    return give(((const struct world *)arg)->now, out);
}

static bool main_before(const char *user, char out[256], void *arg)
{
    (void)user;
    return give(((const struct world *)arg)->before, out);
}

static void keep_main(const char *user, const char *name, void *arg)
{
    struct world *w = arg;
    size_t n = strlen(w->kept);
    snprintf(w->kept + n, sizeof(w->kept) - n, "%s=%s;", user, name ? name : "-");
}

/* The events as text, a line each: kind, then what it has. */
static const char *told(const char *doc, size_t len, struct world *w)
{
    static char text[4096];
    const struct sc_cpanel_lookup look = {.is_domain_of = is_domain_of,
                                          .owner_of = owner_of,
                                          .main_now = main_now,
                                          .main_before = main_before,
                                          .keep_main = keep_main,
                                          .arg = w};
    struct sc_events events = {.n = 0};
    size_t n = 0;
    text[0] = 0;
    sc_cpanel_event_parse(doc, len, &look, &events);
    for (size_t i = 0; i < events.n; i++) {
        const struct sc_event *e = &events.v[i];
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s%s%s%s%s%s%s%s%s", i ? "\n" : "",
                              sc_event_kind_name(e->kind), *e->user ? " user=" : "", e->user,
                              *e->new_user ? " new=" : "", e->new_user, *e->domain ? " " : "",
                              e->domain, *e->new_domain ? " -> " : "", e->new_domain,
                              e->subdomains ? " +sub" : "");
    }
    return text;
}

#define RESYNC "resync-all"
#define NO_DOC "(no hook document)"

static const struct {
    const char *file, *events;
} files[] = {
    {"convertaddon-post.json", "user-changed user=newacct\ndocroot-changed newsite.example"},
    {"convertaddon-pre.json", "user-changed user=newacct"},
    {"cpanel-api1-array-args.ea-nginx.json", "user-changed user=cptest1"},
    {"cpanel-api2-addaddondomain-pre.json", "user-changed user=bob"},
    {"cpanel-api2-addsubdomain-post-multilabel-nested.json",
     "domain-created user=bob a.b.c.bob-main.example"},
    {"cpanel-api2-addsubdomain-post.scriptburn.json",
     "domain-created user=dothisdomain testsubdomain1.dothisdomain.com"},
    {"cpanel-api2-changedocroot-post.json", "docroot-changed user=bob shop.bob-main.example"},
    {"cpanel-api2-deladdondomain-post.json", "domain-deleted user=bob newsite.example"},
    {"cpanel-api2-delsubdomain-pre.scriptburn-underscore.json", "user-changed user=dothisdomain"},
    {"cpanel-api2-park-park-post-topdomain.json", "domain-created user=bob alias2.example"},
    {"cpanel-api2-park-park-post.json", "domain-created user=bob alias.example"},
    {"cpanel-api2-park-unpark-post.json", "domain-deleted user=bob alias.example"},
    {"cpanel-uapi-addaddondomain-post-v138.json", "domain-created user=bob newsite.example"},
    {"cpanel-uapi-addsubdomain-post-nodir.json", "domain-created user=bob blog.bob-main.example"},
    {"cpanel-uapi-addsubdomain-post.json", "domain-created user=bob blog.bob-main.example"},
    {"cpanel-uapi-changedocroot-post.json", "docroot-changed user=bob shop.bob-main.example"},
    {"cpanel-uapi-deladdondomain-post-v138.json", "domain-deleted user=bob newsite.example"},
    {"hostile-duplicate-keys-and-escapes.json", "domain-created user=bob b.example"},
    {"hostile-types.json", "user-changed user=12345"},
    {"malformed-empty-object.json", RESYNC},
    {"malformed-missing-context.seconddns.json", "user-changed user=acct"},
    {"pkgacct-restore-post.json", "user-changed user=bob"},
    {"whostmgr-accounts-change_package-post.json", "user-changed user=bob"},
    {"whostmgr-accounts-create-post.mailcleaner.json", "user-created user=sdagsd"},
    {"whostmgr-accounts-create-post.scriptburn-strings.json", "user-created user=parkonthis"},
    {"whostmgr-accounts-modify-post-both-renames.json",
     "user-renamed user=bob new=robert\n"
     "domain-renamed user=robert bob-main.example -> robert.example +sub"},
    {"whostmgr-accounts-modify-post-newuser-same.json", "user-changed user=bob"},
    {"whostmgr-accounts-modify-pre-badname.seconddns.json", "user-changed user=acct"},
    {"whostmgr-accounts-modify-pre-idn-uppercase.seconddns.json", "user-changed user=acct"},
    {"whostmgr-accounts-modify-pre-quota-only.seconddns.json", "user-changed user=acct"},
    {"whostmgr-accounts-remove-post.mailcleaner.json", "user-deleted user=asdgadg"},
    {"whostmgr-accounts-remove-pre.scriptburn-blocking.json", "user-changed user=parkonthis"},
    {"whostmgr-accounts-suspendacct-post-args.json", "user-changed user=bob"},
    {"whostmgr-accounts-suspendacct-post-flat-docs.json", "user-changed user=bob"},
    {"whostmgr-accounts-unsuspendacct-post-args.json", "user-changed user=bob"},
    {"whostmgr-domain-addsubdomain-post-wildcard.json",
     "domain-created user=bob *.bob-main.example"},
    {"whostmgr-domain-addsubdomain-post-zone-recalc.json",
     "domain-created user=happy bob.my.happy.org"},
    {"whostmgr-domain-addsubdomain-post.json", "domain-created user=bob shop.bob-main.example"},
    {"whostmgr-domain-delsubdomain-post.json", "domain-deleted user=bob shop.bob-main.example"},
    {"whostmgr-domain-park-post.seconddns.json", "domain-created user=acct addon.example.com"},
    {"whostmgr-domain-unpark-post-missing-user.json", "domain-deleted alias.example"},
    {"whostmgr-domain-unpark-post-noparent.json", "domain-deleted user=bob alias.example"},
    {"whostmgr-domain-unpark-pre.scriptburn.json", "user-changed user=parkonthis"},
    {"whostmgr-rearrangeacct-post-empty-array.json", RESYNC},
    {"api-uapi-domains_data-hash.json", NO_DOC},
    {"api-uapi-error.json", NO_DOC},
    {"api-uapi-getdocroots-v138.json", NO_DOC},
    {"api-uapi-list_domains.json", NO_DOC},
    {"describe-output.json", NO_DOC},
    {"manage_hooks-list.txt", NO_DOC},
    {"userdata-domain.yaml", NO_DOC},
    {"userdata-main-empty.yaml", NO_DOC},
    {"userdatadomains-hostile.txt", NO_DOC},
    {"userdatadomains.txt", NO_DOC},
    {"userdomains.txt", NO_DOC},
    {"var-cpanel-users-USER.txt", NO_DOC},
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

/* Whatever is no hook's document, thrown at it nevertheless, must be a resync. */
static void takes_every_payload(void **state)
{
    (void)state;
    DIR *d = opendir(PAYLOADS);
    assert_non_null(d);
    size_t seen = 0;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        size_t i = 0;
        while (i < N_FILES && strcmp(files[i].file, e->d_name) != 0)
            i++;
        if (i == N_FILES)
            fail_msg("%s: nobody says what it should become", e->d_name);
        char path[512];
        SC_BUF struct sc_buf b = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        snprintf(path, sizeof(path), PAYLOADS "/%s", e->d_name);
        if (sc_read_file(path, 1 << 20, &b, &err) < 0)
            fail_msg("%s", err.text);
        struct world w = {.before = "bob-main.example", .now = "acct-main.example"};
        const char *got = told(b.data, b.len, &w);
        const char *want = strcmp(files[i].events, NO_DOC) == 0 ? RESYNC : files[i].events;
        if (strcmp(got, want) != 0)
            fail_msg("%s became\n%s\ninstead of\n%s", e->d_name, got, want);
        seen++;
    }
    closedir(d);
    assert_int_equal(seen, N_FILES);
}

static const char *told_of(const char *doc, struct world *w)
{
    return told(doc, strlen(doc), w);
}

#define API(event, data)                                                                           \
    "{\"context\":{\"category\":\"Cpanel\",\"event\":\"" event "\",\"stage\":\"post\"},\"data\":"  \
    "{\"user\":\"bob\"," data "}}"
#define WHM(event, stage, data)                                                                    \
    "{\"context\":{\"category\":\"Whostmgr\",\"event\":\"" event "\",\"stage\":\"" stage           \
    "\"},\"data\":{" data "}}"

static void splits_underscores(void **state)
{
    (void)state;
    struct world w = {.domains = {{"bob", "main.example"},
                                  {"bob", "b_c.example"},
                                  {"bob", "my_shop.main.example"},
                                  {"eve", "c.example"}}};
#define DEL(name) API("Api2::SubDomain::delsubdomain", "\"args\":{\"domain\":\"" name "\"}")
    static const struct {
        const char *doc, *events;
    } cases[] = {
        {DEL("shop_main.example"), "domain-deleted user=bob shop.main.example"},
        {DEL("a.b_main.example"), "domain-deleted user=bob a.b.main.example"},
        {DEL("x_y_main.example"), "domain-deleted user=bob x_y.main.example"},
        {DEL("a_b_c.example"), "domain-deleted user=bob a.b_c.example"},
        {DEL("*_main.example"), "domain-deleted user=bob *.main.example"},
        {DEL("my_shop.main.example"), "domain-deleted user=bob my_shop.main.example"},
        {DEL("shop.main.example"), "domain-deleted user=bob shop.main.example"},
        /* another's domain, none at all, nothing to the left */
        {DEL("shop_c.example"), "user-changed user=bob"},
        {DEL("a_b_d.example"), "user-changed user=bob"},
        {DEL("_main.example"), "user-changed user=bob"},
        {DEL("_"), "user-changed user=bob"},
        {DEL(""), "user-changed user=bob"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(told_of(cases[i].doc, &w), cases[i].events);
}

static void joins_labels(void **state)
{
    (void)state;
    struct world w = {0};
#define SUB(label, root)                                                                           \
    WHM("Domain::addsubdomain", "post",                                                            \
        "\"user\":\"bob\",\"subdomain\":\"" label "\",\"rootdomain\":\"" root "\"")
    static const struct {
        const char *doc, *events;
    } cases[] = {
        {SUB("shop", "main.example"), "domain-created user=bob shop.main.example"},
        {SUB("shop.main.example", "main.example"), "domain-created user=bob shop.main.example"},
        {SUB("SHOP.Main.Example", "MAIN.example"), "domain-created user=bob shop.main.example"},
        {SUB("conheo.com", "main.example"), "domain-created user=bob conheo.com.main.example"},
        {SUB("xmain.example", "main.example"),
         "domain-created user=bob xmain.example.main.example"},
        {SUB("main.example", "main.example"), "domain-created user=bob main.example.main.example"},
        {SUB("*", "main.example"), "domain-created user=bob *.main.example"},
        {SUB("*.shop", "main.example"), "domain-created user=bob *.shop.main.example"},
        {SUB("bücher", "ПРИКЛАД.УКР"),
         "domain-created user=bob xn--bcher-kva.xn--80aikifvh.xn--j1amh"},
        {SUB("../../etc", "main.example"), "user-changed user=bob"},
        {SUB("", "main.example"), "user-changed user=bob"},
        {SUB("shop", "not a domain"), "user-changed user=bob"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(told_of(cases[i].doc, &w), cases[i].events);
}

static void leaves_failed_calls_out(void **state)
{
    (void)state;
    struct world w = {0};
#define PARK(output)                                                                               \
    API("Api2::Park::park", "\"args\":{\"domain\":\"a.example\"},\"output\":" output)
    assert_string_equal(told_of(PARK("[{\"result\":0,\"reason\":\"no\"}]"), &w), "");
    assert_string_equal(told_of(PARK("[{\"result\":\"0\"}]"), &w), "");
    assert_string_equal(told_of(PARK("[{\"result\":false}]"), &w), "");
    static const char *const done[] = {PARK("[{\"result\":1}]"),
                                       PARK("[{\"result\":\"1\"}]"),
                                       PARK("[{}]"),
                                       PARK("[]"),
                                       PARK("null"),
                                       PARK("\"0\""),
                                       PARK("{\"status\":1}"),
                                       PARK("[0]")};
    for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
        assert_string_equal(told_of(done[i], &w), "domain-created user=bob a.example");
    /* positional arguments */
    assert_string_equal(
        told_of(API("Api1::Park::park", "\"args\":[\"b.example\",\"main.example\"]"), &w),
        "domain-created user=bob b.example");
    assert_string_equal(told_of(API("Api1::Park::unpark", "\"args\":[\"b.example\"]"), &w),
                        "domain-deleted user=bob b.example");
    assert_string_equal(told_of(API("Api1::Park::park", "\"args\":[]"), &w),
                        "user-changed user=bob");
}

/* A customer can put anything into the arguments of his own call. */
static void takes_the_user_from_the_panel(void **state)
{
    (void)state;
    struct world w = {0};
    assert_string_equal(
        told_of(API("UAPI::Park::park", "\"args\":{\"user\":\"eve\",\"domain\":\"b.example\"}"),
                &w),
        "domain-created user=bob b.example");
    assert_string_equal(told_of(WHM("Accounts::suspendacct", "post",
                                    "\"user\":\"reseller\",\"args\":{\"user\":\"bob\"}"),
                                &w),
                        "user-changed user=bob");
    assert_string_equal(told_of(WHM("Accounts::Remove", "post", "\"user\":\"../etc\""), &w),
                        RESYNC);
    assert_string_equal(told_of(WHM("Accounts::Remove", "post", "\"user\":\"-rf\""), &w), RESYNC);
    assert_string_equal(told_of(WHM("Accounts::Remove", "post", "\"user\":\"bob\\u0000x\""), &w),
                        RESYNC);
    assert_string_equal(
        told_of(WHM("ParkAdmin::park", "post", "\"user\":\"bob\",\"new_domain\":\"p.example\""),
                &w),
        "domain-created user=bob p.example");
    assert_string_equal(told_of(WHM("Some::New", "post", "\"user\":\"bob\""), &w),
                        "user-changed user=bob");
    assert_string_equal(told_of(WHM("Some::New", "post", "\"x\":1"), &w), RESYNC);
}

/* A domain gets another PHP: its pool moves. The documents name domains alone. */
static void finds_whose_php_changes(void **state)
{
    (void)state;
    struct world w = {
        .domains = {{"bob", "a.example"}, {"bob", "b.example"}, {"eve", "e.example"}}};
#define VERSIONS(data) WHM("Lang::PHP::set_vhost_versions", "post", data)
    assert_string_equal(
        told_of(VERSIONS("\"vhost\":[\"a.example\",\"E.example\",\"b.example\"]"), &w),
        "user-changed user=bob\nuser-changed user=eve");
    assert_string_equal(told_of(VERSIONS("\"vhost\":\"e.example\""), &w), "user-changed user=eve");
    assert_string_equal(told_of(VERSIONS("\"args\":{\"vhost\":\"a.example\"}"), &w),
                        "user-changed user=bob");
    assert_string_equal(told_of(VERSIONS("\"vhost\":\"nobodys.example\""), &w), RESYNC);
    assert_string_equal(told_of(VERSIONS("\"vhost\":[]"), &w), RESYNC);
    assert_string_equal(told_of(VERSIONS("\"vhost\":{\"a\":7}"), &w), RESYNC);
    assert_string_equal(told_of(VERSIONS("\"version\":\"ea-php83\""), &w), RESYNC);
    assert_string_equal(
        told_of(WHM("Lang::PHP::set_system_default_version", "post", "\"version\":\"ea-php83\""),
                &w),
        RESYNC);
    assert_string_equal(
        told_of("{\"context\":{\"category\":\"scripts\",\"event\":\"php_fpm_config\","
                "\"stage\":\"post\"},\"data\":{\"rebuild\":\"e.example\"}}",
                &w),
        "user-changed user=eve");
    assert_string_equal(
        told_of("{\"context\":{\"category\":\"scripts\",\"event\":\"php_fpm_config\","
                "\"stage\":\"post\"},\"data\":{\"rebuild\":\"all\"}}",
                &w),
        RESYNC);
    assert_string_equal(told_of(API("UAPI::LangPHP::php_set_vhost_versions",
                                    "\"args\":{\"vhost\":\"e.example\",\"version\":\"ea-php83\"}"),
                                &w),
                        "user-changed user=bob");
}

static void follows_renames(void **state)
{
    (void)state;
#define MOD(stage, data) WHM("Accounts::Modify", stage, "\"user\":\"bob\"" data)
    struct world w = {.now = "old.example"};
    assert_string_equal(told_of(MOD("pre", ",\"domain\":\"new.example\""), &w),
                        "user-changed user=bob");
    assert_string_equal(w.kept, "bob=old.example;");

    w = (struct world){.before = "old.example", .now = "new.example"};
    static const char *const renames[] = {
        MOD("post", ",\"domain\":\"NEW.example\""), MOD("post", ",\"DNS\":\"new.example\""),
        MOD("post", ""), MOD("post", ",\"domain\":\"not a domain\",\"newuser\":\"bob\""),
        MOD("post", ",\"newuser\":null,\"domain\":[\"x\"]")};
    for (size_t i = 0; i < sizeof(renames) / sizeof(renames[0]); i++) {
        w.kept[0] = 0;
        assert_string_equal(told_of(renames[i], &w),
                            "domain-renamed user=bob old.example -> new.example +sub");
        assert_string_equal(w.kept, "bob=-;");
    }
    assert_string_equal(
        told_of(MOD("post", ",\"newuser\":\"robert\",\"domain\":\"old.example\""), &w),
        "user-renamed user=bob new=robert");
    assert_string_equal(told_of(MOD("post", ",\"domain\":\"old.example\""), &w),
                        "user-changed user=bob");
    assert_string_equal(
        told_of(MOD("post", ",\"newuser\":\"../x\",\"domain\":\"old.example\""), &w),
        "user-changed user=bob");
    w.before = NULL; /* nothing was kept: what the old name was is not known */
    assert_string_equal(told_of(MOD("post", ",\"domain\":\"new.example\""), &w),
                        "user-changed user=bob");
    w = (struct world){.kept = ""};
    told_of(WHM("Accounts::Remove", "post", "\"user\":\"bob\""), &w);
    assert_string_equal(w.kept, "bob=-;");
}

static void survives_what_is_no_document(void **state)
{
    (void)state;
    struct world w = {0};
    static const char *const docs[] = {"",
                                       " ",
                                       "[]",
                                       "null",
                                       "1",
                                       "\"x\"",
                                       "{",
                                       "{\"data\":",
                                       "{}",
                                       "{}x",
                                       "\xff",
                                       "{\"data\":[]}",
                                       "{\"data\":{\"user\":{}}}",
                                       "{\"context\":[],\"data\":{\"user\":[\"bob\"]}}",
                                       "{\"context\":null,\"data\":null}"};
    for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
        assert_string_equal(told_of(docs[i], &w), RESYNC);
    assert_string_equal(told(NULL, 0, &w), RESYNC);
    /* One byte that is not UTF-8 does not make it everybody's event. */
    assert_string_equal(
        told_of(WHM("Accounts::Create", "post", "\"user\":\"bob\",\"contact\":\"M\xfcller\""), &w),
        "user-created user=bob");
    assert_string_equal(
        told_of(WHM("Domain::park", "post", "\"user\":\"bob\",\"new_domain\":\"m\xfc.de\""), &w),
        "user-changed user=bob");
    /* a domain far too long, and nesting without end */
    size_t size = 1 << 20;
    char *big = malloc(size + 256);
    assert_non_null(big);
    int n = snprintf(big, 128, "%s",
                     "{\"context\":{\"category\":\"Whostmgr\",\"event\":"
                     "\"Domain::park\",\"stage\":\"post\"},");
    n += snprintf(big + n, 128, "\"data\":{\"user\":\"bob\",\"new_domain\":\"");
    memset(big + n, 'a', size);
    memcpy(big + (size_t)n + size, "\"}}", 3);
    assert_string_equal(told(big, (size_t)n + size + 3, &w), "user-changed user=bob");
    memset(big, '[', size);
    assert_string_equal(told(big, size, &w), RESYNC);
    free(big);
    /* Without a way to ask it is the user's event. */
    struct sc_events events = {.n = 0};
    const char *doc = MOD("post", ",\"domain\":\"new.example\"");
    sc_cpanel_event_parse(doc, strlen(doc), NULL, &events);
    assert_int_equal(events.n, 1);
    assert_int_equal(events.v[0].kind, SC_EVENT_USER_CHANGED);
}

/* ---- with the database and the panel's files ---- */

static void put(const char *root, const char *rel, const char *text)
{
    char path[512];
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), "%s%s", root, rel);
    *strrchr(path, '/') = 0;
    assert_int_equal(sc_mkdir_p(path, 0755, &err), 0);
    snprintf(path, sizeof(path), "%s%s", root, rel);
    assert_int_equal(sc_replace_file(path, 0644, text, strlen(text), &err), 0);
}

static struct sc_events hook(const struct sc_cpanel *cp, const char *store, const char *doc)
{
    struct sc_events events = {.n = 0};
    const struct sc_hook_input in = {.data = doc, .len = strlen(doc), .store = store};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_cpanel_hook(cp, &in, &events, &err), 0);
    assert_int_equal(events.n, 1);
    return events;
}

static void keeps_the_main_domain_from_pre_to_post(void **state)
{
    const char *store = *state;
    char root[] = "/tmp/sc-test-XXXXXX";
    assert_non_null(mkdtemp(root));
    const struct sc_cpanel cp = {.root = root};
    char *kept = NULL;
    put(root, "/var/cpanel/userdata/bob/main", "---\nmain_domain: old.example\n");
    struct sc_events e = hook(&cp, store, MOD("pre", ",\"domain\":\"new.example\""));
    assert_int_equal(e.v[0].kind, SC_EVENT_USER_CHANGED);
    {
        STORE *s = store_open(store);
        assert_ok(sc_store_meta_get(s, "cpanel.main.bob", &kept, ok));
        assert_string_equal(kept, "old.example");
        free(kept);
    }
    put(root, "/var/cpanel/userdata/bob/main", "---\nmain_domain: new.example\n");
    e = hook(&cp, store, MOD("post", ",\"OWNER\":\"root\"")); /* without any name */
    assert_int_equal(e.v[0].kind, SC_EVENT_DOMAIN_RENAMED);
    assert_string_equal(e.v[0].domain, "old.example");
    assert_string_equal(e.v[0].new_domain, "new.example");
    assert_true(e.v[0].subdomains);
    {
        STORE *s = store_open(store);
        assert_ok(sc_store_meta_get(s, "cpanel.main.bob", &kept, ok));
        assert_null(kept);
        /* The "pre" hook was missed: the database has the old name. */
        assert_ok(sc_store_user_put(s, 1001, "bob", "/home/bob", ok));
        const struct sc_domain_row rows[] = {
            {.name = "a.example", .docroot = "/home/bob/a"},
            {.name = "was.example", .docroot = "/home/bob/public_html", .is_main = true}};
        assert_ok(sc_store_domains_replace(s, 1001, rows, 2, NULL, ok));
    }
    e = hook(&cp, store, MOD("post", ""));
    assert_int_equal(e.v[0].kind, SC_EVENT_DOMAIN_RENAMED);
    assert_string_equal(e.v[0].domain, "was.example");
    assert_string_equal(e.v[0].new_domain, "new.example");
    /* The split asks the database, and userdata. */
    e = hook(&cp, store, DEL("x_a.example"));
    assert_string_equal(e.v[0].domain, "x.a.example");
    e = hook(&cp, store, DEL("x_new.example"));
    assert_string_equal(e.v[0].domain, "x.new.example");
    e = hook(&cp, store, DEL("x_other.example"));
    assert_int_equal(e.v[0].kind, SC_EVENT_USER_CHANGED);
    /* Without a database it is a smaller hint. */
    e = hook(&cp, "/nonexistent/dir/x.db", MOD("post", ",\"domain\":\"new.example\""));
    assert_int_equal(e.v[0].kind, SC_EVENT_USER_CHANGED);
    /* /var/cpanel/users where there is no userdata */
    put(root, "/var/cpanel/users/carl", "# x\nDNS=carl.example\nUSER=carl\n");
    hook(&cp, store, WHM("Accounts::Modify", "pre", "\"user\":\"carl\""));
    STORE *s = store_open(store);
    assert_ok(sc_store_meta_get(s, "cpanel.main.carl", &kept, ok));
    assert_string_equal(kept, "carl.example");
    free(kept);
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_payload),
        cmocka_unit_test(splits_underscores),
        cmocka_unit_test(joins_labels),
        cmocka_unit_test(leaves_failed_calls_out),
        cmocka_unit_test(takes_the_user_from_the_panel),
        cmocka_unit_test(finds_whose_php_changes),
        cmocka_unit_test(follows_renames),
        cmocka_unit_test(survives_what_is_no_document),
        cmocka_unit_test_setup_teardown(keeps_the_main_domain_from_pre_to_post, store_setup,
                                        store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
