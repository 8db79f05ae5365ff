/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/file.h"
#include "directadmin/event.h"

#define PAYLOADS SC_TEST_SOURCE "/tests/payloads/directadmin"

/* Every sample of an environment: the events it must give, as the log shows them. */
static const struct {
    const char *file, *hook, *events;
} payloads[] = {
    {"dns_create_post-pointer.env", "dns_create_post", "user-changed jdoe"},
    {"dns_create_post-swap.env", "dns_create_post", "user-changed jdoe"},
    {"domain_change_post.env", "domain_change_post",
     "domain-renamed jdoe old.example new.example with-subdomains"},
    {"domain_change_pre.env", "domain_change_pre",
     "domain-renamed jdoe old.example new.example with-subdomains"},
    {"domain_create_post-idn.env", "domain_create_post",
     "domain-created jdoe xn--80aikifvh.xn--j1amh"},
    {"domain_create_post-minimal.env", "domain_create_post", "domain-created jdoe second.example"},
    {"domain_create_post-restore.env", "domain_create_post", "domain-created jdoe first.example"},
    {"domain_modify_post.env", "domain_modify_post", "docroot-changed jdoe second.example"},
    {"domain_pointer_create_post-from.env", "domain_pointer_create_post",
     "domain-created jdoe alias.example"},
    {"domain_pointer_destroy_post.env", "domain_pointer_destroy_post",
     "domain-deleted jdoe alias.example"},
    {"subdomain_create_post-multilabel.env", "subdomain_create_post",
     "domain-created jdoe a.b.first.example"},
    {"subdomain_create_post-wildcard.env", "subdomain_create_post",
     "domain-created jdoe *.first.example"},
    {"subdomain_create_post.env", "subdomain_create_post",
     "domain-created jdoe shop.first.example"},
    {"subdomain_destroy_post.env", "subdomain_destroy_post",
     "domain-deleted jdoe shop.first.example"},
    {"user_create_post.env", "user_create_post", "user-created jdoe"},
    {"user_destroy_post.env", "user_destroy_post", "user-deleted jdoe"},
    {"user_httpd_write_post.env", "user_httpd_write_post", "docroot-changed jdoe"},
    {"user_restore_post.env", "user_restore_post", "user-changed jdoe"},
};

/* The events in one text, each behind a "; ". */
static const char *texts(const struct sc_events *e)
{
    static char all[2048];
    all[0] = 0;
    for (size_t i = 0; i < e->n; i++) {
        char one[1024];
        sc_event_text(&e->v[i], one, sizeof(one));
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? "; " : "", one);
    }
    return all;
}

static const char *told(const char *hook, char *const *env)
{
    struct sc_events e = {.n = 0};
    sc_da_event(hook, env, &e);
    return texts(&e);
}

#define TOLD(want, hook, ...)                                                                      \
    assert_string_equal(told(hook, (char *[]){__VA_ARGS__, (char *)NULL}), want)

static void every_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        char path[512];
        snprintf(path, sizeof(path), PAYLOADS "/%s", payloads[i].file);
        struct sc_buf text = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        if (sc_read_file(path, 1 << 20, &text, &err) < 0)
            fail_msg("%s", err.text);
        char *env[64];
        size_t n = 0;
        char *save = NULL;
        for (char *l = strtok_r(text.data, "\n", &save); l && n < 63;
             l = strtok_r(NULL, "\n", &save))
            env[n++] = l;
        env[n] = NULL;
        const char *is = told(payloads[i].hook, env);
        if (strcmp(is, payloads[i].events) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", payloads[i].file, is, payloads[i].events);
        sc_buf_free(&text);
    }
}

/* A sample that nobody asserts shows nothing. */
static void no_sample_is_left_out(void **state)
{
    (void)state;
    DIR *d = opendir(PAYLOADS);
    assert_non_null(d);
    size_t found = 0;
    for (const struct dirent *e; (e = readdir(d));) {
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".env") != 0)
            continue;
        size_t i = 0;
        while (i < sizeof(payloads) / sizeof(payloads[0]) &&
               strcmp(payloads[i].file, e->d_name) != 0)
            i++;
        if (i == sizeof(payloads) / sizeof(payloads[0]))
            fail_msg("%s is in no table", e->d_name);
        found++;
    }
    closedir(d);
    assert_int_equal(found, sizeof(payloads) / sizeof(payloads[0]));
}

static void the_other_hooks(void **state)
{
    (void)state;
    char *none[] = {NULL};
    TOLD("domain-deleted jdoe first.example", "domain_destroy_pre", "username=jdoe",
         "domain=first.example");
    TOLD("domain-deleted jdoe first.example", "domain_destroy_post", "domain=First.Example",
         "username=jdoe");
    TOLD("user-created jdoe", "user_create_post_confirmed", "username=jdoe", "passwd=x");
    TOLD("user-deleted jdoe", "user_destroy_pre", "username=jdoe");
    TOLD("user-changed jdoe", "user_suspend_post", "username=jdoe", "domain=first.example");
    TOLD("user-changed jdoe", "user_activate_post", "username=jdoe");
    TOLD("user-changed jdoe", "user_modify_post", "username=jdoe");
    TOLD("user-changed jdoe", "user_restore_fail_post", "username=jdoe");
    TOLD("user-changed jdoe", "public_html_link_set_post", "username=jdoe", "domain=a.example",
         "main_domain=a.example", "old_public_html_link=./x");
    TOLD("resync-all", "all_restores_post", "username=jdoe");
    TOLD("", "dns_create_post", "username=jdoe", "domain=a.example", "caller=create:raw_save");
    TOLD("", "dns_create_post", "username=jdoe", "domain=a.example", "caller=remove:dnssec");
    TOLD("user-changed jdoe", "dns_create_post", "username=jdoe", "domain=a.example");
    TOLD("", "ipsconf_write_post", "username=jdoe");
    TOLD("", "dns_write_post", "USERNAME=jdoe", "DOMAIN=a.example");
    assert_string_equal(told("user_destroy_post", none), "resync-all");
}

static void pointers_are_named_in_two_ways(void **state)
{
    (void)state;
    TOLD("domain-created jdoe alias.example", "domain_pointer_create_post", "username=jdoe",
         "domain=first.example", "DOMAIN=alias.example");
    TOLD("domain-created jdoe alias.example", "domain_pointer_create_post", "username=jdoe",
         "domain=first.example", "DOMAIN=other.example", "from=alias.example");
    TOLD("user-changed jdoe", "domain_pointer_create_post", "username=jdoe",
         "domain=first.example");
    TOLD("user-changed jdoe", "domain_pointer_destroy_post", "username=jdoe",
         "domain=first.example", "from=/etc/passwd");
}

static void names_that_are_none_become_a_smaller_hint(void **state)
{
    (void)state;
    char label[70], huge[3000];
    memset(label, 'a', sizeof(label));
    memcpy(label, "subdomain=", 10);
    label[sizeof(label) - 1] = 0;
    memset(huge, 'a', sizeof(huge));
    memcpy(huge, "domain=", 7);
    huge[sizeof(huge) - 1] = 0;
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", "domain=../../etc");
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", "domain=$(id).example");
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", "domain=-rf.example");
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", "domain=");
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", huge);
    TOLD("user-changed jdoe", "subdomain_create_post", "username=jdoe", "domain=first.example");
    TOLD("user-changed jdoe", "subdomain_create_post", "username=jdoe", "subdomain=shop");
    TOLD("user-changed jdoe", "subdomain_create_post", "username=jdoe", "subdomain=a/../b",
         "domain=first.example");
    TOLD("domain-created jdoe "
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.first.example",
         "subdomain_create_post", "username=jdoe", label, "domain=first.example");
    TOLD("user-changed jdoe", "domain_change_post", "username=jdoe", "domain=old.example");
    TOLD("user-changed jdoe", "domain_change_post", "username=jdoe", "domain=old.example",
         "newdomain=OLD.example");
    TOLD("domain-created - first.example", "domain_create_post", "username=--all",
         "domain=first.example");
    TOLD("resync-all", "user_destroy_post", "username=../root");
}

static void an_unknown_hook_is_about_the_user(void **state)
{
    (void)state;
    TOLD("user-changed jdoe", "brand_new_post", "username=jdoe", "domain=first.example");
    TOLD("user-changed jdoe", NULL, "username=jdoe");
    TOLD("user-changed jdoe", "", "username=jdoe");
    TOLD("resync-all", "brand_new_post", "domain=first.example");
    TOLD("resync-all", NULL, "PATH=/bin");
}

/* As the kernel names a script to its interpreter. */
static void the_hook_is_known_by_its_scripts_path(void **state)
{
    (void)state;
    TOLD("user-deleted jdoe", "/usr/local/directadmin/scripts/custom/user_destroy_post/sitecage.sh",
         "username=jdoe");
    TOLD("user-changed jdoe", "/sitecage.sh", "username=jdoe");
    TOLD("user-changed jdoe", "/user_destroy_post/x/sitecage.sh", "username=jdoe");
}

/* A customer of the panel adds variables; those that DirectAdmin sets count. */
static void what_a_customer_adds_is_not_believed(void **state)
{
    (void)state;
    TOLD("domain-created jdoe first.example", "domain_create_post", "PATH=/tmp/evil",
         "LD_PRELOAD=/tmp/evil.so", "IFS=e", "USERNAME=acme", "DOMAIN=other.example",
         "username=jdoe", "domain=first.example", "newdomain=x.example", "subdomain=x",
         "usernamex=acme", "passwd=secret", "not a variable", "=", "");
    TOLD("resync-all", "user_destroy_post", "username=jdoe", "username=acme");
    TOLD("user-changed jdoe", "domain_create_post", "username=jdoe", "domain=first.example",
         "domain=other.example");
    TOLD("domain-created jdoe first.example", "domain_create_post", "username=jdoe",
         "username=jdoe", "domain=first.example", "domain=first.example");
}

static void registered_hooks_are_known_and_never_forbid(void **state)
{
    (void)state;
    assert_true(sc_da_hooks_n >= 20);
    for (size_t i = 0; i < sc_da_hooks_n; i++) {
        assert_null(strstr(sc_da_hooks[i], "_pre"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(sc_da_hooks[i], sc_da_hooks[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample),
        cmocka_unit_test(no_sample_is_left_out),
        cmocka_unit_test(the_other_hooks),
        cmocka_unit_test(pointers_are_named_in_two_ways),
        cmocka_unit_test(names_that_are_none_become_a_smaller_hint),
        cmocka_unit_test(an_unknown_hook_is_about_the_user),
        cmocka_unit_test(the_hook_is_known_by_its_scripts_path),
        cmocka_unit_test(what_a_customer_adds_is_not_believed),
        cmocka_unit_test(registered_hooks_are_known_and_never_forbid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
