/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plesk/event: every sample of what Plesk's event manager passes, and what it could pass. */
#include "tests/unit/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/file.h"
#include "plesk/event.h"

#define SAMPLES SC_TEST_SOURCE "/tests/payloads/plesk"

/* The events as the log has them, one a line. */
static void told(const char *event, char *const *env, char text[4096])
{
    struct sc_events e = {.n = 0};
    sc_plesk_event(event, env, &e);
    text[0] = 0;
    for (size_t i = 0; i < e.n; i++) {
        char line[1024];
        sc_event_text(&e.v[i], line, sizeof(line));
        strcat(strcat(text, line), "\n");
    }
}

static void expect_env(const char *event, char *const *env, const char *want)
{
    char got[4096];
    told(event, env, got);
    assert_string_equal(got, want);
}

#define EXPECT(event, want, ...)                                                                   \
    do {                                                                                           \
        const char *const env_[] = {__VA_ARGS__, NULL};                                            \
        expect_env(event, (char *const *)(uintptr_t)env_, want);                                   \
    } while (0)

static const struct {
    const char *file, *event, *want;
} samples[] = {
    {"client_create.env", "client_create", ""},
    {"client_delete.env", "client_delete", "resync-all\n"},
    {"domain_alias_create-parentid.env", "domain_alias_create",
     "domain-created - alias.example.org\n"},
    {"domain_alias_create-parentname.env", "domain_alias_create",
     "domain-created - alias.example.org\n"},
    {"domain_alias_delete.env", "domain_alias_delete", "domain-deleted - alias.example.org\n"},
    {"domain_create-minimal.seconddns.env", "domain_create", "domain-created - example.com\n"},
    {"domain_create.env", "domain_create", "domain-created - example.com\n"},
    {"domain_delete.env", "domain_delete",
     "domain-deleted example_sys example.com\nuser-deleted example_sys\n"},
    {"domain_owner_change.env", "domain_owner_change", "docroot-changed - example.com\n"},
    {"domain_update-norename.env", "domain_update", "docroot-changed - example.com\n"},
    {"empty.env", NULL, "resync-all\n"},
    {"ftpuser_create.env", "ftpuser_create", ""},
    {"phys_hosting_delete.env", "phys_hosting_delete", "domain-deleted example_sys example.com\n"},
    {"phys_hosting_update-docroot-change.env", "phys_hosting_update",
     "docroot-changed example_sys example.com\n"},
    {"site_alias_update-rename.env", "site_alias_update",
     "domain-renamed - alias.example.org alias2.example.org\n"},
    {"site_create-idn-unicode.env", "site_create",
     "domain-created - xn----7sbabacd2b5a.xn--j1amh\n"},
    {"site_delete.env", "site_delete", "domain-deleted - addon.example.net\n"},
    {"site_subdomain_create.env", "site_subdomain_create",
     "domain-created - *.addon.example.net\n"},
    {"site_update-rename-idn.env", "site_update", "docroot-changed - xn--mnchen-3ya.de\n"},
    {"subdomain_delete.env", "subdomain_delete", "domain-deleted - shop.example.com\n"},
};
#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

struct env {
    struct sc_buf text;
    char *v[64];
};

static void load(const char *file, struct env *e)
{
    char path[512];
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), SAMPLES "/%s", file);
    *e = (struct env){.text = SC_BUF_INIT};
    if (sc_read_file(path, 1u << 20, &e->text, &err) < 0)
        fail_msg("%s", err.text);
    size_t n = 0;
    char *rest = NULL;
    for (char *l = strtok_r(e->text.data, "\n", &rest); l && n < 63;
         l = strtok_r(NULL, "\n", &rest))
        e->v[n++] = l;
    assert_true(n > 0);
}

static void every_sample_says_what_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        struct env e;
        char got[4096];
        load(samples[i].file, &e);
        told(samples[i].event, e.v, got);
        if (strcmp(got, samples[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", samples[i].file, got, samples[i].want);
        sc_buf_free(&e.text);
    }
}

static void no_sample_is_forgotten(void **state)
{
    (void)state;
    DIR *d = opendir(SAMPLES);
    assert_non_null(d);
    size_t n = 0;
    for (const struct dirent *e; (e = readdir(d));) {
        const char *dot = strrchr(e->d_name, '.');
        n += dot && strcmp(dot, ".env") == 0;
    }
    closedir(d);
    assert_int_equal(n, N_SAMPLES);
}

/* A handler that was registered without the event's name, or with one that is not known. */
static void samples_without_their_events_name(void **state)
{
    (void)state;
    static const struct {
        const char *file, *unnamed, *unknown;
    } rows[] = {
        {"domain_create.env", "domain-created - example.com\n", "docroot-changed - example.com\n"},
        {"domain_delete.env", "domain-deleted example_sys example.com\n",
         "docroot-changed - example.com\n"},
        {"domain_update-norename.env", "docroot-changed - example.com\n",
         "docroot-changed - example.com\n"},
        {"site_alias_update-rename.env", "domain-renamed - alias.example.org alias2.example.org\n",
         "docroot-changed - alias2.example.org\n"},
        {"site_subdomain_create.env", "domain-created - *.addon.example.net\n",
         "docroot-changed - *.addon.example.net\n"},
        {"subdomain_delete.env", "domain-deleted - shop.example.com\n",
         "docroot-changed - shop.example.com\n"},
        {"phys_hosting_update-docroot-change.env", "docroot-changed example_sys example.com\n",
         "docroot-changed - example.com\n"},
        {"ftpuser_create.env", "", ""},
        {"client_create.env", "", ""},
        {"client_delete.env", "resync-all\n", ""},
        {"empty.env", "resync-all\n", "resync-all\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct env e;
        load(rows[i].file, &e);
        expect_env(NULL, e.v, rows[i].unnamed);
        expect_env("", e.v, rows[i].unnamed);
        expect_env("ext_something_1", e.v, rows[i].unknown);
        sc_buf_free(&e.text);
    }
}

static void renames(void **state)
{
    (void)state;
    EXPECT("domain_update", "domain-renamed - old.example new.example with-subdomains\n",
           "OLD_DOMAIN_NAME=old.example", "NEW_DOMAIN_NAME=NEW.example");
    EXPECT("site_update", "domain-renamed - xn--mnchen-3ya.de muenchen.de with-subdomains\n",
           "OLD_DOMAIN_NAME=münchen.de", "NEW_DOMAIN_NAME=muenchen.de");
    /* the same name spelled differently */
    EXPECT("domain_update", "docroot-changed - example.com\n", "OLD_DOMAIN_NAME=Example.COM",
           "NEW_DOMAIN_NAME=example.com.");
    /* a subdomain: its label, or its parent */
    EXPECT("subdomain_update", "domain-renamed - a.example.com b.example.com\n",
           "OLD_SUBDOMAIN_NAME=a", "NEW_SUBDOMAIN_NAME=b", "OLD_DOMAIN_NAME=example.com",
           "NEW_DOMAIN_NAME=example.com");
    EXPECT("site_subdomain_update", "domain-renamed - a.x.example a.y.example\n",
           "OLD_SUBDOMAIN_NAME=a", "NEW_SUBDOMAIN_NAME=a", "OLD_DOMAIN_NAME=x.example",
           "NEW_DOMAIN_NAME=y.example");
    EXPECT("subdomain_update", "domain-renamed - a.example.com b.example.com\n",
           "OLD_SUBDOMAIN_NAME=a", "NEW_SUBDOMAIN_NAME=b", "NEW_DOMAIN_NAME=example.com");
    EXPECT("subdomain_update", "docroot-changed - a.b.example.com\n", "OLD_SUBDOMAIN_NAME=a.b",
           "NEW_SUBDOMAIN_NAME=a.b", "OLD_DOMAIN_NAME=example.com", "NEW_DOMAIN_NAME=example.com");
    /* some versions may give the whole name */
    EXPECT("subdomain_create", "domain-created - a.example.com\n",
           "NEW_SUBDOMAIN_NAME=a.example.com", "NEW_DOMAIN_NAME=Example.com");
    /* to another subscription, whose user is not told */
    EXPECT("site_subdomain_move", "domain-renamed - a.x.example a.y.example\nresync-all\n",
           "OLD_SUBDOMAIN_NAME=a", "NEW_SUBDOMAIN_NAME=a", "OLD_DOMAIN_NAME=x.example",
           "NEW_DOMAIN_NAME=y.example");
    EXPECT("domain_move", "docroot-changed - x.example\nresync-all\n", "OLD_DOMAIN_NAME=x.example",
           "NEW_DOMAIN_NAME=x.example");
}

static void hosting_and_its_user(void **state)
{
    (void)state;
    EXPECT("phys_hosting_create", "user-created sys1\ndomain-created sys1 example.com\n",
           "NEW_DOMAIN_NAME=example.com", "NEW_SYSTEM_USER=sys1",
           "NEW_SYSTEM_USER_PASSWORD=secret");
    EXPECT("phys_hosting_update", "user-renamed sys1 sys2\ndocroot-changed sys2 example.com\n",
           "OLD_DOMAIN_NAME=example.com", "NEW_DOMAIN_NAME=example.com", "OLD_SYSTEM_USER=sys1",
           "NEW_SYSTEM_USER=sys2");
    EXPECT("domain_update",
           "user-renamed sys1 sys2\ndomain-renamed sys2 old.example new.example with-subdomains\n",
           "OLD_DOMAIN_NAME=old.example", "NEW_DOMAIN_NAME=new.example", "OLD_SYSTEM_USER=sys1",
           "NEW_SYSTEM_USER=sys2");
    EXPECT("phys_hosting_update", "user-changed sys1\n", "NEW_SYSTEM_USER=sys1");
    EXPECT("phys_hosting_delete", "resync-all\n", "OLD_DOMAIN_NAME=", "PATH=/bin");
    EXPECT("domain_status_update", "docroot-changed - example.com\n", "OLD_STATUS=0",
           "NEW_STATUS=16", "OLD_DOMAIN_NAME=example.com", "NEW_DOMAIN_NAME=example.com");
    EXPECT("site_status_update", "docroot-changed - example.com\n", "NEW_DOMAIN_NAME=example.com");
    /* an additional FTP account and a customer are no unix users of ours */
    EXPECT("ftpuser_update", "", "OLD_DOMAIN_NAME=example.com", "NEW_DOMAIN_NAME=example.com",
           "OLD_SYSTEM_USER=ftp1", "NEW_SYSTEM_USER=ftp2");
    EXPECT("client_update", "", "OLD_LOGIN_NAME=john", "NEW_LOGIN_NAME=mary");
    EXPECT("client_status_update", "", "OLD_LOGIN_NAME=john", "NEW_LOGIN_NAME=john");
    EXPECT("reseller_delete", "resync-all\n", "OLD_LOGIN_NAME=res");
}

static void what_is_no_name_becomes_a_smaller_hint(void **state)
{
    (void)state;
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAME=exa\nmple.com");
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAME=\xff\xfe.com");
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAME=-rf");
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAME=a'; DROP TABLE x; --");
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAMES=example.com", "XNEW_DOMAIN_NAME=x.y");
    EXPECT("domain_create", "resync-all\n", "NEW_DOMAIN_NAME");
    EXPECT("subdomain_create", "docroot-changed - example.com\n", "NEW_SUBDOMAIN_NAME=a b",
           "NEW_DOMAIN_NAME=example.com");
    EXPECT("subdomain_create", "docroot-changed - example.com\n", "NEW_DOMAIN_NAME=example.com");
    EXPECT("site_alias_create", "docroot-changed - example.com\n",
           "NEW_DOMAIN_ALIAS_NAME=../../etc", "NEW_DOMAIN_NAME=example.com");
    EXPECT("domain_alias_create", "resync-all\n", "NEW_DOMAIN_ID=7");
    EXPECT("phys_hosting_update", "user-changed sys1\ndocroot-changed - example.com\n",
           "OLD_DOMAIN_NAME=example.com", "NEW_DOMAIN_NAME=example.com", "OLD_SYSTEM_USER=sys1",
           "NEW_SYSTEM_USER=../x");
    /* half of a rename */
    EXPECT("domain_update", "docroot-changed - new.example\n", "OLD_DOMAIN_NAME=\x01",
           "NEW_DOMAIN_NAME=new.example");
    /* the first of two counts, whichever comes first */
    EXPECT("domain_create", "domain-created - a.example\n", "NEW_DOMAIN_NAME=a.example",
           "NEW_DOMAIN_NAME=b.example");
}

static void long_names_end_nowhere(void **state)
{
    (void)state;
    static char label[5000], value[5100], parent[5100];
    memset(label, 'a', sizeof(label) - 1);
    snprintf(value, sizeof(value), "NEW_SUBDOMAIN_NAME=%s", label);
    snprintf(parent, sizeof(parent), "NEW_DOMAIN_NAME=%s", label);
    EXPECT("subdomain_create", "docroot-changed - example.com\n", value,
           "NEW_DOMAIN_NAME=example.com");
    EXPECT("subdomain_create", "resync-all\n", value, parent);
    EXPECT("domain_create", "resync-all\n", parent);
    EXPECT(label, "docroot-changed - example.com\n", "NEW_DOMAIN_NAME=example.com");
}

/* What is stored and logged is all in the events: no value of another variable is in them. */
static void passwords_go_nowhere(void **state)
{
    (void)state;
    struct sc_events e = {.n = 0};
    const char *const env[] = {"NEW_DOMAIN_NAME=example.com",
                               "NEW_SYSTEM_USER=sys1",
                               "OLD_SYSTEM_USER_PASSWORD=hunter2",
                               "NEW_SYSTEM_USER_PASSWORD=hunter2",
                               "NEW_PASSWORD=hunter2",
                               NULL};
    for (size_t i = 0; sc_plesk_events[i]; i++)
        sc_plesk_event(sc_plesk_events[i], (char *const *)(uintptr_t)env, &e);
    assert_true(e.n > 3);
    assert_null(memmem(&e, sizeof(e), "hunter2", 7));
    assert_non_null(memmem(&e, sizeof(e), "sys1", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_says_what_it_should),
        cmocka_unit_test(no_sample_is_forgotten),
        cmocka_unit_test(samples_without_their_events_name),
        cmocka_unit_test(renames),
        cmocka_unit_test(hosting_and_its_user),
        cmocka_unit_test(what_is_no_name_becomes_a_smaller_hint),
        cmocka_unit_test(long_names_end_nowhere),
        cmocka_unit_test(passwords_go_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
