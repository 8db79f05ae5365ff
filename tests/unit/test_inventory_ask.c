/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking an adapter's executable; the adapters here are shell scripts. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/inventory/inventory.h"

static char exe[64];
static struct sc_inventory_conf conf = {.adapter_exe = exe};
static struct sc_error err;

static int make(void **state)
{
    (void)state;
    strcpy(exe, "/tmp/sc_ask_XXXXXX");
    int fd = mkstemp(exe);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    return unlink(exe);
}

static void adapter(const char *script)
{
    unlink(exe); /* a new inode: an old one may still be open for writing in a forked process */
    SC_FILE FILE *f = fopen(exe, "we");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fchmod(fileno(f), 0755), 0);
    conf = (struct sc_inventory_conf){.adapter_exe = exe};
    err = (struct sc_error)SC_ERROR_INIT;
}

#define TWO                                                                                        \
    "{\"data\": {\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\"}, "           \
    "\"b.de\": {\"owner\": \"mary\", \"document_root\": \"/home/mary/b\"}}, "                      \
    "\"metadata\": {\"result\": \"ok\"}}"
#define ONE                                                                                        \
    "{\"data\": {\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\"}}, "          \
    "\"metadata\": {\"result\": \"ok\"}}"
#define FAILED(class, text)                                                                        \
    "{\"data\": null, \"metadata\": {\"result\": \"" class "\", \"message\": \"" text "\"}}"

static void questions_reach_the_adapter(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    adapter("[ \"$*\" = domains ] || exit 9\necho '" TWO "'");
    assert_int_equal(sc_inventory_all(&conf, &d, &err), 0);
    assert_int_equal(d.n, 2);
    sc_domains_done(&d);
    adapter("[ \"$*\" = 'domains --owner john' ] || exit 9\necho '" ONE "'");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), 0);
    assert_int_equal(d.n, 1);
    assert_string_equal(d.v[0].docroot, "/home/john/a");
    sc_domains_done(&d);
    adapter("[ \"$*\" = 'domains --name a.de' ] || exit 9\necho '" ONE "'");
    assert_int_equal(sc_inventory_domain(&conf, "A.de.", &d, &err), 0);
    assert_int_equal(d.n, 1);
    assert_string_equal(d.v[0].name, "a.de");
    assert_string_equal(err.text, "");
}

static void what_is_not_there(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    adapter("echo '" FAILED("NotFound", "nobody") "'; exit 1");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), 0);
    assert_int_equal(d.n, 0);
    assert_string_equal(err.text, "");
    assert_int_equal(sc_inventory_domain(&conf, "a.de", &d, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "Please specify existing domain name and try again");
    adapter("echo '{\"data\": {}, \"metadata\": {\"result\": \"ok\"}}'");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), 0);
    assert_int_equal(sc_inventory_domain(&conf, "a.de", &d, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "Please specify existing domain name and try again");
    /* Names that cannot be are not even asked for. */
    adapter("exit 9");
    assert_int_equal(sc_inventory_user(&conf, "--help", &d, &err), 0);
    assert_int_equal(sc_inventory_domain(&conf, "--help", &d, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "Please specify existing domain name and try again");
    assert_int_equal(sc_inventory_domain(&conf, "a/../b", &d, &err), SC_E_NOTFOUND);
}

static void an_answer_to_another_question_is_an_error(void **state)
{
    (void)state;
    struct sc_domains d = {.n = 99};
    char text[200];
    adapter("echo '" TWO "'");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text),
             "%s, asked for the domains of 'john', answered with 'b.de' of 'mary'", exe);
    assert_error(&err, SC_E_PANEL, text);
    assert_int_equal(sc_inventory_domain(&conf, "a.de", &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text), "%s, asked for 'a.de', answered with 'b.de'", exe);
    assert_error(&err, SC_E_PANEL, text);
    assert_int_equal(d.n, 99);
}

static void the_panels_failures_are_told(void **state)
{
    (void)state;
    struct sc_domains d = {.n = 99};
    char text[300];
    adapter("echo '" FAILED("InternalAPIError", "the database is locked") "'; exit 1");
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "the database is locked");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "the database is locked");
    adapter("echo '" FAILED("PermissionDenied", "not yours") "'; exit 1");
    assert_int_equal(sc_inventory_user(&conf, "john", &d, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, "not yours");
    adapter("echo oops >&2; exit 3");
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text), "%s answered nothing and exited with status 3, saying: oops", exe);
    assert_error(&err, SC_E_PANEL, text);
    adapter("echo '" ONE "'; exit 3");
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text), "%s answered \"ok\" but exited with status 3", exe);
    assert_error(&err, SC_E_PANEL, text);
    adapter("echo '{}'");
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "the panel adapter answered without the object \"metadata\"");
    adapter("sleep 1000");
    conf.timeout_ms = 300;
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text), "cannot ask the panel: %s did not answer within 0.3 s", exe);
    assert_error(&err, SC_E_PANEL, text);
    adapter("yes");
    conf.max_bytes = 5000;
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    snprintf(text, sizeof(text), "cannot ask the panel: %s printed more than 5000 bytes", exe);
    assert_error(&err, SC_E_PANEL, text);
    conf = (struct sc_inventory_conf){.adapter_exe = "/nonexistent/adapter"};
    assert_int_equal(sc_inventory_all(&conf, &d, &err), SC_E_PANEL);
    assert_error(
        &err, SC_E_PANEL,
        "cannot ask the panel: cannot run /nonexistent/adapter: No such file or directory");
    assert_int_equal(d.n, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_reach_the_adapter),
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(an_answer_to_another_question_is_an_error),
        cmocka_unit_test(the_panels_failures_are_told),
    };
    return cmocka_run_group_tests_name("inventory_ask", tests, make, drop);
}
